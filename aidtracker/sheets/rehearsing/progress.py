"""How far a long import has come, told to whoever waits for it."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

PORTION = 500
Item = TypeVar("Item")
# Is told what is being done and with how many rows that is done; may end the work by raising.
Report = Callable[[str, int], None]


def silent(step: str, done: int) -> None:
    """Nobody waits."""


def told(items: Iterable[Item], report: Report, step: str) -> Iterator[Item]:
    """The items one by one; after each portion it is told how many there were."""
    for number, item in enumerate(items):
        if not number % PORTION:
            report(step, number)
        yield item
