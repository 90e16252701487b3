"""Under which terms the data may be used, as the settings say, and how they are cited."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone

from aidtracker.pages.citing import Citation, own_reference
from aidtracker.sheets import About, no_documents

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


def citation(
    title: str, address: str, day: date | None, number: str = "", accessed: date | None = None
) -> Citation:
    """How data are cited: who, what, which edition, when, where; taken today if nothing is said."""
    name = f"{title}（{number} 版）" if number else title
    reference = own_reference(name, address, day, accessed or timezone.localdate())
    return Citation(f"{name}。据{reference.publisher}。", (reference,), address)


def about(
    title: str,
    address: str,
    conditions: tuple[tuple[str, str], ...] = (),
    documents: Callable[[], list[str]] = no_documents,
    cited: str = "",
) -> About:
    """What goes along with a file of rows; `cited` if it is cited in another way than a page."""
    today, terms = timezone.localdate(), licence()
    return About(
        title=title,
        address=address,
        day=today.isoformat(),
        publisher=publisher(),
        licence=terms.title,
        licence_address=terms.address,
        reserved=RESERVED,
        citation=cited or str(citation(title, address, today).references[0]),
        conditions=conditions,
        documents=documents,
    )
