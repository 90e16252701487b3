"""The two sides of a printed rate, as the formula of its metric says: which series, which time."""

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache

from projects.checks.choosing import Operand, best, figures_at, superseded
from projects.checks.words import time_words

LONGEST_YEAR = timedelta(days=366)
PROMISED = ("target", "plan")
GROWING = ("growth", "decline")
# 2020—2024年, 十三五期间, 五年来: whose growth may be told from the year before.
STRETCH = re.compile(r"\d{4}年?\s*[—–－~～-]+\s*\d{2,4}年|期间|时期|年来")
NO_TIME = "没有写明是什么时间的比率"
NO_BASE = "期间超过一年，没有写明比哪一期"
NO_FIRST_YEAR = "期间在同一年内，没有写明比哪一年"


def operands_of(rate, evidence):
    """Numerator and denominator of a rate, each an `Operand`; a Chinese reason if its own time
    does not tell which they are."""
    if time_of(rate)[1] is None:
        return NO_TIME
    return SIDES[rate.metric.formula](rate, evidence)


def time_of(rate):
    """First and last day of a rate, however it was said to accumulate."""
    return rate.period_start, rate.period_end or rate.as_of


def growth_sides(rate, evidence):
    windows = WINDOWS["yearly" if is_yearly(rate) else rate.metric.base](rate)
    if isinstance(windows, str):
        return windows
    return levels_at(rate, evidence, *windows)


def levels_at(rate, evidence, now, base):
    """What grew, and from what."""
    metric, subjects, scope = rate.metric.numerator, rate.series.subjects, rate.series.scope
    looking = Search(evidence, rate)
    return (
        looking.at(metric, subjects, scope, now, natures(rate)),
        looking.at(metric, subjects, scope, base, (*natures(rate), "actual")),
    )


def sides_from_the_year_before(rate, evidence):
    """The sides of a yearly growth as others read it, 2020—2024年年均 from 2019; None for a rate
    that says no such thing."""
    windows = first_year(rate) if years_of(rate) > 1 else NO_FIRST_YEAR
    if isinstance(windows, str):
        return None
    now, base = windows
    return levels_at(rate, evidence, now, tuple(year_before(day) for day in base))


def says_where_it_begins(rate):
    """Whether the words of a yearly growth leave its first year as the one it is compared with."""
    said = (rate.period_text, rate.metric.name, rate.note)
    return not any(STRETCH.search(words) for words in said)


def ratio_sides(rate, evidence):
    metric, subjects, scope = rate.metric, rate.series.subjects, rate.series.scope
    looking = Search(evidence, rate)
    return tuple(
        looking.at(one, subjects, scope, time_of(rate), natures(rate))
        for one in (metric.numerator, metric.denominator)
    )


def share_sides(rate, evidence):
    """The part and its whole: of one metric the whole is the upper level's."""
    if rate.metric.denominator != rate.metric.numerator:
        return ratio_sides(rate, evidence)
    subjects, scope = rate.series.subjects, rate.series.scope
    if name := scope.whole_name:
        wholes = named_wholes(subjects, name, evidence)
        scope = scope.of_whole
    else:
        wholes = next_wholes(subjects, evidence)
    looking = Search(evidence, rate)
    metric, window = rate.metric.numerator, time_of(rate)
    whole = next(iter(wholes), subjects)
    part = looking.at(metric, subjects, scope, window, natures(rate))
    if not wholes:
        return part, looking.nowhere("整体")
    return part, looking.at(metric, whole, scope, window, natures(rate))


def next_wholes(subjects, evidence):
    """The same subjects with one of them replaced by what it stands in directly."""
    return [
        frozenset(subjects - {thing} | {evidence.parents[thing]})
        for thing in sorted(subjects)
        if thing in evidence.parents
    ]


def named_wholes(subjects, name, evidence):
    """The same subjects with one of them replaced by the thing of that name above it."""
    return [
        frozenset(subjects - {thing} | {upper})
        for thing in sorted(subjects)
        for upper in evidence.above.get(thing, ())
        if name == evidence.names.get(upper) or name in evidence.aliases.get(upper, ())
    ]


