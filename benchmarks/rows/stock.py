"""Django's own admin on the same rows: what staff would have without any of this."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings
from django.urls import path

from benchmarks.measuring.registry import Work, family
from benchmarks.measuring.site import Site, Visitor
from benchmarks.rows.limits import MIDDLEWARE
from benchmarks.rows.samples import figure
from projects.models import Observation

GROUP = "Django's own admin"


class FigureAdmin(admin.ModelAdmin):
    """The columns, searches and filters of a list of figures, as the tutorial has them."""

    list_display = ("source", "number", "series", "printed", "value", "nature", "status")
    list_filter = ("status", "nature", "qualifier")
    search_fields = ("printed", "series__name", "series__metric__name", "source__title")


stock = admin.AdminSite(name="admin")
stock.register(Observation, FigureAdmin)
urlpatterns = [path("stock/", stock.urls)]
LIST = "/stock/projects/observation/"


@cache
def as_stock() -> Any:
    """Django's templates instead of those of the skin, its middleware, its addresses."""
    own = Path(admin.__file__).parent / "templates"
    engine = settings.TEMPLATES[0]
    return override_settings(
        ROOT_URLCONF=__name__, TEMPLATES=[{**engine, "DIRS": [own]}], MIDDLEWARE=MIDDLEWARE
    )


@family(GROUP)
def pages(site: Site) -> Iterator[tuple[str, Work]]:
    many = Observation.objects.count()
    chosen = {
        "figures, first page": LIST,
        "figures, last page": f"{LIST}?p={-(-many // FigureAdmin.list_per_page)}",
        "figures, search, 2 characters": f"{LIST}?{urlencode({'q': '核桃'})}",
        "form of a figure": f"{LIST}{figure().pk}/change/",
    }
    with as_stock():
        keeper = Visitor(WSGIHandler(), site.user)
    for name, address in chosen.items():
        yield f"Django's own: {name}", asked(keeper, address)


def asked(keeper: Visitor, address: str) -> Work:
    def ask() -> bytes:
        with as_stock():
            return keeper.get(address).content

    return ask
