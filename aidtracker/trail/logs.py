"""What the log says: one line for each event, the number of its request, and nobody's words.

Addresses are logged without what was asked for in them, queries without their values: who looks
after the machine need not see what people type.
"""

import hashlib
import logging
import re
import time
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.core.mail import mail_admins
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
NUMBER = re.compile(r"[0-9a-f-]{8,64}")
# Of a query, enough to know it again.
SHOWN = 300
# The same mistake is mailed once in so many seconds.
QUIET = 600

number: ContextVar[str] = ContextVar("number of the request", default="-")
logger = logging.getLogger(__name__)


class Numbered:
    """Gives each request the number under which the log speaks of it, and tells slow ones.

    The proxy's own number is taken, so that its log and ours can be laid side by side.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        said = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
        own = said if NUMBER.fullmatch(said) else uuid.uuid4().hex
        token, begun = number.set(own), time.monotonic()
        try:
            with connection.execute_wrapper(tell_slow_query):
                response = self.get_response(request)
            tell_slow_page(request, response, time.monotonic() - begun)
        finally:
            number.reset(token)
        response[HEADER] = own
        return response


def tell_slow_page(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    if seconds > settings.SLOW_PAGE_SECONDS:
        words = "Slow page: %s %s answered %s in %.1f s"
        logger.warning(words, request.method, request.path, response.status_code, seconds)


def tell_slow_query(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    begun = time.monotonic()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.monotonic() - begun
        if seconds > settings.SLOW_QUERY_SECONDS:
            logger.warning("Slow query: %.1f s: %.*s", seconds, SHOWN, sql)


class Context(logging.Filter):
    """Adds the number of the request; what a visitor made up is no mistake of the program's.

    Django logs a forged host, filter or form as an error with its traceback, once a request.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = number.get()
        error = record.exc_info[1] if record.exc_info else None
        if record.name.startswith("django.security") or isinstance(error, SuspiciousOperation):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = None
        return True


class MailToOperator(logging.Handler):
    """Mails each kind of mistake to OPERATOR_EMAIL, without what people typed; rarely the same."""

    def emit(self, record: logging.LogRecord) -> None:
        # The filter of another handler may have made less of it.
        if not settings.ADMINS or record.levelno < logging.ERROR:
            return
        error = record.exc_info[1] if record.exc_info else None
        subject = f"{type(error).__name__} in {record.name}" if error else record.getMessage()[:100]
        where = "".join(traceback.format_tb(error.__traceback__)) if error else ""
        try:
            kind = hashlib.sha256(subject.encode()).hexdigest()
            if cache.add(f"mailed:{kind}", 1, QUIET):
                body = f"{record.getMessage()}\nrequest {number.get()}\n\n{where}"
                mail_admins(subject, body, fail_silently=True)
        except Exception:
            self.handleError(record)
