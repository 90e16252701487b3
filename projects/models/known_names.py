"""Names with numerals in them, such as 15115计划 and 十城百店: they hold digits, not figures."""

import hashlib
import re
from collections.abc import Iterable
from itertools import chain

from django.core.cache import caches
from django.db.models import Q

from aidtracker.ground.records import Record
from aidtracker.ground.search import any_of, normal
from projects.reading import phrases
from projects.reading.phrase_patterns import RANKED, WORDING
from projects.reading.phrases import Coverage, Phrase

NUMERAL = "[0-9０-９一二三四五六七八九十百千万]"
# Of so many numbers the database looks for the names; of more, it gives all names.
FEW_NUMBERS = 40
DAY = 24 * 3600

Places = Iterable[tuple[int, int]]


def coverage(text: str, recorded: Places, skipped: Places) -> Coverage:
    """What became of the figures of a text; a number in a name is none that waits."""
    found = phrases.coverage(figures_in(text), recorded, skipped)
    return phrases.without_names(found, text, names_with(numbers_in(text, found.open)))


def figures_in(text: str) -> list[Phrase]:
    """The figures of a text, which are found once for the same words and the same patterns."""
    digest = hashlib.sha256(f"{WORDING}{RANKED.pattern}{text}".encode()).hexdigest()
    places = caches["default"].get(f"figures-in:{digest}")
    if places is None:
        found = (one for one in phrases.find(text) if one.kind == "figure")
        places = [(one.start, one.end, one.shared) for one in found]
        caches["default"].set(f"figures-in:{digest}", places, DAY)
    return [Phrase(start, end, text[start:end], "figure", shared) for start, end, shared in places]


def numbers_in(text: str, found: Iterable[Phrase]) -> set[str]:
    """The numerals of phrases, each with a neighbour: a name that holds one goes on beside it."""
    words = set()
    for one in found:
        for number in re.finditer(f"{NUMERAL}+", one.text):
            start, end = one.start + number.start(), one.start + number.end()
            words |= {text[start - 1 : end] if start else "", text[start : end + 1]}
    return {normal(word).strip() for word in words if len(word.strip()) > 1}


def names_with(numbers: set[str]) -> list[str]:
    """The names and aliases of all records that hold one of some numbers: one query, or none."""
    if not numbers:
        return []
    rule = Q(search_text__regex=NUMERAL)
    if len(numbers) <= FEW_NUMBERS:
        rule = any_of(*(Q(search_text__may_hold=number) for number in numbers))
        rule &= any_of(*(Q(search_text__has=number) for number in numbers))
    queries = [
        model.objects.filter(rule).order_by().values_list("name", "aliases")
        for model in Record.__subclasses__()
    ]
    rows = queries[0].union(*queries[1:], all=True)
    return list(chain.from_iterable([name, *aliases] for name, aliases in rows))
