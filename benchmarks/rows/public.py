"""The pages of readers: every list in every order, with every condition; details; searches."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.cache import caches
from django.http import QueryDict
from django.urls import URLPattern, get_resolver, reverse

from aidtracker.pages.choosing import RowField
from aidtracker.pages.listing import ListPage
from benchmarks.measuring.registry import LeftOut, Target, Work, family
from benchmarks.measuring.site import PACKED, Site
from benchmarks.rows.samples import contradiction, figure, fullest, some
from programs.models import Headquarters, Program, Region
from projects.briefings.writing import write
from projects.models import (
    Activity,
    Assessment,
    AssessmentRound,
    AssessmentScheme,
    Enterprise,
    Metric,
    Outlet,
    Pipeline,
    PipelineCase,
    Project,
)
from projects.models import Site as Park
from projects.models import Target as PlannedTarget
from projects.models.briefings import Briefing
from projects.views.assessments import BY_TOTAL
from projects.views.compare_lines import MOST

LISTS, DETAILS, OTHER = "Public lists", "Public details", "Home, search and pages read again"
# The lists that are asked in every way; of the others the first and last page.
IN_EVERY_WAY = (
    *("observation-list", "series-list", "metric-list", "project-list"),
    *("source-list", "finding-list"),
)
DEEP, BEYOND = 5_000, 10_000_000
# Words with hits, with few, with none.
SEARCHES = {
    "search, 2 characters": "核桃",
    "search, 3 characters": "卫星工",
    "search, no hit": "鲸鱼",
}
LIST = Target(ms=80)


def list_pages() -> dict[str, type[ListPage]]:
    """The lists of the site by the names of their addresses."""
    found: dict[str, type[ListPage]] = {}
    for pattern in patterns(get_resolver().url_patterns):
        view = getattr(pattern.callback, "view_class", None)
        if view is not None and issubclass(view, ListPage) and not is_chart(pattern):
            found[str(pattern.name)] = view
    return found


def is_chart(pattern: URLPattern) -> bool:
    """Whether an address is that of a list's chart or card alone."""
    return bool(pattern.callback.view_initkwargs.get("file"))


def patterns(several: list[Any]) -> Iterator[URLPattern]:
    for one in several:
        if isinstance(one, URLPattern):
            yield one
        else:
            yield from patterns(one.url_patterns)


def made(site: Site, address: str) -> Work:
    """The work of making a page, of which none is kept."""
    work, kept = site.page(address), caches["pages"]

    def make() -> bytes:
        kept.clear()
        return work()

    return make


@family(LISTS, LIST)
def lists(site: Site) -> Iterator[tuple[str, Work]]:
    for name, view in list_pages().items():
        for ways, query in ways_to_ask(view, everything=name in IN_EVERY_WAY):
            address = f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)
            yield f"{name}: {ways}", made(site, address)


