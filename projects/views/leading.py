"""Which figures of a subject are shown large: the whole before its parts, each metric once."""

from collections.abc import Iterable

from programs.models import Region
from projects.models import Observation

MONEY = "元"
WIDEST_FIRST = {level: at for at, level in enumerate(Region.Level.values)}


def chosen(rows: Iterable[Observation]) -> list[Observation]:
    """The figures to show large, best first, one of each metric and nature.

    `rows` come from `headline`: what is preferred, and of the rest the latest, stands first.
    """
    figures = list(rows)
    wholes = {row.series.part_of_id for row in figures}
    firsts: dict[tuple[int, str], Observation] = {}
    for row in sorted(figures, key=lambda row: (*standing(row, wholes), *breadth(row))):
        firsts.setdefault((row.series.metric_id, row.nature), row)
    return sorted(firsts.values(), key=lambda row: (*standing(row, wholes), *told(row)))


def standing(row: Observation, wholes: set[int | None]) -> tuple[bool, ...]:
    """How far a figure stands behind others of its subject; `wholes` are series with parts."""
    series = row.series
    return (
        row.rank != row.Rank.PREFERRED,
        series.pk not in wholes,
        series.part_of_id is not None,
        series.is_narrowed,
    )


def breadth(row: Observation) -> tuple[int, int]:
    """How narrow a figure is among those of one metric: about fewer things, of a wider place."""
    place = row.series.region
    return len(row.series.subjects), WIDEST_FIRST[place.level] if place else -1


def told(row: Observation) -> tuple[bool, str, int]:
    """Money first; else as documents tell it, who say the main thing first."""
    return row.unit != MONEY, row.source.code, row.number
