"""`/timeline/`: what happened in which year, each thing with its documents, and figures of then."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import View

from aidtracker.ground.partial_dates import in_chinese
from aidtracker.pages.charts import CHART, FEWEST, Chart, file_response
from aidtracker.pages.data_files import CHARTS, chart_data
from aidtracker.pages.paging import kept
from aidtracker.pages.site import absolute
from aidtracker.pages.tables import Item
from aidtracker.pages.terms import about
from aidtracker.trail.conflicts import row_number
from programs.models import Source
from projects.charts.years import Lane, years_chart
from projects.models import Observation
from projects.views.events import KINDS, Row, found, within
from projects.views.leading import chosen

FIRST, LAST = 1997, 2100
MOST_READ = 5_000
IN_ALL, IN_YEAR = 3, 120  # how many of a year: among all years, and alone
MOST_FIGURES = 60
FIGURES_IN_ALL, FIGURES_IN_YEAR = 2, 12


@dataclass(frozen=True)
class Happened:
    """One thing of a year: when, what, of which kind, and the documents that tell of it."""

    when: str
    item: Item
    kind: str
    sources: Sequence[Source]


@dataclass(frozen=True)
class Year:
    """A year: what happened in it, as far as shown, and figures that speak of it."""

    number: int
    count: int
    events: list[Happened]
    figures: list[Observation]

    @property
    def rest(self) -> int:
        return self.count - len(self.events)


def all_rows() -> list[Row]:
    """All dated records, the earliest first: one query."""
    return found([kind.rows(within(kind.field, FIRST, LAST)) for kind in KINDS], MOST_READ)


def by_year(rows: Sequence[Row]) -> dict[int, list[Row]]:
    years: dict[int, list[Row]] = {}
    for row in rows:
        years.setdefault(int(row.when[:4]), []).append(row)
    return years


def sources_of(rows: Sequence[Row]) -> dict[tuple[int, int], list[Source]]:
    """The documents that tell of records, by kind and number: two queries."""
    queries = []
    for which, kind in enumerate(KINDS):
        keys = [row.pk for row in rows if row.which == which]
        if keys and kind.model is not Source:
            queries.append(links(which, kind.model, keys))
    if not queries:
        return {}
    pairs = list(reduce(lambda one, other: one.union(other), queries))
    known = {source for _, _, source in pairs}
    public = Source.objects.published().without_text().filter(pk__among=[*known])
    sources = {source.pk: source for source in public}
    told: dict[tuple[int, int], list[Source]] = {}
    for which, pk, source in pairs:
        if source in sources:
            told.setdefault((which, pk), []).append(sources[source])
    return told


def links(which: int, model: type[Any], keys: list[int]) -> QuerySet:
    """Which documents are named by some records of a kind, as (kind, record, document)."""
    own = model.sources.field.m2m_field_name()
    rows = model.sources.through._base_manager.filter(**{f"{own}__among": keys}).order_by()
    return rows.annotate(which=Value(which)).values_list("which", f"{own}_id", "source_id")


def happened(row: Row, told: dict[tuple[int, int], list[Source]]) -> Happened:
    kind = KINDS[row.which]
    item = Item(f"{row.name}{kind.verb}", kind.address(row.key))
    return Happened(in_chinese(row.when), item, kind.label, told.get((row.which, row.pk), ()))


def figures_of(year: int | None) -> dict[int, list[Observation]]:
    """Figures to show of a year; of all years those that are preferred: a query, and another once
    for each edition."""
    found = kept(f"timeline {year}", lambda: numbers_of(year))
    rows = Observation.objects.with_subjects().in_bulk(found)
    years: dict[int, list[Observation]] = {}
    for row in (rows[pk] for pk in found if pk in rows):
        if row.moment:
            years.setdefault(row.moment.year, []).append(row)
    most = FIGURES_IN_YEAR if year else FIGURES_IN_ALL
    return {number: chosen(several)[:most] for number, several in years.items()}


def numbers_of(year: int | None) -> list[int]:
    """The numbers of the figures to choose from, best first."""
    rows = Observation.objects.published()
    if year is None:
        rows = rows.filter(rank=Observation.Rank.PREFERRED)
    else:
        ends = (f"{year}-01-01", f"{year}-12-31")
        rows = rows.filter(Q(as_of__range=ends) | Q(as_of=None, period_end__range=ends))
    return list(rows.headline().values_list("pk", flat=True)[:MOST_FIGURES])


def chart_of(years: dict[int, list[Row]]) -> Chart | None:
    """The years at a glance; None where there are none to compare."""
    if len(years) < FEWEST:
        return None
    counts = {number: len(rows) for number, rows in years.items()}
    lanes = [
        Lane(kind.label, Counter(int(row.when[:4]) for row in rows))
        for which, kind in enumerate(KINDS)
        if (rows := [row for several in years.values() for row in several if row.which == which])
    ]
    top, total = max(counts, key=lambda year: counts[year]), sum(counts.values())
    title = f"{min(counts)}—{max(counts)} 年有日期的记录 {total} 件，{top} 年最多：{counts[top]} 件"
    caption = "记录多少说的是文献写到了多少，不是做了多少；没有写明日期的不在内。"
    chart = years_chart(lanes, reverse("timeline"), title, caption)
    return replace(chart, address=f"{reverse('timeline')}{CHART}")


class TimelinePage(View):
    """All years, or one of them with all that is known of it."""

    file = ""  # the name of the chart's file, where that alone is asked for

    def get(self, request: HttpRequest) -> HttpResponse:
        years = by_year(kept("timeline", all_rows))
        if self.file in CHARTS:
            said = about("时间线", absolute(request, reverse("timeline")))
            return chart_data(request, chart_of(years), self.file, said)
        if self.file:
            return file_response(request, chart_of(years), self.file)
        asked = request.GET.get("year", "").strip()
        year = number if (number := row_number(asked)) in years else None
        notices = [f"没有“{asked[:8]}”这一年的记录，下面是各年。"] if asked and year is None else []
        context = {
            "years": self.years(years, year),
            "known": sorted(years),
            "year": year,
            "notices": notices,
            "chart": None if year else chart_of(years),
        }
        return render(request, "projects/timeline.html", context)

    def years(self, years: dict[int, list[Row]], year: int | None) -> list[Year]:
        """The years to show, with their things and figures: four queries."""
        most = IN_YEAR if year else IN_ALL
        shown = {one: years[one][:most] for one in ([year] if year else sorted(years))}
        told = sources_of([row for rows in shown.values() for row in rows])
        figures = figures_of(year)
        return [
            Year(one, len(years[one]), [happened(row, told) for row in rows], figures.get(one, []))
            for one, rows in shown.items()
        ]
