"""What changed from one frozen edition to the next: rows that came, went, or say something else.

Read out of the two SQLite files, by SQLite: exactly what the public had and has.
"""

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from aidtracker.sheets import LIST_SEPARATOR

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
HEADINGS = ("dataset", "row", "change", "columns")
# An address is not what a row says.
UNCOMPARED = {"page"}


def changes(old: Path | None, new: Path, out: io.StringIO) -> dict[str, dict[str, int]]:
    """Write each change as a line of CSV; return the numbers for each dataset."""
    lines = csv.writer(out)
    lines.writerow(HEADINGS)
    with closing(sqlite3.connect(new)) as database:
        database.execute("ATTACH ? AS old", (str(old) if old else ":memory:",))
        before = {name for name, _ in tables(database, "old")}
        found = {}
        for name, key in tables(database, "main"):
            counts = dict.fromkeys((ADDED, CHANGED, REMOVED), 0)
            if old is not None:
                asked = differences(database, name, key) if name in before else all_added(name, key)
                for kind, sql in asked.items():
                    for row, names in database.execute(sql):
                        lines.writerow((name, row, kind, names))
                        counts[kind] += 1
            rows = database.execute(f'SELECT COUNT(*) FROM main."{name}"').fetchone()[0]
            found[name] = {"rows": rows, **counts}
    return found


def tables(database: sqlite3.Connection, schema: str) -> Iterator[tuple[str, str]]:
    """The tables of datasets, each with the column that names its rows."""
    names = database.execute(f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table'")
    for (name,) in names.fetchall():
        keys = [one[1] for one in columns(database, schema, name) if one[5]]
        if not name.startswith("_") and "__" not in name and len(keys) == 1:
            yield name, keys[0]


def columns(database: sqlite3.Connection, schema: str, name: str) -> list[tuple]:
    return database.execute(f'PRAGMA {schema}.table_info("{name}")').fetchall()


def differences(database: sqlite3.Connection, name: str, key: str) -> dict[str, str]:
    """What finds the rows of each kind of change, each with the columns that say something else."""
    now = [one[1] for one in columns(database, "main", name)]
    before = {one[1] for one in columns(database, "old", name)}
    common = [one for one in now if one in before and one not in UNCOMPARED]
    differs = " OR ".join(f'now."{one}" IS NOT was."{one}"' for one in common)
    named = " || ".join(
        f"CASE WHEN now.\"{one}\" IS NOT was.\"{one}\" THEN '{one}{LIST_SEPARATOR}' ELSE '' END"
        for one in common
    )
    missing = 'SELECT "{0}", \'\' FROM {1}."{2}" WHERE "{0}" NOT IN (SELECT "{0}" FROM {3}."{2}")'
    return {
        ADDED: missing.format(key, "main", name, "old"),
        CHANGED: f"SELECT now.\"{key}\", RTRIM({named}, '{LIST_SEPARATOR}')"
        f' FROM main."{name}" AS now'
        f' JOIN old."{name}" AS was ON now."{key}" = was."{key}" WHERE {differs}',
        REMOVED: missing.format(key, "old", name, "main"),
    }


def all_added(name: str, key: str) -> dict[str, str]:
    return {ADDED: f'SELECT "{key}", \'\' FROM main."{name}"'}
