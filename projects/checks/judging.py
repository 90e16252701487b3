"""How grave it is that figures clash: a contradiction, or only worth a look."""

from collections.abc import Callable, Iterable

from projects.checks.evidence import Figure
from projects.models.finding_kinds import Result
from projects.reading.intervals import Interval

LOOSELY = "；按报刊较宽的用法（近、约、余）也许相容"
PROVISIONALLY = "；其中有初步数，最终数可以不同"
Clash = Callable[..., bool]


def judged(clash: Clash, *figures: Figure) -> tuple[Result, str] | None:
    """The result, and what is to be said for it; None if what the figures allow does not clash.

    `clash` is asked with what each of them allows.
    """
    if not clash(*(figure.interval for figure in figures)):
        return None
    if not clash(*(figure.loose for figure in figures)):
        return Result.CANDIDATE, LOOSELY
    if len({figure.is_provisional for figure in figures}) > 1:
        return Result.CANDIDATE, PROVISIONALLY
    return Result.CONTRADICTION, ""


def is_apart(one: Interval, other: Interval) -> bool:
    return not one.intersects(other)


def worst(results: Iterable[Result]) -> Result:
    """The gravest of some results."""
    order = list(Result)
    return min(results, key=order.index)
