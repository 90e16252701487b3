"""A sheet that was read: which columns it has, and which of its rows are records."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from aidtracker.sheets.columns.cells import BLANKS, cell_text, half_width
from aidtracker.sheets.columns.example import EXAMPLE, is_named_example, is_untouched
from aidtracker.sheets.columns.sets import public_columns
from aidtracker.sheets.reading.decisions import Decisions
from aidtracker.sheets.reading.footers import reason_to_skip
from aidtracker.sheets.reading.headings import find_heading
from aidtracker.sheets.reading.mapping import MappedColumn, mapping_of
from aidtracker.sheets.reading.stated_units import (
    converts,
    fitting,
    is_other_money,
    plain,
    units_of,
    units_of_line,
)

MAX_ROWS = 100_000
TOO_MANY = f"一次最多导入 {MAX_ROWS} 行，文件里不止这些，请分成几份。"
VERSION = "version"
FIRST_PART, NEXT_PART = re.compile("[-+]?[1-9][0-9]{0,2}"), re.compile(r"[0-9]{3}(\.[0-9]+)?")
SHIFTED = (
    "这一行有 {cells} 格，列名只有 {width} 格：多半是数字或文字里的逗号没有加引号"
    "（1,500 应写成 1500），后面各格都错了位；请改正这一行，或用 Excel 另存为 .xlsx。"
)
SHOWN_HIDDEN = 20
SHOWN_RANGES = 12
PUBLIC = "这是公开下载的文件，缺少不公开的内容：空格和少列的几项不当作删除。"
# Sheets of our own files beside the data: what may be chosen, and what columns mean.
LISTS, MEANINGS = "选项", "说明"
MEANING_TITLES = ("列", "怎么填", "单位", "可以填的值", "含义")


class SheetError(ValueError):
    """A file that cannot be imported, with the reason in Chinese."""


class ManySheetsError(SheetError):
    """A workbook of which several sheets fit: `names` are theirs."""

    def __init__(self, names):
        super().__init__(f"有几张工作表都像要导入的数据：{'、'.join(names)}。请选择其中一张。")
        self.names = names


class MissingKeyError(SheetError):
    """A file in which no column is known to name its records; the person can say which does."""

    def __init__(self, message, mapped, decisions):
        super().__init__(message)
        self.mapped, self.decisions = mapped, decisions


@dataclass
class Page:
    """One sheet of a file as it was read: pairs of a row's number as in Excel and its cells."""

    name: str
    rows: list
    is_hidden: bool = False
    # First and last row, first and last column of the merged cells that hold something.
    joint: list = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    is_csv: bool = False


@dataclass
class Sheet:
    """Records under their headings.

    `columns` are (column code, position in a row, unit that the heading states), `faults` rows that
    cannot be read: (number, why, what of them).
    `columns` are (column code, position in a row, unit that the heading states), `companions` the
    places of names beside codes, `mapped` the headings that are called otherwise or not known.
    """

    name: str
    columns: list
    rows: list
    notices: list[str] = field(default_factory=list)
    heading_number: int = 1
    version_at: int | None = None
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    companions: list[tuple[str, int]] = field(default_factory=list)
    mapped: list[MappedColumn] = field(default_factory=list)
    decisions: Decisions = field(default_factory=Decisions)
    shape: str = ""
    # A public file leaves out what the public must not see: an empty cell says nothing there.
    is_public: bool = False

    @property
    def at(self):
        """Where messages say that something stands, if the file has several sheets."""
        return f"工作表“{self.name}”" if self.name else ""

    def version_of(self, cells):
        """The version a row was exported with, None if it does not say. Raises ValueError."""
        if self.version_at is None:
            return None
        text = half_width(cell_text(cells[self.version_at]))
        if not text or text == EXAMPLE:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise ValueError("“版本”应照导出时的原样，或留空。")
        return int(text)


def choose_page(resource, pages, wanted="", decisions=None):
    """The page of a file that holds rows of the resource, with its heading.

    Raises ManySheetsError if several do and none is `wanted`, SheetError if none does.
    """
    if wanted:
        pages = [page for page in pages if page.name == wanted]
    filled = [page for page in pages if page.rows]
    if not filled:
        raise SheetError("文件是空的：要有一行列名，下面每行一条记录。")
    found = [(page, find_heading(resource, page.rows, decisions)) for page in filled]
    fits = [
        (page, heading)
        for page, heading in found
        if heading and not missing_key(resource, heading.codes)
    ]
    fitting = [pair for pair in fits if not pair[0].is_hidden] or fits
    fitting = [pair for pair in fitting if len(pair[0].rows) > pair[1].last + 1] or fitting
    if len(fitting) > 1:
        raise ManySheetsError([page.name for page, _ in fitting])
    if fitting:
        return fitting[0]
    return max(found, key=lambda pair: len(pair[1].columns) if pair[1] else 0)


def missing_key(resource, codes):
    """The columns without which records have no name; a name instead of a code is enough."""
    missing = key_codes(resource) - codes
    is_named = missing == {resource.code_column} and resource.name_column in codes
    return set() if is_named else missing


