"""Many rows of one model written at once: by COPY on PostgreSQL, one prepared statement on SQLite.

What Django's `bulk_create` and `bulk_update` do, several times as fast: a value is prepared once
however often it stands in a column. Whoever writes so keeps the states of the rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connections, models, router

# Fields that prepare their values so give a text to the database as it is.
OF_TEXTS = (models.CharField.get_prep_value, models.TextField.get_prep_value)


def insert(rows: Sequence[Any]) -> None:
    """Store new rows of one model of the record; each gets its number."""
    if not rows:
        return
    model = type(rows[0])
    ask(rows)
    connection = connections[router.db_for_write(model)]
    with connection.cursor() as cursor:
        for row, number in zip(rows, free_numbers(cursor, model, len(rows)), strict=True):
            row.pk = number
        fields = model._meta.concrete_fields
        write(cursor, model._meta.db_table, fields, columns_of(rows, fields, cursor.db))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    tell(rows)


def ask(rows: Sequence[Any]) -> None:
    """Let the model of rows of the record, not of mere links, check them and fill them in."""
    if hasattr(rows[0], "before_storing"):
        rows[0].before_storing(rows)


def tell(rows: Sequence[Any]) -> None:
    """Let the model of rows of the record see to what follows from them."""
    if hasattr(rows[0], "after_storing"):
        rows[0].after_storing(rows)


def update(rows: Sequence[Any], names: Iterable[str]) -> None:
    """Store some fields of rows of one model that are there."""
    if not rows:
        return
    model = type(rows[0])
    ask(rows)
    wanted = {*names, *getattr(model, "DERIVED", ())}
    fields = [field for field in model._meta.concrete_fields if field.name in wanted]
    connection = connections[router.db_for_write(model)]
    table, key = connection.ops.quote_name(model._meta.db_table), model._meta.pk
    with connection.cursor() as cursor:
        change(cursor, table, fields, key, columns_of(rows, [*fields, key], connection))
    tell(rows)


def change(
    cursor: Any, table: str, fields: Sequence[Any], key: Any, columns: Iterable[tuple]
) -> None:
    """Put values of some fields, with the key behind them, into the rows that have the keys."""
    quote = cursor.db.ops.quote_name
    names, own = [quote(field.column) for field in fields], quote(key.column)
    if cursor.db.vendor == "sqlite":
        sets = ", ".join(f"{name} = %s" for name in names)
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {own} = %s", columns)
        return
    copied = ", ".join([*names, own])
    cursor.execute(
        f"CREATE TEMPORARY TABLE written ON COMMIT DROP AS SELECT {copied} FROM {table} LIMIT 0"
    )
    write(cursor, "written", [*fields, key], columns)
    sets = ", ".join(f"{name} = new.{name}" for name in names)
    cursor.execute(f"UPDATE {table} SET {sets} FROM written new WHERE {table}.{own} = new.{own}")
    cursor.execute("DROP TABLE written")


def free_numbers(cursor: Any, model: type[models.Model], count: int) -> Iterator[int]:
    """Numbers that no other row of a model has or gets."""
    table, column = model._meta.db_table, model._meta.pk.column
    if cursor.db.vendor == "sqlite":
        # Nobody else writes during a transaction that does.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
        return iter(range(last + 1, last + 1 + count))
    taken = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
    cursor.execute(taken, [cursor.db.ops.quote_name(table), column, count])
    return (number for (number,) in cursor.fetchall())


def write(cursor: Any, table: str, fields: Sequence[Any], rows: Iterable[tuple]) -> None:
    """Put rows of values into a table."""
    quote = cursor.db.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    if cursor.db.vendor == "sqlite":
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", rows)
        return
    with cursor.copy(f"COPY {quote(table)} ({names}) FROM STDIN") as target:
        for row in rows:
            target.write_row(row)


def columns_of(rows: Sequence[Any], fields: Sequence[Any], connection: Any) -> Iterator[tuple]:
    """The values of rows, as the database takes them; what is computed on saving is computed."""
    return zip(*(column(rows, field, connection) for field in fields), strict=True)


def column(rows: Sequence[Any], field: Any, connection: Any) -> Iterable[Any]:
    """The values of a field of all rows, as the database takes them."""
    if type(field).pre_save is models.Field.pre_save:
        name = field.attname
        values: Iterable[Any] = [getattr(row, name) for row in rows]
    else:
        values = [field.pre_save(row, add=True) for row in rows]
    if type(field).get_prep_value in OF_TEXTS:
        return values
    try:
        known = {value: prepared(value, field, connection) for value in set(values)}
    except TypeError:  # lists and the like
        words = list(map(repr, values))
        several = dict(zip(words, values, strict=True))
        known = {word: prepared(value, field, connection) for word, value in several.items()}
        return map(known.__getitem__, words)
    return map(known.__getitem__, values)


def prepared(value: Any, field: Any, connection: Any) -> Any:
    """A value as the database takes it."""
    return None if value is None else field.get_db_prep_save(value, connection)
