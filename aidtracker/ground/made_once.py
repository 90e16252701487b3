"""Queries whose SQL is made once for an edition and asked for one row after another.

Django takes longer to put a query of many lists and counts together than the database to answer.
What such a query says follows from the edition, the day and the server asked; only the words that
name the row are others each time.
"""

from collections.abc import Callable
from contextlib import suppress
from copy import copy
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from django.utils import timezone

from aidtracker.ground import edition


class Blank(str):
    """Stands in a query for a word that is given later, of this name."""


class MadeQuery:
    """A query with blanks: its SQL, and how Django makes rows of the answer."""

    def __init__(self, rows: QuerySet) -> None:
        self.rows = rows
        self.compiler = rows.query.get_compiler(rows.db)
        self.sql, self.parameters = self.compiler.as_sql()

    def filled(self, words: dict[str, str]) -> QuerySet:
        """Its rows, with words in place of the blanks. Nothing more can be asked of it."""
        compiler, query = copy(self.compiler), copy(self.rows.query)
        told = tuple(words[one] if isinstance(one, Blank) else one for one in self.parameters)
        compiler.connection = connections[self.rows.db]  # of this thread
        compiler.as_sql = lambda *args, **options: (self.sql, told)
        query.get_compiler = lambda *args, **options: compiler
        # All else that was said of the rows stays, as how they are read and with what.
        rows = object.__new__(type(self.rows))
        rows.__dict__ = {**self.rows.__dict__, "_query": query, "_result_cache": None}
        return rows


def made(rows: QuerySet) -> MadeQuery | None:
    """None of rows that none is for, or that are read in a way of their own, which asks more."""
    if rows._iterable_class is not ModelIterable:
        return None
    with suppress(EmptyResultSet):
        return MadeQuery(rows)
    return None


Moment = tuple[str, date, bool]

_made: dict[tuple[Any, str], tuple[Moment, MadeQuery | None]] = {}


def asked_for(
    name: Any, model: type[Any], build: Callable[[dict[str, Any]], QuerySet], words: dict[str, Any]
) -> QuerySet:
    """The rows of a query that `build` makes of some words; `name` tells it from others.

    It is kept only while a page for everybody is made, of whose reader no query may speak.
    """
    number, alias = edition.known(), router.db_for_read(model)
    if not number or not all(isinstance(one, str) for one in words.values()):
        return build(words)
    # What is hidden is asked for otherwise in a transaction: see `ground.publication`.
    moment = number, timezone.localdate(), connections[alias].in_atomic_block
    known = _made.get((name, alias))
    if known is None or known[0] != moment:
        known = _made[name, alias] = moment, made(build({one: Blank(one) for one in words}))
    return known[1].filled(words) if known[1] else build(words)
