"""Which figures of a subject are shown large: the whole before its parts, each metric once."""

from collections.abc import Iterable
from decimal import Decimal

from programs.models import Region
from projects.models import Metric, Observation

MONEY = "元"
ZERO = Decimal(0)
COUNTED = {Metric.Kind.STOCK, Metric.Kind.FLOW}
WIDEST_FIRST = {level: at for at, level in enumerate(Region.Level.values)}


def chosen(rows: Iterable[Observation]) -> list[Observation]:
    """The figures to show large, best first, one of each metric and nature.

    `rows` come from `headline`: what is preferred, and of the rest the latest, stands first.
    """
    figures = list(rows)
    wholes = {row.series.part_of_id for row in figures}
    newest: dict[tuple[int, str], Observation] = {}
    for row in figures:
        newest.setdefault((row.series_id, row.nature), row)
    widest: dict[tuple[int, str], Observation] = {}
    for row in sorted(newest.values(), key=lambda row: (*standing(row, wholes), *breadth(row))):
        widest.setdefault((row.series.metric_id, row.nature), row)
    return sorted(widest.values(), key=lambda row: (*standing(row, wholes), *told(row)))


def standing(row: Observation, wholes: set[int | None]) -> tuple[bool, ...]:
    """How far a figure stands behind others of its subject; `wholes` are series with parts."""
    series = row.series
    return (
        row.rank != row.Rank.PREFERRED,
        series.pk not in wholes,
        series.part_of_id is not None,
    )


def narrowings(row: Observation) -> int:
    """By how much a figure says less than one of its subject alone: others beside it, a scope."""
    return len(row.series.subjects) - 1 + row.series.is_narrowed


def breadth(row: Observation) -> tuple[int, int, Decimal]:
    """How narrow a figure is among those of one metric: narrowed, of a wider place, smaller.

    What is counted in a part is no more than in the whole, even where no document calls it one.
    """
    place = row.series.region
    level = WIDEST_FIRST[place.level] if place else -1
    is_counted = row.series.metric.kind in COUNTED
    return narrowings(row), level, -(row.value or ZERO) if is_counted else ZERO


def told(row: Observation) -> tuple[bool, bool, str, int]:
    """What is narrowed twice last; money first; else as documents tell it, who say the main thing
    first."""
    return narrowings(row) > 1, row.unit != MONEY, row.source.code, row.number
