"""Which figures a computation uses: those of the right series, time and nature."""

from dataclasses import dataclass
from datetime import date
from functools import reduce

from django.utils.functional import cached_property

from projects.checks.evidence import Figure, MetricFacts
from projects.checks.words import figure_words
from projects.reading.intervals import Interval

Window = tuple[date | None, date | None]
SINCE_A_DAY = ("period", "cumulative")


@dataclass(frozen=True)
class Operand:
    """One side of a computation: what it is and of when, and the figures that give it."""

    name: str
    time: str
    metric: MetricFacts
    figures: tuple[Figure, ...] = ()
    superseded: tuple[Figure, ...] = ()

    @cached_property
    def interval(self):
        """Around all that is said of it; None if nothing is."""
        return around(one.interval for one in self.figures)

    @property
    def loosely(self):
        """The same operand with what its words may stand for at most, and with what was said
        before it was revised."""
        return LooseOperand(self.name, self.time, self.metric, self.figures + self.superseded)

    @property
    def value(self):
        """The number in the middle of what is said, where one figure says it."""
        return self.figures[0].value if len(self.figures) == 1 else None

    @property
    def is_exact(self):
        return len(self.figures) == 1 and self.figures[0].qualifier == "exact"

    @property
    def is_bounded(self):
        return self.interval is not None and self.interval.is_bounded

    @property
    def is_open(self):
        """Whether something is said, but without one of the ends."""
        return self.interval is not None and self.figures[0].qualifier in ("over", "under")

    @property
    def words(self):
        return "或".join(dict.fromkeys(map(figure_words, self.figures))) or "？"


class LooseOperand(Operand):
    """An operand taken as loosely as newspapers write."""

    @cached_property
    def interval(self):
        return around(one.loose for one in self.figures)


def around(intervals):
    known = [one for one in intervals if one.is_known]
    return reduce(Interval.hull, known) if known else None


def figures_at(evidence, series, window, natures):
    """The figures of a series for just this window: a period, a count since, or a moment."""
    start, end = window
    if series is None or end is None:
        return []
    return [
        figure
        for nature in natures
        for figure in evidence.by_end.get((series.pk, nature, end), ())
        if is_for(figure, start, end)
    ]


def is_for(figure, start, end):
    if figure.accumulation == "point":
        return figure.moment == end
    if figure.accumulation not in SINCE_A_DAY or figure.period_start != start:
        return False
    return start is not None or figure.accumulation == "cumulative"


def best(figures, source):
    """Of several figures for one thing those of the same document, else the preferred ones.

    One that is out of use serves only where there is no other.
    """
    known = [one for one in figures if one.interval.is_known]
    for is_better in (
        lambda one: one.rank != "deprecated",
        lambda one: one.source == source,
        lambda one: one.rank == "preferred",
        lambda one: not one.is_provisional,
        lambda one: one.is_revised,
    ):
        known = [one for one in known if is_better(one)] or known
    return tuple(known)


def superseded(figures, chosen):
    """What was said of one thing until it was revised: out of use, provisional, or before that."""
    is_revised = any(one.is_revised for one in chosen)
    return tuple(
        one
        for one in figures
        if one not in chosen and (one.rank == "deprecated" or one.is_provisional or is_revised)
    )
