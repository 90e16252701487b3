"""Values in the words of the pages: dates, money, figures as printed, periods; — for unknown."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils.html import format_html

from aidtracker.ground import partial_dates, people

register = template.Library()

UNKNOWN = "—"
WAN_PER_YI = 10_000

_DIGITS = r"[0-9][0-9,.]*"
_HAN = r"[零〇一二两三四五六七八九十百千几半数]+[万亿]?(?:点[零〇一二三四五六七八九]+)?成?"
_SCALE = r"(?:[百千]?[万亿])?"
_NUMBER = rf"(?:{_DIGITS}|{_HAN})"
_SPAN = rf"(?:\s*{_SCALE}\s*%?\s*(?:[-—–~至到])+\s*{_NUMBER})?"
NARROW = {0xFF10 + digit: str(digit) for digit in range(10)} | {ord("．"): ".", ord("％"): "%"}
FIGURE = re.compile(rf"^(?P<hedge>.*?)(?P<number>{_NUMBER}{_SPAN})(?P<unit>.*)$", re.DOTALL)

NATURE_SIGNS = {"actual": "●", "target": "◇", "plan": "◇", "agreement": "┄", "estimate": "┄"}


@dataclass(frozen=True)
class PrintedFigure:
    """A figure as printed in three parts: 超过 · 30 · 亿元."""

    hedge: str
    number: str
    unit: str


@register.filter
def known(value):
    """The value itself, or — when it is unknown; 0 stays 0."""
    return UNKNOWN if value is None or value == "" else value


@register.filter
def called(user):
    """A person's own name as 张三; without one, the user name."""
    return people.called(user)


@register.filter
def plain(value):
    """A number without trailing zeros or thousands separators; — for None."""
    if value is None or value == "":
        return UNKNOWN
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def two_decimals(amount):
    """An amount with at most two decimals; more only where two would hide a fraction of a cent."""
    rounded = amount.quantize(Decimal("0.01"))
    return plain(rounded if rounded == amount or abs(amount) >= 1 else amount)


@register.filter
def wan(amount):
    """A ledger amount (万元) as the number of a table in 万元: 12,345.6; — for None."""
    return UNKNOWN if amount is None else f"{Decimal(two_decimals(Decimal(amount))):,f}"


@register.filter
def yi(amount):
    """A ledger amount (万元) in words: 9.11亿元, or 350万元 below one 亿; — for None."""
    if amount is None:
        return UNKNOWN
    amount = Decimal(amount)
    if abs(amount) < WAN_PER_YI:
        return f"{two_decimals(amount)}万元"
    return f"{two_decimals(amount / WAN_PER_YI)}亿元"


@register.filter
def partial_date(text):
    """`2019-06` as 2019年6月; — for an unknown date."""
    return partial_dates.in_chinese(text) or UNKNOWN


@register.filter
def span(start, end):
    """Two partial dates as a range: 2017—2019年, 2019年6月—2020年; — if both are unknown."""
    if not start and not end:
        return UNKNOWN
    if start and end and start != end:
        if len(start) == len(end) == 4:
            return f"{start}—{end}年"
        return f"{partial_dates.in_chinese(start)}—{partial_dates.in_chinese(end)}"
    if not start:
        return f"至{partial_dates.in_chinese(end)}"
    return partial_dates.in_chinese(start) if end else f"{partial_dates.in_chinese(start)}起"


@register.filter
def names(values):
    """Several names in one line, with the Chinese enumeration comma; — for none."""
    return "、".join(str(value) for value in values) or UNKNOWN


@register.filter
def unknown_labels(facts):
    """The labels of the facts that are not known."""
    return [fact.label for fact in facts if fact.is_unknown]


@register.filter
def split_figure(printed):
    """`超过30 亿元` as hedge, number and unit; a figure without a number is all number."""
    match = FIGURE.match(printed.strip().translate(NARROW))
    if match is None:
        return PrintedFigure("", printed.strip(), "")
    return PrintedFigure(*(re.sub(r"\s+", "", match[name]) for name in ("hedge", "number", "unit")))


def in_thousands(number: str) -> str:
    """Numerals of five digits and more with separators, as cells of tables have them."""
    return re.sub(r"(?<![\d.,])\d{5,}", lambda found: f"{int(found[0]):,}", number)


@register.filter
def figure(printed):
    """A figure as printed in HTML: the hedge in words, the number large, the unit small."""
    parts = split_figure(printed)
    return format_html(
        '<span class="figure"><span class="hedge">{}</span><span class="number">{}</span>'
        '<span class="unit">{}</span></span>',
        parts.hedge,
        parts.number,
        parts.unit,
    )


@register.filter
def nature_sign(nature):
    """The second sign of a figure's nature beside its colour."""
    return NATURE_SIGNS.get(nature, "")


@register.filter
def period(observation):
    """The time a figure speaks of; the printed words where no date is known; — for neither."""
    start, end, as_of = observation.period_start, observation.period_end, observation.as_of
    if start or end:
        return _between(start, end)
    if as_of:
        return f"截至{_moment(as_of)}"
    return observation.period_text or UNKNOWN


@register.filter
def stated_period(observation):
    """The period as a page shows it: printed words in quotes, inferred dates marked as such."""
    words = period(observation)
    if not (observation.period_start or observation.period_end or observation.as_of):
        return words if words == UNKNOWN else f"原文“{words}”"
    return f"{words}（推断）" if observation.is_period_inferred else words


@register.filter(expects_localtime=True)
def day(value):
    """A date, or the day of a time where the site is, as 2019年6月1日; — for None."""
    return f"{value.year}年{value.month}月{value.day}日" if value else UNKNOWN


def days(start, end):
    """A time whose beginning or end, but not both, may be unknown."""
    if not end:
        return f"{day(start)}起"
    return f"{day(start)}—{day(end)}" if start else f"至{day(end)}"


@lru_cache(maxsize=1 << 12)  # a record speaks of the same few thousand times
def _between(start, end):
    if not start or not end:
        return f"{_month(start)}起" if start else f"至{_moment(end)}"
    if _is_year_start(start) and _is_year_end(end):
        return f"{start.year}年" if start.year == end.year else f"{start.year}—{end.year}年"
    if start == end:
        return day(start)
    if _is_month_start(start) and _is_month_end(end):
        same = (start.year, start.month) == (end.year, end.month)
        return _month(end) if same else f"{_month(start)}—{_month(end)}"
    return f"{day(start)}—{day(end)}"


def _moment(when):
    """The end of a year or month by its name, any other day in full."""
    if _is_year_end(when):
        return f"{when.year}年底"
    return f"{_month(when)}底" if _is_month_end(when) else day(when)


def _month(when):
    return (
        f"{when.year}年{when.month}月"
        if _is_month_start(when) or _is_month_end(when)
        else day(when)
    )


def _is_year_start(when):
    return (when.month, when.day) == (1, 1)


def _is_year_end(when):
    return (when.month, when.day) == (12, 31)


def _is_month_start(when):
    return when.day == 1


def _is_month_end(when: date):
    return (when + timedelta(days=1)).day == 1
