"""The page of one figure: as printed, what it was read as, where it stands, how to cite it."""

from dataclasses import dataclass

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from aidtracker.pages.details import Page, Section, address, facts, listed
from aidtracker.pages.tables import PATH_END, Column, Item
from projects.models import Observation
from projects.views.citations import plain_citation, standard_citation, text_link
from projects.views.metrics import READING_COLUMNS
from projects.views.parts import parts_sections
from projects.views.readings import interval_words, period_dates, qualifier_words, value_words

TEMPLATE = "projects/observation_detail.html"
FINDING_COLUMNS = (
    Column("结果", PATH_END, kind="result"),
    Column("规则", "get_kind_display"),
    Column("计算", "computation", kind="computation", link=True),
    Column("处理", "state_words"),
    Column("说明", "explanation"),
)


@dataclass(frozen=True)
class Citation:
    """A figure's citation in words, its document after GB/T 7714, and this page's address."""

    words: str
    standard: str
    address: str


def observation_detail(request, code, number):
    rows = Observation.objects.published().with_subjects()
    observation = get_object_or_404(rows, source__code=code, number=number)
    source = observation.source
    page = Page(
        kind="观测值",
        title=observation.series.name,
        lead=f"《{source.title}》第 {number} 处数字。",
        trail=[
            Item("观测值", reverse("observation-list")),
            Item(f"《{source.title}》", source.get_absolute_url()),
        ],
        sections=[
            Section("reading", "读作", template="projects/facts.html", data=reading(observation)),
            Section("meaning", "所指", template="projects/facts.html", data=meaning(observation)),
            *parts_sections(observation),
            findings_section(observation),
            place_section(observation),
            same_series(observation),
            citation_section(request, observation),
        ],
        note=observation.note,
        updated_at=observation.updated_at,
    )
    return page.response(request, TEMPLATE, observation=observation)


def reading(observation):
    """What the printed words were read as."""
    return facts(
        observation,
        Column("原文数字", "printed"),
        Column("数值", value_words),
        Column("所容许的范围", interval_words),
        Column("修饰", "get_qualifier_display"),
        Column("修饰的读法", qualifier_words),
        Column("单位", "unit"),
    )


def meaning(observation):
    """What the figure is about."""
    return facts(
        observation,
        Column("指标", "series.metric"),
        Column("主体", "series.subjects"),
        Column("序列", "series"),
        Column("范围说明", "series.scope_note"),
        Column("原文期间", "period_text"),
        Column("期间读作", period_dates),
        Column("性质", "get_nature_display"),
        Column("累计方式", "get_accumulation_display"),
        Column("据谁所说", "attributed_to"),
        Column("采用", "get_rank_display"),
        Column("采用理由", "rank_reason"),
        Column("审核", "get_status_display"),
    )


def findings_section(observation):
    """Every check that this figure had a part in, settled ones and those without result too."""
    found = observation.findings.published().worst_first()
    number = f"{observation.source.code}.{observation.number}"
    return listed(
        "findings",
        "核对",
        FINDING_COLUMNS,
        found,
        more=address("finding-list", observation=number),
        empty="没有可以与它核对的数字；有了同一序列、分子分母或台账的数，核对会自动进行。",
    )


def place_section(observation):
    data = {"observation": observation, "text_url": text_link(observation)}
    return Section("place", "原文位置", template="projects/place.html", data=data)


def same_series(observation):
    """The other figures of the series, so that documents stand side by side."""
    others = (
        Observation.objects.published()
        .with_subjects()
        .filter(series=observation.series)
        .exclude(pk=observation.pk)
    )
    return listed(
        "same-series",
        "同一序列的其他数字",
        READING_COLUMNS,
        others.in_time_order(),
        more=address("observation-list", series=observation.series.slug),
        empty="这一序列还没有其他公开的数字；别的文献或时期的数字审核通过后列在这里。",
    )


def citation_section(request, observation):
    citation = Citation(
        words=plain_citation(observation),
        standard=standard_citation(observation.source, timezone.localdate()),
        address=request.build_absolute_uri(observation.get_absolute_url()),
    )
    return Section("citation", "引用", template="projects/citation.html", data=citation)
