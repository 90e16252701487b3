"""The uploaded file once more, its problem cells coloured, each with what is wrong."""

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePath

import xlsxwriter
from django.http import FileResponse

from aidtracker.sheets.columns.cells import EXCEL_TEXT_LENGTH, cell_text
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.reading.decisions import Decisions
from aidtracker.sheets.reading.pages import Page, Sheet
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.sheets.rehearsing.outcomes import ERROR, LABEL_SEPARATOR, WARNING, Outcome, Problem
from aidtracker.sheets.rehearsing.rehearsal import rehearse
from aidtracker.sheets.writing import workbook_marker
from aidtracker.sheets.writing.workbooks import FREE_WORKBOOK

# The problems of each row by position; None is the row as a whole.
Notes = dict[int, dict[int | None, list[Problem]]]
# Row and column as Excel counts, colour, comment, and a text to write.
Mark = tuple[int, int, str, str, str]
COLOURS = {ERROR: "FCA5A5", WARNING: "FDE68A"}
COMMENT_LENGTH = 400
WIDTH = 16
# A larger workbook is written anew, with its values only.
MAX_CELLS = 60_000
# Excel itself opens more of them slowly; the last column says everything, too.
MAX_COMMENTS = 2_000
MAX_SECONDS = 30


def annotated_file(
    resource: SheetResource,
    file_name: str,
    content: bytes,
    wanted: str = "",
    decisions: Decisions | None = None,
) -> FileResponse:
    """The workbook as uploaded with its problems marked, as a response; of other files, the cells.

    `wanted` is the sheet that was chosen, with what was decided of it. What reaches outside the
    workbook is taken out: the copy goes to another person.
    """
    pages = read_upload(file_name, content)
    sheet = sheet_of(resource, pages, wanted, decisions)
    page = next(page for page in pages if page.name == sheet.name)
    marks = list(marks_of(page, sheet, notes_of(rehearse(resource, sheet), sheet, resource)))
    is_workbook = PurePath(file_name).suffix.lower() == ".xlsx"
    is_small = sum(len(cells) for one in pages for _, cells in one.rows) <= MAX_CELLS
    marked = marked_original(content, page, marks) if is_workbook and is_small else None
    target = io.BytesIO(marked or written_anew(page, marks))
    name = f"{PurePath(file_name).stem}-问题.xlsx"
    return FileResponse(target, as_attachment=True, filename=name)


def marked_original(content: bytes, page: Page, marks: list[Mark]) -> bytes | None:
    """The bytes of the uploaded workbook with its problems marked; None if that fails."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "upload.xlsx", Path(folder) / "marked.xlsx"
        source.write_bytes(content)
        command = [sys.executable, "-I", workbook_marker.__file__, str(source), str(target)]
        wanted = json.dumps({"sheet": page.name, "marks": marks})
        try:
            subprocess.run(
                command, input=wanted.encode(), capture_output=True, timeout=MAX_SECONDS, check=True
            )
        except subprocess.SubprocessError:
            return None
        return target.read_bytes()


def notes_of(outcome: Outcome, sheet: Sheet, resource: SheetResource) -> Notes:
    """The problems of each row: {row number: {position or None: [problems]}}."""
    positions = {resource.columns_by_code[code].label: at for code, at, _ in sheet.columns}
    notes: Notes = {}
    for problem in outcome.problems:
        at = positions.get(problem.heading.partition(LABEL_SEPARATOR)[0])
        notes.setdefault(problem.number, {}).setdefault(at, []).append(problem)
    return notes


def marks_of(page: Page, sheet: Sheet, notes: Notes) -> Iterator[Mark]:
    """What is to be marked, in each row the column behind the last one, too."""
    last = width_of(page) + 1
    are_few = sum(map(len, notes.values())) <= MAX_COMMENTS
    yield sheet.heading_number, last, "", "", "问题"
    for number, noted in notes.items():
        for at, problems in noted.items():
            if at is not None:
                comment = "".join(one.message for one in problems)[:COMMENT_LENGTH]
                yield number, at + 1, colour_of(problems), comment if are_few else "", ""
        every = [problem for problems in noted.values() for problem in problems]
        sentences = "".join(f"{one.heading}：{one.message}" for one in every)
        yield number, last, colour_of(every), "", sentences[:EXCEL_TEXT_LENGTH]


def width_of(page: Page) -> int:
    return max((len(cells) for _, cells in page.rows), default=0)


def colour_of(problems: list[Problem]) -> str:
    return COLOURS[ERROR if any(problem.is_error for problem in problems) else WARNING]


def written_anew(page: Page, marks: list[Mark]) -> bytes:
    """The bytes of a fresh workbook with the cells of a page, its problems marked."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, FREE_WORKBOOK) as book:
        copy = book.add_worksheet(page.name[:31] or "数据")
        copy.set_column(0, width_of(page) - 1, WIDTH)
        copy.set_column(width_of(page), width_of(page), 4 * WIDTH)
        styles = {
            colour: book.add_format({"bg_color": f"#{colour}"}) for colour in COLOURS.values()
        }
        cells = {(row, at): cell for row, found in page.rows for at, cell in enumerate(found, 1)}
        for (row, at), cell in cells.items():
            write_cell(copy, row, at, cell, None)
        for row, at, colour, comment, text in marks:
            style = styles.get(colour) or book.add_format({"bold": True})
            write_cell(copy, row, at, text or cells.get((row, at), ""), style)
            if comment:
                copy.write_comment(row - 1, at - 1, comment)
    return target.getvalue()


def write_cell(copy, row: int, at: int, cell, style) -> None:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        copy.write_string(row - 1, at - 1, cell_text(cell)[:EXCEL_TEXT_LENGTH], style)
    else:
        copy.write_number(row - 1, at - 1, cell, style)
