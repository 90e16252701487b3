"""What a workbook may be: of harmless parts and sizes; and what is worth knowing of it."""

import io
import re
import zipfile
import zlib

from aidtracker.sheets.reading.pages import SheetError

MEGABYTE = 1024 * 1024
MAX_UNPACKED = 250 * MEGABYTE
MAX_MEMBERS = 2_000
MAX_CELLS = 3_000_000
ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0"
ENCRYPTED_FLAG = 0x1
WORKBOOK_PART = "xl/workbook.xml"
CONTENT_TYPES = "[Content_Types].xml"
MACROS = "vbaproject.bin"
MACRO_FOLDERS = ("xl/macrosheets/", "basic/", "scripts/")
EXCEL_PARTS = {WORKBOOK_PART, CONTENT_TYPES.lower()}
OPEN_CONTENT, OPEN_MANIFEST = "content.xml", "META-INF/manifest.xml"
WITH_MACROS = "这个 Excel 文件带有宏，不能导入；请另存为不带宏的 .xlsx。"
# Attributes hold no `<`: so a search that fails at one tag does not go on through the next ones.
HIDDEN_PART = re.compile(
    rb"<(?:\w{1,20}:)?(?:row|col) [^<>]{0,900}\bhidden=[\"'](?:1|true)[\"']", re.ASCII
)
DATES_OF_1904 = re.compile(rb"\bdate1904=[\"'](?:1|true)[\"']")
# A cell with #REF! or the like, of which the reader makes an empty one unless it is called a text.
ERROR_CELL = re.compile(rb"(<(?:\w{1,20}:)?c [^<>]{0,200}\bt=)([\"'])e\2", re.ASCII)
# A formula that no program has calculated: its cell would be read as empty. A text may be.
UNCALCULATED = re.compile(
    rb"<(?P<x>(?:\w{1,20}:)?)c (?![^<>]{0,200}\bt=[\"']str)(?P<said>[^<>]{0,200})>\s?"
    rb"<(?P=x)f(?:[^<>]{0,200}/>|[^<>]{0,200}>[^<]{0,9000}</(?P=x)f>)\s?"
    rb"(?:<(?P=x)v></(?P=x)v>|<(?P=x)v ?/>)?\s?</(?P=x)c>"
)
# What is worth knowing of a workbook, with words of which it has one: quicker to find.
SOUGHT = {
    HIDDEN_PART: (b"hidden=",),
    DATES_OF_1904: (b"date1904=",),
    ERROR_CELL: (b"#",),
    UNCALCULATED: (b"<f", b":f"),
}
OVERLAP = 10_000  # longer than a cell with a formula
DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))


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
