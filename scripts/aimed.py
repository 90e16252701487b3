"""The site as an experiment runs it that kills processes: at a moment which the request names.

Moments of a request are counted: each statement before it is sent, each commit before and after,
the answer when it is made and when it is sent. The header `X-Kill` says at which of them its
process is to be killed, and how many seconds later; the answer says in `X-Moments` what there were.
"""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from aidtracker.wsgi import application as site

SENDING = ("INSERT", "UPDATE", "DELETE")


class Moments:
    """Those of the request in hand; a worker has one at a time."""

    def __init__(self) -> None:
        self.begin("")

    def begin(self, asked: str) -> None:
        at, _, later = asked.partition(" ")
        self.fatal, self.later = int(at or -1), float(later or 0)
        self.names: list[str] = []

    def come(self, name: str) -> None:
        if len(self.names) == self.fatal:
            threading.Timer(self.later, os.kill, (os.getpid(), signal.SIGKILL)).start()
        self.names.append(name)


NOW = Moments()


def noted(name: str, call: Callable, *, after: bool = False) -> Callable:
    def wrapped(self: Any, *words: Any, **named: Any) -> Any:
        is_write = bool(words) and str(words[0]).lstrip().upper().startswith(SENDING)
        NOW.come("write" if is_write else name)
        found = call(self, *words, **named)
        if after:
            NOW.come("committed")
        return found

    return wrapped


CursorWrapper.execute = noted("read", CursorWrapper.execute)
CursorWrapper.executemany = noted("read", CursorWrapper.executemany)
BaseDatabaseWrapper._commit = noted("commit", BaseDatabaseWrapper._commit, after=True)


def application(environ: dict, start_response: Callable) -> Any:
    NOW.begin(environ.get("HTTP_X_KILL", ""))

    def start(status: str, headers: list, *more: Any) -> Any:
        NOW.come("answer")
        return start_response(status, [*headers, ("X-Moments", " ".join(NOW.names))], *more)

    yield from site(environ, start)
    NOW.come("sent")
