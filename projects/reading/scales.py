"""Large amounts in 万 and 亿."""

from dataclasses import dataclass
from decimal import Decimal

from aidtracker.templatetags.formatting import plain

STEPS = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))


@dataclass(frozen=True)
class Scale:
    """A factor and its unit: 1 0000 0000 and 亿元."""

    factor: Decimal
    unit: str

    def amount(self, value):
        """An amount of the base unit in this scale, nothing rounded: 9.11亿元."""
        return f"{plain(value / self.factor)}{self.unit}"

    def span(self, low, high):
        return f"{plain(low / self.factor)}—{self.amount(high)}"


def scale_for(value: Decimal, unit: str) -> Scale:
    """The scale in which an amount of the base unit has the fewest digits before its point."""
    steps = (step for step in STEPS if abs(value) >= step[0])
    factor, word = next(steps, (Decimal(1), ""))
    return Scale(factor, f"{word}{unit}")
