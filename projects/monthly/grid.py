"""The page of a month: its rows with what is reported, what was reported last, and who may write.

Read with one query for each kind of thing, however many rows there are.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, Max, OuterRef, Subquery

from aidtracker.ground.datasets import form_of
from aidtracker.ground.months import in_chinese, previous
from aidtracker.ground.scope import may, scope_of
from aidtracker.review.reviewed import HANDED_IN
from programs.models import Headquarters
from projects.models import ReportingPeriod, Review
from projects.monthly.beginnings import Beginning, begin
from projects.monthly.kinds import ReportKind, Subject
from projects.warnings import for_reports

MOST_HEADQUARTERS = 12  # whose rows stand on one page
PAGE_ROWS = 100
OPEN = (Review.DRAFT, Review.RETURNED, Review.WITHDRAWN)


@dataclass
class GridCell:
    """One cell: what stands in it, what stood there last, what is wrong with what was typed."""

    column: Any
    row: "GridRow"
    text: str
    stored: str
    last: str
    error: str = ""

    @property
    def name(self):
        return f"{self.row.subject.key}:{self.column.name}"

    @property
    def beginning(self) -> Beginning | None:
        """What a cumulative amount goes on from; None for others."""
        return self.row.beginnings.get(self.column.name)

    @property
    def hint(self) -> str:
        """What stands in the cell as long as it is empty."""
        return self.last or (self.beginning.words if self.beginning else "")

    @property
    def base(self) -> str:
        """Its amount; empty if it is not known."""
        is_known = self.beginning and not self.row.follows
        amount = self.beginning.amount if is_known else None
        return "" if amount is None else self.column.text_of(amount)


@dataclass
class GridRow:
    """A subject with its report of the month, if there is one, and its last report before."""

    kind: ReportKind
    subject: Subject
    month: date
    report: Any = None
    last: Any = None
    is_locked: bool = False
    may_write: bool = False
    typed: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    warnings: list = field(default_factory=list)
    beginnings: dict[str, Beginning] = field(default_factory=dict)
    # Whether the row before it on the page is of the same subject: what its amounts go on from
    # is known only once that is saved.
    follows: bool = False

    @property
    def names(self) -> dict[str, Any]:
        """What names the report of the row."""
        identity = zip(self.kind.identity, self.subject.identity, strict=True)
        return dict(identity) | {"month": self.month}

    def read(self, report: Any) -> Any:
        """A report, or None, with what the cells show of it beside its own columns."""
        return report

    def new_report(self) -> Any:
        return self.kind.model(**self.names)

    def changed_parts(self, report: Any, stored: Any) -> list[str]:
        """What a report carries beside its own columns that is to be stored otherwise."""
        return []

    def store_parts(self, report: Any) -> None:
        """Store what a report carries beside its own columns."""

    @property
    def told(self) -> list[str]:
        """What is said of the row."""
        return self.warnings

    @property
    def version(self):
        return self.report.version if self.report else 0

    @property
    def state(self):
        return self.report.review_state if self.report else None

    @property
    def is_filled(self):
        """Whether there is a report that says something: a draft may have been emptied again."""
        return self.report is not None and (self.state != Review.DRAFT or self.says_something)

    @property
    def says_something(self):
        return any(getattr(self.report, one.name) not in (None, "") for one in self.kind.columns)

    @property
    def state_label(self):
        return self.state.label if self.is_filled else "未填"

    @property
    def is_open(self):
        """Whether the cells can be written in; of a locked month, with a reason."""
        return self.may_write and (self.state is None or self.state in OPEN)

    @property
    def is_handed_in(self):
        return self.state in HANDED_IN

    @property
    def comment(self):
        return self.report.review_comment if self.state == Review.RETURNED else ""

    @property
    def lacks_total(self) -> bool:
        """Whether an amount of the month is reported, and what it is in all is not."""
        return any(
            getattr(self.report, part, None) is not None and getattr(self.report, total) is None
            for part, total in self.kind.pairs
        )

    @property
    def link(self):
        """The report's own form; empty if there is no report."""
        return form_of(self.report) if self.report else ""

    @property
    def last_month(self):
        """The month of the last report, if it is not the month before."""
        is_other = self.last is not None and self.last.month != previous(self.month)
        return in_chinese(self.last.month) if is_other else ""

    @property
    def general_error(self):
        """What is wrong with the row, but with no cell of it."""
        names = {column.name for column in self.kind.columns}
        return " ".join(text for name, text in self.errors.items() if name not in names)

    @property
    def values(self):
        """The text of each cell, as stored."""
        return {column.name: text_of(column, self.report) for column in self.kind.columns}

    @property
    def cells(self):
        stored = self.values
        return [
            GridCell(
                column,
                self,
                self.typed.get(column.name, stored[column.name]),
                stored[column.name],
                text_of(column, self.last),
                self.errors.get(column.name, ""),
            )
            for column in self.kind.columns
        ]


def text_of(column, report):
    return column.text(report) if report else ""


