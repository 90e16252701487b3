"""Figures of several things, or of several years, beside each other: only like with like.

Like are figures of one metric, nature, way of accumulating and prices. What is not like the rest
is named under the chart, never drawn on its axis.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal

from aidtracker.pages.charts import FEWEST, Chart, noted
from aidtracker.pages.shapes import forms
from aidtracker.pages.tables import Item
from aidtracker.templatetags.formatting import stated_period
from projects.charts import bars
from projects.charts import words as chart_words
from projects.charts.bars import Bar, Group
from projects.charts.over_time import css_of, is_bare
from projects.charts.tables import figures_table
from projects.models import Metric, Observation
from projects.reading.allowed import printed_scale
from projects.reading.scales import Scale, scale_for

MOST = 12  # bars in a chart
NAMED = 2  # figures in a title that compares nothing
Accumulation = Observation.Accumulation
NEVER = (Accumulation.RANK, Accumulation.UNCLEAR)
WHOLE = "合计"
BAND, FADE = "浅带：原文容许的范围", "向右渐淡：只说不低于，没有上界"


def likeness(row: Observation) -> tuple:
    """What two figures must have in common to stand on one axis."""
    return row.series.metric_id, row.nature, row.accumulation, row.price_basis


def is_drawable(row: Observation) -> bool:
    """Whether a figure can be a bar: an amount, of a known way of counting, in use."""
    return (
        not is_bare(row)
        and row.accumulation not in NEVER
        and row.series.metric.kind != Metric.Kind.RANK
        and row.rank != row.Rank.DEPRECATED
    )


def alike(rows: Iterable[Observation]) -> list[list[Observation]]:
    """The figures that can be bars, in groups that may be compared, the largest group first."""
    groups: dict[tuple, list[Observation]] = {}
    for row in filter(is_drawable, rows):
        groups.setdefault(likeness(row), []).append(row)
    return sorted(
        groups.values(), key=lambda group: (-len(group), group[0].series.metric.unit != "元")
    )


def side_by_side(
    key: str, rows: Sequence[Observation], others: Sequence[Observation] = (), limit: str = ""
) -> Chart | None:
    """Like figures as bars, year under year if each year has several; None of fewer than two.

    `others` are figures of the same metric that are not like them; `limit` says of what these are
    a part, where not all were read.
    """
    if len(rows) < FEWEST:
        return None
    shown = sorted(rows, key=lambda row: -size(row))[:MOST]
    shared = common_subjects(shown)
    scale = scale_for(max(map(size, shown)), shown[0].unit)
    groups = [group_of(found, shared, scale) for found in years(shown)]
    drawn = bars.drawings(groups, is_shared=True)
    conflicts = {row.pk for row in shown if row.is_contradicted}
    several = [bar for group in groups for bar in group.bars]
    rest = len(rows) - len(shown)
    left_out = f"另有 {rest} 个较小的没有画出。" if rest else ""
    return Chart(
        key=key,
        title=title(shown, shared),
        caption=f"{caption(shown, shared, scale)}{left_out}{limit}",
        description=f"共 {len(several)} 个数字。{'；'.join(bar.name for bar in several)}。",
        drawings=drawn,
        keys=keys(shown, forms(drawn), conflicts),
        notes=tuple(noted("没有画在一起（性质、累计方式或价格不同）", map(other, others[:MOST]))),
        table=figures_table("图中的数字", shown, lambda row: name_of(row, shared)),
        documents=chart_words.documents(shown),
    )


def size(row: Observation) -> Decimal:
    return row.value or row.lower or row.upper or Decimal(0)


def other(row: Observation) -> Item:
    words = f"{name_of(row, frozenset())} {chart_words.label_words(row)}，{stated_period(row)}"
    return Item(words, row.get_absolute_url())


def common_subjects(rows: Sequence[Observation]) -> frozenset:
    """What all figures are about, which need not be said of each."""
    several = [frozenset(row.series.subjects) for row in rows]
    return frozenset.intersection(*several)


def name_of(row: Observation, shared: Collection) -> str:
    """What tells a figure from the others of its chart: its subject without theirs, its scope."""
    own = "·".join(str(one) for one in row.series.subjects if one not in shared)
    scope = row.series.scope_words
    if own and scope:
        return f"{own}（{scope}）"
    return own or scope or WHOLE


def years(rows: Sequence[Observation]) -> list[list[Observation]]:
    """The figures by the time they speak of, the latest first, if each time has several of them;
    else all in one."""
    found: dict[str, list[Observation]] = {}
    for row in sorted(rows, key=moment, reverse=True):
        found.setdefault(stated_period(row), []).append(row)
    is_by_year = all(len(group) >= FEWEST for group in found.values())
    return [in_size(group) for group in found.values()] if is_by_year else [in_size(rows)]


def moment(row: Observation) -> date:
    return row.moment or date.min


def group_of(rows: Sequence[Observation], shared: Collection, scale: Scale) -> Group:
    """Figures under what they have in common; bars of several times say theirs."""
    common = common_subjects(rows)
    times = {stated_period(row) for row in rows}
    about = "·".join(str(one) for one in rows[0].series.subjects if one in common - {*shared})
    when = times if len(times) == 1 else ()
    words = [*when, about, str(rows[0].series.metric)]
    several = tuple(bar_of(row, common, scale, is_timed=len(times) > 1) for row in rows)
    return Group(" ".join(filter(None, words)), rows[0].unit, several)


def in_size(rows: Sequence[Observation]) -> list[Observation]:
    """The whole before its parts, then the largest first."""
    wholes = {row.series.part_of_id for row in rows}

    def order(row: Observation) -> tuple:
        return row.series_id not in wholes, bool(row.series.scope_words), -size(row)

    return sorted(rows, key=order)


def bar_of(row: Observation, shared: Collection, scale: Scale, *, is_timed: bool) -> Bar:
    name = name_of(row, shared)
    label = f"{name}，{stated_period(row)}" if is_timed else name
    return bar_named(row, name, label, converted(row, scale))


def bar_named(row: Observation, name: str, label: str, converted: str = "") -> Bar:
    """The bar of a figure that is called so, and has that label before it."""
    conflicts = {row.pk} if row.is_contradicted else set()
    return Bar(
        label=label,
        words=chart_words.label_words(row, bool(conflicts)),
        name=f"{name}，{chart_words.spoken(row, conflicts)}",
        value=row.value,
        lower=row.lower,
        upper=row.upper,
        url=row.get_absolute_url(),
        css=css_of(row, conflicts),
        is_open=row.upper is None and row.lower is not None,
        converted=converted,
    )


def converted(row: Observation, scale: Scale) -> str:
    """A figure printed in another scale than that of the axis, in the latter."""
    if row.value is None or printed_scale(row).factor == scale.factor:
        return ""
    return f"（合{scale.amount(row.value)}）"


def title(rows: Sequence[Observation], shared: Collection) -> str:
    """What the chart shows: the latest whole and its largest part, or the largest of those that can
    be compared; else what there is, without a word on which is larger."""
    first, *parts = years(rows)[0]
    about = "·".join(str(one) for one in first.series.subjects if one in shared)
    metric = first.series.metric
    if len(parts) >= FEWEST and all(row.series.part_of_id == first.series_id for row in parts):
        top = max(parts, key=size)
        whole = "·".join(map(str, first.series.subjects))
        said = f"{whole}{stated_period(first)}{metric} {said_of(first)}"
        name = top.series.scope_words
        return f"{said}，其中{name}{most(top, parts)}：{chart_words.printed_words(top)}"
    if are_comparable(rows):
        top = max(rows, key=size)
        said = f"{name_of(top, shared)}{most(top, rows)}，{said_of(top)}"
        return f"{about}{metric}：{len(rows)} 个数里{said}，{stated_period(top)}"
    named = [f"{name_of(row, shared)} {said_of(row)}" for row in (first, *parts)[:NAMED]]
    more = f"等 {len(rows)} 个数" if len(rows) > len(named) else ""
    return f"{about}{metric}：{'，'.join(named)}{more}"


def are_comparable(rows: Sequence[Observation]) -> bool:
    """Whether figures are of one time and each of the whole of another thing of the same kind."""
    times = {stated_period(row) for row in rows}
    kinds = {
        tuple((type(one), getattr(one, "level", "")) for one in row.series.subjects) for row in rows
    }
    return len(times) == len(kinds) == 1 and not any(row.series.scope_words for row in rows)


def said_of(row: Observation) -> str:
    """A figure with what kind it is, unless its metric says so: 援疆资金计划 17.56亿元."""
    is_said = row.nature_words in str(row.series.metric)
    return chart_words.printed_words(row) if is_said else chart_words.named_words(row)


def most(top: Observation, rows: Iterable[Observation]) -> str:
    """Whether one is the largest whatever the words of all allow, or only printed so."""
    others = (row for row in rows if row is not top)
    return "最多" if all(top.interval.is_above(row.interval) for row in others) else "居前"


def caption(rows: Sequence[Observation], shared: Collection, scale: Scale) -> str:
    """Scope, unit, what stands in the way of comparing, and documents."""
    first = rows[0]
    about = "·".join(str(one) for one in first.series.subjects if one in shared)
    words = [about or "各主体", first.nature_words, first.get_accumulation_display()]
    unit = f"折合为{scale.unit}" if scale.factor > 1 else f"单位：{scale.unit}"
    said = [f"{'，'.join(words)}，{unit}；照原文所印写在旁边。"]
    if len(years(rows)) == 1 and len({stated_period(row) for row in rows}) > 1:
        said.append("所说的时间不同，不能直接比大小。")
    if len({row.series.scope_words for row in rows}) > 1:
        said.append("各数的范围见名称，范围可能重叠，不能相加。")
    said.append(chart_words.called(rows))
    return f"{''.join(said)}据{chart_words.named(chart_words.documents(rows))}。"


def keys(
    rows: Sequence[Observation], drawn: set[str], conflicts: Collection[int]
) -> tuple[str, ...]:
    """What the forms in the chart mean, of those that occur in it."""
    natures = [words for row in rows if (words := chart_words.NATURE_KEYS.get(row.nature))]
    extra = {
        BAND: "chart-band" in drawn,
        FADE: "chart-arrow" in drawn,
        chart_words.INFERRED: any(row.is_period_inferred for row in rows),
        chart_words.CONFLICT: bool(conflicts),
    }
    return tuple(dict.fromkeys([*natures, *(words for words, holds in extra.items() if holds)]))
