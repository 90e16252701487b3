"""A sheet that was read: which columns it has, and which of its rows are records."""

from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.example import EXAMPLE, is_named_example, is_untouched
from aidtracker.sheets.columns.sets import public_columns
from aidtracker.sheets.reading.decisions import Decisions
from aidtracker.sheets.reading.footers import reason_to_skip
from aidtracker.sheets.reading.headings import find_heading
from aidtracker.sheets.reading.mapping import mapping_of
from aidtracker.sheets.reading.misreadings import check_joint, check_unit, check_width, take_units
from aidtracker.sheets.reading.pages import (
    MAX_ROWS,
    TOO_MANY,
    ManySheetsError,
    MissingKeyError,
    Sheet,
    SheetError,
    ranges,
)
from aidtracker.sheets.reading.stated_units import plain, units_beside, units_of, units_of_title

VERSION = "version"
SHOWN_HIDDEN = 20
PUBLIC = "这是公开下载的文件，缺少不公开的内容：空格和少列的几项不当作删除。"
# Sheets of our own files beside the data: what may be chosen, and what columns mean.
LISTS, MEANINGS = "选项", "说明"
MEANING_TITLES = ("列", "怎么填", "单位", "可以填的值", "含义")


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
    titles = {unit for text in (page.name, page.title) for unit in units_of_title(text)}
    beside = {*units_beside(heading.texts, sheet.rows)}
    check_unit(resource, sheet, above | below | titles | beside)
    check_joint(resource, sheet, page.joint)
    check_width(resource, sheet, heading, page)
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
