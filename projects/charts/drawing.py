"""One series on one time axis, as drawings that the template only prints."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from aidtracker.templatetags.formatting import period
from projects.charts import words as chart_words
from projects.charts.axes import (
    COMPACT,
    WIDE,
    Canvas,
    Tick,
    TimeAxis,
    ValueAxis,
    time_axis,
    value_axis,
)
from projects.charts.labels import Label, place_labels
from projects.charts.marks import Dot, Field, Path, Rect, Shape, Stretch, draw, field, stretch
from projects.models import Observation

TEMPLATE = "includes/series_chart.html"
ABOVE = 6  # pixels between a mark and its label
NEAR = 8  # points closer than so many pixels would cover each other


@dataclass(frozen=True)
class Mark:
    """One figure in pixels: where it links to, what it says aloud, its shapes and its label."""

    url: str
    name: str
    css: str
    rects: tuple[Rect, ...]
    paths: tuple[Path, ...]
    dots: tuple[Dot, ...]
    label: Label | None


@dataclass(frozen=True)
class Drawing:
    """A picture of one size: its axes, and its marks from the back to the front."""

    layout: Canvas
    unit: str
    years: tuple[Tick, ...]
    amounts: tuple[Tick, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Unplaced:
    """A figure that has no place in the drawing."""

    words: str
    period: str
    url: str


@dataclass(frozen=True)
class Chart:
    """A series as a chart: one drawing for wide screens, one for phones, and words.

    `key` is unique among the charts of a page. `drawings` is empty if no figure has a place;
    `undated` says no time, `bare` no amount.
    """

    key: str
    title: str
    caption: str
    description: str
    drawings: tuple[Drawing, ...] = ()
    keys: tuple[str, ...] = ()
    undated: tuple[Unplaced, ...] = ()
    bare: tuple[Unplaced, ...] = ()


def series_chart(
    observations: Iterable[Observation], conflicts: Collection[int] = ()
) -> Chart | None:
    """All observations of one series on one time axis, in pixels; None if there are none.

    Asks no query if `observations` come from `with_subjects()`; `conflicts` are the primary keys
    of those that contradict another. Raises ValueError if they are of several series.
    """
    rows = list(observations)
    if not rows:
        return None
    if len({row.series_id for row in rows}) > 1:
        raise ValueError("a chart shows one series")
    figures = [row for row in rows if stretch(row) and not is_bare(row)]
    drawings = [drawing(figures, layout, conflicts) for layout in (WIDE, COMPACT) if figures]
    return Chart(
        key=f"chart-{rows[0].series.slug}",
        title=chart_words.title(rows),
        caption=chart_words.caption(rows, drawings[0].unit if drawings else rows[0].unit),
        description=chart_words.description(rows, conflicts),
        drawings=tuple(drawings),
        keys=chart_words.keys(figures, conflicts, forms(drawings)),
        undated=tuple(unplaced(row) for row in rows if not stretch(row)),
        bare=tuple(unplaced(row) for row in rows if stretch(row) and is_bare(row)),
    )


def forms(drawings):
    """The class names of all rectangles and paths that were drawn."""
    marks = [one for drawing in drawings for one in drawing.marks]
    return {shape.css for one in marks for shape in (*one.rects, *one.paths)}


def is_bare(row):
    """Whether a figure gives neither a value nor a bound."""
    return row.value is None and row.lower is None and row.upper is None


def unplaced(row):
    return Unplaced(chart_words.label_words(row), period(row), row.get_absolute_url())


def drawing(rows, layout, conflicts):
    """The picture of figures that all have a place in time and an amount."""
    placed = in_painting_order([(row, stretch(row)) for row in rows])
    days = [day for _, found in placed for day in found.days]
    axes = (time_axis(days, layout), value_axis(amounts(rows), rows[0].series.metric, layout))
    fields = fields_of(placed, axes)
    words = [chart_words.label_words(row, row.pk in conflicts) for row, _ in placed]
    wanted = [
        Label(place.middle, round(place.top - ABOVE, 1), text)
        for place, text in zip(fields, words, strict=True)
    ]
    labels = place_labels(wanted, layout)
    marks = [
        mark(row, draw(place, found), label, conflicts)
        for (row, found), place, label in zip(placed, fields, labels, strict=True)
    ]
    time, scale = axes
    return Drawing(layout, scale.scale.unit, time.ticks(), scale.ticks(), tuple(marks))


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
    is_conflict = row.pk in conflicts
    css = f"chart-mark nature-{row.nature} kind-{row.accumulation} rank-{row.rank}"
    rects, paths, dots = shapes
    return Mark(
        url=row.get_absolute_url(),
        name=chart_words.spoken(row, conflicts),
        css=f"{css} is-conflict" if is_conflict else css,
        rects=rects,
        paths=paths,
        dots=dots,
        label=label,
    )
