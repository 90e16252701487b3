"""Workbooks of any number of rows, written while they are sent.

XlsxWriter makes the book, as it would for a table without rows; the rows go into its sheets as
they come, each cell with its type. What a sheet has no room for stands on a further one.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import count, islice, zip_longest
from math import ceil
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from aidtracker.sheets.columns.cells import EXCEL_TEXT_LENGTH, TOO_LONG, plain_number
from aidtracker.sheets.columns.quantities import EXCEL_EPOCH
from aidtracker.sheets.columns.sets import Kind
from aidtracker.sheets.reading.sheets import LISTS, MEANING_TITLES, MEANINGS

WORKBOOK_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
# One whose cells are written in any order.
FREE_WORKBOOK = WORKBOOK_OPTIONS | {"constant_memory": False}
NARROW, WIDE, WIDEST = 8, 40, 60
NAME = 24  # narrower than names are
ARROW = 3  # the filter beside a heading
FIRST_WIDE = "\u2e80"
A4 = 9
READABLE = 240  # digits side by side on a page of A4, before they are too small
AMOUNT_FORMAT = "#,##0.00####"
# Excel's calendar has a day too many in 1900.
FIRST_EXCEL_YEAR = 1901
# What a sheet holds, its headings included; and what a file in a ZIP holds that all programs read.
MOST_ROWS, MOST_BYTES = 1_048_576, 2**31 - 2**24
CHUNK = 200
FIRST = 50  # rows that say how wide the columns are
# Texts that stand in many rows, such as names, are prepared once.
SHORT, REMEMBERED = 100, 10_000
# What XML has no sign for, and what would be read as standing for such a sign.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
SHEETS = "xl/worksheets/"
SECOND_ROW = re.compile(r'<row r="2"><c r="A2" s="2">.*?</row>')
DIMENSION = re.compile(r"<dimension [^>]*/>")
# The book's formats, in the order of their use: plain, headings, dates, amounts.
DATE_STYLE, AMOUNT_STYLE = 2, 3
FAST = 1  # of zlib's levels: half of the time for a seventh more

# What follows the place of a cell in its XML.
Cell = Callable[[Any], str]


def width_of(texts: Sequence[Any], most: int) -> int:
    """How wide a column is, after its cells; the first of `texts` is the heading."""
    heading, *cells = (str(text or "")[: 2 * most].partition("\n")[0] for text in texts)
    widest = max([shown_width(heading) + ARROW, *(shown_width(cell) + 1 for cell in cells)])
    return min(most, max(NARROW, widest))


def shown_width(text: str) -> int:
    """How many digits are as wide as a text; Chinese takes two."""
    return sum(1 if sign < FIRST_WIDE else 2 for sign in text)


# Cells


def text_cell(text: str) -> str:
    return remembered_text(text) if len(text) < SHORT else written_text(text)


def written_text(text: str) -> str:
    text = text if len(text) <= EXCEL_TEXT_LENGTH else TOO_LONG
    shown = UNSPEAKABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", escape(text))
    kept = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f'" t="inlineStr"><is><t{kept}>{shown}</t></is></c>'


remembered_text = lru_cache(REMEMBERED)(written_text)


def number_cell(number: Any) -> str:
    return f'"><v>{number}</v></c>'


def amount_cell(number: Any) -> str:
    return f'" s="{AMOUNT_STYLE}"><v>{number}</v></c>'


@lru_cache(REMEMBERED)
def date_cell(iso: str) -> str:
    """A date that is known to the day; one that is not, or that Excel does not know, as text."""
    if len(iso) != 10 or int(iso[:4]) < FIRST_EXCEL_YEAR:
        return written_text(iso)
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return written_text(iso)
    return f'" s="{DATE_STYLE}"><v>{(day - EXCEL_EPOCH).days}</v></c>'


def cell_of_any(value: Any) -> str:
    """The cell of a value as the program has it."""
    if isinstance(value, int | Decimal):
        return number_cell(plain_number(value))
    return date_cell(value.isoformat()) if isinstance(value, date) else text_cell(value)


CELLS: dict[Kind, Cell] = {
    Kind.TEXT: text_cell,
    Kind.NUMBER: number_cell,
    Kind.AMOUNT: amount_cell,
    Kind.DATE: date_cell,
}

# Sheets


@dataclass
class Beside:
    """What a book has beside its rows.

    `choices` are {place of a column: what may stand there}, `meanings` the rows of a sheet that
    explains the columns, or `about` asks for those of one that says more.
    """

    choices: dict[int, list[str]] = field(default_factory=dict)
    meanings: Sequence[Sequence[str]] = ()
    about: Callable[[], Sequence[Sequence[str]]] | None = None

    def offer(self, sheet: Any) -> None:
        """Let the cells of a sheet have lists to choose from."""
        for at, choices in self.choices.items():
            letter = xl_col_to_name(at)
            source = f"={LISTS}!${letter}$1:${letter}${len(choices)}"
            rule = {"validate": "list", "source": source, "show_error": False}
            sheet.data_validation(1, at, MOST_ROWS - 1, at, rule)

    def write(self, book: Any, bold: Any) -> None:
        """Add the sheets that explain the columns, and, hidden, what is chosen from."""
        table = [MEANING_TITLES, *self.meanings] if self.meanings else []
        if self.about:
            table = list(self.about())
        if table:
            sheet = book.add_worksheet(MEANINGS)
            across = zip_longest(*table, fillvalue="")
            arrange(sheet, [width_of(texts, WIDEST) for texts in across])
            for number, texts in enumerate(table):
                sheet.write_row(number, 0, texts, None if number else bold)
        if self.choices:
            sheet = book.add_worksheet(LISTS)
            sheet.very_hidden()
            longest = max(map(len, self.choices.values()))
            for number in range(longest):
                for at, choices in self.choices.items():
                    if number < len(choices):
                        sheet.write_string(number, at, choices[number])


class Rows:
    """Rows that go into one sheet after the other, as XML."""

    def __init__(self, rows: Iterable[Sequence[Any]], cells: Sequence[Cell]) -> None:
        self.rows = iter(rows)
        self.starts = [f'<c r="{xl_col_to_name(at)}' for at in range(len(cells))]
        self.cells = cells
        self.last = 1  # the number of the row that was written last
        self.waiting = list(islice(self.rows, FIRST))

    def widths(self, headings: Sequence[str]) -> list[int]:
        """How wide the columns are, by their headings and their first cells."""
        table = [headings, *self.waiting]
        return [width_of(texts, WIDE) for texts in zip(*table, strict=True)]

    def of_one_sheet(self) -> Iterator[bytes]:
        """Some rows at a time, as many as a sheet takes; the headings stand in the first row."""
        self.last, size = 1, 0
        while self.waiting and self.last < MOST_ROWS and size < MOST_BYTES:
            here = self.waiting[: MOST_ROWS - self.last]
            xml = "".join(map(self.row, here, count(self.last + 1))).encode()
            self.last, size = self.last + len(here), size + len(xml)
            self.waiting = self.waiting[len(here) :] or list(islice(self.rows, CHUNK))
            yield xml

    def row(self, values: Sequence[Any], number: int) -> str:
        cells = [
            f"{start}{number}{cell(value)}"
            for start, cell, value in zip(self.starts, self.cells, values, strict=True)
            if value is not None and value != ""
        ]
        return f'<row r="{number}">{"".join(cells)}</row>'


def workbook_chunks(
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    kinds: Sequence[Kind] = (),
    beside: Beside | None = None,
) -> Iterator[bytes]:
    """The bytes of a workbook; rows of known `kinds` are texts, others values of the program."""
    written = Rows(rows, [CELLS[kind] for kind in kinds] or [cell_of_any] * len(headings))
    book = Book(headings, written.widths(headings), beside or Beside())
    sink, lasts = Sink(), []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as archive:
        while not lasts or written.waiting:
            number = len(lasts) + 1
            head, _ = book.frame([*lasts, 1])
            with archive.open(sheet_name(number), "w") as sheet:
                sheet.write(head)
                for xml in written.of_one_sheet():
                    sheet.write(xml)
                    yield sink.taken()
                lasts.append(written.last)
                _, tail = book.frame(lasts)
                sheet.write(tail)
        data = {sheet_name(number) for number, _ in enumerate(lasts, 1)}
        for name, content in book.parts(lasts).items():
            if name not in data:
                archive.writestr(name, content)
    yield sink.taken()


class Sink(io.RawIOBase):
    """What a ZIP is written to, which cannot go back: its bytes are sent already."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self.parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        parts, self.parts = self.parts, []
        return b"".join(parts)


