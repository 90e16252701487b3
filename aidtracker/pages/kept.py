"""Public pages are made once for each edition of the record and kept, compressed, until the next.

They are the same for everybody, so whoever is not logged in gets the kept copy, and whoever has
it already is told so without making it again. What the key of a copy holds decides what is never
stale: a worker needs nobody to tell it that something was published.
"""

import gzip
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import brotli
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, Error
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from redis import RedisError

from aidtracker.ground import edition
from aidtracker.pages.security import ADMIN_PREFIX

SAFE_METHODS = ("GET", "HEAD")
# Compressed; with the number of copies in the settings it bounds a worker's memory.
LARGEST = 128 * 1024
SECONDS = 24 * 3600
# The best first. These pages hold nothing secret, so their length tells nothing (BREACH).
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")
# Files of ours that decide how a page looks.
SUFFIXES = {".py", ".html", ".css", ".js"}
# A change within the second in which an edition was first seen would have the same date.
SETTLED = 2

Handler = Callable[[HttpRequest], HttpResponseBase]


class Passing(HttpResponse):
    """An answer for who walks through all there is: named, but not kept in the place of pages."""


def files() -> Iterator[Path]:
    yield settings.BASE_DIR / "requirements.txt"
    folders = [Path(config.path) for config in apps.get_app_configs()]
    own = [folder for folder in folders if folder.parent == settings.BASE_DIR]
    for folder in (*own, settings.BASE_DIR / "templates"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and "tests" not in path.parts:
                yield path


def hash_of_files() -> str:
    digest = hashlib.sha256()
    for path in files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


hash_at_start = cache(hash_of_files)


def program() -> str:
    """What tells this program from the one before or after it, on whatever machine."""
    return hash_of_files() if settings.DEBUG else hash_at_start()


class Latest:
    """The edition that this process saw last, and since when it knows it."""

    edition = ""
    since = 0.0

    def date(self, current: str) -> str:
        """When an edition was first seen, as headers say it; empty as long as that is not safe."""
        now = time.time()
        if current != self.edition:
            self.edition, self.since = current, now
        return http_date(int(self.since)) if now - self.since >= SETTLED else ""


def is_for_everybody(request: HttpRequest) -> bool:
    """Whether a page is asked for that holds nothing of whoever asks."""
    return (
        request.method in SAFE_METHODS
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.path_info.startswith(ADMIN_PREFIX)
    )


def staff_of(request: HttpRequest) -> Any:
    """The member of the staff who asks, or None; of readers no session is looked for, since their
    pages are the same for everybody."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_active and request.user.is_staff else None


def is_made_again(request: HttpRequest) -> bool:
    """Whether its page was made before, and so who asks was counted and noted down."""
    return getattr(request, "is_made_again", False)


def is_same_for_everybody(response: HttpResponseBase) -> bool:
    """Whether a page was made without asking who it is for."""
    return not response.cookies and "cookie" not in response.get("Vary", "").lower()


def encoding_for(request: HttpRequest) -> str:
    """The best way to compress that a browser takes; empty for none."""
    offers = request.META.get("HTTP_ACCEPT_ENCODING", "").lower().split(",")
    taken = {offer.partition(";")[0].strip() for offer in offers if not REFUSED.search(offer)}
    return next((name for name in ENCODINGS if name in taken), "")


class KeptPages:
    """Answers with kept pages, keeps new ones, and tells browsers what they may keep themselves."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.latest = Latest()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_for_everybody(request):
            return self.answer_one(request)
        try:
            # First the edition, then what is shown: a page may be newer than its name, not older.
            number = edition.current()
        except DatabaseError:
            return self.get_response(request)
        current = f"{number} {timezone.localdate()} {program()}"
        address = f"{request.scheme} {request.get_host()} {request.get_full_path()}"
        name = hashlib.sha256(f"{current} {address}".encode()).hexdigest()[:32]
        with edition.held(number):
            return self.answer(request, name, self.latest.date(current))

    def answer_one(self, request: HttpRequest) -> HttpResponseBase:
        """A page for one person, who reads: the edition is asked for where something needs it."""
        if request.method not in SAFE_METHODS:
            return self.get_response(request)
        asked = cache(edition.current)
        with edition.held(asked):
            response = self.get_response(request)
            # In the admin drafts are shown anyhow, and some of its pages say a thing only once.
            if request.path_info.startswith(ADMIN_PREFIX) or not asked.cache_info().currsize:
                return response
            return self.as_it_is_now(request, response)

    def as_it_is_now(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """A page, or another in its place if something was published while it was made."""
        try:
            if response.status_code >= HTTPStatus.BAD_REQUEST or not edition.is_over():
                return response
        except Error:  # nobody knows whether it is: it is shown, but not kept
            response["Cache-Control"] = "no-store"
            return response
        for close in response._resource_closers:  # type: ignore[attr-defined]
            close()  # but for what `response.close` tells all: that the request is over
        request.is_made_again = True  # type: ignore[attr-defined]
        with edition.held(""):  # what is hidden is asked for anew
            return self.get_response(request)

    def answer(self, request: HttpRequest, name: str, date: str) -> HttpResponseBase:
        if has_it(request, name, date):
            response: HttpResponseBase = HttpResponse(status=304)
            say_name(response, name)
        else:
            response = self.page(request, name)
        is_dated = response.has_header("Last-Modified")  # by itself, as a file is
        if date and response.has_header("ETag") and not is_dated:
            response["Last-Modified"] = date
        return response

    def page(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """The kept page, or a new one."""
        encoding = encoding_for(request)
        place = f"{name}:{encoding}"
        with suppress(RedisError):  # a shared cache that is away is no reason to show nothing
            if found := caches["pages"].get(place):
                body, headers = found
                return HttpResponse(body, headers=headers)
        response = self.as_it_is_now(request, self.get_response(request))
        if response.status_code != 200 or response.has_header("Cache-Control"):
            return response
        is_kept = isinstance(response, HttpResponse) and is_same_for_everybody(response)
        say_name(response, name)
        if is_kept:
            compress(response, encoding)
        if is_kept and not isinstance(response, Passing):
            keep(place, response)
        return response


def has_it(request: HttpRequest, name: str, date: str) -> bool:
    """Whether a browser has the page of this name; nothing is made or read to know it."""
    tags = request.META.get("HTTP_IF_NONE_MATCH")
    since = request.META.get("HTTP_IF_MODIFIED_SINCE")
    return name in tags if tags else bool(date) and since == date


def say_name(response: HttpResponseBase, name: str) -> None:
    """Let a browser keep a page under its name."""
    response["ETag"] = f'W/"{name}"'
    # Asked for anew each time, and only here: somebody may have logged in meanwhile.
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ("Accept-Encoding",))


def keep(place: str, response: HttpResponse) -> None:
    """Keep a page for others, unless it is so large that it would take the place of many."""
    if len(response.content) <= LARGEST:
        with suppress(RedisError):
            caches["pages"].set(place, (response.content, dict(response.items())), SECONDS)


def compress(response: HttpResponse, encoding: str) -> None:
    """Let a page be as short as its browser can read it."""
    if encoding and not response.has_header("Content-Encoding"):
        response.content = ENCODINGS[encoding](response.content)
        response["Content-Encoding"] = encoding
        response["Content-Length"] = str(len(response.content))


class Compression(GZipMiddleware):
    """Compresses all other pages, with random lengths added, as they may hold secrets.

    Files that are written while they are sent are not: that would take longer than making them.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return response if response.streaming else super().process_response(request, response)
