"""数据核对: the list of what checking the figures found, and the page of one finding."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from aidtracker.ground.summaries import Summary
from aidtracker.ground.tallies import by_kind, kind_of
from aidtracker.pages.citing import Citation
from aidtracker.pages.details import DetailPage
from aidtracker.pages.kept import staff_of
from aidtracker.pages.listing import ListPage
from aidtracker.pages.paging import kept
from aidtracker.pages.sections import Section, address, facts
from aidtracker.pages.sharing import publisher
from aidtracker.pages.site import origin
from aidtracker.pages.tables import NOTE, Column, Item, table
from projects.charts.intervals import intervals
from projects.models import Finding, Observation
from projects.models.finding_kinds import LOOKALIKE, Result
from projects.models.findings import SCREENFUL, WORST_FIRST
from projects.reading.allowed import interval_words
from projects.views import filters
from projects.views.citations import based_on
from projects.views.readings import remarks
from projects.views.sections import CITED, FIGURE, NATURE, PERIOD

# The clause in which a check says what a missing or loose figure would have to be.
NEEDED = re.compile(
    r"相符(?:要求|须|时?[^。；]{0,12}须)[^。；]*|要[^。；，]{1,20}，[^。；]*须[^。；]*"
)


@dataclass(frozen=True)
class ResultCount:
    """One of the four results: its sign, word and meaning, and how many public findings it has."""

    result: str
    sign: str
    word: str
    meaning: str
    count: int
    url: str


@dataclass(frozen=True)
class Overview:
    """What is asked of all findings at once: those the public may not see, and how many of each
    result it may.
    """

    hidden: list[int]
    totals: dict[str, int]


def public_findings(hidden):
    """Those the public may see, of any number."""
    return Finding.objects.current().exclude(pk__among=hidden)


def overview():
    """The `Overview` as it is now: of all that is known to be there, the hidden are taken off."""
    hidden = Finding.objects.hidden_numbers()
    known, away = by_kind(Finding), by_result(Finding.objects.filter(pk__among=hidden))
    kinds = {result: kind_of(Finding, is_current=True, result=result) for result in Result.values}
    totals = {result: known.get(kind, 0) - away.get(result, 0) for result, kind in kinds.items()}
    return Overview(hidden, totals)


def by_result(findings):
    """How many of some findings there are of each result, as far as they still hold."""
    found = findings.current().order_by().values_list("result")
    return dict(found.annotate(total=Count("pk")))


SUMMARY = Summary(
    "公开的核对结果",
    known=lambda: overview().totals,
    counted=lambda: by_result(Finding.objects.published()),
)


def has_many_lookalikes() -> bool:
    """Whether there are more figures that are easily confused than fill a screen."""
    rows = Finding.objects.current().filter(kind=LOOKALIKE.value).order_by()
    return len(rows.values_list("pk")[: SCREENFUL + 1]) > SCREENFUL


def kept_overview():
    return kept("findings", overview)


def result_counts(totals=None):
    """A `ResultCount` for each result, worst first."""
    totals = kept_overview().totals if totals is None else totals
    return [
        ResultCount(
            result=result.value,
            sign=result.sign,
            word=result.label,
            meaning=result.meaning,
            count=totals.get(result, 0),
            url=address("finding-list", result=result.value),
        )
        for result in Result
    ]


def with_figures():
    """The figures that a finding is about, in reading order."""
    figures = Observation.objects.select_related("source", "series__metric")
    return Prefetch("observations", figures.defer("source__text").in_reading_order())


class FindingList(ListPage):
    model = Finding
    title = "数据核对"
    lead = "把文献中的数字互相核对、与台账核对：算了什么，得到什么，哪里不能同时成立。"
    empty = "还没有核对结果；有了审核通过的数字，核对会自动进行。"
    filterset_class = filters.FindingFilter
    template_name = "projects/finding_list.html"
    columns = (
        Column("结果", kind="result", sort=WORST_FIRST),
        Column("规则", "get_kind_display", sort=("kind", "weight", "key")),
        Column("计算", "computation", kind="computation", link=True),
        Column("所涉数字", "observations", kind="figures"),
        Column("处理", "state_words", sort=("state", "key")),
        Column("说明", "explanation"),
    )

    @cached_property
    def overview(self):
        return kept_overview()

    @property
    def total(self) -> int | None:
        """None where it is not known, as it is not with conditions."""
        if self.is_filtered:
            return None
        if self.more_lookalikes:
            return kept("findings shown", self.rows().order_by().count)
        return sum(self.overview.totals.values())

    @cached_property
    def more_lookalikes(self) -> bool:
        """Whether figures that are easily confused are left out: nobody asked for all of them."""
        return not self.is_filtered and kept("lookalikes", has_many_lookalikes)

    def rows(self):
        return self.all_rows

    @cached_property
    def all_rows(self) -> QuerySet:
        """Once: which of the figures that are easily confused come first is asked on the way."""
        rows = public_findings(self.overview.hidden)
        if self.more_lookalikes:
            rows = rows.without_lesser_lookalikes()
        return rows.worst_first()

    def changes(self) -> QuerySet:
        rows = public_findings(self.overview.hidden).order_by("-updated_at")
        return rows.values_list("updated_at", flat=True)

    def read(self, rows):
        return rows.current().prefetch_related(with_figures())

    def extra_context(self, page):
        return {
            "results": result_counts(self.overview.totals),
            "more_lookalikes": self.more_lookalikes and address("finding-list", kind="lookalike"),
        }


FIGURE_COLUMNS = (
    FIGURE,
    Column("序列", "series"),
    PERIOD,
    Column("所容许的范围", interval_words),
    NATURE,
    CITED,
    Column("备注", remarks),
)
RECORD_COLUMNS = (
    Column("记录"),
    Column("类型", lambda row: row._meta.verbose_name),
    NOTE,
)


def figures(finding: Finding) -> Section | None:
    rows = list(finding.observations.with_subjects().in_reading_order())
    shown = table("所涉数字", FIGURE_COLUMNS, rows)
    chart = intervals("intervals", finding.title or finding.get_kind_display(), rows)
    return present(Section("figures", "所涉数字", shown, chart=chart))


def words(finding: Finding) -> Section | None:
    """The sentences that the figures stand in, as far as their documents show them to who asks."""
    shown = [row for row in finding.figures_in_words().published() if row.quote]
    section = Section("words", "原文", template="projects/quotes.html", data=shown)
    return section if shown else None


def records(finding: Finding) -> Section | None:
    shown = table("所涉记录", RECORD_COLUMNS, finding.linked_records)
    return present(Section("records", "所涉记录", shown))


def present(section: Section) -> Section | None:
    """A section if it has rows: a finding about figures alone lacks no records."""
    return section if section.has_rows else None


def condition(finding: Finding) -> Section:
    """What would make it hold: what the computation says of it, and what the rule asks."""
    said = [f"{words}。" for words in NEEDED.findall(finding.computation)]
    data = [*said, *filter(None, [finding.condition])]
    return Section("condition", "怎样才相符", template="includes/note_text.html", data=data)


def explanation(finding: Finding) -> Section:
    """What a person made of it; open ones say that nobody has."""
    data = facts(finding, Column("处理", "state_words"), Column("说明", "explanation"))
    return Section("explanation", "处理与说明", template="projects/facts.html", data=data)


class FindingPage(DetailPage):
    model = Finding
    key = "<str:slug>"
    template_name = "projects/finding_detail.html"
    note = ""
    parts = (figures, words, records, condition, explanation)

    def find(self, **key: Any) -> Finding:
        found = get_object_or_404(Finding.objects.published().at_address(key["slug"]))
        found.reader = staff_of(self.request)
        return found

    def answer(self) -> HttpResponse:
        """The page; an address that says something else of the finding leads to its own."""
        place = f"{self.row.get_absolute_url()}{self.file}"
        if self.request.path == unquote(place):
            return super().answer()
        query = self.request.META["QUERY_STRING"]
        return HttpResponsePermanentRedirect(f"{place}?{query}" if query else place)

    @property
    def kind(self) -> str:
        return f"数据核对 · {self.row.get_kind_display()}"

    @property
    def title(self) -> str:
        words = self.row.title or self.row.get_kind_display()
        return f"{self.row.get_result_display()}：{words}"

    @property
    def lead(self) -> str:
        return Result(self.row.result).meaning

    @property
    def trail(self) -> list[Item]:
        return [Item("数据核对", reverse("finding-list"))]

    @property
    def citation(self) -> Citation:
        """With the computation, in which the figures stand as they are printed."""
        said = super().citation
        source = said.words.rpartition("。据")[2]  # whose check it is, and of which day
        computed = self.row.computation.rstrip("。")
        result = self.row.get_result_display()
        return replace(said, words=f"{computed}。数据核对结果：{result}。据{source}")

    @property
    def schema(self) -> str:  # type: ignore[override]
        """A review of claims, where the check came to a result."""
        is_review = self.row.result in (Result.CONTRADICTION, Result.HOLDS)
        return "ClaimReview" if is_review else "Article"

    def schema_facts(self) -> dict[str, Any]:
        if self.schema != "ClaimReview":
            return {}
        figures = self.row.observations.published().select_related("source")
        documents = {one.source_id: based_on(one.source) for one in figures.defer("source__text")}
        return {
            "claimReviewed": self.row.title or self.row.computation,
            "reviewRating": {"@type": "Rating", "alternateName": self.row.get_result_display()},
            "itemReviewed": {"@type": "Claim", "appearance": [*documents.values()]},
            "author": publisher(origin(self.request)),
        }

    def extra_context(self) -> dict[str, Any]:
        return {"finding": self.row}
