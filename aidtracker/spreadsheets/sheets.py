"""A spreadsheet that was read: its columns by code, its rows with their numbers as in Excel."""

from dataclasses import dataclass, field

from aidtracker.spreadsheets.cells import cell_text

MAX_ROWS = 10_000


class SheetError(ValueError):
    """A file that cannot be imported, with the reason in Chinese."""


@dataclass
class Sheet:
    """Rows under their column codes; `numbers` are the row numbers Excel shows, the heading's is 1.

    import-export reads it like a tablib dataset.
    """

    headers: list[str]
    rows: list[list] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        return iter(self.rows)

    def records(self):
        """Each row as a dictionary by column code."""
        return (dict(zip(self.headers, row, strict=True)) for row in self.rows)


def is_blank(row):
    return not any(cell_text(cell) for cell in row)


def sheet_of(resource, grid):
    """The Sheet of a resource in `grid`: pairs of a row's number as in Excel and its cells.

    Raises SheetError: no rows, unknown, doubled or missing headings, cells outside the columns.
    """
    filled = [(number, row) for number, row in grid if not is_blank(row)]
    if not filled:
        raise SheetError("文件是空的：第一行应为列名，下面每行一条记录。")
    if len(filled) - 1 > MAX_ROWS:
        raise SheetError(f"一次最多导入 {MAX_ROWS} 行，文件有 {len(filled) - 1} 行，请分成几份。")
    (_, headings), *rows = filled
    headers = column_codes(resource, headings)
    sheet = Sheet(headers)
    for number, row in rows:
        if not is_blank(row[len(headers) :]):
            raise SheetError(f"第 {number} 行在没有列名的地方有内容。")
        cells = list(row[: len(headers)])
        sheet.rows.append(cells + [""] * (len(headers) - len(cells)))
        sheet.numbers.append(number)
    return sheet


def column_codes(resource, headings):
    """The column codes for headings in Chinese or in code, in any order. Raises SheetError."""
    texts = [cell_text(heading) for heading in headings]
    while texts and not texts[-1]:
        texts.pop()
    columns = resource.columns
    codes = {column.label: column.column_name for column in columns}
    codes |= {column.column_name: column.column_name for column in columns}
    unknown = [text for text in texts if text not in codes]
    if unknown:
        allowed = "、".join(column.label for column in columns)
        named = "、".join(f"“{text}”" for text in unknown)
        raise SheetError(
            f"不认识的列名：{named}。文件第一行应为列名，上面不能有标题行。可用的列名：{allowed}。"
        )
    headers = [codes[text] for text in texts]
    check_columns(resource, headers)
    return headers


def check_columns(resource, headers):
    doubled = {code for code in headers if headers.count(code) > 1}
    if doubled:
        raise SheetError(f"列名重复：{labels(resource, doubled)}。")
    missing = {column.column_name for column in resource.key_columns} - set(headers)
    if missing:
        raise SheetError(f"缺少列：{labels(resource, missing)}。没有它认不出是哪一条记录。")


def labels(resource, codes):
    columns = resource.columns
    return "、".join(column.label for column in columns if column.column_name in codes)
