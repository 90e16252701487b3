"""Work in several processes: pure reading, the results of which one process stores."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

Mapped = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


def processors() -> int:
    """How many processors this process may use."""
    known = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1


def can_split() -> bool:
    """Whether other processes would see the same rows: those of no transaction in hand."""
    if connection.in_atomic_block or "fork" not in multiprocessing.get_all_start_methods():
        return False
    return connection.vendor != "sqlite" or not connection.is_in_memory_db()


@contextmanager
def mapping(processes: int) -> Iterator[Mapped]:
    """A `map` that works in so many processes and gives the results in their order.

    The processes begin before the first query, so that each opens a connection of its own. With
    one, or where others would see other rows, it is the `map` of Python.
    """
    if processes < 2 or not can_split():
        yield map
        return
    connections.close_all()
    with ProcessPoolExecutor(processes, multiprocessing.get_context("fork")) as pool:
        pool.submit(processors).result()  # with the first work all of them begin
        yield pool.map
