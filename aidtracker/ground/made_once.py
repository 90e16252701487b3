"""Queries whose SQL is made once for an edition and asked for one row after another.

Django takes longer to put a query of many lists and counts together than the database to answer.
What such a query says follows from the edition, the day and the server asked; only the words that
name the row, or its number, are others each time.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import Expression, F, Model, QuerySet
from django.db.models.query import ModelIterable, ValuesIterable
from django.utils import timezone

from aidtracker.ground import edition


class Blank(str):
    """Stands in a query for a word that is given later, of this name."""


# Stands in a query for the number of a row, which is given later; no row has it.
NUMBER = 7_777_777_777_777_777_777
TYPED = str(NUMBER)


class MadeQuery:
    """A query with blanks: its SQL, and how Django makes rows of the answer."""

    def __init__(self, rows: QuerySet) -> None:
        self.rows = rows
        self.compiler = rows.query.get_compiler(rows.db)
        self.sql, parameters = self.compiler.as_sql()
        self.parameters = list(parameters)
        self.blanks = [at for at, one in enumerate(parameters) if is_blank(one)]

    def filled(self, words: dict[str, str], row: Model | None = None) -> QuerySet:
        """Its rows, with words or the number of a row in place of the blanks.

        Nothing more can be asked of it.
        """
        compiler, query = copy(self.compiler), copy(self.rows.query)
        sql, told = self.sql, list(self.parameters)
        for at in self.blanks:
            told[at] = put(told[at], words, row)
        if row:
            sql = sql.replace(TYPED, str(row.pk))
        compiler.connection = connections[self.rows.db]  # of this thread
        compiler.as_sql = lambda *args, **options: (sql, tuple(told))
        query.get_compiler = lambda *args, **options: compiler
        # All else that was said of the rows stays, as how they are read and with what.
        said: dict[str, Any] = {**self.rows.__dict__, "_query": query, "_result_cache": None}
        if row:  # rows that belong to it know it
            said["_known_related_objects"] = {
                field: {row.pk: row} for field in self.rows._known_related_objects
            }
        rows = object.__new__(type(self.rows))
        rows.__dict__ = said
        return rows


def is_blank(value: Any) -> bool:
    """Whether something is given later in a parameter of a query, or within it."""
    if isinstance(value, list | tuple):
        return any(map(is_blank, value))
    return isinstance(value, Blank) or (isinstance(value, int | str) and TYPED in str(value))


def put(value: Any, words: dict[str, str], row: Model | None) -> Any:
    """A parameter with what was given for its blank."""
    if isinstance(value, Blank):
        return words[value]
    if row is None or not is_blank(value):
        return value
    if isinstance(value, list | tuple):
        return [put(one, words, row) for one in value]
    return row.pk if isinstance(value, int) else value.replace(TYPED, str(row.pk))


def made(rows: QuerySet) -> MadeQuery | None:
    """None of rows that none is for, or that are read in a way of their own, which asks more."""
    if ready := getattr(rows._iterable_class, "ready", None):
        rows = ready(rows)
    elif rows._iterable_class not in (ModelIterable, ValuesIterable):
        return None
    with suppress(EmptyResultSet):
        return MadeQuery(rows)
    return None


Moment = tuple[str, date, bool]
# What Django calls tables of queries within queries.
INNER = re.compile(r"(?<![\"\w])([T-Z])(\d+)\b(?=[. ),]|$)")

_made: dict[tuple[Any, type[Model], str], tuple[Moment, Any]] = {}


def kept(name: tuple[Any, type[Model], str], make: Callable[[], Any]) -> Any:
    """What is made of a query, by its name and database; None where it is made each time.

    It is kept only while a page for everybody is made, of whose reader no query may speak.
    """
    if not (number := edition.known()):
        return None
    # What is hidden is asked for otherwise in a transaction: see `ground.publication`.
    moment = number, timezone.localdate(), connections[name[2]].in_atomic_block
    known = _made.get(name)
    if known is None or known[0] != moment:
        known = _made[name] = moment, make()
    return known[1]


def asked_for(
    name: Any, model: type[Any], build: Callable[[dict[str, Any]], QuerySet], words: dict[str, Any]
) -> QuerySet:
    """The rows of a query that `build` makes of some words; `name` tells it from others."""
    if not all(isinstance(one, str) for one in words.values()):
        return build(words)
    place = name, model, router.db_for_read(model)
    found = kept(place, lambda: made(build({one: Blank(one) for one in words})))
    return found.filled(words) if found else build(words)


def asked_of(name: Any, row: Any, build: Callable[[Any], QuerySet]) -> QuerySet:
    """The rows of a query that `build` makes of the number of a row; `name` tells it from others.

    One that needs more of the row is made each time.
    """
    place = name, type(row), router.db_for_read(type(row))
    found = kept(place, lambda: made_of_number(type(row), place[2], build))
    return found.filled({}, row) if found else build(row)


class NeedsMoreError(Exception):
    """A query was to be made of more than the number of a row."""


def refuse(*args: Any, **options: Any) -> None:
    raise NeedsMoreError


def made_of_number(
    model: type[Any], alias: str, build: Callable[[Any], QuerySet]
) -> MadeQuery | None:
    """A query of a row that has nothing but a number: to know more, it would have to be read."""
    row = model.from_db(alias, [model._meta.pk.attname], [NUMBER])
    row.refresh_from_db = refuse
    with suppress(NeedsMoreError):
        with connections[alias].execute_wrapper(refuse):
            rows = build(row)
        return None if any(map(is_of_number, rows._prefetch_related_lookups)) else made(rows)
    return None


def is_of_number(lookup: Any) -> bool:
    """Whether what is read for all rows at once asks for the row: no blank is filled there."""
    rows = getattr(lookup, "queryset", None)
    with suppress(EmptyResultSet):
        return rows is not None and is_blank(rows.query.sql_with_params())
    return False


class MadeExpression(Expression):
    """What an expression that `build` makes says of a row of a model; its SQL is made once for an
    edition.

    `name` tells it from others. It speaks of the columns of the row and of other tables alone.
    """

    def __init__(
        self, name: Any, model: type[Model], build: Callable[[], Any], output_field: Any
    ) -> None:
        super().__init__(output_field=output_field)
        self.name, self.model, self.build = name, model, build
        self.row: Any = F("pk")  # says by what name the query around it calls the row

    def get_source_expressions(self) -> list[Any]:
        return [self.row]

    def set_source_expressions(self, expressions: list[Any]) -> None:
        [self.row] = expressions

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        own = compiler.compile(self.row)[0].rpartition(".")[0]
        place = self.name, self.model, connection.alias
        # The queries within it and those around it may call tables the same.
        known = kept(place, lambda: self.made(connection)) if edition.is_told() else None
        sql, parameters = known or self.made(connection)
        table = connection.ops.quote_name(self.model._meta.db_table)
        return sql.replace(f"{table}.", f"{own}."), parameters

    def made(self, connection: Any) -> tuple[str, tuple[Any, ...]]:
        query = self.model._base_manager.annotate(said=self.build()).order_by().query
        compiler = query.get_compiler(connection=connection)
        compiler.setup_query()
        sql, parameters = compiler.compile(query.annotation_select["said"])
        return INNER.sub(r"\1I\2", sql), tuple(parameters)
