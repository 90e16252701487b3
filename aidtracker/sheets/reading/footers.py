"""Which rows under the headings are no records: totals, signatures, notes, headings once more."""

import re
from itertools import takewhile

from aidtracker.sheets.columns.cells import cell_text, half_width
from aidtracker.sheets.reading.headings import plain

TOTALS = re.compile(r"(本页|本月|总|共)?(合计|小计|总计|共计|累计)|合计数|总合计")
PARTIAL_TOTALS = re.compile(
    r".{0,12}(合计|小计|总计|共计)|(本页|本月|总|共)?(合计|小计|总计|共计).{0,3}[0-9]+.{0,6}"
)
NUMBERS = re.compile(r"[-0-9.,%/]+|#.+[!?a]")  # or what stands for a result
NUMBER_MARKS = re.compile(r"[\s()（）栏]")
COUNT = re.compile(r"[（(]?共?计?[0-9]+[个项家处户宗](?:项目|工程)?[)）]?")
HAN = "[一二三四五六七八九十]{1,3}"
ORDINAL = re.compile(rf"[（(]?{HAN}[)）、.．]?|[ⅠⅡⅢⅣⅤⅥⅦⅧ]")
SECTION = re.compile(rf"(?:{HAN}[、.．]|[（(]{HAN}[)）]|其中[:：])(?=.)|第{HAN}(?:类|部分|批)")
CLASS = re.compile(r"(?:类|部分|方面|领域|[（(]共?[0-9]+[个项][^()（）]{0,4}[)）])$|小计")
STEMS = "甲乙丙丁"
# How the first cell of such a row begins, without marks.
FIRST_OF_SECTIONS = tuple("一二三四五六七八九十(第其iv")
FIRST_NUMBERS = ("1", "(1", "甲", "栏")
FOOTERS = re.compile(
    r"(制表|填表|填报|审核|复核|审批|经办|报送|联系|单位负责|分管|主管|负责人|领导|签字|签章|盖章|日期"
    r"|注|备注|说明|单位)[^:：]{0,8}[:：].*|(制表人|填表人|填报人|审核人|负责人|联系人|经办人|注|说明)"
    r"|(?:[（(]?[0-9]{1,2}[)）.、．]).{0,20}(?:本表|以上|上述|截至|口径|统计|填报).*"
)


def reason_to_skip(cells, keys, titles):
    """Why a row is no record; empty for a record. What may be one is never skipped."""
    at = next((at for at, cell in enumerate(cells) if cell != "" and cell_text(cell)), None)
    if at is None:
        return "空行"
    first = plain(cells[at])
    if is_total(first, cells, keys):
        return "合计"
    if first.startswith(FIRST_OF_SECTIONS) and is_section(cells, at, keys):
        return "分类、分段的标题"
    if first.startswith(FIRST_NUMBERS) and is_numbering(cells):
        return "栏次"
    if FOOTERS.match(spaceless(cells[at])) and is_footer(cells, at, keys):
        return "制表人、注释等说明"
    if at < len(titles) and first == titles[at] and is_heading_again(cells, titles):
        return "重复的列名"
    return ""


def is_total(first, cells, keys):
    """Whether a row only sums up others: named 合计, or 城区小计 with nothing but numbers."""
    is_whole = TOTALS.fullmatch(first)
    if not (is_whole or PARTIAL_TOTALS.fullmatch(first)):
        return False
    if any(plain(cells[key]) not in ("", first) and not is_count(cells[key]) for key in keys):
        return False
    texts = {plain(cell) for cell in cells} - {"", first}
    return bool(is_whole) or all(NUMBERS.fullmatch(text) or is_count(text) for text in texts)


def is_count(cell):
    """Whether a cell says how many there are: 共5个项目."""
    return bool(COUNT.fullmatch(spaceless(cell)))


def is_section(cells, at, keys):
    """Whether a row is but the title of those below it, perhaps with their sums.

    一、产业援疆类（2个）; 一 and 产业援疆类 in two cells; 其中：甲县.
    """
    title = spaceless(cells[at])
    ordinal = plain(cells[at]) if ORDINAL.fullmatch(title) else ""
    rest = [spaceless(cell) for cell in cells[at:] if plain(cell) not in ("", ordinal)]
    if ordinal and rest:
        title = rest[0]
    if not (SECTION.match(title) or (ordinal and CLASS.search(title))):
        return False
    if any(spaceless(cells[key]) not in ("", title, ordinal) for key in keys):
        return False
    return all(one == title or NUMBERS.fullmatch(one) or is_count(one) for one in rest)


def is_numbering(cells):
    """Whether a row numbers the columns: 1, 2, 3 or 甲, 乙, 1, 2."""
    words = [NUMBER_MARKS.sub("", cell_text(cell)) for cell in cells if cell_text(cell)]
    letters = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(words, STEMS, strict=False))))
    numbers = [str(number) for number in range(1, len(words) - letters + 1)]
    return len(words) > 2 and words[letters:] == numbers


def spaceless(cell):
    return re.sub(r"\s+", "", half_width(cell_text(cell)))


def is_footer(cells, first, keys):
    """Whether a row of few cells only says who made the table, or when."""
    texts = {spaceless(cell) for cell in cells} - {""}
    marked = [text for text in texts if FOOTERS.fullmatch(text)]
    others = [
        at for at in keys if at != first and cells[at] != cells[first] and cell_text(cells[at])
    ]
    return len(texts) <= 2 * len(marked) and not others


def is_heading_again(cells, titles):
    filled = [(at, plain(cell)) for at, cell in enumerate(cells) if cell_text(cell)]
    return len(filled) > 1 and all(at < len(titles) and text == titles[at] for at, text in filled)
