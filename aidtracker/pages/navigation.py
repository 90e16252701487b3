"""The entries of the main navigation, as the apps declare them, the one that is open marked."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from aidtracker.ground.datasets import declared
from aidtracker.pages.overview import list_url


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    text: str
    url: str
    is_here: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation`, the entries in their order."""
    shown = [(one.navigation, list_url(one.model)) for one in declared() if one.navigation]
    entries = [(text, url) for (_, text), url in sorted(shown)]
    return {"navigation": [Entry(text, url, request.path.startswith(url)) for text, url in entries]}
