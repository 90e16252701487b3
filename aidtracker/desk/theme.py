"""The admin's name, colours and side menu; read by the settings, so without models at import."""

from functools import partial
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

MENU = {
    "谁援助谁": {
        "programs.Headquarters": "corporate_fare",
        "programs.Pairing": "handshake",
        "programs.Region": "location_on",
        "programs.Batch": "groups",
        "programs.Official": "badge",
    },
    "工程与政策": {
        "programs.Program": "account_tree",
        "programs.Policy": "gavel",
        "programs.Category": "category",
    },
    "项目与招商": {
        "projects.Project": "construction",
        "projects.ProjectParty": "diversity_3",
        "projects.Investment": "payments",
    },
    "台账与月报": {
        "projects.ProgressReport": "engineering",
        "projects.InvestmentReport": "trending_up",
        "projects.OutletReport": "point_of_sale",
        "projects.JobsReport": "work",
        "projects.TrainingReport": "school",
        "projects.ProjectPlan": "event_note",
        "projects.Milestone": "flag",
    },
    "审核与账期": {
        "projects.Revision": "rate_review",
        "projects.ReportingPeriod": "calendar_month",
        "projects.WarningRule": "notification_important",
    },
    "企业、场所、网点": {
        "projects.Enterprise": "factory",
        "projects.Site": "domain",
        "projects.Outlet": "storefront",
    },
    "活动、协议、荣誉": {
        "projects.Activity": "event",
        "projects.Agreement": "contract",
        "projects.Award": "workspace_premium",
    },
    "指标与数据": {
        "projects.Observation": "pin",
        "projects.Series": "timeline",
        "projects.Metric": "straighten",
        "projects.Finding": "fact_check",
        "projects.ObservationPart": "functions",
    },
    "文献": {
        "programs.Source": "menu_book",
        "projects.SkippedPhrase": "skip_next",
    },
    "审计": {
        "aidtracker.Act": "history_edu",
    },
    "用户": {
        "auth.User": "person",
        "auth.Group": "group",
    },
}


LEDGERS = (
    "projects.ProgressReport",
    "projects.InvestmentReport",
    "projects.OutletReport",
    "projects.JobsReport",
    "projects.TrainingReport",
)
MONTHLY_TOTALS = "projects_monthly_totals"
# Pages in front of a group's lists: title, icon, address, and the lists whose readers see them.
PAGES: dict[str, list[tuple[str, str, str, tuple[str, ...]]]] = {
    "项目与招商": [("指挥部一页", "dashboard", "projects_desks", ("projects.Project",))],
    "台账与月报": [("按月填报", "edit_note", "projects_grid", LEDGERS)],
    "指标与数据": [("月报汇总", "calculate", MONTHLY_TOTALS, ("projects.Observation",))],
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The side menu: groups of lists, each with what the user may see."""
    return [
        {
            "title": title,
            "items": [
                *(page_item(*page) for page in PAGES.get(title, ())),
                *(menu_item(*entry) for entry in entries.items()),
            ],
        }
        for title, entries in MENU.items()
    ]


def page_item(title: str, icon: str, name: str, labels: tuple[str, ...]) -> dict[str, Any]:
    link = reverse(f"admin:{name}")
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "active": partial(is_open, link),
        "permission": partial(may_open_page, name, labels),
    }


def menu_item(label: str, icon: str) -> dict[str, Any]:
    meta = apps.get_model(label)._meta
    link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return {
        "title": meta.verbose_name_plural,
        "icon": icon,
        "link": link,
        "active": partial(is_open, link),
        "permission": partial(may_open, meta.app_label, meta.model_name),
    }


def is_open(link: str, request: HttpRequest) -> bool:
    """Whether an entry of the menu is the one in use: a page within a list is not the list."""
    pages = [reverse(f"admin:{name}") for found in PAGES.values() for _, _, name, _ in found]
    inside = [page for page in pages if request.path.startswith(page)]
    return link in inside if inside else request.path.startswith(link)


def may_open(app_label: str, model_name: str, request: HttpRequest) -> bool:
    """Whether the list would open: who may change rows may see them; own acts see all staff."""
    return (app_label, model_name) == ("aidtracker", "act") or any(
        request.user.has_perm(f"{app_label}.{verb}_{model_name}") for verb in ("view", "change")
    )


def may_open_any(labels: tuple[str, ...], request: HttpRequest) -> bool:
    """Whether one of the lists would open."""
    lists = (label.lower().split(".") for label in labels)
    return any(may_open(app_label, name, request) for app_label, name in lists)


def may_open_page(name: str, labels: tuple[str, ...], request: HttpRequest) -> bool:
    """Whether a page of `PAGES` would open; the sums of a month only for who enters figures."""
    if name == MONTHLY_TOTALS:
        return request.user.has_perm("projects.add_observation")
    return may_open_any(labels, request)


# The site's own paper, ink and accent: light at one end, dark at the other.
COLORS = {
    "base": {
        "50": "#fbfaf7",
        "100": "#f3f0ea",
        "200": "#e3dfd6",
        "300": "#cdc8bd",
        "400": "#a3acb5",
        "500": "#5b6570",
        "600": "#49525b",
        "700": "#343a40",
        "800": "#272c31",
        "900": "#1c2024",
        "950": "#14171a",
    },
    "primary": {
        "50": "#f1f8fa",
        "100": "#e0f0f4",
        "200": "#c4e2ea",
        "300": "#9dd2df",
        "400": "#85cbdb",
        "500": "#6fc3d6",
        "600": "#14617a",
        "700": "#105066",
        "800": "#0d4254",
        "900": "#0b3745",
        "950": "#07242e",
    },
    "font": {
        "subtle-light": "#5b6570",
        "subtle-dark": "#a3acb5",
        "default-light": "#353d45",
        "default-dark": "#d3d4d2",
        "important-light": "#1d2329",
        "important-dark": "#eceae5",
    },
}

UNFOLD = {
    "SITE_TITLE": "援疆记录后台",
    "SITE_HEADER": "援疆记录",
    "SITE_SUBHEADER": "后台",
    "SITE_SYMBOL": "menu_book",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "BORDER_RADIUS": "4px",
    "COLORS": COLORS,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("icon.svg")}
    ],
    "STYLES": [lambda request: static("admin/record.css")],
    "SCRIPTS": [
        lambda request: static("admin/alive.js"),
        lambda request: static("admin/keys.js"),
        lambda request: static("admin/wanted.js"),
    ],
    "LOGIN": {"form": "aidtracker.accounts.logins.LoginForm"},
    "DASHBOARD_CALLBACK": "aidtracker.desk.home.dashboard",
    "SIDEBAR": {"show_search": False, "navigation": navigation},
}
