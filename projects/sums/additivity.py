"""The rules that stand against adding figures, each a function that returns its reasons."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations

from aidtracker.templatetags.formatting import UNKNOWN, names, period
from projects.models import Metric, Observation, Series
from projects.sums.overlaps import Comparison, Kinship, compare
from projects.sums.windows import Window, gaps, window

Accumulation = Observation.Accumulation
NEVER_ADDED = {
    Accumulation.RATE: "比率不能相加",
    Accumulation.RANK: "排名不能相加",
    Accumulation.UNCLEAR: "累计方式不明，不能确定是不是同一种数",
}
NEVER_ADDED_METRICS = {Metric.Kind.RATIO: "比率", Metric.Kind.RANK: "排名"}


class Rule(StrEnum):
    """What stands against a sum."""

    METRIC = "指标不同"
    UNIT = "单位不同"
    NATURE = "性质不同"
    ACCUMULATION = "累计方式不同"
    PRICES = "价格不同"
    KIND = "不能相加的数"
    SCOPE = "范围重叠或不同"
    STOCK = "存量"
    UNKNOWN_PERIOD = "期间不明"
    PERIOD = "期间重叠、间断或不一致"
    BREAK = "口径断裂"


@dataclass(frozen=True)
class Reason:
    """One reason against a sum: its rule, and a Chinese sentence without its full stop."""

    rule: Rule
    words: str


class Addends:
    """Figures to be added, and how their series stand to each other."""

    def __init__(self, rows: tuple[Observation, ...]):
        self.rows = rows

    @cached_property
    def comparisons(self) -> dict[tuple[int, int], Comparison]:
        """The comparison of every two series, by their numbers in order of appearance."""
        kinship = Kinship()
        series = {row.series_id: row.series for row in self.rows}
        pairs = combinations(series.values(), 2)
        return {(one.pk, other.pk): compare(one, other, kinship) for one, other in pairs}

    @cached_property
    def lines(self) -> list[list[Observation]]:
        """The figures in groups that each follow one subject and scope through time."""
        groups: list[list[Observation]] = []
        for row in self.rows:
            group = next((one for one in groups if self.is_one_line(one[0], row)), None)
            if group is None:
                groups.append([row])
            else:
                group.append(row)
        return groups

    def is_one_line(self, one, other):
        if one.series_id == other.series_id:
            return True
        return self.comparisons[one.series_id, other.series_id].is_one_line

    @property
    def pairs_of_one_line(self):
        return (pair for line in self.lines for pair in combinations(line, 2))

    @property
    def grounds(self):
        """What shows that the series count nothing twice, each once."""
        found = (found.ground for found in self.comparisons.values())
        return [*dict.fromkeys(filter(None, found))]

    @property
    def obstacles(self):
        return [words for found in self.comparisons.values() for words in found.obstacles]


def reasons_against(addends: Addends) -> tuple[Reason, ...]:
    """Every reason why the figures must not be added, each once; empty if they may be.

    Nothing stands against a single figure.
    """
    if len(addends.rows) < 2:
        return ()
    rules = (
        mixed_meanings,
        never_added,
        overlapping_scopes,
        stocks_of_one_subject,
        unknown_periods,
        overlapping_periods,
        interrupted_periods,
        broken_counts,
        uneven_periods,
    )
    found = [reason for rule in rules for reason in rule(addends)]
    return tuple(dict.fromkeys(found))


def mixed_meanings(addends):
    """Another metric, unit, nature or way of accumulating is another thing."""
    columns = {
        Rule.METRIC: [f"“{row.series.metric}”" for row in addends.rows],
        Rule.UNIT: [f"“{row.unit}”" for row in addends.rows],
        Rule.NATURE: [row.get_nature_display() for row in addends.rows],
        Rule.ACCUMULATION: [row.get_accumulation_display() for row in addends.rows],
        Rule.PRICES: [price_words(row) for row in addends.rows],
    }
    return [
        Reason(rule, f"{rule}：{'、'.join(dict.fromkeys(words))}")
        for rule, words in columns.items()
        if len(set(words)) > 1
    ]


def price_words(row):
    """可比价, or 现价: what is not said to be at comparable prices is at those of its time."""
    prices = Observation.PriceBasis
    return prices(row.price_basis or prices.CURRENT).label


def never_added(addends):
    """Rates and ranks say nothing when added; an unclear figure may be anything."""
    reasons = []
    for row in addends.rows:
        kind = NEVER_ADDED_METRICS.get(row.series.metric.kind)
        words = NEVER_ADDED.get(row.accumulation) or (kind and f"{kind}不能相加")
        if words:
            reasons.append(Reason(Rule.KIND, f"“{row.series}”：{words}"))
    return reasons


def overlapping_scopes(addends):
    return [Reason(Rule.SCOPE, words) for words in addends.obstacles]


def stocks_of_one_subject(addends):
    """What stood there at two times is the same thing counted twice."""
    return [
        Reason(
            Rule.STOCK,
            f"“{one.series}”是存量，两个时间的数（{period(one)}、{period(other)}）不能相加",
        )
        for one, other in addends.pairs_of_one_line
        if is_stock(one) and is_stock(other)
    ]


def is_stock(row):
    return row.accumulation == Accumulation.POINT or row.series.metric.kind == Metric.Kind.STOCK


def unknown_periods(addends):
    return [
        Reason(Rule.UNKNOWN_PERIOD, f"“{row}”没有注明{missing_end(row)}，不能确定期间有没有重叠")
        for row in addends.rows
        if row.accumulation not in NEVER_ADDED and window(row) is None
    ]


def missing_end(row):
    if row.accumulation == Accumulation.CUMULATIVE and row.moment and not row.period_start:
        return "从何时起累计"
    return "期间" if row.accumulation != Accumulation.POINT else "时间"


def overlapping_periods(addends):
    """Of one subject and scope only stretches of time that do not meet add up."""
    return [
        Reason(Rule.PERIOD, overlap_words(one, other))
        for one, other in addends.pairs_of_one_line
        if is_alike(one, other) and not is_stock(one) and do_overlap(window(one), window(other))
    ]


def interrupted_periods(addends):
    """Years with a gap between them make no count of any one stretch of time."""
    return [
        Reason(
            Rule.PERIOD,
            f"“{line[0].series}”的期间不相接：{names(span_words(row) for row in line)}，"
            f"其间{gap}没有数字，相加的不是任何一段时间的数",
        )
        for line in addends.lines
        if not any(is_stock(row) or window(row) is None for row in line)
        for gap in gaps(window(row) for row in line)
    ]


def broken_counts(addends):
    """From a break on something else is counted than before it."""
    return [
        Reason(
            Rule.BREAK,
            f"“{later.series}”从{span_words(later)}起口径改变，与{span_words(earlier)}的数不能相加",
        )
        for pair in addends.pairs_of_one_line
        if all(window(row) for row in pair)
        for earlier, later in [sorted(pair, key=window)]
        if later.obs_status == Observation.ObsStatus.BREAK
    ]


def is_alike(one, other):
    return meaning(one) == meaning(other)


def meaning(row):
    return row.series.metric_id, row.nature, row.accumulation


def do_overlap(one: Window | None, other: Window | None):
    return one is not None and other is not None and one.overlaps(other)


def overlap_words(one, other):
    if window(one) == window(other):
        figures = f"{one.printed}、{other.printed}"
        return f"“{one.series}”在{period(one)}有两个说法（{figures}），只能取一个"
    return f"“{one.series}”的期间重叠：{span_words(one)}和{span_words(other)}"


def span_words(row):
    words = period(row)
    return words if words != UNKNOWN else str(window(row))


def uneven_periods(addends):
    """Several subjects add up only over the same periods; one line in time may have many."""
    are_mixed = len({meaning(row) for row in addends.rows}) > 1
    if are_mixed or addends.obstacles or any(window(row) is None for row in addends.rows):
        return []
    first, *others = addends.lines
    return [
        Reason(Rule.PERIOD, f"期间不一致：{line_words(first)}，{line_words(other)}")
        for other in others
        if {window(row) for row in other} != {window(row) for row in first}
    ]


def line_words(line):
    series: Series = line[0].series
    return f"“{series}”是{'、'.join(span_words(row) for row in line)}"
