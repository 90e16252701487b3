"""What a detail page is made of: facts, key figures, sections with anchors, sources, a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.pages.tables import (
    CAP,
    FIGURE_COLUMNS,
    PATH_END,
    Column,
    Item,
    Layout,
    Table,
    capped,
    counted,
    table,
)

CARDS = 4
WHOLE_LIST = "在列表中筛选、下载"
EMPTY = "还没有公开的记录；审核发布后列在这里。"
NO_FIGURES = "还没有公开的数字；审核通过后列在这里。"


@dataclass(frozen=True)
class Fact:
    """One line of the key facts: a label and what is known, with links; — when it is not known."""

    label: str
    items: tuple[Item, ...]


def facts(row, *columns):
    """Key facts of a row, each declared as a `Column`."""
    return [Fact(column.label, column.cell(row).items) for column in columns]


@dataclass(frozen=True)
class Section:
    """A part of a page with its anchor: a table, or what would stand here and who can add it.

    `template` prints something other than a table and finds its data in `data`.
    """

    anchor: str
    title: str
    table: Table | None = None
    empty: str = EMPTY
    template: str = "includes/section_table.html"
    data: Any = None

    @property
    def has_rows(self):
        return self.data is not None or (self.table is not None and bool(self.table.rows))


@dataclass(frozen=True)
class Page:
    """Everything the template `detail.html` prints.

    `trail` is the breadcrumb between 首页 and this page; `figures` are observations shown as cards.
    """

    title: str
    kind: str
    lead: str
    trail: Sequence[Item] = ()
    aliases: Sequence[str] = ()
    facts: Sequence[Fact] = ()
    figures: Sequence[Any] = ()
    sections: Sequence[Section] = ()
    sources: Sequence[Any] | None = None
    note: str = ""
    updated_at: datetime | None = None

    @property
    def filled_sections(self):
        return [section for section in self.sections if section.has_rows]

    @property
    def empty_sections(self):
        """Sections without rows stand together at the end, each saying what would stand in it."""
        return [section for section in self.sections if not section.has_rows]

    @property
    def has_sources(self):
        """Whether the record can name sources; an empty list says that none is named yet."""
        return self.sources is not None

    def response(self, request, template="detail.html", **context):
        return render(request, template, {"page": self, **context})


def address(name, **conditions):
    """The address of a list with conditions."""
    return f"{reverse(name)}?{urlencode(conditions)}"


def listed(anchor, title, columns, queryset, **words):
    """A section with a table of the first public rows of `queryset`: one query.

    `words`: `empty` says what would stand here, `more` is the address of the whole list.
    """
    more = Item(WHOLE_LIST, words["more"]) if "more" in words else None
    empty = words.get("empty", EMPTY)
    return Section(anchor, title, capped(title, columns, queryset.published(), more), empty)


@dataclass(frozen=True)
class Related:
    """A section about the rows behind one relation of a record, declared as data.

    `relation` is the manager's name and the section's anchor, `joins` what the columns name;
    `whole` and `condition` are the list page and the parameter that narrows it to the record.
    `totals` are amounts of a ledger to add up below the table, each explained.
    """

    relation: str
    title: str
    columns: Sequence[Column]
    joins: tuple[str, ...] = ()
    whole: str = ""
    condition: str = ""
    empty: str = EMPTY
    totals: tuple[str, ...] = ()

    def of(self, record):
        """The section on the page of `record`: one query."""
        rows = getattr(record, self.relation).published()
        if self.joins:
            rows = rows.select_related(*self.joins)
        words = {"empty": self.empty}
        if self.whole:
            words["more"] = address(self.whole, **{self.condition: record.slug})
        if self.totals:
            return self.ledger(rows, **words)
        return listed(self.relation, self.title, self.columns, rows, **words)

    def ledger(self, queryset, empty, more):
        """The section of a ledger: its table, and its amounts added up and explained."""
        rows, totals = queryset.read_with_totals(self.totals, CAP + 1)
        layout = Layout(more=Item(WHOLE_LIST, more))
        shown = table(counted(self.title, rows), self.columns, rows[:CAP], layout)
        template, data = "includes/section_ledger.html", totals if rows else None
        return Section(self.relation, self.title, shown, empty, template, data)


def figure_parts(figures, more=""):
    """The cards and the section of a record's figures: one query.

    `figures` are observations with their subjects; of more than a page's worth those to show
    first are kept, and `more` is the address of the list of all.
    """
    rows = list(figures.headline()[: CAP + 1])
    shown = sorted(rows[:CAP], key=figure_order)
    layout = Layout(more=Item(WHOLE_LIST, more) if more else None)
    section = Section(
        "figures", "数字", table(counted("数字", rows), FIGURE_COLUMNS, shown, layout), NO_FIGURES
    )
    return rows[:CARDS], section


def figure_order(observation):
    """By metric, then by the time the figure speaks of; undated ones last."""
    moment = observation.moment
    return observation.series.metric.slug, moment is None, moment or date.min, observation.pk


def name_column(label="名称"):
    """The row's own name, linked to its page."""
    return Column(label, PATH_END, sort=("slug",))
