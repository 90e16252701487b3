"""Refusals of the staff: who came to what is not theirs, kept in the audit trail.

Of a visitor without a log-in nothing is kept: nobody was refused what they had no right to ask for.
"""

import logging
from collections.abc import Callable
from contextvars import ContextVar

from django.db import Error
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from aidtracker.trail import acts

REFUSALS = {403: "没有权限", 404: "没有这一行或不归其维护"}

_noted: ContextVar[list[str] | None] = ContextVar("what was refused in this request", default=None)


def note(what: str) -> None:
    """Let something that a page refuses be kept once the request is over, whatever is undone."""
    noted = _noted.get()
    if noted is not None:
        noted.append(what)


class Refusals:
    """Keeps that a page of the admin was refused, as the person saw it: 403, or as if not there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        noted: list[str] = []
        token = _noted.set(noted)
        try:
            response = self.get_response(request)
        finally:
            _noted.reset(token)
        match = request.resolver_match
        # An address that leads nowhere was mistyped; one with a name stands for a page.
        if match and match.namespace == "admin" and match.url_name:
            noted += filter(None, [REFUSALS.get(response.status_code)])
            keep(request, list(dict.fromkeys(noted)))
        return response


def keep(request: HttpRequest, what: list[str]) -> None:
    if not what or not request.user.is_authenticated:
        return
    details = [["被拒绝", "", words] for words in what]
    subject = f"{request.method} {request.path}"
    try:
        acts.record(acts.Way.REFUSED, request=request, subject=subject, details=details)
    except Error:
        logging.getLogger(__name__).exception("Not kept: a refusal")
