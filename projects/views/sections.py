"""What the pages say of projects, investments, sites, events and figures: columns and parts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet

from aidtracker.ground.made_once import asked_of
from aidtracker.pages.sections import Related, Section, whole_list
from aidtracker.pages.tables import (
    CAP,
    KIND,
    NAME,
    NOTE,
    PATH_END,
    STATUS,
    Column,
    Item,
    Layout,
    counted,
    item_of,
    table,
)
from aidtracker.templatetags import formatting
from projects.amounts.ledger_sums import sums_of, with_sums
from projects.charts.best import best_chart
from projects.models import Observation
from projects.models.figure_queries import ObservationQuerySet
from projects.views.amounts import leading, read_figures, with_figure_counts
from projects.views.leading import chosen

NO_FIGURES = "还没有公开的数字；审核通过后列在这里。"

TOTAL = Column("总投资", "total_amount", kind="money")
STARTED = Column("实际开工", "actual_start", kind="date")
INVESTOR = Column("投资方", "investor")
AGREED = Column("协议资金", "agreed_amount", kind="money")
ARRIVED = Column("到位资金", "arrived_amount", kind="money")
OPENED = Column("启用", "opened_on", kind="date")
LEVEL = Column("级别", "get_level_display")
GRANTOR = Column("授予单位", "grantor")
GRANTED = Column("授予", "granted_on", kind="date")

HOLDER = Column(
    "获得者",
    "holder",
    reads=lambda rows: rows.select_related("site", "region", "enterprise", "outlet"),
)

PROJECT_COLUMNS = (NAME, Column("援疆指挥部", "headquarters"), STATUS, TOTAL, STARTED, NOTE)
INVESTMENT_COLUMNS = (
    NAME,
    INVESTOR,
    Column("落地企业", "local_enterprise"),
    STATUS,
    AGREED,
    ARRIVED,
    NOTE,
)
# Words alone, which are told with the record: a query less; the list has the amounts.
SUBSIDY_COLUMNS = (
    NAME,
    KIND,
    Column("受补企业", "enterprise"),
    Column("受益群体", "beneficiaries"),
    Column("开始", "starts_on", kind="date"),
    NOTE,
)
SITE_COLUMNS = (NAME, KIND, Column("所在地区", "region"), OPENED, NOTE)
OUTLET_COLUMNS = (NAME, KIND, STATUS, Column("所在城市", "city"), NOTE)
ENTERPRISE_COLUMNS = (NAME, KIND, Column("行业", "industry"), Column("品牌", "brand"), NOTE)
ACTIVITY_COLUMNS = (Column("时间", "starts_on", kind="date"), NAME, KIND, NOTE)
AGREEMENT_COLUMNS = (
    Column("签订", "signed_on", kind="date"),
    NAME,
    KIND,
    Column("内容", "subject"),
    NOTE,
)
AWARD_COLUMNS = (NAME, LEVEL, GRANTOR, GRANTED, NOTE)


def rate_words(rung):
    """The share of a step of money with its name: 到位率 99.11%; None where there is none."""
    return None if rung.share is None else f"{rung.rate} {formatting.plain(rung.share)}%"


LADDER_COLUMNS = (
    Column("环节", "label"),
    Column("金额", "amount", kind="money"),
    Column("比率", rate_words, kind="rate"),
    Column("算法", "working", kind="phrase"),
)


SUBSIDIES = Related("subsidies", "补贴", SUBSIDY_COLUMNS)


@dataclass(frozen=True)
class LedgerRows(Related):
    """The rows of a ledger that belong to a record, and their amounts added up and explained."""

    totals: tuple[str, ...] = ()

    def read(self, record: Any) -> QuerySet:
        return with_sums(with_figure_counts(super().read(record)), self.totals)

    def section(self, found: list[Any], record: Any) -> Section:
        read_figures(found)
        layout = Layout(more=self.more(record))
        columns = tuple(map(leading, self.columns))
        shown = table(counted(self.title, found), columns, found[:CAP], layout)
        sums = sums_of(found, self.found(record), self.totals)
        totals = [(one.label, one.explained_by(found)) for one in sums]
        template, data = "projects/section_ledger.html", totals if found else None
        return Section(self.anchor, self.title, shown, self.empty, template, data)


# Figures


def metric_item(observation: Observation) -> Item:
    """The name of what is counted, leading to the series of this subject and scope."""
    series = observation.series
    return Item(str(series.metric), series.get_absolute_url())


def scope_items(observation: Observation) -> Iterator[Item]:
    """The subjects of a figure, each leading to its page, and the scope in words."""
    yield from map(item_of, observation.series.subjects)
    if words := observation.series.scope_words:
        yield Item(words)


def period_words(observation: Observation) -> str:
    """The time a figure speaks of, and whether it is of that time, up to it or at it."""
    return f"{formatting.stated_period(observation)}，{observation.get_accumulation_display()}"


FIGURE = Column("数值", PATH_END, kind="figure")
NATURE = Column("性质", PATH_END, kind="nature")
CITED = Column("出处", PATH_END, kind="source")
METRIC = Column("指标", metric_item)
SCOPE = Column("主体与范围", scope_items)
PERIOD = Column("期间", period_words, kind="phrase")
FIGURE_COLUMNS = (METRIC, SCOPE, FIGURE, NATURE, PERIOD, CITED, NOTE)


# Which figures belong to a row of some kind.
FiguresOf = Callable[[Any], ObservationQuerySet]


def own_figures(row: Any) -> ObservationQuerySet:
    return row.series_set.all().published_figures()


def figures(row: Any) -> Section:
    """The public figures about a row: the cards at the top and a table: one query."""
    return figures_section(row, own_figures)


def figures_section(row: Model, figures_of: FiguresOf) -> Section:
    more = whole_list("observation-list", **{row._meta.model_name: row.slug})
    return section_from(first_figures(row, figures_of), "figures", "数字", more)


def further_figures(
    row: Model, figures_of: FiguresOf, name: str, title: str, more: Item
) -> Section | None:
    """Figures that concern a page through something else; no section where there are none."""
    section = section_from(first_figures(row, figures_of), name, title, more)
    return section if section.has_rows else None


def first_figures(row: Model, figures_of: FiguresOf) -> list[Observation]:
    """Those to show first, and one more where a page does not show all."""

    def read(row: Any) -> ObservationQuerySet:
        return figures_of(row).in_use().best_first().at_first(CAP + 1)

    return list(asked_of(figures_of, row, read))


def section_from(rows: list[Observation], anchor: str, title: str, more: Item) -> Section:
    """Of more than a page's worth, those to show first are kept; the list has all of them.

    What stands in no document is told in the table alone.
    """
    cited = [row for row in rows if row.source.is_document]
    shown = sorted(rows[:CAP], key=figure_order)
    printed = table(counted(title, rows), FIGURE_COLUMNS, shown, Layout(more=more))
    chart = best_chart(anchor, [row for row in shown if row.source.is_document])
    return Section(anchor, title, printed, NO_FIGURES, cards=chosen(cited), chart=chart)


def quoted(cards: list[Observation]) -> list[Observation]:
    """Figures shown large with the words around them, as far as documents show these."""
    if cards:
        rows = Observation.objects.filter(pk__among=[one.pk for one in cards]).with_words()
        around = dict(rows.values_list("pk", "around"))
        for one in cards:
            one.around = around.get(one.pk, "")
    return cards


def told_elsewhere(section: Section, further: ObservationQuerySet, title: str) -> Section:
    """A section without figures of its own, which says where the page has others."""
    if section.has_rows or not further.exists():
        return section
    return replace(section, empty=f"没有直接说它的数字；有关的见“{title}”。")


def figure_order(observation: Observation) -> tuple:
    """By metric, then by the time the figure speaks of; undated ones last."""
    moment = observation.moment
    return observation.series.metric.slug, moment is None, moment or date.min, observation.pk
