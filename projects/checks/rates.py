"""Printed rates against what they are made of: growth, multiples, shares, per head, completion.

A metric says how it follows from others (`Metric.formula`, numerator, denominator, base), so that
another rate of these kinds needs a metric and no code.
"""

from dataclasses import dataclass
from decimal import Decimal

from projects.checks.choosing import Operand
from projects.checks.evidence import Figure
from projects.checks.operands import operands_of
from projects.checks.rate_words import (
    compared,
    inconclusive,
    over_the_whole,
    timeless,
    unchecked,
)
from projects.checks.verdicts import Verdict, names
from projects.models.finding_kinds import GROWTH, RATIO, Kind, Result
from projects.reading.intervals import Interval

POINTS = ("个百分点", "百分点")  # a difference of rates is no growth
FACTORS = {"%": Decimal(100), "‰": Decimal(1000)}
ONE = Decimal(1)


@dataclass(frozen=True)
class Law:
    """How a rate follows from a quotient: (quotient × sign + offset) × factor of its unit."""

    kind: Kind
    sign: int = 1
    offset: int = 0
    verb: str = ""
    opposite: str = ""

    def derive(self, quotient, factor):
        return quotient.scale(self.sign).shift(self.offset).scale(factor)

    def invert(self, rate, factor):
        """The quotients that give such a rate; they are never below zero."""
        quotient = rate.scale(ONE / factor).shift(-self.offset).scale(self.sign)
        low, high = quotient.ends
        return Interval.between(max(low, Decimal(0)), max(high, Decimal(0)))


LAWS = {
    "growth": Law(GROWTH, 1, -1, "增长", "下降"),
    "multiple": Law(GROWTH, 1, -1, "增长", "下降"),
    "decline": Law(GROWTH, -1, 1, "下降", "增长"),
    "ratio": Law(RATIO),
    "share": Law(RATIO),
    "completion": Law(RATIO),
}


@dataclass(frozen=True)
class Computation:
    """A printed rate beside what its two sides give."""

    rate: Figure
    law: Law
    top: Operand
    bottom: Operand

    @property
    def factor(self):
        return FACTORS.get(self.rate.metric.unit, ONE)

    @property
    def printed(self):
        """What the printed rate allows; a share is never more than the whole."""
        interval = self.rate.interval
        if self.rate.metric.formula == "share" and interval.ends[1] > self.factor:
            return Interval(interval.lower, self.factor)
        return interval

    @property
    def derived(self):
        return self.law.derive(self.quotient, self.factor)

    @property
    def quotient(self):
        return self.top.interval / self.bottom.interval

    @property
    def says_nothing(self):
        """Whether any rate would fit: both sides are open, or the divisor is zero."""
        low, high = self.quotient.ends
        return low <= 0 and high.is_infinite()

    @property
    def middle(self):
        """The rate that the values themselves give, or None where there are not two."""
        if not self.top.is_exact or not self.bottom.is_exact or not self.bottom.value:
            return None
        value = self.top.value / self.bottom.value
        return (value * self.law.sign + self.law.offset) * self.factor

    @property
    def figures(self):
        return (self.rate, *self.top.figures, *self.bottom.figures)

    def needed(self, is_top):
        """What a side would have to be, given the rate and the other side → interval, middle."""
        quotient = self.law.invert(self.printed, self.factor)
        other = self.bottom if is_top else self.top
        interval = other.interval * quotient if is_top else other.interval / quotient
        if self.rate.value is None or other.value is None:
            return interval, None
        middle = (self.rate.value / self.factor - self.law.offset) * self.law.sign
        if middle <= 0:
            return interval, None
        return interval, other.value * middle if is_top else other.value / middle


def check_rates(series, evidence):
    """A verdict on every printed rate whose metric has a formula."""
    law = LAWS.get(series.metric.formula)
    if law is None or series.metric.unit in POINTS:
        return
    for rate in evidence.figures_of(series):
        if rate.interval.is_known:
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
    computation = Computation(rate, law, *sides)
    if computation.top.interval is None or computation.bottom.interval is None:
        return verdict(rate, law, Result.UNCHECKED, unchecked(computation), computation)
    if computation.says_nothing:
        return verdict(rate, law, Result.UNCHECKED, inconclusive(computation), computation)
    holds = computation.derived.intersects(computation.printed)
    words = compared(computation, holds)
    result = Result.HOLDS if holds else Result.CONTRADICTION
    return verdict(rate, law, result, words, computation)


def verdict(rate, law, result, words, computation=None):
    figures = computation.figures if computation else (rate,)
    return Verdict(law.kind, result, names([rate]), words, tuple(dict.fromkeys(figures)))
