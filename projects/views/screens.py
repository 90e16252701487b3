"""大屏: the figures to show first of a headquarters or a place, for a wall that nobody touches."""

from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from aidtracker.pages.shapes import text_width
from aidtracker.pages.site import absolute
from aidtracker.templatetags.formatting import split_figure
from programs.models import Headquarters, Region
from projects.models import Observation, Series
from projects.models.figure_queries import ObservationQuerySet
from projects.views.added import within
from projects.views.leading import chosen

FIGURES = 8  # that can be read at five metres
LOOKED_AT = 120
MINUTES = 5
# How many large characters a figure is wide, for which the stylesheet has sizes.
NARROWEST, WIDEST = 5, 14
LARGE = 1.25  # bold, in the widest of our typefaces
SMALL = 0.525 * LARGE  # hedge and unit beside the number


def figures_of(row: Any) -> ObservationQuerySet:
    """The public figures of a headquarters, or of a place."""
    if isinstance(row, Headquarters):
        return Series.objects.of_headquarters(row).published_figures()
    return Series.objects.of_place(row).published_figures()


def shown_of(row: Any) -> list[Observation]:
    """The figures to show: its own, then those of the places, parks and firms in it."""
    own = chosen(figures_of(row).headline().first_rows(LOOKED_AT))
    if len(own) >= FIGURES or isinstance(row, Headquarters):
        return own[:FIGURES]
    return [*own, *chosen(within(row).headline().first_rows(LOOKED_AT))][:FIGURES]


def subjects_of(figure: Observation, row: Any) -> str:
    """Whom a figure is about beside the one whose screen it is."""
    return " · ".join(str(one) for one in figure.series.subjects if one != row)


def width_of(printed: str, is_contradicted: bool) -> int:
    """How wide a figure is in large characters: it is never parted from its unit."""
    parts = split_figure(printed)
    mark = "≠" if is_contradicted else ""
    width = text_width(parts.number, LARGE) + text_width(f"{parts.hedge}{parts.unit}{mark}", SMALL)
    return min(max(ceil(width), NARROWEST), WIDEST)


@require_safe
def screen(request: HttpRequest, slug: str) -> HttpResponse:
    """One screen of figures, each with its time, scope and document; it asks anew by itself."""
    row: Any = Headquarters.objects.published().filter(slug=slug).first()
    if row is None:
        row = get_object_or_404(Region.objects.select_related("replaced_by"), slug=slug)
        if row.replaced_by:
            return redirect("screen", slug=row.replaced_by.slug)
    figures = shown_of(row)
    context = {
        "row": row,
        "figures": [
            (one, subjects_of(one, row), width_of(one.printed, one.is_contradicted))
            for one in figures
        ],
        "seconds": MINUTES * 60,
        "updated": max((one.updated_at for one in figures), default=None),
        "address": absolute(request, row.get_absolute_url()),
    }
    return render(request, "projects/screen.html", context)
