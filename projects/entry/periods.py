"""The time a figure may speak of, from the words before it: proposals, never applied unasked."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from aidtracker.ground.partial_dates import last_day
from aidtracker.templatetags.formatting import day, days

REACH = 200  # characters before a figure in which its period is looked for
MOST = 3
NARROW = str.maketrans("０１２３４５６７８９", "0123456789")
SENTENCE_END = re.compile(r"[。！？；\n]")
NUMERALS = {word: number for number, word in enumerate("一二三四五六七八九十", 1)}
NUMERALS |= {"两": 2, "十一": 11, "十二": 12}
RELATIVE = {"今": 0, "去": -1, "前": -2}
PLANS = {"十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026}

DASH = "[-—–~～至到]{1,2}"
YEAR = r"(?<!\d)(?:19|20)\d\d"
MONTH = r"(?<!\d)(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
SOME = r"(?:\d{1,2}|[一两二三四五六七八九十]{1,2})"
PATTERN = re.compile(
    # 2017—2019年, “十三五”期间, 目前, 三年来
    rf"从?(?P<first_year>{YEAR})年?{DASH}(?P<last_year>{YEAR})年"
    rf"|[“”\"]?(?P<plan>{'|'.join(PLANS)})[“”\"]?(?:规划)?(?:时期|期间|以来)"
    "|(?P<now>截至目前|目前)"
    rf"|(?P<length>(?:近|过去){SOME}年|(?:近|过去)?{SOME}年多?(?:来|间|时间))"
    # 截至2021年6月底, 今年前5个月, 2019年上半年, 2019年7月以来, 1—5月
    rf"|(?P<until>截至|截止|到)?(?:(?P<year>{YEAR}|今|去|(?<![目之以])前)年\s?)?"
    rf"(?:(?P<half>[上下])半年|前(?P<months>{MONTH})个月|(?P<quarter>前[两二三]|第?[一二三四])季度"
    rf"|(?P<low>{MONTH})月?{DASH}(?P<high>{MONTH})月"
    rf"|(?P<month>{MONTH})月(?!来)(?:\s?(?P<day>\d{{1,2}})[日号])?)?"
    "份?(?P<close>年?[底末])?(?P<since>以来|起)?"
)
PARTS = ("half", "months", "quarter", "high", "month")


@dataclass(frozen=True)
class Period:
    """The words of a time and the days they name; `is_inferred` if more than the words was used."""

    words: str
    start: date | None = None
    end: date | None = None
    as_of: date | None = None
    is_inferred: bool = False

    @property
    def in_days(self):
        """The days in words; empty where the words name none."""
        parts = [days(self.start, self.end)] if self.start or self.end else []
        return "，".join(parts + ([f"截至{day(self.as_of)}"] if self.as_of else []))


def periods_before(text, position, source):
    """The times named in the `REACH` characters before `position`, the nearest first → [`Period`].

    今年 and months without a year are counted from the day `source` was published.
    """
    before = text[max(0, position - REACH) : position].translate(NARROW)
    found: dict[str, Period] = {}
    for match in reversed(list(PATTERN.finditer(before))):
        period = _period(match, _year_before(before, match.start(), source), source)
        if period:
            is_far = bool(SENTENCE_END.search(before, match.end()))
            period = _inferred(period, is_far or _leans_on_inferred_date(match, source))
            found.setdefault(period.words, period)
    return list(found.values())[:MOST]


def _inferred(period, is_inferred):
    days = (period.start, period.end, period.as_of)
    return Period(period.words, *days, is_inferred=period.is_inferred or is_inferred)


def _leans_on_inferred_date(match, source):
    return source.is_date_inferred and (match["year"] in RELATIVE or bool(match["now"]))


def _year_before(before, position, source):
    """The year that a month without one belongs to: named before it, else that of publication."""
    years = re.findall(f"({YEAR})年", before[:position])
    year = years[-1] if years else source.published_on[:4]
    return int(year) if year else None


def _period(match, year_before, source):
    """What one match says; None if it says nothing, or a date that no calendar has."""
    words = match.group().strip()
    if match["first_year"]:
        first, last = int(match["first_year"]), int(match["last_year"])
        return Period(words, date(first, 1, 1), date(last, 12, 31)) if first < last else None
    if match["plan"]:
        first = PLANS[match["plan"]]
        return Period(words, date(first, 1, 1), date(first + 4, 12, 31))
    if match["now"]:
        day = last_day(source.published_on)
        return Period(words, as_of=day, is_inferred=True)
    if match["length"]:
        return Period(words)
    if not match["year"] and not any(match[part] for part in PARTS):
        return None
    return _moment(match, year_before, source)


def _moment(match, year_before, source):
    """A year, or a part of one, or the moment of its end."""
    words, year = match.group().strip(), _year(match["year"], source) or year_before
    months = _months(match)
    if year is None or months is None:
        return None
    try:
        start = date(year, months[0], int(match["day"] or 1))
    except ValueError:
        return None
    last = int(match["day"] or monthrange(year, months[1])[1])
    end = date(year, months[1], last)
    is_inferred = not match["year"]
    if match["since"]:
        return Period(words, start, as_of=last_day(source.published_on), is_inferred=True)
    if match["until"] or match["close"]:
        return Period(words, as_of=end, is_inferred=is_inferred)
    return Period(words, start, end, is_inferred=is_inferred)


def _year(word, source):
    if word in RELATIVE:
        published = source.published_on[:4]
        return int(published) + RELATIVE[word] if published else None
    return int(word) if word else None


def _months(match):
    """The first and the last month of a part of a year; None if they are in the wrong order."""
    if match["half"]:
        return (1, 6) if match["half"] == "上" else (7, 12)
    if match["months"]:
        return 1, _number(match["months"])
    if match["quarter"]:
        quarter = _number(match["quarter"].strip("前第"))
        return (1 if "前" in match["quarter"] else 3 * quarter - 2), 3 * quarter
    if match["high"]:
        low, high = _number(match["low"]), _number(match["high"])
        return (low, high) if low <= high else None
    month = _number(match["month"]) if match["month"] else 0
    return (month, month) if month else (1, 12)


def _number(word):
    return NUMERALS.get(word) or int(word)
