"""Tables declared as data: columns name what a row shows, templates only print the cells."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from aidtracker.templatetags import formatting

PATH_END = "self"
CAP = 50


@dataclass(frozen=True)
class Item:
    """One piece of a cell: words, and the page they lead to if there is one."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Cell:
    """What one row shows in one column, ready to print."""

    label: str
    kind: str
    items: tuple[Item, ...]
    value: Any = None


@dataclass(frozen=True)
class Column:
    """One column: its heading, where its value is found, and how it is written.

    `value` is an attribute path from the row (`series.metric`, `get_level_display`, `self`) or a
    function of the row. Rows with a page link to it by themselves; `link` makes the words of a
    plain value lead to the page of the row itself. `kind` is text, number, money (万元), date
    (partial), figure, nature, period or source; `sort` names the fields to order by.
    """

    label: str
    value: str | Callable[[Any], Any] = PATH_END
    kind: str = "text"
    link: bool = False
    sort: tuple[str, ...] = ()

    @property
    def is_number(self):
        return self.kind in {"number", "money", "figure"}

    def cell(self, row):
        value = self.value(row) if callable(self.value) else follow(row, self.value)
        items = tuple(self.items(value, row))
        return Cell(self.label, self.kind, items or (Item(formatting.UNKNOWN),), value)

    def items(self, value, row):
        if self.kind in WRITERS:
            yield Item(WRITERS[self.kind](value), row.get_absolute_url() if self.link else "")
        elif is_many(value):
            yield from (item_of(one) for one in value)
        elif self.link:
            yield Item(str(formatting.known(value)), row.get_absolute_url())
        elif value is not None and value != "":
            yield item_of(value)


WRITERS = {
    "number": formatting.plain,
    "money": formatting.wan,
    "date": formatting.partial_date,
    "period": formatting.period,
}


def follow(row, path):
    """The value at the end of a dotted path; methods are called, an empty step gives None."""
    if path == PATH_END:
        return row
    for name in path.split("."):
        row = getattr(row, name, None)
        if isinstance(row, models.Manager):
            row = row.all()
        elif callable(row):
            row = row()
    return row


def is_many(value):
    return isinstance(value, Iterable) and not isinstance(value, str | models.Model)


def item_of(value):
    """Any value as words, with the page of a row that has one."""
    if isinstance(value, Item):
        return value
    address = getattr(value, "get_absolute_url", None)
    return Item(str(value), address() if address else "")


@dataclass(frozen=True)
class Heading:
    """A column's heading and, on lists, the address that sorts by it."""

    label: str
    is_number: bool
    url: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Row:
    """One row with its number from the top of the list and, where one is wanted, an anchor."""

    number: int
    cells: tuple[Cell, ...]
    anchor: str = ""


@dataclass(frozen=True)
class Table:
    """A table ready to print; `more` leads to the whole of what is shown in part."""

    caption: str
    headings: tuple[Heading, ...]
    rows: list[Row]
    unit: str = ""
    more: Item | None = None


@dataclass(frozen=True)
class Layout:
    """What a table may have besides its rows: a unit, a link to more, a first number, anchors.

    `anchor` gives a row's anchor from the row.
    """

    unit: str = ""
    more: Item | None = None
    first_number: int = 1
    anchor: Callable[[Any], str] | None = None


PLAIN_LAYOUT = Layout()


def table(caption, columns, rows, layout=PLAIN_LAYOUT):
    """A table of `rows` in the given columns; `rows` is read once."""
    headings = tuple(Heading(column.label, column.is_number) for column in columns)
    anchor = layout.anchor or (lambda row: "")
    lines = [
        Row(number, tuple(column.cell(row) for column in columns), anchor(row))
        for number, row in enumerate(rows, start=layout.first_number)
    ]
    return Table(caption, headings, lines, layout.unit, layout.more)


def capped(caption, columns, queryset, more=None):
    """A table of the first 50 rows; `more` (an `Item`) is shown only if there are others."""
    rows = list(queryset[: CAP + 1])
    return table(caption, columns, rows[:CAP], Layout(more=more if len(rows) > CAP else None))


FIGURE_COLUMNS = (
    Column("指标", "series.metric"),
    Column("主体与范围", "series"),
    Column("数值", PATH_END, kind="figure"),
    Column("性质", PATH_END, kind="nature"),
    Column("期间", PATH_END, kind="period"),
    Column("累计方式", "get_accumulation_display"),
    Column("出处", PATH_END, kind="source"),
    Column("备注", "note"),
)
