"""The rows that rules look at: of each ledger one query, however many rows it has."""

from collections import defaultdict
from datetime import date
from functools import cached_property

from django.db.models import F, Value

from aidtracker.ground.batches import in_batches
from aidtracker.ground.datasets import dataset_model, dataset_name
from aidtracker.ground.months import first_of_month, last_of_month, previous
from aidtracker.ground.partial_dates import first_day, last_day
from aidtracker.review.reviewed import HANDED_IN
from projects.models import ReportingPeriod, Review
from projects.models.periods import due_day
from projects.models.reports import MonthlyReport
from projects.warnings.values import value_at

MONTHS_BACK = 12
ACCEPTED = (Review.APPROVED, Review.PUBLISHED)
# From when on something is reported about.
STARTS = {
    "projects": ("actual_start", "planned_start"),
    "investments": ("signed_on",),
    "outlets": ("opened_on",),
    "targets": ("starts_on",),
}
# Until when something is reported about.
ENDS = {"targets": "ends_on"}


def joins(model):
    """What is read along with rows of a ledger: whose they are, and what they are about."""
    return {*model.OWNERS, *filter(None, (getattr(model, "SUBJECT", ""),))}


def path_to_subject(model):
    """The beginning of lookups from rows of a ledger to what they are about."""
    if issubclass(model, MonthlyReport):
        return f"{model.SUBJECT}__"
    return "project__" if model.OWNERS[0].startswith("project__") else ""


def subject_of(row):
    """The project, investment or outlet that a row of a ledger is or is about."""
    if isinstance(row, MonthlyReport):
        return row.subject
    return row.project if row.OWNERS[0].startswith("project__") else row


def headquarters_of(row):
    """The headquarters that a row of a ledger belongs to; None if nobody's."""
    own = getattr(row, "headquarters", None)
    return own or getattr(subject_of(row), "headquarters", None)


