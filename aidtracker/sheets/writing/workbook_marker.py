"""A process of its own that marks cells of an uploaded workbook, which otherwise stays as it was.

Run as `python workbook_marker.py FILE TARGET`; its input is JSON: the `sheet`, and `marks` of a
row, a column, a colour, a comment and a text to write. The copy goes to another person: what is
linked from outside is dropped, and a formula that reaches outside stays as its text. Imports
nothing of the site.
"""

import json
import re
import resource
import sys

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

MEMORY = 1_000_000_000
SECONDS = 20
OUTSIDE = re.compile(
    r"[|\[]|\\\\|:/|WEBSERVICE|HYPERLINK|FILTERXML|IMAGE|RTD|CALL|REGISTER|EXEC", re.IGNORECASE
)
AUTHOR = "导入检查"
COMMENT_WIDTH, COMMENT_HEIGHT = 280, 120  # pixels


def mark(page, row, column, colour, comment, text):
    """Colour a cell, of merged ones the first; write a text or a comment to it."""
    for merged in page.merged_cells.ranges:
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            row, column = merged.min_row, merged.min_col
    cell = page.cell(row, column)
    if colour:
        cell.fill = PatternFill("solid", fgColor=f"FF{colour}")
    if comment:
        before = f"{cell.comment.text}\n" if cell.comment else ""
        cell.comment = Comment(before + comment, AUTHOR, COMMENT_HEIGHT, COMMENT_WIDTH)
    if text:
        cell.value = text
        cell.data_type = "s"


def defuse(book):
    """Take from a workbook what reaches outside of it."""
    for page in book.worksheets:
        cells = page._cells.values()  # those there are: to ask for a range would make all of it
        for cell in [one for one in cells if one.data_type == "f"]:
            formula = str(getattr(cell.value, "text", cell.value))
            if OUTSIDE.search(formula):
                cell.value = formula
                cell.data_type = "s"
        for cell in [one for one in cells if one.hyperlink]:
            cell.hyperlink = None
    for name in [
        name for name, one in book.defined_names.items() if OUTSIDE.search(str(one.value))
    ]:
        del book.defined_names[name]


def main(source, target):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    wanted = json.load(sys.stdin)
    book = openpyxl.load_workbook(source, keep_links=False)
    defuse(book)
    for one in wanted["marks"]:
        mark(book[wanted["sheet"]], *one)
    book.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
