"""Sitemaps: an index of all kinds of rows, and for each kind files of the rows of some numbers.

A file holds the rows whose numbers in the database lie in one range, so that none has to count or
skip what stands before it.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime

from aidtracker.ground.addresses import address
from aidtracker.ground.datasets import Dataset, declared
from aidtracker.ground.features import Paged
from aidtracker.ground.tallies import numbered
from aidtracker.pages.navigation import places
from aidtracker.pages.paging import kept
from aidtracker.pages.site import absolute

NUMBERS = 5_000
TYPE = "application/xml; charset=utf-8"


def shown() -> list[Dataset]:
    """The datasets whose rows have pages."""
    return [one for one in declared() if not one.model.IS_INTERNAL and has_pages(one.model)]


def has_pages(model: type[Any]) -> bool:
    return hasattr(model, "get_absolute_url")


def files() -> list[tuple[str, int]]:
    """All files as (dataset, which range): one query."""
    found = shown()
    parts = [numbered(at, one.model.objects.published(), Max("pk")) for at, one in enumerate(found)]
    last = dict(parts[0].union(*parts[1:], all=True))
    return [
        (one.name, number)
        for at, one in enumerate(found)
        for number in range((last[at] or 0) // NUMBERS + 1 if last.get(at) else 0)
    ]


def index(request: HttpRequest) -> HttpResponse:
    places = [("pages", 0), *kept("sitemaps", files)]
    addresses = [absolute(request, reverse("sitemap", args=one)) for one in places]
    context = {"addresses": addresses}
    return render(request, "sitemap_index.xml", context, content_type=TYPE)


def sitemap(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The rows of a dataset in one range of numbers; Http404 where none has a page."""
    by_name = {one.name: one for one in shown()}
    if name == "pages" and not number:
        found = [(one, "") for one in pages()]
    elif name in by_name:
        found = list(rows_in(by_name[name].model, number))
    else:
        found = []
    if not found:
        raise Http404
    urls = [(absolute(request, place), day) for place, day in found]
    return render(request, "sitemap.xml", {"urls": urls}, content_type=TYPE)


def pages() -> list[str]:
    """The pages that belong to no row."""
    named = ["/", *lists(), *(place for _, place in places()), *open_datasets()]
    return list(dict.fromkeys(named))


def open_datasets() -> Iterator[str]:
    """The pages that hand out whole datasets, and the frozen editions."""
    for one in declared():
        if one.is_open:
            yield reverse("data-set", args=[one.name])
    yield reverse("data-editions")
    yield reverse("api-page")


def lists() -> Iterator[str]:
    for one in declared():
        try:
            yield reverse(f"{one.model._meta.model_name}-list")
        except NoReverseMatch:
            continue


def rows_in(model: type[Any], number: int) -> Iterator[tuple[str, str]]:
    """The address of each public row with a number in a range, and the day it was changed."""
    first = number * NUMBERS
    rows = model.objects.published().filter(pk__gte=first, pk__lt=first + NUMBERS).order_by("pk")
    if issubclass(model, Paged):
        page = model.page_name()
        for *keys, changed in rows.values_list(*model.PAGE, "updated_at"):
            yield address(page, *keys), localtime(changed).date().isoformat()
    else:
        for row in rows.only(*model.KEY, *model.ADDRESS_SAYS, "updated_at"):
            yield row.get_absolute_url(), localtime(row.updated_at).date().isoformat()


def page(request: HttpRequest) -> HttpResponse:
    """网站地图: all entries of the navigation on one page."""
    return render(request, "sitemap.html")
