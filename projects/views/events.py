"""What happened when: dated records of several kinds, read as one list."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

from django.db.models import F, Model, Q, QuerySet, Value

from aidtracker.ground.addresses import address
from aidtracker.ground.partial_dates import first_day, in_chinese
from programs.models import Policy, Program, Source
from projects.charts.over_time import MOST_EVENTS, Event
from projects.models import Activity, Agreement, Award, Investment, Series, Site
from projects.models.metrics import SUBJECTS

MOST_READ = 60


class Row(NamedTuple):
    """One dated record as it is read: its kind's place among the kinds, and what names it."""

    which: int
    pk: int
    name: str
    key: str
    when: str


@dataclass(frozen=True)
class Dated:
    """A kind of record with a date that says when something happened."""

    model: type[Any]
    field: str
    verb: str  # behind the name: what happened on the day
    label: str
    names: tuple[str, str] = ("name", "slug")  # where its name and the key of its page stand

    def rows(self, rule: Q) -> QuerySet:
        """The public ones that meet a rule, as `Row`s; undated none."""
        read = {
            "which": Value(KINDS.index(self)),
            "called": F(self.names[0]),
            "at": F(self.names[1]),
            "happened": F(self.field),
        }
        rows = self.model.objects.published().filter(rule).exclude(**{self.field: ""}).order_by()
        return rows.annotate(**read).values_list("which", "pk", "called", "at", "happened")

    def address(self, key: str) -> str:
        return address(f"{self.model._meta.model_name}-detail", key)


KINDS = (
    Dated(Program, "starts_on", "开始", "工程"),
    Dated(Policy, "issued_on", "发布", "政策"),
    Dated(Site, "opened_on", "启用", "场所"),
    Dated(Agreement, "signed_on", "签订", "协议"),
    Dated(Activity, "starts_on", "", "活动"),
    Dated(Award, "granted_on", "授予", "荣誉"),
    Dated(Investment, "producing_on", "投产", "招商"),
    Dated(Source, "published_on", "发表", "文献", ("title", "code")),
)
# Which records concern a subject, and how they name it; "pk" is the subject itself.
CONCERNS: dict[str, tuple[tuple[type[Model], str], ...]] = {
    "region": ((Program, "regions"), (Site, "region"), (Activity, "region"), (Award, "region")),
    "headquarters": ((Program, "headquarters"), (Agreement, "headquarters")),
    "program": ((Program, "pk"), (Policy, "programs"), (Site, "programs"), (Activity, "programs")),
    "site": ((Site, "pk"), (Activity, "site"), (Award, "site")),
    "enterprise": ((Activity, "enterprises"), (Award, "enterprise")),
}


def found(queries: Iterable[QuerySet], limit: int) -> list[Row]:
    """The rows of several kinds, the earliest first: one query."""
    several = list(queries)
    if not several:
        return []
    rows = reduce(lambda one, other: one.union(other), several)
    return [Row(*row) for row in rows.order_by("happened", "which", "called")[:limit]]


def event(row: Row) -> Event:
    """A row as an event: 2019年5月 阿克苏市电商产业园新园启用."""
    kind = KINDS[row.which]
    words = f"{row.name}{kind.verb}"
    return Event(first_day(row.when), in_chinese(row.when), words, kind.address(row.key))


def events_about(series: Series, first: int, last: int) -> list[Event]:
    """What concerns the subjects of a series in some years, what stays before what passes."""
    rules: dict[type[Any], Q] = {}
    for name in SUBJECTS:
        subject = getattr(series, f"{name}_id")
        for model, path in CONCERNS.get(name, ()) if subject else ():
            rules[model] = rules.get(model, Q()) | Q(**{path: subject})
    queries = [
        kind.rows(rules[kind.model] & within(kind.field, first, last))
        for kind in KINDS
        if kind.model in rules
    ]
    rows = sorted(found(queries, MOST_READ), key=lambda row: row.which)[:MOST_EVENTS]
    return [event(row) for row in rows]


def within(field: str, first: int, last: int) -> Q:
    """Dates of some years; they are kept as text."""
    return Q(**{f"{field}__gte": str(first), f"{field}__lt": str(last + 1)})
