"""Django's migrate, which goes before people at work, and begins again where it had to give way.

An empty database gets its tables in one step: two seconds instead of eighty.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import sleep
from typing import Any

from django.core.management.commands import migrate
from django.db import DatabaseError, OperationalError, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from aidtracker.pages.failures import code_of

DEADLOCK = "40P01"  # PostgreSQL ends one of the two
TIMES, SECONDS = 10, 1
# Five times in the second after which PostgreSQL looks itself.
PAUSE = 0.2
# Who gives one of these wants something else than all that there is.
OTHER_WISHES = ("app_label", "fake", "fake_initial", "plan", "check_unapplied", "prune")
# Whoever waits for a migration, and is waited for by it, perhaps through others.
END_WHO_HOLDS_UP = """
WITH RECURSIVE awaited (pid) AS (
    SELECT unnest(pg_blocking_pids(%(migration)s))
    UNION SELECT unnest(pg_blocking_pids(awaited.pid)) FROM awaited
)
SELECT pg_cancel_backend(pid) FROM awaited JOIN pg_stat_activity USING (pid)
WHERE %(migration)s = ANY(pg_blocking_pids(pid)) AND usename = current_user
"""


class Command(migrate.Command):
    def handle(self, *words: Any, **options: Any) -> None:
        """Each migration is a transaction: of the one that was ended nothing stayed."""
        database = connections[options["database"]]
        for more in reversed(range(TIMES)):
            try:
                with ahead_of_others(database):
                    is_plain = not any(options.get(name) for name in OTHER_WISHES)
                    if is_plain and make_tables(database) and options["verbosity"]:
                        self.stdout.write("空数据库：表已一次建成。")
                    super().handle(*words, **options)
                return
            except OperationalError as error:
                if not more or code_of(error) != DEADLOCK:
                    raise
                self.stderr.write("有人正在写，数据库中断了这一步，没有留下改动；再试一次。")
                sleep(SECONDS)


def make_tables(database: BaseDatabaseWrapper) -> bool:
    """Make the tables of an empty database as all migrations together leave them, if it is one.

    After each of their hundreds of operations Django would build all models anew. What they do
    with rows is left out: there are none.
    """
    recorder = MigrationRecorder(database)
    if recorder.applied_migrations():
        return False
    executor = MigrationExecutor(database)
    state = executor.loader.project_state()
    models = [state.apps.get_model(*key) for key in state.models]
    own = [
        model
        for model in models
        if model._meta.can_migrate(database) and router.allow_migrate_model(database.alias, model)
    ]
    present = {*database.introspection.table_names()}
    if not own or any(model._meta.db_table in present for model in own):
        return False
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    recorder.ensure_schema()
    # A server may lack the locks (max_locks_per_transaction) for so many tables in one step.
    with suppress(OperationalError), database.schema_editor() as editor:
        for model in own:
            editor.create_model(model)
        for migration, _ in plan:
            executor.record_migration(migration)
        return True
    return False


@contextmanager
def ahead_of_others(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Of two that wait for each other let PostgreSQL end the other one.

    By itself it ends whoever began to wait last: the migration, again and again, as it changes one
    table after the other while people queue at the first. They are asked to send once more.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    done = Event()
    asked = connection.alias, connection.connection.info.backend_pid, done
    watcher = Thread(target=watch, args=asked, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def watch(alias: str, migration: int, done: Event) -> None:
    """From a connection of this thread's own; without one, PostgreSQL decides."""
    own = connections[alias]
    try:
        with suppress(DatabaseError), own.cursor() as cursor:
            while not done.wait(PAUSE):
                cursor.execute(END_WHO_HOLDS_UP, {"migration": migration})
    finally:
        own.close()
