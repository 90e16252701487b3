"""What cells of an old workbook (.xls, .et) show, which the reader of values does not tell.

Such a file is a small file system, in which one stream holds the workbook as records. Only the
records of formats, and of cells that have numbers or errors, are looked at; all within the file.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, takewhile

from aidtracker.sheets.reading.number_formats import BUILT_IN, is_telling

# Records
END, FORMULA, MANY_NUMBERS, XF = 0x0A, 0x06, 0xBD, 0xE0
SHEET, NUMBER, ERROR, SHORT_NUMBER, FORMAT = 0x85, 0x0203, 0x0205, 0x027E, 0x041E
ERRORS = {
    **{0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?"},
    **{0x24: "#NUM!", 0x2A: "#N/A"},
}
MOST_RECORDS = 3_000_000
IS_SPECIAL, IS_ERROR = b"\xff\xff", 2  # a formula's result that is no number, and is an error
# Sectors of the file system
ENTRY, IN_HEADER, NONE = 128, 109, 0xFFFFFFFA
SHIFTS = ((9, 6), (12, 6))  # how large they are, and the small ones
STREAMS, ROOT = ("Workbook", "Book"), 5


@dataclass
class Shown:
    """What cells of one sheet show: a format that tells more, or an error, by row and column."""

    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def shown_in(content: bytes) -> dict[str, Shown]:
    """What cells show, by the names of sheets. Raises ValueError if the file cannot be followed."""
    try:
        return sheets_of(stream_of(content))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error


# The workbook


def records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def sheets_of(stream: bytes) -> dict[str, Shown]:
    sheets: dict[str, int] = {}
    formats, styles = dict(BUILT_IN), []
    for kind, said in records(stream, 0):
        if kind == SHEET:
            (start,) = struct.unpack_from("<I", said)
            sheets[text_of(said, 7, said[6])] = start
        elif kind == FORMAT:
            number, length = struct.unpack_from("<HH", said)
            formats[number] = text_of(said, 4, length)
        elif kind == XF:
            styles.append(struct.unpack_from("<H", said, 2)[0])
        elif kind == END:
            break
    telling = {number: code for number, code in formats.items() if code and is_telling(code)}
    codes = [telling.get(number, "") for number in styles]
    left = count(MOST_RECORDS, -1)
    return {name: cells_of(part_of(stream, start, left), codes) for name, start in sheets.items()}


def part_of(stream: bytes, start: int, left: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    """The records of one sheet. Raises ValueError once there are more than any file has."""
    for kind, said in takewhile(lambda one: one[0] != END, records(stream, start)):
        if next(left) < 0:
            raise ValueError("too many records")
        yield kind, said


def text_of(said: bytes, at: int, length: int) -> str:
    """A text of so many signs, which are of one or two bytes as is said at a place before it."""
    is_wide = said[at] & 1
    part = said[at + 1 : at + 1 + length * (2 if is_wide else 1)]
    return part.decode("utf-16-le" if is_wide else "latin-1")


def cells_of(found: Iterable[tuple[int, bytes]], codes: list[str]) -> Shown:
    shown = Shown()
    for kind, said in found:
        if kind in (NUMBER, SHORT_NUMBER, FORMULA, ERROR):
            row, at, style = struct.unpack_from("<HHH", said)
            if error := error_of(kind, said):
                shown.errors[row, at] = error
            shown.formats[row, at] = codes[style]
        elif kind == MANY_NUMBERS:
            row, first = struct.unpack_from("<HH", said)
            styles = (struct.unpack_from("<H", said, at)[0] for at in range(4, len(said) - 7, 6))
            shown.formats |= {(row, at): codes[style] for at, style in enumerate(styles, first)}
    shown.formats = {place: code for place, code in shown.formats.items() if code}
    return shown


def error_of(kind: int, said: bytes) -> str:
    """The error that a cell shows instead of a value; empty if it shows none."""
    if kind == ERROR and said[7]:
        return ERRORS.get(said[6], "#VALUE!")
    if kind == FORMULA and said[12:14] == IS_SPECIAL and said[6] == IS_ERROR:
        return ERRORS.get(said[8], "#VALUE!")
    return ""


# The file system


def stream_of(content: bytes) -> bytes:
    """The stream of the workbook. Raises ValueError if there is none."""
    shifts = struct.unpack_from("<HH", content, 30)
    if shifts not in SHIFTS:
        raise ValueError("no such sectors")
    large, small = (1 << shift for shift in shifts)
    first, _, least, first_small, _, more = struct.unpack_from("<IIIIII", content, 48)
    table = links(content, table_sectors(content, large, more), large)
    folder = joined(content, first, table, large)
    named = dict(entry(folder, at) for at in range(0, len(folder) - ENTRY + 1, ENTRY))
    start, size, _ = next((named[name] for name in STREAMS if name in named), (0, 0, 0))
    if not size:
        raise ValueError("no workbook")
    if size >= least:
        return joined(content, start, table, large)[:size]
    root = next(one for one in named.values() if one[2] == ROOT)
    own = links(content, chain(first_small, table), large)
    # What is small stands in a stream of its own, without a header.
    inner = bytes(large) + joined(content, root[0], table, large)
    ahead = large // small - 1
    parts = (sector(inner, number + ahead, small) for number in chain(start, own))
    return b"".join(parts)[:size]


def entry(folder: bytes, at: int) -> tuple[str, tuple[int, int, int]]:
    """The name of a stream, with its first sector, its size and its kind."""
    (length,) = struct.unpack_from("<H", folder, at + 64)
    name = folder[at : at + max(0, length - 2)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<II", folder, at + 116)
    return name, (start, size, folder[at + 66])


def table_sectors(content: bytes, size: int, more: int) -> list[int]:
    """The sectors of the table that says which sector follows which."""
    found = list(struct.unpack_from(f"<{IN_HEADER}I", content, 76))
    seen: set[int] = set()
    while more < NONE and more not in seen:
        seen.add(more)
        *further, more = struct.unpack(f"<{size // 4}I", sector(content, more, size))
        found += further
    return [one for one in found if one < NONE]


def links(content: bytes, sectors: Iterable[int], size: int) -> list[int]:
    return [
        one
        for number in sectors
        for one in struct.unpack(f"<{size // 4}I", sector(content, number, size))
    ]


def chain(first: int, table: list[int]) -> Iterator[int]:
    """The sectors of a stream, none of them twice."""
    seen: set[int] = set()
    while first < NONE and first not in seen:
        seen.add(first)
        yield first
        first = table[first]


def joined(content: bytes, first: int, table: list[int], size: int) -> bytes:
    return b"".join(sector(content, number, size) for number in chain(first, table))


def sector(content: bytes, number: int, size: int) -> bytes:
    """A sector, counted from behind the header, which takes one."""
    return content[(number + 1) * size : (number + 2) * size]
