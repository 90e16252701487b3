"""Writes rows as CSV that Excel opens with Chinese intact, or as a workbook with typed cells."""

import csv
import io
from codecs import BOM_UTF8
from datetime import date
from decimal import Decimal
from itertools import islice

import xlsxwriter

from aidtracker.sheets.columns.cells import EXCEL_TEXT_LENGTH, TOO_LONG, csv_text

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


def csv_chunks(headings, rows):
    """The bytes of a CSV file, some hundred rows at a time: UTF-8 with a byte order mark, CRLF."""
    rows = iter(rows)
    yield BOM_UTF8 + csv_bytes([headings])
    while chunk := list(islice(rows, CHUNK)):
        yield csv_bytes(chunk)


def csv_bytes(rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([csv_text(value) for value in row] for row in rows)
    return buffer.getvalue().encode()


def write_xlsx(target, headings, rows):
    """Write a workbook of one sheet to a path or binary file; one row at a time is in memory."""
    with xlsxwriter.Workbook(target, WORKBOOK_OPTIONS) as workbook:
        sheet = workbook.add_worksheet("数据")
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for number, heading in enumerate(headings):
            sheet.set_column(number, number, min(WIDE, max(NARROW, 2 * len(heading) + 4)))
        sheet.write_row(0, 0, headings, workbook.add_format({"bold": True}))
        last = 0
        for last, row in enumerate(rows, 1):
            write_row(sheet, last, row)
        sheet.autofilter(0, 0, last, len(headings) - 1)


def write_row(sheet, number, row):
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
