"""How one figure is drawn: a bar, a step, a level or a point, with the bounds its words allow."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from aidtracker.pages.shapes import Dot, Path, Rect
from projects.charts.axes import TimeAxis, ValueAxis
from projects.models import Observation

DAY = timedelta(days=1)
DOT = 5
RING = 4  # how much wider the ring of a second figure in the same place is
HALF = 6  # half the width of a point's band and whisker
INSET = 5  # how much narrower a bar is than the one it stands before
SLIMMEST = 6
VISIBLE = 2  # bounds closer than so many pixels are not drawn
FADE_STEPS, FADE_HEIGHT = 3, 8
UNKNOWN_LENGTH = 60
Accumulation = Observation.Accumulation


class Shape(StrEnum):
    """The form that stands for a way of counting."""

    BAR = "bar"
    STEP = "step"
    LEVEL = "level"
    POINT = "point"


SHAPES = {
    Accumulation.PERIOD: Shape.BAR,
    Accumulation.CUMULATIVE: Shape.STEP,
    Accumulation.RATE: Shape.LEVEL,
    Accumulation.RANK: Shape.LEVEL,
}


@dataclass(frozen=True)
class Stretch:
    """The form of a figure and the days it covers; `start` or `end` None where not known."""

    shape: Shape
    start: date | None
    end: date | None

    @property
    def days(self):
        """The days that the time axis has to hold."""
        return [day for day in (self.start, self.end) if day]

    @property
    def order(self):
        """Behind come bars, then by time; of two that begin together the longer is behind."""
        begin, end = min(self.days), max(self.days)
        return list(Shape).index(self.shape), begin, begin - end


def stretch(observation):
    """The `Stretch` of a figure, or None if the document does not say when.

    A form that needs both ends of a period falls back to a point where one of them is missing.
    """
    if observation.moment is None:
        return None
    shape = SHAPES.get(observation.accumulation, Shape.POINT)
    start, end = observation.period_start, observation.period_end or observation.as_of
    if shape == Shape.STEP:
        return Stretch(shape, start, observation.as_of or observation.period_end)
    if shape == Shape.POINT or start is None or end is None:
        return Stretch(Shape.POINT, observation.moment, observation.moment)
    return Stretch(shape, start, end)


@dataclass(frozen=True)
class Field:
    """The pixels that a figure may use: its ends in time, and the heights of its bounds.

    `upper` is None for no upper bound, `value` for a figure such as 几十.
    """

    left: float
    right: float
    base: float
    value: float | None
    lower: float
    upper: float | None
    lane: int = 0

    @property
    def middle(self):
        return round((self.left + self.right) / 2, 1)

    @property
    def top(self):
        """The y above which the figure's label stands."""
        heights = [y for y in (self.value, self.lower, self.upper) if y is not None]
        return min(heights) - (FADE_STEPS * FADE_HEIGHT + 6 if self.upper is None else 0)


def field(observation, found: Stretch, axes: tuple[TimeAxis, ValueAxis], lane: int):
    """Where a figure stands; `lane` counts the figures that stand in the same place."""
    time, amounts = axes
    left, right = ends(found, time)
    if found.shape == Shape.BAR:
        room = max((right - left - SLIMMEST) / 2, 0)
        inset = min(1 + INSET * lane, room)
        left, right = round(left + inset, 1), round(right - inset, 1)
    return Field(
        left,
        right,
        amounts.layout.base,
        height(amounts, observation.value),
        height(amounts, observation.lower, amounts.layout.base),
        height(amounts, observation.upper),
        lane,
    )


def height(amounts, value, unknown=None):
    return unknown if value is None else amounts.y(value)


def ends(found, time):
    """The pixels of both ends; an unknown beginning or end of a count reaches a little way."""
    layout = time.layout
    if found.end is None:
        return time.x(found.start), layout.width - layout.right
    if found.shape == Shape.POINT:
        return time.x(found.end), time.x(found.end)
    right = time.x(found.end + DAY)
    left = time.x(found.start) if found.start else max(right - UNKNOWN_LENGTH, layout.left)
    if found.shape == Shape.STEP:
        return left, right
    return left, max(right, left + SLIMMEST)


def band(place):
    """The soft band of what the printed words allow, if it is high enough to be seen."""
    if place.upper is None:
        return fade(place)
    tall = round(abs(place.lower - place.upper), 1)
    if tall < VISIBLE:
        return []
    x, y, width = sides(place)
    return [Rect(x, y, width, tall, "chart-band")]


def sides(place):
    """x, y and width of the band."""
    upper = place.lower if place.upper is None else place.upper
    if place.left == place.right:
        return round(place.left - HALF, 1), min(upper, place.lower), 2 * HALF
    return place.left, min(upper, place.lower), round(place.right - place.left, 1)


def fade(place):
    """Three bands that fade upwards: at least so much, and no upper bound."""
    x, y, width = sides(place)
    return [
        Rect(x, round(y - FADE_HEIGHT * step, 1), width, FADE_HEIGHT, f"chart-fade-{step}")
        for step in range(1, FADE_STEPS + 1)
    ]


def arrow(place):
    """The second sign of a missing upper bound."""
    if place.upper is not None:
        return []
    tip = round(place.lower - FADE_STEPS * FADE_HEIGHT - 4, 1)
    return [Path(f"M{place.middle},{tip} l-5,8 h10 z", "chart-arrow")]


def whisker(place):
    """The ends of a point's bounds."""
    if place.upper is None or abs(place.lower - place.upper) < VISIBLE:
        return []
    cap = f"h{2 * HALF}"
    left = round(place.left - HALF, 1)
    line = f"M{place.left},{place.upper} V{place.lower}"
    return [Path(f"M{left},{place.upper} {cap} {line} M{left},{place.lower} {cap}", "chart-bound")]


def draw(place, found):
    """Rectangles, paths and dots of one figure, in the order in which they are painted."""
    forms = {Shape.BAR: bar, Shape.STEP: step, Shape.LEVEL: level, Shape.POINT: point}
    rects, paths, dots = ([], [], []) if place.value is None else forms[found.shape](place, found)
    if found.shape == Shape.POINT:
        paths = [*whisker(place), *paths]
    return (*rects, *band(place)), (*paths, *arrow(place)), tuple(dots)


def bar(place, _found):
    """From zero up to the value, as wide as its period."""
    width, tall = round(place.right - place.left, 1), round(place.base - place.value, 1)
    return [Rect(place.left, place.value, width, tall, "chart-bar")], [], []


def step(place, found):
    """A line from the beginning of the count to its end, where the amount was reached."""
    is_open = not (found.start and found.end)
    css = "chart-step is-open" if is_open else "chart-step"
    paths = [Path(f"M{place.left},{place.value} H{place.right}", css)]
    if found.start:
        foot = round(place.value - HALF, 1)
        paths.append(Path(f"M{place.left},{foot} v{2 * HALF}", "chart-foot"))
    if found.end is None:
        return [], paths, []
    drop = Path(f"M{place.right},{place.value} V{place.base}", "chart-drop")
    return [], [drop, *paths], [dot(place)]


def level(place, _found):
    """A short line over the time that a rate or a rank speaks of."""
    return [], [Path(f"M{place.left},{place.value} H{place.right}", "chart-level")], []


def point(place, _found):
    return [], [], [dot(place)]


def dot(place):
    """The dot where an amount was reached; a ring around it for another figure just there."""
    css = "chart-ring" if place.lane else "chart-dot"
    return Dot(place.right, place.value, DOT + RING * place.lane, css)
