"""The pages of the staff: first page, lists, forms, entering figures, the grid."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from aidtracker.ground.bulk import insert
from aidtracker.ground.features import fields_at
from benchmarks.country.ledgers import REPORTED
from benchmarks.measuring.registry import Target, Work, family, row
from benchmarks.measuring.site import Site
from benchmarks.rows.samples import figure, fullest, some
from programs.models import Headquarters, Source
from projects.models import Enterprise, Metric, Observation, Outlet, ProgressReport, Project, Series

GROUP = "Admin"
PAGE = Target(ms=120, queries=12, kilobytes=150)
IN_EVERY_WAY = (Observation, Project, Series, Source, Outlet, ProgressReport)
IN_LONG_GRID = 1_000
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
        yield f"filtered by {name}", filter_by(name, fields_at(model, name)[-1])


def filter_by(name: str, field: Any) -> dict[str, Any]:
    """What the address says when the list is filtered by a field at the end of a path."""
    if field.is_relation:
        row = field.related_model._base_manager.order_by("pk").values_list("pk").first()
        return {f"{name}__id__exact": row[0] if row else 1}
    values = dict(field.flatchoices)
    return {f"{name}__exact": "draft" if "draft" in values else next(iter(values), 1)}


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
    yield "rating a round", site.desk(reverse("admin:projects_scoring"))
    yield "entering figures of a document", site.desk(address(Observation, "enter", few))
    code = fullest("source").code
    yield "entering, document with the most", site.desk(address(Observation, "enter", code))
    found = urlencode({"kind": "series", "q": "核桃", "start": 0, "end": 1})
    yield (
        "entering, series proposed",
        site.desk(f"{address(Observation, 'enter_find', few)}?{found}"),
    )
    yield "grid of a month", grid(site, 1)
    yield "totals of a month", site.desk(reverse("admin:projects_monthly_totals"))
    yield "board of a pipeline", site.desk(reverse("admin:projects_board"))
    yield "leader's page", site.desk(reverse("admin:projects_desks"))


def grid(site: Site, headquarters: int) -> Work:
    """The projects of a headquarters in the last month."""
    query = {"kind": "progress", "month": f"{REPORTED[-1]:%Y-%m}", "headquarters": headquarters}
    return site.desk(f"{reverse('admin:projects_grid')}?{urlencode(query)}")


@row("Admin, a long grid", "grid of a month, 1,000 projects", target=PAGE)
def long_grid(site: Site) -> Work:
    """As no headquarters of the country has so many, one is made that does."""
    first = Headquarters.objects.get(pk=1)
    name = "示例基准指挥部"
    owner, is_new = Headquarters.objects.get_or_create(name=name, defaults={"donor": first.donor})
    if is_new:
        like = Project.objects.filter(headquarters=first, status=Project.Status.BUILDING).first()
        names = [f"示例基准项目{number:04}" for number in range(1, IN_LONG_GRID + 1)]
        with transaction.atomic():
            insert([project_like(like, owner, one) for one in names])
    return grid(site, owner.pk)


def project_like(like: Project, owner: Headquarters, name: str) -> Project:
    """A draft of a project of a headquarters, in all else like another."""
    given = {field.attname: getattr(like, field.attname) for field in Project._meta.concrete_fields}
    given |= {"id": None, "name": name, "code": name, "slug": "", "headquarters_id": owner.pk}
    return Project(**given | {"review": "draft"})
