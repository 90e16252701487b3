"""A client that does not render the pages it gets: for tests of what they answer and hold."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseForbidden, HttpResponseNotFound
from django.test import Client
from django.test.client import ClientHandler


class UnrenderedHandler(ClientHandler):
    def load_middleware(self, is_async=False):
        super().load_middleware(is_async)
        handler: Any = self  # the stubs leave its lists out
        handler._template_response_middleware.append(self.leave_empty)
        handler._exception_middleware.append(self.refuse)

    def leave_empty(self, request, response):
        """Take a page as it would go to its template, which takes most of the time, for done."""
        response.content = b""
        return response

    def refuse(self, request, exception):
        """Answer as Django does, but without the pages for it."""
        if isinstance(exception, PermissionDenied):
            return HttpResponseForbidden()
        return HttpResponseNotFound() if isinstance(exception, Http404) else None


class QuickClient(Client):
    """Answers with statuses and with `context_data`, as a view made it; not with words."""

    def __init__(self, user=None, **kwargs):
        super().__init__(**kwargs)
        self.handler = UnrenderedHandler(self.handler.enforce_csrf_checks)
        if user is not None:
            self.force_login(user)