# The book around the rows


def sheet_name(number: int) -> str:
    return f"{SHEETS}sheet{number}.xml"


class Book:
    """The book around rows: headings, widths, what is chosen from, and what is explained."""

    def __init__(self, headings: Sequence[str], widths: list[int], beside: Beside) -> None:
        self.headings, self.widths, self.beside = headings, widths, beside

    def frame(self, lasts: list[int]) -> tuple[bytes, bytes]:
        """What stands before and behind the rows of the last of some sheets."""
        xml = self.parts(lasts, is_frame=True)[sheet_name(len(lasts))].decode()
        head, tail = SECOND_ROW.split(xml)
        # It would say how many rows there are, which nobody knows yet.
        return DIMENSION.sub("", head).encode(), tail.encode()

    def parts(self, lasts: list[int], *, is_frame: bool = False) -> dict[str, bytes]:
        """The files of a book whose sheets have headings and a row; `lasts` are their last rows."""
        target = io.BytesIO()
        with xlsxwriter.Workbook(target, WORKBOOK_OPTIONS) as book:
            bold = book.add_format({"bold": True, "bg_color": "#e5e7eb"})
            amount = book.add_format({"num_format": AMOUNT_FORMAT})
            for number, last in enumerate(lasts, 1):
                sheet = book.add_worksheet("数据" if number == 1 else f"数据{number}")
                arrange(sheet, self.widths)
                sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
                self.beside.offer(sheet)
                sheet.write_row(0, 0, self.headings, bold)
                # A row that lets the book have a format for dates, then one for amounts.
                sheet.write_datetime(1, 0, date(2000, 1, 1))
                sheet.write_number(1, 1, 0, amount)
                sheet.autofilter(0, 0, last - 1, len(self.headings) - 1)
            if not is_frame:
                self.beside.write(book, bold)
        with zipfile.ZipFile(target) as parts:
            return {name: parts.read(name) for name in parts.namelist()}


def arrange(sheet: Any, widths: Sequence[int]) -> None:
    """Set up a sheet for reading and for printing: its head stays, its columns fit the page.

    Many columns stand on so many pages side by side that they can be read, each with what names a
    row.
    """
    sheet.freeze_panes(1, 0)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.set_landscape()
    sheet.set_paper(A4)
    pages = ceil(sum(widths) / READABLE)
    sheet.fit_to_pages(pages, 0)
    sheet.repeat_rows(0)
    if pages > 1:
        sheet.repeat_columns(0, int(widths[0] < NAME))  # behind a code the name
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")
