"""The main navigation: groups of entries, as the apps declare them, the one that is open marked."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from aidtracker.ground.datasets import MenuGroup, PublicPage, declared, public_pages
from aidtracker.pages.overview import list_url


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    text: str
    url: str
    is_here: bool


@dataclass(frozen=True)
class Group:
    """Entries under one word; a single one stands for itself."""

    title: str
    entries: tuple[Entry, ...]

    @property
    def is_here(self) -> bool:
        return any(entry.is_here for entry in self.entries)


@cache
def places() -> tuple[tuple[PublicPage, str], ...]:
    """What is declared, in its order, with the address that it leads to."""
    lists = [(one.navigation, list_url(one.model)) for one in declared() if one.navigation]
    pages = [(page, reverse(page.address)) for page in public_pages()]
    return tuple(sorted([*lists, *pages], key=lambda one: (one[0].group.place, one[0].place)))


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation`, its groups in their order."""
    groups: dict[MenuGroup, list[Entry]] = {}
    for page, url in places():
        entry = Entry(page.word, url, request.path.startswith(url))
        groups.setdefault(page.group, []).append(entry)
    return {"navigation": [Group(group.title, tuple(found)) for group, found in groups.items()]}
