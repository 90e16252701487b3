"""What would be read wrongly without a word: other units, merged cells, rows that are shifted."""

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise

from aidtracker.sheets.columns.cells import BLANKS, cell_text, half_width
from aidtracker.sheets.reading.pages import SheetError, ranges
from aidtracker.sheets.reading.stated_units import (
    converts,
    fitting,
    has_unclear_unit,
    is_other_money,
)

FIRST_PART, NEXT_PART = re.compile("[-+]?[1-9][0-9]{0,2}"), re.compile(r"[0-9]{3}(\.[0-9]+)?")
SHIFTED = (
    "这一行有 {cells} 格，列名只有 {width} 格：多半是数字或文字里的逗号没有加引号"
    "（1,500 应写成 1500），后面各格都错了位；请改正这一行，或用 Excel 另存为 .xlsx。"
)
SPLIT = (
    "“{0}”和“{1}”两格相邻，请核对是不是“{0},{1}”一个数没有加引号、被逗号分成了两格；"
    "是的，请写成 {0}{1}。"
)
NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")


def take_units(resource, sheet, heading):
    """Let quantities have the units of their headings, and say so; refuse those that do not fit."""
    for place, (code, position, unit) in enumerate(sheet.columns):
        column, text = resource.columns_by_code.get(code), heading.texts[position]
        if column is None:
            continue
        if not unit and column.is_quantity and column.unit and has_unclear_unit(column, text):
            raise SheetError(
                f"{sheet.at}第 {heading.number} 行“{text}”一列像是写着单位，却认不出是什么；"
                f"请改写成“{column.label}（{column.unit}）”这样，数字一并换算。"
            )
        if not unit:
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


def check_width(resource, sheet, heading, page):
    """Refuse rows of a CSV file that a comma shifts; doubt those that it may shift.

    A shifted row is longer than the headings, or than the rows around it; or it is as long as
    these, and a column of words has a number.
    """
    if not page.is_csv:
        return
    width = len(next(cells for number, cells in page.rows if number == heading.number))
    words = [at for code, at, _ in sheet.columns if is_of_words(resource.columns_by_code.get(code))]
    records = {number for number, _ in sheet.rows}
    own = [(number, cells) for number, cells in page.rows if number in records]
    lengths = [0, *(len(cells) for _, cells in own), 0]
    for place, (number, cells) in enumerate(own):
        parts, more = parts_of(cells), cells[width:]
        around = max(lengths[place], lengths[place + 2])
        is_longer = bool(more) or 0 < around < len(cells)
        if any(map(cell_text, more)) or (parts and (is_longer or has_number(cells, words))):
            said = SHIFTED.format(width=width, cells=len(cells)) if more else SPLIT.format(*parts)
            sheet.faults.append((number, said, f"第 {width + 1} 格起"))
        elif parts and len(cells) < width:
            sheet.doubts.append((number, ",".join(parts), SPLIT.format(*parts)))


def has_number(cells, places):
    """Whether one of some cells is nothing but a number."""
    return any(at < len(cells) and NUMBER.fullmatch(cell_text(cells[at])) for at in places)


def is_of_words(column):
    """Whether a column holds words in which a number alone says nothing."""
    return column is not None and column.is_text and not column.is_line


def parts_of(cells):
    """Two neighbours that look like the parts of a number with a comma, 1 and 500; or nothing."""
    return next(
        (
            pair
            for pair in pairwise(map(cell_text, cells))
            if FIRST_PART.fullmatch(pair[0]) and NEXT_PART.fullmatch(pair[1])
        ),
        (),
    )
