"""One series on one time axis, another under it on the same axis, and what happened meanwhile."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from aidtracker.pages.charts import Chart, Note, noted
from aidtracker.pages.shapes import Drawing, Label, Line, Mark, Panel, Text, forms
from aidtracker.pages.tables import Item
from aidtracker.templatetags.formatting import period
from projects.charts import words as chart_words
from projects.charts.axes import COMPACT, WIDE, Canvas, TimeAxis, ValueAxis, time_axis, value_axis
from projects.charts.labels import place_labels
from projects.charts.marks import Field, Shape, Stretch, draw, field, stretch
from projects.charts.tables import figures_table
from projects.models import Observation

ABOVE = 6  # pixels between a mark and its label
NEAR = 8  # points closer than so many pixels would cover each other
EVENTS_ROOM = 22  # pixels for the numbers of events under the years
MOST_EVENTS = 8
AMOUNT, YEAR = "chart-tick is-amount", "chart-tick is-year"


@dataclass(frozen=True)
class Event:
    """Something that happened on a day: what stands in a list of it, and its page."""

    day: date
    when: str
    words: str
    url: str


def series_chart(
    observations: Iterable[Observation],
    conflicts: Collection[int] = (),
    second: Iterable[Observation] = (),
    events: Sequence[Event] = (),
) -> Chart | None:
    """All observations of one series on one time axis, in pixels; None if there are none.

    Those of a `second` series stand under it, on the same time axis but on a scale of their own;
    `events` are those that fall into the time shown. Asks no query if the observations come from
    `with_subjects()`; `conflicts` are the primary keys of those that contradict another. Raises
    ValueError if they are of several series.
    """
    several = [rows for rows in (list(observations), list(second)) if rows]
    if not several:
        return None
    if any(len({row.series_id for row in rows}) > 1 for rows in several):
        raise ValueError("a chart shows one series")
    rows = [row for one in several for row in one]
    lines = [[row for row in one if stretch(row) and not is_bare(row)] for one in several]
    drawn = [figures for figures in lines if figures]
    seen = events_within(drawn, events) if drawn else []
    drawings = [drawing(drawn, layout, conflicts, seen) for layout in (WIDE, COMPACT) if drawn]
    figures = [row for one in drawn for row in one]
    return Chart(
        key=f"chart-{rows[0].series.slug}",
        title="；".join(titled(one, len(several)) for one in several),
        caption=" ".join(chart_words.caption(one, unit_of(one)) for one in several),
        description=chart_words.description(rows, conflicts),
        drawings=tuple(drawings),
        keys=chart_words.keys(figures, conflicts, forms(drawings)),
        notes=tuple(notes(rows, seen)),
        table=figures_table("图中的数字", rows) if drawn else None,
        documents=chart_words.documents(rows),
    )


def titled(rows: list[Observation], count: int) -> str:
    """What a series says; of several, which says it."""
    said = chart_words.title(rows)
    return f"{rows[0].series.metric}：{said}" if count > 1 else said


def unit_of(rows: list[Observation]) -> str:
    """The unit of the axis on which figures stand."""
    figures = [row for row in rows if stretch(row) and not is_bare(row)]
    return axis_of(figures, WIDE).scale.unit if figures else rows[0].unit


def axis_of(rows: list[Observation], layout: Canvas) -> ValueAxis:
    return value_axis(amounts(rows), rows[0].series.metric, layout)


def notes(rows: list[Observation], events: Sequence[Event]) -> list[Note]:
    """What happened meanwhile, and the figures that have no place in the drawing."""
    happened = [
        Item(f"{number} {event.when} {event.words}", event.url)
        for number, event in enumerate(events, 1)
    ]
    undated = (unplaced(row) for row in rows if not stretch(row))
    bare = (unplaced(row) for row in rows if stretch(row) and is_bare(row))
    return [
        *noted("图中的事件", happened),
        *noted("未注明时间", undated),
        *noted("没有给出具体的数", bare),
    ]


def is_bare(row: Observation) -> bool:
    """Whether a figure gives neither a value nor a bound."""
    return row.value is None and row.lower is None and row.upper is None


def unplaced(row: Observation) -> Item:
    """A figure that has no place in the drawing, and its time as far as that is said."""
    words, when = chart_words.label_words(row), period(row)
    return Item(words if when == "—" else f"{words}（{when}）", row.get_absolute_url())


def days_of(lines: list[list[Observation]]) -> list[date]:
    return [day for rows in lines for row in rows for day in stretch(row).days]


def events_within(lines: list[list[Observation]], events: Sequence[Event]) -> list[Event]:
    """The events of the years that a chart shows, the first ones."""
    axis = time_axis(days_of(lines), WIDE)
    found = [event for event in events if axis.first <= event.day.year <= axis.last]
    return sorted(found, key=lambda event: event.day)[:MOST_EVENTS]


def drawing(
    lines: list[list[Observation]],
    layout: Canvas,
    conflicts: Collection[int],
    events: Sequence[Event],
) -> Drawing:
    """The picture of figures that all have a place in time and an amount, one series a panel."""
    time = time_axis(days_of(lines), layout)
    panels = [
        replace(panel(rows, time, conflicts), top=layout.height * at)
        for at, rows in enumerate(lines)
    ]
    height = layout.height * len(panels)
    if events:
        panels.insert(0, events_panel(events, time, height))  # behind the figures
        height += EVENTS_ROOM
    return Drawing(layout.name, layout.width, height, tuple(panels))


def events_panel(events: Sequence[Event], time: TimeAxis, height: int) -> Panel:
    """A line through all panels at each event, with its number under the years."""
    layout = time.layout
    places = [time.x(event.day) for event in events]
    said = "；".join(f"{number}：{one.when}{one.words}" for number, one in enumerate(events, 1))
    free = spread(places, layout.text_size * 1.4, layout.plot_right)
    return Panel(
        f"事件：{said}",
        tuple(Line(x, layout.top, x, height, "chart-event") for x in places),
        tuple(
            Text(x, height + layout.text_size, str(number), "chart-number")
            for number, x in enumerate(free, 1)
        ),
    )


def spread(places: list[float], room: float, end: float) -> list[float]:
    """Places in their order, moved so far that each has room."""
    found: list[float] = []
    for x in places:
        found.append(round(max(x, found[-1] + room) if found else x, 1))
    over = max(found[-1] - end, 0)
    return [round(x - over, 1) for x in found] if over else found


def panel(rows: list[Observation], time: TimeAxis, conflicts: Collection[int]) -> Panel:
    """The figures of one series before their axes."""
    placed = in_painting_order([(row, stretch(row)) for row in rows])
    scale = axis_of(rows, time.layout)
    fields = fields_of(placed, (time, scale))
    words = [chart_words.label_words(row, row.pk in conflicts) for row, _ in placed]
    wanted = [
        Label(place.middle, round(place.top - ABOVE, 1), text)
        for place, text in zip(fields, words, strict=True)
    ]
    labels = place_labels(wanted, time.layout)
    marks = [
        mark(row, draw(place, found), label, conflicts)
        for (row, found), place, label in zip(placed, fields, labels, strict=True)
    ]
    return framed(time, scale, tuple(marks))


def framed(time: TimeAxis, scale: ValueAxis, marks: tuple[Mark, ...]) -> Panel:
    """Marks before a time axis and one of amounts."""
    layout, years, steps = time.layout, time.ticks(), scale.ticks()
    right, base = layout.plot_right, layout.base
    lines = [
        *(Line(layout.left, one.position, right, one.position, "chart-grid") for one in steps),
        *(Line(one.position, base, one.position, layout.year_foot, "chart-year") for one in years),
        Line(layout.left, base, right, base, "chart-axis"),
    ]
    middle = layout.text_size * 0.35
    texts = [
        *(
            Text(layout.tick_x, round(one.label_position + middle, 1), one.label, AMOUNT, "end")
            for one in steps
        ),
        *(Text(one.label_position, layout.year_y, one.label, YEAR) for one in years if one.label),
        Text(2, layout.unit_y, scale.scale.unit, "chart-tick chart-unit", "start"),
    ]
    words = f"纵轴：{scale.scale.unit}，从 {steps[0].label} 到 {steps[-1].label}"
    return Panel(f"{words}；横轴：{time.first}年起，每格一年", tuple(lines), tuple(texts), marks)


def in_painting_order(placed):
    """Bars behind, then by time; of two that begin together the longer and higher is behind."""

    def order(pair):
        row, found = pair
        return (*found.order, -(row.value or row.lower or 0), row.pk or 0)

    return sorted(placed, key=order)


def amounts(rows):
    """All amounts that the value axis has to hold."""
    columns = ("value", "value_high", "lower", "upper")
    found = (getattr(row, name) for row in rows for name in columns)
    return [amount for amount in found if amount is not None]


def fields_of(placed: list[tuple[Observation, Stretch]], axes: tuple[TimeAxis, ValueAxis]):
    """The pixels of each figure, moved aside where earlier ones stand in the same place."""
    fields: list[Field] = []
    for index, (row, found) in enumerate(placed):
        free = field(row, found, axes, 0)
        lane = sum(
            found.shape == other.shape and covers(fields[number], free, found.shape)
            for number, (_, other) in enumerate(placed[:index])
        )
        fields.append(field(row, found, axes, lane) if lane else free)
    return fields


def covers(one, other, shape):
    """Whether two marks of the same form would hide each other."""
    if shape == Shape.BAR:
        return one.left < other.right - NEAR and other.left < one.right - NEAR
    if one.value is None or other.value is None:
        return False
    return abs(one.right - other.right) < NEAR and abs(one.value - other.value) < NEAR


def mark(row, shapes, label, conflicts):
    """A figure as it is printed into the drawing."""
    rects, paths, dots = shapes
    return Mark(
        url=row.get_absolute_url(),
        name=chart_words.spoken(row, conflicts),
        css=css_of(row, conflicts),
        rects=rects,
        paths=paths,
        dots=dots,
        label=label,
    )


def css_of(row: Observation, conflicts: Collection[int] = ()) -> str:
    """The class names of a figure's mark: what kind of figure it is."""
    css = f"chart-mark nature-{row.nature} kind-{row.accumulation} rank-{row.rank}"
    if row.is_period_inferred:
        css = f"{css} is-inferred"
    return f"{css} is-conflict" if row.pk in conflicts else css
