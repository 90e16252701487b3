"""Figures side by side: the address holds what is compared, and only like stands beside like."""

from collections import Counter
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import View

from aidtracker.pages.charts import CHART, Chart, file_response
from aidtracker.pages.data_files import CHARTS, chart_data
from aidtracker.pages.filed_tables import explained
from aidtracker.pages.listing import FORMATS, record_download
from aidtracker.pages.site import absolute
from aidtracker.pages.tables import Item
from aidtracker.pages.terms import about
from aidtracker.sheets import WITH_WORDS, About, cell_text, file_name, file_of, taken_table
from projects.charts.best import best_chart
from projects.models import Observation
from projects.views.compare_kinds import (
    KINDS,
    PERIODS,
    READY,
    Choice,
    measured,
    ready,
)
from projects.views.compare_lines import (
    FEWEST,
    Asked,
    Comparison,
)
from projects.views.compare_tables import (
    HEADINGS,
    alone_table,
    file_rows,
    records_table,
    table_of,
)


class ComparePage(View):
    """`/compare/`: the choice in the address, the figures side by side, and all of it as a file."""

    file = ""  # the name of the chart's file, where that alone is asked for

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET
        if not asked and (found := ready()):
            # Who chose nothing sees what most have.
            asked = found[0].query
        self.asked = asked
        comparison = Comparison(Asked(asked))
        if self.file in CHARTS:
            return chart_data(request, self.chart(comparison), self.file, self.about)
        if self.file:
            return file_response(request, self.chart(comparison), self.file)
        if comparison.asked.download in FORMATS:
            return self.download(comparison)
        return render(request, "projects/compare.html", self.context(comparison))

    def download(self, comparison: Comparison) -> HttpResponse:
        site = self.request.build_absolute_uri("/").rstrip("/")
        name = file_name("compare", comparison.asked.download)
        rows = ([number, *row] for number, row in enumerate(file_rows(comparison, site), 1))
        record_download(self.request, "并列比较", self.query(), comparison.asked.download)
        if comparison.asked.download in WITH_WORDS:
            texts = ([cell_text(value) for value in row] for row in rows)
            return taken_table(name, explained(HEADINGS, Observation), texts, self.about)
        return file_of(name, list(HEADINGS), rows)

    @property
    def about(self) -> About:
        here = absolute(self.request, f"{reverse('compare')}?{self.query()}")
        return about("并列比较", here)

    def chart(self, comparison: Comparison) -> Chart | None:
        """The first line that can be drawn."""
        if comparison.asked.of == "metrics":
            return None
        charts = (best_chart("compare", line.known) for line in comparison.lines)
        found = next((chart for chart in charts if chart), None)
        return found and replace(found, address=f"{reverse('compare')}{CHART}?{self.query()}")

    def query(self, **changes: str) -> str:
        """The choice as it stands in the address."""
        parameters = self.asked.copy()
        parameters.pop("download", None)
        for name, value in changes.items():
            parameters[name] = value
        return parameters.urlencode()

    def context(self, comparison: Comparison) -> dict[str, Any]:
        lines = comparison.lines
        shared = [line for line in lines if len(line.known) >= FEWEST]
        alone = [line for line in lines if len(line.known) < FEWEST]
        return {
            "asked": comparison.asked,
            "kinds": self.kinds(comparison.asked),
            "choices": offered(comparison),
            "chosen": {column.key for column in comparison.columns},
            "subject": comparison.subject,
            "metrics": comparison.metrics,
            "columns": comparison.columns,
            "chart": self.chart(comparison),
            "records": records_table(comparison),
            "shared": table_of("两方以上有的数", shared, comparison) if shared else None,
            "alone": alone_table(alone, comparison) if alone else None,
            "downloads": [
                Item(label, f"?{self.query(download=code)}") for code, label in FORMATS.items()
            ],
            "notices": list(dict.fromkeys(comparison.notices)),
            "ready": offered_ready() if len(comparison.columns) < FEWEST else [],
            "subjects": self.subjects(comparison),
            "with_figures": with_figures(comparison),
        }

    def kinds(self, asked: Asked) -> list[tuple[str, str, bool]]:
        """The kinds of comparison: address, word, whether it is this one."""
        words = {code: kind.label for code, kind in KINDS.items()} | {PERIODS: "时期"}
        return [(f"?of={code}", label, code == asked.of) for code, label in words.items()]

    def subjects(self, comparison: Comparison) -> list[tuple[str, list[Item]]]:
        """Of which things years may be compared, by their kinds, where none is named."""
        if comparison.asked.of != PERIODS or comparison.subject:
            return []
        kinds = [(KINDS[code], measured(KINDS[code])) for code in READY]
        return [
            (
                kind.label,
                [Item(one.name, f"?of={PERIODS}&about={kind.code}:{one.key}") for one in found],
            )
            for kind, found in kinds
            if found
        ]


def offered_ready() -> list[Item]:
    """What may be compared with one click, for who has not chosen yet."""
    return [Item(one.words, f"?{one.query.urlencode()}") for one in ready()]


def with_figures(comparison: Comparison) -> list[tuple[str, int]]:
    """Of which things the documents have figures, and how many: those of most first."""
    counts = Counter(at for row in comparison.placed for at in row["places"])
    return [(comparison.columns[at].name, many) for at, many in counts.most_common()]


def offered(comparison: Comparison) -> list[Choice]:
    """What the form offers, and what the address names besides."""
    if comparison.asked.of == PERIODS:
        years = sorted({*comparison.known_years, *comparison.years})
        return [Choice(str(year), f"{year}年") for year in years]
    found = comparison.offered
    known = {one.key for one in found}
    more = [Choice(one.key, one.name) for one in comparison.columns if one.key not in known]
    chosen = {one.key for one in comparison.columns}
    # What is chosen stands first, or nobody would see it in a long list.
    return sorted([*found, *more], key=lambda one: one.key not in chosen)
