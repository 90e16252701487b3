"""The page of a metric: what is counted, of whom, and every public figure."""

from django.db.models import Q
from django.shortcuts import get_object_or_404

from aidtracker.pages.details import NO_FIGURES, Page, facts
from aidtracker.pages.tables import PATH_END, Column, Item, period_words
from programs.views.columns import NOTE
from projects.models import Metric
from projects.views.figure_lists import FIGURE_OF_SERIES, SCOPE
from projects.views.readings import formula_words, interval_words, remarks, scope_words
from projects.views.sections import Part, crumbs, sentence

READING_COLUMNS = (
    Column("期间", period_words, kind="moment"),
    Column("数值", PATH_END, kind="figure"),
    Column("所容许的范围", interval_words),
    Column("修饰", "get_qualifier_display"),
    Column("性质", PATH_END, kind="nature"),
    Column("出处", PATH_END, kind="source"),
    Column("备注", remarks),
)
METRIC_COLUMNS = (
    Column("指标", PATH_END),
    Column("公式", formula_words),
    Column("单位", "unit"),
    NOTE,
)


def series_item(observation):
    """What a figure is about, leading to its series."""
    return Item(scope_words(observation.series), observation.series.get_absolute_url())


def derived_from(metric):
    """The metrics that a formula computes from this one."""
    derived = Metric.objects.filter(Q(numerator=metric) | Q(denominator=metric))
    return derived.select_related("numerator", "denominator")


PARTS = (
    Part(
        "series",
        "各序列",
        (SCOPE, *FIGURE_OF_SERIES),
        lambda metric: metric.series_set.with_leading_figures().with_subjects(),
        "这一指标在各个主体和范围上的序列；有了公开的数字就列在这里。",
        ("series-list", "metric"),
    ),
    Part(
        "figures",
        "各序列的全部数字",
        (Column("主体与范围", series_item), *READING_COLUMNS),
        lambda metric: metric.series_set.all().published_figures().by_series(),
        NO_FIGURES,
        ("observation-list", "metric"),
    ),
    Part(
        "derived",
        "由它算出的指标",
        METRIC_COLUMNS,
        derived_from,
        "以它为分子或分母的增长率、比值和占比。",
    ),
)


def metric_facts(metric):
    formula = (
        Column("公式", formula_words),
        Column("分子", "numerator"),
        Column("分母", "denominator"),
    )
    counted = (Column("公式", lambda row: "直接统计，不由别的指标算出"),)
    return facts(
        metric,
        Column("口径", "definition"),
        Column("单位", "unit"),
        Column("类型", "get_kind_display"),
        Column("方向", "get_direction_display"),
        Column("领域", "get_sector_display"),
        *(formula if metric.formula else counted),
    )


def metric_detail(request, slug):
    metric = get_object_or_404(Metric.objects.select_related("numerator", "denominator"), slug=slug)
    return Page(
        kind="指标",
        title=metric.name,
        lead=sentence(
            f"{metric.get_kind_display()}指标", f"单位：{metric.unit}", metric.get_sector_display()
        ),
        trail=crumbs(("指标", "metric-list")),
        aliases=metric.aliases,
        facts=metric_facts(metric),
        sections=[part.section(metric) for part in PARTS],
        sources=metric.sources.published().without_text(),
        note=metric.note,
        updated_at=metric.updated_at,
    ).response(request)