def key_codes(resource):
    return {column.column_name for column in resource.key_columns}


def sheet_of(resource, pages, wanted="", decisions=None):
    """The Sheet of a resource in the pages of a file, as a person decided. Raises SheetError."""
    decisions = decisions or Decisions()
    pages = [one for one in pages if not is_beside(one)] or pages
    page, heading = choose_page(resource, pages, wanted, decisions)
    check_heading(resource, heading)
    mapped = mapping_of(resource, heading, page.rows[heading.last + 1 :])
    check_key(resource, heading, mapped, decisions)
    name = page.name if len(pages) > 1 else ""
    sheet = Sheet(page.name, [], [], list(page.notices), heading.number)
    sheet.mapped, sheet.decisions, sheet.shape = mapped, decisions, heading.shape
    sheet.companions = heading.companions
    hidden = [one.name for one in pages if one.is_hidden and one is not page and one.rows]
    if hidden:
        sheet.notices.append(f"没有读入隐藏的工作表：{'、'.join(hidden[:SHOWN_HIDDEN])}。")
    if name:
        sheet.notices.append(f"读取{'隐藏的' * page.is_hidden}工作表“{name}”。")
    if page.rows[0][0] < heading.number:
        sheet.notices.append(f"第 {heading.number} 行是列名，它上面的各行没有读入。")
    sheet.columns = [column for column in heading.columns if column[0] != VERSION]
    sheet.version_at = next((at for code, at, _ in heading.columns if code == VERSION), None)
    sheet.is_public = is_public(resource, heading)
    if sheet.is_public:
        sheet.notices.append(PUBLIC)
    take_units(resource, sheet, heading)
    above = {unit for _, cells in page.rows[: heading.last + 1] for unit in units_of(cells)}
    left_out = take_rows(resource, sheet, heading, page.rows[heading.last + 1 :])
    below = {unit for cells in left_out for unit in units_of(cells)}
    check_unit(resource, sheet, above | below | {*units_of_line(page.name)})
    check_joint(resource, sheet, page.joint)
    check_width(sheet, heading, page)
    return sheet


def is_public(resource, heading):
    """Whether a file is one that the public gets, with all its columns and no version."""
    there = {*heading.texts}
    columns = [(one.heading, one.code) for one in public_columns(resource)]
    are_all = any(there >= {*texts} for texts in zip(*columns, strict=True))
    return are_all and VERSION not in heading.codes


def is_beside(page):
    """Whether a sheet is one that our own files have beside the data."""
    titles = tuple(page.rows[0][1][: len(MEANING_TITLES)]) if page.rows else ()
    return page.name == LISTS or (page.name == MEANINGS and titles == MEANING_TITLES)


def check_heading(resource, heading):
    if heading is None:
        allowed = "、".join(column.label for column in resource.columns)
        raise SheetError(f"没有认出列名：前 30 行里应有一行列名。可用的列名：{allowed}。")
    if heading.doubled:
        names = labels(resource, heading.doubled)
        raise SheetError(f"第 {heading.number} 行的列名重复：{names}；请只留一列。")


def check_key(resource, heading, mapped, decisions):
    """Refuse a file whose records have no name; a name instead of a code is enough."""
    missing = key_codes(resource) - heading.codes
    if missing and not (
        missing == {resource.code_column} and resource.name_column in heading.codes
    ):
        raise MissingKeyError(
            f"缺少列：{labels(resource, missing)}。没有它认不出是哪一条记录"
            f"（第 {heading.number} 行是列名）。",
            mapped,
            decisions,
        )


def labels(resource, codes):
    columns = resource.columns
    return "、".join(column.label for column in columns if column.column_name in codes)


def take_units(resource, sheet, heading):
    """Let quantities have the units of their headings, and say so; refuse those that do not fit."""
    for place, (code, position, unit) in enumerate(sheet.columns):
        column, text = resource.columns_by_code.get(code), heading.texts[position]
        if not unit or column is None:
            continue
        if not (column.is_quantity and column.unit):
            sheet.columns[place] = (code, position, "")
        elif not fitting(column, unit):
            raise SheetError(
                f"{sheet.at}第 {heading.number} 行“{text}”一列以{unit}计，不能换算成{column.unit}；"
                f"请换算成{column.unit}，并改写列名。"
            )
        elif converts(column, unit):
            sheet.notices.append(f"“{text}”一列以{unit}计，没有写单位的数字按{unit}换算。")


def check_unit(resource, sheet, stated):
    """Refuse a table whose `stated` units contradict columns that state none themselves."""
    columns = [
        resource.columns_by_code[code]
        for code, _, unit in sheet.columns
        if not unit and code in resource.columns_by_code
    ]
    for column in columns:
        others = [
            unit
            for unit in sorted(stated)
            if is_other_money(column, unit) or (fitting(column, unit) and converts(column, unit))
        ]
        if others and not column.readonly:
            unclear = [one.label for one in columns if one.unit == column.unit and not one.readonly]
            raise SheetError(
                f"{sheet.at}表上写着“单位：{'、'.join(others)}”，"
                f"而这些列以{column.unit}计：{'、'.join(unclear)}。"
                f"请在列名后注明单位，如“{unclear[0]}（{others[0]}）”，或换算成{column.unit}。"
            )


