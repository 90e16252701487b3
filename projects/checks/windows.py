"""Stretches of time of one series within each other: half a year above its year, years that do not
make their total."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from itertools import pairwise, permutations
from typing import Any

from projects.checks.evidence import Figure
from projects.checks.verdicts import Verdict, names
from projects.checks.words import allowed_words, amount_writer, span_words, time_words
from projects.models.finding_kinds import WINDOWS, Result
from projects.reading.intervals import Interval

STRETCHES = ("period", "cumulative")
MOST = 60  # of more stretches of time each is compared with its neighbours only
ONE_DAY = timedelta(days=1)
Window = tuple[Any, Any]


def check_windows(series: Any, evidence: Any) -> Iterator[Verdict]:
    """Figures that count along time, each nature apart; those out of use are left out."""
    if series.metric.kind != "flow":
        return
    natures: dict[str, dict[Window, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for figure in evidence.figures_of(series):
        is_counted = figure.accumulation in STRETCHES and all(figure.window)
        if is_counted and figure.rank != "deprecated" and figure.interval.is_known:
            natures[figure.nature][figure.window].append(figure)
    for stretches in natures.values():
        yield from same_stretch(stretches)
        yield from parts_of_time(stretches)
        yield from sums_of_time(stretches)


def same_stretch(stretches: dict[Window, list[Figure]]) -> Iterator[Verdict]:
    """What one calls the count of a period and another the total since its first day is one
    number."""
    for figures in stretches.values():
        for one, other in permutations(figures, 2):
            is_pair = (one.accumulation, other.accumulation) == STRETCHES
            if is_pair and not one.interval.intersects(other.interval):
                words = (
                    f"{said(one)}称当期（{allowed_words(one)}），{other.printed}称累计"
                    f"（{allowed_words(other)}）；起止相同，应是同一个数。"
                )
                yield verdict((one, other), words)


def parts_of_time(stretches: dict[Window, list[Figure]]) -> Iterator[Verdict]:
    """A figure of a part of a time that is greater than one of the whole time."""
    windows = sorted(stretches)
    pairs = permutations(windows, 2) if len(windows) <= MOST else pairwise(windows)
    for part, whole in pairs:
        if part == whole or not (whole[0] <= part[0] and part[1] <= whole[1]):
            continue
        low = max(stretches[part], key=lambda figure: figure.interval.ends[0])
        high = min(stretches[whole], key=lambda figure: figure.interval.ends[1])
        # Totals since one day that fall are told by another rule.
        is_total = {low.accumulation, high.accumulation} == {"cumulative"} and part[0] == whole[0]
        if not is_total and low.interval.is_above(high.interval):
            least = amount_writer(low.metric.unit)(low.interval.lower)
            words = (
                f"{said(low)}（{allowed_words(low)}），大于包含它的{time_words(high.window)}"
                f"{high.printed}（{allowed_words(high)}）；后者须不少于{least}。"
            )
            yield verdict((low, high), words)


def sums_of_time(stretches: dict[Window, list[Figure]]) -> Iterator[Verdict]:
    """Stretches that follow each other without a gap and do not make the one they fill."""
    ends = defaultdict(list)
    for start, end in stretches:
        ends[start].append(end)
    for whole, figures in stretches.items():
        parts = chain_of(whole, ends)
        if len(parts) < 2:
            continue
        hulls = [
            reduce(Interval.hull, (figure.interval for figure in stretches[part])) for part in parts
        ]
        total = reduce(Interval.__add__, hulls)
        for figure in figures:
            if not total.intersects(figure.interval):
                write = amount_writer(figure.metric.unit)
                summands = [stretches[part][0] for part in parts]
                listed = "、".join(f"{time_words(o.window)}{o.printed}" for o in summands)
                words = (
                    f"{said(figure)}（{allowed_words(figure)}），而{listed}相加为"
                    f"{span_words(total, write)}；两者须有共同的取值。"
                )
                yield verdict((figure, *summands), words)


def chain_of(whole: Window, ends: dict[Any, list[Any]]) -> list[Window]:
    """The stretches that fill a window one after the other, the longest first; [] if none do.

    `ends`: for each first day the last days of the stretches that begin on it.
    """
    found, start = [], whole[0]
    while start <= whole[1]:
        inside = [end for end in ends.get(start, ()) if end <= whole[1] and (start, end) != whole]
        if not inside:
            return []
        found.append((start, max(inside)))
        start = found[-1][1] + ONE_DAY
    return found


def said(figure: Figure) -> str:
    return f"{figure.series.name}（{time_words(figure.window)}）{figure.printed}"


def verdict(figures: tuple[Figure, ...], words: str) -> Verdict:
    return Verdict(WINDOWS, Result.CONTRADICTION, names(figures), words, figures)