class Ledgers:
    """The ledgers of some headquarters (None: of all) as they stand on a day.

    Rows that were withdrawn are left out; drafts are looked at, while they can be corrected.
    """

    def __init__(self, headquarters_ids, today: date):
        self.headquarters_ids = headquarters_ids
        self.today = today
        self._rows: dict[str, list] = {}
        self.reported: dict[str, dict] = {}

    def rows(self, dataset):
        if dataset not in self._rows:
            self._rows[dataset] = list(self.read(dataset_model(dataset)))
        return self._rows[dataset]

    def told(self, dataset, columns):
        """(number, number of its subject, status of that, the columns) of each row."""
        for row in self.rows(dataset):
            subject = subject_of(row)
            status = getattr(subject, "status", "")
            yield row.pk, subject.pk, status, *(value_at(row, one) for one in columns)

    def count(self, datasets, most):
        """How many rows of some ledgers there are to look at; no more than so many of each."""
        found = (self.read(dataset_model(name)).order_by()[:most] for name in datasets)
        return sum(rows.count() for rows in found)

    def read(self, model):
        rows = model.objects.select_related(*joins(model)).order_by("pk")
        if self.headquarters_ids is not None:
            rows = rows.filter(**{f"{model.OWNERS[0]}__in": self.headquarters_ids})
        if model.REVIEW:
            rows = rows.exclude(**{model.REVIEW: Review.WITHDRAWN})
        if issubclass(model, MonthlyReport):
            rows = rows.filter(month__gte=self.first_month)
        return rows

    @property
    def first_month(self):
        today = self.today
        return first_of_month(today).replace(year=today.year - MONTHS_BACK // 12)

    def series_of(self, dataset):
        """The reports of a ledger by what they are about, each in order of months."""
        if dataset not in self.reported:
            found = defaultdict(list)
            for report in sorted(self.rows(dataset), key=lambda one: one.month):
                found[report.identity].append(report)
            self.reported[dataset] = found
        return self.reported[dataset]

    def months_before(self, report, count):
        """The reports of the `count` months right before a report's; fewer if some are missing."""
        same = self.series_of(dataset_name(type(report))).get(report.identity, ())
        by_month = {one.month: one for one in same}
        found: list = []
        month = previous(report.month)
        while month in by_month and len(found) < count:
            found.append(by_month[month])
            month = previous(month)
        return found

    @cached_property
    def periods(self):
        rows = ReportingPeriod.objects.filter(month__gte=self.first_month)
        return {(row.headquarters_id, row.month): row for row in rows}

    def closed_months(self, headquarters_id, count):
        """Those of the last `count` months for which everything should have been reported."""
        month = first_of_month(self.today)
        for _ in range(count):
            month = previous(month)
            if self.is_closed(self.periods.get((headquarters_id, month)), month):
                yield month

    def is_closed(self, period, month):
        """Whether a month is locked or its due day has passed."""
        due = period.due if period else due_day(month)
        return bool(period and period.is_locked) or due < self.today

    def missing_months(self, model, subject, count):
        """The closed months that nothing was handed in for about a subject that should report."""
        dataset = dataset_name(model)
        reports = self.series_of(dataset).get((subject.pk,), ())
        if not (subject.status or reports) or subject.review_state not in ACCEPTED:
            return
        handed_in = {one.month for one in reports if one.review_state in HANDED_IN}
        names = STARTS[dataset_name(type(subject))]
        dates = (getattr(subject, name) for name in names)
        start = first_day(next(filter(None, dates), ""))
        end = last_day(getattr(subject, ENDS.get(dataset_name(type(subject)), ""), ""))
        for month in self.closed_months(subject.headquarters_id, count):
            is_before = start and start > last_of_month(month)
            if month not in handed_in and not is_before and not (end and end < month):
                yield month


class RowsAtHand(Ledgers):
    """Some rows of one ledger, of which a rule says something from each alone, or beside the
    others of some headquarters."""

    def __init__(self, rows, today, headquarters_ids=()):
        super().__init__(headquarters_ids, today)
        self.at_hand = list(rows)

    def rows(self, dataset):
        return self.at_hand

    def told(self, dataset, columns):
        """Also of the others, of which no rows are made: a query."""
        model = dataset_model(dataset)
        path = path_to_subject(model)
        subject = model._meta.get_field(path.removesuffix("__")).related_model if path else model
        has_status = any(one.name == "status" for one in subject._meta.concrete_fields)
        status = F(f"{path}status") if has_status else Value("")
        rows = self.read(model).select_related(None)
        return rows.values_list("pk", f"{path}pk", status, *columns)


class ReportsAtHand(Ledgers):
    """Some reports of one ledger, and what was reported before of the same subjects."""

    def __init__(self, reports, today, months):
        super().__init__(None, today)
        self.reports = list(reports)
        self.months = min(months, MONTHS_BACK)  # a rule may say any number

    def rows(self, dataset):
        return self.reports

    def series_of(self, dataset):
        if dataset not in self.reported:
            found = defaultdict(list)
            for report in (*self.earlier(), *self.reports):
                found[report.identity].append(report)
            self.reported[dataset] = found
        return self.reported[dataset]

    def earlier(self):
        """Other reports about what these are about, of so many months before: a query a portion."""
        if not self.months:
            return
        model, (name, *_) = type(self.reports[0]), self.reports[0].KEY
        key = name.split("__")[0]
        months = [report.month for report in self.reports]
        column = model._meta.get_field(key).attname
        first = min(months)
        for _ in range(self.months):
            first = previous(first)
        rows = model.objects.exclude(review=Review.WITHDRAWN).filter(
            month__lt=max(months), month__gte=first
        )
        at_hand = {report.pk for report in self.reports}
        for part in in_batches(sorted({getattr(report, column) for report in self.reports})):
            for report in rows.filter(**{f"{key}__in": part}).order_by("month"):
                if report.pk not in at_hand:
                    yield report
