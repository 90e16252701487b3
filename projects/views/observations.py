"""The page of one figure: as printed, what it was read as, where it stands, how to cite it."""

from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from aidtracker.ground.batches import by_first_numbers
from aidtracker.pages.cards import Figure
from aidtracker.pages.citing import Citation
from aidtracker.pages.details import DetailPage
from aidtracker.pages.kept import staff_of
from aidtracker.pages.sections import Section, facts, whole_list
from aidtracker.pages.sharing import only_known
from aidtracker.pages.tables import CAP, Column, Item, Layout, capped, counted, table
from aidtracker.templatetags.formatting import plain
from programs.models import Source
from projects.corrections import retractions
from projects.models import Observation
from projects.reading.allowed import interval_words
from projects.sums.claims import documents_words, is_same_claim
from projects.views.citations import based_on, document_reference, plain_citation
from projects.views.corrections import corrections_section
from projects.views.metrics import READING_COLUMNS, measured
from projects.views.parts import ledger_rows
from projects.views.readings import period_dates, qualifier_words, value_words
from projects.views.restatements import restated

FINDING_COLUMNS = (
    Column("结果", kind="result"),
    Column("规则", "get_kind_display"),
    Column("计算", "computation", kind="computation", link=True),
    Column("处理", "state_words"),
    Column("说明", "explanation"),
)


def reading(observation: Observation) -> Section:
    """What the printed words were read as."""
    data = facts(
        observation,
        Column("原文数字", "printed"),
        Column("数值", value_words),
        Column("所容许的范围", interval_words),
        Column("修饰", "get_qualifier_display"),
        Column("修饰的读法", qualifier_words),
        Column("单位", "unit"),
    )
    return Section("reading", "读作", template="projects/facts.html", data=data)


def meaning(observation: Observation) -> Section:
    """What the figure is about."""
    data = facts(
        observation,
        Column("指标", "series.metric"),
        Column("原文名称", "printed_name"),
        Column("主体", "series.subjects"),
        Column("序列", "series"),
        Column("范围", "series.scope_words"),
        Column("原文期间", "period_text"),
        Column("期间读作", period_dates),
        Column("性质", "get_nature_display"),
        Column("累计方式", "get_accumulation_display"),
        Column("数据状态", "get_obs_status_display"),
        Column("价格", "get_price_basis_display"),
        Column("据谁所说", "attributed_to"),
        Column("采用", "get_rank_display"),
        Column("采用理由", "rank_reason"),
        Column("审核", "get_status_display"),
    )
    return Section("meaning", "所指", template="projects/facts.html", data=data)


def findings(observation: Observation) -> Section:
    """Every check that this figure had a part in, settled ones and those without result too."""
    number = f"{observation.source.code}.{observation.number}"
    shown = capped(
        "核对",
        FINDING_COLUMNS,
        observation.findings.published().worst_first(),
        whole_list("finding-list", observation=number),
    )
    empty = "没有可以与它核对的数字；有了同一序列、分子分母或台账的数，核对会自动进行。"
    return Section("findings", "核对", shown, empty)


def place(observation: Observation) -> Section:
    data = {"observation": observation, "text_url": observation.place_on_web}
    return Section("place", "原文位置", template="projects/place.html", data=data)


def same_series(observation: Observation) -> Section:
    """The other figures of the series, so that documents stand side by side."""
    series = observation.series
    others = series.observations.published().exclude(pk=observation.pk)
    title, more = "同一序列的其他数字", whole_list("observation-list", series=series.slug)
    rows = others.in_time_order().first_rows(CAP + 1)
    alike = {row.pk for row in rows if is_same_claim(observation, row)}
    standing = Column("与本数", lambda row: "同一说法" if row.pk in alike else "")
    columns = (*READING_COLUMNS, standing) if alike else READING_COLUMNS
    claim = [observation, *(row for row in rows if row.pk in alike)]
    caption = counted(title, rows)
    if alike:
        caption += f"；本数这一说法见于 {documents_words(claim)}"
    shown = table(caption, columns, rows[:CAP], Layout(more=more))
    empty = "这一序列还没有其他公开的数字；别的文献或时期的数字审核通过后列在这里。"
    return Section("same-series", title, shown, empty)


class ObservationPage(DetailPage):
    model = Observation
    schema = "Dataset"
    key = "<slug:code>/<int:number>"
    template_name = "projects/observation_detail.html"
    parts = (reading, meaning, restated, ledger_rows, findings, place, same_series)

    def get(self, request: HttpRequest, **key: Any) -> HttpResponse:
        """The page; of a figure that was retracted, only that it was, when and why."""
        try:
            return super().get(request, **key)
        except Http404:
            source = Source.objects.without_text().filter(code=key["code"]).first()
            found = retractions(source, Q(number=key["number"])) if source else []
            if not found:
                raise
        # A document that is public by this figure alone is no more.
        is_public = Source.objects.published().filter(pk=source.pk).exists()
        context = {"source": source if is_public else None, "retraction": found[0]}
        return render(request, "projects/retracted.html", context, status=HTTPStatus.GONE)

    def find(self, **key: Any) -> Observation:
        found = self.rows().filter(source__code=key["code"], number=key["number"])
        rows = Observation.objects.with_subjects().with_words(reader=staff_of(self.request))
        return get_object_or_404(by_first_numbers(rows, found, 1))

    @property
    def title(self) -> str:
        return self.row.series.name

    @property
    def lead(self) -> str:
        return f"《{self.row.source.title}》第 {self.row.number} 处数字。"

    @property
    def trail(self) -> list[Item]:
        source = self.row.source
        return [*super().trail, Item(f"《{source.short_name}》", source.get_absolute_url())]

    @cached_property
    def sections(self) -> list[Section]:
        """With what was corrected of the figure."""
        corrected = corrections_section(Observation.objects.filter(pk=self.row.pk))
        return [*super().sections, *filter(None, (corrected,))]

    @property
    def citation(self) -> Citation:
        """The figure by its document, with its hedge, and the page on which it is read."""
        reference = document_reference(self.row.source, timezone.localdate())
        return Citation(plain_citation(self.row), (reference,), self.address)

    @property
    def on_card(self) -> list[Figure]:
        """The figure itself, and the document that says so."""
        printed, words = self.row.in_short
        said = words.removeprefix(f"{self.row.series}，")
        return [(printed, f"{said}，据《{self.row.source.title}》")]

    def schema_facts(self) -> dict[str, Any]:
        """The value as it is printed, and the bounds that the words allow."""
        row = self.row
        bounds = {"minValue": row.lower, "maxValue": row.upper}
        shown = {name: plain(value) for name, value in bounds.items() if value is not None}
        return only_known(
            variableMeasured=measured(row.series.metric, value=row.printed, **shown),
            temporalCoverage=covered(row),
            isBasedOn=based_on(row.source),
        )

    def extra_context(self) -> dict[str, Any]:
        return {"observation": self.row}


def covered(observation: Observation) -> str:
    """The time that a figure is about, as dates; empty where no document says."""
    if observation.as_of:
        return str(observation.as_of)
    return "/".join(str(one) for one in (observation.period_start, observation.period_end) if one)