def check_joint(resource, sheet, joint):
    """Refuse a quantity in a cell that is merged over several records or columns: whose is it?"""
    numbers = [number for number, _ in sheet.rows]
    cells_of = dict(sheet.rows)
    for top, bottom, first, last in joint:
        own = numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]
        columns = [
            column
            for code, at, _ in sheet.columns
            if first <= at <= last and (column := resource.columns_by_code.get(code))
        ]
        shared = next((one for one in columns if one.is_quantity and not one.readonly), None)
        if shared and (len(own) > 1 or (own and len(columns) > 1)):
            text = half_width(cell_text(cells_of[own[0]][first]))
            each = "行" if len(own) > 1 else "列"
            if text not in BLANKS:
                raise SheetError(
                    f"{sheet.at}第 {ranges(range(top, bottom + 1))} 行“{shared.label}”是合并的"
                    f"单元格，分不清每{each}各是多少；请取消合并，每{each}填自己的数。"
                )


def check_width(sheet, heading, page):
    """Refuse rows of a CSV file that are longer than the headings: some comma shifts them."""
    if not page.is_csv:
        return
    width = len(next(cells for number, cells in page.rows if number == heading.number))
    records = {number for number, _ in sheet.rows}
    for number, cells in page.rows:
        more = cells[width:]
        if number in records and more and (any(map(cell_text, more)) or is_split(cells)):
            words = SHIFTED.format(width=width, cells=len(cells))
            sheet.faults.append((number, words, f"第 {width + 1} 格起"))


def is_split(cells):
    """Whether two neighbours look like the parts of a number with a comma: 1 and 500."""
    texts = [cell_text(cell) for cell in cells]
    return any(
        FIRST_PART.fullmatch(one) and NEXT_PART.fullmatch(other) for one, other in pairwise(texts)
    )


# Rows


def take_rows(resource, sheet, heading, rows):
    """Let the sheet have the records, and say which other rows were left out: their cells."""
    width = max([len(heading.texts), *(position + 1 for _, position, _ in heading.columns)])
    key = key_codes(resource)
    keys = [at for code, at, _ in heading.columns if code in key]
    titles = [plain(text) for text in heading.texts]
    unnamed = [at for at, text in enumerate(heading.texts) if not text]
    skipped: dict[str, list[int]] = {}
    outside: list[int] = []
    left_out: list[list] = []
    for number, cells in rows:
        cells = [*cells, *[""] * (width - len(cells))]
        reason = reason_to_skip(cells, keys, titles)
        if reason:
            skipped.setdefault(reason, []).append(number)
            left_out.append(cells)
            continue
        if is_example(resource, sheet, cells, keys):
            skipped.setdefault("示例", []).append(number)
            continue
        if any(map(cell_text, [*cells[width:], *(cells[at] for at in unnamed)])):
            outside.append(number)
        sheet.rows.append((number, worded(cells[:width])))
    for reason, numbers in skipped.items():
        if reason != "空行":
            sheet.notices.append(f"没有读入第 {ranges(numbers)} 行：{reason}。")
    if outside:
        sheet.notices.append(f"第 {ranges(outside)} 行在没有列名的地方有内容，没有读入。")
    check_size(sheet)
    return left_out


def worded(cells):
    """Cells with 是 and 否 for true and false, which Python takes for 1 and 0."""
    if True not in cells and False not in cells:
        return cells
    return [cell_text(cell) if cell.__class__ is bool else cell for cell in cells]


def is_example(resource, sheet, cells, keys):
    """Whether a row is the template's example, left as it was. Raises SheetError if it is not."""
    is_marked = sheet.version_at is not None and cell_text(cells[sheet.version_at]) == EXAMPLE
    if not (is_marked or is_named_example(keys, cells)):
        return False
    is_left = is_untouched(resource, sheet.columns, cells)
    if is_marked and not is_left:
        raise SheetError("示例行改过内容，却还标着“示例”；请清空这一行的“版本”，或删去这一行。")
    return is_left


def check_size(sheet):
    if len(sheet.rows) > MAX_ROWS:
        raise SheetError(TOO_MANY)
    if not sheet.rows:
        raise SheetError(f"第 {sheet.heading_number} 行是列名，下面没有记录。")


def ranges(numbers):
    """Row numbers in words: 2–5、9; a long list ends with how many there are."""
    parts: list[list[int]] = []
    for number in dict.fromkeys(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    words = [str(low) if low == high else f"{low}–{high}" for low, high in parts[:SHOWN_RANGES]]
    more = f"……共 {len(numbers)} 行" if len(parts) > SHOWN_RANGES else ""
    return "、".join(words) + more
