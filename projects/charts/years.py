"""How much happened in which year: a row for each kind, a circle for each year, by its number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt

from aidtracker.pages.charts import Chart
from aidtracker.pages.shapes import COMPACT, WIDE, Dot, Drawing, Label, Line, Mark, Panel, Text
from aidtracker.pages.tables import Column, Table, table

ROW, TOP, FOOT = 44, 8, 26
SMALLEST, LARGEST = 4, 15


@dataclass(frozen=True)
class Lane:
    """One kind of thing: how many of it fall into each year."""

    label: str
    counts: Mapping[int, int]


@dataclass(frozen=True)
class Canvas:
    name: str
    width: int
    left: int


COUNTED = "这一年有几件。"
CANVASES = (Canvas(WIDE, 880, 60), Canvas(COMPACT, 358, 38))


def years_chart(lanes: Sequence[Lane], url: str, title: str, caption: str) -> Chart:
    """The lanes over all years between the first and the last; a circle leads to its year."""
    years = sorted({year for lane in lanes for year in lane.counts})
    span = list(range(years[0], years[-1] + 1))
    most = max(count for lane in lanes for count in lane.counts.values())
    said = "；".join(spoken(lane) for lane in lanes)
    return Chart(
        key="timeline",
        title=title,
        caption=caption,
        description=f"{said}。",
        drawings=tuple(drawing(lanes, span, most, canvas, url) for canvas in CANVASES),
        keys=("圆越大，件数越多；点开是那一年",),
        table=table_of(lanes, years),
    )


def table_of(lanes: Sequence[Lane], years: Sequence[int]) -> Table:
    """How many of each kind in each year."""
    columns = [Column("年份", str, meaning="公历年份。")]
    for lane in lanes:
        columns.append(Column(lane.label, partial(counted, lane), kind="number", meaning=COUNTED))
    return table("各年的件数", columns, years)


def counted(lane: Lane, year: int) -> int:
    return lane.counts.get(year, 0)


def spoken(lane: Lane) -> str:
    years = "、".join(f"{year}年 {count}" for year, count in sorted(lane.counts.items()))
    return f"{lane.label}：{years}"


def drawing(
    lanes: Sequence[Lane], span: Sequence[int], most: int, canvas: Canvas, url: str
) -> Drawing:
    step = (canvas.width - canvas.left - LARGEST) / len(span)
    xs = {year: round(canvas.left + step * (at + 0.5), 1) for at, year in enumerate(span)}
    ys = [TOP + ROW * (at + 0.5) for at in range(len(lanes))]
    base = TOP + ROW * len(lanes)
    every = 1 if step > 34 else 2
    texts = [
        *(
            Text(0, y + 4.5, lane.label, "chart-name", "start")
            for lane, y in zip(lanes, ys, strict=True)
        ),
        *(
            Text(xs[year], base + 18, str(year), "chart-tick is-year")
            for year in span[(len(span) - 1) % every :: every]
        ),
    ]
    lines = [Line(canvas.left, y, canvas.width, y, "chart-grid") for y in ys]
    marks = [
        circle(
            lane.label, year, count, (xs[year], y, radius(count, most, step)), f"{url}?year={year}"
        )
        for lane, y in zip(lanes, ys, strict=True)
        for year, count in sorted(lane.counts.items())
    ]
    words = f"每行一类，每格一年，从 {span[0]} 年到 {span[-1]} 年"
    panel = Panel(words, tuple(lines), tuple(texts), tuple(marks))
    return Drawing(canvas.name, canvas.width, base + FOOT, (panel,))


def radius(count: int, most: int, step: float) -> float:
    """The area of a circle grows with what it counts; the largest fills its year."""
    return round(max(min(LARGEST, step / 2) * sqrt(count / most), SMALLEST), 1)


def circle(label: str, year: int, count: int, at: tuple[float, float, float], url: str) -> Mark:
    x, y, r = at
    words = Label(x, round(y - r - 3, 1), str(count)) if count > 1 else None
    name = f"{year}年，{label} {count} 件"
    return Mark(url, name, "chart-mark is-bubble", (), (), (Dot(x, y, r, "chart-dot"),), words)
