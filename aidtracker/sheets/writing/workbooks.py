"""Workbooks of any number of rows, written while they are sent.

XlsxWriter makes the book, as it would for a table without rows; the rows go into its sheets as
they come, each cell with its type. What a sheet has no room for stands on a further one.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import count, islice
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from aidtracker.sheets.columns.cells import EXCEL_TEXT_LENGTH, TOO_LONG, plain_number
from aidtracker.sheets.columns.quantities import EXCEL_EPOCH
from aidtracker.sheets.columns.sets import Kind

WORKBOOK_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
# One whose cells are written in any order.
FREE_WORKBOOK = WORKBOOK_OPTIONS | {"constant_memory": False}
NARROW, WIDE = 10, 40
# Excel's calendar has a day too many in 1900.
FIRST_EXCEL_YEAR = 1901
# What a sheet holds, its headings included; and what a file in a ZIP holds that all programs read.
MOST_ROWS, MOST_BYTES = 1_048_576, 2**31 - 2**24
CHUNK = 200
# Texts that stand in many rows, such as names, are prepared once.
SHORT, REMEMBERED = 100, 10_000
# What XML has no sign for, and what would be read as standing for such a sign.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
SHEETS = "xl/worksheets/"
SECOND_ROW = re.compile(r'<row r="2"><c r="A2" s="2">.*?</row>')
DIMENSION = re.compile(r"<dimension [^>]*/>")
DATE_STYLE = 2  # the book's formats, in the order of their use: plain, headings, dates
FAST = 1  # of zlib's levels: half of the time for a seventh more

# What follows the place of a cell in its XML.
Cell = Callable[[Any], str]


def width_of(heading: str, most: int) -> int:
    """How wide a column is, after its heading."""
    return min(most, max(NARROW, 2 * len(heading) + 4))


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
    Kind.DATE: date_cell,
}

# Sheets


class Rows:
    """Rows that go into one sheet after the other, as XML."""

    def __init__(self, rows: Iterable[Sequence[Any]], cells: Sequence[Cell]) -> None:
        self.rows = iter(rows)
        self.starts = [f'<c r="{xl_col_to_name(at)}' for at in range(len(cells))]
        self.cells = cells
        self.last = 1  # the number of the row that was written last
        self.waiting = list(islice(self.rows, CHUNK))

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
    headings: Sequence[str], rows: Iterable[Sequence[Any]], kinds: Sequence[Kind] = ()
) -> Iterator[bytes]:
    """The bytes of a workbook; rows of known `kinds` are texts, others values of the program."""
    written = Rows(rows, [CELLS[kind] for kind in kinds] or [cell_of_any] * len(headings))
    sink, lasts = Sink(), []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as book:
        while not lasts or written.waiting:
            number = len(lasts) + 1
            head, _ = frame(headings, [*lasts, 1])
            with book.open(sheet_name(number), "w") as sheet:
                sheet.write(head)
                for xml in written.of_one_sheet():
                    sheet.write(xml)
                    yield sink.taken()
                lasts.append(written.last)
                _, tail = frame(headings, lasts)
                sheet.write(tail)
        for name, content in parts_of_book(headings, lasts).items():
            if not name.startswith(SHEETS):
                book.writestr(name, content)
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


def frame(headings: Sequence[str], lasts: list[int]) -> tuple[bytes, bytes]:
    """What stands before and behind the rows of the last of some sheets."""
    xml = parts_of_book(headings, lasts)[sheet_name(len(lasts))].decode()
    head, tail = SECOND_ROW.split(xml)
    # It would say how many rows there are, which nobody knows yet.
    return DIMENSION.sub("", head).encode(), tail.encode()


def parts_of_book(headings: Sequence[str], lasts: list[int]) -> dict[str, bytes]:
    """The files of a book whose sheets have headings and a date; `lasts` are their last rows."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, WORKBOOK_OPTIONS) as book:
        bold = book.add_format({"bold": True})
        for number, last in enumerate(lasts, 1):
            sheet = book.add_worksheet("数据" if number == 1 else f"数据{number}")
            sheet.freeze_panes(1, 0)
            sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
            for at, heading in enumerate(headings):
                sheet.set_column(at, at, width_of(heading, WIDE))
            sheet.write_row(0, 0, headings, bold)
            sheet.write_datetime(1, 0, date(2000, 1, 1))  # lets the book have a format for dates
            sheet.autofilter(0, 0, last - 1, len(headings) - 1)
    with zipfile.ZipFile(target) as parts:
        return {name: parts.read(name) for name in parts.namelist()}
