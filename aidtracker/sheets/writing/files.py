"""Tables as files: CSV that Excel opens with Chinese intact, or a workbook with typed cells."""

import csv
import io
import tempfile
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import BinaryIO

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from aidtracker.ground.datasets import dataset_name
from aidtracker.sheets.columns.cells import EXCEL_TEXT_LENGTH, TOO_LONG, csv_text
from aidtracker.sheets.columns.resources import resource_for

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 500
NARROW, WIDE = 10, 40
# Excel's calendar has a day too many in 1900.
FIRST_EXCEL_YEAR = 1901
WORKBOOK_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
# One whose cells are written in any order.
FREE_WORKBOOK = WORKBOOK_OPTIONS | {"constant_memory": False}


def file_name(stem: str, file_format: str) -> str:
    """`observations-2026-06-01.csv`"""
    return f"{stem}-{timezone.localdate().isoformat()}.{file_format}"


def download(queryset: QuerySet, file_format: str, headers="label", *, is_public=False):
    """The queryset's rows, and no others, as a response with a file; it is never held in memory.

    A file for the public names no row that the public must not see. `file_format` is csv or xlsx;
    `headers` is label (Chinese headings and choices) or code. Raises ValueError for any other.
    """
    if file_format not in FORMATS or headers not in ("label", "code"):
        raise ValueError(f"No such download: {file_format}, {headers}")
    codes = headers == "code"
    resource = resource_for(queryset.model)
    name = file_name(dataset_name(queryset.model), file_format)
    rows = resource.rows(queryset, codes, is_public=is_public)
    return file_of(name, resource.headings(codes), rows)


def file_of(name: str, headings: list[str], rows: Iterable):
    """A table as a response with a file; the ending of `name` is its format, csv or xlsx."""
    if name.endswith(".xlsx"):
        return FileResponse(workbook(headings, rows), as_attachment=True, filename=name)
    response = StreamingHttpResponse(csv_chunks(headings, rows), content_type=FORMATS["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_chunks(headings: list[str], rows: Iterable) -> Iterator[bytes]:
    """The bytes of a CSV file, some hundred rows at a time: UTF-8 with a byte order mark, CRLF."""
    rows = iter(rows)
    yield BOM_UTF8 + csv_bytes([headings])
    while chunk := list(islice(rows, CHUNK)):
        yield csv_bytes(chunk)


def csv_bytes(rows) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([csv_text(value) for value in row] for row in rows)
    return buffer.getvalue().encode()


def workbook(headings: list[str], rows: Iterable) -> BinaryIO:
    """A temporary file with the workbook, at its beginning; it vanishes when closed."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_xlsx(target, headings, rows)
    target.seek(0)
    return target


def write_xlsx(target, headings: list[str], rows: Iterable) -> None:
    """Write a workbook of one sheet to a path or binary file; one row at a time is in memory."""
    with xlsxwriter.Workbook(target, WORKBOOK_OPTIONS) as book:
        sheet = book.add_worksheet("数据")
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for number, heading in enumerate(headings):
            sheet.set_column(number, number, width_of(heading, WIDE))
        sheet.write_row(0, 0, headings, book.add_format({"bold": True}))
        last = 0
        for last, row in enumerate(rows, 1):
            write_row(sheet, last, row)
        sheet.autofilter(0, 0, last, len(headings) - 1)


def width_of(heading: str, most: int) -> int:
    """How wide a column is, after its heading."""
    return min(most, max(NARROW, 2 * len(heading) + 4))


def write_row(sheet, number: int, row) -> None:
    for column, value in enumerate(row):
        if value is None or value == "":
            continue
        if isinstance(value, int | Decimal):
            sheet.write_number(number, column, value)
        elif isinstance(value, date) and value.year >= FIRST_EXCEL_YEAR:
            sheet.write_datetime(number, column, value)
        else:
            text = csv_text(value) if isinstance(value, date) else value
            sheet.write_string(number, column, text if len(text) <= EXCEL_TEXT_LENGTH else TOO_LONG)
