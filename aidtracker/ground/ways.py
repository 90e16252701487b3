"""Conditions that a row may meet in several ways, each with an index of its own.

Where very many rows meet one, PostgreSQL reads the whole index of each before it counts to a bound.
Asked way after way it stops as soon as it has enough.
"""

from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, Expression, Q, QuerySet

MANY = 1_000  # numbers of other rows that a way goes by; of fewer, all ways at once are quicker

_way: ContextVar[tuple[Any, int] | None] = ContextVar("way", default=None)


class Ways(Expression):
    """Whether a row meets a condition, which says the same as any of some `ways` would.

    `numbers`: how many numbers of other rows the ways go by.
    """

    conditional = True
    output_field: Any = BooleanField()

    def __init__(self, whole: Q, ways: Sequence[Q], numbers: int) -> None:
        super().__init__()
        self.parts: list[Any] = [whole, *ways]
        self.numbers = numbers
        self.mark = object()  # which copies share

    @property
    def identity(self) -> tuple[Any, ...]:
        return type(self), id(self.mark)

    def get_source_expressions(self) -> list[Any]:
        return self.parts

    def set_source_expressions(self, parts: list[Any]) -> None:
        self.parts = parts

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        way = _way.get()
        at = way[1] + 1 if way and way[0] is self.mark else 0
        return compiler.compile(self.parts[at])


def many_ways(where: Any) -> Ways | None:
    """The condition among those of a query that goes by very many numbers, if any does."""
    for node in where.children if where.connector == "AND" and not where.negated else ():
        found = getattr(node, "lhs", None)
        if isinstance(found, Ways) and found.numbers > MANY:
            return found
        if hasattr(node, "children") and (inner := many_ways(node)):
            return inner
    return None


def first_numbers(rows: QuerySet, most: int) -> list[Any]:
    """The numbers of the rows that a query finds, in no order; no more than so many."""
    found = rows.order_by().values_list("pk", flat=True)[:most]
    ways = many_ways(rows.query.where)
    connection = connections[rows.db]
    if ways is None or connection.vendor != "postgresql":
        return list(found)
    each = list(asked(found, ways, connection))
    if len(each) < 2:
        return list(found)
    sql = " UNION ".join(f"({one})" for one, _ in each)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {most}", [value for _, values in each for value in values])
        return [number for (number,) in cursor.fetchall()]


def asked(rows: QuerySet, ways: Ways, connection: Any) -> Iterator[tuple[str, Sequence[Any]]]:
    """The query of rows by each way alone."""
    for at in range(len(ways.parts) - 1):
        token = _way.set((ways.mark, at))
        try:
            yield rows.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            continue
        finally:
            _way.reset(token)
