"""The page of a series: every figure of every source on one time axis, today or as once known."""

from datetime import date

from django.shortcuts import get_object_or_404
from django.utils import timezone

from aidtracker.pages.details import (
    NO_FIGURES,
    WHOLE_LIST,
    Page,
    Section,
    address,
    facts,
    listed,
    name_column,
)
from aidtracker.pages.tables import CAP, Column, Item, Layout, counted, table
from projects.charts import drawing as charts
from projects.corrections import known_on
from projects.models import Observation, Series
from projects.sums import totals
from projects.views.citations import series_citation, standard_citations
from projects.views.figure_lists import FIGURE_OF_SERIES
from projects.views.metrics import READING_COLUMNS
from projects.views.sections import crumbs, sentence

MOST_FIGURES = 200  # on one chart and in its table; the list has all of them
MOST_PARTS = 30  # each is compared with each other
TEMPLATE = "projects/series_detail.html"


def series_detail(request, slug):
    series = get_object_or_404(Series.objects.published().with_subjects(), slug=slug)
    day, problem = day_asked_for(request)
    rows = known_on(series, day) if day else current_figures(series)
    page = Page(
        kind="序列",
        title=series.name,
        lead=sentence(f"“{series.metric}”的一个序列", series.scope_note),
        trail=crumbs(("指标", "metric-list"), ("序列", "series-list")),
        facts=series_facts(series),
        sections=[
            chart_section(rows),
            figures_section(series, rows),
            parts_section(series),
            *sum_sections(series),
            citation_section(request, series, rows),
        ],
        note=series.note,
        updated_at=series.updated_at,
    )
    context = {"day": day, "problem": problem, "today": timezone.localdate()}
    return page.response(request, TEMPLATE, **context)


def chart_section(rows):
    """All figures on one time axis, those with an open contradiction marked."""
    conflicts = {row.pk for row in rows if row.is_contradicted}
    chart = charts.series_chart(rows, conflicts)
    return Section("chart", "图", template=charts.TEMPLATE, data=chart)


def day_asked_for(request):
    """The day of `?as_of=`, if any, and what is wrong with it, in words."""
    text = request.GET.get("as_of", "").strip()
    try:
        return (date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, "日期请写成 2020-06-30 这样；下面是现在的数字。"


def current_figures(series):
    figures = Observation.objects.published().with_subjects().filter(series=series)
    return list(figures.in_time_order()[:MOST_FIGURES])


def series_facts(series):
    return facts(
        series,
        Column("指标", "metric"),
        Column("主体", "subjects"),
        Column("范围说明", "scope_note"),
        Column("单位", "metric.unit"),
        Column("口径", "metric.definition"),
        Column("所属整体", whole),
    )


def whole(series):
    """The series that this one is a part of, if the public may see it: one query."""
    return Series.objects.published().filter(pk=series.part_of_id).first()


def figures_section(series, rows):
    """The table under the chart: what the chart draws, in words, and the way to all of it."""
    layout = Layout(more=Item(WHOLE_LIST, address("observation-list", series=series.slug)))
    shown = table(counted("全部数字", rows), READING_COLUMNS, rows[:CAP], layout)
    return Section("figures", "全部数字", shown, NO_FIGURES)


def parts_section(series):
    """The parts that a document names; only where they are complete do they add up."""
    parts = series.parts.with_leading_figures()
    words = "以本序列为整体的各“其中”序列。"
    title = "其中（齐全）" if series.has_complete_parts else "其中（不一定齐全）"
    return listed("parts", title, (name_column("序列"), *FIGURE_OF_SERIES), parts, empty=words)


def sum_sections(series):
    """The figures of the parts added up, or why they must not be; nothing without parts."""
    public = Observation.objects.published().filter(series__part_of=series)
    rows = list(public.leading().with_subjects().in_time_order()[:MOST_PARTS])
    for row in rows:
        row.series.part_of = series  # read once, not once for each part
    if not rows:
        return []
    title = "各部分之和" if series.has_complete_parts else "各部分能不能相加"
    return [Section("sum", title, template=totals.TEMPLATE, data=totals.total(rows).explain())]


def citation_section(request, series, rows):
    """How to cite the series, its documents, and the address that stays."""
    data = {
        "words": series_citation(series, rows),
        "standards": standard_citations(rows, timezone.localdate()),
        "address": request.build_absolute_uri(series.get_absolute_url()),
        "download": address("observation-list", series=series.slug),
    }
    template = "projects/series_citation.html"
    return Section("citation", "引用与下载", None, NO_FIGURES, template, data if rows else None)
