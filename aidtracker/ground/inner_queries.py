"""Queries within queries: the numbers of rows that a key may name, or may not."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.models import Field, ForeignObject, Lookup, QuerySet
from django.db.models.fields.related_lookups import RelatedIn

Sql = tuple[str, tuple[Any, ...]]

_many: ContextVar[bool] = ContextVar("many", default=False)


@contextmanager
def expecting_many(are_many: bool = True) -> Iterator[None]:
    """For queries that look for the first of very many rows that meet their conditions.

    PostgreSQL knows nothing of how many `Inside` finds and would put all of them in order; told to
    look each row up instead, it goes through the rows in order until it has enough.
    """
    token = _many.set(are_many)
    try:
        yield
    finally:
        _many.reset(token)


def sql_of(numbers: Iterable[int], vendor: str) -> str:
    """A query that answers some numbers, which stand in its text."""
    told = ",".join(str(int(number)) for number in numbers)
    if vendor == "postgresql":
        return f"SELECT unnest('{{{told}}}'::bigint[])"
    return f"SELECT value FROM json_each('[{told}]')"


class Fixed:
    """The numbers of some rows as a query that stays what it is: its SQL is made only once.

    Django takes a query within a query apart and puts it together again for each that it stands
    in, and again for each query around that, which costs more than the answer.
    """

    def __init__(self, rows: QuerySet) -> None:
        self.rows = rows
        self.made: dict[str, Sql] = {}

    def sql(self, connection: Any) -> Sql:
        if connection.vendor not in self.made:
            with expecting_many(False):
                self.made[connection.vendor] = self.make(connection)
        return self.made[connection.vendor]

    def make(self, connection: Any) -> Sql:
        query = self.rows.order_by().values("pk").query
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        return sql, tuple(parameters)


class Answers(Fixed):
    """What a query of one value answers, each worked out once.

    With `IN`, PostgreSQL works a query within it out anew for each comparison.
    """

    def make(self, connection: Any) -> Sql:
        sql, parameters = self.rows.query.get_compiler(connection=connection).as_sql()
        return sql, tuple(parameters)


class Numbers(Fixed):
    """Rows whose numbers are known."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self.numbers = numbers

    def sql(self, connection: Any) -> Sql:
        return sql_of(self.numbers, connection.vendor), ()


class First(Fixed):
    """The numbers of the first rows of a query, in its order."""

    def __init__(self, rows: QuerySet, limit: int) -> None:
        super().__init__(rows)
        self.limit = limit

    def make(self, connection: Any) -> Sql:
        query = self.rows.values("pk")[: self.limit].query
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        return sql, tuple(parameters)


class Followed(Fixed):
    """As `Fixed`, with all rows of the same table that are reached from these step by step."""

    def __init__(self, rows: QuerySet, *keys: str) -> None:
        super().__init__(rows)
        self.keys = keys

    def step(self, table: str, columns: list[str]) -> str:
        """A query of the rows that are a step from `reached`."""
        raise NotImplementedError

    def make(self, connection: Any) -> Sql:
        first, parameters = super().make(connection)
        options, quote = self.rows.model._meta, connection.ops.quote_name
        columns = [quote(options.get_field(key).column) for key in self.keys]
        step = self.step(quote(options.db_table), columns)
        # UNION, not UNION ALL: rows that name each other in a circle come to an end.
        sql = f"WITH RECURSIVE reached(id) AS ({first} UNION {step}) SELECT id FROM reached"
        return sql, parameters


class Above(Followed):
    """Rows, those that they name by a key to their own table, those that these name, and so on."""

    def step(self, table: str, columns: list[str]) -> str:
        (key,) = columns
        return (
            f"SELECT named.{key} FROM reached JOIN {table} named ON named.id = reached.id"
            f" WHERE named.{key} IS NOT NULL"
        )


class Below(Followed):
    """Rows, those that name them by any of some keys, those that name these, and so on."""

    def step(self, table: str, columns: list[str]) -> str:
        rule = " OR ".join(f"naming.{key} = reached.id" for key in columns)
        return f"SELECT naming.id FROM reached JOIN {table} naming ON {rule}"


class Inside(Lookup):
    """`__inside`: a number is, or a key names, one of `Fixed` rows, found by its own index."""

    lookup_name = "inside"
    prepare_rhs = False
    rhs: Fixed

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        key, parameters = self.process_lhs(compiler, connection)
        rows, values = self.rhs.sql(connection)
        sql = f"{key} IN ({rows})"
        if connection.vendor == "postgresql" and not _many.get():
            return f"{key} = ANY(ARRAY({rows}))", [*parameters, *values]
        return looked_up(sql, connection), [*parameters, *values]


def looked_up(sql: str, connection: Any) -> str:
    """A condition that PostgreSQL answers row by row and not by an index."""
    return f"({sql}) IS TRUE" if connection.vendor == "postgresql" else sql


class AmongFound(Inside):
    """`__among_found`: as `inside`, of rows that another condition has found by an index."""

    lookup_name = "among_found"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        key, parameters = self.process_lhs(compiler, connection)
        rows, values = self.rhs.sql(connection)
        return looked_up(f"{key} IN ({rows})", connection), [*parameters, *values]


class Outside(Lookup):
    """`__outside`: a number is, or a key names, none of `Fixed` rows."""

    lookup_name = "outside"
    prepare_rhs = False
    rhs: Fixed

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        key, parameters = self.process_lhs(compiler, connection)
        try:
            rows, values = self.rhs.sql(connection)
        except EmptyResultSet as reason:
            raise FullResultSet from reason
        return f"NOT ({key} IN ({rows}))", [*parameters, *values]


class AnyOf(RelatedIn):
    """`__any_of`: a key names one of the rows of a query, which may speak of the outer row.

    With `IN` the database may go through all that name anything, instead of asking an index.
    """

    lookup_name = "any_of"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        is_array = connection.vendor == "postgresql"
        return f"= ANY(ARRAY{rhs})" if is_array else super().get_rhs_op(connection, rhs)


ForeignObject.register_lookup(AnyOf)
for kind in (Field, ForeignObject):
    kind.register_lookup(Inside)
    kind.register_lookup(AmongFound)
    kind.register_lookup(Outside)
