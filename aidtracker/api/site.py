"""`/api/v1/`: the datasets, their rows, one row; and the document that says all of it (OpenAPI)."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path, reverse
from ninja import NinjaAPI, Query
from ninja.errors import ValidationError

from aidtracker.api.asked import Asked, asked, conditioned
from aidtracker.api.cursors import cursor, last_of, mark_of
from aidtracker.api.document import (
    MEANINGS,
    Api,
    Index,
    page_of,
    parameters_of,
    problems,
    row_of,
)
from aidtracker.api.page import trial
from aidtracker.api.past import conditioned_then, read_then, states_on
from aidtracker.api.rows import Shown, finished, numbers_after, read
from aidtracker.api.sets import ApiSet, sets_of
from aidtracker.api.written import written
from aidtracker.pages.asking import refuse
from aidtracker.pages.kept import Passing
from aidtracker.pages.problems import PAGE, Problem, not_found
from aidtracker.pages.site import absolute, origin
from aidtracker.pages.terms import licence

TYPE = "application/json; charset=utf-8"
VERSION = "1"
PREFIX = f"/api/v{VERSION}/"
UNDERSTOOD = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
DESCRIPTION = (
    "只读，不需要账号。条件与网页上的列表相同；选项写代码，所指的记录写编号、网址名或全名；"
    "不知道的是 null，不是 0。"
    "一页没有读完时，照 next 接着读：其间新增的记录不会打乱顺序。"
    "每个回答有 ETag 和 Last-Modified，带着它们再问，没有变化时回答 304。"
    "问得太频繁时回答 429，Retry-After 说明几秒以后再问。"
)
FAILED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def json_of(value: Any, kind: type[HttpResponse] = HttpResponse) -> HttpResponse:
    return kind(written(value), content_type=TYPE)


def place_of(found: ApiSet) -> str:
    return f"{PREFIX}{found.place}"


def page(request: HttpRequest, found: ApiSet) -> HttpResponse:
    """Some rows of a dataset, and where the next stand."""
    wish = asked(found, request.GET, is_list=True)
    mark = mark_of(found.name, {**wish.conditions, "as_of": str(wish.as_of)})
    last = last_of(wish.cursor, mark) if wish.cursor else 0
    shown = Shown.of(found, wish.fields, origin(request))
    numbers = numbers_of(request, found, wish, last)
    here, following = numbers[: wish.limit], ""
    if len(numbers) > wish.limit:
        following = address(request, {**request.GET.dict(), "cursor": cursor(mark, here[-1])})
    response = json_of(
        {
            "dataset": found.name,
            "as_of": wish.as_of and wish.as_of.isoformat(),
            "rows": told(found, here, shown, wish.as_of),
            "next": following or None,
        },
        Passing if wish.cursor else HttpResponse,
    )
    if following:
        response["Link"] = f'<{following}>; rel="next"'
    return response


def numbers_of(request: HttpRequest, found: ApiSet, wish: Asked, last: int) -> list[int]:
    """The numbers of the rows of a page and of one more, where there is one."""
    size, narrowed = wish.limit + 1, bool(wish.conditions)
    if wish.as_of is None:
        rows = conditioned(found, request, wish.conditions)
        return numbers_after(rows, last, size, is_narrowed=narrowed)
    states = states_on(found.model, wish.as_of)
    met = conditioned_then(found, request, wish.conditions, states)
    return numbers_after(met, last, size, is_narrowed=narrowed, key="id")


def told(found: ApiSet, numbers: list[int], shown: Shown, day: date | None) -> list[dict[str, Any]]:
    """The rows of some numbers, in their order, as they are or were on a day."""
    if day is None:
        rows = found.model.objects.published().filter(pk__among=numbers)
        return finished(read(rows, shown.fields), numbers, shown, day)
    states = states_on(found.model, day).filter(id__among=numbers)
    return finished(read_then(states, shown.fields), numbers, shown, day)


def address(request: HttpRequest, parameters: Mapping[str, str]) -> str:
    return absolute(request, f"{request.path}?{urlencode(parameters)}")


def one_row(request: HttpRequest, found: ApiSet, key: Iterable[Any]) -> HttpResponse:
    """One row, by what names it in the address of its page."""
    wish: Asked = asked(found, request.GET, is_list=False)
    numbers = list(found.at(*key).values_list("pk", flat=True)[:1])
    rows = told(found, numbers, Shown.of(found, wish.fields, origin(request)), wish.as_of)
    if not rows:
        raise Http404
    return json_of(rows[0])


def index(request: HttpRequest, sets: Iterable[ApiSet]) -> HttpResponse:
    """All datasets: where each stands, and what its fields mean."""
    here = origin(request)
    return json_of(
        {
            "licence": settings.SITE["licence"] or None,
            "document": f"{here}{reverse('api:openapi-json')}",
            "datasets": [described(one, here) for one in sets],
        }
    )


def described(found: ApiSet, here: str) -> dict[str, Any]:
    return {
        "name": found.name,
        "label": found.label,
        "about": found.about,
        "address": f"{here}{place_of(found)}",
        "conditions": {name: str(one.label) for name, one in found.conditions.items()},
        "fields": [
            {"name": one.name, "label": one.label, "meaning": getattr(one, "meaning", "")}
            for one in (*found.fields(), *found.further)
        ],
    }


# The views, with the signatures that ninja reads


def with_signature(view: Callable[..., HttpResponse], parameters: dict[str, Any]) -> Any:
    """A view whose parameters have these types; what it takes besides the request is ignored but
    for those of the path."""
    found = [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    for name, kind in parameters.items():
        found.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind))
    view.__signature__ = inspect.Signature(found)  # type: ignore[attr-defined]
    return view


def missing(request: HttpRequest) -> HttpResponse:
    """Whatever else is asked for under the API's address."""
    return not_found()


