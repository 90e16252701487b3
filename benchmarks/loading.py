"""Many rows at once into empty tables, stored just as the program itself would store each."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from aidtracker.ground.records import SlugFromPinyinField, UpdatedAtField, VersionField
from aidtracker.trail import acts
from aidtracker.trail.history import NEW, typed

# Every row was stored a moment after the one before, as over the years of a record.
FIRST_MOMENT, STEP = datetime(2024, 6, 1, tzinfo=UTC), timedelta(seconds=40)
PORTION = 20_000
# What goes to the database as it is; everything else by its field's own way.
AS_THEY_ARE = {
    "sqlite": {"CharField", "TextField", "SlugField", "ForeignKey", "BigAutoField"},
    "postgresql": {
        *("CharField", "TextField", "SlugField", "ForeignKey", "BigAutoField"),
        *("DecimalField", "DateField", "DateTimeField", "PositiveIntegerField"),
    },
}
CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'f' AND connamespace = CURRENT_SCHEMA()::regnamespace
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE NOT indisprimary AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = CURRENT_SCHEMA()::regnamespace)
"""


class Table:
    """The table of a model, to be filled with rows of which only `given` columns are said.

    The others hold what a new row of the model holds; what fields fill in themselves when a row is
    saved (search text, address) they fill in here. Rows are numbered from 1 in their order.
    """

    def __init__(self, model: type[Model], *given: str) -> None:
        self.model = model
        self.given = ("id", *given)
        self.fields = [field for field in model._meta.concrete_fields if not field.generated]
        self.derived = [field for field in self.fields if self.fills_itself(field)]
        self.many = 0
        self.slugs: set[str] = set()
        said = [*self.given, "updated_at", *(field.attname for field in self.derived)]
        usual = model()
        rest = [field for field in self.fields if field.attname not in said]
        self.usual = tuple(
            field.get_db_prep_save(getattr(usual, field.attname), connection) for field in rest
        )
        places = {name: at for at, name in enumerate([*said, *(one.attname for one in rest)])}
        self.in_order = itemgetter(*(places[field.attname] for field in self.fields))
        as_they_are = AS_THEY_ARE[connection.vendor]
        self.prepared = [
            (at, field)
            for at, field in enumerate(self.fields)
            if field.attname in said and field.get_internal_type() not in as_they_are
        ]

    def fills_itself(self, field: Field) -> bool:
        """Whether a field computes its value from the row when that is saved."""
        is_own = type(field).pre_save is not Field.pre_save
        is_plain = isinstance(field, UpdatedAtField | VersionField)
        return is_own and not is_plain and field.attname not in self.given

    def full(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows with all columns, as the database takes them."""
        for row in rows:
            self.many += 1
            said = (self.many, *row, FIRST_MOMENT + self.many * STEP)
            found = self.in_order((*said, *self.filled_in(said), *self.usual))
            if self.prepared:
                found = list(found)
                for at, field in self.prepared:
                    found[at] = field.get_db_prep_save(found[at], connection)
            yield found

    def filled_in(self, said: Sequence[Any]) -> Iterator[Any]:
        if not self.derived:
            return
        row = self.model(**dict(zip(self.given, said, strict=False)))
        for field in self.derived:
            if isinstance(field, SlugFromPinyinField):
                yield self.unused(field.stem(row))
            else:
                yield field.pre_save(row, True)

    def unused(self, stem: str) -> str:
        """The address that the field would find, without asking the database for each."""
        slug = (
            stem
            if stem not in self.slugs
            else next(slug for number in count(2) if (slug := f"{stem}-{number}") not in self.slugs)
        )
        self.slugs.add(slug)
        return slug

    def load(self, rows: Iterable[Sequence[Any]]) -> None:
        columns = ", ".join(connection.ops.quote_name(field.column) for field in self.fields)
        found = self.full(rows)
        # A field may ask the database what to fill in, which no COPY under way answers.
        portions = iter(lambda: list(islice(found, PORTION)), []) if self.derived else [found]
        for portion in portions:
            load(self.model, columns, len(self.fields), portion)


def load(model: type[Model], columns: str, width: int, rows: Iterable[Sequence[Any]]) -> None:
    """Store rows by COPY, on SQLite by one prepared statement."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * width)
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
            return
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def load_links(model: type[Model], name: str, pairs: Iterable[tuple[int, int]]) -> None:
    """Link rows by a many-to-many field: (number of the row, number of the named row)."""
    field = model._meta.get_field(name)
    through = field.remote_field.through
    keys = [
        through._meta.get_field(one)
        for one in (field.m2m_field_name(), field.m2m_reverse_field_name())
    ]
    columns = ", ".join(connection.ops.quote_name(key.column) for key in keys)
    load(through, columns, 2, pairs)


def keep_first_states(model: type[Model]) -> None:
    """Give every row of a table the state in which it was first stored, at that moment."""
    history, quote = model.history.model, connection.ops.quote_name
    said = {"history_type": NEW, "act": acts.stored().pk, "links": {}}
    fields = [history._meta.get_field(name) for name in said]
    given = [field.get_db_prep_save(said[field.name], connection) for field in fields]
    copied = [quote(field.column) for field in history.tracked_fields]
    columns = ", ".join([*copied, quote("history_date"), *(quote(one.column) for one in fields)])
    values = ", ".join([*copied, quote("updated_at"), *(typed(one, connection) for one in fields)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(history._meta.db_table)} ({columns})"
            f" SELECT {values} FROM {quote(model._meta.db_table)} ORDER BY id",
            given,
        )


def say_links(model: type[Model], links: Iterable[tuple[int, dict[str, list[str]]]]) -> None:
    """Let the only state of each row say what the row is linked to: (number, links)."""
    history = model.history.model
    field, quote = history._meta.get_field("links"), connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(history._meta.db_table)} SET {quote('links')} = %s WHERE id = %s",
            ((field.get_db_prep_save(each, connection), pk) for pk, each in links),
        )


@contextmanager
def indexes_put_aside() -> Iterator[None]:
    """Make indexes and check references once all rows are there, which takes a third of the time.

    In the transaction of the rows: nobody sees a table without them.
    """
    if connection.vendor == "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(CONSTRAINTS)
        references = cursor.fetchall()
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for table, name, _ in references:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in references:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        cursor.execute("ANALYZE")  # else the server guesses how many rows there are until it looks


def go_on_counting(models: Iterable[type[Model]]) -> None:
    """Let new rows be numbered after those that were stored with their numbers.

    Never back: a transaction that is rolled back leaves the counters of PostgreSQL where they are.
    SQLite counts by itself.
    """
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        for model in models:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(
                f"SELECT setval(counter, greatest(nextval(counter), (SELECT max(id) FROM {table})))"
                " FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS counter) AS found",
                [table],
            )
