"""How long the database works for a page that anybody may ask for; staff and commands may wait."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from aidtracker.pages.security import ADMIN_PREFIX
from aidtracker.pages.standby import read_alias

# So many steps of SQLite take about a millisecond.
STEPS = 100_000


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let queries of the block that take too long fail with an OperationalError.

    PostgreSQL counts for each query, SQLite from the beginning of the block.
    """
    connection = connections[read_alias()]
    try:
        set_limit(connection, seconds)
    except DatabaseError:
        # The page asks the database once more, and says that it is away.
        yield
        return
    try:
        yield
    finally:
        # A connection that is broken takes its limit along.
        with suppress(DatabaseError):
            take_limit_away(connection)


def set_limit(connection: BaseDatabaseWrapper, seconds: float) -> None:
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            end = time.monotonic() + seconds
            connection.connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        else:
            connection.connection.execute(f"SET statement_timeout = {int(seconds * 1000)}")


def take_limit_away(connection: BaseDatabaseWrapper) -> None:
    if connection.connection is None:
        return
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            connection.connection.set_progress_handler(None, 0)
        else:
            connection.connection.execute("RESET statement_timeout")


def is_of_a_visitor(request: HttpRequest) -> bool:
    """Whether nobody is logged in who asks for a page outside the admin."""
    if request.path_info.startswith(ADMIN_PREFIX):
        return False
    # Without a cookie nobody is asked about.
    return settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated


class VisitorLimit:
    """Limits what a page costs that anybody may ask for.

    Files are written while they are sent, and take as long as they take. Behind a pool it is the
    role of the standby that is limited, in the database: nothing may be set on a connection there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.POOLED or not settings.VISITOR_SECONDS or not is_of_a_visitor(request):
            return self.get_response(request)
        with limited(settings.VISITOR_SECONDS):
            return self.get_response(request)
