"""Reading: the figures of 1 MB of prose found, and taken apart."""

import re
from decimal import Decimal, InvalidOperation
from functools import cache

from benchmarks.measuring.registry import LeftOut, Target, Work, row
from benchmarks.measuring.site import Site
from programs.models import Source
from projects.reading.figures import FigureError, parse
from projects.reading.phrases import find

GROUP = "Reading"
MUCH = 333_000  # characters of Chinese, three bytes each
DIGITS = re.compile("[0-9.]+")
PASSED, TURNED = (
    "1 MB of prose: runs of digits by one pattern",
    "its figures: the digits as numbers",
)


@cache
def prose() -> str:
    """The texts of documents until there are enough, the same ones again if they are few."""
    texts = Source.objects.exclude(text="").order_by("pk").values_list("text", flat=True)
    whole = "".join(texts[:1000])
    if not whole:
        raise LeftOut("no document has a text")
    return (whole * (MUCH // len(whole) + 1))[:MUCH]


@cache
def figures() -> list[str]:
    return [phrase.printed for phrase in find(prose()) if phrase.kind == "figure"]


@row(GROUP, PASSED)
def passed(site: Site) -> Work:
    text = prose()
    return lambda: DIGITS.findall(text) and len(text)


@row(GROUP, TURNED)
def turned(site: Site) -> Work:
    printed = figures()

    def turn() -> int:
        for words in printed:
            try:
                Decimal(DIGITS.findall(words)[0])
            except (IndexError, InvalidOperation):
                continue
        return len(printed)

    return turn


# Before figures were read whole (5百多万人, 1亿2000万元): 23 times the limit to find, 50 to read.


@row(GROUP, "1 MB of prose: phrases found", limit=PASSED, target=Target(times=23))
def found(site: Site) -> Work:
    text = prose()
    return lambda: find(text) and len(text)


@row(GROUP, "its figures: read", limit=TURNED, target=Target(times=50))
def read(site: Site) -> Work:
    printed = figures()

    def ask() -> int:
        parse.cache_clear()
        for words in printed:
            try:
                parse(words)
            except FigureError:
                continue
        return len(printed)

    return ask
