"""What a cell of a workbook shows: 65% of 0.65, 00123 of 123, 2024年3月 of the first of March.

What a person sees counts. Digits that a format leaves out are kept, 1234.56 shown as 1235.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

from aidtracker.sheets.columns.cells import ALTERED, cell_text, plain_number
from aidtracker.sheets.columns.quantities import EXCEL_EPOCH

# Formats that have no words in a file, of those that say more or less than the value.
BUILT_IN = {9: "0%", 10: "0.00%", 17: "mmm-yy"} | dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月")
LITERAL = r'"[^"]*"|[\\!].'
INVISIBLE = re.compile(r"[_*].|\[(?![<>=])[^\]]*\]")
CONDITION = re.compile(r"\[([<>=]{1,2})\s*(-?[0-9]{1,15}(?:\.[0-9]{1,9})?)\]")
CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
PARTS = re.compile(rf"(?P<said>{LITERAL})|(?P<place>[0#?])|(?P<other>.)", re.DOTALL)
GENERAL = re.compile(r"General|G/通用格式|常规", re.IGNORECASE)
LONGEST = 255  # as Excel takes them
YEAR, MONTH, DAY, CLOCK = "ye", "m", "d", "hs"
OUTER = " ()-+￥¥,"  # around a number, saying nothing more than that
SIGNS = {">": 1, "<": -1, "=": 0}


def telling_formats(styles: bytes) -> dict[int, str]:
    """The formats that say more or less than a value, by the numbers that cells have for them."""
    root = fromstring(styles)
    named = BUILT_IN | {number_of(one): one.get("formatCode", "") for one in found(root, "numFmt")}
    cells = next(found(root, "cellXfs"), ())
    codes = [named.get(number_of(one), "") for one in cells]
    return {
        place: code
        for place, code in enumerate(codes)
        if 0 < len(code) <= LONGEST and is_telling(code)
    }


def number_of(element: ElementTree.Element) -> int:
    return int(element.get("numFmtId", 0))


def found(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (one for one in root.iter() if one.tag.rpartition("}")[2] == name)


@lru_cache(1_000)
def is_telling(code: str) -> bool:
    """Whether a format may show something else than a value: asked of a few examples."""
    dates = (date(2024, 3, 1),) if is_of_dates(code) else ()
    samples = dates or (1234567.0, -1234567.0, 7.0, 0.0, "甲")
    return any(shown(one, code) != one for one in samples)


def shown(value, code: str):
    """What a cell shows: the value itself if the format says nothing more than that, else a text;
    ALTERED where the number that is seen cannot be told."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        *_, last = sections(code)
        return literals(last).replace("@", value) if "@" in literals(last) else value
    if is_of_dates(code):
        return shown_date(value, code)
    return shown_number(value, code) if isinstance(value, int | float) else value


def sections(code: str) -> list[str]:
    """The parts of a format for what is above, below and exactly zero, and for texts."""
    code = INVISIBLE.sub("", CURRENCY.sub(r'"\1"', code))
    between = (part[0] if part["said"] or part[0] != ";" else "\0" for part in PARTS.finditer(code))
    return "".join(between).split("\0")


def literals(section: str) -> str:
    """A section with its quoted words as they are shown."""
    return "".join(
        match[0].strip('"').removeprefix("\\").removeprefix("!") if match["said"] else match[0]
        for match in PARTS.finditer(section)
    )


# Dates


def marks_of(code: str) -> set[str]:
    """The letters of a format that stand for parts of a date or a number."""
    return set(re.sub(LITERAL, "", GENERAL.sub("0", sections(code)[0])).lower())


def is_of_dates(code: str) -> bool:
    marks = marks_of(code)
    return bool(marks & {*YEAR, MONTH, DAY}) and not marks & {*"0#?@"}


def shown_date(value, code: str):
    """A date that is shown to the month or to the year."""
    marks = marks_of(code)
    if marks & {DAY, *CLOCK} or not marks & {*YEAR}:
        return value
    if isinstance(value, int | float) and 1 <= value < 100_000:
        value = EXCEL_EPOCH + timedelta(days=int(value))
    if not isinstance(value, date):
        return value
    return f"{value.year}年{value.month}月" if MONTH in marks else f"{value.year}年"


# Numbers


def shown_number(value, code: str):
    section = section_for(value, code)
    if section is None:
        return value
    read = [*PARTS.finditer(GENERAL.sub("#", section))]
    places = [at for at, part in enumerate(read) if part["place"]]
    if not places:
        return shown_words(value, literals(section).strip())
    first, last = places[0], places[-1]
    body, after = read[first : last + 1], read[last + 1 :]
    if any(part["other"] and part[0] in "/eE" for part in body):
        return value  # a fraction or a power of ten shows the number itself
    number = scaled(value, body, after)
    if number is None:
        return ALTERED
    before, behind = ("".join(map(literals_of, parts)).strip() for parts in (read[:first], after))
    if not (before.strip(OUTER) or behind.strip(OUTER)):
        before = behind = ""
    elif value < 0:
        before = before.lstrip("-(")  # the number has its sign
    if number != Decimal(plain_number(value)):
        return f"{before}{plain_number(number)}{behind}"
    digits = padded(value, "".join(part[0] for part in body))
    return f"{before}{cell_text(digits)}{behind}" if before or behind else digits


def literals_of(part: re.Match) -> str:
    is_scale = part["other"] and part[0] == ","  # told by the number
    return literals(part[0]) if part["said"] else "" if is_scale else part[0]


def scaled(value, body: list[re.Match], after: list[re.Match]) -> Decimal | None:
    """The number that digits show; None if signs among them make another one of it.

    `0.0,` shows thousands, `0!.0,` ten thousands, by a point that is put between digits.
    """
    marks = [part[0] for part in after if part["other"]]
    number = Decimal(plain_number(value)) * 100 ** marks.count("%")
    number /= 1000 ** marks.count(",")
    inner = [at for at, part in enumerate(body) if not part["place"] and part[0] not in ".,"]
    if not inner:
        return number
    if len(inner) > 1 or literals(body[inner[0]][0]) != ".":
        return None
    return number.scaleb(-sum(bool(part["place"]) for part in body[inner[0] :]))


def padded(value, pattern: str):
    """A number with the zeros before it that a format asks for: 00123."""
    width = len(pattern)
    is_padded = width > 1 and {*pattern} == {"0"} and value == int(value) and value >= 0
    text = str(int(value)).zfill(width) if is_padded else ""
    return text if text.startswith("0") and text != "0" else value


def shown_words(value, words: str):
    """What a section without digits shows: of zero, a dash is zero and no words are nothing."""
    if value == 0:
        return value if words and not {*words} - {*"-—–/ "} else words
    return words or ALTERED


def section_for(value, code: str) -> str | None:
    """The section of a format that a number is shown by; None for a format of texts."""
    parts = [one for one in sections(code) if "@" not in one]
    for part in parts:
        condition = CONDITION.match(part)
        if condition and holds(value, *condition.groups()):
            return part[condition.end() :]
    if any(map(CONDITION.match, parts)):
        return next((part for part in reversed(parts) if not CONDITION.match(part)), None)
    place = 1 if value < 0 else 2 if value == 0 else 0
    return parts[place if place < len(parts) else 0] if parts else None


def holds(value, signs: str, limit: str) -> bool:
    """Whether a number keeps the condition of a section, as >=10000."""
    difference = Decimal(plain_number(value)) - Decimal(limit)
    order = (difference > 0) - (difference < 0)
    return order != 0 if signs == "<>" else order in {SIGNS[sign] for sign in signs}
