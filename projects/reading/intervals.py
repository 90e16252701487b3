"""Arithmetic on what is known of a number: all between two ends, either of which may be open.

A figure printed as 超过600万 is [6000000, ∞); whatever is computed from it is an interval again.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import product

INFINITY = Decimal("Infinity")
ZERO = Decimal(0)


# Nobody changes one; frozen, each of millions would take three times as long to make.
@dataclass(slots=True, unsafe_hash=True)
class Interval:
    """All numbers from `lower` to `upper`, both included; None is an open end.

    Raises ValueError if the ends are in the wrong order.
    """

    lower: Decimal | None = None
    upper: Decimal | None = None

    def __post_init__(self):
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"lower end {self.lower} above upper end {self.upper}")

    @classmethod
    def exactly(cls, number):
        return cls(Decimal(number), Decimal(number))

    @classmethod
    def between(cls, low, high):
        """From ends that may be infinite."""
        return cls(None if low == -INFINITY else low, None if high == INFINITY else high)

    @property
    def ends(self):
        """Both ends as numbers, an open one as infinity."""
        low = -INFINITY if self.lower is None else self.lower
        high = INFINITY if self.upper is None else self.upper
        return low, high

    @property
    def is_known(self):
        """Whether it excludes anything at all."""
        return self.lower is not None or self.upper is not None

    @property
    def is_bounded(self):
        return self.lower is not None and self.upper is not None

    def __add__(self, other):
        low, high = self.ends
        other_low, other_high = other.ends
        return Interval.between(low + other_low, high + other_high)

    def __neg__(self):
        low, high = self.ends
        return Interval.between(-high, -low)

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        corners = [times(one, two) for one, two in product(self.ends, other.ends)]
        return Interval.between(min(corners), max(corners))

    def __truediv__(self, other):
        """Everything that may come out; nothing is known if the divisor may be zero and on both
        sides of it, or is zero."""
        low, high = other.ends
        if low < 0 < high or low == high == 0:
            return Interval()
        sign = -1 if high <= 0 else 1
        corners = [over(one, two, sign) for one, two in product(self.ends, other.ends)]
        return Interval.between(min(corners), max(corners))

    def scale(self, factor):
        low, high = self.ends
        one, two = times(low, factor), times(high, factor)
        return Interval.between(one, two) if factor >= 0 else Interval.between(two, one)

    def shift(self, number):
        low, high = self.ends
        return Interval.between(low + number, high + number)

    def intersects(self, other):
        """Whether both can be true of one number."""
        low, high = self.ends
        other_low, other_high = other.ends
        return low <= other_high and other_low <= high

    def is_above(self, other):
        """Whether every number here is greater than every number there."""
        return self.ends[0] > other.ends[1]

    def hull(self, other):
        """The smallest interval around both."""
        low, high = self.ends
        other_low, other_high = other.ends
        return Interval.between(min(low, other_low), max(high, other_high))


def times(one, two):
    """A product of ends, where nothing times without end is nothing."""
    return ZERO if one == 0 or two == 0 else one * two


def over(one, two, sign):
    """A quotient of ends; `sign` is the side from which a divisor of zero is reached."""
    if one == 0 or two.is_infinite():
        return ZERO
    return one * sign * INFINITY if two == 0 else one / two
