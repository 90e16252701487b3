"""Numbers and dates as people write them, read by patterns: nothing unchecked is ever computed."""

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

from django.core.exceptions import ValidationError

from aidtracker.ground.numerals import DIGITS as HAN_DIGITS
from aidtracker.ground.numerals import read_han_integer, read_numeral
from aidtracker.ground.partial_dates import validate_calendar
from aidtracker.ground.units import Multiple, multiple_of
from aidtracker.sheets.columns.cells import half_width

MAX_DIGITS = 15
NUMBER = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)(?:\.([0-9]*))?")
SCIENTIFIC = re.compile(r"[+-]?[0-9](?:\.[0-9]{1,14})?[eE][+-]?[0-9]{1,2}")
PERCENT = re.compile(r".*[0-9]\s*[%‰]")
# One kind of sign between the parts: 2024年1-3月 is no third of January.
DATE = re.compile(
    r"(?P<y>[0-9]{4})(?:年|(?:年|[-/.])(?P<m>[0-9]{1,2})月?"
    r"|(?:(?P<s>[-/.])(?P<m2>[0-9]{1,2})(?P=s)|年(?P<m3>[0-9]{1,2})月)(?P<d>[0-9]{1,2})日?)?"
)
HAN = "[一二三四五六七八九十]{1,3}"
HAN_DATE = re.compile(rf"([〇○零一二三四五六七八九]{{4}})年(?:({HAN})月(?:({HAN})[日号])?)?")
LOOSE = re.compile(
    "(?:[0-9]{4}|[〇○零一二三四五六七八九]{4})(?:"
    f"[年./-](?:[0-9]{{1,2}}|{HAN})月?(?P<month>份|初|底|末|中|[上中下]旬)|"
    "年?(?P<year>度|初|中|底|末|年初|年中|年底|年末|[上下]半年|(?:第?[一二三四1-4]|[Qq][1-4])季度?|[Qq][1-4]))"
)
SAYS_NO_MORE = ("度", "份")
COMPACT = re.compile(r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])?")
AMBIGUOUS_MONTH = re.compile(r"[0-9]{4}\.1")
CLOCK = re.compile(
    r"(?<=[0-9])[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
# What stands around an amount of money.
FRAME = re.compile(r"^(?:人民币|RMB|CNY)?\s*[￥¥]?|(?<=[元万亿])(?:整|正|人民币)$|(?:RMB)$")
BELOW_ZERO = re.compile(r"^[(（]\s*([0-9][0-9,]*(?:\.[0-9]+)?)\s*[)）]$")
# 1亿2000万元, 三百万元: digits and words of scale, then a unit.
MIXED = re.compile(r"[0-9一二两三四五六七八九十]")
APART = re.compile(r"[0-9]\s+[0-9]")
DIGITS, CUBES = re.compile(r"[0-9.,]"), re.compile("[Mm][23]")
WIDE_BLANKS = re.compile("[\u00a0\u2009\u202f]")
SERIAL = re.compile(r"([1-9][0-9]{4})(?:\.[0-9]+)?")
EXCEL_EPOCH = date(1899, 12, 30)
PER_CENT = "%‰"
# Trainees are counted by attendance, whatever they are called.
ATTENDANCE, PERSONS = "人次", ("人", "名")
SHOWN_LENGTH = 10
NO_NUMBER = "应为数字，如 1234.5，不带“约”等文字；不知道请留空。"
NO_PERCENT = "这一列不填百分数。"


def decimal_of(text):
    """The number a text spells, `1,234.50` or with full-width digits. Raises ValueError.

    The pattern comes first: nothing unchecked reaches Decimal, and no more than 15 digits do.
    """
    text = WIDE_BLANKS.sub(" ", half_width(text))
    parts = NUMBER.fullmatch(text)
    if not parts:
        raise ValueError(NO_PERCENT if PERCENT.fullmatch(text) else NO_NUMBER)
    whole, fraction = re.sub("[, ]", "", parts[2]), (parts[3] or "").rstrip("0")
    if len(whole.lstrip("0")) + len(fraction) > MAX_DIGITS:
        raise ValueError(f"最多 {MAX_DIGITS} 位数字。")
    return Decimal(f"{parts[1]}{whole}.{fraction or '0'}")


@cache
def factor_of(words, unit):
    """How many of a column's `unit` one of what `words` name is; None if they do not fit."""
    own, stated = multiple_of(unit), multiple_of(words)
    if own is None or stated is None:
        return None
    if own.unit == ATTENDANCE and stated.unit in PERSONS:
        stated = Multiple(stated.times, ATTENDANCE)
    return stated.in_terms_of(own)


def written_out(text):
    """A number in Excel's scientific notation, 1.5E+05, in full; any other text as it is."""
    return f"{Decimal(text):f}" if SCIENTIFIC.fullmatch(text) else text


def quantity_of(text, unit, stated=""):
    """The number in `unit` that a text says, as a fraction; without a unit it is in `stated`.

    `1.2万㎡`, `1亿2000万元`, `(1,200)` for what is below zero. Raises ValueError for a text that is
    no number with a unit that fits.
    """
    number, words = taken_apart(FRAME.sub("", half_width(text).removeprefix("'")).strip())
    words = words or stated or unit
    if not words:
        return Fraction(number)
    factor = factor_of(words, unit)
    if factor is None:
        raise ValueError(misfit(words, unit))
    return Fraction(number) * factor


def taken_apart(text):
    """The number at the beginning of a text, and the words behind it. Raises ValueError."""
    text = BELOW_ZERO.sub(r"-\1", text)
    found = NUMBER.match(text)
    rest = "".join(text[found.end() :].split()) if found else ""
    if found and not DIGITS.search(CUBES.sub("", rest)):
        return decimal_of(found[0].rstrip()), rest
    spaceless = "".join(text.split())
    numeral = MIXED.match(spaceless) and not APART.search(text) and read_numeral(spaceless)
    if not numeral or numeral.more or numeral.about:
        return decimal_of(text), ""
    return numeral.number.value, spaceless[numeral.end :]


def misfit(words, unit):
    """Why a number with these words behind it cannot stand in a column of a unit."""
    if words in PER_CENT:
        return NO_PERCENT
    if not unit or multiple_of(words) is None:
        return NO_NUMBER
    return f"应为数字，单位是{unit}；“{words[:SHOWN_LENGTH]}”不能换算成{unit}，请换算后再填。"


def rounded(number, places):
    """A fraction as a decimal: exact, or to so many places where it has no end."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    found = Decimal(number.numerator) / Decimal(number.denominator)
    return found if rest == 1 else found.quantize(Decimal(1).scaleb(-places))


def spelled(text):
    """A date in digits, without what is said of it loosely: 二〇二四年三月, 2024年底."""
    text = text.strip().removeprefix("'").removesuffix(loose_part(text))
    if found := HAN_DATE.fullmatch("".join(text.split())):
        year, *rest = found.groups()
        digits = "".join(str(HAN_DIGITS.get(one, 0)) for one in year)
        return "-".join([digits, *(str(read_han_integer(one)) for one in rest if one)])
    return f"{text[:-1]}日" if text.endswith("号") else text


def loose_part(text):
    """What a text says loosely of a year or a month: 底 of 2024年底, 第一季度."""
    found = LOOSE.fullmatch("".join(half_width(text).split()))
    return found["month"] or found["year"] or "" if found else ""


def parts_of_date(text):
    """Year, month and day of a date in digits, as far as they are there; nothing if it is none."""
    if found := COMPACT.fullmatch(text):
        return found.groups()
    found = DATE.fullmatch(re.sub(r"\s+", "", text))
    return (found["y"], found["m"] or found["m2"] or found["m3"], found["d"]) if found else ()


def iso_date(text, years):
    """A date as precise as its text, in ISO: 2019年6月, 2019.6, 2019/6/3, 43617. ValueError."""
    text = spelled(CLOCK.sub("", half_width(text)))
    if serial := SERIAL.fullmatch(text):
        text = (EXCEL_EPOCH + timedelta(days=int(serial[1]))).isoformat()
    if AMBIGUOUS_MONTH.fullmatch(text):
        year = text[:4]
        raise ValueError(f"{text} 可能是 1 月，也可能是 10 月；请写成 {year}-01 或 {year}-10。")
    parts = parts_of_date(text)
    if not parts:
        raise ValueError("日期请写成 2019-04-12、2019年4月12日、2019-04、2019年4月或 2019。")
    iso = "-".join(part.zfill(2) for part in parts if part)
    try:
        validate_calendar(iso)
    except ValidationError as error:
        raise ValueError(error.message) from error
    if not years[0] <= int(iso[:4]) <= years[1]:
        raise ValueError(f"年份应在 {years[0]} 至 {years[1]} 之间。")
    return iso
