"""The fixtures as a template: loaded once, then copied into the test database of every run.

A template is kept under a key: the hash of everything that decides what loading makes. On SQLite
it is a file in pytest's cache, on PostgreSQL a database of the same cluster.
"""

import contextlib
import fcntl
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

PACKAGES = ("aidtracker", "programs", "projects")
# With what they import, they make the tables and load the rows.
LOADING = ("aidtracker.settings", "aidtracker.storage.fixtures", "aidtracker.testing.template")
# When the rows were loaded: before any day that a test lives on.
LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)
PREFIX = "aidtracker_template_"
# Seconds to wait for who still reads or writes the database of a test that is over.
PATIENCE = 20


def module_files(modules: set[str]) -> set[Path]:
    """Return the files of the modules and of the packages they stand in."""
    files = set()
    for module in modules:
        path = settings.BASE_DIR.joinpath(*module.split("."))
        files.add(path.with_suffix(".py"))
        files |= {folder / "__init__.py" for folder in (path, *path.parents)}
    return {path for path in files if path.is_relative_to(settings.BASE_DIR) and path.exists()}


def deciding_files() -> set[Path]:
    """Return the files that decide what loading makes: fixtures, libraries and our own modules."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    roots = {name for name in graph.modules if {"apps", "models"} & {*name.split(".")}}
    modules = roots | {*LOADING}
    modules = modules.union(*map(graph.find_upstream_modules, modules))
    fixtures = settings.BASE_DIR.joinpath("fixtures").glob("*.json")
    return module_files(modules) | {*fixtures, settings.BASE_DIR / "requirements.txt"}


@cache
def key() -> str:
    """Hash names and contents of the deciding files."""
    digest = hashlib.sha256()
    for path in sorted(deciding_files()):
        digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def load() -> None:
    """Make the tables from the models at once, not migration by migration, and load the rows."""
    with time_machine.travel(LOADED_AT):
        call_command("migrate", run_syncdb=True, verbosity=0)
        call_command("load_fixtures", verbosity=0)


def use_database(name: str) -> None:
    """Let all queries go to the database of that name from now on."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


class SqliteTemplate:
    """A file; each run works on a copy in memory."""

    MEMORY = "file:aidtracker_tests?mode=memory&cache=shared"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / f"{PREFIX}{key()}.sqlite3"
        self.kept: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs and workers out: the first one makes the template, the others wait."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def create(self) -> None:
        """Make the test database."""
        use_database(self.MEMORY)
        with self.locked():
            if not self.path.exists():
                load()
                self.keep()
            # Stays open: whoever changes a fixture meanwhile lets the file be deleted.
            self.kept = sqlite3.connect(self.path)
        self.restore()

    def keep(self) -> None:
        unfinished = self.path.with_suffix(f".{os.getpid()}")
        with contextlib.closing(sqlite3.connect(unfinished)) as target:
            connection.connection.backup(target)
        for path in self.folder.glob(f"{PREFIX}*.sqlite3"):
            path.unlink()
        unfinished.replace(self.path)

    def restore(self) -> None:
        """Give the test database the rows of the template, whatever it holds."""
        connection.ensure_connection()
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.kept.backup(connection.connection)
            except sqlite3.OperationalError as error:
                # A live server may still be answering the last request of a closed window.
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
            time.sleep(0.05)

    def destroy(self) -> None:
        self.kept.close()
        connection.close()


class PostgresTemplate:
    """A database that nobody works in; PostgreSQL copies it as a whole."""

    def __init__(self, folder: Path) -> None:
        self.name = f"{PREFIX}{key()}"
        wished = connection.settings_dict["TEST"]["NAME"]
        self.database = wished or f"test_{connection.settings_dict['NAME']}"

    @contextlib.contextmanager
    def server(self) -> Iterator[Any]:
        """Yield a connection to the cluster, whose other users of it wait meanwhile."""
        parameters = connection.get_connection_params() | {"dbname": "postgres"}
        with connection.Database.connect(**parameters, autocommit=True) as server:
            server.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
            yield server

    def copy(self, server: Any, source: str, target: str) -> None:
        server.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def names(self, server: Any) -> list[str]:
        """Return the names of all templates of the cluster, of earlier keys too."""
        rows = server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [PREFIX + "%"]
        )
        return [row[0] for row in rows.fetchall()]

    def create(self) -> None:
        """Make the test database."""
        use_database(self.database)
        self.restore()

    def restore(self) -> None:
        """Give the test database the rows of the template, whatever it holds."""
        connection.close()
        with self.server() as server:
            names = self.names(server)
            if self.name in names:
                return self.copy(server, self.name, self.database)
            self.copy(server, "template0", self.database)
            load()
            # A copy has the statistics of its template: it is asked as a site is.
            connection.cursor().execute("ANALYZE")
            connection.close()
            for name in names:
                server.execute(f'DROP DATABASE "{name}"')
            self.copy(server, self.database, self.name)

    def destroy(self) -> None:
        connection.close()
        with self.server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')


def template_for(folder: Path) -> SqliteTemplate | PostgresTemplate:
    """Return the template for the kind of database that the settings name."""
    # Which tables there are is for the models to say; `None` means: no migrations.
    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
    kind = SqliteTemplate if connection.vendor == "sqlite" else PostgresTemplate
    return kind(folder)
