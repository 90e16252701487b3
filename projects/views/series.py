"""The page of a series: every figure of every source on one time axis, today or as once known."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.http import urlencode

from aidtracker.pages.charts import FEWEST
from aidtracker.pages.citing import Citation
from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.sections import Section, address, list_item, whole_list
from aidtracker.pages.sharing import downloads, only_known
from aidtracker.pages.site import origin
from aidtracker.pages.tables import CAP, Column, Item, Layout, capped, counted, table
from projects.charts.over_time import Event, series_chart
from projects.corrections import MOST_FIGURES, known_on, recorded_on
from projects.models import Metric, Observation, Series
from projects.models.metrics import SUBJECTS
from projects.sums import totals
from projects.sums.claims import claims, documents_words, said_once
from projects.views.citations import document_reference, series_citation
from projects.views.corrections import corrections_section
from projects.views.events import events_about
from projects.views.figure_lists import FIGURE_OF_SERIES
from projects.views.metrics import READING_COLUMNS, measured
from projects.views.sections import NO_FIGURES

MOST_PARTS = 30  # each is compared with each other
MOST_BESIDE = 40
ALONE = "有了公开的数字就画在这里；只有一个数字不画图。"
ASKED = ("with", "as_of", "known")  # what of the address says which figures the chart shows


def chart_section(
    rows: list[Observation], second: list[Observation], events: Sequence[Event]
) -> Section:
    """All figures on one time axis, each claim once, those with an open contradiction marked;
    never one alone."""
    rows, second = said_once(rows), said_once(second)
    conflicts = {row.pk for row in (*rows, *second) if row.is_contradicted}
    several = len(rows) + len(second) >= FEWEST
    chart = series_chart(rows, conflicts, second, events) if several else None
    template = "projects/series_chart.html"
    return Section("chart", "图", None, ALONE, template, data=rows or None, chart=chart)


def day_asked_for(request):
    """The day of `?as_of=`, if any, and what is wrong with it, in words."""
    text = request.GET.get("as_of", "").strip()
    try:
        return (date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, "日期请写成 2020-06-30 这样；下面是现在的数字。"


def current_figures(series):
    figures = Observation.objects.published().filter(series=series)
    return figures.in_time_order().first_rows(MOST_FIGURES)


def whole(series):
    """The series that this one is a part of, if the public may see it: one query."""
    return Series.objects.published().filter(pk=series.part_of_id).first()


def events_meanwhile(series: Series, rows: list[Observation]) -> list[Event]:
    """What happened to the subjects of a series in the years that its figures speak of."""
    years = [row.moment.year for row in rows if row.moment]
    return events_about(series, min(years), max(years)) if years else []


def beside(series: Series) -> QuerySet:
    """Other series of the same metric, or about the most specific of the same things."""
    subject = next(name for name in reversed(SUBJECTS) if getattr(series, f"{name}_id"))
    alike = Q(metric=series.metric_id) | Q(**{subject: getattr(series, f"{subject}_id")})
    rows = Series.objects.published().with_figures().filter(alike).exclude(pk=series.pk)
    return rows.only("name", "slug").order_by("slug")


def figures_section(series, rows):
    """The table under the chart: what the chart draws, in words, and the way to all of it."""
    layout = Layout(more=whole_list("observation-list", series=series.slug))
    said = claims(rows)
    several = [claim for claim in said if len(claim) > 1]
    words = {row.pk: documents_words(claim) for claim in several for row in claim}
    alike = Column("同一说法", lambda row: words.get(row.pk, ""))
    columns = (*READING_COLUMNS, alike) if several else READING_COLUMNS
    caption = counted("全部数字", rows) + (f"，{len(said)} 种说法" if several else "")
    shown = table(caption, columns, rows[:CAP], layout)
    return Section("figures", "全部数字", shown, NO_FIGURES)


def parts_section(series):
    """The parts that a document names; only where they are complete do they add up."""
    title = "其中（齐全）" if series.has_complete_parts else "其中（不一定齐全）"
    columns = (Column("序列"), *FIGURE_OF_SERIES)
    shown = capped(title, columns, series.parts.with_figures())
    return Section("parts", title, shown, "以本序列为整体的各“其中”序列。")


def parts_sections(series: Series) -> list[Section]:
    """The parts, and their sum where there are any."""
    parts = parts_section(series)
    return [parts, sum_section(series)] if parts.has_rows else [parts]


def sum_section(series):
    """The figures of the parts added up, or why they must not be."""
    rows = series.parts.all().leading_figures().in_time_order().first_rows(MOST_PARTS)
    for row in rows:
        row.series.part_of = series  # read once, not once for each part
    can_add = series.has_complete_parts or series.parts_ground
    title = "各部分之和" if can_add else "各部分能不能相加"
    return Section("sum", title, template=totals.TEMPLATE, data=totals.total(rows).explain())


class SeriesPage(DetailPage):
    model = Series
    schema = "Dataset"
    template_name = "projects/series_detail.html"
    columns = (
        Column("指标", "metric"),
        Column("主体", "subjects"),
        Column("范围", "scope_words"),
        Column("单位", "metric.unit"),
        Column("口径", "metric.definition"),
        Column("所属整体", whole),
    )

    def rows(self) -> QuerySet:
        return Series.objects.published().with_subjects()

    @property
    def lead(self) -> str:
        return sentence(f"“{self.row.metric}”的一个序列", self.row.scope_words)

    @property
    def trail(self) -> list[Item]:
        return [list_item(Metric), list_item(Series)]

    def schema_facts(self) -> dict[str, Any]:
        files = address("observation-list", series=self.row.slug)
        return only_known(
            variableMeasured=measured(self.row.metric),
            distribution=downloads(origin(self.request), files),
            license=settings.SITE["licence"],
        )

    @cached_property
    def others(self) -> list[Series]:
        """Series to put under this one: of the same metric, or about the same thing."""
        return list(beside(self.row)[:MOST_BESIDE])

    @cached_property
    def chosen(self) -> Series | None:
        """The one of them that the address names."""
        wanted = self.request.GET.get("with", "")
        return next((one for one in self.others if one.slug == wanted), None)

    @cached_property
    def second(self) -> list[Observation]:
        return current_figures(self.chosen) if self.chosen else []

    @property
    def chart_query(self) -> str:
        kept = {name: self.request.GET[name] for name in ASKED if self.request.GET.get(name)}
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def is_of_record(self) -> bool:
        """Whether the day asks for what this database showed, not for what documents had said."""
        return self.request.GET.get("known") == "record"

    def figures_on(self, day: date) -> list[Observation]:
        return (recorded_on if self.is_of_record else known_on)(self.row, day)

    @cached_property
    def shown_figures(self) -> list[Observation]:
        """What is known of the series, or was on the day that is asked for."""
        day, _ = day_asked_for(self.request)
        return self.figures_on(day) if day else current_figures(self.row)

    @property
    def citation(self) -> Citation:
        """The series by the documents it draws on; without figures as a page of this site."""
        if not self.shown_figures:
            return super().citation
        documents = {row.source_id: row.source for row in self.shown_figures}
        today = timezone.localdate()
        references = tuple(document_reference(one, today) for one in documents.values())
        return Citation(series_citation(self.row, self.shown_figures), references, self.address)

    @cached_property
    def sections(self) -> list[Section]:
        series, (day, _) = self.row, day_asked_for(self.request)
        rows = self.shown_figures
        sections = [
            chart_section(rows, self.second, events_meanwhile(series, rows)),
            figures_section(series, rows),
            *([] if day else parts_sections(series)),
            corrections_section(Observation.objects.published().filter(series=series)),
        ]
        return [section for section in sections if section]

    def extra_context(self) -> dict[str, Any]:
        day, problem = day_asked_for(self.request)
        return {
            "others": self.others,
            "chosen": self.chosen,
            "day": day,
            "problem": problem,
            "today": timezone.localdate(),
            "is_of_record": self.is_of_record,
        }
