"""An empty workbook for a model: headings, an example, lists to choose from, and what is meant."""

import tempfile
from typing import Any

import xlsxwriter
from django.http import FileResponse

from aidtracker.ground.datasets import dataset_name
from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.columns.example import example_of
from aidtracker.sheets.columns.resources import VERSION, SheetResource
from aidtracker.sheets.columns.sets import file_column
from aidtracker.sheets.writing.meanings import choices_of, meaning, must_be_filled
from aidtracker.sheets.writing.workbooks import FREE_WORKBOOK, Beside, arrange, width_of

WIDE = 32
WIDENING = 50  # choices by which a column is as wide as what will stand in it
EXAMPLE_ROW = "示例行标有“示例”，导入时自动跳过。"


def template_file(resource: SheetResource) -> FileResponse:
    """The template workbook of a resource as a response."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    with xlsxwriter.Workbook(target, FREE_WORKBOOK) as workbook:
        write_template(workbook, resource)
    target.seek(0)
    name = f"{dataset_name(resource.model)}-template.xlsx"
    return FileResponse(target, as_attachment=True, filename=name)


def write_template(workbook: Any, resource: SheetResource) -> None:
    columns = [column for column in resource.columns if not column.readonly] + [
        column for column in resource.columns if column.attribute == VERSION
    ]
    told = [meaning(resource, file_column(column, codes=False)) for column in columns]
    lists = {at: choices_of(column) for at, column in enumerate(columns)}
    beside = Beside({at: found for at, found in lists.items() if found}, told)
    formats = {
        "required": workbook.add_format({"bold": True, "bg_color": "#fde68a"}),
        "optional": workbook.add_format({"bold": True, "bg_color": "#e5e7eb"}),
        "text": workbook.add_format({"num_format": "@"}),
        "example": workbook.add_format({"italic": True, "font_color": "#6b7280"}),
    }
    sheet = workbook.add_worksheet("数据")
    example = example_of(resource)
    cells = [example[column.column_name] for column in columns]
    widths = [
        width_of([column.heading, cells[at], *lists[at][:WIDENING]], WIDE)
        for at, column in enumerate(columns)
    ]
    arrange(sheet, widths)
    beside.offer(sheet)
    for place, (column, words) in enumerate(zip(columns, told, strict=True)):
        write_column(sheet, place, column, formats, must_be_filled(resource, column), words)
        if is_text(column):
            sheet.set_column(place, place, widths[place], formats["text"])
        sheet.write(1, place, cells[place], formats["example"])
    beside.write(workbook, formats["optional"])


def write_column(
    sheet: Any,
    place: int,
    column: SheetColumn,
    formats: dict[str, Any],
    is_required: bool,
    told: tuple[str, ...],
) -> None:
    """A heading with what is meant in a comment."""
    style = formats["required" if is_required else "optional"]
    sheet.write_string(0, place, column.heading, style)
    sheet.write_comment(0, place, comment(column, told), {"x_scale": 2})


def is_text(column: SheetColumn) -> bool:
    """Whether a column's cells keep what is typed as it is, and make no number or date of it."""
    return not column.unit and not column.source.get_internal_type().endswith("IntegerField")


def comment(column: SheetColumn, told: tuple[str, ...]) -> str:
    _, demand, unit, _, words = told
    if column.attribute == VERSION:
        return demand + EXAMPLE_ROW
    stated = f"单位：{unit}；也可写 9.11亿元 这样带单位的数。" if "元" in unit else ""
    return demand + (stated or (f"单位：{unit}。" if unit else "")) + words
