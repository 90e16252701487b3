"""A process of its own that reads one workbook: a hostile one can fill no memory but its own.

Run as `python workbook_reader.py FILE FORMATS`, the latter those of telling styles, in JSON: writes
each sheet as JSON, one a line: its name, whether it is hidden, its width and its filled rows. A row
is its number as in Excel, then its cells, each a text, number, boolean, `{"date": "2019-06-03"}` or
`{"format": "0%", "of": 0.65}`; merged cells all have the first one's value, and `joint` says which
these are. Ends early if there is more than an import takes. Imports nothing of the site.
"""

import html
import json
import math
import posixpath
import re
import resource
import sys
import zipfile
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from xml.parsers import expat

import python_calamine

MEMORY = 700_000_000
SECONDS = 30
MAX_COLUMNS = 500
MAX_SHEETS = 200
MAX_ROWS = 105_000  # an import's, with headings and totals among them
MAX_TEXT = 40_000_000  # characters: one text may stand in very many cells
TOO_MANY_ROWS, TOO_MUCH_TEXT, TOO_MANY_MERGED = 3, 4, 5  # what the process ends with
MAX_MERGED = 100_000  # cells
# A cell of one of some styles, with its column and row.
STYLED = (
    rb"<(?:\w{1,20}:)?c (?=[^<>]{0,200}\bs=[\"'](%b)[\"'])"
    rb"[^<>]{0,200}\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']"
)
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def portable(value):
    """A cell as JSON can say it."""
    if isinstance(value, dict):
        return value
    if isinstance(value, datetime):
        midnight = value.time() == datetime.min.time()
        return {"date": (value.date() if midnight else value).isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    is_odd = isinstance(value, float) and not math.isfinite(value)
    return str(value) if is_odd or not isinstance(value, str | int | float) else value


def filled_rows(sheet):
    """The rows of a sheet that are not blank, with their numbers."""
    left = [""] * (sheet.start or (0, 0))[1]  # columns before the first that has anything
    rows = (
        [number, *left, *row][: MAX_COLUMNS + 1]
        for number, row in enumerate(sheet.iter_rows(), 1)
        if row.count("") < len(row)
    )
    found = list(islice(rows, MAX_ROWS + 1))
    if len(found) > MAX_ROWS:
        sys.exit(TOO_MANY_ROWS)
    return found


def parts_of(path):
    """The part of a workbook that holds each sheet: {name: part}."""
    with zipfile.ZipFile(path) as archive:
        sheets = re.findall("<(?:[a-z]+:)?sheet [^<>]*>", text_of(archive, WORKBOOK))
        links = re.findall("<(?:[a-z]+:)?Relationship [^<>]*>", text_of(archive, RELATIONS))
    targets = {attribute(one, "Id"): attribute(one, "Target") for one in links}
    found = {
        html.unescape(attribute(one, "name")): targets.get(attribute(one, "id")) for one in sheets
    }
    return {name: posixpath.join("xl", part).lstrip("/") for name, part in found.items() if part}


def text_of(archive, part):
    return archive.read(part).decode(errors="replace") if part in archive.namelist() else ""


def attribute(tag, name):
    found = re.search(rf"[ :]{name}=[\"']([^\"']*)[\"']", tag)
    return found[1] if found else ""


def tell_formats(path, part, rows, formats):
    """Put the format beside the value where what a cell shows is not that value."""
    by_number = {row[0]: row for row in rows}
    styles = "|".join(formats).encode()
    with zipfile.ZipFile(path) as archive:
        content = archive.read(part) if part in archive.namelist() else b""
    for style, letters, number in re.findall(STYLED % styles, content):
        row, at = by_number.get(int(number)), 0
        for letter in letters:
            at = at * 26 + letter - 64
        if row and at < len(row) and row[at] != "":
            row[at] = {"format": formats[style.decode()], "of": portable(row[at])}


def length(rows):
    return sum(len(cell) for row in rows for cell in row if cell.__class__ is str)


class MergedCells:
    """The merged cells of an OpenDocument workbook, which the library does not tell.

    `sheets` are {name: [(row and column of the first cell, of the last)]}.
    """

    def __init__(self, path):
        self.sheets = {}
        self.row = self.at = 0
        self.rows = 1  # that the last one stands for
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
            parser = expat.ParserCreate()
            parser.StartElementHandler = self.take
            parser.ParseFile(content)

    def take(self, tag, said):
        """Note what an element says, each in the order of the document."""
        if tag == "table:table":
            self.cells = self.sheets.setdefault(said.get("table:name", ""), [])
            self.row, self.rows = -1, 1
        elif tag == "table:table-row":
            self.row, self.at = self.row + self.rows, 0
            self.rows = int(said.get("table:number-rows-repeated", 1))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            down = int(said.get("table:number-rows-spanned", 1))
            right = int(said.get("table:number-columns-spanned", 1))
            if down > 1 or right > 1:
                last = (self.row + down - 1, self.at + right - 1)
                self.cells.append(((self.row, self.at), last))
            self.at += int(said.get("table:number-columns-repeated", 1))


def fill_merged(ranges, rows):
    """Give each cell of a merged range, in rows that are read anyway, the value of the first.

    Returns the first row, last row, first column and last column of each that holds something.
    """
    by_number = {row[0]: row for row in rows}
    left, joint = MAX_MERGED, []
    for (top, first), (bottom, last) in ranges:
        value = cell_at(by_number, top, first)
        if value == "":
            continue
        joint.append([top + 1, bottom + 1, first, last])
        for number in range(top, min(bottom, top + MAX_ROWS) + 1):
            left -= 1
            row = by_number.get(number + 1)
            if row:
                end = min(last, MAX_COLUMNS - 1) + 2
                row += [""] * (end - len(row))
                row[first + 1 : end] = [value] * max(0, end - first - 1)
                left -= end - first
            if left < 0:
                sys.exit(TOO_MANY_MERGED)
    return joint


def cell_at(rows, top, first):
    row = rows.get(top + 1, ())
    return row[first + 1] if first + 1 < len(row) else ""


def main(path, formats):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    parts = parts_of(path) if formats else {}
    merged = MergedCells(path).sheets if path.endswith(".ods") else {}
    with python_calamine.CalamineWorkbook.from_path(path) as workbook:
        shown = python_calamine.SheetVisibleEnum.Visible
        kinds = python_calamine.SheetTypeEnum
        sheets = [one for one in workbook.sheets_metadata if one.typ == kinds.WorkSheet]
        left = MAX_TEXT
        for meta in sheets[:MAX_SHEETS]:
            sheet = workbook.get_sheet_by_name(meta.name)
            rows = filled_rows(sheet)
            if part := parts.get(meta.name):
                tell_formats(path, part, rows, formats)
            joint = fill_merged(merged.get(meta.name) or sheet.merged_cell_ranges or (), rows)
            left -= length(rows)
            if left < 0:
                sys.exit(TOO_MUCH_TEXT)
            page = {
                "name": meta.name,
                "hidden": meta.visible != shown,
                "width": sheet.total_width + (sheet.start or (0, 0))[1],
                "joint": joint,
                "unread": len(sheets[MAX_SHEETS:]),
                "rows": [[number, *map(portable, cells)] for number, *cells in rows],
            }
            json.dump(page, sys.stdout)
            sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text()) if sys.argv[2:] else {})
