"""A workbook to be filled in by somebody else: their rows in it, its headings kept from changes."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse

from aidtracker.sheets.columns.resources import resource_for
from aidtracker.sheets.columns.sets import FileColumn, Kind, staff_columns
from aidtracker.sheets.writing.extracts import Extract
from aidtracker.sheets.writing.files import beside_of
from aidtracker.sheets.writing.workbooks import FREE_WORKBOOK, arrange, width_of

WIDE = 32
NUMBERS = (Kind.NUMBER, Kind.AMOUNT)
# What a step of the review says is not filled in.
STANDING = ("review_comment", "correction_reason")
# What may still be done to the protected sheet.
ALLOWED = {
    "insert_rows": True,
    "sort": True,
    "autofilter": True,
    "format_columns": True,
    "format_rows": True,
}
TOLD_SHEET = "任务说明"


@dataclass
class Prefilled:
    """What a workbook has: stored rows, rows to be made, and what is told of them.

    `new` are {column code: text} of rows that are not stored yet; `marks` what is said of stored
    ones, by number; `told` the lines of a sheet that explains the task.
    """

    rows: QuerySet
    new: Sequence[Mapping[str, str]] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    told: Sequence[tuple[str, str]] = ()


def columns_of(rows: QuerySet) -> list[FileColumn]:
    """The columns of the staff file that can be filled in, those that name a row, its version."""
    resource = resource_for(rows.model)
    apart = (*STANDING, rows.model.REVIEW)
    return [
        one
        for one in staff_columns(resource)
        if one.column and one.column.attribute not in apart and not one.column.is_many
    ]


def prefilled_file(filled: Prefilled, name: str) -> FileResponse:
    """The workbook as a response."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    with xlsxwriter.Workbook(target, FREE_WORKBOOK) as workbook:
        write(workbook, filled)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=name)


def write(workbook: Any, filled: Prefilled) -> None:
    columns = columns_of(filled.rows)
    rows = filled.rows.order_by("pk")
    numbers = list(rows.values_list("pk", flat=True))
    texts = [*Extract(rows, columns).texts()]
    texts += [[one.get(column.code, "") for column in columns] for one in filled.new]
    sheet = workbook.add_worksheet("数据")
    headings = [column.heading for column in columns]
    arrange(sheet, [width_of(one, WIDE) for one in zip(headings, *texts, strict=True)])
    table = Table(workbook, sheet, columns)
    table.head(headings)
    for at, (number, cells) in enumerate(zip_marks(numbers, texts), 1):
        table.row(at, cells, filled.marks.get(number, "") if number else "")
    beside = beside_of(resource_for(filled.rows.model), columns, has_choices=True)
    beside.offer(sheet)
    sheet.protect("", ALLOWED)
    explain(workbook, filled.told)
    beside.write(workbook, workbook.add_format({"bold": True}))


def zip_marks(numbers: list[int], texts: list[Sequence[Any]]) -> Iterable[tuple[int, Any]]:
    return zip([*numbers, *[0] * (len(texts) - len(numbers))], texts, strict=True)


def explain(workbook: Any, told: Sequence[tuple[str, str]]) -> None:
    if not told:
        return
    sheet = workbook.add_worksheet(TOLD_SHEET)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 80)
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    for at, (label, words) in enumerate(told):
        sheet.write_string(at, 0, label)
        sheet.write_string(at, 1, words, wrapped)


class Table:
    """The rows of a protected sheet: headings and what names a stored row stay as they are."""

    def __init__(self, workbook: Any, sheet: Any, columns: Sequence[FileColumn]) -> None:
        self.sheet, self.columns = sheet, columns
        self.bold = workbook.add_format({"bold": True, "bg_color": "#e5e7eb"})
        look = {"text": {"num_format": "@"}, "number": {"num_format": "General"}}
        self.open = {
            kind: workbook.add_format(one | {"locked": False}) for kind, one in look.items()
        }
        self.shut = workbook.add_format({"num_format": "@", "font_color": "#6b7280"})
        self.mark = workbook.add_format({"num_format": "@", "bg_color": "#fde68a"})

    def head(self, headings: Sequence[str]) -> None:
        for at, (heading, column) in enumerate(zip(headings, self.columns, strict=True)):
            self.sheet.set_column(at, at, None, self.style(column))
            self.sheet.write_string(0, at, heading, self.bold)

    def style(self, column: FileColumn) -> Any:
        return self.open["number" if column.kind in NUMBERS else "text"]

    def is_name(self, column: FileColumn) -> bool:
        """Whether a column says which row it is, or which version of it."""
        source = column.column.source  # type: ignore[union-attr]
        paths = {path.partition("__")[0] for path in source.model.KEY}
        return column.is_beside or column.column.readonly or source.name in paths

    def row(self, at: int, cells: Sequence[Any], words: str) -> None:
        for place, (column, text) in enumerate(zip(self.columns, cells, strict=True)):
            style = self.shut if self.is_name(column) else self.style(column)
            if text in (None, ""):
                self.sheet.write_blank(at, place, None, style)
            elif column.kind in NUMBERS:
                self.sheet.write_number(at, place, float(text), style)
            else:
                self.sheet.write_string(at, place, str(text), style)
        if words:
            self.sheet.write_string(at, 0, str(cells[0]), self.mark)
            self.sheet.write_comment(at, 0, f"退回：{words}", {"x_scale": 2})
