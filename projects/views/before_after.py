"""What was measured of a village before and after: the first and the last figure of each series."""

from collections import defaultdict
from collections.abc import Sequence

from aidtracker.pages.sections import Section
from aidtracker.pages.tables import Column, Item, table
from aidtracker.templatetags.formatting import plain, stated_period
from programs.models import Region
from projects.models import Observation
from projects.models.targets import share
from projects.monthly.totals import in_words
from projects.views.sections import metric_item

# Such places have few figures, which a page shows whole: a chart of years says more of others.
SMALL = (Region.Level.VILLAGE, Region.Level.TOWNSHIP)
# What documents call the time before without saying when it was.
BEFORE = ("原来", "原先", "此前", "以前", "过去", "之前")
Pair = tuple[Observation, Observation]


def before_and_after(region: Region) -> Section | None:
    """None without two figures of one series; no query: of the figures read for the page."""
    if region.level not in SMALL:
        return None
    pairs = pairs_of(getattr(region, "first_figures", ()))
    if not pairs:
        return None
    columns = (
        Column("指标", lambda pair: metric_item(pair[0])),
        Column("之前", lambda pair: figure_item(pair[0])),
        Column("之后", lambda pair: figure_item(pair[1])),
        Column("变化", lambda pair: change_words(*pair), kind="phrase"),
    )
    return Section("before-after", "前后对比", table("同一序列最早和最近的数字", columns, pairs))


def pairs_of(rows: Sequence[Observation]) -> list[Pair]:
    """Of each series and way of counting, the first and the last figure of what was reached."""
    groups: dict[tuple[int, str], list[tuple[str, Observation]]] = defaultdict(list)
    for row in rows:
        time = time_of(row)
        if row.nature == Observation.Nature.ACTUAL and time is not None:
            groups[row.series_id, row.accumulation].append((time, row))
    found = []
    for timed in groups.values():
        (first, before), *_, (last, after) = [min(timed, key=when), max(timed, key=when)]
        if first < last:
            found.append((before, after))
    return found


def when(timed: tuple[str, Observation]) -> str:
    return timed[0]


def time_of(row: Observation) -> str | None:
    """When a figure speaks of, to sort by; what is only called earlier stands before all."""
    if row.moment:
        return f"{row.moment:%Y-%m-%d}"
    return "" if row.period_text in BEFORE else None


def figure_item(row: Observation) -> Item:
    time = stated_period(row) if row.moment else row.period_text
    return Item(f"{row.printed}（{time}）", row.get_absolute_url())


def change_words(before: Observation, after: Observation) -> str:
    """By how much, where both are exact; of others the words alone may be compared."""
    exact = Observation.Qualifier.EXACT
    if {before.qualifier, after.qualifier} != {exact} or not before.value or after.value is None:
        return "不是两个确数，不算差"
    difference = after.value - before.value
    if not difference:
        return "没有变化"
    word = "增加" if difference > 0 else "减少"
    size = in_words(abs(difference), before.series.metric.unit)
    return f"{word} {size}（{plain(share(abs(difference), before.value))}%）"
