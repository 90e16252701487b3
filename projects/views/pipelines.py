"""What goes through stages: the list with its funnels, a pipeline's page, and one case's."""

from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from aidtracker.ground.keys import key_of
from aidtracker.ground.partial_dates import first_day, last_day
from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.listing import ListPage
from aidtracker.pages.paging import kept
from aidtracker.pages.sections import Related, Section, address
from aidtracker.pages.tables import KIND, NAME, NOTE, Column, Item, Layout, Table, table
from projects.models import Pipeline, PipelineCase, PipelineStage, Review, StageEntry
from projects.sums.funnels import Funnel, FunnelLine, funnels
from projects.views import filters
from projects.views.cases import CASE_COLUMNS, STAGE, ended_words

FUNNEL_COLUMNS = (
    Column("阶段", lambda line: line.stage.name),
    Column("到过", lambda line: line.reached, kind="number"),
    Column("从上一阶段来", "rate_words", kind="phrase"),
    Column("未计入比率", "left_out_words", kind="phrase"),
    Column("现在停在", "here", kind="number"),
    Column("终止于此", "dropped", kind="number"),
)


def funnel_table(funnel: Funnel, here: Any = None) -> Table:
    """The stages of a funnel; `here` makes how many stand in one lead to the list of them."""
    columns = FUNNEL_COLUMNS
    if here is not None:
        columns = tuple(Column(one.label, here) if one.value == "here" else one for one in columns)
    return table(funnel.words, columns, funnel.lines)


def those_here(line: FunnelLine) -> Item:
    """How many stand in a stage, leading to the list of these."""
    if not line.here:
        return Item("0", number=0)
    chosen = address("pipelinecase-list", stage=key_of(line.stage), end="open")
    return Item(f"{line.here}", chosen, line.here)


class PipelineCaseList(ListPage):
    model = PipelineCase
    template_name = "projects/pipelinecase_list.html"
    lead = "招商、项目储备、园区入驻等要一步步推进的事项，走到哪一阶段、走到的占多少。"
    filterset_class = filters.PipelineCaseFilter
    see_also = (("推进流程", "pipeline-list"), ("招商项目", "investment-list"))
    columns = (
        NAME,
        STAGE,
        Column("自", "entered_on", kind="date"),
        Column("推进流程", "pipeline", sort=("pipeline__slug",)),
        Column("企业", "enterprise", sort=("enterprise__slug",)),
        Column("场所", "site", sort=("site__slug",)),
        Column("地区", "region", sort=("region__slug",)),
        Column("援疆指挥部", "headquarters", sort=("headquarters__slug",)),
        Column("终止原因", "dropped_reason", kind="phrase"),
        NOTE,
    )

    def extra_context(self, page: Any) -> dict[str, Any]:
        rows = self.filtered_rows
        found = funnels(rows) if self.is_filtered else kept("funnels", lambda: funnels(rows))
        return {"funnels": [funnel_table(one, those_here) for one in found]}


class PipelineList(ListPage):
    model = Pipeline
    lead = "一类事项要走的各个阶段，每一步算不算停滞、怎样算办成。"
    filterset_class = filters.PipelineFilter
    see_also = (("推进事项", "pipelinecase-list"),)
    columns = (
        NAME,
        KIND,
        Column("所属工程", "program", sort=("program__slug",)),
        Column("阶段", lambda row: " → ".join(one.name for one in row.stages.all()), "phrase"),
        NOTE,
    )

    def read(self, rows: QuerySet) -> QuerySet:
        stages = PipelineStage.objects.order_by("number")
        return super().read(rows).prefetch_related(Prefetch("stages", stages))


def funnel_of(pipeline: Pipeline) -> Section | None:
    """How far all its public cases came; its stages also without any: three queries."""
    found = funnels(pipeline.cases.published(), pipelines=[pipeline.pk])
    if not found:
        return None
    template = "projects/section_funnel.html"
    return Section("funnel", "各阶段", funnel_table(found[0], those_here), template=template)


class PipelinePage(DetailPage):
    model = Pipeline
    schema = "DefinedTermSet"
    columns = (KIND, Column("所属工程", "program"))
    parts = (
        funnel_of,
        Related("cases", "推进事项", CASE_COLUMNS, "走这一流程的事项；审核发布后列在这里。"),
    )

    @property
    def lead(self) -> str:
        return sentence(self.row.get_kind_display(), "一步步推进的阶段和走到各阶段的事项")


def course(case: PipelineCase) -> Section:
    """The stages that it has entered and those ahead, with the days in between: one query."""
    entries = StageEntry.objects.filter(case=case, review=Review.PUBLISHED)
    stages = PipelineStage.objects.filter(pipeline=case.pipeline_id).order_by("number")
    stages = list(stages.prefetch_related(Prefetch("entries", entries, to_attr="own")))
    columns = (
        Column("阶段", "name"),
        Column("进入", lambda stage: stage.own[0].entered_on if stage.own else "", kind="date"),
        Column("记录", lambda stage: "有" if stage.own else ""),
        Column("距上一阶段", lambda stage: gaps.get(stage.pk, ""), kind="phrase"),
        Column("备注", lambda stage: stage.own[0].note if stage.own else "", kind="phrase"),
    )
    gaps = gaps_of(stages)
    return Section("course", "经过", table("经过的阶段", columns, stages, Layout()))


def gaps_of(stages: list[PipelineStage]) -> dict[int, str]:
    """How long each stage came after the last that was entered, where the days are known."""
    found: dict[int, str] = {}
    before = ""
    for stage in stages:
        on = stage.own[0].entered_on if stage.own else ""
        if on and before:
            found[stage.pk] = gap_words(before, on)
        before = on or before
    return found


def gap_words(before: str, after: str) -> str:
    """71 天; of months and years between what and what; what cannot be is said."""
    if last_day(after) < first_day(before):
        return "日期早于上一阶段，请核对"
    least = max((first_day(after) - last_day(before)).days, 0)
    most = days_between(first_day(before), last_day(after))
    return f"{most} 天" if least == most else f"{least} 至 {most} 天"


def days_between(first: date, last: date) -> int:
    return (last - first).days


class PipelineCasePage(DetailPage):
    model = PipelineCase
    schema = "Action"
    columns = (
        Column("事项编号", "code"),
        Column("推进流程", "pipeline"),
        STAGE,
        Column("自", "entered_on", kind="date"),
        Column("企业", "enterprise"),
        Column("场所", "site"),
        Column("地区", "region"),
        Column("援疆指挥部", "headquarters"),
        Column("所属工程", "program"),
        Column("由哪次活动带来", "activity"),
        Column("招商项目", "investment"),
        Column("援疆项目", "project"),
        Column("终止", ended_words),
    )
    parts = (course,)

    @property
    def lead(self) -> str:
        case = self.row
        return sentence(
            case.pipeline,
            case.stage_words and f"现在是“{case.stage_words}”",
            case.headquarters and f"由{case.headquarters}推进",
        )
