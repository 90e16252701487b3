"""The list pages of metrics, their series, and the public figures."""

from functools import cached_property

from django.db.models import Model

from aidtracker.pages.listing import ListPage
from aidtracker.pages.tables import KIND, NAME, NOTE, Column
from projects.models import Metric, Observation, Series
from projects.views import filters
from projects.views.readings import remarks, scope_words
from projects.views.sections import metric_item, scope_items

NEEDS_UNIT = "不同单位的数字不能比较大小：先选定“指标”，再按数值排序。"


class MetricList(ListPage):
    model = Metric
    see_also = (("序列", "series-list"), ("观测值", "observation-list"))
    lead = "数的是什么：口径、单位和公式；打开一个指标，可看到它的每个序列和每个数字。"
    filterset_class = filters.MetricFilter
    columns = (
        NAME,
        Column("单位", "unit", sort=("unit",)),
        KIND,
        Column("领域", "get_sector_display", sort=("sector",)),
        Column("口径", "definition"),
        Column("序列", "series_count", kind="number", sort=("series_count",)),
        Column("数字", "figure_count", kind="number", sort=("figure_count",)),
        NOTE,
    )

    def read(self, rows):
        return super().read(rows).with_counts()


def leading(series):
    """The figure of a series that its list shows."""
    return series.leading_figures[0]


SERIES_SCOPE = Column("主体与范围", scope_words, link=True, sort=("slug",))
FIGURE_OF_SERIES = (
    Column("数值", leading, kind="figure"),
    Column("性质", leading, kind="nature"),
    Column("期间", leading, kind="period"),
    Column("出处", leading, kind="source"),
    Column("全部数字", "figure_count", kind="number", sort=("figure_count",)),
)


class SeriesList(ListPage):
    model = Series
    see_also = (("指标", "metric-list"), ("观测值", "observation-list"))
    lead = "一个指标、一个主体、一个范围为一个序列；表中是采用值或最近的一个数字。"
    empty = "还没有公开的数字；观测值审核通过后，它的序列列在这里。"
    shows_all = False  # only series with figures
    filterset_class = filters.SeriesFilter
    columns = (Column("指标", "metric", sort=("metric__slug",)), SERIES_SCOPE, *FIGURE_OF_SERIES)

    def rows(self):
        return Series.objects.published().with_figures()

    def read(self, rows):
        return rows.with_leading_figures().with_subjects()


class ObservationList(ListPage):
    model = Observation
    see_also = (("指标", "metric-list"), ("序列", "series-list"), ("并列比较", "compare"))
    lead = (
        "文献中的每一个数字：照印的写法、所说的期间和范围、在原文中的位置。"
        "一行是一份文献的一处说法；几份文献说的同一件事，在序列页上合为一种说法。"
    )
    empty = "还没有公开的数字；审核通过后列在这里。"
    filterset_class = filters.ObservationFilter
    columns = (
        Column("指标", metric_item, sort=("series__metric__slug", "series__slug")),
        Column("主体与范围", scope_items, sort=("series__slug",)),
        Column("数值", kind="figure", sort=("value",)),
        Column("性质", kind="nature", sort=("nature", "source_id", "number")),
        Column("期间", kind="period", sort=("as_of", "period_end", "period_start")),
        Column(
            "累计方式", "get_accumulation_display", sort=("accumulation", "source_id", "number")
        ),
        Column("修饰", "get_qualifier_display", sort=("qualifier", "source_id", "number")),
        Column("出处", kind="source", sort=("source__code", "number")),
        Column("备注", remarks),
    )

    def rows(self):
        return Observation.objects.published().order_by("source_id", "number")

    @cached_property
    def order(self):
        """By value only within one unit: 3 亿元 is neither more nor less than 500 人."""
        order = super().order
        if "value" not in (name.removeprefix("-") for name in order):
            return order
        form = self.filterset.form
        form.is_valid()
        if any(isinstance(form.cleaned_data.get(name), Model) for name in ("metric", "series")):
            return order
        self.notices.append(NEEDS_UNIT)
        self.parameters.pop("sort")
        return ()

    def read(self, rows):
        return rows.with_subjects()