def completion_sides(rate, evidence):
    """What was done, and the target for this time or for one that begins with it."""
    metric, subjects, scope = rate.metric, rate.series.subjects, rate.series.scope
    looking = Search(evidence, rate)
    done = looking.at(metric.numerator, subjects, scope, time_of(rate), natures(rate))
    target = metric.denominator or metric.numerator
    wanted = PROMISED if target == metric.numerator else (*PROMISED, "agreement", "actual")
    return done, looking.until(target, subjects, scope, time_of(rate), wanted)


SIDES = {
    "growth": growth_sides,
    "multiple": growth_sides,
    "decline": growth_sides,
    "increase": growth_sides,
    "decrease": growth_sides,
    "ratio": ratio_sides,
    "share": share_sides,
    "completion": completion_sides,
}


def natures(rate):
    """An actual rate is made of what happened, agreements among it; a planned one of plans."""
    return ("actual", "agreement") if rate.nature == "actual" else (rate.nature,)


class Search:
    """Looks for the figures of one side of a rate."""

    def __init__(self, evidence, rate):
        self.evidence = evidence
        self.rate = rate

    def at(self, metric, subjects, scope, window, wanted):
        """The side that is a metric of these subjects and scope in just this window."""
        series = self.evidence.series_of(metric, subjects, scope)
        found = figures_at(self.evidence, series, window, dict.fromkeys(wanted))
        return self.operand(metric, subjects, scope, window, found)

    def until(self, metric, subjects, scope, window, wanted):
        """The side whose window is this one, or else the shortest that begins with it."""
        series = self.evidence.series_of(metric, subjects, scope)
        found = figures_at(self.evidence, series, window, wanted)
        if series and not found:
            later = [
                figure
                for figure in self.evidence.figures_of(series)
                if figure.nature in wanted and begins_with(figure, window)
            ]
            nearest = min((figure.moment for figure in later), default=None)
            found = [figure for figure in later if figure.moment == nearest]
        return self.operand(metric, subjects, scope, window, found)

    def operand(self, metric, subjects, scope, window, figures):
        metric = self.evidence.metrics[metric]
        note = f"（{scope}）" if scope else ""
        name = f"{self.evidence.subject_words(subjects)} {metric.name}{note}"
        chosen = best(figures, self.rate.source)
        past = superseded(figures, chosen)
        return Operand(name, time_words(window), metric, chosen, past)

    def nowhere(self, name):
        metric = self.evidence.metrics[self.rate.metric.numerator]
        return Operand(f"{name}的{metric.name}", time_words(time_of(self.rate)), metric)


def begins_with(figure, window):
    """Whether a figure is for a time that begins as the window does and ends no earlier."""
    start, end = window
    if figure.moment is None or figure.moment < end:
        return False
    return figure.accumulation == "point" or figure.window[0] == start


def last_year(rate):
    """The rate's own window and the same a year before."""
    start, end = time_of(rate)
    if start is not None and end - start > LONGEST_YEAR:
        return NO_BASE
    return (start, end), (start and year_before(start), year_before(end))


def first_year(rate):
    """The last and the first year of the rate's window."""
    start, end = time_of(rate)
    if start is None or start.year == end.year:
        return NO_FIRST_YEAR
    base = (date(start.year, 1, 1), date(start.year, 12, 31))
    return (date(end.year, 1, 1), end), base


WINDOWS = {"last_year": last_year, "first_year": first_year, "yearly": first_year}


def years_of(rate):
    """Over how many years a rate is the yearly average; 1 for any other rate."""
    start, end = time_of(rate)
    if start is None or end is None or not is_yearly(rate):
        return 1
    return max(end.year - start.year, 1)


def is_yearly(rate):
    """Whether a growth is one year's on the average, by its metric or by what is said of it."""
    if rate.metric.base == "yearly":
        return True
    start, end = time_of(rate)
    is_long = start is not None and end is not None and end - start > LONGEST_YEAR
    said = (rate.metric.name, rate.period_text, rate.printed, rate.note)
    return is_long and rate.metric.formula in GROWING and any("年均" in words for words in said)


@lru_cache(maxsize=1 << 12)
def year_before(day):
    """The same day a year before; the last day of a month stays the last day."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(day.year - 1, day.month, last if is_last else min(day.day, last))
