"""How much more one figure says than another, as far as the printed words of both allow."""

from decimal import Decimal

from projects.models import Metric, Observation
from projects.reading.intervals import Interval
from projects.reading.scales import Scale, scale_for

Accumulation = Observation.Accumulation
POINTS = "个百分点"
PERCENT = "%"
# A year has 365 or 366 days: stretches of time that differ by no more are as long.
LEAP = 1


def obstacle(one: Observation, other: Observation) -> str:
    """Why two figures of one metric must not be subtracted, in words; empty if they may be."""
    if one.series.metric.kind == Metric.Kind.RANK or Accumulation.RANK in kinds(one, other):
        return "排名不相减"
    if Accumulation.UNCLEAR in kinds(one, other):
        return "累计方式不明，不相减"
    if scope(one) != scope(other):
        return "范围不同，不相减"
    if not one.interval.is_known or not other.interval.is_known:
        return "没有给出具体的数，不相减"
    return ""


def kinds(one: Observation, other: Observation) -> set[str]:
    return {one.accumulation, other.accumulation}


def scope(row: Observation) -> tuple[str, int]:
    """What narrows a figure beyond its subject: its scope in words, further subjects."""
    return row.series.scope_words, len(row.series.subjects)


def obstacle_between_times(later: Observation, earlier: Observation) -> str:
    """Why what a series says of two times must not be subtracted, in words."""
    if later.obs_status == Observation.ObsStatus.BREAK:
        return "口径改变，不相减"
    if later.accumulation == Accumulation.CUMULATIVE:
        is_same = later.period_start and later.period_start == earlier.period_start
        return "" if is_same else "累计的起点不同或不明，不相减"
    if later.accumulation == Accumulation.PERIOD and not are_as_long(later, earlier):
        return "期间长短不同或不明，不相减"
    return ""


def are_as_long(one: Observation, other: Observation) -> bool:
    lengths = length(one), length(other)
    return None not in lengths and abs(lengths[0] - lengths[1]) <= LEAP


def length(row: Observation) -> int | None:
    """How many days a figure speaks of; None where an end is not known."""
    end = row.period_end or row.as_of
    return None if row.period_start is None or end is None else (end - row.period_start).days


def is_same_time(one: Observation, other: Observation) -> bool:
    return times(one) == times(other) and one.moment is not None


def times(row: Observation) -> tuple:
    return row.period_start, row.period_end, row.as_of


def difference(one: Observation, other: Observation) -> str:
    """多 0.12亿元, 高 3.5 个百分点, 至少少 20个, or that the words leave it open."""
    gap = one.interval - other.interval
    is_rate = one.unit == PERCENT
    if gap.lower is not None and gap.lower >= 0 and gap.ends != (0, 0):
        return f"{'高' if is_rate else '多'} {amount(gap, one.unit)}"
    if gap.upper is not None and gap.upper <= 0 and gap.ends != (0, 0):
        return f"{'低' if is_rate else '少'} {amount(-gap, one.unit)}"
    return "相同" if gap.ends == (0, 0) else "照原文不能确定哪个大"


def amount(gap: Interval, unit: str) -> str:
    """A difference that is not below zero: 0.12—0.13亿元, 至少20个."""
    low, high = gap.lower or Decimal(0), gap.upper
    if unit == PERCENT:
        scale = Scale(Decimal(1), f" {POINTS}")
    else:
        scale = scale_for(high if high is not None else low, unit)
    if high is None:
        return f"至少{scale.amount(low)}"
    return scale.amount(low) if low == high else scale.span(low, high)
