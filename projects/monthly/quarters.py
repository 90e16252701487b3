"""The money of a quarter against that of the year before, project by project.

What came in a quarter is the difference of two cumulative amounts that reports state; where one is
missing nothing is counted, and it is said what is missing. Reports count once they are handed in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from aidtracker.ground.months import in_chinese
from aidtracker.review.reviewed import HANDED_IN
from projects.models import ProgressReport, Project, ProjectPlan, Review
from projects.models.plans import latest_editions

PLAN, PLANNED = "planned", "援疆资金计划"
FLOWS = {
    "received_to_date": "到位",
    "disbursed_to_date": "拨付",
    "paid_to_date": "支付",
    "work_done_to_date": "完成投资",
}


@dataclass(frozen=True)
class Quarter:
    """Three months of a year."""

    year: int
    number: int

    @property
    def before(self) -> date:
        """The month whose cumulative amounts it goes on from."""
        first = 3 * self.number - 2
        return date(self.year - (first == 1), (first - 2) % 12 + 1, 1)

    @property
    def last(self) -> date:
        return date(self.year, 3 * self.number, 1)

    @property
    def year_before(self) -> "Quarter":
        return Quarter(self.year - 1, self.number)

    @property
    def key(self) -> str:
        return f"{self.year}-{self.number}"

    def __str__(self) -> str:
        return f"{self.year}年{'一二三四'[self.number - 1]}季度"


def quarter_of(text: str) -> Quarter:
    """The quarter that an address names. Raises ValueError."""
    year, _, number = text.partition("-")
    found = Quarter(int(year), int(number))
    if not (1997 <= found.year <= 2100 and 1 <= found.number <= 4):
        raise ValueError(text)
    return found


def last_quarters(today: date, number: int) -> Iterator[Quarter]:
    """The quarters that are over, the latest first."""
    year, at = today.year, (today.month - 1) // 3
    for _ in range(number):
        year, at = (year, at) if at else (year - 1, 4)
        yield Quarter(year, at)
        at -= 1


@dataclass(frozen=True)
class Amount:
    """What a project had in a time, from what to what; or why that is not known."""

    value: Decimal | None = None
    begin: Decimal | None = None
    end: Decimal | None = None
    lacks: str = ""


@dataclass
class Line:
    """A kind of money over all projects: now, a year before, and of the projects known in both."""

    label: str
    period: str
    now: list[Amount] = field(default_factory=list)
    then: list[Amount] = field(default_factory=list)

    def known(self, amounts: list[Amount]) -> list[Decimal]:
        return [one.value for one in amounts if one.value is not None]

    def total(self, amounts: list[Amount]) -> Decimal | None:
        known = self.known(amounts)
        return sum(known, Decimal(0)) if known else None

    @property
    def sums(self) -> tuple[Decimal | None, Decimal | None]:
        return self.total(self.now), self.total(self.then)

    @property
    def numbers(self) -> tuple[int, int]:
        return len(self.known(self.now)), len(self.known(self.then))

    @property
    def both(self) -> list[tuple[Decimal, Decimal]]:
        pairs = zip(self.now, self.then, strict=True)
        return [
            (one.value, other.value)
            for one, other in pairs
            if one.value is not None and other.value is not None
        ]

    @property
    def change(self) -> Decimal | None:
        """More than a year before, of the projects of which both are known."""
        return sum((one - other for one, other in self.both), Decimal(0)) if self.both else None


@dataclass
class QuarterMoney:
    """The money of some headquarters' projects in a quarter; three queries."""

    quarter: Quarter
    headquarters: Iterable[Any]

    @cached_property
    def projects(self) -> list[Project]:
        rows = Project.objects.filter(headquarters__in=self.headquarters)
        rows = rows.exclude(review=Review.WITHDRAWN).select_related("headquarters")
        return list(rows.defer("search_text", "note").order_by("headquarters__name", "code"))

    @cached_property
    def reports(self) -> dict[tuple[int, date], Any]:
        several = (self.quarter, self.quarter.year_before)
        months = [month for one in several for month in (one.before, one.last)]
        rows = ProgressReport.objects.filter(
            project__headquarters__in=self.headquarters, month__in=months, review__in=HANDED_IN
        )
        return {(row.project_id, row.month): row for row in rows.only("project", "month", *FLOWS)}

    @cached_property
    def plans(self) -> dict[tuple[int, int], ProjectPlan]:
        years = (self.quarter.year, self.quarter.year - 1)
        rows = ProjectPlan.objects.filter(
            project__headquarters__in=self.headquarters, year__in=years
        ).exclude(review=Review.WITHDRAWN)
        return {(one.project_id, one.year): one for one in latest_editions(rows)}

    def planned(self, project: Project, year: int) -> Amount:
        plan = self.plans.get((project.pk, year))
        return Amount(plan.amount) if plan else Amount(lacks=f"没有{year}年计划")

    def flow(self, project: Project, name: str, quarter: Quarter) -> Amount:
        found, lacks = [], []
        for month in (quarter.before, quarter.last):
            report = self.reports.get((project.pk, month))
            found.append(getattr(report, name, None))
            if report is None:
                lacks.append(f"{in_chinese(month)}没有提交的月报")
            elif found[-1] is None:
                lacks.append(f"{in_chinese(month)}月报没有累计{FLOWS[name]}")
        value = None if lacks else found[1] - found[0]
        return Amount(value, *found, lacks="，".join(lacks))

    def amounts(self, project: Project) -> Iterator[tuple[str, Amount, Amount]]:
        """Of each kind of money: its name, now, a year before."""
        quarter, before = self.quarter, self.quarter.year_before
        yield PLAN, self.planned(project, quarter.year), self.planned(project, before.year)
        for name in FLOWS:
            yield name, self.flow(project, name, quarter), self.flow(project, name, before)

    @cached_property
    def lines(self) -> list[Line]:
        found = {PLAN: Line(PLANNED, "全年")}
        found |= {name: Line(label, "本季") for name, label in FLOWS.items()}
        for project in self.projects:
            for name, now, then in self.amounts(project):
                found[name].now.append(now)
                found[name].then.append(then)
        return list(found.values())

    @cached_property
    def left_out(self) -> list[tuple[str, list[Project]]]:
        """What is missing, so that something of this quarter is not counted, and of which projects;
        what most of them lack first."""
        found: dict[str, list[Project]] = {}
        for project in self.projects:
            said = [now.lacks for _, now, _ in self.amounts(project) if now.lacks]
            if said:
                found.setdefault("；".join(dict.fromkeys(said)), []).append(project)
        return sorted(found.items(), key=lambda one: -len(one[1]))

    @property
    def left_out_count(self) -> int:
        return sum(len(projects) for _, projects in self.left_out)


HEADINGS = (
    *("指挥部", "项目编号", "项目", "资金", "期间"),
    *("起（万元）", "止（万元）", "金额（万元）", "上年同期（万元）", "比上年（万元）"),
    *("没有计入的原因", "上年没有计入的原因"),
)


def sheet_rows(money: QuarterMoney) -> Iterator[tuple]:
    """Each amount of each project with what it was worked out from: what an auditor asks for."""
    labels = FLOWS | {PLAN: PLANNED}
    for project in money.projects:
        who = (str(project.headquarters), project.code, project.name)
        for name, now, then in money.amounts(project):
            is_known = now.value is not None and then.value is not None
            more = now.value - then.value if is_known else None
            period = f"{money.quarter.year}年" if name == PLAN else str(money.quarter)
            amounts = (now.begin, now.end, now.value, then.value, more)
            yield (*who, labels[name], period, *amounts, now.lacks, then.lacks)
