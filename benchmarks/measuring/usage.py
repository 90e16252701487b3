"""What a piece of work uses: processor of program and database, time, memory, queries, rows."""

import gc
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

PROCESSES = Path("/proc")
TICK = 1 / os.sysconf("SC_CLK_TCK")
WRITES = ("INSERT", "UPDATE", "DELETE")
MB = 1024
# A measurement is repeated until it took so many seconds, but so often at least and at most: once
# in a while garbage is collected, which counts for all.
ENOUGH, FEWEST, MOST = 0.3, 5, 20
LONG = 2  # seconds; what takes longer is not done again
PATIENCE = 120


@dataclass
class Counts:
    """What the database was asked."""

    queries: int = 0
    rows_read: int = 0
    rows_written: int = 0


@dataclass(frozen=True)
class Usage:
    """One run, on average. Seconds and MB; `units` are rows of work, `sent` the bytes answered."""

    cpu: float
    database: float
    wall: float
    memory: float
    counts: Counts
    units: int = 0
    sent: int = 0

    @property
    def total(self) -> float:
        """The processor of program and database."""
        return self.cpu + self.database


class TooLongError(Exception):
    """A measurement took longer than anybody waits."""


@contextmanager
def counted() -> Iterator[Counts]:
    """Count queries and rows of all that happens inside."""
    counts = Counts()
    kept = {
        name: CursorWrapper.__dict__.get(name) for name in ("fetchone", "fetchmany", "fetchall")
    }

    def fetch(name: str) -> Callable[..., Any]:
        def fetched(cursor: Any, *args: Any) -> Any:
            found = getattr(cursor.cursor, name)(*args)
            counts.rows_read += (found is not None) if name == "fetchone" else len(found)
            return found

        return fetched

    def ask(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        counts.queries += 1
        result = execute(sql, params, many, context)
        if str(sql).lstrip().upper().startswith(WRITES):
            counts.rows_written += max(context["cursor"].rowcount, 0)
        return result

    for name in kept:
        setattr(CursorWrapper, name, fetch(name))
    try:
        with connection.execute_wrapper(ask):
            yield counts
    finally:
        for name, function in kept.items():
            if function is None:
                delattr(CursorWrapper, name)
            else:
                setattr(CursorWrapper, name, function)


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Raises TooLongError if the block takes longer."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLongError(f"over {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def own_cpu() -> float:
    """Seconds of this process and of those it has waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def server() -> int | None:
    """The process that all of a PostgreSQL server on this machine belong to; None elsewhere."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    stat = stat_of(backend)
    return int(stat[1]) if stat else None


def stat_of(process: int | str) -> list[str]:
    """The fields of a process's state from its third on; empty if there is none."""
    try:
        return (PROCESSES / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def database_cpu(server: int | None) -> float:
    """Seconds that a server's processes have used, those that ended too."""
    if server is None:
        return 0.0
    # utime and stime of it and of each that lives, its cutime and cstime for the others.
    stats = [stat_of(path.name) for path in PROCESSES.iterdir() if path.name.isdigit()]
    living = sum(int(stat[11]) + int(stat[12]) for stat in stats if stat and stat[1] == str(server))
    own = stat_of(server)
    return (living + sum(map(int, own[11:15]))) * TICK if own else 0.0


def peak_memory() -> float:
    """MB that this process held at most since `forget_peak`; 0 where nobody says."""
    try:
        lines = (PROCESSES / "self" / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / MB for line in lines if line.startswith("VmHWM"))


def forget_peak() -> float:
    """Let the peak of memory start from what is held now; returns that."""
    try:
        (PROCESSES / "self" / "clear_refs").write_text("5")
    except OSError:
        return peak_memory()
    return peak_memory()


def measured(work: Callable[[], Any], server: int | None) -> Usage:
    """Do a piece of work until its usage is known: once to count, then for the clock.

    What takes long is done once, and what says `once`: it would not find again what it changed.
    All else is counted the second time, and done again for the clock: the first time builds what a
    process keeps from then on.
    """
    gc.collect()
    before = forget_peak()
    with patience(getattr(work, "patience", PATIENCE)), counted() as counts:
        result, first = timed(work, 1, server)
    memory = max(0.0, peak_memory() - before)
    times = min(MOST, max(FEWEST, int(ENOUGH / max(first[2], 0.001))))
    if first[2] < LONG and not getattr(work, "once", False):
        with counted() as counts:
            work()
        result, first = timed(work, times, server)
    units, sent = (result, 0) if isinstance(result, int) else (0, len(result or b""))
    return Usage(*first, memory, counts, units, sent)


def timed(
    work: Callable[[], Any], times: int, server: int | None
) -> tuple[Any, tuple[float, float, float]]:
    """The last result, and seconds of program, database and wall of one time."""
    started = own_cpu(), database_cpu(server), time.perf_counter()
    for _ in range(times):
        result = work()
    ended = own_cpu(), database_cpu(server), time.perf_counter()
    program, database, wall = (
        (end - start) / times for start, end in zip(started, ended, strict=True)
    )
    return result, (program, database, wall)
