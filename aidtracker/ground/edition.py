"""The edition of the record: a number that is another one after every change the public may see.

The database itself counts: a trigger on every table of the record takes a step, in the transaction
of the change, whoever wrote. So no writer is forgotten, and a page made from one edition is right
as long as the edition is the same.

Steps have random lengths: a database that was restored and then changed never comes back to a
number that stood for something else.
"""

import hashlib
import secrets
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

from aidtracker.ground.datasets import declared
from aidtracker.ground.publication import PUBLISHED

PREFIX = "edition_"
EVENTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
LONGEST_STEP = 2**31 - 1


class EditionStep(models.Model):
    """版次: a step from one edition of the record to the next; their sum is the edition.

    On PostgreSQL each transaction adds a row, so that none waits for another; now and then one
    puts the rows of earlier ones together. SQLite, where one writes at a time, has one row.
    """

    step = models.BigIntegerField("步长")

    class Meta:
        verbose_name = "版次"
        verbose_name_plural = "版次"
        ordering = ("pk",)
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.step)


TABLE = EditionStep._meta.db_table
SUM = f"SELECT SUM(step) FROM {TABLE}"

# Only where each statement sees what was committed before may rows be put together: elsewhere
# that would fail if another had done so meanwhile.
POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {{schema}}.{PREFIX}step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this CONSTANT text := pg_current_xact_id()::text;
BEGIN
    IF current_setting('aidtracker.stepped', true) IS DISTINCT FROM this THEN
        INSERT INTO {{schema}}.{TABLE} (step)
            VALUES (1 + floor(random() * {LONGEST_STEP})::bigint);
        PERFORM set_config('aidtracker.stepped', this, true);
        IF random() < 0.03 AND current_setting('transaction_isolation') = 'read committed' THEN
            WITH gone AS (
                DELETE FROM {{schema}}.{TABLE} WHERE id IN (
                    SELECT id FROM {{schema}}.{TABLE} FOR UPDATE SKIP LOCKED
                ) RETURNING step
            )
            INSERT INTO {{schema}}.{TABLE} (step)
                SELECT SUM(step) FROM gone HAVING COUNT(*) > 0;
        END IF;
    END IF;
    RETURN NULL;
END $$
"""
# No ON CONFLICT: what the statement outside says of conflicts would hold for it, too.
SQLITE_STEP = f"""
    INSERT INTO {TABLE} (step) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM {TABLE});
    UPDATE {TABLE} SET step = step + 1 + abs(random() % {LONGEST_STEP});
"""


def current() -> str:
    """The edition that the next query sees, or a later one: one query."""
    with connection.cursor() as cursor:
        cursor.execute(SUM)
        return str(cursor.fetchone()[0] or 0)


def watched() -> Iterator[tuple[str, str]]:
    """The tables whose changes the public may see, with the column that says whether it does.

    All tables of the apps of the record; a row without a review has no such column.
    """
    for app in sorted({dataset.app_label for dataset in declared()}):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                kept: Any = getattr(model, "instance_type", model)  # what a history is kept of
                yield model._meta.db_table, getattr(kept, "REVIEW", "")


@cache
def triggers(vendor: str) -> dict[str, tuple[str, str]]:
    """The triggers there are to be, by their names: (table, SQL). A name tells what is in one."""
    make = sqlite_triggers if vendor == "sqlite" else postgres_triggers
    found = [(table, sql) for table, review in watched() for sql in make(table, review)]
    names = (PREFIX + hashlib.sha256(sql.encode()).hexdigest()[:16] for _, sql in found)
    return dict(zip(names, found, strict=True))


def condition(event: str, review: str) -> str:
    """When a change of a row is one of something public; empty for always."""
    rows = (f"{row}.\"{review}\" = '{PUBLISHED}'" for row in EVENTS[event])
    return f"WHEN ({' OR '.join(rows)})" if review else ""


def sqlite_triggers(table: str, review: str) -> Iterator[str]:
    for event in EVENTS:
        when = condition(event, review)
        yield f'AFTER {event} ON "{table}" FOR EACH ROW {when} BEGIN {SQLITE_STEP} END'


def postgres_triggers(table: str, review: str) -> Iterator[str]:
    call = f"EXECUTE FUNCTION {PREFIX}step()"
    for event in EVENTS if review else ():
        yield f'AFTER {event} ON "{table}" FOR EACH ROW {condition(event, review)} {call}'
    events = "TRUNCATE" if review else "INSERT OR UPDATE OR DELETE OR TRUNCATE"
    yield f'AFTER {events} ON "{table}" FOR EACH STATEMENT {call}'


PRESENT = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE NOT tgisinternal AND relnamespace = CURRENT_SCHEMA()::regnamespace
    """,
}


def present(database: BaseDatabaseWrapper) -> dict[str, str]:
    """The triggers of ours that a database has, with their tables."""
    with database.cursor() as cursor:
        cursor.execute(PRESENT[database.vendor])
        return {name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)}


def missing() -> set[str]:
    """The tables of which changes go unnoticed."""
    wanted, there = triggers(connection.vendor), present(connection)
    return {table for name, (table, _) in wanted.items() if name not in there}


def install(using: str, **kwargs: Any) -> None:
    """Give every table its triggers, after migrations; those that are right stay as they are."""
    database = connections[using]
    tables = set(database.introspection.table_names())
    wanted = {
        name: sql for name, (table, sql) in triggers(database.vendor).items() if table in tables
    }
    with transaction.atomic(using), database.cursor() as cursor:
        there = present(database)
        if TABLE not in tables or wanted.keys() == there.keys():
            return
        if database.vendor == "postgresql":
            cursor.execute("SELECT quote_ident(CURRENT_SCHEMA())")
            cursor.execute(POSTGRES_FUNCTION.format(schema=cursor.fetchone()[0]))
        drop(database, {name: there[name] for name in there.keys() - wanted.keys()})
        for name in wanted.keys() - there.keys():
            cursor.execute(f"CREATE TRIGGER {name} {wanted[name]}")
        # Meanwhile rows may have been written that nobody counted.
        EditionStep.objects.using(using).create(step=secrets.randbelow(LONGEST_STEP) + 1)


def remove(using: str, plan: Any, **kwargs: Any) -> None:
    """Take the triggers away before migrations: SQLite renames no table that one speaks of."""
    if plan and connections[using].vendor == "sqlite":
        drop(connections[using], present(connections[using]))


def drop(database: BaseDatabaseWrapper, there: dict[str, str]) -> None:
    place = "" if database.vendor == "sqlite" else 'ON "{}"'
    with database.cursor() as cursor:
        for name, table in there.items():
            cursor.execute(f"DROP TRIGGER {name} {place.format(table)}")


def connect() -> None:
    """Let migrations take care of the triggers; called once when the site starts."""
    site = apps.get_app_config("aidtracker")
    pre_migrate.connect(remove, sender=site, dispatch_uid="aidtracker.ground.edition")
    post_migrate.connect(install, sender=site, dispatch_uid="aidtracker.ground.edition")
