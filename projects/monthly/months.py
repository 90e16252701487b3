"""Several months of one subject on one page: a row for each month, under the rules of the grid."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from aidtracker.ground.months import in_chinese, month_text, previous
from projects.models import ReportingPeriod
from projects.monthly.beginnings import begin_one, stated_amounts
from projects.monthly.grid import Grid, GridRow, warn
from projects.monthly.kinds import Subject

NEXT = "上一行的累计 ＋本月"
MONTHS = 12  # on one page, the last one as asked for


@dataclass(frozen=True)
class MonthOf(Subject):
    """A month of a subject: its row is named by both."""

    month: date

    @property
    def key(self) -> str:
        return f"{super().key}@{month_text(self.month)}"


@dataclass
class MonthsGrid(Grid):
    """One ledger of one subject, which `with_key` names; the months up to `month`."""

    row_label = "月份"
    has_months = False
    adds_up = False

    @cached_property
    def months(self) -> list[date]:
        found = [self.month]
        while len(found) < MONTHS:
            found.append(previous(found[-1]))
        return found[::-1]

    @cached_property
    def subject(self) -> Subject | None:
        """What the rows are about; None if the user's headquarters report of no such thing."""
        everything = set(self.own_reports.values_list(*self.kind.identity).distinct())
        own = self.kind.subjects(self.shown_headquarters, everything, self.with_key)
        return next((one for one in own if one.key == self.with_key), None)

    @cached_property
    def all_reports(self) -> list[Any]:
        """All reports of the subject, in the order of months."""
        return list(self.own_reports.filter(month__lte=self.month).order_by("month"))

    @cached_property
    def rows(self) -> list[GridRow]:
        subject = self.subject
        if subject is None:
            return []
        reports = {one.month: one for one in self.all_reports}
        return [
            GridRow(
                self.kind,
                MonthOf(subject.identity, in_chinese(month), "", subject.headquarters, month),
                month,
                reports.get(month),
                is_locked=month in self.locked,
                may_write=self.may_write(subject, reports.get(month)),
            )
            for month in self.months
        ]

    @cached_property
    def shown(self) -> list[GridRow]:
        self.go_on()
        warn(self.rows)
        return self.rows

    def go_on(self) -> None:
        """Tell each row what was reported before it, and what its amounts in all go on from."""
        stored = {one.month: one for one in self.all_reports}
        stored |= {row.month: row.report for row in self.rows if row.report}
        for row in self.rows:
            former = [stored[month] for month in sorted(stored) if month < row.month]
            row.last = former[-1] if former else None
            row.follows = row is not self.rows[0]
            for part, total in self.kind.model.PAIRS:
                stated = self.stated.get(total)
                found = begin_one(former, part, total, stated)
                is_next = row.follows and not former
                row.beginnings[total] = replace(found, words=NEXT) if is_next else found

    @cached_property
    def stated(self) -> dict[str, Any]:
        """What the ledger states in all of the subject, by the column of the report."""
        found = {}
        for _, total in self.kind.model.PAIRS:
            amounts = stated_amounts(self.kind, total, self.rows[:1])
            found[total] = next(iter(amounts.values()), None)
        return found

    def refresh(self) -> None:
        """What was just saved is what later months go on from."""
        self.go_on()

    @cached_property
    def locked(self) -> set[date]:  # type: ignore[override]
        """The months of the subject's headquarters that are locked."""
        owner = self.subject.headquarters if self.subject else None
        periods = ReportingPeriod.objects.filter(headquarters=owner, locked_on__isnull=False)
        return set(periods.filter(month__in=self.months).values_list("month", flat=True))

    @property
    def locked_words(self) -> str:
        return "、".join(row.subject.name for row in self.rows if row.is_locked)

    @property
    def about(self) -> str:
        return self.subject.name if self.subject else ""
