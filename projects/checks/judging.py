"""How grave it is that figures clash: a contradiction, or only worth a look."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from projects.checks.evidence import Figure
from projects.models.finding_kinds import Result
from projects.reading.intervals import Interval

LOOSELY = "；按报刊较宽的用法（近、约、余）也许相容"
PROVISIONALLY = "；其中有初步数，最终数可以不同"
REVISED = "；其中有修订数，修订前后的数可以不同"
BROKEN = "；其间口径有改变，前后不可比"
DOUBTS = {"is_provisional": PROVISIONALLY, "is_revised": REVISED}
Clash = Callable[..., bool]


def judged(clash: Clash, *figures: Figure) -> tuple[Result, str] | None:
    """The result, and what is to be said for it; None if what the figures allow does not clash.

    `clash` is asked with what each of them allows.
    """
    if not clash(*(figure.interval for figure in figures)):
        return None
    return weighed(not clash(*(figure.loose for figure in figures)), figures)


def weighed(is_loose: bool, figures: Sequence[Figure]) -> tuple[Result, str]:
    """How grave a clash of some figures is, which is none if their words are taken loosely."""
    if is_loose:
        return Result.CANDIDATE, LOOSELY
    doubt = doubt_of(figures)
    return (Result.CANDIDATE, doubt) if doubt else (Result.CONTRADICTION, "")


def doubt_of(figures: Sequence[Figure]) -> str:
    """Why figures that were not counted in one way may differ; empty if they were."""
    for name, doubt in DOUBTS.items():
        if len({getattr(figure, name) for figure in figures}) > 1:
            return doubt
    return BROKEN if is_across_break(figures) else ""


def is_across_break(figures: Sequence[Figure]) -> bool:
    """Whether one of them begins to count in another way, and another is not from after that."""
    broken = [one.moment for one in figures if one.is_broken]
    others = [one.moment for one in figures if not one.is_broken]
    return any(
        None in (begin, end) or end <= begin  # of an unknown day nobody knows
        for begin in broken
        for end in others
    )


def over_breaks(
    judgement: tuple[Result, str], breaks: Iterable[date], start: date, end: date
) -> tuple[Result, str]:
    """The same, of a time in the course of which something else began to be counted: worth a look.

    `start` is the last day that is surely counted in the former way.
    """
    remark = judgement[1]
    if BROKEN in remark or not any(start < day <= end for day in breaks):
        return judgement
    return Result.CANDIDATE, remark + BROKEN


def is_apart(one: Interval, other: Interval) -> bool:
    return not one.intersects(other)


def worst(results: Iterable[Result]) -> Result:
    """The gravest of some results."""
    order = list(Result)
    return min(results, key=order.index)
