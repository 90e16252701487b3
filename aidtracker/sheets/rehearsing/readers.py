"""How an import reads the columns of a file: each different cell once, however often it stands."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from aidtracker.sheets.columns.cells import (
    EMPTY,
    MOST_DIGITS,
    SHORTENED,
    UnknownWordError,
    cell_text,
)
from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.reading.pages import Sheet
from aidtracker.sheets.reading.stated_units import converts

# What is probably wrong, though the database would take it.
JUMP = 1_000
LARGEST = 1_000_000  # 万元: a hundred times 亿元
YEARS_AHEAD = 5


@dataclass(slots=True)
class Reading:
    """What a cell stands for, or why it stands for nothing."""

    value: Any = None
    problem: str = ""
    is_empty: bool = False


class CellReader:
    """Reads the cells of one column of the file, which stand at a `position` in each row.

    `unit` is the one that the heading states.
    """

    def __init__(self, column: SheetColumn, position: int, unit: str = ""):
        self.column = column
        self.position = position
        self.unit = unit if converts(column, unit) else ""
        self.texts: dict = {}
        self.readings: dict = {}
        # The words in cells that name nothing.
        self.unknown: dict[Any, tuple[str, ...]] = {}
        self.is_optional = column.source.blank
        self.is_relation = column.source.is_relation

    def text(self, raw) -> str:
        """The canonical text of a cell."""
        text = self.texts.get(raw)
        if text is None:
            text = self.texts[raw] = cell_text(raw)
        return text

    def read(self, raw) -> Reading:
        """The Reading of a cell."""
        found = self.readings.get(raw)
        if found is None:
            found = self.reading(raw)
            # What is missing now may come with a row of the same file.
            if not (found.problem and self.is_relation):
                self.readings[raw] = found
        return found

    def reading(self, raw) -> Reading:
        is_text = self.column.is_text
        if is_text and lost_digits(raw):
            return Reading(problem="编号被 Excel 当成数字，后面的数位已丢失；请设为文本格式重填。")
        if is_text and self.column.is_line and isinstance(raw, date):
            return Reading(problem="被 Excel 当成了日期；请设为文本格式，照原样重填。")
        raw = self.column.said(raw)
        has_text = raw.__class__ is str or is_text
        try:
            value = self.column.value(raw, self.text(raw) if has_text else "", self.unit)
        except ValueError as error:
            if isinstance(error, UnknownWordError):
                self.unknown[raw] = error.words
            return Reading(problem=str(error))
        return Reading(value, is_empty=value in EMPTY)

    @cached_property
    def is_converted(self) -> bool:
        """Whether a number without a unit of its own is not what an export would write."""
        return bool(self.unit)


class Readers:
    """The columns of a file, by what an import does with them."""

    def __init__(self, resource: SheetResource, sheet: Sheet, ignored):
        self.all = [
            CellReader(resource.columns_by_code[code], position, unit)
            for code, position, unit in sheet.columns
            if code in resource.columns_by_code
        ]
        self.letters = {reader.column.label: column_letters(reader.position) for reader in self.all}
        by_code = {reader.column.column_name: reader for reader in self.all}
        self.keys = [by_code[column.column_name] for column in resource.key_columns]
        self.checked = [reader for reader in self.all if reader.column.readonly]
        self.ignored = [reader for reader in self.all if reader.column.attribute in ignored]
        left_alone = {*self.checked, *self.ignored}
        self.writable = [reader for reader in self.all if reader not in left_alone]
        self.changeable = [reader for reader in self.writable if reader not in self.keys]


def column_letters(position: int) -> str:
    """What Excel calls a column, counted from 0: A, Z, AA."""
    letters, rest = "", position + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def lost_digits(raw) -> bool:
    """Whether a cell shows a number of which Excel has dropped the last digits."""
    if raw.__class__ is str:
        return raw[-4:-2] == "E+" and bool(SHORTENED.fullmatch(raw))
    return raw.__class__ in (int, float) and abs(raw) >= MOST_DIGITS


def doubt_of(column: SheetColumn, value, old, latest: int) -> str:
    """Why a value that was read is doubtful, in Chinese; empty if it is not.

    `old` is what is stored, `latest` the last year that is near enough.
    """
    if column.is_amount:
        return doubtful_amount(value, old)
    if value and int(str(value)[:4]) > latest:
        return f"日期在 {YEARS_AHEAD} 年以后，请核对。"
    return ""


def doubtful_amount(value, old) -> str:
    if old and value and value >= old * JUMP:
        return f"是原值的 {value / old:.0f} 倍；这一列以万元计，请核对是否填成了元。"
    if old and value and value * JUMP <= old:
        return f"只有原值的 {old / value:.0f} 分之一；这一列以万元计，请核对是否填成了亿元。"
    if value and abs(value) > LARGEST:
        return "超过 100 亿元；这一列以万元计，请核对是否填成了元。"
    return ""
