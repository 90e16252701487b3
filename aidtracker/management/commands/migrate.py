"""Django's migrate, which goes before people at work, and begins again where it had to give way."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import sleep
from typing import Any

from django.core.management.commands import migrate
from django.db import DatabaseError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from aidtracker.pages.failures import code_of

DEADLOCK = "40P01"  # PostgreSQL ends one of the two
TIMES, SECONDS = 10, 1
# Five times in the second after which PostgreSQL looks itself.
PAUSE = 0.2
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
        for more in reversed(range(TIMES)):
            try:
                with ahead_of_others(connections[options["database"]]):
                    super().handle(*words, **options)
                return
            except OperationalError as error:
                if not more or code_of(error) != DEADLOCK:
                    raise
                self.stderr.write("有人正在写，数据库中断了这一步，没有留下改动；再试一次。")
                sleep(SECONDS)


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
