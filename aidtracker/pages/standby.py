"""Pages for visitors are read from a standby of the database, where the site has one.

Whoever is logged in reads where everything is written, and so sees what they wrote. What is
never written is read of one and the same server during one request: the edition that names a
page, too, so that a standby that is behind gives an old page under its old name.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from aidtracker.pages.kept import is_for_everybody

STANDBY = "standby"

_is_read: ContextVar[bool] = ContextVar("standby_is_read", default=False)


def read_alias() -> str:
    """Which database is read for the page at hand."""
    return STANDBY if _is_read.get() else DEFAULT_DB_ALIAS


class Router:
    """Reads of pages for everybody go to the standby; everything else to where it is written."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        return read_alias()

    def db_for_write(self, model: type, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True  # the same rows, on two servers

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@contextmanager
def standby_read() -> Iterator[None]:
    token = _is_read.set(True)
    try:
        yield
    finally:
        _is_read.reset(token)


def written_out(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Each part of a file that is made while it is sent, read from the standby."""
    while True:
        with standby_read():
            part = next(parts, None)
        if part is None:
            return
        yield part


class PagesFromStandby:
    """Stands around the pages that are kept, since the edition is read for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if STANDBY not in settings.DATABASES or not is_for_everybody(request):
            return self.get_response(request)
        with standby_read():
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = written_out(iter(response.streaming_content))
        return response
