"""Which chart shows best what a page has read: the series that goes on longest, or like figures."""

from collections.abc import Sequence
from dataclasses import replace

from aidtracker.pages.charts import FEWEST, Chart
from projects.charts.over_time import is_bare, series_chart
from projects.charts.side_by_side import alike, side_by_side
from projects.models import Observation

LONG = 3  # figures of one series that show how it went


def best_chart(key: str, rows: Sequence[Observation]) -> Chart | None:
    """One chart of some figures; None where no two of them can be compared. Asks no query."""
    line, group = longest(rows), widest(rows)
    if len(line) >= LONG or len(line) >= FEWEST > len(group):
        chart = series_chart(line, {row.pk for row in line if row.is_contradicted})
        # Beside other figures it has to say of whom and what it speaks.
        return chart and replace(chart, title=f"{line[0].series}：{chart.title}")
    return beside_the_others(key, group, rows)


def over_subjects(key: str, rows: Sequence[Observation], limit: str = "") -> Chart | None:
    """The figures of one metric, one of each series, beside each other as far as they are alike."""
    return beside_the_others(key, widest(rows), rows, limit)


def beside_the_others(
    key: str, group: Sequence[Observation], rows: Sequence[Observation], limit: str = ""
) -> Chart | None:
    """A group of like figures, with a word on the others of their metric."""
    if len(group) < FEWEST:
        return None
    metric = group[0].series.metric_id
    others = [row for row in rows if row.series.metric_id == metric and row not in group]
    return side_by_side(key, group, others, limit)


def longest(rows: Sequence[Observation]) -> list[Observation]:
    """The figures of the series that is told of most times; of several such, money first."""
    lines: dict[int, list[Observation]] = {}
    for row in rows:
        if row.moment and not is_bare(row):
            lines.setdefault(row.series_id, []).append(row)
    found = sorted(lines.values(), key=lambda line: (-len(moments(line)), line[0].unit != "元"))
    best = found[0] if found else []
    return sorted(best, key=lambda row: row.moment) if len(moments(best)) >= FEWEST else []


def moments(rows: Sequence[Observation]) -> set:
    return {row.moment for row in rows}


def widest(rows: Sequence[Observation]) -> list[Observation]:
    """The largest group of like figures of several series."""
    groups = (group for group in alike(rows) if len({row.series_id for row in group}) >= FEWEST)
    return next(groups, [])
