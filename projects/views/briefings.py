"""The public pages of texts: the list of those that were made public, each edition, its files."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from aidtracker.pages.tables import Column, Item, table
from aidtracker.templatetags.formatting import day
from projects.briefings.comparing import is_of_matters
from projects.briefings.files import file_of
from projects.briefings.setting import NAMED, others_of, page_of
from projects.models.briefings import BriefingEdition
from projects.views.matters import unkept

MOST_LISTED = 200
COLUMNS = (
    Column("文稿", lambda one: Item(one.briefing.title, one.get_absolute_url())),
    Column("提纲", lambda one: one.briefing.get_outline_display()),
    Column("写的是", lambda one: one.briefing.subject),
    Column("版次", lambda one: one.name),
    Column("公开", lambda one: day(one.published_at)),
)


def editions() -> QuerySet:
    rows = BriefingEdition.objects.published().without_content().select_related(*NAMED)
    return rows.order_by("-published_at", "-pk")


@require_safe
def briefing_list(request: HttpRequest) -> HttpResponse:
    rows = list(editions()[: MOST_LISTED + 1])
    shown = table(f"公开的文稿（{len(rows[:MOST_LISTED])} 版）", COLUMNS, rows[:MOST_LISTED])
    context = {"table": shown, "most": MOST_LISTED if len(rows) > MOST_LISTED else 0}
    return render(request, "projects/briefing_list.html", context)


@require_safe
def latest(request: HttpRequest, briefing: int) -> HttpResponse:
    """The newest public edition."""
    found = editions().filter(briefing=briefing).order_by("-number").first()
    if found is None:
        raise Http404
    return redirect(found)


def public_edition(briefing: int, number: int) -> BriefingEdition:
    rows = BriefingEdition.objects.published().select_related(*NAMED, "briefing__maintainer")
    return get_object_or_404(rows, briefing=briefing, number=number)


@require_safe
def edition(request: HttpRequest, briefing: int, number: int) -> HttpResponseBase:
    """The text as it was frozen, with marks at what became of its figures since."""
    found = public_edition(briefing, number)
    trail = [Item("文稿", reverse("briefings"))]
    page = page_of(found, others_of(found, is_public=True))
    # On a phone they would be longer than the text.
    context = {**page, "trail": trail, "are_notes_open": False}
    return as_of_now(found, render(request, "projects/briefing.html", context))


@require_safe
def file(request: HttpRequest, briefing: int, number: int, extension: str) -> HttpResponseBase:
    """The Word file, or the content as data."""
    found = public_edition(briefing, number)
    return as_of_now(found, file_of(found, extension))


def as_of_now(found: BriefingEdition, response: HttpResponseBase) -> HttpResponseBase:
    """Made for each who asks, if it tells of matters: what is released can be taken back."""
    return unkept(response) if is_of_matters(found.content) else response
