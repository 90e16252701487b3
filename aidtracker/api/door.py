"""What stands around all that programs read: who may read it from where, and how often.

It stands around the pages that are kept as well: a kept answer, too, says how many more there may
be, and pages of other sites may read it.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from aidtracker.pages.asking import HARMLESS
from aidtracker.pages.problems import PREFIX, Problem, is_asked_by_program
from aidtracker.pages.rates import Rate, Standing, in_words

# Two hundred pages of 500 rows are all figures of a country.
RATE = Rate("api", seconds=60, of_one=300, of_all=6000)
READ = ("GET", "HEAD", "OPTIONS")
ALLOWED = ", ".join(READ)
# What pages of other sites may read of an answer, and ask with.
EXPOSED = (
    "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified, Link, RateLimit,"
    " RateLimit-Policy, Repr-Digest, Retry-After"
)
TAKEN = "If-Modified-Since, If-None-Match, If-Range, Range"
SECONDS = 24 * 3600
# Whole files; how often is counted as of other files.
WHOLE = ("/data/", "/iati/", "/sdmx/")
FILES = (*WHOLE, "/feed/")


class Door:
    """Answers what is no reading itself, counts, and lets anybody's page read the rest."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(FILES):
            return open_to_all(self.file(request))
        if not is_asked_by_program(request):
            return self.get_response(request)
        standing = RATE.standing(request)
        response = self.answer(request, standing)
        response["RateLimit-Policy"] = f'"{RATE.name}";q={RATE.of_one};w={RATE.seconds}'
        response["RateLimit"] = f'"{RATE.name}";r={standing.left};t={standing.seconds}'
        return open_to_all(response)

    def answer(self, request: HttpRequest, standing: Standing) -> HttpResponseBase:
        if request.method not in READ:
            return not_allowed()
        if request.method == "OPTIONS":
            return before_reading()
        if standing.is_over:
            return too_many(standing)
        return self.head(request) if request.method == "HEAD" else self.get_response(request)

    def file(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return before_reading()
        return not_narrowed(request) or self.get_response(request)

    def head(self, request: HttpRequest) -> HttpResponseBase:
        """What reading would answer, without the answer."""
        request.method = "GET"
        response = self.get_response(request)
        if isinstance(response, HttpResponse):
            response.content = b""
        return response


def open_to_all(response: HttpResponseBase) -> HttpResponseBase:
    """Let pages of any site read an answer; nobody is logged in there."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = EXPOSED
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def before_reading() -> HttpResponse:
    """What a browser asks before it lets another site's page read."""
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response["Allow"] = response["Access-Control-Allow-Methods"] = ALLOWED
    response["Access-Control-Allow-Headers"] = TAKEN
    response["Access-Control-Max-Age"] = str(SECONDS)
    return response


def not_narrowed(request: HttpRequest) -> HttpResponse | None:
    """Why a file is not the one that was asked for: whole files take no conditions, and whoever
    writes one would take all rows for some. What only passes caches by may stand there."""
    if not request.path_info.startswith(WHOLE) or request.path_info.endswith("/"):
        return None
    name = next((one for one in request.GET if not one.startswith(HARMLESS)), None)
    if name is None:
        return None
    words = f"参数 {name[:40]}：这是整份文件，没有参数；按条件取用请从列表下载，或用 {PREFIX}v1/。"
    return Problem(HTTPStatus.BAD_REQUEST, "unknown-parameter", words, parameter=name).response()


def not_allowed() -> HttpResponse:
    words = f"这里只能读取，请用 {ALLOWED}。"
    response = Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", words).response()
    response["Allow"] = ALLOWED
    return response


def too_many(standing: Standing) -> HttpResponse:
    words = f"从您的网络来的请求太多，请过{in_words(standing.seconds)}再问。"
    response = Problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", words).response()
    response["Retry-After"] = str(standing.seconds)
    return response
