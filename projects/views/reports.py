"""What the pages of a project, an investment and an outlet show of plans and monthly reports."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet

from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.months import in_chinese
from aidtracker.pages.sections import Related, Section
from aidtracker.pages.tables import NOTE, Column, Item, Layout, table
from aidtracker.templatetags.formatting import plain
from programs.models import Source
from projects.amounts.money_ladder import Rung, funding_ladder
from projects.models import InvestmentReport, OutletReport, ProgressReport, Project
from projects.models.reports import MonthlyReport
from projects.views.amounts import AmountRows, origin
from projects.views.sections import LADDER_COLUMNS

EDITION = "第 1 版（年初计划）"
PLAN_COLUMNS = (
    Column("年度", lambda plan: f"{plan.year}年", kind="moment"),
    Column("版次", lambda plan: EDITION if plan.number == 1 else f"第 {plan.number} 版（调整）"),
    Column("计划援疆资金", "amount", kind="money"),
    Column("金额依据", lambda plan: origin(plan, "amount")),
    Column("年度目标", "target", kind="phrase"),
    Column("调整理由", "reason", kind="phrase"),
    # Read along by `plans_of`, as far as it is public.
    Column("依据文件", lambda plan: plan.source),
    NOTE,
)
MILESTONE_COLUMNS = (
    Column("节点", "name"),
    Column("计划完成", "planned_on", kind="date"),
    Column("实际完成", "actual_on", kind="date"),
    NOTE,
)
# The amount of a monthly report that stands behind each step of the money.
REPORTED = {
    "received_amount": "received_to_date",
    "disbursed_amount": "disbursed_to_date",
    "paid_amount": "paid_to_date",
    "work_done_amount": "work_done_to_date",
}
NO_REPORTS = "还没有发布的月报；月报审核、发布后按月列在这里。"


def funding(project: Project) -> Section:
    """All steps of the money, if any is known: what is unknown shows as —, as it matters where.

    One query: the published reports, of which one may be where an amount comes from.
    """
    reports = list(project.progress_reports.published().order_by("-month"))
    columns = (*LADDER_COLUMNS, Column("依据", lambda rung: basis(project, rung, reports)))
    ladder = funding_ladder(project)
    known = ladder if any(rung.amount is not None for rung in ladder) else []
    shown = table("援疆资金与投资", columns, known, Layout(unit="万元"))
    return Section("funding", "资金", shown, "还没有公开的金额。")


def basis(project: Project, rung: Rung, reports: list[ProgressReport]) -> Iterator[Item | str]:
    """What an amount rests on: a figure in a document, a report, or the headquarters' own word."""
    stated = reported(rung, reports)
    found = origin(project, rung.field) if rung.field else ""
    if found and (isinstance(found, Item) or not stated):
        yield found
    if stated:
        yield stated


def reported(rung: Rung, reports: list[ProgressReport]) -> str:
    """The latest published report that states an amount, and whether it states the same."""
    name = REPORTED.get(rung.field, "")
    report = next((one for one in reports if getattr(one, name, None) is not None), None)
    if report is None:
        return ""
    stated, month = getattr(report, name), in_chinese(report.month)
    if stated == rung.amount:
        return f"{month}月报"
    return f"台账；{month}月报为 {plain(stated)}"


def plans_of(project: Project) -> QuerySet:
    """The latest first, with the documents they rest on as far as these are public."""
    document = Prefetch("source", Source.objects.published().without_text())
    return project.plans.prefetch_related(document).order_by("-year", "number")


def reports(model: type[MonthlyReport], *names: str) -> Related:
    """The monthly reports about a record as a part of its page: some columns, the latest first."""
    relation = model._meta.get_field(model.SUBJECT).remote_field.get_accessor_name()
    columns = (
        Column("月份", lambda report: in_chinese(report.month), kind="moment"),
        *(column_of(model._meta.get_field(name)) for name in names),
        NOTE,
    )

    def rows(record: Any) -> QuerySet:
        return getattr(record, relation).order_by("-month")

    has_amounts = any(field.name == "amount_figures" for field in model._meta.many_to_many)
    kind = AmountRows if has_amounts else Related
    return kind("reports", "月报", columns, NO_REPORTS, by=None, rows=rows)


def column_of(field: Any) -> Column:
    """A column as the model calls it."""
    if isinstance(field, LedgerAmountField):
        return Column(field.verbose_name, field.name, kind="money")
    is_text = field.get_internal_type() == "TextField"
    return Column(field.verbose_name, field.name, kind="phrase" if is_text else "number")


plans = AmountRows(
    "plans",
    "年度计划",
    PLAN_COLUMNS,
    "还没有发布的年度计划；年初计划和中期调整发布后列在这里。",
    by=None,
    rows=plans_of,
)
milestones = Related(
    "milestones",
    "节点",
    MILESTONE_COLUMNS,
    "还没有发布的节点。",
    by=None,
    rows=lambda project: project.milestones.order_by("number"),
)
progress_reports = reports(
    ProgressReport,
    *("physical_progress", "work_done_month", "work_done_to_date"),
    *("received_to_date", "disbursed_to_date", "paid_to_date", "problems", "next_step"),
)
investment_reports = reports(
    InvestmentReport, "physical_progress", "arrived_month", "arrived_to_date", "jobs", "problems"
)
outlet_reports = reports(OutletReport, "tonnes", "sales", "problems")
