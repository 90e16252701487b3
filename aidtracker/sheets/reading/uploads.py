"""Reads an uploaded CSV or Excel file, after making sure that it is one and does no harm."""

import codecs
import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from datetime import date, datetime
from itertools import islice
from pathlib import Path, PurePath
from xml.etree import ElementTree

from aidtracker.sheets.columns.cells import EXCEL_TEXT_LENGTH, NO_RESULT, unmark
from aidtracker.sheets.reading import workbook_reader
from aidtracker.sheets.reading.number_formats import shown, telling_formats
from aidtracker.sheets.reading.sheets import TOO_MANY, Page, SheetError

MEGABYTE = 1024 * 1024
MAX_SIZE = 10 * MEGABYTE
MAX_UNPACKED = 250 * MEGABYTE
MAX_MEMBERS = 2_000
MAX_COLUMNS = 500
FIRST_COLUMNS = f"只读前 {MAX_COLUMNS} 列。"
MAX_SECONDS = 60
ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0"
# Marks at the beginning of a text that say how it is encoded.
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
EURO, EURO_BYTE = "aidtracker.euro", 0x80
LONGEST_TWO_BYTES = 0x7FF  # Chinese takes three bytes in UTF-8
MAX_CELLS = 3_000_000
SNIFFED = 10_000
UNREADABLE = "这个 Excel 文件已损坏、设有密码或过于复杂，无法读取；请另存一份再试。"
FAILURES = {
    workbook_reader.TOO_MANY_ROWS: TOO_MANY,
    workbook_reader.TOO_MANY_MERGED: "合并的单元格太多；请取消合并，每格填自己的内容。",
    workbook_reader.TOO_MUCH_TEXT: "这个 Excel 文件里的文字太多；请删去无关的工作表，分成几份。",
}
QUOTED = re.compile(r'"[^"]*"')
# Attributes hold no `<`: so a search that fails at one tag does not go on through the next ones.
HIDDEN_PART = re.compile(
    rb"<(?:\w{1,20}:)?(?:row|col) [^<>]{0,900}\bhidden=[\"'](?:1|true)[\"']", re.ASCII
)
DATES_OF_1904 = re.compile(rb"\bdate1904=[\"'](?:1|true)[\"']")
# A cell with #REF! or the like, of which the reader makes an empty one unless it is called a text.
ERROR_CELL = re.compile(rb"(<(?:\w{1,20}:)?c [^<>]{0,200}\bt=)([\"'])e\2", re.ASCII)
NOTICES = {
    HIDDEN_PART: "文件里有隐藏的或被筛选掉的行、列，也一并读取。",
    DATES_OF_1904: "文件用的是 1904 日期系统，没有日期格式、只写成数字的日期会差四年，请核对。",
}
ENCRYPTED_FLAG = 0x1
STYLES_PART, MAX_STYLES = "xl/styles.xml", 20 * MEGABYTE
WORKBOOK_PART = "xl/workbook.xml"
CONTENT_TYPES = "[Content_Types].xml"
MACROS = "vbaproject.bin"
MACRO_FOLDERS = ("xl/macrosheets/", "basic/", "scripts/")
TEXTS, WORKBOOKS = (".csv", ".txt"), (".xlsx", ".xls", ".et", ".ods")
EXCEL_PARTS = {WORKBOOK_PART, CONTENT_TYPES.lower()}
# Workbooks of OpenDocument
OPEN_DOCUMENT, LONGEST_START = b"application/vnd.oasis.opendocument.spreadsheet", 200
OPEN_CONTENT, OPEN_MANIFEST = "content.xml", "META-INF/manifest.xml"
OPEN_PARTS = {OPEN_CONTENT, "mimetype"}
# A cell of a number or a date, with the text it shows.
OPEN_CELL = re.compile(
    rb"<table:table-cell [^<>]{0,900}\boffice:value-type=\""
    rb"(?P<kind>float|percentage|currency|date)\"[^<>]{0,900}>\s?<text:p[^<>]{0,90}>(?P<text>[^<]{0,99})</text:p>"
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
# Longer than Excel's own: some texts are downloaded as CSV because no workbook can hold them.
MAX_CELL = 200_000
csv.field_size_limit(MAX_CELL)
WITH_MACROS = "这个 Excel 文件带有宏，不能导入；请另存为不带宏的 .xlsx。"
# A formula that no program has calculated: its cell would be read as empty. A text may be.
UNCALCULATED = re.compile(
    rb"<(?P<x>(?:\w{1,20}:)?)c (?![^<>]{0,200}\bt=[\"']str)(?P<said>[^<>]{0,200})>\s?"
    rb"<(?P=x)f(?:[^<>]{0,200}/>|[^<>]{0,200}>[^<]{0,9000}</(?P=x)f>)\s?"
    rb"(?:<(?P=x)v></(?P=x)v>|<(?P=x)v ?/>)?\s?</(?P=x)c>"
)
TYPE = re.compile(rb"\s?\bt=[\"']\w{1,20}[\"']")
# What is worth knowing of a workbook, with words of which it has one: quicker to find.
SOUGHT = {
    HIDDEN_PART: (b"hidden=",),
    DATES_OF_1904: (b"date1904=",),
    ERROR_CELL: (b"#",),
    UNCALCULATED: (b"<f", b":f"),
}
OVERLAP = 10_000  # longer than a cell with a formula
DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))


