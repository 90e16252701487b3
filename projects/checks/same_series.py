"""Figures of one series beside each other: two for one time, and a cumulative count that falls."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import combinations, pairwise
from typing import Any

from projects.checks.evidence import Evidence, Figure, SeriesFacts
from projects.checks.judging import BROKEN, is_apart, judged
from projects.checks.verdicts import Verdict, names, title
from projects.checks.words import allowed_words, least_words, when, when_said
from projects.models.finding_kinds import CONFLICT, CUMULATIVE, Result
from projects.reading.intervals import Interval

MANY = 6  # of more figures for one time each is compared with its neighbour only
COUNTED_UP = ("actual", "agreement")
LEVELS = ("point", "period")  # a stock said for a period is what there was at its end
UNCLEAR = "；累计方式不明，也可能各算各的"
NO_START = "；累计从哪一天起没有写明，也可能起点不同"


def pairs_of(figures: list[Figure], order: Callable[[Figure], Any]) -> Iterable[tuple]:
    """All pairs of a few figures; of many only neighbours in order, so that lists stay short."""
    if len(figures) <= MANY:
        return combinations(figures, 2)
    return pairwise(sorted(figures, key=order))


def check_conflicts(series: SeriesFacts, evidence: Evidence) -> Iterator[Verdict]:
    """Figures of one series, time, nature and accumulation that cannot both be true."""
    groups: dict[Hashable, list[Figure]] = defaultdict(list)
    for figure in evidence.used_of(series):
        if figure.time is not None:
            groups[time_counted(figure), figure.nature].append(figure)
    for group in (few for few in groups.values() if len(few) > 1):
        # What a document says twice is one word, too.
        figures = list({figure.statement: figure for figure in reversed(group)}.values())
        for one, other in pairs_of(figures[::-1], order=lambda figure: figure.interval.ends):
            yield from conflict(one, other)
    yield from unclear_ones(series, evidence)


def time_counted(figure: Figure) -> Hashable:
    """What two figures must have in common to be of one time."""
    if figure.metric.kind == "stock" and figure.accumulation in LEVELS:
        return (None, figure.moment), "level"
    return figure.time, figure.accumulation


def unclear_ones(series: SeriesFacts, evidence: Evidence) -> Iterator[Verdict]:
    """Figures of which nobody knows how they accumulate beside the others that end with them."""
    others: dict[Hashable, list[Figure]] = defaultdict(list)
    unclear = []
    for figure in evidence.used_of(series):
        if figure.accumulation == "unclear":
            unclear.append(figure)
        elif figure.time is not None:
            others[figure.moment, figure.nature].append(figure)
    for figure in unclear:
        near = [
            one
            for one in others.get((figure.moment, figure.nature), ())
            if figure.window[0] in (None, one.window[0])
        ]
        ends = [max(near, key=lowest), min(near, key=highest)] if near else []
        for other in dict.fromkeys(ends):
            yield from conflict(figure, other)


def conflict(one: Figure, other: Figure) -> Iterator[Verdict]:
    """A contradiction; only worth a look if how the two accumulate, or since when, is unclear."""
    if one.is_at_constant_prices != other.is_at_constant_prices:
        return
    one, other = sorted((one, other), key=lambda figure: figure.key)
    if (judgement := judged(is_apart, one, other)) is None or is_superseded(one, other):
        return
    result, remark = judgement
    if doubt := doubts(one, other):
        result, remark = Result.CANDIDATE, remark + doubt
    heading = f"{one.series.name}（{when(one)}）"
    words = (
        f"{heading}：{one.printed}（{allowed_words(one)}）"
        f"与{other.printed}（{allowed_words(other)}）没有共同的取值{remark}；"
        f"要相符，前者须{allowed_words(other)}，或后者须{allowed_words(one)}。"
    )
    figures = (one, other)
    yield Verdict(CONFLICT, result, names(figures), words, figures, title=title(*figures))


def is_superseded(one: Figure, other: Figure) -> bool:
    """Whether one of them was provisional until the other came."""
    return one.is_provisional != other.is_provisional


def doubts(one: Figure, other: Figure) -> str:
    kinds = {one.accumulation, other.accumulation}
    if "unclear" in kinds:
        return UNCLEAR
    return NO_START if kinds == {"cumulative"} and one.window[0] is None else ""


def check_cumulative(series: SeriesFacts, evidence: Evidence) -> Iterator[Verdict]:
    """Counts since one day that are lower at a later day."""
    groups: dict[Hashable, list[Figure]] = defaultdict(list)
    for figure in evidence.used_of(series):
        is_count = figure.accumulation == "cumulative" and figure.nature in COUNTED_UP
        if is_count and figure.moment is not None:
            groups[figure.window[0], figure.nature].append(figure)
    for group in groups.values():
        yield from falls(group)


def falls(group: list[Figure]) -> Iterator[Verdict]:
    """Each figure that is below the highest of those that end before it."""
    group = sorted(group, key=lambda figure: (figure.moment, figure.interval.ends))
    most: Figure | None = None
    broken: Figure | None = None  # the last one from which on something else is counted
    waiting: list[Figure] = []
    for figure in group:
        broken = figure if figure.is_broken else broken
        if waiting and waiting[0].moment < figure.moment:
            most = max([*waiting, *filter(None, [most])], key=lowest)
            waiting = []
        if most is not None:
            yield from fall(most, figure, broken)
        waiting.append(figure)


def lowest(figure: Figure) -> Any:
    return figure.interval.ends[0]


def highest(figure: Figure) -> Any:
    return figure.interval.ends[1]


def fall(early: Figure, late: Figure, broken: Figure | None) -> Iterator[Verdict]:
    if (judgement := judged(Interval.is_above, early, late)) is None:
        return
    result, remark = judgement
    if broken and early.moment < broken.moment and BROKEN not in remark:
        result, remark = Result.CANDIDATE, remark + BROKEN
    relation = "起点相同而累计减少"
    if early.window[0] is None:
        result, relation = Result.CANDIDATE, "累计减少"
        remark += NO_START
    words = (
        f"{early.series.name}：{when_said(early)}累计{early.printed}"
        f"（{allowed_words(early)}），{when_said(late)}累计{late.printed}"
        f"（{allowed_words(late)}），{relation}{remark}；要相符，后者须{least_words(early)}。"
    )
    figures = (early, late)
    yield Verdict(CUMULATIVE, result, names(figures), words, figures, title=title(*figures))
