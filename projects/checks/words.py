"""Figures, amounts and times in the words of a computation."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from aidtracker.templatetags.formatting import period, plain

SCALES = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))
SIGNIFICANT = 4
HEDGES = {
    "exact": "{}",
    "over": "{}以上",
    "more": "{}余",
    "nearly": "近{}",
    "about": "约{}",
    "under": "不足{}",
}
MORE_BEFORE_SCALE = re.compile("[多余几][万亿]")
PERCENT = ("%", "‰")


@dataclass(frozen=True)
class Time:
    """A stretch of time, or a moment, as `period` names it."""

    period_start: date | None
    period_end: date | None
    as_of: date | None = None
    period_text: str = ""


@lru_cache(maxsize=1 << 12)
def time_words(window):
    """2018年, 截至2019年6月底; for a window whose first day is unknown the moment it ends."""
    start, end = window
    return period(Time(start, end) if start else Time(None, None, end))


def when(figure: Any) -> str:
    """The time of a figure, to stand in brackets: 2018年; 2017—2019年，推断 of an inferred one."""
    return inferred(time_words(figure.window), figure)


def inferred(words: str, figure: Any) -> str:
    """The time of a figure in words, which say so if no document does."""
    return f"{words}，推断" if figure.is_period_inferred else words


def when_said(figure: Any) -> str:
    """The time of a figure, to stand before it: 2017—2019年（推断）."""
    words = time_words(figure.window)
    return f"{words}（推断）" if figure.is_period_inferred else words


def figure_words(figure):
    """A figure as printed, without its unit and with its hedge in one spelling: 600万以上."""
    scales = ((factor, word) for factor, word in SCALES if word in figure.printed)
    factor, word = next(scales, (Decimal(1), ""))
    if figure.value is None:
        return figure.printed
    number = plain(figure.value / factor) + word
    if figure.value_high is not None:
        return f"{plain(figure.value / factor)}—{plain(figure.value_high / factor)}{word}"
    if figure.qualifier == "more" and MORE_BEFORE_SCALE.search(figure.printed):
        return f"{plain(figure.value / factor)}多{word}"
    return HEDGES[figure.qualifier].format(number)


def rounded(number, places):
    return plain(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def amount_words(number, unit, places=0):
    """A computed number with four digits that count, in 亿 or 万 where it is large: 57.07亿元.

    `places` is how many decimals to show at least; rates have one or more.
    """
    if unit in PERCENT or unit == "倍":
        return f"{rounded(number, max(places, 1))}{unit}"
    factor, word = next(
        ((factor, word) for factor, word in SCALES if abs(number) >= factor), (Decimal(1), "")
    )
    scaled = number / factor
    digits = max(SIGNIFICANT - 1 - (scaled.adjusted() if scaled else 0), 0)
    return f"{rounded(scaled, max(digits, places if not word else 0))}{word}{unit}"


def span_words(interval, write, floor=None):
    """An interval, each end put in words by `write`; an end at `floor` says nothing.

    Both ends may look the same when rounded: then it is one number.
    """
    lower, upper = interval.lower, interval.upper
    if lower is not None and floor is not None and lower <= floor:
        lower = None
    if lower is None:
        return "任何数" if upper is None else f"不超过{write(upper)}"
    if upper is None:
        return f"不低于{write(lower)}"
    low, high = write(lower), write(upper)
    return low if low == high else f"{low}至{high}"


def allowed_words(figure):
    """What a figure's words allow, in its unit, with all digits: 475人至476人, 805.285亿元."""
    write = exact_writer(figure.metric.unit)
    return span_words(figure.interval, write, floor=Decimal(0))


def least_words(figure):
    """What nothing that is at least a figure can be below: 不少于3.15亿元."""
    low = figure.interval.lower
    write = exact_writer(figure.metric.unit)
    return "有上限" if low is None else f"不少于{write(low)}"


def most_words(figure):
    """What nothing that is at most a figure can be above: 不超过5亿元."""
    high = figure.interval.upper
    write = exact_writer(figure.metric.unit)
    return "不变" if high is None else f"不超过{write(high)}"


def exact_writer(unit):
    """Amounts with all their digits, in 亿 or 万 where they are large."""
    scales = () if unit in PERCENT or unit == "倍" else SCALES

    def write(number):
        near = ((factor, word) for factor, word in scales if abs(number) >= factor)
        factor, word = next(near, (Decimal(1), ""))
        return f"{plain(number / factor)}{word}{unit}"

    return write


def amount_writer(unit, places=0):
    return lambda number: amount_words(number, unit, places)


def naming(figure):
    """A figure with what it counts and when: 3万余人（阿克苏市 电商就业人数，2024年）."""
    return f"{figure.printed}（{figure.series.name}，{inferred(period(figure), figure)}）"
