"""Reads CSV as programs and people write it: whatever encoding, whatever sign between the cells."""

import codecs
import csv
import io
import re
from itertools import islice

from aidtracker.sheets.columns.cells import unmark
from aidtracker.sheets.reading.pages import (
    FIRST_COLUMNS,
    MAX_COLUMNS,
    TOO_MANY,
    Once,
    Page,
    SheetError,
)
from aidtracker.sheets.reading.workbook_reader import MAX_ROWS
from aidtracker.sheets.reading.workbook_safety import OLE_START, ZIP_START

# Marks at the beginning of a text that say how it is encoded.
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
EURO, EURO_BYTE = "aidtracker.euro", 0x80
LONGEST_TWO_BYTES = 0x7FF  # Chinese takes three bytes in UTF-8
SNIFFED = 10_000
QUOTED = re.compile(r'"[^"]*"')
# Longer than Excel's own: some texts are downloaded as CSV because no workbook can hold them.
MAX_CELL = 200_000
NO_LIMIT = 2**31 - 1


def read_csv(content):
    if content.startswith((ZIP_START, OLE_START)):
        raise SheetError("文件名是 .csv，内容却不是 CSV 文本；请用 Excel 另存为“CSV UTF-8”。")
    text = decoded(content)
    if "\x00" in text:
        raise SheetError("文件里有空字符，内容不是 CSV 文本；请用 Excel 另存为“CSV UTF-8”。")
    reader = reader_of(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    filled = fitting((number, row) for number, row in enumerate(reader, 1) if any(row))
    once = Once()
    try:
        rows = [
            (number, [once[unmark(cell)] for cell in row[:MAX_COLUMNS]])
            for number, row in islice(filled, MAX_ROWS + 1)
        ]
    except csv.Error as error:
        raise SheetError(f"CSV 第 {reader.line_num} 行的引号或分隔有误。") from error
    if len(rows) > MAX_ROWS:
        raise SheetError(TOO_MANY)
    notices = [FIRST_COLUMNS] if any(len(row) == MAX_COLUMNS for _, row in rows) else []
    return [Page("", rows, notices=notices, is_csv=True)]


def fitting(rows):
    """Rows none of whose cells is longer than any of ours. Raises SheetError."""
    for number, row in rows:
        if max(map(len, row)) > MAX_CELL:
            raise SheetError(f"CSV 第 {number} 行有一格超过 {MAX_CELL} 个字。")
        yield number, row


def reader_of(lines, **dialect):
    """Reads lines of CSV, whose cells may be as long as they like, as ours may."""
    # The limit is one for the whole process, and libraries set it, too: it is said at each reading.
    csv.field_size_limit(NO_LIMIT)
    return csv.reader(lines, **dialect)


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
