"""The admin's first page: what there is to do, and every list by its group."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest

from aidtracker.desk.filters import KINDS, kinds_of_work
from aidtracker.desk.theme import may_open, may_open_page, menu, pages_of
from aidtracker.ground.datasets import MenuGroup, admin_page, declared
from aidtracker.ground.scope import changeable
from aidtracker.pages.paging import MOST_COUNTED, CountedUpTo, in_words

MOST_WAITING = 1_000  # of each kind of work so much is counted
# What waits for this person, the most urgent first; other work can wait.
OWN = (
    "notice",
    "returned",
    "approve",
    "publish",
    "due",
    "answer",
    "draft",
    "contradiction",
    "candidate",
)
# What else waits for whoever sent a request, as `work_for` says it, with rows to count in its one
# query, or counted already; the apps add to both.
Work = tuple[dict[str, Any], QuerySet]  # a line, and the rows that it counts
QUEUES: list[Callable[[Any], Iterable[Work]]] = []
WAITING: list[Callable[[HttpRequest], Iterable[dict[str, Any]]]] = []
# What a person did and how far they are; counted in the same query.
PERSONAL: list[Callable[[Any], Iterable[Work]]] = []


def dashboard(request, context):
    """The context of the first page; called by the skin."""
    groups = [
        {
            "title": group.title,
            "lists": [
                *open_pages(request, group),
                *(item for label in labels for item in list_of(request, label)),
            ],
        }
        for group, labels in menu().items()
    ]
    work, personal = counted(request)
    waiting = [item for found in WAITING for item in found(request)]
    own = [item for item in (*work, *waiting) if item["key"] in OWN]
    other = [item for item in work if item["key"] not in OWN]
    return context | {
        "title": "首页",
        "own_work": sorted(own, key=lambda item: OWN.index(item["key"])),
        "work": sorted(other, key=lambda item: [*KINDS].index(item["key"])),
        "personal": personal,
        "groups": [group for group in groups if group["lists"]],
    }


def models_with_work() -> list[type[Any]]:
    """The lists in which work is looked for; others offer the same filters without a count."""
    return [dataset.model for dataset in declared() if dataset.has_work]


def open_pages(request: HttpRequest, group: MenuGroup) -> Iterator[dict[str, str]]:
    """The pages of a group that are no lists, as far as they are for this user."""
    for page in pages_of(group):
        if may_open_page(page, request):
            yield {"title": page.title, "link": page.link, "add_link": ""}


def list_of(request, label):
    """A list with the addresses to open it and to add to it; nothing if it is not for this user."""
    model = apps.get_model(label)
    may_add = site.get_model_admin(model).has_add_permission(request)
    if may_open(model, request):
        yield {
            "title": model._meta.verbose_name_plural,
            "link": admin_page(model, "changelist"),
            "add_link": admin_page(model, "add") if may_add else "",
        }


def counted(request: HttpRequest) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is to be done in the lists, a line for each kind of work that has rows, and what the
    person did. One query."""
    user = request.user
    work = [*lists_with_work(request), *(line for lines in QUEUES for line in lines(user))]
    own = [line for lines in PERSONAL for line in lines(user)]
    bounds = [*[MOST_WAITING] * len(work), *[MOST_COUNTED] * len(own)]
    lines = [*work, *own]
    counts = [CountedUpTo(found, most) for (_, found), most in zip(lines, bounds, strict=True)]
    rows = get_user_model()._default_manager.filter(pk=user.pk).values_list(*counts)
    found = [
        {**line, "count": in_words(count, most)} if count else {}
        for (line, _), most, count in zip(lines, bounds, rows.get() if counts else (), strict=True)
    ]
    return [*filter(None, found[: len(work)])], [*filter(None, found[len(work) :])]


def lists_with_work(request: HttpRequest) -> Iterator[Work]:
    """Each kind of work in each list that the user may open."""
    for model in models_with_work():
        kinds = kinds_of_work(model, request.user) if may_open(model, request) else {}
        for key, (label, rule) in kinds.items():
            link = f"{admin_page(model, 'changelist')}?todo={key}"
            line = {"key": key, "what": model._meta.verbose_name_plural, "kind": label}
            yield {**line, "link": link}, changeable(model.objects.filter(rule), request.user)
