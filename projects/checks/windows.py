"""Stretches of time of one series within each other: half a year above its year, years that do not
make their total."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import reduce
from itertools import chain, pairwise, permutations
from typing import Any

from projects.checks.evidence import Figure
from projects.checks.judging import is_apart, judged, over_breaks, weighed
from projects.checks.verdicts import Verdict, names, placed, shortened, title
from projects.checks.words import (
    allowed_words,
    exact_writer,
    least_words,
    most_words,
    span_words,
    when_said,
)
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
    for figure in evidence.used_of(series):
        if figure.accumulation in STRETCHES and all(figure.window):
            natures[figure.nature][figure.window].append(figure)
    breaks = evidence.breaks_of(series)
    for stretches in natures.values():
        yield from same_stretch(stretches)
        yield from parts_of_time(stretches, breaks)
        yield from sums_of_time(stretches, breaks)


def same_stretch(stretches: dict[Window, list[Figure]]) -> Iterator[Verdict]:
    """What one calls the count of a period and another the total since its first day is one
    number."""
    for figures in stretches.values():
        for one, other in permutations(figures, 2):
            is_pair = (one.accumulation, other.accumulation) == STRETCHES
            judgement = judged(is_apart, one, other) if is_pair else None
            if judgement is not None:
                result, remark = judgement
                words = (
                    f"{said(one)}称当期（{allowed_words(one)}），{other.printed}称累计"
                    f"（{allowed_words(other)}）；起止相同，应是同一个数{remark}；"
                    f"要相符，前者须{allowed_words(other)}，或后者须{allowed_words(one)}。"
                )
                yield verdict((one, other), words, result)


def parts_of_time(stretches: dict[Window, list[Figure]], breaks: list[date]) -> Iterator[Verdict]:
    """A figure of a part of a time that is greater than one of the whole time.

    `breaks`: the days since which something else is counted than before.
    """
    windows = sorted(stretches)
    pairs = permutations(windows, 2) if len(windows) <= MOST else pairwise(windows)
    for part, whole in pairs:
        if part == whole or not (whole[0] <= part[0] and part[1] <= whole[1]):
            continue
        low = max(stretches[part], key=lambda figure: figure.interval.ends[0])
        high = min(stretches[whole], key=lambda figure: figure.interval.ends[1])
        # Totals since one day that fall are told by another rule.
        is_total = {low.accumulation, high.accumulation} == {"cumulative"} and part[0] == whole[0]
        judgement = None if is_total else judged(Interval.is_above, low, high)
        if judgement is not None:
            result, remark = over_breaks(judgement, breaks, *whole)
            words = (
                f"{said(low)}（{allowed_words(low)}），大于包含它的{when_said(high)}"
                f"{high.printed}（{allowed_words(high)}）{remark}；"
                f"要相符，前者须{most_words(high)}，或后者须{least_words(low)}。"
            )
            yield verdict((low, high), words, result)


def sums_of_time(stretches: dict[Window, list[Figure]], breaks: list[date]) -> Iterator[Verdict]:
    """Stretches that follow each other without a gap and do not make the one they fill."""
    ends = defaultdict(list)
    for start, end in stretches:
        ends[start].append(end)
    for whole, figures in stretches.items():
        parts = chain_of(whole, ends)
        if len(parts) < 2:
            continue
        rows = [stretches[part] for part in parts]
        total, wide = added(rows), added(rows, "loose")
        for figure in figures:
            if total.intersects(figure.interval):
                continue
            summands = [row[0] for row in rows]
            everything = (figure, *chain.from_iterable(rows))
            judgement = weighed(wide.intersects(figure.loose), everything)
            result, remark = over_breaks(judgement, breaks, *whole)
            listed = "、".join(f"{when_said(o)}{o.printed}" for o in summands)
            span = span_words(total, exact_writer(figure.metric.unit))
            words = (
                f"{said(figure)}（{allowed_words(figure)}），而{listed}相加为{span}"
                f"{remark}；要相符，合计须{span}。"
            )
            named = shortened(f"{placed(figure)}：{figure.printed}与各段相加{span}")
            yield verdict((figure, *summands), words, result, named)


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
    return f"{placed(figure)}{figure.printed}"


def added(rows: list[list[Figure]], kind: str = "interval") -> Interval:
    """The sum of stretches, of each around all that is said of it."""
    hulls = [reduce(Interval.hull, (getattr(figure, kind) for figure in row)) for row in rows]
    return reduce(Interval.__add__, hulls)


def verdict(figures: tuple[Figure, ...], words: str, result: Result, named: str = "") -> Verdict:
    return Verdict(
        WINDOWS, result, names(figures), words, figures, title=named or title(*figures[:2])
    )