def ways_to_ask(view: type[ListPage], *, everything: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "first page", {}
    yield "last page", {"page": BEYOND}
    if not everything:
        return
    yield "page 5,000", {"page": DEEP}
    for number, column in enumerate(view.columns, 1):
        if column.sort:
            yield f"sorted by {column.label}", {"sort": f"-{number}"}
    for words, typed in SEARCHES.items():
        yield words, {"q": typed}
    yield from filters(view)


def filters(view: type[ListPage]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each condition with one of the values it offers."""
    page = view(parameters=QueryDict())
    form = view.filterset_class({}, page.rows(), request=None).form
    for name, field in form.fields.items():
        value = value_of(field) if name != "q" else None
        if value is not None:
            yield f"filtered by {name}", {name: value}


def value_of(field: forms.Field) -> Any:
    """A value that a field would take; None for one that takes typed words."""
    if isinstance(field, RowField):
        return next((key for key, _ in field.found), None)
    if isinstance(field, forms.ModelChoiceField):
        found = field.queryset.order_by("pk").first()
        return found and getattr(found, field.to_field_name or "pk")
    if isinstance(field, forms.ChoiceField):
        return next((value for value, _ in field.choices if value and isinstance(value, str)), None)
    return None


@family(LISTS, LIST)
def round_by_score(site: Site) -> Iterator[tuple[str, Work]]:
    chosen = some(AssessmentRound)
    query = {"scheme": chosen.scheme.slug, "year": chosen.year, "sort": BY_TOTAL}
    yield (
        "assessment-list: a round by score",
        made(site, f"{reverse('assessment-list')}?{urlencode(query)}"),
    )


@family(DETAILS, LIST)
def details(site: Site) -> Iterator[tuple[str, Work]]:
    rows = {
        "headquarters": some(Headquarters),
        "region": some(Region),
        "project": some(Project),
        "target": some(PlannedTarget),
        "enterprise": some(Enterprise),
        "outlet": some(Outlet),
        "site": some(Park),
        "activity": some(Activity),
        "pipeline": some(Pipeline),
        "case": some(PipelineCase),
        "assessment": some(Assessment),
        "assessment scheme": some(AssessmentScheme),
        "metric with the most figures": fullest("series__metric"),
        "document with the most figures": fullest("source"),
        "series with the most figures": fullest("series"),
        "figure": figure(),
    }
    if contradiction() is not None:
        rows["finding"] = contradiction()
    for name, found in rows.items():
        yield name, made(site, found.get_absolute_url())


@family(OTHER, Target(ms=50))
def others(site: Site) -> Iterator[tuple[str, Work]]:
    yield "home", made(site, reverse("home"))
    yield "corrections", made(site, reverse("correction-list"))
    for words, typed in SEARCHES.items():
        yield f"all: {words}", made(site, f"{reverse('search')}?{urlencode({'q': typed})}")
    number = urlencode({"q": figure().printed})
    yield "all: search, a printed number", made(site, f"{reverse('search')}?{number}")


@family(OTHER, Target(ms=80))
def side_by_side(site: Site) -> Iterator[tuple[str, Work]]:
    """Comparisons, the timeline, and the charts of lists as files."""
    some_of = keys(Headquarters)
    asked = {
        "donors": [("of", "donors")],
        "headquarters": [("of", "headquarters"), *(("pick", one) for one in some_of)],
        "years": [("of", "periods"), ("about", f"headquarters:{some_of[0]}")],
        "programmes": [("of", "programs"), *(("pick", one) for one in keys(Program))],
        "metrics": [("of", "metrics"), *(("pick", one) for one in keys(Metric))],
    }
    for name, choice in asked.items():
        yield f"compare: {name}", made(site, f"{reverse('compare')}?{urlencode(choice)}")
    yield "timeline", made(site, reverse("timeline"))
    yield "timeline: a year", made(site, f"{reverse('timeline')}?year=2020")
    yield "chart of investment-list", made(site, reverse("investment-list-chart"))


@family(OTHER, Target(ms=80))
def screens(site: Site) -> Iterator[tuple[str, Work]]:
    for name, found in {"headquarters": some(Headquarters), "region": some(Region)}.items():
        yield f"screen: {name}", made(site, reverse("screen", args=[found.slug]))


@family(OTHER, Target(ms=3_000))
def texts(site: Site) -> Iterator[tuple[str, Work]]:
    """Texts written from the record: of bounded many figures, however many there are."""
    asked = {"all donors": {}, "a headquarters": {"headquarters": some(Headquarters)}}
    for name, subject in asked.items():
        briefing = Briefing(title=name, outline=Briefing.Outline.OVERVIEW, **subject)
        yield f"text of {name}", lambda briefing=briefing: write(briefing, "https://example.org")


def keys(model: Any) -> list[str]:
    return list(model.objects.order_by("pk").values_list("slug", flat=True)[:MOST])


@family(OTHER, Target(times=2), limit="trivial view, Django's own middleware")
def read_again(site: Site) -> Iterator[tuple[str, Work]]:
    """Pages that did not change, by who has them and by others."""
    pages = {
        "home": reverse("home"),
        "list of figures": reverse("observation-list"),
        "a figure": figure().get_absolute_url(),
    }
    for name, address in pages.items():
        yield f"{name}, by a reader who has it already", conditional(site, address)
        yield f"{name}, unchanged, by another reader", site.page(address)


def conditional(site: Site, address: str) -> Work:
    """The work of answering that nothing has changed."""
    headers = site.reader.get(address, **PACKED).headers
    names = {"ETag": "HTTP_IF_NONE_MATCH", "Last-Modified": "HTTP_IF_MODIFIED_SINCE"}
    known = {ours: headers[theirs] for theirs, ours in names.items() if theirs in headers}

    def ask() -> bytes:
        if not known:
            raise LeftOut("the page has neither ETag nor Last-Modified")
        return site.reader.get(address, expected=304, **PACKED, **known).content

    return ask
