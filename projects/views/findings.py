"""数据核对: the list of what checking the figures found, and the page of one finding."""

import re
from dataclasses import dataclass

from django.db.models import Count, Prefetch
from django.shortcuts import get_object_or_404

from aidtracker.pages.details import Page, Section, address, facts
from aidtracker.pages.tables import PATH_END, Column, period_words, table
from projects.models import Finding, Observation
from projects.models.finding_kinds import Result
from projects.views import filters
from projects.views.lists import NarrowedList
from projects.views.readings import interval_words, remarks
from projects.views.sections import crumbs

TEMPLATE = "projects/finding_detail.html"
# The clause in which a check says what a missing or loose figure would have to be.
NEEDED = re.compile(r"相符(?:要求|须|时?[^。；]{0,12}须)[^。；]*")


@dataclass(frozen=True)
class ResultCount:
    """One of the four results: its sign, word and meaning, and how many public findings it has."""

    result: str
    sign: str
    word: str
    meaning: str
    count: int
    url: str


def result_counts():
    """A `ResultCount` for each result, worst first: one query."""
    found = Finding.objects.published().order_by().values("result").annotate(total=Count("pk"))
    totals = {row["result"]: row["total"] for row in found}
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


class FindingList(NarrowedList):
    model = Finding
    title = "数据核对"
    lead = "把文献中的数字互相核对、与台账核对：算了什么，得到什么，哪里不能同时成立。"
    empty = "还没有核对结果；有了审核通过的数字，核对会自动进行。"
    filterset_class = filters.FindingFilter
    template_name = "projects/finding_list.html"
    columns = (
        Column("结果", PATH_END, kind="result", sort=("severity",)),
        Column("规则", "get_kind_display", sort=("kind",)),
        Column("计算", "computation", kind="computation", link=True),
        Column("所涉数字", "observations", kind="figures"),
        Column("处理", "state_words", sort=("state",)),
        Column("说明", "explanation"),
    )

    def rows(self):
        return Finding.objects.published().worst_first().prefetch_related(with_figures())

    def extra_context(self, page):
        return {"results": result_counts()}


FIGURE_COLUMNS = (
    Column("数值", PATH_END, kind="figure"),
    Column("序列", "series"),
    Column("期间", period_words, kind="phrase"),
    Column("所容许的范围", interval_words),
    Column("性质", PATH_END, kind="nature"),
    Column("出处", PATH_END, kind="source"),
    Column("备注", remarks),
)
RECORD_COLUMNS = (
    Column("记录", PATH_END),
    Column("类型", lambda row: row._meta.verbose_name),
    Column("备注", "note"),
)


def finding_detail(request, slug):
    finding = get_object_or_404(Finding.objects.published().at_address(slug))
    page = Page(
        kind=f"数据核对 · {finding.get_kind_display()}",
        title=f"{finding.get_result_display()}：{finding.get_kind_display()}",
        lead=Result(finding.result).meaning,
        trail=crumbs(("数据核对", "finding-list")),
        sections=[
            *figures_sections(finding),
            *records_sections(finding),
            Section(
                "condition", "怎样才相符", template="includes/note_text.html", data=needed(finding)
            ),
            explanation_section(finding),
        ],
        updated_at=finding.updated_at,
    )
    return page.response(request, TEMPLATE, finding=finding)


def needed(finding):
    """What would make it hold: what the computation says of it, and what the rule asks."""
    said = NEEDED.findall(finding.computation)
    return [*(f"{words}。" for words in said), *filter(None, [finding.condition])]


def figures_sections(finding):
    figures = finding.observations.with_subjects().in_reading_order()
    return present(Section("figures", "所涉数字", table("所涉数字", FIGURE_COLUMNS, figures)))


def records_sections(finding):
    shown = table("所涉记录", RECORD_COLUMNS, finding.linked_records)
    return present(Section("records", "所涉记录", shown))


def present(section):
    """A section if it has rows: a finding about figures alone lacks no records."""
    return [section] if section.has_rows else []


def explanation_section(finding):
    """What a person made of it; open ones say that nobody has."""
    data = facts(finding, Column("处理", "state_words"), Column("说明", "explanation"))
    return Section("explanation", "处理与说明", template="projects/facts.html", data=data)
