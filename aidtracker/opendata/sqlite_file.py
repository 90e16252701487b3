"""The whole database as one SQLite file: tables with types and keys by code, and what they mean.

Opens in Datasette, DuckDB and everything that reads SQLite. Rows are named by their natural keys;
what one row names several of has a table of its own. `_tables`, `_columns` and `_choices` say what
all this means.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from aidtracker.opendata.formats import extract
from aidtracker.opendata.registry import OpenDataset, open_dataset_of, open_datasets
from aidtracker.sheets import LIST_SEPARATOR, PublicColumn, Type

ROWS = 1000
# Numbers keep what they are exactly where SQLite can; a day and a month are texts that sort.
TYPES = {
    Type.INTEGER: "INTEGER",
    Type.BOOLEAN: "BOOLEAN",
    Type.DECIMAL: "NUMERIC",
}
VALUES = {Type.BOOLEAN: "CASE ? WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"}
MEANINGS = """
CREATE TABLE "_tables" ("name" TEXT PRIMARY KEY, "title" TEXT, "about" TEXT);
CREATE TABLE "_columns" ("table" TEXT REFERENCES "_tables", "column" TEXT, "label" TEXT,
    "type" TEXT, "unit" TEXT, "definition" TEXT, "names" TEXT, PRIMARY KEY ("table", "column"));
CREATE TABLE "_choices" ("table" TEXT, "column" TEXT, "code" TEXT, "label" TEXT,
    PRIMARY KEY ("table", "column", "code"));
CREATE TABLE "_about" ("name" TEXT PRIMARY KEY, "value" TEXT);
"""


def write_database(path: Path, site: str, told: dict[str, str]) -> None:
    """Write all public rows to a new file; `told` are the title, the licence and so on."""
    with closing(sqlite3.connect(path)) as database:
        # Nobody else reads it yet, and one that broke off is thrown away.
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        database.executescript(MEANINGS)
        database.executemany('INSERT INTO "_about" VALUES (?, ?)', told.items())
        for found in open_datasets().values():
            columns = found.columns(site)
            database.executescript(tables(found, columns))
            explain(database, found, columns)
            fill(database, found, columns)
        check(database)
        database.commit()
        database.executescript("ANALYZE; PRAGMA journal_mode=DELETE; VACUUM;")


def quoted(name: str) -> str:
    return f'"{name}"'


def reference(column: PublicColumn) -> str:
    """The table and column that a column names, if they are handed out."""
    found = open_dataset_of(column.names)
    return f'REFERENCES "{found.name}" ("{found.key}")' if found else ""


def tables(found: OpenDataset, columns: Sequence[PublicColumn]) -> str:
    """What makes the table of a dataset, and those of what its rows name several of."""
    parts = [column_sql(one) for one in columns]
    lines = [f'CREATE TABLE "{found.name}" ({", ".join(parts)});']
    for one in columns:
        if reference(one) and one.type is not Type.LIST and not one.is_key:
            name = f"{found.name}_{one.code}"
            lines.append(f'CREATE INDEX "{name}_index" ON "{found.name}" ("{one.code}");')
    lines += [link_table(found, one) for one in links(columns)]
    return "\n".join(lines)


def column_sql(one: PublicColumn) -> str:
    kind = TYPES.get(one.type, "TEXT")
    if one.is_key:
        return f'"{one.code}" {kind} NOT NULL PRIMARY KEY'
    names = reference(one) if one.type is not Type.LIST else ""
    return f'"{one.code}" {kind} {names}'.rstrip()


def links(columns: Sequence[PublicColumn]) -> list[PublicColumn]:
    """The columns that name several rows of another dataset."""
    return [one for one in columns if one.type is Type.LIST and reference(one)]


def link_table(found: OpenDataset, one: PublicColumn) -> str:
    name, own = f"{found.name}__{one.code}", f'REFERENCES "{found.name}" ("{found.key}")'
    return (
        f'CREATE TABLE "{name}" ("row" TEXT NOT NULL {own}, "names" TEXT NOT NULL {reference(one)},'
        f' PRIMARY KEY ("row", "names")) WITHOUT ROWID;'
        f'CREATE INDEX "{name}_index" ON "{name}" ("names");'
    )


def explain(
    database: sqlite3.Connection, found: OpenDataset, columns: Sequence[PublicColumn]
) -> None:
    database.execute(
        'INSERT INTO "_tables" VALUES (?, ?, ?)', (found.name, found.title, found.about)
    )
    for one in columns:
        named = open_dataset_of(one.names)
        told = (one.code, one.label, one.type.value, one.unit, one.definition)
        database.execute(
            'INSERT INTO "_columns" VALUES (?, ?, ?, ?, ?, ?, ?)',
            (found.name, *told, named.name if named else None),
        )
        database.executemany(
            'INSERT INTO "_choices" VALUES (?, ?, ?, ?)',
            [(found.name, one.code, code, label) for code, label in one.choices.items()],
        )


def fill(database: sqlite3.Connection, found: OpenDataset, columns: Sequence[PublicColumn]) -> None:
    values = ", ".join(VALUES.get(one.type, "NULLIF(?, '')") for one in columns)
    own = f'INSERT INTO "{found.name}" VALUES ({values})'
    key = [one.code for one in columns].index(found.key)
    places = [(at, one) for at, one in enumerate(columns) if one in links(columns)]
    rows = iter(extract(found, columns).texts())
    while chunk := list(islice(rows, ROWS)):
        database.executemany(own, chunk)
        for at, one in places:
            database.executemany(
                f'INSERT OR IGNORE INTO "{found.name}__{one.code}" VALUES (?, ?)',
                named_in(chunk, key, at),
            )


def named_in(chunk: list[Any], key: int, at: int) -> Iterator[tuple[str, str]]:
    for row in chunk:
        for name in (row[at] or "").split(LIST_SEPARATOR):
            if name:
                yield row[key], name


def check(database: sqlite3.Connection) -> None:
    """Raise ValueError if a row names one that is not there."""
    wrong = database.execute("PRAGMA foreign_key_check").fetchmany(5)
    if wrong:
        raise ValueError(f"Rows name what is not in the file: {wrong}")
