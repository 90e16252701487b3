"""How each kind of value stands in a cell, and how a person's cell becomes a value again.

`render` gives text, a number or a date for the writer to set down with its type; `clean` takes what
was read and raises ValueError with a Chinese sentence that says what is allowed.
"""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from import_export import widgets

from aidtracker.sheets.columns.cells import cell_text, half_width, tidy
from aidtracker.sheets.columns.lookups import LIST_SEPARATOR
from aidtracker.sheets.columns.quantities import (
    MAX_DIGITS,
    SAYS_NO_MORE,
    iso_date,
    loose_part,
    quantity_of,
    rounded,
    written_out,
)

YEARS = (1900, 2100)
# Between them 15 digits are written without an exponent.
SMALLEST_FLOAT, LARGEST_FLOAT = 1e-4, 1e15
LIST_SEPARATORS = re.compile(r"[\uff1b;|\n]")
YES = {"是", "true", "1", "yes", "y", "√", "✓", "有", "对"}
NO = {"否", "false", "0", "no", "n", "×", "✗", "无", "不是"}
BETWEEN_NAMES = re.compile("[、，]")


def split_list(value, separators=LIST_SEPARATORS):
    """The parts of a cell that lists several things, each once, in their order."""
    parts = (tidy(part) for part in separators.split(cell_text(value)))
    return list(dict.fromkeys(part for part in parts if part))


class SheetWidget(widgets.Widget):
    """A kind of cell: the `unit` of its numbers, what may be chosen, and what a template shows.

    `said` is what a person has said that unknown words mean: {word: key, or nothing}.
    """

    unit = ""
    choices: Sequence[str] = ()
    example: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}

    def as_said(self, text: str) -> str:
        """What a person said that a word stands for; any other text as it is."""
        return self.said.get(" ".join(text.split()), text) if self.said else text

    def offered(self, word: str) -> list[tuple[str, str]]:
        """What a word that is not known may have meant: (key, words)."""
        return []

    def remark(self, text):
        """What is to be said of a cell's text that is read; empty if nothing is."""
        return ""


class TextWidget(SheetWidget):
    """Text as it is; a number that Excel made of a code becomes the code again."""

    def clean(self, value, row=None, **kwargs):
        return cell_text(value)


class YesNoWidget(SheetWidget):
    """是 or 否."""

    choices = ("是", "否")
    example = "是"

    def clean(self, value, row=None, **kwargs):
        text = half_width(cell_text(value)).lower()
        if not text:
            return None
        if text not in YES | NO:
            raise ValueError("只能是：是、否。")
        return text in YES

    def render(self, value, obj=None, **kwargs):
        return cell_text(value)


class NumberWidget(SheetWidget):
    """A decimal of at most 15 digits, or a whole number where `decimal_places` is 0.

    A column of a `unit` takes that unit, and multiples of it, behind the number.
    """

    def __init__(self, max_digits=MAX_DIGITS, decimal_places=0, unit=""):
        super().__init__()
        self.decimal_places = decimal_places
        self.whole_digits = max_digits - decimal_places
        self.unit = unit
        self.example = 100 if decimal_places else 1

    def clean(self, value, row=None, unit="", **kwargs):
        """`unit` is the one that the heading states, if that is not the column's own."""
        if value.__class__ is float and not unit and SMALLEST_FLOAT < value < LARGEST_FLOAT:
            return self.plain(format(value, ".15g"))
        text = cell_text(value)
        return self.fitting(self.read(written_out(text), unit)) if text else None

    def plain(self, digits):
        """The number that digits spell, at most 15 of them, without an exponent."""
        whole, _, fraction = digits.partition(".")
        if len(fraction) > self.decimal_places or len(whole) > self.whole_digits:
            return self.fitting(Decimal(digits))
        return Decimal(digits) if self.decimal_places else int(whole)

    def read(self, text, unit=""):
        return rounded(quantity_of(text, self.unit, unit), self.decimal_places)

    def fitting(self, number):
        places = -number.normalize().as_tuple().exponent
        if places > self.decimal_places:
            allowed = f"最多 {self.decimal_places} 位小数" if self.decimal_places else "应为整数"
            raise ValueError(f"{allowed}。")
        if abs(number) >= 10**self.whole_digits:
            raise ValueError(f"整数部分最多 {self.whole_digits} 位。")
        return number if self.decimal_places else int(number)

    def render(self, value, obj=None, **kwargs):
        return value


class YearWidget(NumberWidget):
    """A year, also written 2024年 or 2024年度."""

    def clean(self, value, row=None, unit="", **kwargs):
        text = half_width(cell_text(value))
        if not text or text.isdecimal():
            return super().clean(value)
        iso = iso_date(text, YEARS)
        if len(iso) > 4 or loose_part(text) not in ("", *SAYS_NO_MORE):
            raise ValueError("只填年份，如 2024。")
        return int(iso)


class LedgerWidget(NumberWidget):
    """An amount in 万元; one written with its unit (9.11 亿元) is converted."""

    def __init__(self, max_digits=MAX_DIGITS, decimal_places=6):
        super().__init__(max_digits, decimal_places, unit="万元")
        self.example = 1200.5

    def fitting(self, number):
        if number < 0:
            raise ValueError("金额不能是负数。")
        return super().fitting(number)


class NameListWidget(SheetWidget):
    """Several names in one cell."""

    example = "别名一；别名二"

    def clean(self, value, row=None, **kwargs):
        found = split_list(value)
        return split_list(value, BETWEEN_NAMES) if len(found) == 1 else found

    def render(self, value, obj=None, **kwargs):
        return LIST_SEPARATOR.join(value or [])


class JSONWidget(SheetWidget):
    """A structure that programs write and read."""

    def clean(self, value, row=None, **kwargs):
        try:
            return json.loads(cell_text(value) or "{}")
        except ValueError as error:
            raise ValueError("应为 JSON，请照导出的原样。") from error

    def render(self, value, obj=None, **kwargs):
        return json.dumps(value, ensure_ascii=False) if value else ""
