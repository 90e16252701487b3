"""Printed rates against what they are made of: growth, multiples, shares, per head, completion.

A metric says how it follows from others (`Metric.formula`, numerator, denominator, base), so that
another rate of these kinds needs a metric and no code.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce

from django.utils.functional import cached_property

from projects.checks.choosing import Operand
from projects.checks.evidence import Figure
from projects.checks.judging import LOOSELY, over_breaks
from projects.checks.operands import (
    operands_of,
    says_where_it_begins,
    sides_from_the_year_before,
    years_of,
)
from projects.checks.rate_words import (
    compared,
    inconclusive,
    other_prices,
    over_the_whole,
    rate_title,
    timeless,
    unchecked,
)
from projects.checks.verdicts import Verdict, names
from projects.models.finding_kinds import GROWTH, RATIO, Kind, Result
from projects.reading.intervals import INFINITY, Interval

POINTS = ("个百分点", "百分点")  # a difference of rates is no growth
FACTORS = {"%": Decimal(100), "‰": Decimal(1000)}
ONE = Decimal(1)
REVISED = "；按修订以前的数也许相符"
REAL = "增长按可比价，列出的数按当年价"
BROKEN = "口径从这一期起改变，前后不可比"


@dataclass(frozen=True)
class Law:
    """How a rate follows from a quotient: (quotient × sign + offset) × factor of its unit."""

    kind: Kind
    sign: int = 1
    offset: int = 0
    verb: str = ""
    opposite: str = ""
    operator = "÷"

    def derive(self, top, bottom, factor, years=1):
        """The rates that two sides allow; over several years the yearly one."""
        quotient = rooted(top / bottom, years)
        return quotient.scale(self.sign).shift(self.offset).scale(factor)

    def side(self, rate, other, factor, is_top, years=1):
        """What a side would have to be, given the rate and the other side; never below zero."""
        quotient = rate.scale(ONE / factor).shift(-self.offset).scale(self.sign)
        quotient = powered(not_negative(quotient), years)
        return other * quotient if is_top else other / quotient


class Difference(Law):
    """How an increase follows from two levels: their difference × sign."""

    operator = "－"

    def derive(self, top, bottom, factor, years=1):
        return (top - bottom).scale(self.sign)

    def side(self, rate, other, factor, is_top, years=1):
        change = rate.scale(self.sign)
        return not_negative(other + change if is_top else other - change)


def not_negative(interval):
    low, high = interval.ends
    return Interval.between(max(low, Decimal(0)), max(high, Decimal(0)))


def powered(interval, years):
    return reduce(Interval.__mul__, [interval] * years)


def rooted(interval, years):
    """The roots of numbers that are not below zero; all of an interval that may be below."""
    low, high = interval.ends
    if years == 1:
        return interval
    if low < 0:
        return Interval()
    exponent = ONE / years
    return Interval.between(
        *(end if end in (0, INFINITY) else end**exponent for end in (low, high))
    )


LAWS = {
    "growth": Law(GROWTH, 1, -1, "增长", "下降"),
    "multiple": Law(GROWTH, 1, -1, "增长", "下降"),
    "decline": Law(GROWTH, -1, 1, "下降", "增长"),
    "ratio": Law(RATIO),
    "share": Law(RATIO),
    "completion": Law(RATIO),
    "increase": Difference(GROWTH, 1, 0, "增加", "减少"),
    "decrease": Difference(GROWTH, -1, 0, "减少", "增加"),
}


@dataclass(frozen=True)
class Computation:
    """A printed rate beside what its two sides give."""

    rate: Figure
    law: Law
    top: Operand
    bottom: Operand
    longer: int = 0  # by how many years than the rate's own time the growth is read
    breaks: tuple[date, ...] = ()  # the days since which something else is counted in its sides

    @property
    def factor(self):
        return FACTORS.get(self.rate.metric.unit, ONE)

    @cached_property
    def printed(self):
        """What the printed rate allows; a share is never more than the whole."""
        interval = self.rate.interval
        if self.rate.metric.formula == "share" and interval.ends[1] > self.factor:
            return Interval(interval.lower, self.factor)
        return interval

    @cached_property
    def years(self):
        return years_of(self.rate) + self.longer

    @cached_property
    def derived(self):
        return self.law.derive(self.top.interval, self.bottom.interval, self.factor, self.years)

    @property
    def says_nothing(self):
        """Whether any rate would fit: both sides are open, or the divisor is zero."""
        least = self.law.offset * self.factor
        ends = self.derived.scale(self.law.sign or 1).ends
        is_open = ends[1].is_infinite()
        if isinstance(self.law, Difference):
            return is_open and ends[0].is_infinite()
        return is_open and ends[0] <= least * self.law.sign

    @cached_property
    def middle(self):
        """The rate that the values themselves give, or None where there are not two."""
        if not self.top.is_exact or not self.bottom.is_exact or not self.bottom.value:
            return None
        sides = (Interval.exactly(side.value) for side in (self.top, self.bottom))
        return self.law.derive(*sides, self.factor, self.years).lower

    @property
    def holds(self):
        return self.derived.intersects(self.printed)

    @property
    def loosely(self):
        """The same, taken as loosely as newspapers write, and with what was revised since."""
        sides = self.top.loosely, self.bottom.loosely
        return LooseComputation(self.rate, self.law, *sides, self.longer)

    @property
    def sides(self):
        """From what, and to what."""
        return self.bottom, self.top

    @property
    def figures(self):
        return (self.rate, *self.top.figures, *self.bottom.figures)

    def needed(self, is_top):
        """What a side would have to be, given the rate and the other side → interval, middle."""
        return self.needed_top if is_top else self.needed_bottom

    @cached_property
    def needed_top(self):
        return self._needed(True)

    @cached_property
    def needed_bottom(self):
        return self._needed(False)

    def _needed(self, is_top):
        other = self.bottom if is_top else self.top
        side = self.law.side(self.printed, other.interval, self.factor, is_top, self.years)
        if self.rate.value is None or other.value is None:
            return side, None
        values = (Interval.exactly(one.value) for one in (self.rate, other))
        middle = self.law.side(*values, self.factor, is_top, self.years)
        return side, middle.lower if middle.is_bounded and middle.lower > 0 else None


class LooseComputation(Computation):
    """A printed rate taken as loosely as newspapers write."""

    @property
    def printed(self):
        return self.rate.loose


def check_rates(series, evidence):
    """A verdict on every printed rate whose metric has a formula."""
    law = LAWS.get(series.metric.formula)
    is_difference = isinstance(law, Difference)
    if law is None or (series.metric.unit in POINTS and not is_difference):
        return
    for rate in evidence.used_of(series):
        yield check_rate(rate, law, evidence)


def is_over_the_whole(rate):
    """Whether a share is more than its whole, which no figures can make true."""
    whole = FACTORS.get(rate.metric.unit, ONE)
    return rate.metric.formula == "share" and rate.interval.ends[0] > whole


def check_rate(rate, law, evidence):
    if is_over_the_whole(rate):
        return verdict(rate, law, Result.CONTRADICTION, over_the_whole(rate))
    sides = operands_of(rate, evidence)
    if isinstance(sides, str):
        return verdict(rate, law, Result.UNCHECKED, timeless(rate, sides))
    computation = Computation(rate, law, *sides, breaks=breaks_in(sides, evidence))
    result, words = judged(computation)
    if result != Result.HOLDS and (earlier := sides_from_the_year_before(rate, evidence)):
        other = Computation(rate, law, *earlier, 1, breaks_in(earlier, evidence))
        computation, result, words = read_both_ways(computation, other)
    return verdict(rate, law, result, words, computation)


def breaks_in(sides, evidence):
    """The days since which something else is counted in what the sides of a rate are of."""
    series = {figure.series for side in sides for figure in side.figures}
    return tuple(day for one in series for day in evidence.breaks_of(one))


def judged(computation, remark=""):
    """What a computation comes to, and its sentence."""
    if computation.top.interval is None or computation.bottom.interval is None:
        return Result.UNCHECKED, unchecked(computation)
    if computation.says_nothing:
        return Result.UNCHECKED, inconclusive(computation)
    if reason := are_not_comparable(computation):
        return Result.UNCHECKED, other_prices(computation, reason)
    if computation.holds:
        return Result.HOLDS, compared(computation, True)
    result = Result.CANDIDATE if remark else Result.CONTRADICTION
    past = computation.top.superseded + computation.bottom.superseded
    is_mixed = len({one.is_revised for one in computation.figures}) > 1
    if is_mixed or computation.loosely.holds:
        result, remark = Result.CANDIDATE, (REVISED if past or is_mixed else LOOSELY) + remark
    if computation.law.kind == GROWTH:
        ends = (max(one.moment for one in side.figures) for side in computation.sides)
        result, remark = over_breaks((result, remark), computation.breaks, *ends)
    return result, compared(computation, False, remark)


def read_both_ways(own, earlier):
    """A yearly growth that does not follow from its first year, read from the year before, too.

    It holds if it does in one way; it is false only if it is in both, or if its words leave no
    other way to read it.
    """
    (first, words), (second, other_words) = judged(own), judged(earlier)
    if second == Result.HOLDS:
        return earlier, second, other_words
    if first == Result.UNCHECKED and second != Result.UNCHECKED:
        return earlier, *judged(earlier, f"；也可能从{own.bottom.time}起算，没有那一年的数")
    is_clear = second != Result.UNCHECKED or says_where_it_begins(own.rate)
    if first == Result.CONTRADICTION and not is_clear:
        return own, *judged(own, f"；也可能从{earlier.bottom.time}起算，没有那一年的数")
    if second == Result.CANDIDATE and first == Result.CONTRADICTION:
        return earlier, second, other_words
    return own, first, words


def are_not_comparable(computation):
    """Why two sides and their rate cannot be held to each other; empty if they can."""
    if computation.law.kind != GROWTH:
        return ""
    sides = computation.top.figures + computation.bottom.figures
    prices = {one.is_at_constant_prices for one in (computation.rate, *sides)}
    if len(prices) > 1:
        return REAL
    is_broken = any(one.is_broken for one in computation.top.figures)
    return BROKEN if is_broken else ""


def verdict(rate, law, result, words, computation=None):
    figures = computation.figures if computation else (rate,)
    named = rate_title(rate, computation, result)
    figures = tuple(dict.fromkeys(figures))
    return Verdict(law.kind, result, names([rate]), words, figures, title=named)
