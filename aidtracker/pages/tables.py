"""Tables declared as data: columns name what a row shows, templates only print the cells."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from aidtracker.templatetags import formatting

PATH_END = "self"
CAP = 50
LEDGER_UNIT = "万元"


@dataclass(frozen=True)
class Item:
    """One piece of a cell: words, and the page they lead to if there is one.

    `number` is what the words say where they say one number, in its `unit`: for files.
    """

    text: str
    url: str = ""
    number: Any = None
    unit: str = ""


# Kinds of cells that are written from the value itself (`templatetags.markup`): nobody reads words
# of theirs, which would be a good part of what a table costs.
DRAWN = {"figure", "compared", "result", "nature", "source", "light"}
NO_WORDS = (Item(""),)
COUNTS = {"number", "count"}


@dataclass(frozen=True)
class Cell:
    """What one row shows in one column, ready to print."""

    label: str
    kind: str
    items: tuple[Item, ...]
    value: Any = None

    @property
    def is_unknown(self):
        return self.items[0].text == formatting.UNKNOWN


@dataclass(frozen=True)
class Column:
    """One column: its heading, where its value is found, and how it is written.

    `value` is an attribute path from the row (`series.metric`, `get_level_display`, `self`) or a
    function of the row. Rows with a page link to it by themselves; `link` makes the words of a
    plain value lead to the page of the row itself, or where a function of the row says. `sort`
    names the fields to order by; `reads` is a relation to read for all rows at once where the path
    does not tell, or a function that adds to the rows what the column shows.

    `kind` is text, phrase (a text that wants room), number, count (a number with its unit), money
    (in 万元), rate (with its name and %), date (partial) or sources (long titles), for an
    observation figure, nature, period or source, for several observations figures, for a finding
    result, and for a plan light.
    """

    label: str
    value: str | Callable[[Any], Any] = PATH_END
    kind: str = "text"
    link: bool | Callable[[Any], str] = False
    sort: tuple[str, ...] = ()
    reads: str | Callable[[models.QuerySet], models.QuerySet] = ""
    meaning: str = ""

    @property
    def is_number(self):
        return self.kind in {"number", "money", "rate", "figure"}

    @property
    def look(self):
        """How the cell is laid out: labels of choices are short and stay on one line."""
        is_label = isinstance(self.value, str) and self.value.endswith("_display")
        return "choice" if is_label else self.kind

    @property
    def heading(self):
        field = self.value if isinstance(self.value, str) and self.value != PATH_END else ""
        return Heading(self.label, self.is_number, field=field, meaning=self.meaning)

    def cell(self, row):
        value = self.found(row)
        is_drawn = self.kind in DRAWN and value is not None
        return Cell(self.label, self.look, NO_WORDS if is_drawn else self.words(value, row), value)

    def found(self, row):
        """The value that a row has in this column."""
        return self.value(row) if callable(self.value) else follow(row, self.value)

    def words(self, value, row):
        """A value as pieces of text; one that says so where there is nothing."""
        return tuple(self.items(value, row)) or (Item(formatting.UNKNOWN),)

    def address(self, row):
        """Where the words of a plain value lead; empty if nowhere."""
        if callable(self.link):
            return self.link(row)
        return row.get_absolute_url() if self.link else ""

    def items(self, value, row):
        if self.kind in WRITERS:
            yield Item(WRITERS[self.kind](value), self.address(row))
        elif is_many(value):
            yield from (item_of(one) for one in value)
        elif self.link:
            yield Item(str(formatting.known(value)), self.address(row))
        elif value is not None and value != "":
            yield item_of(value)


NAME = Column("名称", PATH_END, sort=("slug",))  # the row's own name, linked to its page
KIND = Column("类型", "get_kind_display", sort=("kind",))
STATUS = Column("状态", "get_status_display", sort=("status",))
NOTE = Column("备注", "note")

WRITERS = {
    "number": formatting.plain,
    "money": formatting.wan,
    "date": formatting.partial_date,
    "period": formatting.stated_period,
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


def joined(rows: models.QuerySet, columns: Iterable[Column]) -> models.QuerySet:
    """The rows with what the columns say of them, so that none costs a query of its own."""
    for column in columns:
        if callable(column.reads):
            rows = column.reads(rows)
        elif column.reads:
            rows = rows.prefetch_related(column.reads)
        elif relation := relation_of(rows.model, column.value):
            join = rows.prefetch_related if relation.many_to_many else rows.select_related
            rows = join(relation.name)
    return rows


def relation_of(model: type[models.Model], value: Any) -> Any:
    """The foreign key or the many-to-many field that a path from a row begins with, or None."""
    name = value.partition(".")[0] if isinstance(value, str) else ""
    fields = (*model._meta.fields, *model._meta.many_to_many)
    return next((one for one in fields if one.name == name and one.is_relation), None)


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
    """A column's heading and, on lists, the address that sorts by it; or the page of its thing.

    `field` is the path of what it shows, `meaning` says it in words: files explain it by either.
    """

    label: str
    is_number: bool
    url: str = ""
    direction: str = ""
    page: str = ""
    field: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Row:
    """One row with its number from the top of the list and, where one is wanted, an anchor."""

    number: int
    cells: tuple[Cell, ...]
    anchor: str = ""


@dataclass(frozen=True)
class Table:
    """A table ready to print; `more` leads to the whole of what is shown in part.

    `folded` names the columns that are empty in all rows, which are left out; `shown` are the
    rows of the record that it lists. All columns of one `is_of_counts` but the first say how many.
    """

    caption: str
    headings: tuple[Heading, ...]
    rows: list[Row]
    unit: str = ""
    more: Item | None = None
    folded: tuple[str, ...] = ()
    shown: Sequence[Any] = ()
    is_of_counts: bool = False

    @property
    def count(self) -> str:
        """How many rows are shown, in words: all, or the first of more."""
        shown = len(self.rows)
        return f"{'前' if self.more and shown == CAP else '全部'} {shown} 条"


@dataclass(frozen=True)
class Layout:
    """What a table may have besides its rows: a unit, a link to more, a first number, anchors.

    Tables with money columns name their unit by themselves.

    `anchor` gives a row's anchor from the row.
    """

    unit: str = ""
    more: Item | None = None
    first_number: int = 1
    anchor: Callable[[Any], str] | None = None


PLAIN_LAYOUT = Layout()


def table(caption, columns, rows, layout=PLAIN_LAYOUT):
    """A table of `rows` in the given columns; `rows` is read once."""
    anchor = layout.anchor or (lambda row: "")
    listed = list(rows)
    found = [(tuple(column.cell(row) for column in columns), anchor(row)) for row in listed]
    shown = filled_columns([cells for cells, _ in found], len(columns))
    lines = [
        Row(number, tuple(cells[at] for at in shown), name)
        for number, (cells, name) in enumerate(found, start=layout.first_number)
    ]
    headings = [column.heading for column in columns]
    has_money = any(column.kind == "money" for column in columns)
    return Table(
        caption,
        tuple(headings[at] for at in shown),
        lines,
        layout.unit or (LEDGER_UNIT if has_money else ""),
        layout.more,
        tuple(one.label for at, one in enumerate(headings) if at not in shown),
        [row for row in listed if isinstance(row, models.Model)],
        len(shown) > 1 and all(columns[at].kind in COUNTS for at in shown[1:]),
    )


def filled_columns(rows: list[tuple[Cell, ...]], count: int) -> list[int]:
    """Which of `count` columns say something in a row; all of them where there are no rows."""
    return [at for at in range(count) if not rows or any(not row[at].is_unknown for row in rows)]


def capped(caption, columns, queryset, more=None):
    """A table of the first 50 rows; `more` (an `Item`) leads to the list of all of them."""
    return shortened(caption, columns, queryset.first_rows(CAP + 1), more)


def shortened(caption, columns, rows, more=None):
    """As `capped`, of rows that were read: 51 where there are more than 50."""
    return table(counted(caption, rows), columns, rows[:CAP], Layout(more=more))


def counted(caption, rows):
    """A caption with the number of rows, of which at most 50 are shown."""
    return f"{caption}：前 {CAP} 条" if len(rows) > CAP else f"{caption}：{len(rows)} 条"
