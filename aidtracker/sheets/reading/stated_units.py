"""Units that stand around numbers: in a heading, in a row of units, above or below the table.

What fits a column converts its numbers; what does not fit is refused: 亩 for 平方米, never 美元 for
万元.
"""

import re
import unicodedata
from itertools import chain

from aidtracker.ground.units import CURRENCIES, UNITS, multiple_of
from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.quantities import factor_of
from aidtracker.sheets.columns.synonyms import also_called

LONGEST = 200
OPENING, CLOSING = "（(\\[【〔〖《〈「{｛<＜", "）)\\]】〕〗》〉」}｝>＞"
BRACKETS = re.compile(f"[{OPENING}][^{OPENING}{CLOSING}]*[{CLOSING}]")
MARKS = re.compile(r"[\s*＊★☆·:：_]+")
PARTS = re.compile(r"[,，;；、 ]")
SAID = re.compile(
    r"^(?:计量|计价|金额|面积|数量|货币)*(?:单位)?(?:均?为|均?是|均?以)?(?=.)|(?<=.)(?:为单位|计)$"
)
# What looks like a unit, whatever it is.
LIKE_UNIT = re.compile(r"[亿億萬$€£¥￥%‰]|[百千万]元|(?:百|千)?万$|\([a-z]{1,4}\)")
# What may stand behind a heading without brackets: 本月完成 is no 成, 本年 no 年.
BEHIND_WORDS = {
    one
    for one, unit in UNITS.items()
    if unit.dimension in CURRENCIES | {"面积", "质量", "长度", "体积"}
    and not one.isascii()
    and (len(one) > 1 or one in "元亩吨㎡㎥")
}
WORDS = "|".join(
    sorted({unicodedata.normalize("NFKC", one).lower() for one in BEHIND_WORDS}, key=len)[::-1]
)
SCALE = "(?:[十百千]?[万亿]|[百千])?"
# A unit behind a heading, without brackets: 总投资万元, 总投资/亿元, 面积亩.
BEHIND = re.compile(rf"[-,/、|;~—–―]?(?:单位)?((?:人民币)?{SCALE}(?:{WORDS}))$")
# 单位：万元、亩 above a table, or in a note below it.
LINE = re.compile(
    r"单位(?:均)?(?:为|是)?[:：;；]?([^。;；)）]{1,30})|以([^。;；)）以]{1,12}?)(?:为单位|计(?:算|价)?)"
)
UNIT_COLUMNS = {"单位", "计量单位", "货币单位", "金额单位", "计价单位", "资金单位", "币种"}
NOTHING = {*"-—/无", ""}
FRAMES = re.compile(r"[\s（）()\[\]【】]|单位[:：]?")


def plain(text):
    """A heading without blanks, marks and invisible signs, its letters small and half-width."""
    text = unicodedata.normalize("NFKC", cell_text(text)).lower()
    return MARKS.sub("", text)


def stated_unit(text):
    """The unit that a heading states, in brackets or behind it; empty if it states none."""
    text = unicodedata.normalize("NFKC", cell_text(text)[:LONGEST])
    notes = chain.from_iterable(PARTS.split(note[1:-1]) for note in BRACKETS.findall(text))
    found = next(filter(None, map(unit_of_note, notes)), "")
    return found or unit_behind(text)


def unit_behind(text):
    """The unit that measures, or the money, behind a heading without brackets."""
    behind = BEHIND.search(plain(text))
    return behind[1] if behind and behind.start() else ""


def without_unit(text):
    """A plain heading without the unit behind it."""
    return BEHIND.sub("", text) or text


def unit_of_note(note):
    """The unit that a part of a note in brackets names; 单位：万元 is 万元, 含税 is none."""
    said = SAID.sub("", MARKS.sub("", note))
    return said if multiple_of(said) or looks_like_unit(said) else ""


def looks_like_unit(words):
    """Whether words that name no known unit are one all the same: 万泰铢."""
    return len(words) in (2, 3, 4) and words[0] in "万亿" and words[1] not in "万亿元"


def unit_in(text):
    """The unit of money that a heading states; empty if it states none. 元/吨 is none."""
    unit = stated_unit(text)
    found = multiple_of(unit) if unit else None
    return unit if found and (found.dimension in CURRENCIES or not found.unit) else ""


def converts(column, unit):
    """Whether numbers in a unit are other numbers in the column's own."""
    return bool(unit) and factor_of(unit, column.unit) != 1


def units_of(cells):
    """The units that a row states for a whole table: 单位：元; （亿元） in a title."""
    texts = {cell_text(cell)[:LONGEST] for cell in cells} - {""}
    found = [unit for text in texts for unit in units_of_line(text)]
    found += [text for text in map(plain, texts) if measures(text)]
    return found or [stated_unit(text) for text in texts if len(texts) == 1 and stated_unit(text)]


def units_of_line(text):
    """The units that a line names: 万元 and 亩 of 金额单位：万元、亩."""
    for line in LINE.findall(plain(text)):
        for part in PARTS.split("".join(line)):
            words = SAID.sub("", part) or part
            unit = words if multiple_of(words) else next(known_beginnings(words), "")
            if unit:
                yield unit


def units_of_title(text):
    """The units that the name of a sheet or a file states."""
    found = [*units_of_line(text)]
    stated = unit_of_title(text)
    return found or ([stated] if stated else [])


def unit_of_title(text):
    """The unit that a name or a group of headings states; 元 at its end may be of 单元."""
    stated = stated_unit(text)
    return stated if BRACKETS.search(text) or len(stated) > 1 else ""


def units_beside(titles, rows):
    """The units in a column of their own, which say what stands beside them."""
    for at in (at for at, title in enumerate(titles) if plain(title) in UNIT_COLUMNS):
        texts = {plain(cells[at]) for _, cells in rows if cells[at].__class__ is str}
        yield from (text for text in sorted(texts) if measures(text))


def measures(words):
    """Whether words are a unit that measures, or a multiple: 亿元, 亩; not 家 or 个."""
    found = multiple_of(words) if words else None
    return bool(found and (found.dimension or found.times > 1))


def has_unclear_unit(column, text):
    """Whether a heading of a quantity, which states no known unit, seems to state one."""
    rest = plain(text)
    for name in sorted((column.label, *also_called(column.label)), key=len, reverse=True):
        rest = rest.replace(plain(name), "")
    return bool(LIKE_UNIT.search(rest))


def known_beginnings(words):
    """A unit at the beginning of words: 万元 of 万元填报日期."""
    yield from (words[:end] for end in range(min(len(words), 6), 1, -1) if multiple_of(words[:end]))


def is_row_of_units(cells, titles):
    """Whether cells say nothing but units, apart from headings that are merged downwards."""
    pairs = zip(map(cell_text, cells), titles, strict=False)
    words = {FRAMES.sub("", text) for text, title in pairs if text != title} - NOTHING
    found = [multiple_of(word) for word in words]
    return bool(found) and all(found) and any(one.dimension or one.times > 1 for one in found)


def fitting(column, unit):
    """A unit, if numbers of a column can be in it; a group's unit is not every column's."""
    return unit if unit and column.is_quantity and factor_of(unit, column.unit) else ""


def is_other_money(column, unit):
    """Whether a unit is money of another kind than the column's."""
    own, stated = multiple_of(column.unit), multiple_of(unit)
    if not (own and stated and own.dimension in CURRENCIES):
        return False
    return stated.dimension in CURRENCIES and stated.dimension != own.dimension
