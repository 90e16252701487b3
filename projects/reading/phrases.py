"""Every numeric phrase of a text: which are figures to record, which are dates, names, ordinals.

Precision first for Chinese numerals, which are half of all idioms: they count only with a
hedge, a measuring classifier or both. Digits always belong to some phrase.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import NamedTuple

from projects.reading.phrase_patterns import (
    KIND_OF,
    NAMED_MONEY,
    RANKED,
    cuts_number,
    has_numeral,
    pattern,
)

# 3.1、3.5、4.2亿元: numbers without scale or unit before one that has them
_LISTED = re.compile("[、，,和及与]")
_BARE_NUMBER = re.compile(r"[0-9０-９]+(?:[.．][0-9０-９]+)?")
_HEAD = re.compile(r"[^0-9０-９]*[0-9０-９]+(?:[,，.．][0-9０-９]+)*\s*")


class Phrase(NamedTuple):
    """`text[start:end]` and what it is: figure, date, name or ordinal.

    `shared` is the scale and unit that the last number of a list lends to the others.
    """

    start: int
    end: int
    text: str
    kind: str
    shared: str = ""

    @property
    def printed(self):
        """The figure as it is recorded: what it takes from words further on stands in 〔〕."""
        return f"{self.text}〔{self.shared}〕" if self.shared else self.text


@dataclass(frozen=True)
class Coverage:
    """The figures of a text by what became of them."""

    recorded: list[Phrase]
    skipped: list[Phrase]
    open: list[Phrase]


def find(text, names=()):
    """All numeric phrases of `text`, in order, none overlapping.

    `names` are names and aliases of records; those with a numeral in them (15115计划,
    十城百店) come first, the longer before the shorter. Time grows with the text.
    """
    phrases, position = [], 0
    for start, end in _name_spans(text, names):
        phrases += _scan(text, position, start)
        phrases.append(Phrase(start, end, text[start:end], "name"))
        position = end
    return _with_shared(text, phrases + _scan(text, position, len(text)))


def _with_shared(text, phrases):
    """Each bare number of a list with what the one behind it says for both."""
    shared = ""
    for index in range(len(phrases) - 2, -1, -1):
        phrase, follower = phrases[index], phrases[index + 1]
        shared = shared if follower.shared else _HEAD.sub("", follower.text, count=1)
        is_listed = (
            phrase.kind == follower.kind == "figure"
            and _LISTED.fullmatch(text, phrase.end, follower.start)
            and _BARE_NUMBER.fullmatch(phrase.text)
        )
        if is_listed and shared:
            phrases[index] = phrase._replace(shared=shared)
    return phrases


def coverage(phrases, recorded_spans, skipped_spans):
    """Sort the figures among `phrases` by the (start, end) spans that overlap them → `Coverage`.

    A figure that was both recorded and skipped counts as recorded.
    """
    result = Coverage([], [], [])
    recorded, skipped = _joined(recorded_spans), _joined(skipped_spans)
    for phrase in phrases:
        if phrase.kind != "figure":
            continue
        if _overlaps(phrase, recorded):
            result.recorded.append(phrase)
        elif _overlaps(phrase, skipped):
            result.skipped.append(phrase)
        else:
            result.open.append(phrase)
    return result


def without_names(found, text, names):
    """The same `Coverage` without open figures that belong to a name, as `find` knows them."""
    spans = _joined(_name_spans(text, names))
    return replace(found, open=[one for one in found.open if not _overlaps(one, spans)])


def _name_spans(text, names):
    """Where names stand; of two that overlap the longer one, then the earlier one."""
    found = sorted(_places(text, names), key=lambda place: (place[0] - place[1], place[0]))
    taken = bytearray(len(text))
    spans = []
    for start, end in found:
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            spans.append((start, end))
    return sorted(spans)


def _places(text, names):
    """Where names stand, but not as a part of a longer number (一师 in 第十一师).

    The text is gone through once, however many names there are.
    """
    numeric = {name for name in names if has_numeral(name)}
    lengths = {}  # of the names that begin with a character
    for name in numeric:
        lengths.setdefault(name[0], set()).add(len(name))
    if not lengths:
        return
    for match in re.finditer(f"[{re.escape(''.join(lengths))}]", text):
        start = match.start()
        for length in lengths[match.group()]:
            word = text[start : start + length]
            end = start + len(word)
            if word in numeric and not (cuts_number(text, start) or cuts_number(text, end)):
                yield start, end


def _scan(text, start, end):
    phrases = []
    for match in pattern().finditer(text, start, end):
        group = match.lastgroup
        kind = KIND_OF[group]
        if kind == "rank" or (kind == "ordinal" and _is_rank(text, match)):
            kind = "figure"
        first, last = match.span(group)
        if kind == "figure" and text.startswith(NAMED_MONEY, first - len(NAMED_MONEY), first):
            first -= len(NAMED_MONEY)
        phrases.append(Phrase(first, last, text[first:last], kind))
    return phrases


def _is_rank(text, match):
    """第三 after 位居全疆 or 排名 measures something; 第三 before a noun only counts on."""
    return bool(RANKED.search(text, max(0, match.start() - 12), match.start()))


def _joined(spans):
    """Overlapping spans joined, as two sorted lists of starts and ends."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _overlaps(phrase, joined):
    starts, ends = joined
    last = bisect_left(starts, phrase.end) - 1
    return last >= 0 and ends[last] > phrase.start
