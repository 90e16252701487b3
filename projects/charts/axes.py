"""The two axes of a chart of one series: time to the right, amounts from zero upwards."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from math import ceil

from projects.models import Metric
from projects.reading.scales import Scale, scale_for

NICE_STEPS = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))
FEWEST_YEARS = 4
LAST_RANK = 3  # a chart of ranks shows at least so many
# A bound just above a round amount may reach a little over the highest line.
REACH = Decimal("0.98")


@dataclass(frozen=True)
class Canvas:
    """The size of a drawing in pixels, and how much fits into it."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    text_size: int
    value_ticks: int
    year_width: int

    @property
    def plot_width(self):
        return self.width - self.left - self.right

    @property
    def base(self):
        """The y of zero."""
        return self.height - self.bottom

    @property
    def plot_right(self):
        return self.width - self.right

    @property
    def tick_x(self):
        """Where the labels of the value axis end."""
        return self.left - 8

    @property
    def year_foot(self):
        return self.base + 5

    @property
    def year_y(self):
        return self.base + 8 + self.text_size

    @property
    def unit_y(self):
        return self.text_size + 2


WIDE = Canvas("wide", 880, 340, 64, 24, 66, 32, 13, 5, 44)
COMPACT = Canvas("compact", 358, 320, 46, 10, 72, 30, 12, 4, 34)


@dataclass(frozen=True)
class Tick:
    """A place on an axis in pixels; `x` or `y` of its line, and its label, which may be empty."""

    position: float
    label: str
    label_position: float


@dataclass(frozen=True)
class TimeAxis:
    """Whole years from `first` up to and including `last`, side by side."""

    first: int
    last: int
    layout: Canvas

    @property
    def years(self):
        return self.last - self.first + 1

    def x(self, day: date):
        """The x of the beginning of a day."""
        start = date(day.year, 1, 1)
        length = (date(day.year + 1, 1, 1) - start).days
        year = day.year - self.first + (day - start).days / length
        return round(self.layout.left + year * self.layout.plot_width / self.years, 1)

    def ticks(self):
        """A line at the beginning of each year, its label under the middle of the year."""
        width = self.layout.plot_width / self.years
        every = ceil(self.layout.year_width / width)
        return tuple(
            Tick(
                round(self.layout.left + index * width, 1),
                str(self.first + index) if index % every == 0 else "",
                round(self.layout.left + (index + 0.5) * width, 1),
            )
            for index in range(self.years)
        )


def time_axis(days, layout):
    """The axis that holds all days, at least `FEWEST_YEARS` long so that one year is no wall."""
    first, last = min(days).year, max(days).year
    missing = max(FEWEST_YEARS - (last - first + 1), 0)
    return TimeAxis(first - (missing + 1) // 2, last + missing // 2, layout)


@dataclass(frozen=True)
class ValueAxis:
    """Amounts in a scale such as 亿元, zero at the base; or ranks, the first at the top."""

    top_value: Decimal
    step: Decimal
    scale: Scale
    is_rank: bool
    layout: Canvas

    def y(self, value: Decimal):
        above = value - 1 if self.is_rank else self.top_value - value
        height = self.layout.base - self.layout.top
        return round(self.layout.top + height * float(above / self.top_value), 1)

    def ticks(self):
        count = int(self.top_value / self.step)
        values = [self.step * index for index in range(self.is_rank, count + 1)]
        return tuple(
            Tick(self.y(value), f"{(value / self.scale.factor).normalize():f}", self.y(value))
            for value in values
        )


def value_axis(values, metric: Metric, layout: Canvas):
    """The axis from zero to a round amount at or above all `values`, which are in the base unit."""
    is_rank = metric.kind == Metric.Kind.RANK
    highest = max([*values, Decimal(LAST_RANK if is_rank else 0)]) or Decimal(1)
    scale = scale_for(highest, metric.unit)
    is_whole = scale.factor == 1 and all(value == int(value) for value in values)
    step = nice_step(highest * REACH / scale.factor, layout.value_ticks, is_whole) * scale.factor
    top_value = (highest * REACH / step).to_integral_value(ROUND_CEILING) * step
    return ValueAxis(top_value, step, scale, is_rank, layout)


def nice_step(highest, ticks, is_whole):
    """The smallest of 1, 2, 2.5, 5 × 10ⁿ that reaches `highest` in at most that many steps."""
    power = Decimal(1).scaleb((highest / ticks).adjusted())
    steps = (step * power for step in NICE_STEPS if step * power * ticks >= highest)
    step = next(steps)
    return max(step.to_integral_value(ROUND_CEILING), Decimal(1)) if is_whole else step
