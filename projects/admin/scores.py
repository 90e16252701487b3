"""评分表: the page on which a round is rated, row by row, as a month is filled in."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from aidtracker.ground.scope import may, readable
from projects.admin.grid import asked_page, fill_in, row_context
from projects.models import Assessment, AssessmentRound
from projects.monthly.scores import ScoreGrid, as_number


@require_http_methods(["GET", "HEAD", "POST"])
def scores(request: HttpRequest) -> HttpResponse:
    """The page of a round; without one, what has to be there first."""
    if not (may(request.user, "view", Assessment) or may(request.user, "change", Assessment)):
        raise PermissionDenied
    if request.method == "GET" and not rounds(request).exists():
        context = {**admin.site.each_context(request), "title": "评分"}
        return TemplateResponse(request, "admin/projects/no_rounds.html", context)
    return fill_in(request, asked_round, scores_page)


def rounds(request: HttpRequest) -> QuerySet:
    """The rounds that a user may see, the latest first."""
    return readable(AssessmentRound.objects.select_related("scheme__headquarters"), request.user)


def asked_round(request: HttpRequest, **options: Any) -> ScoreGrid:
    """The round that the address names, else the latest. Raises Http404."""
    found, asked = rounds(request), request.GET.get("round", "")
    chosen = found.filter(pk=as_number(asked)).first() if asked else found.first()
    if chosen is None:
        raise Http404("No such round for this user.")
    return ScoreGrid.of(chosen, request.user, **{"page": asked_page(request), **options})


def scores_page(request: HttpRequest, page: ScoreGrid) -> HttpResponse:
    context = {**row_context(request, page), "rounds": rounds(request)}
    return TemplateResponse(request, "admin/projects/scores.html", context)
