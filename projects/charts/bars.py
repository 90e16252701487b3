"""Amounts beside each other: bars from zero, in groups, each group of one unit.

The bounds of the printed words are drawn as in a chart over time: a soft band, or upwards without
end. Groups with one scale can be compared; each other group has its own, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from aidtracker.pages.shapes import (
    COMPACT,
    WIDE,
    Drawing,
    Label,
    Line,
    Mark,
    Panel,
    Path,
    Rect,
    Text,
    text_width,
    wrapped,
)
from aidtracker.pages.tables import Column, Item, Table, table
from projects.charts.axes import nice_step
from projects.reading.scales import Scale, scale_for

SIZE = 13
FADE_STEPS, FADE_WIDTH = 3, 9
VISIBLE = 2  # bounds closer than so many pixels are not drawn
THICK = 16
GAP = 8  # between a bar and its words


@dataclass(frozen=True)
class Bar:
    """One amount: what it is of, its words, what it says aloud, its value and bounds."""

    label: str
    words: str
    name: str
    value: Decimal | None
    lower: Decimal | None = None
    upper: Decimal | None = None
    url: str = ""
    css: str = "chart-mark nature-actual"
    is_open: bool = False  # the words give no upper bound
    converted: str = ""  # the amount in the unit of the axis, where the words have another

    def words_in(self, canvas: "Canvas") -> str:
        """What stands behind the bar: on phones no conversion, which stands above it there."""
        return f"{self.words}{self.converted}" if canvas.names else self.words

    @property
    def amounts(self) -> list[Decimal]:
        return [one for one in (self.value, self.lower, self.upper) if one is not None]


@dataclass(frozen=True)
class Group:
    """Bars under one heading, in one unit."""

    heading: str
    unit: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Canvas:
    """The size of a drawing of bars: on wide screens names stand before bars, else above them."""

    name: str
    width: int
    names: int
    row: int
    edge: int = 8

    @property
    def left(self) -> int:
        return self.names + self.edge if self.names else self.edge


CANVASES = (Canvas(WIDE, 880, 270, 40), Canvas(COMPACT, 358, 0, 44))
HEADING, FOOT = 30, 26
LEADING = 16  # from one line of words to the next
MOST_LINES = 3
ALL_LINES = 9  # above bars there is room for the longest name


@dataclass(frozen=True)
class Axis:
    """Amounts from zero to the right."""

    left: float
    width: float
    top_value: Decimal
    step: Decimal
    scale: Scale

    def x(self, value: Decimal) -> float:
        return round(self.left + self.width * float(value / self.top_value), 1)


def drawings(groups: Sequence[Group], *, is_shared: bool) -> tuple[Drawing, ...]:
    """Groups of bars under each other; `is_shared`: all of them on one scale."""
    return tuple(drawing(groups, canvas, is_shared) for canvas in CANVASES)


def drawing(groups: Sequence[Group], canvas: Canvas, is_shared: bool) -> Drawing:
    panels: list[Panel] = []
    top = 0
    for group in groups:
        axis = axis_of(groups if is_shared else [group], group.unit, canvas)
        panels.append(panel(group, axis, canvas, top))
        top += bars_end(group, axis, canvas) + FOOT
    return Drawing(canvas.name, canvas.width, top, tuple(panels))


def bars_end(group: Group, axis: Axis, canvas: Canvas) -> int:
    return bars_start(group, axis, canvas) + sum(height_of(bar, canvas) for bar in group.bars)


def bars_start(group: Group, axis: Axis, canvas: Canvas) -> int:
    return HEADING + LEADING * (len(heading_of(group, axis, canvas)) - 1)


def height_of(bar: Bar, canvas: Canvas) -> int:
    """Names above bars take as many lines as they need: nothing is cut on phones."""
    return canvas.row + (0 if canvas.names else LEADING * (len(name_of(bar, canvas)) - 1))


def heading_of(group: Group, axis: Axis, canvas: Canvas) -> list[str]:
    words = f"{group.heading}（{axis.scale.unit}）"
    return wrapped(words, canvas.width - canvas.edge, SIZE, ALL_LINES)


def name_of(bar: Bar, canvas: Canvas) -> list[str]:
    """What a bar is of, in lines before it or above it."""
    if canvas.names:
        return wrapped(bar.label, canvas.names - SIZE, SIZE, MOST_LINES)
    words = f"{bar.label}{bar.converted}"
    return wrapped(words, canvas.width - 2 * canvas.edge, SIZE, ALL_LINES)


def axis_of(groups: Sequence[Group], unit: str, canvas: Canvas) -> Axis:
    """The axis of groups on one scale, with room on its right for the widest words."""
    several = [bar for group in groups for bar in group.bars]
    found = [amount for bar in several for amount in bar.amounts]
    most = max(found, default=Decimal(1)) or Decimal(1)
    room = max(text_width(bar.words_in(canvas), SIZE) for bar in several) + GAP + canvas.edge
    fade = FADE_STEPS * FADE_WIDTH + 8 if any(bar.is_open for bar in several) else 0
    width = max(canvas.width - canvas.left - room - fade, canvas.width * 0.2)
    scale = scale_for(most, unit)
    is_whole = scale.factor == 1 and all(one == int(one) for one in found)
    step = nice_step(most / scale.factor, 4, is_whole) * scale.factor
    return Axis(canvas.left, width, most, step, scale)


def panel(group: Group, axis: Axis, canvas: Canvas, top: int) -> Panel:
    """A group: its heading, its bars with their names, and the amounts under them."""
    start, end = bars_start(group, axis, canvas), bars_end(group, axis, canvas)
    lines = [Line(axis.left, start - 6, axis.left, end, "chart-axis")]
    texts = [
        Text(0, 17 + LEADING * at, words, "chart-heading", "start")
        for at, words in enumerate(heading_of(group, axis, canvas))
    ]
    marks, y = [], start
    for bar in group.bars:
        middle = y + (canvas.row / 2 if canvas.names else height_of(bar, canvas) - 12)
        texts += named(bar, y, middle, canvas)
        marks.append(mark(bar, axis, middle, bar.words_in(canvas)))
        y += height_of(bar, canvas)
    value = Decimal(0)
    while value <= axis.top_value:
        x = axis.x(value)
        lines.insert(0, Line(x, start - 6, x, end, "chart-grid"))
        texts.append(Text(x, end + 16, amount(value, axis), "chart-tick is-amount"))
        value += axis.step
    words = f"{group.heading}：{len(group.bars)} 项，单位：{axis.scale.unit}，从 0 起"
    return Panel(words, tuple(lines), tuple(texts), tuple(marks), top)


def amount(value: Decimal, axis: Axis) -> str:
    return f"{(value / axis.scale.factor).normalize():f}"


def named(bar: Bar, y: int, middle: float, canvas: Canvas) -> list[Text]:
    """The name of a bar that begins at `y`: before it, or above it."""
    several = name_of(bar, canvas)
    if not canvas.names:
        return [
            Text(canvas.edge, y + 19 + LEADING * at, words, "chart-name", "start")
            for at, words in enumerate(several)
        ]
    first = middle + SIZE * 0.35 - (len(several) - 1) * SIZE / 2
    return [
        Text(canvas.left - GAP, round(first + SIZE * at, 1), words, "chart-name", "end")
        for at, words in enumerate(several)
    ]


def mark(bar: Bar, axis: Axis, middle: float, said: str) -> Mark:
    """A bar, what its words allow beyond it, and the words."""
    y = round(middle - THICK / 2, 1)
    rects, paths, end = [], [], axis.left
    if bar.value is not None:
        end = axis.x(bar.value)
        rects.append(Rect(axis.left, y, round(end - axis.left, 1), THICK, "chart-bar"))
    low = axis.x(bar.lower if bar.lower is not None else Decimal(0))
    if bar.is_open:
        rects += [
            Rect(round(low + FADE_WIDTH * at, 1), y, FADE_WIDTH, THICK, f"chart-fade-{at + 1}")
            for at in range(FADE_STEPS)
        ]
        end = low + FADE_STEPS * FADE_WIDTH + 8
        paths.append(Path(f"M{round(end, 1)},{round(middle, 1)} l-8,-5 v10 z", "chart-arrow"))
    elif bar.upper is not None and axis.x(bar.upper) - low >= VISIBLE:
        width = round(axis.x(bar.upper) - low, 1)
        rects.append(Rect(low, y, width, THICK, "chart-band"))
        end = max(end, low + width)
    words = Label(round(end + GAP, 1), round(middle + SIZE * 0.35, 1), said, anchor="start")
    return Mark(bar.url, bar.name, bar.css, tuple(rects), tuple(paths), (), words)


def number_of(pair: tuple[Group, Bar]) -> Item:
    group, bar = pair
    return Item(f"{bar.words}{bar.converted}", "", bar.value, group.unit)


def table_of(caption: str, groups: Sequence[Group]) -> Table:
    """The bars as a table: what each is of, in which group, its words."""
    several = [(group, bar) for group in groups for bar in group.bars]
    columns = (
        Column("名称", lambda pair: Item(pair[1].label, pair[1].url), meaning="数的是什么。"),
        Column("组", lambda pair: pair[0].heading, meaning="同一组的数用同一个标尺。"),
        Column("数", number_of, meaning="图中的数，照印，或台账的条数和金额。"),
    )
    return table(caption, columns, several)
