"""The uploaded file once more, its problem cells coloured, each with what is wrong."""

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path, PurePath

import xlsxwriter
from django.http import FileResponse

from aidtracker.sheets.columns.cells import EXCEL_TEXT_LENGTH, cell_text
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.sheets.rehearsing.outcomes import ERROR, WARNING
from aidtracker.sheets.writing import workbook_marker
from aidtracker.sheets.writing.files import FREE_WORKBOOK

COLOURS = {ERROR: "#fca5a5", WARNING: "#fde68a"}
COMMENT_LENGTH = 400
WIDTH = 16
# A larger workbook is written anew, with its values only.
MAX_CELLS = 60_000
# Excel itself opens more of them slowly; the last column says everything, too.
MAX_COMMENTS = 2_000
MAX_SECONDS = 30


def annotated_file(file_name, content, sheet, outcome, resource):
    """The workbook as uploaded with its problems marked, as a response; of other files, the cells.

    What reaches outside the workbook is taken out: the copy goes to another person.
    """
    pages = read_upload(file_name, content)
    page = next(page for page in pages if page.name == sheet.name)
    notes = notes_of(outcome, sheet, resource)
    is_workbook = PurePath(file_name).suffix.lower() == ".xlsx"
    is_small = sum(len(cells) for one in pages for _, cells in one.rows) <= MAX_CELLS
    marked = marked_original(content, page, sheet, notes) if is_workbook and is_small else None
    target = io.BytesIO(marked or written_anew(page, sheet, notes))
    name = f"{PurePath(file_name).stem}-问题.xlsx"
    return FileResponse(target, as_attachment=True, filename=name)


def marked_original(content, page, sheet, notes):
    """The bytes of the uploaded workbook with its problems marked; None if that fails."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "upload.xlsx", Path(folder) / "marked.xlsx"
        source.write_bytes(content)
        command = [sys.executable, "-I", workbook_marker.__file__, str(source), str(target)]
        wanted = json.dumps({"sheet": page.name, "marks": list(marks_of(page, sheet, notes))})
        try:
            subprocess.run(
                command, input=wanted.encode(), capture_output=True, timeout=MAX_SECONDS, check=True
            )
        except subprocess.SubprocessError:
            return None
        return target.read_bytes()


def marks_of(page, sheet, notes):
    """What is to be marked: row, column, colour, comment and text, as Excel counts."""
    last = max((len(cells) for _, cells in page.rows), default=0) + 1
    are_few = can_be_commented(notes)
    yield sheet.heading_number, last, "", "", "问题"
    for number, noted in notes.items():
        for at, problems in noted.items():
            if at is not None:
                comment = comment_of(problems) if are_few else ""
                yield number, at + 1, colour_of(problems), comment, ""
        yield number, last, colour_of(flat(noted)), "", sentences(noted)


def written_anew(page, sheet, notes):
    """The bytes of a fresh workbook with the cells of a page, its problems marked."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, FREE_WORKBOOK) as workbook:
        write_page(workbook, page, sheet, notes)
    return target.getvalue()


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
    are_few = can_be_commented(notes)
    width = max((len(cells) for _, cells in page.rows), default=1)
    target.set_column(0, width - 1, WIDTH)
    target.set_column(width, width, 4 * WIDTH)
    for number, cells in page.rows:
        noted = notes.get(number, {})
        for at, cell in enumerate(cells):
            write_cell(target, number - 1, at, cell, noted.get(at, ()), formats)
            if at in noted and are_few:
                target.write_comment(number - 1, at, comment_of(noted[at]))
        if number == sheet.heading_number:
            target.write_string(number - 1, width, "问题", heading)
        elif noted:
            style = formats[level_of(flat(noted))]
            target.write_string(number - 1, width, sentences(noted), style)


def can_be_commented(notes):
    return sum(map(len, notes.values())) <= MAX_COMMENTS


def flat(noted):
    return [problem for problems in noted.values() for problem in problems]


def sentences(noted):
    return "".join(f"{one.heading}：{one.message}" for one in flat(noted))[:EXCEL_TEXT_LENGTH]


def comment_of(problems):
    return "".join(problem.message for problem in problems)[:COMMENT_LENGTH]


def colour_of(problems):
    return COLOURS[level_of(problems)].replace("#", "FF").upper()


def level_of(problems):
    return ERROR if any(problem.is_error for problem in problems) else WARNING


def write_cell(target, row, at, cell, problems, formats):
    style = formats[level_of(problems)] if problems else None
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        target.write_string(row, at, cell_text(cell)[:EXCEL_TEXT_LENGTH], style)
    else:
        target.write_number(row, at, cell, style)
