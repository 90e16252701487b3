"""The database of an earlier program is migrated to this one, and keeps every row.

Neither the dumps nor the migrations that made them are ever written anew: docs/upgrading.md.
"""

import hashlib
import lzma
import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing, contextmanager, nullcontext
from io import StringIO
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management.commands import migrate
from django.db import OperationalError, connection, transaction

from aidtracker.management.commands import migrate as own_migrate
from aidtracker.storage.backups import OF_MIGRATIONS
from aidtracker.storage.postgres_copies import OF_NOBODY, run
from aidtracker.testing.dumps import FOLDER, dump_path
from aidtracker.tests.test_failures import failed

IS_SQLITE = connection.vendor == "sqlite"
# The files of the frozen schema: its migrations and dumps, with their checksums.
FROZEN = [line.split() for line in (FOLDER / "frozen.sha256").read_text("utf-8").splitlines()]
# Columns that a later migration took away, as (table, column): what they held is nowhere else.
GONE = set()
# SQLite's tallies are counted anew after a migration: the counts are the same, their numbers not.
NUMBERS = {("aidtracker_tally", "id")}
# A dump's own number, and what PostgreSQL prints otherwise of a condition read from a dump.
REPRINTED = re.compile(r"[()]|::(text|character varying)(\[\])?|^\\.*$", re.MULTILINE)
WAITING = "SELECT 1 FROM pg_locks WHERE relation = 'programs_batch'::regclass AND NOT granted"
COLUMNS = {
    "sqlite": """
        SELECT stored.name, info.name FROM sqlite_master AS stored,
        pragma_table_info(stored.name) AS info
        WHERE stored.type = 'table' AND stored.name NOT LIKE 'sqlite_%'
    """,
    "postgresql": """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public'
    """,
}


@contextmanager
def connected(name):
    """A connection that knows nothing of Django."""
    if IS_SQLITE:
        with closing(sqlite3.connect(name)) as database:
            yield database
    else:
        parameters = connection.get_connection_params() | {"dbname": name}
        with closing(connection.Database.connect(**parameters, autocommit=True)) as database:
            yield database


@contextmanager
def database_of(folder, sql):
    """The name of a database that was made by this SQL."""
    if IS_SQLITE:
        path = str(folder / "db.sqlite3")
        with connected(path) as database:
            database.executescript(sql)
        yield path
        return
    name = f"aidtracker_{folder.name}_{os.getpid()}"
    with connected("template1") as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        with connected(name) as database:
            database.execute(sql)
        yield name
        server.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="module")
def name(tmp_path_factory):
    """The name of a database in which the dump is."""
    sql = lzma.decompress(dump_path().read_bytes()).decode()
    with database_of(tmp_path_factory.mktemp("upgrade"), sql) as name:
        yield name


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    with database_of(tmp_path_factory.mktemp("empty"), "") as name:
        yield name


def columns_of(database):
    """The columns of each table."""
    tables = {}
    for table, column in database.execute(COLUMNS[connection.vendor]).fetchall():
        tables.setdefault(table, set()).add(column)
    return tables


def rows_of(database, tables):
    """The rows of each table, as often as they are there: only columns that are kept."""
    rows = {}
    for table, columns in tables.items():
        kept = sorted(column for column in columns if (table, column) not in GONE | NUMBERS)
        names = ", ".join(f'"{column}"' for column in kept)
        rows[table] = Counter(map(repr, database.execute(f'SELECT {names} FROM "{table}"')))
    return rows


def definitions_in(name, folder):
    """How tables, indexes and triggers are defined, as often as it is said."""
    with connected(name) as database:
        if IS_SQLITE:
            # But for what SQLite itself keeps of what it saw in the tables.
            rule = "sql IS NOT NULL AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'"
            found = database.execute(f"SELECT sql FROM sqlite_master WHERE {rule}")
            # Columns stand where the last change of the table put them; some names are quoted.
            parts = [sql.replace('"', "").split(", ") for (sql,) in found]
            return Counter(str(sorted(part.rstrip(")") for part in one)) for one in parts)
        run("pg_dump", database, "--schema-only", *OF_NOBODY, f"--file={folder / name}")
    return Counter(REPRINTED.sub("", (folder / name).read_text()).split("\n\n"))


def run_on(name, *command):
    if IS_SQLITE:
        url = f"sqlite:///{name}"
    else:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    words, environment = [sys.executable, "manage.py", *command], os.environ | {"DATABASE_URL": url}
    subprocess.run(words, cwd=settings.BASE_DIR, env=environment, check=True)


