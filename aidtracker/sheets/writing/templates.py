"""An empty workbook for a model: headings, an example, lists to choose from, and what is meant."""

import tempfile

import xlsxwriter
from django.http import FileResponse

from aidtracker.ground.datasets import dataset_name
from aidtracker.sheets.columns.example import example_of
from aidtracker.sheets.columns.resources import VERSION
from aidtracker.sheets.reading.sheets import LISTS
from aidtracker.sheets.writing.workbooks import FREE_WORKBOOK, width_of

LISTED = 500
ROWS = 2_000
WIDE = 32


def template_file(resource):
    """The template workbook of a resource as a response."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    with xlsxwriter.Workbook(target, FREE_WORKBOOK) as workbook:
        write_template(workbook, resource)
    target.seek(0)
    name = f"{dataset_name(resource.model)}-template.xlsx"
    return FileResponse(target, as_attachment=True, filename=name)


def write_template(workbook, resource):
    sheet = workbook.add_worksheet("数据")
    lists = workbook.add_worksheet(LISTS)
    lists.very_hidden()
    columns = [column for column in resource.columns if not column.readonly] + [
        column for column in resource.columns if column.attribute == VERSION
    ]
    formats = {
        "required": workbook.add_format({"bold": True, "bg_color": "#fde68a"}),
        "optional": workbook.add_format({"bold": True, "bg_color": "#e5e7eb"}),
        "text": workbook.add_format({"num_format": "@"}),
        "example": workbook.add_format({"italic": True, "font_color": "#6b7280"}),
    }
    sheet.freeze_panes(1, 0)
    example = example_of(resource)
    for place, column in enumerate(columns):
        write_column(sheet, lists, place, column, resource, formats)
        sheet.write(1, place, example[column.column_name], formats["example"])


def write_column(sheet, lists, place, column, resource, formats):
    is_required = column in resource.key_columns or not column.source.blank
    heading = formats["required" if is_required else "optional"]
    sheet.write_string(0, place, column.heading, heading)
    sheet.write_comment(0, place, meaning(column, resource), {"x_scale": 2})
    is_text = not column.unit and not column.source.get_internal_type().endswith("IntegerField")
    sheet.set_column(
        place, place, width_of(column.heading, WIDE), formats["text"] if is_text else None
    )
    choices = column.widget.choices
    if 0 < len(choices) <= LISTED:
        lists.write_column(0, place, choices)
        letter = xlsxwriter.utility.xl_col_to_name(place)
        source = f"={LISTS}!${letter}$1:${letter}${len(choices)}"
        sheet.data_validation(
            1, place, ROWS, place, {"validate": "list", "source": source, "show_error": False}
        )


def meaning(column, resource):
    """What a heading's comment says: whether it must be filled, what is meant, in which unit."""
    if column.attribute == VERSION:
        return "新记录留空；示例行标有“示例”，导入时自动跳过。"
    words = ["必填。" if not column.source.blank else "可留空。"]
    if column in resource.key_columns:
        words.append("按此列认出已有的记录。")
    if column.unit:
        words.append(f"单位：{column.unit}；也可写 9.11亿元 这样带单位的数。")
    if column.is_many:
        words.append("多项用“；”隔开。")
    words.append(str(column.source.help_text))
    return "".join(words)
