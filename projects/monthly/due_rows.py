"""What is due about a day: steps, what was set out to do, what comes next, matters, rounds.

Rows of several ledgers with their days and words, so that all of them take one query.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, F, Func, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Left, NullIf
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.ground.datasets import admin_page
from aidtracker.ground.partial_dates import last_day
from aidtracker.ground.scope import may, scope_of
from projects.models import (
    AssessmentRound,
    FollowUp,
    Matter,
    Milestone,
    PipelineCase,
    Review,
    Target,
)
from projects.models.matters import OPEN
from projects.monthly.rounds import RATED, unrated_of
from projects.sums.standings import Day, Standing, with_standing

AHEAD = timedelta(days=30)
# A step that was to be reached so long ago is told by the rules of warnings.
BEHIND = timedelta(days=60)
# Of each kind, so that old matters leave room for what is coming.
MOST = 40
STEP, TARGET, NEXT, MATTER, ROUND = "节点", "目标任务", "下一步", "问题", "评定"
FORMS = {STEP: Milestone, TARGET: Target, NEXT: FollowUp, MATTER: Matter}
ENDED = (Target.Status.FINISHED, Target.Status.CANCELLED)


@dataclass(frozen=True)
class DueRow:
    """A row that is due: its kind in words, its number, its day as far as known, what it is."""

    kind: str
    number: int
    day: str
    what: str

    @property
    def link(self) -> str:
        if self.kind in FORMS:
            return admin_page(FORMS[self.kind], "change", self.number)
        return f"{reverse('admin:projects_scoring')}?{urlencode({'round': self.number})}"


class Joined(Func):
    """Texts one behind the other; written flat, since SQLite reads nothing that is too deep."""

    output_field: Any = CharField()
    template = "(%(expressions)s)"
    arg_joiner = " || "


def due_rows(user: Any, today: date) -> Iterator[DueRow]:
    """The earliest first; one query."""
    times = (today - BEHIND, today + AHEAD)
    first, *others = (
        milestones(user, today),
        targets(user, today),
        next_steps(user, times),
        matters(user, today),
        *rounds(user, times),
    )
    found = first.union(*others, all=True).order_by("due_day", "due_kind", "pk")
    for one in found:
        yield DueRow(*one)


def milestones(user: Any, today: date) -> QuerySet:
    """Steps of projects that are planned and not reached."""
    rows = own_of(user, Milestone.objects.filter(planned_on__in=ends_about(today), actual_on=""))
    rows = earliest(rows.exclude(review=Review.WITHDRAWN), "planned_on")
    return line(rows, STEP, F("planned_on"), F("project__name"), Value(" "), F("name"))


def targets(user: Any, today: date) -> QuerySet:
    """What was set out to do, when it ends; nothing that is reached."""
    rows = own_of(user, Target.objects.filter(ends_on__in=ends_about(today)).exclude(unit=""))
    rows = rows.exclude(review=Review.WITHDRAWN).exclude(status__in=ENDED)
    rows = with_standing(rows, today).exclude(standing=Standing.REACHED)
    return line(earliest(rows, "ends_on"), TARGET, F("ends_on"), F("name"), Value("到期"))


def next_steps(user: Any, times: tuple[date, date]) -> QuerySet:
    """What is to be done next about cases."""
    rows = FollowUp.objects.filter(case__in=PipelineCase.objects.under_way(), next_on__range=times)
    words = F("case__name"), Value("："), F("next_step")
    return line(earliest(own_of(user, rows), "next_on"), NEXT, Day("next_on"), *words)


def matters(user: Any, today: date) -> QuerySet:
    """What somebody raised and is to be settled by a day; however long ago that was."""
    rows = own_of(user, Matter.objects.filter(state__in=OPEN, due_on__lte=today + AHEAD))
    said = [NullIf(name, Value("")) for name in ("row_key", "page")]
    about = [*said, F("enterprise__name"), F("site__name"), NullIf("raised_by", Value(""))]
    words = Coalesce(*about, Value("本站"), output_field=CharField())
    return line(
        earliest(rows, "due_on"), MATTER, Day("due_on"), words, Value("："), Left("message", 20)
    )


def rounds(user: Any, times: tuple[date, date]) -> Iterator[QuerySet]:
    """Assessments that are to be done by a day and that something is missing of."""
    rows = own_of(user, AssessmentRound.objects.filter(due_on__range=times))
    for assessed in RATED:
        yield line(
            unrated_of(rows, assessed),
            ROUND,
            Day("due_on"),
            F("scheme__name"),
            Value(" "),
            as_text("year"),
            Value(" 年评分截止，应评 "),
            as_text("expected"),
            Value(" 家，还有 "),
            as_text("missing"),
            Value(" 家没有评全"),
        )


def own_of(user: Any, rows: QuerySet) -> QuerySet:
    """Those of the own headquarters, if the person may see such rows at all."""
    model = rows.model
    if not (may(user, "view", model) or may(user, "change", model)):
        return rows.none()
    return rows.filter(**{f"{model.OWNERS[0]}__in": scope_of(user).headquarters})


def earliest(rows: QuerySet, day: str) -> QuerySet:
    """The first of some rows by their day, as a query that can be part of a union."""
    return rows.model._base_manager.filter(pk__in=rows.order_by(day, "pk").values("pk")[:MOST])


def ends_about(today: date) -> list[str]:
    """The partial dates whose last day lies not long ago or soon: days, months and years."""
    days = [today + timedelta(number) for number in range(-BEHIND.days, AHEAD.days + 1)]
    forms = {day.isoformat()[:length]: day for day in days for length in (4, 7, 10)}
    return [form for form, day in forms.items() if last_day(form) == day]


def line(rows: QuerySet, kind: str, day: Any, *words: Any) -> QuerySet:
    """Rows as all parts of the query have them, in the order of `DueRow`."""
    return (
        rows.order_by()
        .annotate(
            due_kind=Value(kind, output_field=CharField()),
            due_day=Cast(day, CharField()),
            due_words=Joined(*words),
        )
        .values_list("due_kind", "pk", "due_day", "due_words")
    )


def as_text(name: str) -> Cast:
    return Cast(F(name), CharField())
