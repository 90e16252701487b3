"""The home page: who aids whom, what was measured, what cannot be, and what came lately."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.conf import settings
from django.db.models import Count, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime

from aidtracker.pages.overview import record_counts
from aidtracker.pages.paging import kept
from aidtracker.pages.sharing import Sharing, publisher
from aidtracker.pages.site import origin
from programs.models import Program
from programs.models.programs import line_from
from programs.views.aid_map import aid_map
from projects.models import Finding, Observation
from projects.models.finding_kinds import Result
from projects.models.observations import MOMENTS
from projects.views.findings import kept_overview, public_findings, result_counts
from projects.views.leading import chosen

LEAD = "谁援助谁，做了什么，文献怎么说：对口援疆的项目、工程、企业与成效，每个数字都注明出处。"
HEADLINES = 6
CONTRADICTIONS = 4
LATELY = 200  # figures, of which those of one document and day are one line
# What a figure says, whoever says it; its days last.
SAYS = (
    *("series", "nature", "accumulation", "obs_status", "price_basis", "qualifier"),
    *("value", "value_high", "lower", "upper", *MOMENTS),
)
LOOKED_AT = 4 * HEADLINES  # figures among which papers may repeat each other
NEWS = 6
MOST_VERSIONS = 40
MOST_FIGURES = 400
FIGURES_OF_VERSION = 2
NARROWED = ("part_of", "first_scope", "scope_note")  # what a series of the whole says nothing of


@dataclass(frozen=True)
class Version:
    """A programme, or a later version of it, and the figures to show of it."""

    program: Program
    figures: list[Observation]


@dataclass(frozen=True)
class News:
    """Figures of one document that came or changed on one day; the first of them is shown."""

    day: date
    count: int
    figure: Observation


def headlines() -> list[int]:
    """The numbers of the figures to show first: preferred ones, and if they are few the latest.

    What several papers print of one release is shown once.
    """
    public = Observation.objects.published().in_documents().best_first()
    rank, found = Observation.Rank, []
    for standing in (rank.PREFERRED, rank.NORMAL):
        if len(found) < HEADLINES:
            rows = public.filter(rank=standing).values_list("pk", "source__copied_from", *SAYS)
            found += said_first(rows[:LOOKED_AT])
    return found[:HEADLINES]


def said_first(rows: Iterable[tuple]) -> list[int]:
    """The numbers of figures without those that say what another does; what was not copied stands
    for the others. Of those without a day nobody knows what says the same."""
    rows, first = list(rows), {}
    for number, _, *says in sorted(rows, key=lambda row: row[1] is not None):
        first.setdefault(tuple(says) if any(says[-len(MOMENTS) :]) else number, number)
    kept_ones = {*first.values()}
    return [number for number, *_ in rows if number in kept_ones]


def contradictions(hidden: list[int]) -> list[Finding]:
    """The open contradictions to show; `hidden` are the findings that the public may not see."""
    rows = public_findings(hidden).worst_first()
    return list(rows.filter(result=Result.CONTRADICTION, state="open")[:CONTRADICTIONS])


def program_lines() -> list[list[Version]]:
    """The programmes under one roof, each with its versions: two queries.

    Of all roofs it is the one under which most later versions stand.
    """
    roofs = (
        Program.objects.published()
        .annotate(later=Count("parts", filter=Q(parts__predecessor__isnull=False)))
        .filter(later__gt=0)
        .order_by("-later", "slug")
    )
    roof = Subquery(roofs.values("pk")[:1])
    parts = list(Program.objects.published().filter(parent=roof)[:MOST_VERSIONS])
    figures = figures_of(parts)
    known = {one.pk for one in parts}
    lines = [
        [Version(version, figures.get(version.pk, [])) for version in line_from(first, parts)]
        for first in parts
        if first.predecessor_id not in known
    ]
    return sorted(lines, key=len, reverse=True)


def figures_of(programs: list[Program]) -> dict[int, list[Observation]]:
    """The figures to show of each programme, by its number: one query."""
    rows = Observation.objects.published().filter(series__program__in=programs).headline()
    found: dict[int, list[Observation]] = {}
    for row in rows.first_rows(MOST_FIGURES):
        found.setdefault(row.series.program_id, []).append(row)
    return {pk: chosen(figures)[:FIGURES_OF_VERSION] for pk, figures in found.items()}


def last_changed() -> dict[tuple[date, int], list[int]]:
    """The numbers of the figures that came or changed last, by day and document: wholes first."""
    last = Observation.objects.published().in_documents().order_by("-updated_at", "-pk")
    groups: dict[tuple[date, int], list[tuple[bool, int]]] = {}
    told = last.values_list("pk", "source", "updated_at", *(f"series__{one}" for one in NARROWED))
    for pk, source, changed, *narrowed in told[:LATELY]:
        groups.setdefault((localtime(changed).date(), source), []).append((any(narrowed), pk))
    shown = islice(groups.items(), NEWS)
    return {key: [pk for _, pk in sorted(figures)] for key, figures in shown}


def news(groups: dict[tuple[date, int], list[int]], rows: dict[int, Observation]) -> list[News]:
    """A line for each day and document; `rows` has the first figure of each."""
    found = [(day, keys, rows.get(keys[0])) for (day, _), keys in groups.items()]
    return [News(day, len(keys), figure) for day, keys, figure in found if figure]


def home(request: HttpRequest) -> HttpResponse:
    first, changed = kept("headlines", headlines), last_changed()
    shown = [*first, *(keys[0] for keys in changed.values())]
    rows = Observation.objects.with_subjects().with_words().in_bulk(shown)
    checks = kept_overview()
    context = {
        "aid_map": kept("aid map", aid_map),
        "counts": record_counts(),
        "results": result_counts(checks.totals),
        "headlines": [rows[pk] for pk in first if pk in rows],
        "contradictions": contradictions(checks.hidden),
        "lines": kept("program lines", program_lines),
        "news": news(changed, rows),
        "sharing": sharing(request),
    }
    return render(request, "home.html", context)


def sharing(request: HttpRequest) -> Sharing:
    """The database as a whole, and its search."""
    site = origin(request)
    search = f"{site}{reverse('search')}?q={{search_term_string}}"
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": search},
        "query-input": "required name=search_term_string",
    }
    facts = {"publisher": publisher(site), "potentialAction": action}
    return Sharing(settings.SITE["name"], LEAD, f"{site}/", site, kind="WebSite", facts=facts)