def read_upload(name, content):
    """The sheets of a file as Pages. `name` is the uploaded file's name, `content` its bytes.

    Raises SheetError in Chinese.
    """
    if len(content) > MAX_SIZE:
        raise SheetError(f"文件超过 {MAX_SIZE // MEGABYTE} MB，请分成几份导入。")
    if not content:
        raise SheetError("文件是空的。")
    ending = PurePath(name).suffix.lower()
    if ending in TEXTS:
        return read_csv(content)
    if ending in WORKBOOKS:
        return read_workbook(content)
    raise SheetError(f"只能导入 {'、'.join(WORKBOOKS)} 或 .csv 文件；其他请另存为 .xlsx。")


class Once(dict):
    """Equal texts as one object each, so that a cell which stands in every row takes its room once.

    What each row says otherwise is not kept: the first `MOST` texts are.
    """

    MOST = 10_000

    def __missing__(self, text):
        if len(self) < self.MOST:
            self[text] = text
        return text


def read_csv(content):
    if content.startswith((ZIP_START, OLE_START)):
        raise SheetError("文件名是 .csv，内容却不是 CSV 文本；请用 Excel 另存为“CSV UTF-8”。")
    text = decoded(content)
    if "\x00" in text:
        raise SheetError("文件里有空字符，内容不是 CSV 文本；请用 Excel 另存为“CSV UTF-8”。")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    filled = ((number, row) for number, row in enumerate(reader, 1) if any(row))
    once = Once()
    try:
        rows = [
            (number, [once[unmark(cell)] for cell in row[:MAX_COLUMNS]])
            for number, row in islice(filled, workbook_reader.MAX_ROWS + 1)
        ]
    except csv.Error as error:
        raise SheetError(
            f"CSV 第 {reader.line_num} 行的引号或分隔有误，或有一格超过 {MAX_CELL} 个字。"
        ) from error
    if len(rows) > workbook_reader.MAX_ROWS:
        raise SheetError(TOO_MANY)
    notices = [FIRST_COLUMNS] if any(len(row) == MAX_COLUMNS for _, row in rows) else []
    return [Page("", rows, notices=notices, is_csv=True)]


def separator(text):
    """The sign between the cells of a CSV file: comma, semicolon or tabulator."""
    head = QUOTED.sub("", text[:SNIFFED])
    return max(",\t;", key=lambda sign: (head.count(sign), sign == ","))


def decoded(content):
    """The text of a CSV file: UTF-8 or UTF-16 by its mark, else UTF-8, else what Chinese Excel
    saves. Raises SheetError, with the line, for a file of several encodings.
    """
    marked = next((name for mark, name in MARKS.items() if content.startswith(mark)), "")
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        if encoding == "gb18030":
            check_one_encoding(content)
        try:
            return content.decode(encoding, errors=EURO if encoding == "gb18030" else "strict")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
    raise SheetError(f"第 {line} 行认不出文字编码；请用 Excel 另存为“CSV UTF-8”。")


