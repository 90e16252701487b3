"""Figures of one series beside each other: two for one time, and a cumulative count that falls."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations, pairwise

from projects.checks.evidence import Figure
from projects.checks.verdicts import Verdict, names
from projects.checks.words import allowed_words, time_words
from projects.models.finding_kinds import CONFLICT, CUMULATIVE, Result

MANY = 6  # of more figures for one time each is compared with its neighbour only
COUNTED_UP = ("actual", "agreement")


def pairs_of(figures, order):
    """All pairs of a few figures; of many only neighbours in order, so that lists stay short."""
    if len(figures) <= MANY:
        return combinations(figures, 2)
    return pairwise(sorted(figures, key=order))


def check_conflicts(series, evidence):
    """Figures of one series, time, nature and accumulation that cannot both be true."""
    groups = defaultdict(list)
    for figure in evidence.figures_of(series):
        is_used = figure.rank != "deprecated"  # what a later figure took the place of
        if is_used and figure.time is not None and figure.interval.is_known:
            groups[figure.time, figure.nature, figure.accumulation].append(figure)
    for group in map(without_copies, groups.values()):
        for one, other in pairs_of(group, order=lambda figure: figure.interval.ends):
            if not one.interval.intersects(other.interval):
                yield conflict(one, other)


def without_copies(figures: Iterable[Figure]) -> list[Figure]:
    """Figures for one time, each that several documents took from one once, the first's own."""
    ordered = sorted(figures, key=lambda figure: (figure.copied_from is not None, figure.key))
    found: dict = {}
    for figure in ordered:
        found.setdefault((figure.origin, figure.interval), figure)
    return sorted(found.values(), key=lambda figure: figure.key)


def conflict(one, other):
    """A contradiction; only a candidate if how the two accumulate is unclear."""
    one, other = sorted((one, other), key=lambda figure: figure.key)
    is_unclear = one.accumulation == "unclear"
    words = (
        f"{one.series.name}（{time_words(one.window)}）：{one.printed}（{allowed_words(one)}）"
        f"与{other.printed}（{allowed_words(other)}）没有共同的取值"
    )
    return Verdict(
        CONFLICT,
        Result.CANDIDATE if is_unclear else Result.CONTRADICTION,
        names([one, other]),
        f"{words}；累计方式不明，也可能各算各的。" if is_unclear else f"{words}。",
        (one, other),
    )


def check_cumulative(series, evidence):
    """Counts since one day that are lower at a later day."""
    groups = defaultdict(list)
    for figure in evidence.figures_of(series):
        is_count = figure.accumulation == "cumulative" and figure.nature in COUNTED_UP
        if is_count and all(figure.window) and figure.interval.is_known:
            groups[figure.window[0], figure.nature].append(figure)
    for group in groups.values():
        yield from falls(group)


def falls(group):
    """Each figure that is below the highest of those that end before it."""
    group = sorted(group, key=lambda figure: (figure.moment, figure.interval.ends))
    highest: Figure | None = None
    waiting: list[Figure] = []
    for figure in group:
        if waiting and waiting[0].moment < figure.moment:
            highest = max([*waiting, *filter(None, [highest])], key=lowest)
            waiting = []
        if highest is not None and highest.interval.is_above(figure.interval):
            yield fall(highest, figure)
        waiting.append(figure)


def lowest(figure):
    return figure.interval.ends[0]


def fall(early, late):
    words = (
        f"{early.series.name}：{time_words(early.window)}累计{early.printed}"
        f"（{allowed_words(early)}），{time_words(late.window)}累计{late.printed}"
        f"（{allowed_words(late)}），起点相同而累计减少。"
    )
    figures = (early, late)
    return Verdict(CUMULATIVE, Result.CONTRADICTION, names(figures), words, figures)
