"""The pages that belong to no single record: search, robots, errors."""

import sys

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from aidtracker.pages import problems
from aidtracker.pages.failures import failure_of_session, failure_page, failure_to_tell
from aidtracker.pages.listing import clean_parameters
from aidtracker.pages.refusals import is_for_staff, nothing_there, refusal
from aidtracker.pages.searching import search_everything, suggestions
from aidtracker.pages.site import absolute

CLOSED = ("/admin/", "/search/", "/report/", "/large/", "/*?*download=", "/*?*cite=")
CLOSED += ("/*/table.", "/api/v1/")  # any selection of rows
# Whole datasets, once each; not every selection of their rows.
OPEN = ("/data/", "/iati/", "/sdmx/")
ROBOTS = "".join(
    [
        "User-agent: *\n",
        *(f"Allow: {place}\n" for place in OPEN),
        *(f"Disallow: {place}\n" for place in CLOSED),
    ]
)


def search(request: HttpRequest) -> HttpResponse:
    parameters, notices = clean_parameters(request.GET)
    words = parameters.get("q", "")
    groups = search_everything(words)
    best = groups[0].best if groups else None
    context = {"words": words, "notices": notices, "groups": groups, "best": best}
    return render(request, "search.html", context)


def suggested_names(request: HttpRequest) -> JsonResponse:
    """The names that fit what is being typed, with their kinds, for the box of the search."""
    parameters, _ = clean_parameters(request.GET)
    hits = suggestions(parameters.get("q", ""))
    return JsonResponse({"names": [{"text": hit.text, "kind": hit.kind} for hit in hits]})


def robots(request: HttpRequest) -> HttpResponse:
    where = absolute(request, reverse("sitemap-index"))
    text = f"{ROBOTS}Sitemap: {where}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def error_page(request, status, title, advice):
    return render(request, "error.html", {"title": title, "advice": advice}, status=status)


def bad_request(request, exception):
    if failure := failure_of_session(exception):
        return failure_page(request, failure)
    title, advice = "请求有误", "这个地址或表单有不能识别的内容，请返回后重试。"
    if isinstance(exception, DisallowedHost):
        # The frame of the site names its own address.
        context = {"title": title, "advice": advice, "address": "/", "typed": [], "is_asked": True}
        return HttpResponse(render_to_string("failure.html", context), status=400)
    return error_page(request, 400, title, advice)


def permission_denied(request, exception):
    if is_for_staff(request):
        return refusal(request)
    return error_page(request, 403, "没有权限", "这一页只对有权限的工作人员开放。")


def page_not_found(request, exception):
    if problems.is_asked_by_program(request):
        return problems.not_found()
    if is_for_staff(request):
        return nothing_there(request)
    return error_page(request, 404, "没有这一页", "地址可能已改动，可以从下面的入口或检索找到它。")


def server_error(request):
    """Without the frame of the site: whatever broke may be in it."""
    if failure := failure_to_tell(sys.exc_info()[1]):
        return failure_page(request, failure)
    if problems.is_asked_by_program(request):
        return problems.internal_error()
    return HttpResponse(render_to_string("500.html"), status=500)