@pytest.fixture(scope="module")
def before_and_after(name):
    """The rows of the dump, and those of its columns in the upgraded database."""
    with connected(name) as database:
        tables = columns_of(database)
        before = rows_of(database, tables)
    # Migrates; fails if tables and columns are not those of the program afterwards.
    run_on(name, "prepare_site")
    with connected(name) as database:
        return before, rows_of(database, tables)


def test_dump_is_small_and_has_rows_of_every_table(name):
    with connected(name) as database:
        rows = rows_of(database, columns_of(database))
    # Failed log-ins; the last three are switched off.
    empty = {table for table in rows if not rows[table]}
    assert dump_path().stat().st_size < 200_000
    assert empty == {table for table in rows if table.startswith("axes_")}


def test_every_row_is_there_after_the_upgrade(before_and_after):
    before, after = before_and_after
    lost = {table: rows - after[table] for table, rows in before.items()}
    assert {table: rows for table, rows in lost.items() if rows} == {}


def test_no_row_is_made_by_the_upgrade(before_and_after):
    before, after = before_and_after
    made = {table: rows - before[table] for table, rows in after.items()}
    assert {table for table, rows in made.items() if rows} <= OF_MIGRATIONS


def test_empty_database_gets_the_tables_that_the_upgraded_one_has(
    name, empty, before_and_after, tmp_path
):
    run_on(empty, "migrate", "--skip-checks", "--verbosity=0")
    made, upgraded = (definitions_in(which, tmp_path) for which in (empty, name))
    assert (made - upgraded, upgraded - made) == (Counter(), Counter())


def test_migrations_name_no_code_that_may_move():
    texts = [path.read_text() for path in settings.BASE_DIR.glob("*/migrations/0*.py")]
    named = set(re.findall(r"\b(?:aidtracker|programs|projects)(?:\.\w+){2,}", "\n".join(texts)))
    assert named == {
        "projects.models.counted_rows",
        "projects.models.counted_rows.validate_counted_rows",
        # A new kind of finding needs no migration.
        "projects.models.finding_kinds",
        "projects.models.finding_kinds.kind_choices",
        # The number of a reader's receipt is drawn anew for each.
        "projects.models.matters",
        "projects.models.matters.new_number",
    }


@pytest.mark.once
@pytest.mark.parametrize(("checksum", "path"), FROZEN)
def test_file_of_the_frozen_schema_is_as_it_was(checksum, path):
    assert hashlib.sha256((settings.BASE_DIR / path).read_bytes()).hexdigest() == checksum


@pytest.mark.once
def test_migration_that_the_database_ended_is_begun_again(monkeypatch):
    """Two that wait for each other, as in a site that is upgraded while people write."""
    asked = []

    def ended_once(self, *words, **options):
        asked.append(options)
        if len(asked) == 1:
            raise failed(OperationalError, sqlstate="40P01")
        if len(asked) == 3:
            raise failed(OperationalError, sqlstate="57P01")

    monkeypatch.setattr(migrate.Command, "handle", ended_once)
    monkeypatch.setattr(own_migrate, "SECONDS", 0)
    monkeypatch.setattr(own_migrate, "make_tables", lambda database: False)
    monkeypatch.setattr(own_migrate, "ahead_of_others", nullcontext)
    command = own_migrate.Command(stderr=StringIO())
    command.handle(database="default")
    with pytest.raises(OperationalError):
        command.handle(database="default")
    assert asked == [{"database": "default"}] * 3


@pytest.mark.skipif(IS_SQLITE, reason="where one writes at a time")
@pytest.mark.django_db(transaction=True)
def test_who_holds_up_a_migration_is_ended_and_not_the_migration():
    """The migration asks last, so that PostgreSQL would end it."""
    name, said, is_writing = connection.settings_dict["NAME"], [], Event()

    def write():
        with connected(name) as person:
            try:
                with person.transaction():
                    person.execute("LOCK TABLE programs_region IN ROW EXCLUSIVE MODE")
                    is_writing.set()
                    person.execute("LOCK TABLE programs_batch IN ROW EXCLUSIVE MODE")
            except connection.Database.Error as error:
                said.append(error.sqlstate)

    person = Thread(target=write)
    with own_migrate.ahead_of_others(connection), transaction.atomic(), connection.cursor() as own:
        own.execute("LOCK TABLE programs_batch IN ACCESS EXCLUSIVE MODE")
        person.start()
        assert is_writing.wait(30)
        own.execute(WAITING)
        while not own.fetchone():
            own.execute(WAITING)
        own.execute("LOCK TABLE programs_region IN ACCESS EXCLUSIVE MODE")
    person.join()
    assert said == ["57014"]
