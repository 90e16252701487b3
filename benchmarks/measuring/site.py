"""The site as a server sees it: requests go through the whole program, without a network."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from importlib import import_module
from io import BytesIO
from itertools import count
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.auth.models import Permission
from django.core.wsgi import get_wsgi_application
from django.utils.crypto import get_random_string

from aidtracker.accounts.second_step import PROVED, STEP
from aidtracker.accounts.sessions import PROLONGED_AT, start
from programs.models import Account, Headquarters

NAME = "benchmark"
# Readers ask each time from another address of the network for such tests (RFC 2544): how often
# one may ask is no part of what an answer costs.
ADDRESSES = (f"198.18.{number >> 8 & 255}.{number & 255}" for number in count())
PACKED = {"HTTP_ACCEPT_ENCODING": "gzip, br, zstd"}


class RefusedError(Exception):
    """The site did not answer what was asked for; the message says what it said."""


class Answer:
    """What the site answered."""

    def __init__(self, status: str, headers: dict[str, str], content: bytes) -> None:
        self.status, self.headers, self.content = int(status.split()[0]), headers, content

    @cached_property
    def form(self) -> dict[str, list[str]]:
        """What the first form that is sent back would send if nobody typed anything."""
        reader = FormReader()
        reader.feed(self.content.decode())
        return reader.fields


class FormReader(HTMLParser):
    """The fields of the forms of a page that are sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.is_open = False
        self.name = self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            # The one with the fields of a row; the log-out button has a form of its own.
            self.is_open = given.get("method", "").lower() == "post" and given.get(
                "id", ""
            ).endswith("_form")
        if not self.is_open or "disabled" in given:
            return
        if tag == "input":
            self.take_input(given)
        elif tag in ("select", "textarea"):
            self.name, self.text = given.get("name", ""), ""
        elif tag == "option" and "selected" in given:
            self.keep(self.name, given.get("value", ""))

    def take_input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("submit", "button", "file"):
            return
        if kind in ("checkbox", "radio") and "checked" not in given:
            return
        self.keep(given.get("name", ""), given.get("value", "on" if kind == "checkbox" else ""))

    def keep(self, name: str, value: str) -> None:
        if name:
            self.fields.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_open = False
        elif tag == "textarea" and self.is_open:
            self.keep(self.name, self.text.removeprefix("\n"))


class Visitor:
    """Somebody with a browser: a reader, or a user who has logged in."""

    def __init__(self, application: Any, user: Any = None) -> None:
        self.application, self.cookies = application, SimpleCookie()
        self.is_staff = user is not None
        if user is not None:
            self.log_in(user)

    def log_in(self, user: Any) -> None:
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        start(session, user)
        session[STEP] = PROVED
        # However long it takes: no page that is measured prolongs the session besides.
        session[PROLONGED_AT] += 24 * 3600
        session.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    def get(self, address: str, *, expected: int = 200, **headers: str) -> Answer:
        return self.ask("GET", address, b"", expected, headers)

    def take(self, address: str) -> None:
        """Read a file to its end and keep nothing of it."""
        self.ask(
            "GET", address, b"", 200, {}, read=lambda parts: b"".join(one[:0] for one in parts)
        )

    def begin(self, address: str) -> bytes:
        """The first part of a file that somebody breaks off."""
        return self.ask("GET", address, b"", 200, {}, read=lambda parts: next(iter(parts))).content

    def post(
        self, address: str, fields: dict[str, Any], *, expected: int = 302, **headers: str
    ) -> Answer:
        headers |= {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
        return self.ask("POST", address, urlencode(fields, doseq=True).encode(), expected, headers)

    def ask(
        self,
        method: str,
        address: str,
        body: bytes,
        expected: int,
        headers: dict[str, str],
        read: Callable[[Iterable[bytes]], bytes] = b"".join,
    ) -> Answer:
        """Raises RefusedError for another status than expected."""
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            # As WSGI has it: bytes of the path, written as Latin letters.
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1" if self.is_staff else next(ADDRESSES),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_COOKIE": self.cookies.output(attrs=[], header="", sep=";").strip(),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.version": (1, 0),
            **headers,
        }
        said: list[Any] = []
        response = self.application(environ, lambda *head: said.extend(head[:2]))
        try:
            content = read(response)
        finally:
            getattr(response, "close", lambda: None)()
        status, pairs = said
        for name, value in pairs:
            if name.lower() == "set-cookie":
                self.cookies.load(value)
        answer = Answer(status, dict(pairs), content)
        if answer.status != expected:
            is_text = "Content-Encoding" not in answer.headers
            words = f", {content[:200].decode(errors='replace')}" if is_text else ""
            raise RefusedError(f"{method} {address}: {status}{words}")
        return answer


class Site:
    """The program on the database in use, with a reader and with somebody who may do all."""

    def __init__(self) -> None:
        self.application = get_wsgi_application()

    @cached_property
    def reader(self) -> Visitor:
        return Visitor(self.application)

    @cached_property
    def user(self) -> Any:
        """An account nobody can log in to by a password."""
        users = get_user_model()._default_manager
        found = users.filter(username=NAME).first()
        if found is None:
            found = users.create_superuser(NAME, password=get_random_string(40))
        Account.objects.get_or_create(user=found, defaults={"reach": Account.Reach.CHANGES_ALL})
        return found

    @cached_property
    def clerk(self) -> Any:
        """An account of one headquarters, which enters and changes projects."""
        users = get_user_model()._default_manager
        found, is_new = users.get_or_create(username=f"{NAME}-clerk", defaults={"is_staff": True})
        if is_new:
            words = ("add_project", "change_project", "view_project")
            found.user_permissions.set(Permission.objects.filter(codename__in=words))
            account = Account.objects.create(user=found)
            account.headquarters.set(Headquarters.objects.order_by("pk")[:1])
        return users.get(pk=found.pk)

    @cached_property
    def keeper(self) -> Visitor:
        return Visitor(self.application, self.user)

    def page(self, address: str) -> Any:
        """The work of answering a reader, packed as their browser asks for it."""
        return lambda: self.reader.get(address, **PACKED).content

    def desk(self, address: str) -> Any:
        """The work of answering the keeper."""
        return lambda: self.keeper.get(address, **PACKED).content


def pages(several: dict[str, str], ask: Any) -> Iterator[tuple[str, Any]]:
    """The work of each of several pages, by name."""
    for name, address in several.items():
        yield name, ask(address)
