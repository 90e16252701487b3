"""The edition of the record: a number that is another one after every change the public may see.

The database itself counts: a trigger on every table of the record takes a step, in the transaction
of the change, whoever wrote. So no writer is forgotten, and a page made from one edition is right
as long as the edition is the same.

Steps have random lengths: a database that was restored and then changed never comes back to a
number that stood for something else.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.db import connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from aidtracker.ground.datasets import declared
from aidtracker.ground.features import PUBLISHED
from aidtracker.ground.triggers import Watch

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
    with connections[router.db_for_read(EditionStep)].cursor() as cursor:
        cursor.execute(SUM)
        return str(cursor.fetchone()[0] or 0)


@contextmanager
def one_moment(database: BaseDatabaseWrapper | None = None) -> Iterator[None]:
    """Let all that is asked in the block be answered as of one moment, while others go on writing.

    Nothing may be written in it. Inside a transaction it is that one that says what is seen.
    """
    database = database or connections[router.db_for_read(EditionStep)]
    if database.in_atomic_block:
        with read_in_parts(database):
            yield
    elif database.vendor == "sqlite":
        # Django's own transactions take the lock of writers at their start.
        with database.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(database.alias), database.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            with read_in_parts(database):
                yield


@contextmanager
def read_in_parts(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Let `iterator()` leave rows with the database until they are wanted, behind a pool, too:
    it hands no connection on before a transaction ends."""
    before = database.settings_dict  # of all threads
    database.settings_dict = before | {"DISABLE_SERVER_SIDE_CURSORS": False}
    try:
        yield
    finally:
        database.settings_dict = before


_held: ContextVar[str | Callable[[], str]] = ContextVar("held", default="")


def of_request() -> str:
    """The edition that was read when the request at hand began, or else the current one.

    What is found later may be newer than an edition that is its name, which does no harm.
    """
    return known() or current()


def known() -> str:
    """The edition of the page that is being made; empty where none is."""
    edition = _held.get()
    return edition() if callable(edition) else edition


def is_told() -> bool:
    """Whether the edition is known without asking for it, as while a page for everybody is made."""
    return bool(_held.get()) and not callable(_held.get())


def is_over() -> bool:
    """Whether something was published while a page was made that relied on what was known before.

    Only on PostgreSQL is something remembered for an edition: which rows are hidden. A row made
    meanwhile is not among them, and a row published after it may name it.
    """
    number, name = known(), router.db_for_read(EditionStep)
    return bool(number) and connections[name].vendor == "postgresql" and current() != number


@contextmanager
def held(edition: str | Callable[[], str]) -> Iterator[None]:
    """While a page is made that changes nothing, let `edition` be known, or asked for."""
    token = _held.set(edition)
    try:
        yield
    finally:
        _held.reset(token)


def watched() -> Iterator[tuple[str, str]]:
    """The tables whose changes the public may see, with the column that says whether it does.

    All tables of the apps of the record but for rows that are never public; a row without a
    review has no such column.
    """
    for app in sorted({dataset.app_label for dataset in declared()}):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                kept: Any = getattr(model, "instance_type", model)  # what a history is kept of
                if not getattr(kept, "IS_INTERNAL", False):
                    yield model._meta.db_table, getattr(kept, "REVIEW", "")


def triggers(vendor: str) -> Iterator[tuple[str, str]]:
    """Each table with the SQL of one of its triggers."""
    make = sqlite_triggers if vendor == "sqlite" else postgres_triggers
    return ((table, sql) for table, review in watched() for sql in make(table, review))


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


def begin(database: BaseDatabaseWrapper, tables: set[str]) -> None:
    """Another edition: meanwhile rows may have been written that nobody counted."""
    EditionStep.objects.using(database.alias).create(step=secrets.randbelow(LONGEST_STEP) + 1)


STEPS = Watch(PREFIX, EditionStep, POSTGRES_FUNCTION, triggers, begin)
