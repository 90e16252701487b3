"""The admin's first page: what there is to do, and every list by its group."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from aidtracker.desk.filters import KINDS, kinds_of_work
from aidtracker.desk.theme import may_open, may_open_page, menu, pages_of
from aidtracker.ground.datasets import MenuGroup, admin_page, declared
from aidtracker.ground.scope import Scope, changeable, scope_of
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
    models = tuple(model for model in models_with_work() if may_open(model, request))
    rights = None if user.is_superuser else frozenset(user.get_all_permissions())
    work, own = (
        to_count(found, user, rights, scope_of(user), timezone.localdate(), most)
        for found, most in (((*models, *QUEUES), MOST_WAITING), (tuple(PERSONAL), MOST_COUNTED))
    )
    counts = [count for _, count, _ in (*work, *own)]
    rows = get_user_model()._default_manager.filter(pk=user.pk).values_list(*counts)
    numbers = iter(rows.get() if counts else ())
    found = [
        [{**line, "count": in_words(n, most)} for line, _, most in lines if (n := next(numbers))]
        for lines in (work, own)
    ]
    return found[0], found[1]


@lru_cache(maxsize=256)
def to_count(
    kinds: tuple[Any, ...],
    user: Any,
    rights: frozenset[str] | None,
    scope: Scope,
    today: date,
    most: int,
) -> list[tuple[dict[str, Any], CountedUpTo, int]]:
    """What is counted for a person who has these rights (None: all) and this scope today.

    What a hundred queries ask follows from nothing else, and to put them together takes Django
    longer than the database needs to answer: it is kept with the SQL made of it.
    """
    lines = (
        line
        for kind in kinds
        for line in (work_of(kind, user) if isinstance(kind, type) else kind(user))
    )
    return [(line, CountedUpTo(rows, most), most) for line, rows in lines]


def work_of(model: type[Any], user: Any) -> Iterator[Work]:
    """Each kind of work in a list that the user may open."""
    for key, (label, rule) in kinds_of_work(model, user).items():
        link = f"{admin_page(model, 'changelist')}?todo={key}"
        line = {"key": key, "what": model._meta.verbose_name_plural, "kind": label}
        yield {**line, "link": link}, changeable(model.objects.filter(rule), user)
