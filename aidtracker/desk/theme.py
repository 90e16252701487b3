"""The admin's name and side menu; read by the settings, so without models at import."""

from functools import cache
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

from aidtracker.ground.datasets import MenuGroup, MenuPage, admin_page, declared, menu_pages

# The lists of the site itself: group, model, icon.
OWN_LISTS = (
    (MenuGroup("审计", 100), "aidtracker.Act", "history_edu"),
    (MenuGroup("用户", 110), "auth.User", "person"),
    (MenuGroup("用户", 110), "auth.Group", "group"),
)


@cache
def menu() -> dict[MenuGroup, dict[str, str]]:
    """The admin's lists: {group: {model: icon}}, groups by their places."""
    lists = [(dataset.group, dataset.label, dataset.icon) for dataset in declared()]
    found: dict[MenuGroup, dict[str, str]] = {}
    for group, label, icon in sorted([*lists, *OWN_LISTS], key=lambda entry: entry[0].place):
        found.setdefault(group, {})[label] = icon
    return found


def pages_of(group: MenuGroup) -> list[MenuPage]:
    """The pages in front of a group's lists."""
    return [page for page in menu_pages() if page.group == group]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The side menu: groups of lists, each with whether the user may see it."""
    groups = [
        {
            "title": group.title,
            "collapsible": False,
            "separator": False,
            "items": [
                *(page_item(request, page) for page in pages_of(group)),
                *(menu_item(request, *entry) for entry in entries.items()),
            ],
        }
        for group, entries in menu().items()
    ]
    mark_open(groups, request.path)
    return groups


def mark_open(groups: list[dict[str, Any]], path: str) -> None:
    """Mark the entries of the menu in use: a page within a list is not the list."""
    inside = {page.link for page in menu_pages() if path.startswith(page.link)}
    for entry in (entry for group in groups for entry in group["items"]):
        link = entry["link"]
        entry["active"] = link in inside if inside else path.startswith(link)


def page_item(request: HttpRequest, page: MenuPage) -> dict[str, Any]:
    return item(page.title, page.icon, page.link, may_open_page(page, request))


def menu_item(request: HttpRequest, label: str, icon: str) -> dict[str, Any]:
    model = apps.get_model(label)
    title, link = model._meta.verbose_name_plural, admin_page(model, "changelist")
    return item(title, icon, link, may_open(model, request))


# What the skin's template asks of each entry besides; what is not there it looks for in three ways.
NOT_SHOWN = {"badge": "", "link_callback": ""}


def item(title: Any, icon: str, link: str, is_open: bool) -> dict[str, Any]:
    found = {"title": title, "icon": icon, "link": link, "has_permission": is_open}
    return found | NOT_SHOWN


def may_open(model: Any, request: HttpRequest) -> bool:
    """Whether the list would open: who may change rows may see them; own acts see all staff."""
    app, name = model._meta.app_label, model._meta.model_name
    rights = (f"{app}.{verb}_{name}" for verb in ("view", "change"))
    return (app, name) == ("aidtracker", "act") or any(map(request.user.has_perm, rights))


def may_open_page(page: MenuPage, request: HttpRequest) -> bool:
    return any(map(request.user.has_perm, page.rights))


UNFOLD = {
    "SITE_TITLE": "援疆记录后台",
    "SITE_HEADER": "援疆记录",
    "SITE_SUBHEADER": "后台",
    "SITE_SYMBOL": "menu_book",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    # They stand in record.css: what a page says itself of its style is refused by the browser.
    "BORDER_RADIUS": None,
    "COLORS": lambda request: {},
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("icon.svg")}
    ],
    "STYLES": [lambda request: static("admin/record.css")],
    "SCRIPTS": [
        lambda request: static("admin/alive.js"),
        lambda request: static("admin/unsaved.js"),
        lambda request: static("admin/keys.js"),
        lambda request: static("admin/wanted.js"),
    ],
    "ACCOUNT": {
        "navigation": [
            {"title": "手册", "link": reverse_lazy("admin:manual")},
            {"title": "第一天", "link": reverse_lazy("admin:first_day")},
            {"title": "起步", "link": reverse_lazy("admin:first_steps")},
            {"title": "登录与安全", "link": reverse_lazy("admin:own_security")},
            {"title": "修改密码", "link": reverse_lazy("admin:password_change")},
        ]
    },
    "LOGIN": {"form": "aidtracker.accounts.logins.LoginForm"},
    "DASHBOARD_CALLBACK": "aidtracker.desk.home.dashboard",
    "SIDEBAR": {"show_search": False},
}
