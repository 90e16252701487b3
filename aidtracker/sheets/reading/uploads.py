"""Reads an uploaded CSV or Excel file, after making sure that it is one and does no harm."""

import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path, PurePath
from xml.etree import ElementTree

from aidtracker.sheets.columns.cells import EXCEL_TEXT_LENGTH, NO_RESULT
from aidtracker.sheets.reading import workbook_reader
from aidtracker.sheets.reading.csv_texts import read_csv
from aidtracker.sheets.reading.number_formats import shown, telling_formats
from aidtracker.sheets.reading.old_workbooks import shown_in
from aidtracker.sheets.reading.pages import (
    FIRST_COLUMNS,
    MAX_COLUMNS,
    TOO_MANY,
    Once,
    Page,
    SheetError,
)
from aidtracker.sheets.reading.workbook_safety import (
    DATES_OF_1904,
    ERROR_CELL,
    HIDDEN_PART,
    MEGABYTE,
    OLE_START,
    OPEN_CONTENT,
    UNCALCULATED,
    WITH_MACROS,
    check_workbook,
)

MAX_SIZE = 10 * MEGABYTE
MAX_SECONDS = 60
TYPE = re.compile(rb"\s?\bt=[\"']\w{1,20}[\"']")
UNREADABLE = "这个 Excel 文件已损坏、设有密码或过于复杂，无法读取；请另存一份再试。"
FAILURES = {
    workbook_reader.TOO_MANY_ROWS: TOO_MANY,
    workbook_reader.TOO_MANY_MERGED: "合并的单元格太多；请取消合并，每格填自己的内容。",
    workbook_reader.TOO_MUCH_TEXT: "这个 Excel 文件里的文字太多；请删去无关的工作表，分成几份。",
}
NOTICES = {
    HIDDEN_PART: "文件里有隐藏的或被筛选掉的行、列，也一并读取。",
    DATES_OF_1904: "文件用的是 1904 日期系统，没有日期格式、只写成数字的日期会差四年，请核对。",
}
STYLES_PART, MAX_STYLES = "xl/styles.xml", 20 * MEGABYTE
TEXTS, WORKBOOKS = (".csv", ".txt"), (".xlsx", ".xls", ".et", ".ods")
# Workbooks of OpenDocument
OPEN_DOCUMENT, LONGEST_START = b"application/vnd.oasis.opendocument.spreadsheet", 200
OPEN_PARTS = {OPEN_CONTENT, "mimetype"}
# A cell of a number or a date, with the text it shows.
OPEN_CELL = re.compile(
    rb"<table:table-cell [^<>]{0,900}\boffice:value-type=\""
    rb"(?P<kind>float|percentage|currency|date)\"[^<>]{0,900}>\s?<text:p[^<>]{0,90}>(?P<text>[^<]{0,99})</text:p>"
)
# A cell of an error: its text says which, its value nothing.
OPEN_ERROR = re.compile(
    rb"(<table:table-cell [^<>]{0,900})(\soffice:string-value=\"\")"
    rb"([^<>]{0,900}>\s?<text:p>(?:#|Err:))"
)
OPEN_VALUE = re.compile(rb"\soffice:(?:date-)?value=\"[^\"]*\"")
PLAIN_NUMBER = re.compile(r"[￥¥]?[-(]?(?!0[0-9])[0-9][0-9,]*(\.[0-9]*)?\)?(E[+-]?[0-9]+)?|-")
PLAIN_DATE = re.compile(r".*[0-9].*[^0-9].*[0-9].*[^0-9].*[0-9].*", re.DOTALL)
# Streams of old workbooks
OLD_STREAMS, MACRO_STREAMS = ("Workbook", "Book"), ("_VBA_PROJECT", "_VBA_PROJECT_CUR")
OLD_NOTICE = (
    "旧格式的文件读不出单元格的显示格式：显示成百分数、补零的编号和只到月的日期请核对，"
    "或另存为 .xlsx 再上传。"
)


def read_upload(name, content):
    """The sheets of a file as Pages. `name` is the uploaded file's name, `content` its bytes.

    Raises SheetError in Chinese.
    """
    if len(content) > MAX_SIZE:
        raise SheetError(f"文件超过 {MAX_SIZE // MEGABYTE} MB，请分成几份导入。")
    if not content:
        raise SheetError("文件是空的。")
    ending = PurePath(name).suffix.lower()
    readers = dict.fromkeys(TEXTS, read_csv) | dict.fromkeys(WORKBOOKS, read_workbook)
    if ending in readers:
        pages = readers[ending](content)
        for page in pages:
            page.title = PurePath(name).stem
        return pages
    raise SheetError(f"只能导入 {'、'.join(WORKBOOKS)} 或 .csv 文件；其他请另存为 .xlsx。")


def read_workbook(content):
    """The sheets of a workbook of any kind, whatever its name says it is."""
    if content.startswith(OLE_START):
        pages = read_old(content)
    elif OPEN_DOCUMENT in content[:LONGEST_START]:
        check_workbook(content, OPEN_PARTS)
        pages = read_by_process(".ods", as_shown(content))
    else:
        pages = read_xlsx(content)
    if not pages:
        raise SheetError("这个 Excel 文件里没有工作表。")
    return pages


