"""The entries of the main navigation, the one that is open marked."""

from dataclasses import dataclass

from django.urls import reverse

MAIN = (
    ("headquarters-list", "指挥部"),
    ("program-list", "工程"),
    ("region-list", "地区"),
    ("source-list", "文献"),
)


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    text: str
    url: str
    is_here: bool


def navigation(request):
    """Context processor: `navigation`, the entries in their order."""
    entries = [(text, reverse(name)) for name, text in MAIN]
    return {
        "navigation": [Entry(text, url, request.path.startswith(url)) for text, url in entries]
    }
