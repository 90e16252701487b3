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
from datetime import date, datetime
from pathlib import Path, PurePath

from aidtracker.spreadsheets import workbook_reader
from aidtracker.spreadsheets.cells import unmark
from aidtracker.spreadsheets.sheets import SheetError

MEGABYTE = 1024 * 1024
MAX_SIZE = 10 * MEGABYTE
MAX_UNPACKED = 100 * MEGABYTE
MAX_MEMBERS = 2_000
MAX_COLUMNS = 500
MAX_SECONDS = 60
ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0"
# Workbooks, and text in UTF-16.
OTHER_STARTS = (ZIP_START, OLE_START, b"\xff\xfe", b"\xfe\xff")
ENCRYPTED_FLAG = 0x1
WORKBOOK_PART = "xl/workbook.xml"
CONTENT_TYPES = "[Content_Types].xml"
MACROS = "vbaproject.bin"
# Longer cells than a file can have: the limit is the file's.
csv.field_size_limit(MAX_SIZE)
WITH_MACROS = "这个 Excel 文件带有宏，不能导入；请另存为不带宏的 .xlsx。"
# A formula that no program has calculated: its cell would be read as empty. A text may be.
UNCALCULATED = re.compile(
    rb'<c (?![^>]{0,200}\bt="str")[^>]{0,200}><f(?:[^>]{0,200}/>|[^>]{0,200}>[^<]{0,9000}</f>)'
    rb"(?:<v></v>|<v ?/>)?</c>"
)
OVERLAP = 10_000  # longer than a cell with a formula
DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))


def read_upload(name, content):
    """The rows of a file as pairs of the row's number as in Excel and its cells.

    `name` is the uploaded file's name, `content` its bytes. Raises SheetError in Chinese.
    """
    if len(content) > MAX_SIZE:
        raise SheetError(f"文件超过 {MAX_SIZE // MEGABYTE} MB，请分成几份导入。")
    if not content:
        raise SheetError("文件是空的。")
    readers = {".csv": read_csv, ".xlsx": read_xlsx}
    ending = PurePath(name).suffix.lower()
    if ending not in readers:
        raise SheetError("只能导入 .xlsx 或 .csv 文件；旧版 .xls 请另存为 .xlsx。")
    return readers[ending](content)


def read_csv(content):
    if content.startswith(OTHER_STARTS) or b"\x00" in content:
        raise SheetError("文件名是 .csv，内容却不是 CSV 文本；请用 Excel 另存为“CSV UTF-8”。")
    reader = csv.reader(io.StringIO(decoded(content), newline=""), strict=True)
    try:
        return [
            (number, [unmark(cell) for cell in row[:MAX_COLUMNS]])
            for number, row in enumerate(reader, 1)
            if any(row)
        ]
    except csv.Error as error:
        raise SheetError(f"CSV 第 {reader.line_num} 行的引号或分隔有误。") from error


def decoded(content):
    """The text of a CSV file: UTF-8, with or without its mark, else what Chinese Excel saves."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("认不出文件的文字编码；请用 Excel 另存为“CSV UTF-8”。")


def read_xlsx(content):
    check_workbook(content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload.xlsx"
        path.write_bytes(content)
        lines = run_reader(path)
    rows = (json.loads(line, object_hook=moment) for line in lines)
    return [(number, cells) for number, *cells in rows]


def run_reader(path):
    """The lines that the reading process writes. Raises SheetError if it fails or is stopped."""
    command = [sys.executable, "-I", workbook_reader.__file__, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=MAX_SECONDS, check=True)
    except subprocess.SubprocessError as error:
        raise SheetError("这个 Excel 文件已损坏或过于复杂，无法读取；请另存一份再试。") from error
    return done.stdout.splitlines()


def moment(found):
    text = found["date"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def check_workbook(content):
    """Raise SheetError unless the bytes are a plain workbook of harmless parts and size."""
    if content.startswith(OLE_START):
        raise SheetError("文件设有密码，或是旧版 .xls；请取消密码并另存为 .xlsx。")
    if not content.startswith(ZIP_START):
        raise SheetError("文件名是 .xlsx，内容却不是 Excel 工作簿。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_members(archive.infolist())
            check_contents(archive)
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
    total = 0
    for member in archive.infolist():
        before = b""
        with archive.open(member) as part:
            while piece := part.read(MEGABYTE):
                total += len(piece)
                if total > MAX_UNPACKED:
                    raise SheetError("这个 Excel 文件解开后过大，不能导入。")
                check_piece(before + piece)
                before = piece[-OVERLAP:]
    if b"macroEnabled" in archive.read(CONTENT_TYPES):
        raise SheetError(WITH_MACROS)


def check_piece(piece):
    if any(doctype in piece for doctype in DOCTYPES):
        raise SheetError("这个 Excel 文件含有 DTD 定义，不能导入。")
    if UNCALCULATED.search(piece):
        raise SheetError("文件里有还没有算出结果的公式；请用 Excel 打开并保存一次，再上传。")
