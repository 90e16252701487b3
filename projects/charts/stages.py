"""From what was agreed to what arrived, produces and employs: each stage says what it is of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aidtracker.pages.charts import FEWEST, Chart, noted
from aidtracker.pages.tables import Item
from aidtracker.templatetags.formatting import plain, stated_period, yi
from projects.charts import bars
from projects.charts import words as chart_words
from projects.charts.bars import Bar, Group
from projects.charts.over_time import css_of
from projects.charts.side_by_side import is_drawable
from projects.models import Observation
from projects.reading.intervals import Interval
from projects.reading.scales import Scale

MOST_SUBJECTS = 4
AGREED, ARRIVED, JOBS = "agreed_amount", "arrived_amount", "jobs"
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Ledger:
    """How many investments say how much of each stage; amounts in 万元, None where none says."""

    count: int
    agreed_known: int
    agreed: Decimal | None
    arrived_known: int
    arrived: Decimal | None
    producing: int
    jobs_known: int
    jobs: int | None


def stages(ledger: Ledger, figures: Sequence[Observation], url: str) -> Chart | None:
    """The stages of the ledger, by projects, and of each thing of which documents give two."""
    subjects = by_subject(figures)
    groups = [ledger_group(ledger, url)] if ledger.count >= FEWEST else []
    groups += [subject_group(rows) for rows in subjects]
    if not groups:
        return None
    shown = [row for rows in subjects for row in rows]
    sources = chart_words.documents(shown)
    drawn = bars.drawings(groups, is_shared=False)
    several = [bar.name for group in groups for bar in group.bars]
    return Chart(
        key="stages",
        title=title(subjects, ledger),
        caption="上面是台账里说到各个环节的项目数，都以全部项目为底；金额只是说了的几项之和，"
        "各环节说了的项目不同，不能相除。下面是文献对同一主体的说法，到位的比例以它的协议资金为底。"
        f"各组各有标尺。{f'据{chart_words.named(sources)}。' if shown else ''}",
        description=f"{'；'.join(several)}。",
        drawings=drawn,
        keys=("虚线：协议",) if shown else (),
        notes=tuple(noted("就业", map(job, filter(is_of_jobs, shown)))),
        table=bars.table_of("图中的数", groups),
        documents=sources,
    )


def ledger_group(ledger: Ledger, url: str) -> Group:
    """How many of all investments say something of each stage."""
    rows = (
        ("登记的招商项目", ledger.count, ""),
        ("说了协议资金", ledger.agreed_known, amount_words(ledger.agreed)),
        ("说了到位资金", ledger.arrived_known, amount_words(ledger.arrived)),
        ("投产", ledger.producing, ""),
        ("说了就业人数", ledger.jobs_known, f"，{ledger.jobs} 人" if ledger.jobs_known else ""),
    )
    return Group("台账：招商项目", "项", tuple(stage(*row, ledger.count, url) for row in rows))


def amount_words(amount: Decimal | None) -> str:
    return "" if amount is None else f"，共 {yi(amount)}"


def stage(label: str, count: int, words: str, base: int, url: str) -> Bar:
    share = "" if count == base else f"（{base} 项中）"
    said = f"{count} 项{share}{words}"
    return Bar(label, said, f"{label}：{said}", Decimal(count), url=url)


def by_subject(figures: Iterable[Observation]) -> list[list[Observation]]:
    """Of each thing its first figure of each stage; those that have money of two stages."""
    found: dict[tuple[Any, ...], dict[str, Observation]] = {}
    for row in filter(is_drawable, figures):
        subject = tuple(row.series.subjects)
        found.setdefault(subject, {}).setdefault(row.series.metric.ledger_field, row)
    several = [rows for rows in found.values() if {AGREED, ARRIVED} <= rows.keys()]
    several.sort(key=lambda rows: -(rows[AGREED].value or 0))
    ordered = [[rows[one] for one in (AGREED, ARRIVED, JOBS) if one in rows] for rows in several]
    return ordered[:MOST_SUBJECTS]


def subject_group(rows: Sequence[Observation]) -> Group:
    """The money of one thing on one scale; its jobs, which are counted otherwise, in words."""
    money = [row for row in rows if not is_of_jobs(row)]
    jobs = [f"；{named(row)}" for row in rows if is_of_jobs(row)]
    bars_of_money = tuple(bar(row, share(row, money[0])) for row in money)
    return Group(f"{name(money[0])}{''.join(jobs)}", money[0].unit, bars_of_money)


def is_of_jobs(row: Observation) -> bool:
    return row.series.metric.ledger_field == JOBS


def named(row: Observation) -> str:
    """就业人数（已投产项目） 475余人."""
    scope = f"（{row.series.scope_words}）" if row.series.scope_words else ""
    return f"{row.series.metric}{scope} {chart_words.label_words(row)}"


def name(row: Observation) -> str:
    return "·".join(map(str, row.series.subjects))


def job(row: Observation) -> Item:
    return Item(f"{name(row)} {named(row)}，{stated_period(row)}", row.get_absolute_url())


def bar(row: Observation, rest: str) -> Bar:
    scope = f"（{row.series.scope_words}）" if row.series.scope_words else ""
    label = f"{row.series.metric}{scope}，{stated_period(row)}"
    words = f"{chart_words.label_words(row)}{rest}"
    return Bar(
        label=label,
        words=words,
        name=f"{name(row)}，{label}，{words}",
        value=row.value,
        lower=row.lower,
        upper=row.upper,
        url=row.get_absolute_url(),
        css=css_of(row),
        is_open=row.upper is None and row.lower is not None,
    )


def share(row: Observation, base: Observation) -> str:
    """How much of the base a figure is, as far as the words of both allow; empty for the base."""
    is_same = (row.period_start, row.moment) == (base.period_start, base.moment)
    if row is base or not is_same or not base.interval.lower:
        return ""
    part: Interval = (row.interval / base.interval).scale(HUNDRED)
    low, high = (one and one.quantize(Decimal("0.1")) for one in (part.lower, part.upper))
    if low is None or high is None:
        return ""
    words = plain(low) if low == high else Scale(Decimal(1), "").span(low, high)
    return f"，占协议 {words}%"


def title(subjects: Sequence[Sequence[Observation]], ledger: Ledger) -> str:
    """What the documents say of the largest, or how many projects produce."""
    if not subjects:
        return f"{ledger.count} 个招商项目里，{ledger.producing} 个写明已投产"
    agreed, arrived, *_ = subjects[0]
    words = chart_words.printed_words
    return f"{name(agreed)}：协议 {words(agreed)}，到位 {words(arrived)}{share(arrived, agreed)}"
