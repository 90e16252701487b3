"""Triggers that the database itself carries out after changes of tables, whoever writes.

What they are to be follows from the models; migrations only let them be put in where they are
missing. A name tells what is in a trigger, so that one of an earlier program is found and replaced.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

PRESENT = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE NOT tgisinternal AND relnamespace = CURRENT_SCHEMA()::regnamespace
    """,
}


@dataclass(frozen=True)
class Watch:
    """The triggers of one purpose: their names begin with `prefix`, they write to `model`.

    `make` yields, for a kind of database, each table with the SQL behind a trigger's name;
    `function` is what they call on PostgreSQL. `begin` is told which tables got new ones, before
    anybody else can change them.
    """

    prefix: str
    model: type[models.Model]
    function: str
    make: Callable[[str], Iterator[tuple[str, str]]]
    begin: Callable[[BaseDatabaseWrapper, set[str]], None]

    @cache  # noqa: B019 (there are two, for as long as the program runs)
    def triggers(self, vendor: str) -> dict[str, tuple[str, str]]:
        """The triggers there are to be, by their names: (table, SQL)."""
        found = list(self.make(vendor))
        function = self.function if vendor == "postgresql" else ""
        told = ((function + sql).encode() for _, sql in found)
        names = (self.prefix + hashlib.sha256(one).hexdigest()[:16] for one in told)
        return dict(zip(names, found, strict=True))

    def present(self, database: BaseDatabaseWrapper) -> dict[str, str]:
        """The triggers of this purpose that a database has, with their tables."""
        with database.cursor() as cursor:
            cursor.execute(PRESENT[database.vendor])
            found = cursor.fetchall()
        return {name: table for name, table in found if name.startswith(self.prefix)}

    def missing(self) -> set[str]:
        """The tables of which changes go unnoticed."""
        wanted, there = self.triggers(connection.vendor), self.present(connection)
        return {table for name, (table, _) in wanted.items() if name not in there}

    def install(self, using: str) -> None:
        """Give every table its triggers; those that are right stay as they are."""
        database = connections[using]
        tables = set(database.introspection.table_names())
        if self.model._meta.db_table not in tables:
            return
        found = self.triggers(database.vendor).items()
        wanted = {name: sql for name, (table, sql) in found if table in tables}
        with transaction.atomic(using), database.cursor() as cursor:
            there = self.present(database)
            new = wanted.keys() - there.keys()
            drop(database, {name: there[name] for name in there.keys() - wanted.keys()})
            if new and database.vendor == "postgresql":
                cursor.execute("SELECT quote_ident(CURRENT_SCHEMA())")
                cursor.execute(self.function.format(schema=cursor.fetchone()[0]))
            for name in sorted(new):
                cursor.execute(f"CREATE TRIGGER {name} {wanted[name]}")
            if new:
                made = self.triggers(database.vendor)
                self.begin(database, {made[name][0] for name in new})


def drop(database: BaseDatabaseWrapper, there: dict[str, str]) -> None:
    place = "" if database.vendor == "sqlite" else 'ON "{}"'
    with database.cursor() as cursor:
        for name, table in there.items():
            cursor.execute(f"DROP TRIGGER {name} {place.format(table)}")


_watches: list[Watch] = []


def install(using: str, **kwargs: Any) -> None:
    """Give tables their triggers, after migrations."""
    for watch in _watches:
        watch.install(using)


def remove(using: str, plan: Any, **kwargs: Any) -> None:
    """Take the triggers away before migrations: SQLite renames no table that one speaks of."""
    if plan and connections[using].vendor == "sqlite":
        for watch in _watches:
            drop(connections[using], watch.present(connections[using]))


def missing() -> set[str]:
    """The tables that lack a trigger."""
    return set().union(*(watch.missing() for watch in _watches))


def connect(*watches: Watch) -> None:
    """Let migrations take care of the triggers; called once when the site starts."""
    _watches[:] = watches
    site = apps.get_app_config("aidtracker")
    pre_migrate.connect(remove, sender=site, dispatch_uid="aidtracker.ground.triggers")
    post_migrate.connect(install, sender=site, dispatch_uid="aidtracker.ground.triggers")
