"""Dates of openings, foundings and signings wherever a record gives one, read by thing."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, QuerySet

from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.partial_dates import first_day, last_day
from projects.checks.counted import record_name
from projects.checks.evidence import Step
from projects.models.activities import Activity, Agreement
from projects.models.enterprises import Enterprise
from projects.models.investments import Investment
from projects.models.outlets import Outlet
from projects.models.projects import Project
from projects.models.sites import Site


@dataclass(frozen=True)
class Dated:
    """A kind of things with a step that is dated in their own record and by activities.

    `by_activity` names the things from an activity, `activities` the other way; an activity counts
    if it is that step, or whatever it is where `is_any_step`.
    """

    model: type[Model]
    field: str
    step: str
    activities: str
    by_activity: str
    is_any_step: bool = False

    @property
    def dataset(self) -> str:
        return dataset_name(self.model)

    @property
    def dated_activities(self) -> QuerySet:
        rows = Activity.objects.exclude(starts_on="")
        return rows if self.is_any_step else rows.filter(step=self.step)

    def things_with_activities(self) -> QuerySet:
        """Those that can be dated more than once."""
        rows = self.model._default_manager.filter(
            **{f"{self.activities}__in": self.dated_activities.values("pk")}
        )
        return rows.order_by("pk").distinct()


DATED = (
    Dated(Site, "opened_on", Activity.Step.OPENED, "activities", "site"),
    Dated(Enterprise, "founded_on", Activity.Step.FOUNDED, "activities", "enterprises"),
    Dated(Agreement, "signed_on", Activity.Step.SIGNED, "activity", "agreements", True),
)
BY_DATASET = {one.model: one for one in DATED}


def load_steps(model: type[Model], keys: Collection[int]) -> dict[int, list[Step]]:
    """The steps of things of one model that are dated: {number: steps}."""
    dated = BY_DATASET[model]
    things = {row.pk: row for row in model._default_manager.filter(pk__in=keys)}
    found: dict[int, list[Step]] = {pk: list(own_step(row, dated)) for pk, row in things.items()}
    activities = dated.dated_activities.filter(**{f"{dated.by_activity}__in": things})
    activities = activities.annotate(thing=F(dated.by_activity)).order_by("starts_on", "slug")
    for activity in activities:
        if activity.thing in things:
            found[activity.thing].append(step_of_activity(things[activity.thing], activity, dated))
    return found


@dataclass(frozen=True)
class Order:
    """Two kinds of steps of a thing of which one must come first, one of them dated by other rows.

    `rows` are those rows, `thing` names the thing in them, `field` dates the step, which is called
    `step`; `is_first` tells whether theirs comes first, else the thing's own does.
    """

    model: type[Model]
    other: type[Model]
    thing: str
    field: str
    step: str
    is_first: bool = False
    only: tuple[tuple[str, str], ...] = ()

    @property
    def rows(self) -> QuerySet:
        return (
            self.other._default_manager.published()
            .filter(**dict(self.only))
            .exclude(**{self.field: ""})
        )

    def things(self) -> QuerySet:
        """Those that a dated row names."""
        named = self.rows.exclude(**{self.thing: None}).order_by()
        return self.model._default_manager.filter(pk__in=named.values(self.thing))


NEW = (("construction", "new"),)
FOUNDED_NEW = (("kind", "new"),)
ORDERS = (
    Order(Site, Project, "site", "actual_start", "建设项目开工", True, NEW),
    Order(Enterprise, Investment, "local_enterprise", "producing_on", "投产", False, FOUNDED_NEW),
    Order(Enterprise, Outlet, "operator", "opened_on", "网点开业"),
)


def load_orders(
    model: type[Model], keys: Collection[int]
) -> dict[int, list[tuple[list[Step], list[Step]]]]:
    """Of things of one model the pairs of what must come first and what then, each as dated."""
    found: dict[int, list[tuple[list[Step], list[Step]]]] = defaultdict(list)
    orders = [order for order in ORDERS if order.model is model]
    dated = BY_DATASET[model]
    things = {}
    if orders:
        rows = model._default_manager.filter(pk__in=keys).exclude(**{dated.field: ""})
        things = {row.pk: row for row in rows}
    for order in orders:
        own = order.rows.filter(**{f"{order.thing}__in": things}).order_by(order.field, "slug")
        others = defaultdict(list)
        for row in own:
            thing = things[getattr(row, f"{order.thing}_id")]
            others[thing.pk].append(step_of_row(thing, row, order))
        for pk, steps in others.items():
            mine = list(own_step(things[pk], dated))
            found[pk] += [(steps, mine)] if order.is_first else [(mine, [one]) for one in steps]
    return found


def step_of_row(thing: Any, row: Any, order: Order) -> Step:
    text, words = getattr(row, order.field), f"{row._meta.verbose_name}“{row}”"
    return make_step(thing, order.field, order.step, text, text, row, words)


def own_step(row: Any, dated: Dated) -> Iterator[Step]:
    text = getattr(row, dated.field)
    if text:
        yield step_of(row, dated.step, text, text, row, f"{row._meta.verbose_name}记录")


def step_of_activity(thing: Any, activity: Any, dated: Dated) -> Step:
    end = activity.ends_on or activity.starts_on
    return step_of(thing, dated.step, activity.starts_on, end, activity, f"活动“{activity}”")


def step_of(thing: Any, step: str, start: str, end: str, record: Any, words: str) -> Step:
    return make_step(thing, str(step), Activity.Step(step).label, start, end, record, words)


def make_step(
    thing: Any, step: str, label: str, start: str, end: str, record: Any, words: str
) -> Step:
    """The step of a thing, named by its `label`, at the dates by which a record says it was."""
    return Step(
        thing=record_name(thing),
        step=step,
        name=f"{thing}{label}",
        words=words,
        record=record_name(record),
        text=start,
        earliest=first_day(start),
        latest=last_day(end),
    )
