"""What a chart says in words: its finding, its scope and sources, its marks aloud, its key."""

from collections.abc import Iterable

from aidtracker.templatetags.formatting import nature_sign, split_figure, stated_period
from programs.models import Source
from projects.charts.marks import Shape, stretch
from projects.models import Observation
from projects.models.badges import NO_DOCUMENT

DESCRIBED = 12
INFERRED = "浅色：期间系推断"
CONFLICT = "≠：与另一个数字矛盾"
Nature = Observation.Nature
Accumulation = Observation.Accumulation

SHAPE_KEYS = {
    Shape.BAR: "柱：一段时间内，宽为期间的长短",
    Shape.STEP: "横线：从起点累计到圆点",
    Shape.LEVEL: "短横：一段时间的比率或名次",
    Shape.POINT: "点：某一时点",
}
NATURE_KEYS = {
    Nature.TARGET: "空心：目标、计划",
    Nature.PLAN: "空心：目标、计划",
    Nature.AGREEMENT: "虚线：协议、预计",
    Nature.ESTIMATE: "虚线：协议、预计",
}


def printed_words(observation):
    """The figure as printed, without the spaces that some documents set inside it."""
    parts = split_figure(observation.printed)
    return f"{parts.hedge}{parts.number}{parts.unit}"


def title(rows):
    """What the chart shows, from its first to its last actual figure: 2014年 4亿元，2023年 …"""
    rows = [row for row in rows if row.source.is_document] or rows
    actual = [row for row in rows if row.nature == Nature.ACTUAL and is_in_use(row)]
    dated = sorted((row for row in actual or rows if row.moment), key=lambda row: row.moment)
    if not dated:
        return "各文献都没有注明时间"
    ends = [dated[0], dated[-1]] if dated[0].moment != dated[-1].moment else [dated[-1]]
    return "，".join(f"{stated_period(row)} {named_words(row)}" for row in ends)


def is_in_use(row):
    return row.rank != Observation.Rank.DEPRECATED


def caption(rows, unit):
    """Scope, unit and documents of a chart."""
    series = rows[0].series
    scope = f"（{words}）" if (words := series.scope_words) else ""
    subjects = "·".join(map(str, series.subjects))
    about = f"{subjects} {series.metric}{scope}，单位：{unit}。"
    return f"{about}{called(rows)}据{named(documents(rows))}。"


def called(rows: Iterable[Observation]) -> str:
    """What documents call some figures of a chart, where that is not the metric's name."""
    names: dict[str, list[str]] = {}
    for row in rows:
        names.setdefault(row.called, []).append(f"{stated_period(row)}的{printed_words(row)}")
    if len(names) == 1:
        return "".join(f"{name}。" for name in names if name)
    said = (f"{'、'.join(those)}，{name}" for name, those in names.items() if name)
    return "".join(f"{words}。" for words in said)


def documents(rows: Iterable[Observation]) -> tuple[Source, ...]:
    """The documents of some figures, each once."""
    return tuple(dict.fromkeys(row.source for row in rows))


def named(sources: Iterable[Source]) -> str:
    return "、".join(dict.fromkeys(f"《{one.title}》" for one in sources))


def description(rows, conflicts):
    """Every figure in one text, for those who hear the chart."""
    parts = [spoken(row, conflicts) for row in rows[:DESCRIBED]]
    if len(rows) > DESCRIBED:
        parts.append(f"另有 {len(rows) - DESCRIBED} 个数字，见表")
    return f"共 {len(rows)} 个数字。{'；'.join(parts)}。"


def spoken(row, conflicts):
    """One figure aloud: 2019年，892.18万人次，完成，当期，据《…》."""
    words = [
        stated_period(row),
        printed_words(row),
        row.called,
        row.nature_words,
        row.get_accumulation_display(),
        f"据《{row.source.title}》" if row.source.is_document else NO_DOCUMENT,
    ]
    return "，".join(filter(None, [*words, "与另一个数字矛盾" * (row.pk in conflicts)]))


def named_words(row):
    """The printed figure, after what it is if it is not an actual one: 目标1000万人次."""
    nature = "" if row.is_ordinary else row.nature_words
    return f"{nature}{printed_words(row)}"


def label_words(row, is_conflict=False):
    """What stands beside a mark: the printed figure, behind it what it is if not an actual one."""
    signs = "≠ " if is_conflict else ""
    if row.accumulation == Accumulation.UNCLEAR:
        signs += "? "
    if not row.source.is_document:
        signs += f"{NO_DOCUMENT} "
    if row.nature != Nature.ACTUAL:
        signs += f"{nature_sign(row.nature)}{row.get_nature_display()} "
    return f"{signs}{printed_words(row)}"


def keys(rows, conflicts, forms):
    """What each form in the chart means, and no more than occurs in it.

    `forms` are the class names of the shapes that were drawn.
    """
    shapes = {stretch(row).shape for row in rows}
    extra = {
        "点线：累计的起点或终点没有注明": "chart-step is-open" in forms,
        "浅带：原文容许的范围": "chart-band" in forms,
        "向上渐淡：只说不低于，没有上界": "chart-arrow" in forms,
        "?：累计方式不明": any(row.accumulation == Accumulation.UNCLEAR for row in rows),
        INFERRED: any(row.is_period_inferred for row in rows),
        CONFLICT: any(row.pk in conflicts for row in rows),
    }
    drawn = [words for shape, words in SHAPE_KEYS.items() if shape in shapes]
    natures = [words for row in rows if (words := NATURE_KEYS.get(row.nature))]
    return tuple(dict.fromkeys([*drawn, *natures, *(key for key, holds in extra.items() if holds)]))
