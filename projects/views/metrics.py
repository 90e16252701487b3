"""The page of a metric: what is counted, of whom, and every public figure."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from aidtracker.ground.inner_queries import Fixed
from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.sections import Fact, Related, Section, address, facts
from aidtracker.pages.sharing import downloads, only_known
from aidtracker.pages.site import origin
from aidtracker.pages.tables import CAP, KIND, NOTE, Column, Item, Layout, counted, table
from projects.charts.best import best_chart, over_subjects
from projects.models import Metric, Observation
from projects.reading.allowed import interval_words
from projects.views.figure_lists import FIGURE_OF_SERIES, SERIES_SCOPE
from projects.views.readings import formula_words, remarks, scope_words
from projects.views.sections import CITED, FIGURE, NATURE, NO_FIGURES, period_words

READING_COLUMNS = (
    Column("期间", period_words, kind="moment"),
    FIGURE,
    Column("所容许的范围", interval_words),
    Column("修饰", "get_qualifier_display"),
    NATURE,
    CITED,
    Column("备注", remarks),
)
METRIC_COLUMNS = (
    Column("指标"),
    Column("公式", formula_words),
    Column("单位", "unit"),
    NOTE,
)


def series_item(observation):
    """What a figure is about, leading to its series."""
    return Item(scope_words(observation.series), observation.series.get_absolute_url())


def figures_of(metric):
    """All its figures, series after series."""
    return Observation.objects.filter(series__inside=Fixed(metric.series_set.all())).by_series()


def derived_from(metric):
    """The metrics that a formula computes from this one."""
    derived = Metric.objects.filter(Q(numerator=metric) | Q(denominator=metric))
    return derived.select_related("numerator", "denominator")


def measured(metric: Metric, **values: Any) -> dict[str, Any]:
    """What is counted, with its unit, as schema.org says it."""
    return {
        "@type": "PropertyValue",
        "name": metric.name,
        **only_known(description=metric.definition, unitText=metric.unit, **values),
    }


class SeriesRows(Related):
    """The series of a metric, and its subjects beside each other: those that can be compared."""

    def section(self, found: list[Any], record: Metric) -> Section:
        layout = Layout(more=self.more(record))
        shown = table(counted(self.title, found), self.columns, found[:CAP], layout)
        leading = [series.leading_figures[0] for series in found[:CAP]]
        limit = f"这一指标的序列多于 {CAP} 个，只比较了前 {CAP} 个。" if len(found) > CAP else ""
        chart = over_subjects(self.anchor, leading, limit)
        return Section(self.anchor, self.title, shown, self.empty, chart=chart)


class FigureRows(Related):
    """The figures of a metric, and how the longest series of them went."""

    def section(self, found: list[Any], record: Metric) -> Section:
        layout = Layout(more=self.more(record))
        shown = table(counted(self.title, found), self.columns, found[:CAP], layout)
        chart = best_chart(self.anchor, found[:CAP])
        return Section(self.anchor, self.title, shown, self.empty, chart=chart)


class MetricPage(DetailPage):
    model = Metric
    schema = "Dataset"
    columns = (
        Column("口径", "definition"),
        Column("单位", "unit"),
        KIND,
        Column("方向", "get_direction_display"),
        Column("领域", "get_sector_display"),
    )
    formula = (
        Column("公式", formula_words),
        Column("分子", "numerator"),
        Column("分母", "denominator"),
    )
    counted = (Column("公式", lambda row: "直接统计，不由别的指标算出"),)
    parts = (
        SeriesRows(
            "series",
            "各序列",
            (SERIES_SCOPE, *FIGURE_OF_SERIES),
            "这一指标在各个主体和范围上的序列；有了公开的数字就列在这里。",
            rows=lambda metric: metric.series_set.with_figures(),
        ),
        FigureRows(
            "figures",
            "各序列的全部数字",
            (Column("主体与范围", series_item), *READING_COLUMNS),
            NO_FIGURES,
            rows=figures_of,
        ),
        Related(
            "derived",
            "由它算出的指标",
            METRIC_COLUMNS,
            "以它为分子或分母的增长率、比值和占比。",
            by=None,
            rows=derived_from,
        ),
    )

    def rows(self) -> QuerySet:
        return Metric.objects.select_related("numerator", "denominator")

    @property
    def facts(self) -> list[Fact]:
        metric = self.row
        return facts(metric, *self.columns, *(self.formula if metric.formula else self.counted))

    def schema_facts(self) -> dict[str, Any]:
        files = address("observation-list", metric=self.row.slug)
        return only_known(
            variableMeasured=measured(self.row),
            distribution=downloads(origin(self.request), files),
            license=settings.SITE["licence"],
        )

    @property
    def lead(self) -> str:
        return sentence(
            f"{self.row.get_kind_display()}指标",
            f"单位：{self.row.unit}",
            self.row.get_sector_display(),
        )