def list_view(found: ApiSet) -> Any:
    def view(request: HttpRequest, **given: Any) -> HttpResponse:
        return page(request, found)

    view.__name__ = f"{found.name}_list"
    return with_signature(view, {"query": Query[parameters_of(found, is_list=True)]})  # type: ignore


def row_view(found: ApiSet) -> Any:
    names = [name for _, name in found.keys]

    def view(request: HttpRequest, **given: Any) -> HttpResponse:
        return one_row(request, found, [given[name] for name in names])

    view.__name__ = f"{found.name}_row"
    types = {name: int if kind == "int" else str for kind, name in found.keys}
    query = Query[parameters_of(found, is_list=False)]  # type: ignore[misc]
    return with_signature(view, {**types, "query": query})


def api_routes(pages: Iterable[type[Any]]) -> list[Any]:
    """The addresses of the API of the datasets that some pages show, and of the page about it."""
    place, sets = PREFIX.lstrip("/"), sets_of(pages)

    def about(request: HttpRequest) -> HttpResponse:
        return trial(request, sets, PREFIX, page)

    return [
        path(PAGE.lstrip("/"), about, name="api-page"),
        path(place, make_api(sets).urls),
        re_path(rf"^{place}[\s\S]*$", missing),
    ]


def make_api(sets: dict[str, ApiSet]) -> NinjaAPI:
    terms = licence()
    api = Api(
        title=f"{settings.SITE['name']} API",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        urls_namespace="api",
        openapi_extra={"info": {"license": {"name": terms.title, "url": terms.address}}},
    )
    add = api.default_router.add_api_operation

    def datasets(request: HttpRequest) -> HttpResponse:
        return index(request, sets.values())

    extra = problems(*FAILED)
    add("/", ["GET"], datasets, response=Index, summary="数据集", openapi_extra=extra)
    for found in sets.values():
        add_operations(add, found)
    refuse_in_our_way(api)
    return api


def add_operations(add: Callable[..., Any], found: ApiSet) -> None:
    row = row_of(found)
    common = {"tags": [found.label], "openapi_extra": problems(*UNDERSTOOD)}
    add(
        f"/{found.place}",
        ["GET"],
        list_view(found),
        response=page_of(found, row),
        summary=f"{found.label}：列表",
        description=found.about or None,
        **common,
    )
    if found.keys:
        pieces = "/".join(f"{{{kind}:{name}}}" for kind, name in found.keys)
        place = f"/{found.place}/{pieces}"
        summary = f"{found.label}：一条"
        add(place, ["GET"], row_view(found), response=row, summary=summary, **common)


def refuse_in_our_way(api: NinjaAPI) -> None:
    """Let every failure be a problem in the form of RFC 9457."""
    api.add_exception_handler(Problem, lambda request, error: error.response())
    api.add_exception_handler(Http404, lambda request, error: not_found())
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(Exception, hand_on)


def hand_on(request: HttpRequest, error: Exception) -> HttpResponse:
    """Left to the site, which knows what broke and writes it into the log."""
    raise error


def invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """What ninja refused: a type, a length, a choice."""
    first = error.errors[0]
    name, words = str(first["loc"][-1]), "不是可用的写法，见接口文档。"
    if choices := re.findall("'([^']*)'", first.get("ctx", {}).get("expected", "")):
        words = f"没有这一选项；可用的有 {'、'.join(choices)}。"
    elif name in MEANINGS:
        words = f"不是可用的写法。{MEANINGS[name]}"
    return refuse(name, words).response()
