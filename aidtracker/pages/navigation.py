"""The entries of the main navigation, the one that is open marked."""

from dataclasses import dataclass

from django.urls import reverse

MAIN = (
    ("headquarters-list", "指挥部"),
    ("program-list", "工程"),
    ("project-list", "援疆项目"),
    ("investment-list", "招商项目"),
    ("enterprise-list", "企业"),
    ("site-list", "场所"),
    ("outlet-list", "网点"),
    ("region-list", "地区"),
    ("activity-list", "活动"),
    ("metric-list", "指标"),
    ("finding-list", "数据核对"),
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
    return {"navigation": [Entry(text, url, request.path.startswith(url)) for text, url in entries]}
