"""A headquarters' published monthly reports of a month, summed: each sum with its rows."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from aidtracker.ground.months import in_chinese
from aidtracker.templatetags.formatting import plain
from projects.models import (
    InvestmentReport,
    JobsReport,
    Metric,
    Observation,
    OutletReport,
    ProgressReport,
    Project,
    Review,
    TrainingReport,
)

YUAN_PER_WAN = 10_000
# In which units amounts of 元 are said, and with how many decimals at most.
LARGE_UNITS = (("亿元", Decimal(100_000_000)), ("万元", Decimal(10_000)))
DIGITS = {"亿元": 4, "万元": 6}
SLUG_LENGTH = 40
SHOWN_NAMES = 20
Accumulation = Observation.Accumulation


@dataclass(frozen=True)
class Summed:
    """One sum of a monthly report: a column of a ledger, and the metric that it becomes."""

    label: str
    model: Any
    column: str
    metric: str
    accumulation: str
    factor: int = 1

    @property
    def scope_note(self):
        return f"{self.model._meta.verbose_name}合计"


PERIOD, CUMULATIVE, POINT = Accumulation.PERIOD, Accumulation.CUMULATIVE, Accumulation.POINT
WORK, RECEIVED = "援疆项目完成投资", "援疆资金到位"
TOTALS = (
    Summed("本月完成投资", ProgressReport, "work_done_month", WORK, PERIOD, YUAN_PER_WAN),
    Summed("累计完成投资", ProgressReport, "work_done_to_date", WORK, CUMULATIVE, YUAN_PER_WAN),
    Summed("累计到位", ProgressReport, "received_to_date", RECEIVED, CUMULATIVE, YUAN_PER_WAN),
    Summed(
        "累计拨付", ProgressReport, "disbursed_to_date", "援疆资金拨付", CUMULATIVE, YUAN_PER_WAN
    ),
    Summed("累计支付", ProgressReport, "paid_to_date", "援疆资金支付", CUMULATIVE, YUAN_PER_WAN),
    Summed("本月到位资金", InvestmentReport, "arrived_month", "到位资金", PERIOD, YUAN_PER_WAN),
    Summed(
        "累计到位资金", InvestmentReport, "arrived_to_date", "到位资金", CUMULATIVE, YUAN_PER_WAN
    ),
    Summed("月末就业人数", InvestmentReport, "jobs", "就业人数", POINT),
    Summed("销售量", OutletReport, "tonnes", "农产品销售量", PERIOD),
    Summed("销售额", OutletReport, "sales", "农产品销售额", PERIOD),
    Summed("月末在岗人数", JobsReport, "jobs", "就业人数", POINT),
    Summed("本月新增人数", JobsReport, "hired", "新增就业人数", PERIOD),
    Summed("培训班次", TrainingReport, "classes", "培训班次", PERIOD),
    Summed("培训人次", TrainingReport, "trainees", "培训人次", PERIOD),
    Summed("培训人天", TrainingReport, "person_days", "培训人天", PERIOD),
)
STANDING = "在册援疆项目数"
STATUS_SCOPE = "台账状态"


@dataclass
class Sum:
    """What one total came to: the rows in it with their amounts, and those that say nothing."""

    label: str
    metric: Metric
    scope_note: str
    accumulation: str
    parts: list = field(default_factory=list)
    unknown: list = field(default_factory=list)
    is_report: bool = True

    @property
    def key(self):
        return self.metric.name, self.scope_note, str(self.accumulation)

    @property
    def value(self):
        return sum((amount for _, amount in self.parts), Decimal(0))

    @property
    def printed(self):
        """The sum to the last digit, in the unit that makes it short."""
        return in_words(self.value, self.metric.unit)

    @property
    def rounded(self):
        """The sum as a page reads it aloud; the same as `printed` where nothing is left out."""
        return rounded(self.value, self.metric.unit)

    @property
    def unknown_names(self):
        names = "、".join(str(row) for row in self.unknown[:SHOWN_NAMES])
        return f"{names}等" if len(self.unknown) > SHOWN_NAMES else names

    @property
    def left_out(self):
        """Which rows are not in it, in words; empty if all are."""
        if not self.unknown:
            return ""
        return f"{len(self.unknown)} 条没有填写，未计入：{self.unknown_names}。"

    @property
    def line(self):
        return f"{self.scope_note}，{self.label}："


def in_words(value, unit):
    """9.11亿元, 12.345678万元, 475人: a number with its unit, exact; — for None."""
    for name, size in LARGE_UNITS if unit == "元" and value is not None else ():
        number = value / size
        if abs(number) >= 1 and number == round(number, DIGITS[name]):
            return f"{plain(number)}{name}"
    return f"{plain(value)}{unit}"


def rounded(value, unit):
    """约12.35万元: as `in_words`, with two decimals at most, and with a word if some are hidden."""
    exact = in_words(value, unit)
    name, size = next(
        ((name, size) for name, size in LARGE_UNITS if unit == "元" and abs(value) >= size),
        (unit, 1),
    )
    number = Decimal(value) / size
    short = round(number, 2)
    return exact if short == number else f"约{plain(short)}{name}"


@dataclass
class MonthTotals:
    """The sums of a headquarters for a month, and how many reports are not in them.

    Of these `unpublished` are not published themselves; `hidden` wait for what they report of.
    """

    headquarters: Any
    month: Any
    sums: list
    negative: list
    unpublished: int
    hidden: int

    @property
    def title(self):
        return f"{self.headquarters} {in_chinese(self.month)} 月报"

    @property
    def code(self):
        return f"report-{self.headquarters.slug[:SLUG_LENGTH]}-{self.month:%Y-%m}"


def monthly_report(headquarters, month):
    """The MonthTotals of a headquarters, without its branches, as the ledgers are now.

    Raises ValidationError if the site has no metric for one of the sums.
    """
    metrics = {metric.name: metric for metric in Metric.objects.filter(name__in=metric_names())}
    if missing := sorted(metric_names() - metrics.keys()):
        raise ValidationError(
            f"缺少指标：{'、'.join(missing)}；请先载入数据文件（load_fixtures）。"
        )
    rows, unpublished, hidden = {}, 0, 0
    for model in dict.fromkeys(total.model for total in TOTALS):
        reports = reports_of(model, headquarters, month)
        rows[model] = list(reports.published())
        released = reports.filter(review=Review.PUBLISHED).count()
        unpublished += reports.count() - released
        hidden += released - len(rows[model])
    found = [sum_of(total, rows[total.model], metrics[total.metric]) for total in TOTALS]
    found += standing_sums(headquarters, metrics[STANDING])
    known = [one for one in found if one.parts]
    negative = [one for one in known if one.value < 0]
    sums = [one for one in known if one.value >= 0]
    return MonthTotals(headquarters, month, sums, negative, unpublished, hidden)


def metric_names():
    return {total.metric for total in TOTALS} | {STANDING}


def reports_of(model, headquarters, month):
    """The reports of one kind that a headquarters itself makes for a month."""
    rows = model.objects.of_month(month).filter(**{model.OWNERS[0]: headquarters})
    return rows.select_related(model.SUBJECT).order_by(*model.KEY)


def sum_of(total, rows, metric):
    found = Sum(total.label, metric, total.scope_note, total.accumulation)
    for row in rows:
        amount = getattr(row, total.column)
        if amount is None:
            found.unknown.append(row)
        else:
            found.parts.append((row, Decimal(amount) * total.factor))
    return found


def standing_sums(headquarters, metric):
    """How many published projects of a headquarters have each status now."""
    projects = Project.objects.published().filter(headquarters=headquarters).order_by("code")
    rows = list(projects)
    counts = Counter(row.status for row in rows)
    for status in Project.Status:
        if counts[status]:
            scope_note = f"{STATUS_SCOPE}：{status.label}"
            parts = [(row, Decimal(1)) for row in rows if row.status == status]
            yield Sum("项目数", metric, scope_note, POINT, parts, is_report=False)
