"""项目卡片: what the record knows of a project, for one page.

Whatever is counted or dated has a footnote, and so has what a monthly report says in words, and
the name of each row that may be withdrawn by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any

from django.utils import timezone

from aidtracker.ground.months import in_chinese as month_words
from aidtracker.ground.partial_dates import in_chinese, last_day
from projects.briefings.ledgers import (
    LedgerTable,
    amount_of,
    cited,
    read_documents,
    said_of,
    write_amounts,
)
from projects.models import Project, Site
from projects.models.briefings import Briefing
from projects.models.plans import latest_editions
from projects.models.targets import counted, share_words
from projects.sums.standings import Ground, Standing, with_standing

NOTHING = "—"
REPORTED = ("work_done_to_date", "received_to_date", "paid_to_date")
SAID = ("physical_progress", "problems", "next_step")
DATES = ("approved_on", "planned_start", "actual_start", "planned_completion", "actual_completion")
NATURES = ("construction", "delivery", "spend_nature", "tier")
# What stands behind each other as a share, and what it is called.
SHARES = (
    ("received_amount", ("adjusted_amount", "planned_amount"), "资金到位占计划"),
    ("paid_amount", ("adjusted_amount", "planned_amount"), "资金支付占计划"),
    ("work_done_amount", ("total_amount",), "完成投资占总投资"),
)


def write_card(writer: Any, briefing: Briefing, tables: Iterable[LedgerTable]) -> None:
    """What is known besides figures of documents; of some months, what holds of no time alone.

    A ledger says what is known by now.
    """
    project = briefing.project
    assert project is not None
    write_facts(writer, project)
    if briefing.starts_in or briefing.ends_in:
        return
    for table in tables:
        write_amounts(writer, replace(table, title="资金"))
        write_shares(writer, project)
    write_years(writer, project)
    write_subsidies(writer, project)
    write_steps(writer, project)
    write_targets(writer, project)
    write_progress(writer, project)


def write_facts(writer: Any, project: Project) -> None:
    known = {label: listed(pieces) for label, pieces in facts(writer, project)}
    rows = [[[label], pieces] for label, pieces in known.items() if pieces]
    writer.add("heading", level=1, text="概况")
    writer.add("table", title="项目台账所记", heads=["项", "内容"], rows=rows)
    if empty := [label for label, pieces in known.items() if not pieces]:
        writer.add("note", text=f"台账没有填：{'、'.join(empty)}。")


def listed(pieces: Iterable[Any]) -> list[Any]:
    """Pieces with 、 between them; none that is empty."""
    found: list[Any] = []
    for piece in filter(None, pieces):
        found += ["、", piece] if found else [piece]
    return found


def noted(writer: Any, row: Any, name: str, printed: str, address: str = "") -> Any:
    """What a row has in a column of words, with its footnote; nothing of nothing."""
    if not printed:
        return ""
    return cited(writer, said_of(row, name, printed, address))


def notes_of(*pieces: Any) -> list[int]:
    return [note for one in pieces if isinstance(one, dict) for note in one["notes"]]


def facts(writer: Any, project: Project) -> Iterator[tuple[str, Iterable[Any]]]:
    address = project.get_absolute_url()
    shown = {name: display(project, name) for name in ("status", *NATURES)}
    parties = project.parties.published().select_related("enterprise", "headquarters")
    dates = [(name, getattr(project, name)) for name in DATES]
    marks = (("民生项目", project.is_livelihood), ("面向县及以下", project.is_local))
    site = Site.objects.published().filter(pk=project.site_id).first()
    yield "项目编号", [project.code]
    yield "类别", [str(project.category or "")]
    yield "性质", [*(shown[one] for one in NATURES), *(name for name, is_so in marks if is_so)]
    yield "状态", [noted(writer, project, "status", shown["status"])]
    yield "援疆指挥部", [str(project.headquarters), str(project.batch or "")]
    yield "受援地", [str(one) for one in project.regions.order_by("code")]
    yield "场所", [str(site or "")]
    yield "所属工程", [str(one) for one in project.programs.published().order_by("slug")]
    yield "参与方", [noted(writer, one, "role", str(one), address) for one in parties]
    told = [(name, f"{label_of(project, name)}{in_chinese(day)}") for name, day in dates if day]
    yield "时间", [noted(writer, project, name, words) for name, words in told]


def display(project: Project, name: str) -> str:
    return str(getattr(project, f"get_{name}_display")() or "")


def label_of(row: Any, name: str) -> str:
    return str(row._meta.get_field(name).verbose_name)


def write_shares(writer: Any, project: Project) -> None:
    """What share of the plan has come and was paid: each names the two amounts it follows from."""
    read_documents([project])
    pieces: list[Any] = []
    for name, wholes, words in SHARES:
        whole = next((one for one in wholes if getattr(project, one) is not None), "")
        share = share_words(getattr(project, name), getattr(project, whole)) if whole else ""
        if share:
            notes = [note_of(writer, project, one) for one in (name, whole)]
            pieces += ["，" if pieces else "", f"{words} ", {"printed": share, "notes": notes}]
    if pieces:
        writer.add("paragraph", lead="", pieces=[*filter(None, pieces), "。"], is_computed=True)


def note_of(writer: Any, row: Any, name: str, address: str = "") -> int:
    return int(writer.number_of_amount(amount_of(row, row._meta.get_field(name), address)))


def write_years(writer: Any, project: Project) -> None:
    """Year by year what was planned, and how far the last report of the year had come."""
    plans = {one.year: one for one in latest_editions(project.plans.published())}
    reports = {
        one.month.year: one for one in project.progress_reports.published().order_by("month")
    }
    read_documents([*plans.values()])
    read_documents([*reports.values()])
    named = [name for name in REPORTED if any(known(one, name) for one in reports.values())]
    address = project.get_absolute_url()

    def cell(row: Any, name: str, anchor: str) -> list[Any]:
        said = row and amount_of(row, row._meta.get_field(name), f"{address}#{anchor}")
        return [cited(writer, said)] if said else [NOTHING]

    rows = []
    for year in sorted({*plans, *reports}):
        report = reports.get(year)
        rows.append(
            [
                [f"{year}年"],
                cell(plans.get(year), "amount", "plans"),
                *(cell(report, name, "reports") for name in named),
                [month_words(report.month) if report else NOTHING],
            ]
        )
    if rows:
        labels = [label_of(next(iter(reports.values())), name) for name in named]
        heads = ["年度", "计划援疆资金", *labels, "当年最后一份月报"]
        writer.add("heading", level=1, text="各年的计划与完成")
        writer.add("table", title="年度计划和项目月报", heads=heads, rows=rows)


def known(row: Any, name: str) -> bool:
    return getattr(row, name) is not None


def write_subsidies(writer: Any, project: Project) -> None:
    """Who was helped with what cost; how much that moved follows from both amounts."""
    found = list(project.subsidies.published().select_related("enterprise").order_by("code"))
    read_documents(found)
    rows = []
    for one in found:
        name = noted(writer, one, "name", one.name)
        paid, moved = (cell_of_amount(writer, one, at) for at in ("amount", "moved_amount"))
        words = (one.get_kind_display(), str(one.recipient or NOTHING))
        kind, recipient = ({"printed": said, "notes": name["notes"]} for said in words)
        times = {"printed": one.leverage_words or NOTHING, "notes": notes_of(paid, moved)}
        rows.append([[name], [kind], [recipient], [paid], [moved], [times]])
    if rows:
        writer.add("heading", level=1, text="补贴")
        heads = ["补贴", "类型", "受补方", "补贴金额", "撬动金额", "杠杆"]
        writer.add("table", title="补贴台账所记", heads=heads, rows=rows)


def cell_of_amount(writer: Any, row: Any, name: str) -> Any:
    said = amount_of(row, row._meta.get_field(name))
    return cited(writer, said) if said else NOTHING


def write_steps(writer: Any, project: Project) -> None:
    today = timezone.localdate()
    address = project.get_absolute_url()
    rows = []
    for one in project.milestones.published().order_by("number"):
        name = noted(writer, one, "name", one.name, address)
        days = [day_of(writer, one, at, address) for at in ("planned_on", "actual_on")]
        stands = {"printed": state(one, today), "notes": notes_of(*days) or notes_of(name)}
        rows.append([[name], *([day] for day in days), [stands]])
    if rows:
        writer.add("heading", level=1, text="节点")
        heads = ["节点", "计划完成", "实际完成", "情况"]
        writer.add("table", title="节点的计划与实际", heads=heads, rows=rows)


def day_of(writer: Any, row: Any, name: str, address: str = "") -> Any:
    return noted(writer, row, name, in_chinese(getattr(row, name)), address) or NOTHING


def state(step: Any, today: date) -> str:
    if step.actual_on:
        shared = min(len(step.actual_on), len(step.planned_on))
        is_late = step.actual_on[:shared] > step.planned_on[:shared]
        return "已完成，晚于计划" if is_late else "已完成"
    return "过期没有完成" if step.planned_on and last_day(step.planned_on) < today else "没有到期"


def write_targets(writer: Any, project: Project) -> None:
    """What was set out to do: the counts of the ledger; those of documents stand further down."""
    rows = []
    for one in with_standing(project.targets.published().order_by("code")):
        name = noted(writer, one, "name", one.name)
        counts = [count_of(writer, one, at) for at in ("planned", "done")]
        end = day_of(writer, one, "ends_on")
        by = "（据文献）" if one.ground == Ground.DOCUMENT else ""
        notes = notes_of(*chain(*counts), end) or notes_of(name)
        stands = {"printed": f"{Standing(one.standing).label}{by}", "notes": notes}
        rows.append([[name], *counts, [end], [stands]])
    if rows:
        writer.add("heading", level=1, text="目标任务")
        heads = ["任务", "计划", "完成", "到期", "情况"]
        writer.add("table", title="计划与完成", heads=heads, rows=rows)


def count_of(writer: Any, row: Any, name: str) -> list[Any]:
    value = getattr(row, name)
    if value is None:
        return ["见下文数字" if row.series_id else NOTHING]
    printed = counted(value, row.unit)
    return [cited(writer, said_of(row, name, printed, unit=row.unit))]


def write_progress(writer: Any, project: Project) -> None:
    """What the last report says of how far it is, what is in the way, and what comes next."""
    told = project.progress_reports.published().exclude(**dict.fromkeys(SAID, ""))
    report = told.order_by("-month").first()
    if report is None:
        return
    address = f"{project.get_absolute_url()}#reports"
    writer.add("heading", level=1, text=f"最近的月报（{month_words(report.month)}）")
    for name in SAID:
        if text := getattr(report, name):
            pieces = [noted(writer, report, name, text, address)]
            writer.add("paragraph", lead=label_of(report, name), pieces=pieces)
