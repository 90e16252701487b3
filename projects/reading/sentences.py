"""The sentence that a figure stands in: what a reader or a reviewer needs to judge it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

REACH = 160  # characters looked through on either side; a longer sentence is cut there
_END = re.compile("[。！？!?；;\n\r]")
_PAUSE = re.compile("[,，、：:]")
NEAR = 30  # characters before the words where there is little room
CUT = "……"


@dataclass(frozen=True)
class Quote:
    """A figure's words with what its sentence says before and behind them."""

    before: str
    words: str
    behind: str

    @property
    def lead_in(self) -> str:
        """Of what stands before the words, the end, from the beginning of a clause if there is."""
        if len(self.before) <= NEAR:
            return self.before
        near = self.before[-NEAR:]
        clause = _PAUSE.search(near)
        return f"{CUT}{near[clause.end() :] if clause and clause.end() < NEAR else near}"


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """The place of the sentence, at most `REACH` characters beyond the words on either side."""
    ends = [match.end() for match in _END.finditer(text, max(0, start - REACH), start)]
    first = ends[-1] if ends else max(0, start - REACH)
    match = _END.search(text, end, min(len(text), end + REACH))
    last = match.end() if match else min(len(text), end + REACH)
    return first, last


def sentences_of(text: str, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places of the sentences that hold some words, in order; those that meet are joined."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(sentence_at(text, start, end) for start, end in places):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def quote(around: str, offset: int, length: int) -> Quote:
    """The sentence within a piece of a text in which the words begin at `offset`.

    The piece is cut out of the text with `REACH` characters and one more on either side.
    """
    end = offset + length
    first, last = sentence_at(around, offset, end)
    before = f"{CUT if offset - first >= REACH else ''}{around[first:offset].lstrip()}"
    behind = f"{around[end:last].rstrip()}{CUT if last - end >= REACH else ''}"
    return Quote(before, around[offset:end], behind)


def quote_at(text: str, start: int, end: int) -> Quote:
    """The words at a place of a text in their sentence."""
    first = max(0, start - REACH - 1)
    return quote(text[first : end + REACH + 1], start - first, end - start)
