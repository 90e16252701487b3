"""The pages of the staff: first page, lists, forms, entering figures, the grid."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse

from benchmarks.country.ledgers import REPORTED
from benchmarks.measuring.registry import Target, Work, family
from benchmarks.measuring.site import Site
from benchmarks.rows.samples import figure, fullest, some
from programs.models import Source
from projects.models import Enterprise, Metric, Observation, Outlet, ProgressReport, Project, Series

GROUP = "Admin"
PAGE = Target(ms=120, queries=12, kilobytes=150)
IN_EVERY_WAY = (Observation, Project, Series, Source, Outlet, ProgressReport)
FORMS = (Project, Outlet, Enterprise, Metric)


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@family(GROUP, PAGE)
def first_page(site: Site) -> Iterator[tuple[str, Work]]:
    yield "first page", site.desk(reverse("admin:index"))


@family(GROUP, PAGE)
def lists(site: Site) -> Iterator[tuple[str, Work]]:
    for model in admin.site._registry:
        if not model.__module__.startswith(("programs.", "projects.", "aidtracker.")):
            continue
        name, place = model._meta.model_name, address(model, "changelist")
        yield f"list of {name}: first page", site.desk(place)
        if model in IN_EVERY_WAY:
            for words, query in ways_to_ask(model):
                yield f"list of {name}: {words}", site.desk(f"{place}?{urlencode(query)}")


def ways_to_ask(model: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    shown = admin.site._registry[model]
    many = model._base_manager.count()
    yield "last page", {"p": max(1, -(-many // shown.list_per_page))}
    yield "sorted by its second column", {"o": "-2"}
    yield "search, 2 characters", {"q": "核桃"}
    yield "search, no hit", {"q": "鲸鱼"}
    yield "facets", {"_facets": "True"}
    for name in (one for one in shown.list_filter if isinstance(one, str)):
        yield f"filtered by {name}", filter_by(model._meta.get_field(name))


def filter_by(field: Any) -> dict[str, Any]:
    """What the address says when the list is filtered by a field."""
    if field.is_relation:
        row = field.related_model._base_manager.order_by("pk").values_list("pk").first()
        return {f"{field.name}__id__exact": row[0] if row else 1}
    values = dict(field.flatchoices)
    return {f"{field.name}__exact": "draft" if "draft" in values else next(iter(values), 1)}


@family(GROUP, PAGE)
def forms(site: Site) -> Iterator[tuple[str, Work]]:
    yield "form of a figure", site.desk(address(Observation, "change", figure().pk))
    yield "form of a series", site.desk(address(Series, "change", figure().series_id))
    for model in FORMS:
        name = f"form of {model._meta.model_name}"
        yield name, site.desk(address(model, "change", some(model).pk))
    yield "history of a figure", site.desk(address(Observation, "history", figure().pk))


@family(GROUP, PAGE)
def pages(site: Site) -> Iterator[tuple[str, Work]]:
    few = figure().source.code
    yield "entering figures of a document", site.desk(address(Observation, "enter", few))
    code = fullest("source").code
    yield "entering, document with the most", site.desk(address(Observation, "enter", code))
    found = urlencode({"kind": "series", "q": "核桃", "start": 0, "end": 1})
    yield (
        "entering, series proposed",
        site.desk(f"{address(Observation, 'enter_find', few)}?{found}"),
    )
    query = {"kind": "progress", "month": f"{REPORTED[-1]:%Y-%m}", "headquarters": 1}
    yield "grid of a month", site.desk(f"{reverse('admin:projects_grid')}?{urlencode(query)}")
    yield "totals of a month", site.desk(reverse("admin:projects_monthly_totals"))
    yield "leader's page", site.desk(reverse("admin:projects_desks"))
