"""Under which terms the data may be used, as the settings say, and how it is cited."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone

from aidtracker.pages.citing import Citation, own_reference

# What the documents say stays theirs.
RESERVED = "许可只及于本站整理的数据；文献原文和其中的文字归原作者。"


@dataclass(frozen=True)
class Licence:
    """A licence by the name that programs know (SPDX), its title and its address."""

    name: str
    title: str
    address: str


def licence() -> Licence:
    said = settings.SITE
    return Licence(said["licence_name"], said["licence_title"], said["licence"])


def publisher() -> str:
    return settings.SITE["organiser"] or settings.SITE["name"]


def citation(title: str, address: str, day: date | None, number: str = "") -> Citation:
    """How data are cited: who, what, which edition, when, where."""
    name = f"{title}（{number} 版）" if number else title
    reference = own_reference(name, address, day, timezone.localdate())
    return Citation(f"{name}。据{reference.publisher}。", (reference,), address)
