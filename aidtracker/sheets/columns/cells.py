"""What one cell holds: its text in a canonical form, and the mark that keeps formulas asleep."""

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal

DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
MARKED = re.compile(r"'+[=+\-@\t\r]")
FULL_WIDTH = {ord(sign) + 0xFEE0: sign for sign in "0123456789.-+,/:%"}
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－─━ー"), "-")
BREAKS = re.compile(r"\r\n?")
# Signs that nobody sees: zero-width ones, marks of the writing's direction, control characters.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
EXCEL_ERRORS = {
    *("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
    *("#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#PYTHON!"),
}
# Stand in cells for what no value can be read from; a column that reads one says what to do.
ALTERED, NO_RESULT = "#格式!", "#公式!"
UNREADABLE = {
    ALTERED: "这一格的显示格式把数改了样，看到的和存的不是同一个数；请把格式改为“常规”再填。",
    NO_RESULT: "公式还没有算出结果；请用 Excel 打开、保存一次再上传，或直接填数。",
}
# What people write in a cell that says nothing; a text column has them as text.
BLANKS = {"-", "--", "—", "——", "–", "/", "//", "\\", "暂无", "不详", "未知", "待定", "无"}
BLANKS |= {"―", "─", "－", "…", "……", "空", "未定", "无数据", "N/A", "n/a"}
MOST_DIGITS = 1e15  # Excel keeps 15 digits of a number
SHORTENED = re.compile(r"[0-9.]+E\+[0-9]{2}")
MIDNIGHT = time()
EXCEL_TEXT_LENGTH = 32_767
EMPTY: tuple = (None, "", [])  # the values that say nothing
# Stands in a workbook for a text that no cell can hold; read back, it changes nothing.
TOO_LONG = "（文字过长，Excel 单元格放不下，请下载 CSV）"


class UnknownWordError(ValueError):
    """Words in a cell that name none of what the cell may name."""

    def __init__(self, message: str, *words: str) -> None:
        super().__init__(message)
        self.words = words


def mark(text):
    """A text as CSV may show it: one `'` in front of what Excel would run as a formula.

    A text that has such a `'` already gets one more, so that `unmark` gives back the same text.
    """
    return f"'{text}" if DANGEROUS.match(text) else text


def unmark(text):
    """The text that `mark` was given."""
    return text[1:] if MARKED.match(text) else text


def tidy(text):
    """A text without outer blanks and invisible signs, its line breaks of one kind."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return INVISIBLE.sub("", BREAKS.sub("\n", text)).strip()


def half_width(text):
    """A tidy text whose digits and number signs are ASCII."""
    text = tidy(text)
    return text if text.isascii() else text.translate(FULL_WIDTH)


def folded(text):
    """A text without differences that nobody means: case, width, kinds of dashes, blanks."""
    text = unicodedata.normalize("NFKC", tidy(text)).casefold()
    return "".join(text.translate(DASHES).split())


def plain_number(number):
    """A number without exponent or trailing zeros: 911000000, 0.5.

    A float is taken to 15 significant digits, the precision that Excel itself keeps.
    """
    if isinstance(number, float):
        number = Decimal(format(number, ".15g"))
    text = f"{number:f}" if isinstance(number, Decimal) else str(number)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def cell_text(value):
    """The canonical text of a cell's value of any type; equal texts mean that nothing changed."""
    if value.__class__ is str:
        return tidy(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float | Decimal):
        return plain_number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return tidy(str(value))


def csv_text(value):
    """A value as it stands in CSV: exact text, marked if Excel would run it; plain numbers."""
    return mark(value) if isinstance(value, str) else cell_text(value)