@dataclass
class Grid:
    """One ledger of one month, of one headquarters or of all that a person covers."""

    kind: ReportKind
    month: date
    user: Any
    headquarters: list
    chosen: Headquarters | None = None
    with_key: str = ""
    page: int = 1  # 0 for all rows at once

    has_months = True  # whether a subject can be looked at through several months
    last_words = "上月"  # when what stands in grey was reported
    told_look = "grid-warnings"  # the class of what is said of a row

    @cached_property
    def rows(self):
        """A row for each subject; those of `with_key` only, if it is given."""
        reports = self.reports
        subjects = self.kind.subjects(
            self.shown_headquarters, {*reports, *self.just_before}, self.with_key
        )
        return [
            GridRow(
                self.kind,
                subject,
                self.month,
                reports.get(subject.identity),
                is_locked=subject.headquarters.pk in self.locked,
                may_write=self.may_write(subject, reports.get(subject.identity)),
            )
            for subject in subjects
            if self.with_key in ("", subject.key)
        ]

    @cached_property
    def shown(self):
        """The rows of the page, with what was reported last and what is worth a warning."""
        start = (self.number - 1) * PAGE_ROWS
        rows = self.rows[start : start + PAGE_ROWS] if self.page else self.rows
        last = self.last_reports([row.subject.identity[-1] for row in rows])
        for row in rows:
            row.last = last.get(row.subject.identity)
        begin(self.kind, rows, self.own_reports.filter(month__lt=self.month))
        self.warn(rows)
        return rows

    @property
    def pages(self):
        """How many pages the rows have."""
        return max(1, -(-len(self.rows) // PAGE_ROWS))

    @property
    def number(self):
        """The page that is shown: that asked for, or the last; of all rows at once, the first."""
        return min(max(self.page, 1), self.pages)

    @property
    def is_part(self):
        return len(self.shown) < len(self.rows)

    @property
    def shown_headquarters(self):
        return [self.chosen] if self.chosen else self.headquarters

    @cached_property
    def own_reports(self):
        """The reports of the headquarters shown, of all months; with a key, of that subject."""
        owners = {f"{self.kind.model.OWNERS[0]}__in": [one.pk for one in self.shown_headquarters]}
        rows = self.kind.model.objects.filter(**owners).order_by()
        return rows.filter(**self.kind.named_by(self.with_key)) if self.with_key else rows

    def by_identity(self, reports):
        return {report.identity: report for report in reports}

    @cached_property
    def reports(self):
        return self.by_identity(self.own_reports.filter(month=self.month))

    def last_reports(self, subjects):
        """Of each of some subjects, the latest report before the month."""
        same = {name: OuterRef(name) for name in self.kind.identity}
        earlier = self.kind.model.objects.filter(month__lt=self.month, **same).order_by()
        latest = earlier.values(*self.kind.identity).annotate(latest=Max("month")).values("latest")
        about = {f"{self.kind.identity[-1]}__in": subjects}
        found = self.own_reports.filter(month__lt=self.month, **about)
        return self.by_identity(found.annotate(latest=Subquery(latest)).filter(month=F("latest")))

    @property
    def just_before(self):
        """The subjects that reported in the month before."""
        reports = self.own_reports.filter(month=previous(self.month))
        return set(reports.values_list(*self.kind.identity))

    @cached_property
    def locked(self):
        """The headquarters whose month is locked."""
        periods = ReportingPeriod.objects.filter(month=self.month, locked_on__isnull=False)
        return set(periods.values_list("headquarters_id", flat=True))

    def may_write(self, subject, report):
        scope = scope_of(self.user)
        is_own = scope.changes_all or subject.headquarters.pk in scope.headquarters
        return is_own and may(self.user, "change" if report else "add", self.kind.model)

    @property
    def adds_up(self):
        """Whether the numbers of a column can be added up."""
        return self.kind.adds_up

    @property
    def may_hand_in(self):
        return may(self.user, "change", self.kind.model)

    @property
    def offers_all(self):
        """Whether all headquarters can be looked at together."""
        return len(self.headquarters) <= MOST_HEADQUARTERS

    @property
    def is_writable(self):
        return any(row.is_open for row in self.rows)

    def warn(self, rows: list[GridRow]) -> None:
        """Let rows say what of their reports is worth a warning."""
        warn(rows)

    @property
    def empty_words(self) -> str:
        return f"这里没有要填报的{self.kind.subject_label}。已完工、取消或关闭的不列出。"

    @property
    def locked_headquarters(self):
        """Whose rows on the page are of a locked month, in the order of the rows."""
        return list(
            dict.fromkeys(str(row.subject.headquarters) for row in self.rows if row.is_locked)
        )

    @property
    def locked_words(self):
        return f"{'、'.join(self.locked_headquarters)}的{in_chinese(self.month)}"

    @property
    def row_label(self):
        return self.kind.subject_label

    @property
    def about(self):
        """What the rows have in common."""
        chosen = f"，{self.chosen}" if self.chosen else ""
        return f"{in_chinese(self.month)}{chosen}"

    def refresh(self):
        """Rows of others do not depend on what was just saved."""

    @property
    def filled(self):
        return sum(row.is_filled for row in self.rows)

    @property
    def handed_in(self):
        return sum(row.is_handed_in for row in self.rows)


def warn(rows):
    """Let rows say what of their reports is worth a warning."""
    found = for_reports([row.report for row in rows if row.report])
    for row in rows:
        row.warnings = found.get(row.report.pk, []) if row.report else []


def headquarters_seen_by(user):
    """The headquarters whose ledgers a user may see: those covered, or all."""
    scope = scope_of(user)
    rows = Headquarters.objects.defer("search_text")
    return [*(rows if scope.reads_all else rows.filter(pk__in=scope.headquarters))]
