"""Numbers and dates as people write them, read by patterns: nothing unchecked is ever computed."""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from django.core.exceptions import ValidationError

from aidtracker.ground.partial_dates import validate_calendar
from aidtracker.sheets.columns.cells import half_width

MAX_DIGITS = 15
NUMBER = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)(?:\.([0-9]*))?")
SCIENTIFIC = re.compile(r"[+-]?[0-9](?:\.[0-9]{1,14})?[eE][+-]?[0-9]{1,2}")
PERCENT = re.compile(r".*[0-9]\s*[%‰]")
DATE = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2}))?)?[年月日]?")
COMPACT = re.compile(r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])?")
AMBIGUOUS_MONTH = re.compile(r"[0-9]{4}\.1")
CLOCK = re.compile(
    r"(?<=[0-9])[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
WIDE_BLANKS = re.compile("[\u00a0\u2009\u202f]")
SERIAL = re.compile(r"([1-9][0-9]{4})(?:\.[0-9]+)?")
EXCEL_EPOCH = date(1899, 12, 30)
# 元 in one unit of each kind that people write behind an amount.
YUAN = {
    "亿元": Decimal(100_000_000),
    "千万元": Decimal(10_000_000),
    "百万元": Decimal(1_000_000),
    "万元": Decimal(10_000),
    "千元": Decimal(1_000),
    "亿": Decimal(100_000_000),
    "万": Decimal(10_000),
    "元": Decimal(1),
}
# Multiples of any other unit.
MULTIPLES = {"亿": Decimal(100_000_000), "万": Decimal(10_000), "": Decimal(1)}


def decimal_of(text):
    """The number a text spells, `1,234.50` or with full-width digits. Raises ValueError.

    The pattern comes first: nothing unchecked reaches Decimal, and no more than 15 digits do.
    """
    text = WIDE_BLANKS.sub(" ", half_width(text))
    parts = NUMBER.fullmatch(text)
    if not parts:
        is_percent = PERCENT.fullmatch(text)
        raise ValueError(
            "这一列不填百分数。"
            if is_percent
            else "应为数字，如 1234.5，不带“约”等文字；不知道请留空。"
        )
    whole, fraction = re.sub("[, ]", "", parts[2]), (parts[3] or "").rstrip("0")
    if len(whole.lstrip("0")) + len(fraction) > MAX_DIGITS:
        raise ValueError(f"最多 {MAX_DIGITS} 位数字。")
    return Decimal(f"{parts[1]}{whole}.{fraction or '0'}")


@cache
def factors(unit):
    """What one of each unit that may stand in a cell is in a column's `unit`, longest first."""
    if unit in YUAN:
        return {name: size / YUAN[unit] for name, size in YUAN.items()}
    units = {f"{times}{unit}": size for times, size in MULTIPLES.items()}
    return units | {"亿": MULTIPLES["亿"], "万": MULTIPLES["万"]} if unit else {}


def written_out(text):
    """A number in Excel's scientific notation, 1.5E+05, in full; any other text as it is."""
    return f"{Decimal(text):f}" if SCIENTIFIC.fullmatch(text) else text


def quantity_of(text, unit, stated=""):
    """The number in `unit` that a text says; without a unit of its own it is in `stated`.

    Raises ValueError for a text that is no number with a known unit.
    """
    text = half_width(text).removeprefix("'").removeprefix("￥").removeprefix("¥").strip()
    known = factors(unit)
    if not text[-1:].isdecimal():
        for name, factor in known.items():
            if name and text.endswith(name):
                return decimal_of(text.removesuffix(name)) * factor
    return decimal_of(text) * known.get(stated, 1)


def iso_date(text, years):
    """A date as precise as its text, in ISO: 2019年6月, 2019.6, 2019/6/3, 43617. ValueError."""
    text = CLOCK.sub("", half_width(text))
    if serial := SERIAL.fullmatch(text):
        text = (EXCEL_EPOCH + timedelta(days=int(serial[1]))).isoformat()
    if AMBIGUOUS_MONTH.fullmatch(text):
        year = text[:4]
        raise ValueError(f"{text} 可能是 1 月，也可能是 10 月；请写成 {year}-01 或 {year}-10。")
    parts = COMPACT.fullmatch(text) or DATE.fullmatch(re.sub(r"\s+", "", text))
    if not parts:
        raise ValueError("日期请写成 2019-04-12、2019年4月12日、2019-04、2019年4月或 2019。")
    iso = "-".join(part.zfill(2) for part in parts.groups() if part)
    try:
        validate_calendar(iso)
    except ValidationError as error:
        raise ValueError(error.message) from error
    if not years[0] <= int(iso[:4]) <= years[1]:
        raise ValueError(f"年份应在 {years[0]} 至 {years[1]} 之间。")
    return iso
