"""The leader's page: all of a headquarters at a glance, as it stands in its ledgers on a day.

Everything is counted over rows that are not withdrawn, drafts included: it is a page for staff.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, Max, OuterRef, Q, Subquery, Sum, When
from django.utils import timezone

from aidtracker.ground.datasets import record_models
from aidtracker.ground.months import first_of_month, in_chinese, previous
from aidtracker.ground.people import with_own_name
from aidtracker.review.reviewed import HANDED_IN
from aidtracker.trail.acts import Way
from aidtracker.trail.history import FOLLOW_ON, is_follow_on
from programs.models import Headquarters
from projects.models import (
    Finding,
    InvestmentReport,
    Matter,
    Observation,
    PipelineCase,
    ProgressReport,
    Project,
    ProjectPlan,
    Review,
    StageEntry,
)
from projects.models.attachments import Attachment
from projects.models.finding_kinds import TO_SETTLE
from projects.models.matters import OPEN
from projects.monthly.due import subjects_missing
from projects.monthly.kinds import KINDS
from projects.monthly.rounds import late_rounds
from projects.warnings import warnings_for
from projects.warnings.groups import grouped
from projects.warnings.kinds import LATE

WEEK = timedelta(days=7)
PERSON = ("act__user_name", "act__user__last_name", "act__user__first_name")
UNKNOWN = "未填"
MOST_LINES = 100
TREND = 6  # months
MOST_PHOTOGRAPHS = 4
QUEUE = (Review.RETURNED, Review.SUBMITTED, Review.APPROVED, Review.DRAFT)


def ledgers_of_headquarters():
    """The models whose rows belong to a headquarters alone."""
    models = record_models()
    return [model for model in models if model.OWNERS and not model.IS_SHARED]


def reviewed_ledgers():
    return [model for model in record_models() if model.REVIEW]


@dataclass(frozen=True)
class CountLine:
    """A word, how many rows it stands for, and the list of them."""

    label: str
    count: int
    query: str = ""


@dataclass(frozen=True)
class DoneLine:
    """What one person did to one ledger during the week: how, to how many rows, last when."""

    when: Any
    person: str
    ledger: str
    way: str
    rows: int


def in_any_way(lines: list[DoneLine]) -> DoneLine:
    """Lines of one person and ledger as one, its ways in order of rows."""
    ways = "、".join(one.way for one in sorted(lines, key=lambda line: -line.rows))
    rows = sum(one.rows for one in lines)
    return replace(lines[0], when=max(one.when for one in lines), way=ways, rows=rows)


@dataclass(frozen=True)
class TrendLine:
    """What was handed in about a month: reports and the amounts of them that state one."""

    month: date
    reports: int
    work_done: Any
    deals: int
    arrived: Any

    @property
    def month_words(self) -> str:
        return in_chinese(self.month)


@dataclass(frozen=True)
class QueueLine:
    """How many rows of a ledger stand in each state of review that waits for somebody."""

    model: Any
    counts: tuple[int, ...]

    @property
    def label(self):
        return self.model._meta.verbose_name


@dataclass(frozen=True)
class MissingLine:
    """The subjects of a monthly ledger that nothing was handed in about."""

    kind: Any
    subjects: list

    @property
    def count(self):
        return len(self.subjects)


@dataclass
class Desk:
    """One headquarters on a day; each part is read when it is asked for."""

    headquarters: Headquarters
    today: date
    asked_month: date | None = None

    @cached_property
    def projects(self):
        return Project.objects.filter(headquarters=self.headquarters).exclude(
            review=Review.WITHDRAWN
        )

    @cached_property
    def counts(self):
        """(all projects, published ones)."""
        is_public = Q(review=Review.PUBLISHED)
        found = self.projects.aggregate(all=Count("pk"), public=Count("pk", filter=is_public))
        return found["all"], found["public"]

    @cached_property
    def statuses(self):
        found = dict(self.grouped("status"))
        labels = [*Project.Status.choices, ("", UNKNOWN)]
        return [
            CountLine(label, found[value], f"status__exact={value}" if value else "")
            for value, label in labels
            if value in found
        ]

    @cached_property
    def categories(self):
        found = self.grouped("category__code", "category__name", "category")
        return [
            CountLine(name or UNKNOWN, count, f"category__id__exact={pk}" if pk else "")
            for _, name, pk, count in found
        ]

    def grouped(self, *names):
        rows = self.projects.order_by(*names).values(*names).annotate(total=Count("pk"))
        return rows.values_list(*names, "total")

    @cached_property
    def ladder(self):
        return self.projects.ladder()

    @cached_property
    def plan(self):
        """Of the year: how many projects are planned, for how much at first and as adjusted."""
        plans = ProjectPlan.objects.filter(
            project__headquarters=self.headquarters, year=self.today.year
        ).exclude(review=Review.WITHDRAWN)
        same = plans.filter(project=OuterRef("project")).order_by("-number")
        last = Q(pk=Subquery(same.values("pk")[:1]))
        return plans.aggregate(
            projects=Count("project", distinct=True),
            first=Sum("amount", filter=Q(number=1)),
            adjusted=Count("project", filter=Q(number__gt=1), distinct=True),
            amount=Sum("amount", filter=last),
        )

    @cached_property
    def warnings(self):
        return warnings_for([self.headquarters.pk], self.today)

    @cached_property
    def late(self):
        """What is late, by rule; reports that are missing have a list of their own."""
        return grouped(one for one in self.warnings if one.rule.kind in LATE)

    @cached_property
    def wrong(self):
        """Other warnings, by rule."""
        return grouped(one for one in self.warnings if one.rule.kind not in (*LATE, "missing"))

    @property
    def late_count(self):
        return sum(group.count for group in self.late)

    @property
    def wrong_count(self):
        return sum(group.count for group in self.wrong)

    @cached_property
    def month(self):
        """The month whose reports it speaks of: that asked for, else the last complete one."""
        return self.asked_month or previous(first_of_month(self.today))

    @property
    def month_words(self):
        return in_chinese(self.month)

    @cached_property
    def missing(self):
        """For each monthly ledger, what nothing was handed in about for the month."""
        return [
            MissingLine(kind, subjects_missing(kind, self.headquarters, self.month))
            for kind in KINDS.values()
        ]

    @property
    def missing_count(self) -> int:
        return sum(line.count for line in self.missing)

    @cached_property
    def trend(self) -> list["TrendLine"]:
        """What was reported month by month, up to the month of the page: a query a ledger."""
        months = [self.month]
        while len(months) < TREND:
            months.append(previous(months[-1]))
        done = self.monthly(ProgressReport, months, "work_done_month")
        arrived = self.monthly(InvestmentReport, months, "arrived_month")
        nothing = (0, None)
        return [
            TrendLine(month, *done.get(month, nothing), *arrived.get(month, nothing))
            for month in months
        ]

    def monthly(self, model: Any, months: list[date], name: str) -> dict[date, tuple]:
        """How many reports were handed in and their amounts added up: {month: (count, sum)}."""
        own = model.objects.filter(**{model.OWNERS[0]: self.headquarters}, month__in=months)
        rows = own.filter(review__in=HANDED_IN).order_by().values("month")
        found = rows.annotate(reports=Count("pk"), amount=Sum(name))
        return {row["month"]: (row["reports"], row["amount"]) for row in found}

    @cached_property
    def photographs(self) -> list[Attachment]:
        """The latest of its projects."""
        rows = Attachment.objects.filter(project__in=self.projects, width__isnull=False)
        return list(rows.select_related("project").order_by("-pk")[:MOST_PHOTOGRAPHS])

    @cached_property
    def changes(self):
        """What was done during the last seven days, by person and ledger, in whatever ways: a
        query a ledger.

        What nobody typed, but followed from reports and plans, is counted apart.
        """
        found: dict[tuple, list[DoneLine]] = {}
        for model in ledgers_of_headquarters():
            for line in self.changes_of(model):
                is_typed = line.way != FOLLOW_ON
                found.setdefault((line.person, line.ledger, is_typed), []).append(line)
        lines = (in_any_way(same) for same in found.values())
        return sorted(lines, key=lambda line: line.when, reverse=True)

    @property
    def changed_rows(self) -> int:
        return sum(line.rows for line in self.changes)

    def changes_of(self, model):
        states = model.history.model
        since = timezone.now() - WEEK
        rows = states.objects.filter(history_date__gte=since).filter(
            **{model.OWNERS[0]: self.headquarters.pk}
        )
        followed = Case(When(is_follow_on(), then=True), default=False)
        grouped = (
            rows.order_by().annotate(followed=followed).values(*PERSON, "act__way", "followed")
        )
        for row in grouped.annotate(last=Max("history_date"), rows=Count("id", distinct=True)):
            way = Way(row["act__way"] or Way.PROGRAM).label
            yield DoneLine(
                row["last"],
                with_own_name(*(row[name] or "" for name in PERSON)) or "（程序）",
                model._meta.verbose_name,
                FOLLOW_ON if row["followed"] else way,
                row["rows"],
            )

    @cached_property
    def findings(self):
        """Open findings about figures of the headquarters or its projects."""
        series = Q(series__headquarters=self.headquarters)
        for name in ("project", "investment", "outlet"):
            series |= Q(**{f"series__{name}__headquarters": self.headquarters})
        observations = Observation.objects.filter(series | Q(maintainer=self.headquarters))
        return list(
            Finding.objects.current()
            .filter(state=Finding.State.OPEN, result__in=TO_SETTLE)
            .filter(observations__in=observations)
            .worst_first()
            .distinct()[:MOST_LINES]
        )

    @cached_property
    def matters(self):
        """(how many are open, the late ones, the longest first)."""
        own = Matter.objects.filter(headquarters=self.headquarters)
        late = own.late(self.today).select_related("enterprise", "site")
        return own.filter(state__in=OPEN).count(), list(late.order_by("due_on")[:MOST_LINES])

    @cached_property
    def cases(self):
        """(how many are pursued, those that have stalled, the longest first)."""
        own = PipelineCase.objects.filter(headquarters=self.headquarters)
        stalled = own.stalled(self.today).with_stage(StageEntry.objects.standing())
        rows = stalled.prefetch_related("follow_ups")[:MOST_LINES]
        return own.under_way().count(), sorted(rows, key=lambda one: one.entered_on)

    @cached_property
    def late_rounds(self):
        """Rounds of assessments whose day is over and that are not rated whole."""
        return late_rounds(self.headquarters, self.today)

    @cached_property
    def queue(self):
        """Rows that wait for review, by ledger; ledgers without any are left out."""
        lines = (self.queue_of(model) for model in reviewed_ledgers())
        return [line for line in lines if any(line.counts)]

    def queue_of(self, model):
        counts = {
            state: Count("pk", filter=Q(**{model.REVIEW: state}), distinct=True) for state in QUEUE
        }
        own = model.objects.order_by().filter(**{model.OWNERS[0]: self.headquarters})
        found = own.aggregate(**counts)
        return QueueLine(model, tuple(found[state] for state in QUEUE))
