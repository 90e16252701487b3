"""Reads an uploaded CSV or Excel file, after making sure that it is one and does no harm."""

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from itertools import islice
from pathlib import Path, PurePath

from aidtracker.spreadsheets import workbook_reader
from aidtracker.spreadsheets.cells import EXCEL_TEXT_LENGTH, unmark
from aidtracker.spreadsheets.sheets import Page, SheetError, moment

MEGABYTE = 1024 * 1024
MAX_SIZE = 10 * MEGABYTE
MAX_UNPACKED = 100 * MEGABYTE
MAX_MEMBERS = 2_000
MAX_COLUMNS = 500
MAX_SECONDS = 60
ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0"
# Marks at the beginning of a text that say how it is encoded.
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
LONGEST_TWO_BYTES = 0x7FF  # Chinese takes three bytes in UTF-8
MAX_LINES = 200_000
SNIFFED = 10_000
QUOTED = re.compile(r'"[^"]*"')
# Attributes hold no `<`: so a search that fails at one tag does not go on through the next ones.
HIDDEN_PART = re.compile(rb'<(?:row|col) [^<>]{0,300}\bhidden="(?:1|true)"')
HIDDEN = "文件里有隐藏的或被筛选掉的行、列，也一并读取。"
ENCRYPTED_FLAG = 0x1
WORKBOOK_PART = "xl/workbook.xml"
CONTENT_TYPES = "[Content_Types].xml"
MACROS = "vbaproject.bin"
# Longer cells than a file can have: the limit is the file's.
csv.field_size_limit(MAX_SIZE)
WITH_MACROS = "这个 Excel 文件带有宏，不能导入；请另存为不带宏的 .xlsx。"
# A formula that no program has calculated: its cell would be read as empty. A text may be.
UNCALCULATED = re.compile(
    rb'<c (?![^<>]{0,200}\bt="str")[^<>]{0,200}><f(?:[^<>]{0,200}/>|[^<>]{0,200}>[^<]{0,9000}</f>)'
    rb"(?:<v></v>|<v ?/>)?</c>"
)
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
    readers = {".csv": read_csv, ".txt": read_csv, ".xlsx": read_xlsx}
    ending = PurePath(name).suffix.lower()
    if ending not in readers:
        raise SheetError("只能导入 .xlsx 或 .csv 文件；.xls、.et、.ods 等请另存为 .xlsx。")
    return readers[ending](content)


def read_csv(content):
    if content.startswith((ZIP_START, OLE_START)):
        raise SheetError("文件名是 .csv，内容却不是 CSV 文本；请用 Excel 另存为“CSV UTF-8”。")
    text = decoded(content)
    if "\x00" in text:
        raise SheetError("文件里有空字符，内容不是 CSV 文本；请用 Excel 另存为“CSV UTF-8”。")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    try:
        rows = [
            (number, [unmark(cell) for cell in row[:MAX_COLUMNS]])
            for number, row in enumerate(islice(reader, MAX_LINES), 1)
            if any(row)
        ]
    except csv.Error as error:
        raise SheetError(f"CSV 第 {reader.line_num} 行的引号或分隔有误。") from error
    return [Page("", rows)]


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
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
    raise SheetError(f"第 {line} 行认不出文字编码；请用 Excel 另存为“CSV UTF-8”。")


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


def read_xlsx(content):
    has_hidden = check_workbook(content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload.xlsx"
        path.write_bytes(content)
        lines = run_reader(path)
    pages = [page_of(json.loads(line, object_hook=moment)) for line in lines]
    if not pages:
        raise SheetError("这个 Excel 文件里没有工作表。")
    if has_hidden:
        pages[0].notices.append(HIDDEN)
    return pages


def page_of(found):
    rows = [(number, cells) for number, *cells in found["rows"]]
    for number, cells in rows:
        if any(cell.__class__ is str and len(cell) > EXCEL_TEXT_LENGTH for cell in cells):
            raise SheetError(
                f"第 {number} 行有一格的文字超过 {EXCEL_TEXT_LENGTH} 个字，不是 Excel 存的文件。"
            )
    notices = [f"只读前 {MAX_COLUMNS} 列。"] if found["width"] > MAX_COLUMNS else []
    return Page(found["name"], rows, found["hidden"], notices)


def run_reader(path):
    """The lines that the reading process writes. Raises SheetError if it fails or is stopped."""
    command = [sys.executable, "-I", workbook_reader.__file__, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=MAX_SECONDS, check=True)
    except subprocess.SubprocessError as error:
        raise SheetError("这个 Excel 文件已损坏或过于复杂，无法读取；请另存一份再试。") from error
    return done.stdout.splitlines()


def check_workbook(content):
    """Raise SheetError unless the bytes are a plain workbook of harmless parts and size.

    Returns whether some row or column is hidden.
    """
    if content.startswith(OLE_START):
        raise SheetError("文件设有密码，或是旧版 .xls；请取消密码并另存为 .xlsx。")
    if not content.startswith(ZIP_START):
        raise SheetError("文件名是 .xlsx，内容却不是 Excel 工作簿。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_members(archive.infolist())
            return check_contents(archive)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, EOFError) as error:
        raise SheetError("这个 Excel 文件已损坏，无法读取。") from error


def check_members(members):
    names = [member.filename.lower() for member in members]
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise SheetError("这个 Excel 文件解开后过大，不能导入。")
    if len(set(names)) < len(names) or any(m.flag_bits & ENCRYPTED_FLAG for m in members):
        raise SheetError("这个 Excel 文件含有加密或重复的部分，不能导入。")
    if WORKBOOK_PART not in names or CONTENT_TYPES.lower() not in names:
        raise SheetError("文件名是 .xlsx，内容却不是 Excel 工作簿。")
    if any(name.endswith(MACROS) for name in names):
        raise SheetError(WITH_MACROS)


def check_contents(archive):
    """Unpack every part piece by piece: count what it really holds, refuse DTDs and macros."""
    total, has_hidden = 0, False
    for member in archive.infolist():
        is_sheet = member.filename.startswith("xl/worksheets/")
        before = b""
        with archive.open(member) as part:
            while piece := part.read(MEGABYTE):
                total += len(piece)
                if total > MAX_UNPACKED:
                    raise SheetError("这个 Excel 文件解开后过大，不能导入。")
                check_piece(before + piece)
                has_hidden |= is_sheet and bool(HIDDEN_PART.search(before + piece))
                before = piece[-OVERLAP:]
    if b"macroEnabled" in archive.read(CONTENT_TYPES):
        raise SheetError(WITH_MACROS)
    return has_hidden


def check_piece(piece):
    if any(doctype in piece for doctype in DOCTYPES):
        raise SheetError("这个 Excel 文件含有 DTD 定义，不能导入。")
    if UNCALCULATED.search(piece):
        raise SheetError("文件里有还没有算出结果的公式；请用 Excel 打开并保存一次，再上传。")