def read_old(content):
    """The sheets of a workbook of Excel 97 to 2003 or of WPS."""
    if any(one.encode("utf-16-le") in content for one in MACRO_STREAMS):
        raise SheetError(WITH_MACROS)
    if not any(one.encode("utf-16-le") in content for one in OLD_STREAMS):
        raise SheetError("文件设有密码，或是旧版 .xls；请取消密码并另存为 .xlsx。")
    pages = read_by_process(".xls", content)
    try:
        seen = shown_in(content)
    except ValueError:
        seen = {}
    for page in pages:
        if page.name in seen:
            show(page, seen[page.name])
        else:
            page.notices.append(OLD_NOTICE)
    return pages


def show(page, seen):
    """Let the cells of a page be what they show."""
    rows = dict(page.rows)
    for (row, at), error in seen.errors.items():
        cells = rows.get(row + 1)
        if cells is None:
            page.rows.append((row + 1, cells := []))
            rows[row + 1] = cells
        cells += [""] * (at + 1 - len(cells))
        cells[at] = error
    for (row, at), code in seen.formats.items():
        cells = rows.get(row + 1, ())
        if at < len(cells) and cells[at] != "":
            cells[at] = shown(cells[at], code)
    page.rows.sort(key=lambda one: one[0])


def as_shown(content):
    """An OpenDocument workbook in which what a cell shows stands as text, where it is more or less
    than the value: 65%, 00123, 2024年3月."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            part = old.read(member)
            if member.filename == OPEN_CONTENT:
                part = OPEN_CELL.sub(shown_in_text, OPEN_ERROR.sub(rb"\1\3", part))
            new.writestr(member.filename, part)
    return target.getvalue()


def shown_in_text(cell):
    """A cell of an OpenDocument workbook, as a text if that is not just its value."""
    kind, text = cell["kind"], cell["text"].decode(errors="replace")
    is_plain = PLAIN_DATE if kind == b"date" else PLAIN_NUMBER
    if is_plain.fullmatch(text):
        return cell[0]
    return OPEN_VALUE.sub(b"", cell[0]).replace(b'value-type="%b"' % kind, b'value-type="string"')


def read_xlsx(content):
    found = check_workbook(content)
    odd = {ERROR_CELL, UNCALCULATED} & found
    pages = read_by_process(".xlsx", readable(content, odd), formats_of(content))
    for page in pages:
        page.notices += [notice for pattern, notice in NOTICES.items() if pattern in found]
    return pages


def read_by_process(ending, content, formats=None):
    """The sheets that a process of its own reads from the bytes of a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path, beside = Path(folder) / f"upload{ending}", Path(folder) / "formats.json"
        path.write_bytes(content)
        beside.write_text(json.dumps(formats or {}))
        lines = run_reader(path, beside)
    return [page_of(json.loads(line, object_hook=moment)) for line in lines]


def formats_of(content):
    """The formats by which cells of a workbook show something else than their values."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [one for one in archive.infolist() if one.filename.lower() == STYLES_PART]
        if not parts or parts[0].file_size > MAX_STYLES:
            return {}
        try:
            return telling_formats(archive.read(parts[0]))
        except (ElementTree.ParseError, ValueError) as error:
            raise SheetError(UNREADABLE) from error


def moment(found):
    """A date or time again of `{"date": …}`, what a cell shows of `{"format": …, "of": …}`."""
    if "format" in found:
        return shown(found["of"], found["format"])
    text = found.get("date")
    if text is None:
        return found
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def page_of(found):
    once = Once()
    rows = [
        (number, [once[cell] if cell.__class__ is str else cell for cell in cells])
        for number, *cells in found["rows"]
    ]
    for number, cells in rows:
        if any(cell.__class__ is str and len(cell) > EXCEL_TEXT_LENGTH for cell in cells):
            raise SheetError(
                f"第 {number} 行有一格的文字超过 {EXCEL_TEXT_LENGTH} 个字，不是 Excel 存的文件。"
            )
    notices = [FIRST_COLUMNS] if found["width"] > MAX_COLUMNS else []
    if unread := found["unread"]:
        notices.append(f"工作表太多，最后 {unread} 张没有读。")
    return Page(found["name"], rows, found["hidden"], found["joint"], notices)


def readable(content, odd):
    """A workbook whose cells of errors and of formulas that nobody calculated are texts that say
    so."""
    if not odd:
        return content
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            part = ERROR_CELL.sub(rb'\1"str"', old.read(member))
            new.writestr(member.filename, UNCALCULATED.sub(as_uncalculated, part))
    return target.getvalue()


def as_uncalculated(cell):
    """A cell that says that its formula has no result."""
    x, said = cell["x"], TYPE.sub(b"", cell["said"])
    return b'<%bc %b t="str"><%bv>%b</%bv></%bc>' % (x, said, x, NO_RESULT.encode(), x, x)


def run_reader(*paths):
    """The lines that the reading process writes. Raises SheetError if it fails or is stopped."""
    command = [sys.executable, "-I", workbook_reader.__file__, *map(str, paths)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=MAX_SECONDS, check=True)
    except subprocess.SubprocessError as error:
        reason = FAILURES.get(getattr(error, "returncode", -1), UNREADABLE)
        raise SheetError(reason) from error
    return done.stdout.splitlines()
