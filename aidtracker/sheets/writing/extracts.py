"""The rows of a queryset as a file has them: one query, whose cells the database writes itself.

One query is one moment: a file holds what was there, and public, when it was begun. What is
withdrawn while somebody still downloads is as in every file that was downloaded before.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from itertools import islice

from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from aidtracker.sheets.columns.sets import FileColumn, Kind
from aidtracker.sheets.columns.sql import AS_IT_IS, MARKED_WORDS, Words
from aidtracker.sheets.reading.csv_texts import reader_of

CHUNK = 500
CHUNK_BYTES = 64 * 1024

Row = Sequence[str | None]


class Extract:
    """The rows of a queryset under some columns, as CSV or as the texts of their cells.

    Of a whole dataset (`is_whole`) nothing is gained by another order than that in which the query
    names its tables: PostgreSQL is not asked to look for one, which takes it longer than all else
    until the first row.
    """

    def __init__(
        self, rows: QuerySet, columns: Sequence[FileColumn], *, is_whole: bool = False
    ) -> None:
        self.rows, self.columns, self.is_whole = rows, columns, is_whole
        self.database = connections[rows.db]
        self.is_copied = self.database.vendor == "postgresql"

    @property
    def kinds(self) -> list[Kind]:
        return [column.kind for column in self.columns]

    def csv(self, words: Words = MARKED_WORDS) -> Iterator[bytes]:
        """The lines of CSV, many at a time; texts are marked against formulas, or as they are."""
        if self.is_copied:
            return with_crlf(self.copied(words))
        return csv_lines(self.selected(words))

    def texts(self) -> Iterator[Row]:
        """Rows of texts; empty or None for nothing."""
        if self.is_copied:
            return reader_of(bytes(line).decode() for line in self.copied(AS_IT_IS))
        return self.selected(AS_IT_IS)

    def query(self, words: Words) -> QuerySet:
        return self.rows.values_list(*(column.write(words) for column in self.columns))

    def copied(self, words: Words) -> Iterator[bytes]:
        """Each row as a line of CSV, as PostgreSQL copies it out while it finds it."""
        try:
            sql, params = self.query(words).query.sql_with_params()
        except EmptyResultSet:
            return
        statement = self.database.ops.compose_sql(f"COPY ({sql}) TO STDOUT (FORMAT csv)", params)
        with self.database.cursor() as cursor:
            wanted = {"join_collapse_limit": "1"} if self.is_whole else {}
            if not cursor.connection.info.parameter_status("DateStyle").startswith("ISO"):
                wanted["datestyle"] = "ISO"
            with set_for(self.database, wanted), cursor.copy(statement) as lines:
                yield from lines

    def selected(self, words: Words) -> Iterator[Row]:
        """Each row as SQLite gives it, but for what only Python can read."""
        rendered = [(at, one.render) for at, one in enumerate(self.columns) if one.render]
        for row in self.query(words).iterator(chunk_size=CHUNK):
            if rendered:
                row = list(row)
                for at, render in rendered:
                    row[at] = render(row[at])
            yield row


@contextmanager
def set_for(database: BaseDatabaseWrapper, wanted: dict[str, str]) -> Iterator[None]:
    """Let settings of PostgreSQL hold for the block, in a transaction: nothing stays set on a
    connection, and a pool hands none on in between."""
    is_inside = database.in_atomic_block or not wanted
    with nullcontext() if is_inside else transaction.atomic(database.alias):
        with database.cursor() as cursor:
            for name, value in wanted.items():
                cursor.execute(f"SET LOCAL {name} TO {value}")
        try:
            yield
        finally:
            # What broke off in a transaction took that back, too.
            with suppress(DatabaseError), database.cursor() as cursor:
                for name in wanted:
                    cursor.execute(f"SET LOCAL {name} TO DEFAULT")


def with_crlf(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines as Excel expects them to end; PostgreSQL has its own way."""
    part = bytearray()
    for line in lines:
        part += line[:-1]
        part += b"\r\n"
        if len(part) >= CHUNK_BYTES:
            yield bytes(part)
            part.clear()
    yield bytes(part)


def csv_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """Rows of texts as lines of CSV, many at a time."""
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows(chunk)
        yield buffer.getvalue().encode()