def euro(error):
    """The byte 0x80 is € in what Chinese Windows writes, which Python's GB18030 does not know."""
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == EURO_BYTE:
        return "€", error.start + 1
    raise error


codecs.register_error(EURO, euro)


def check_one_encoding(content):
    """Refuse a file of which some lines are UTF-8 and others are not."""
    has_utf8, other = False, 0
    for number, line in enumerate(content.splitlines(), 1):
        try:
            has_utf8 |= any(ord(sign) > LONGEST_TWO_BYTES for sign in line.decode())
        except UnicodeDecodeError:
            other = other or number
    if has_utf8 and other:
        raise SheetError(f"文件混用了几种文字编码（第 {other} 行起）；请另存为“CSV UTF-8”。")


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
    for page in pages:
        page.notices.append(OLD_NOTICE)
    return pages


def as_shown(content):
    """An OpenDocument workbook in which what a cell shows stands as text, where it is more or less
    than the value: 65%, 00123, 2024年3月."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            part = old.read(member)
            if member.filename == OPEN_CONTENT:
                part = OPEN_CELL.sub(shown_in_text, part)
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


def check_workbook(content, parts=None):
    """Raise SheetError unless the bytes are a plain workbook of harmless parts and size.

    Returns which of the patterns of what is worth knowing were found.
    """
    if not content.startswith(ZIP_START):
        raise SheetError("文件名是 .xlsx，内容却不是 Excel 工作簿。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_members(archive.infolist(), parts or EXCEL_PARTS)
            return check_contents(archive)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, EOFError) as error:
        raise SheetError("这个 Excel 文件已损坏，无法读取。") from error


def check_members(members, parts):
    names = [member.filename.lower() for member in members]
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise SheetError("这个 Excel 文件解开后过大，不能导入。")
    if len(set(names)) < len(names) or any(m.flag_bits & ENCRYPTED_FLAG for m in members):
        raise SheetError("这个 Excel 文件含有加密或重复的部分，不能导入。")
    if not parts <= {*names}:
        raise SheetError("文件名是 .xlsx，内容却不是 Excel 工作簿。")
    if any(name.endswith(MACROS) or name.startswith(MACRO_FOLDERS) for name in names):
        raise SheetError(WITH_MACROS)


def check_contents(archive):
    """Unpack every part piece by piece: count what it really holds, refuse DTDs and macros."""
    total, cells, found = 0, 0, set()
    for member in archive.infolist():
        before = b""
        with archive.open(member) as part:
            while piece := part.read(MEGABYTE):
                total += len(piece)
                if total > MAX_UNPACKED:
                    raise SheetError("这个 Excel 文件解开后过大，不能导入。")
                # With the end of the piece before, in which a tag may have begun.
                cells += (before[-3:] + piece).count(b"</c>") + (before[-2:] + piece).count(b":c>")
                if cells > MAX_CELLS:
                    raise SheetError(
                        f"这个 Excel 文件有内容的单元格超过 {MAX_CELLS} 个，请分成几份。"
                    )
                check_piece(before + piece)
                found |= found_in(before + piece)
                before = piece[-OVERLAP:]
    kinds = {CONTENT_TYPES, OPEN_MANIFEST} & {*archive.namelist()}
    said = b"".join(map(archive.read, kinds))
    if b"macroEnabled" in said:
        raise SheetError(WITH_MACROS)
    if b"encryption-data" in said:
        raise SheetError("文件设有密码；请取消密码再上传。")
    return found


def found_in(piece):
    return {
        one
        for one, words in SOUGHT.items()
        if any(word in piece for word in words) and one.search(piece)
    }


def check_piece(piece):
    if any(doctype in piece for doctype in DOCTYPES):
        raise SheetError("这个 Excel 文件含有 DTD 定义，不能导入。")
