"""How often a visitor may ask for what is not kept: counted in the cache, where there is one."""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from redis import RedisError

from aidtracker.pages.cards import CARD
from aidtracker.pages.charts import PICTURE
from aidtracker.pages.kept import is_made_again
from aidtracker.pages.limits import is_of_a_visitor
from aidtracker.pages.problems import is_asked_by_program
from aidtracker.trail.acts import address_of

# What one household or office has of the addresses of IPv6.
NETWORK = 64
WORD = "docx"  # the end of the address of a Word file that is made for who asks


@dataclass(frozen=True)
class Rate:
    """So many times in so many seconds for one visitor, and for all together."""

    name: str
    seconds: int
    of_one: int
    of_all: int

    def wait(self, request: HttpRequest) -> int:
        """Count a request: 0 if it may be, else how many seconds until it may."""
        found = self.standing(request)
        return found.seconds if found.is_over else 0

    def standing(self, request: HttpRequest) -> "Standing":
        """Count a request, and say where its visitor stands.

        Without the shared cache each process counts for itself; one that is away lets all in.
        """
        now = int(time.time())
        window, seconds = now // self.seconds, self.seconds - now % self.seconds
        counts = [(visitor(request), self.of_one), ("all", self.of_all)]
        left = self.of_one
        with suppress(RedisError):
            for who, limit in counts:
                place = f"rate:{self.name}:{window}:{who}"
                cache.add(place, 0, self.seconds)
                left = min(left, limit - cache.incr(place))
                if left < 0:
                    break
        return Standing(max(left, 0), seconds, is_over=left < 0)


@dataclass(frozen=True)
class Standing:
    """How often a visitor may still ask, and after how many seconds it is counted anew."""

    left: int
    seconds: int
    is_over: bool


def visitor(request: HttpRequest) -> str:
    """Who asks, as far as the network tells, in a form that does not tell it on."""
    said = address_of(request) or ""
    if said and ip_address(said).version > 4:
        said = str(ip_network(f"{said}/{NETWORK}", strict=False))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


WHOLE = ("/iati/", "/sdmx/")


def is_file(request: HttpRequest) -> bool:
    """Whether a whole list or a text is asked for as a file, of which there is no kept copy."""
    path = request.path_info
    is_whole = path.startswith(WHOLE) or path.endswith(f"/{WORD}") or "/table." in path
    return bool(request.GET.get("download")) or is_whole


def is_data(request: HttpRequest) -> bool:
    """Whether a whole dataset is asked for, which is mostly kept."""
    return request.path_info.startswith("/data/") and not request.path_info.endswith("/")


def is_picture(request: HttpRequest) -> bool:
    """Whether a picture is asked for, which takes longer to draw than its page to make."""
    return request.path_info.endswith((f"/{CARD}", f"/{PICTURE}"))


def is_suggestion(request: HttpRequest) -> bool:
    return request.path_info == "/search/names/"


def is_search(request: HttpRequest) -> bool:
    is_counted = is_suggestion(request) or is_asked_by_program(request)
    return "q" in request.GET and not is_counted


# An office of fifty behind one address reads and searches undisturbed; a program that walks
# through all there is has the files. The first that fits counts.
RATES: tuple[tuple[Callable[[HttpRequest], bool], Rate], ...] = (
    (is_file, Rate("file", seconds=600, of_one=60, of_all=3000)),
    # All datasets in all formats, twice.
    (is_data, Rate("data", seconds=600, of_one=300, of_all=6000)),
    (is_picture, Rate("picture", seconds=600, of_one=120, of_all=6000)),
    (is_suggestion, Rate("suggestion", seconds=60, of_one=600, of_all=12_000)),
    (is_search, Rate("search", seconds=60, of_one=60, of_all=3000)),
)


class VisitorRates:
    """Lets a visitor ask for files and searches only so often; pages that are kept do not count."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        rate = next((rate for applies, rate in RATES if applies(request)), None)
        is_counted = rate and not is_made_again(request) and is_of_a_visitor(request)
        if rate and is_counted and (seconds := rate.wait(request)):
            return too_often(request, seconds)
        return self.get_response(request)


def too_often(request: HttpRequest, seconds: int) -> HttpResponseBase:
    """The page that says when to ask again, to people and in a header to programs."""
    advice = f"从您的网络来的请求太多。请过{in_words(seconds)}再试；已经打开的页面可以继续看。"
    context = {"title": "问得太频繁", "advice": advice}
    return refused(render(request, "error.html", context, status=429), seconds)


def refused(page: HttpResponseBase, seconds: int) -> HttpResponseBase:
    page["Retry-After"] = str(seconds)
    page["Cache-Control"] = "no-store"
    return page


def in_words(seconds: int) -> str:
    return f" {seconds} 秒" if seconds < 60 else f" {-(-seconds // 60)} 分钟"
