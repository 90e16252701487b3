"""What detail pages consist of: key facts, sections with anchors, rows that belong to a record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.ground.made_once import asked_of
from aidtracker.pages.charts import CHART, Chart
from aidtracker.pages.tables import CAP, Column, Item, Table, joined, shortened
from aidtracker.pages.told import is_told, own_words, rows_behind, told_of, with_told
from aidtracker.templatetags.formatting import UNKNOWN

WHOLE_LIST = "在列表中筛选、下载"
CHART_OF = "section"  # names the section whose chart is meant
EMPTY = "还没有公开的记录；审核发布后列在这里。"


@dataclass(frozen=True)
class Fact:
    """One line of the key facts: a label and what is known, with links; — when it is not known."""

    label: str
    items: tuple[Item, ...]

    @property
    def is_unknown(self) -> bool:
        return self.items[0].text == UNKNOWN


def facts(row: Model, *columns: Column) -> list[Fact]:
    """Key facts of a row, each declared as a `Column`."""
    return [Fact(column.label, column.words(column.found(row), row)) for column in columns]


@dataclass(frozen=True)
class Section:
    """A part of a page with its anchor: a table, or what would stand here and who can add it.

    `template` prints something other than a table and finds its data in `data`; `cards` are
    figures of the section that stand at the top of the page, as does its `chart`. A chart that
    stands in the section itself is its `drawn`.
    """

    anchor: str
    title: str
    table: Table | None = None
    empty: str = EMPTY
    template: str = "includes/section_table.html"
    data: Any = None
    cards: Sequence[Any] = ()
    chart: Chart | None = None
    drawn: Chart | None = None

    @property
    def has_rows(self) -> bool:
        return self.data is not None or (self.table is not None and bool(self.table.rows))

    @property
    def count(self) -> str:
        """How many rows its table shows, in words; empty without one."""
        return self.table.count if self.table and self.table.rows else ""


def chart_address(row: Model, anchor: str) -> str:
    """Where the file of the chart of a section stands."""
    return f"{row.get_absolute_url()}{CHART}?{urlencode({CHART_OF: anchor})}"  # type: ignore[attr-defined]


def address(name: str, **conditions: str) -> str:
    """The address of a list with conditions."""
    return f"{reverse(name)}?{urlencode(conditions)}"


def whole_list(name: str, **conditions: str) -> Item:
    """The way from a section, which may be cut short, to the list of all its rows."""
    return Item(WHOLE_LIST, address(name, **conditions))


def list_item(model: type[Model]) -> Item:
    """A model's list by its name, as in breadcrumbs."""
    return Item(str(model._meta.verbose_name), reverse(f"{model._meta.model_name}-list"))


# What makes a section of a record; None where its page is to have none.
Part = Callable[[Any], Section | None]


@dataclass(frozen=True)
class Related:
    """A part of the public rows that belong to a record, declared as data.

    They stand behind the relation it is named for, or `rows` finds them. `by` is the condition
    that narrows the rows' list, or the list named `whole`, to the record: its kind, unless another
    is named; None where no list can be narrowed so.

    Rows that show words of their own alone are told with the record; others take one query.
    """

    anchor: str
    title: str
    columns: Sequence[Column]
    empty: str = EMPTY
    by: str | None = ""
    rows: Callable[[Any], QuerySet] | None = None
    whole: str = ""

    def __call__(self, record: Any) -> Section:
        if is_told(record, self.anchor):
            return self.section(told_of(record, self.anchor, self.found(record).model), record)
        return self.section(list(asked_of(self, record, self.read)), record)

    def found(self, record: Any) -> Any:
        """The rows that belong to a record."""
        return self.rows(record) if self.rows else getattr(record, self.anchor)

    def read(self, record: Any) -> QuerySet:
        """The query of those that the public may see and a page shows, and of one more."""
        return joined(self.found(record).published(), self.columns).at_first(CAP + 1)

    def told_with(self, records: QuerySet) -> QuerySet:
        """Records that are told of these rows, where words of their own are all that is shown."""
        if self.rows or type(self) is not Related:
            return records
        found = rows_behind(records.model, self.anchor).published()[: CAP + 1]
        fields = own_words(found.model, self.columns)
        return with_told(records, self.anchor, found, fields) if fields else records

    def section(self, rows: list[Any], record: Any) -> Section:
        shown = shortened(self.title, self.columns, rows, self.more(record))
        return Section(self.anchor, self.title, shown, self.empty)

    def more(self, record: Any) -> Item | None:
        if self.by is None:
            return None
        condition = self.by or record._meta.model_name
        whole = self.whole or f"{self.found(record).model._meta.model_name}-list"
        return whole_list(whole, **{condition: record.slug})


def name_of(part: Part) -> str:
    """What a part is called: its anchor, which functions have as their name."""
    return part.anchor if isinstance(part, Related) else part.__name__  # type: ignore[attr-defined]
