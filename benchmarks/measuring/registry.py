"""The rows of the table of measurements: each a small function that says what to do.

A function gets the `Site` and returns the work: a function without arguments that does it once and
returns the number of rows it dealt with, or the bytes it answered. What cannot be measured here
raises `LeftOut` with a word why. A `family` yields many rows: their names with their work.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.measuring.site import Site

Work = Callable[[], Any]


class LeftOut(Exception):  # noqa: N818 (no error: what is not there cannot be measured)
    """This database, machine or version of the program has nothing to measure; says why."""


@dataclass(frozen=True)
class Target:
    """What is to be reached: milliseconds, in all or for each row of work, MB more, queries,
    bytes, or times the limit's.
    """

    ms: float | None = None
    each: float | None = None
    memory: float | None = None
    queries: int | None = None
    kilobytes: float | None = None
    times: float | None = None


NOTHING = Target()


@dataclass(frozen=True)
class Row:
    """One row: its name, which other row is its limit, and what to reach."""

    group: str
    name: str
    prepare: Callable[[Site], Work]
    limit: str = ""
    target: Target = NOTHING


_rows: list[Row] = []
_families: list[tuple[str, Target, str, Callable[[Site], Iterator[tuple[str, Work]]]]] = []


def row(group: str, name: str, *, limit: str = "", target: Target = NOTHING) -> Any:
    """Declare a row by the function that prepares its work."""

    def declare(prepare: Callable[[Site], Work]) -> Callable[[Site], Work]:
        _rows.append(Row(group, name, prepare, limit, target))
        return prepare

    return declare


def family(group: str, target: Target = NOTHING, *, limit: str = "") -> Any:
    """Declare many rows alike by the function that yields (name, work)."""

    def declare(
        rows: Callable[[Site], Iterator[tuple[str, Work]]],
    ) -> Callable[[Site], Iterator[tuple[str, Work]]]:
        _families.append((group, target, limit, rows))
        return rows

    return declare


def rows(site: Site) -> Iterator[Row]:
    """All rows, those of families as they are on this database, in the order declared.

    Raises ValueError for a name that two have: results are kept by it.
    """
    names = set()
    for row in declared(site):
        if row.name in names:
            raise ValueError(f"two rows are called {row.name}")
        names.add(row.name)
        yield row


def declared(site: Site) -> Iterator[Row]:
    for group, target, limit, found in _families:
        for name, work in found(site):
            yield Row(group, name, lambda site, work=work: work, limit, target)
    yield from _rows
