"""The uploaded file once more, its problem cells coloured, each with what is wrong."""

import io
from pathlib import PurePath

import xlsxwriter
from django.http import FileResponse

from aidtracker.spreadsheets.cells import cell_text
from aidtracker.spreadsheets.formats import WORKBOOK_OPTIONS
from aidtracker.spreadsheets.outcomes import ERROR
from aidtracker.spreadsheets.uploads import read_upload

COLOURS = {ERROR: "#fca5a5", "warning": "#fde68a"}
COMMENT_LENGTH = 400
WIDTH = 16


def annotated_file(file_name, content, sheet, outcome, resource):
    """A workbook with the cells as uploaded, as a response."""
    target = io.BytesIO()
    page = next(page for page in read_upload(file_name, content) if page.name == sheet.name)
    with xlsxwriter.Workbook(target, WORKBOOK_OPTIONS | {"constant_memory": False}) as workbook:
        write_page(workbook, page, sheet, notes_of(outcome, sheet, resource))
    target.seek(0)
    name = f"{PurePath(file_name).stem}-问题.xlsx"
    return FileResponse(target, as_attachment=True, filename=name)


def notes_of(outcome, sheet, resource):
    """The problems of each row: {row number: {position or None: [problems]}}."""
    positions = {resource.columns_by_code[code].label: at for code, at, _ in sheet.columns}
    notes: dict[int, dict] = {}
    for problem in outcome.problems:
        at = positions.get(problem.heading)
        notes.setdefault(problem.number, {}).setdefault(at, []).append(problem)
    return notes


def write_page(workbook, page, sheet, notes):
    target = workbook.add_worksheet(page.name[:31] or "数据")
    formats = {
        level: workbook.add_format({"bg_color": colour}) for level, colour in COLOURS.items()
    }
    heading = workbook.add_format({"bold": True})
    width = max((len(cells) for _, cells in page.rows), default=1)
    target.set_column(0, width - 1, WIDTH)
    target.set_column(width, width, 4 * WIDTH)
    for number, cells in page.rows:
        noted = notes.get(number, {})
        for at, cell in enumerate(cells):
            write_cell(target, number - 1, at, cell, noted.get(at, ()), formats)
        if number == sheet.heading_number:
            target.write_string(number - 1, width, "问题", heading)
        elif noted:
            all_of_row = [problem for problems in noted.values() for problem in problems]
            words = "".join(f"{one.heading}：{one.message}" for one in all_of_row)
            target.write_string(number - 1, width, words[:32_000], formats[level_of(all_of_row)])


def level_of(problems):
    return ERROR if any(problem.level == ERROR for problem in problems) else "warning"


def write_cell(target, row, at, cell, problems, formats):
    style = formats[level_of(problems)] if problems else None
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        target.write_string(row, at, cell_text(cell)[:32_767], style)
    else:
        target.write_number(row, at, cell, style)
    if problems:
        words = "".join(problem.message for problem in problems)[:COMMENT_LENGTH]
        target.write_comment(row, at, words)
