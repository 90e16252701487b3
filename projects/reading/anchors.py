"""Where a figure's words stand, kept so that a change is noticed and a new text can be searched.

An anchor is three short hashes, of the words and of the few characters before and behind them, the
place, and which text that is (Web Annotation's TextQuoteSelector and TextPositionSelector, without
the quotation).
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from projects.reading.hedges import ANY_BEFORE
from projects.reading.phrase_patterns import NUMERAL, cuts_number, whole_number

NEAR = 12  # characters in which a figure is said to have risen or fallen
# 下降约3.2%, but 下降到3.2% names what it is now.
_HEDGED = f"(?:幅度为?)?了?(?:(?:{ANY_BEFORE})[有占为了值]?)?$"
FELL = re.compile(f"(?:下降|降低|减少|下滑|下跌|回落|缩减|萎缩|降幅为?|负增长为?){_HEDGED}")
ROSE = re.compile(f"(?<!负)(?:增长|增加|提高|提升|上升|上涨|增幅为?){_HEDGED}")
AROUND = 6  # characters before and behind the words
LENGTH = 10  # hexadecimal digits of each hash
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACE = re.compile(r"\s+")
_DOUBTFUL = re.compile(
    f"(?<={NUMERAL})(?={NUMERAL})|(?<=[0-9][.,])(?=[0-9])|(?<=[0-9])(?=[.,][0-9])"
)
SUPPLIED = re.compile("〔[^〕]*〕")
_SCALE = re.compile("[十百千万亿]")


def plain_words(text: str) -> str:
    """Words without what printing changes: blanks, line breaks, full width."""
    return _SPACE.sub("", text).translate(_WIDE)


def printed_words(printed: str) -> str:
    """A printed figure without what an editor supplied in 〔〕."""
    return SUPPLIED.sub("", printed)


def claimed_words(printed: str) -> str:
    """The words that a printed figure says stand at its place."""
    return plain_words(printed_words(printed))


def stands_at(text: str, start: int, end: int, printed: str) -> bool:
    """Whether `text[start:end]` says the same as `printed`."""
    return end <= len(text) and plain_words(text[start:end]) == claimed_words(printed)


def cut_out_of(text: str, start: int, end: int, printed: str) -> str:
    """The longer number that the words at a place are a part of (21家, of which 1家); else empty.

    A scale word that stands right behind and was supplied in 〔〕 is not cut off.
    """
    supplied = "".join(SUPPLIED.findall(printed)).strip("〔〕")
    reach = end + len(supplied) if text.startswith(supplied, end) else end
    place = whole_number(text, start, reach)
    return "" if place == (start, reach) else text[slice(*place)]


def wrongly_supplied(text: str, printed: str) -> str:
    """What is wrong with what an editor supplied in 〔〕; empty if nothing is: it stands behind the
    words, and one with a scale word (亿元), which multiplies, stands in the text itself."""
    for found in SUPPLIED.finditer(printed):
        if found.end() < len(printed):
            return "〔〕里补的单位只能写在最后；原文中间没有的字不能补进去。"
        supplied = found[0].strip("〔〕")
        if _SCALE.search(supplied) and plain_words(supplied) not in plain_words(text):
            return f"原文里没有〔〕里补的“{supplied}”。"
    return ""


def direction_before(text: str, start: int) -> int:
    """What a text says right before a figure became of what it counts: 1 it rose, -1 it fell, 0 if
    it says neither (下降到 names what it is now)."""
    said = plain_words(text[max(0, start - NEAR) : start])
    return -1 if FELL.search(said) else 1 if ROSE.search(said) else 0


def anchor(text: str, start: int, end: int, sha256: str = "") -> str:
    """The anchor of `text[start:end]`: 30 hexadecimal digits, the place, the text's checksum.

    Whoever anchors many figures of one text gives its `sha256`.
    """
    return f"{_hashes(text, start, end)}@{start}-{end}#{sha256[:LENGTH] or _hash(text)}"


def without_sides(printed: str, start: int, end: int) -> str:
    """The anchor of a figure of which only its words and its place in a text unseen are known."""
    return f"{_hash(claimed_words(printed))}{'-' * 2 * LENGTH}@{start}-{end}#"


def has_words(kept: str, printed: str) -> bool:
    """Whether a kept anchor is of the words that a printed figure claims."""
    return kept[:LENGTH] == _hash(claimed_words(printed))


def is_at(kept: str, start: int, end: int, sha256: str) -> bool:
    """Whether a kept anchor is of this place in the text with this checksum."""
    return kept[3 * LENGTH :] == f"@{start}-{end}#{sha256[:LENGTH]}"


def find_again(text: str, kept: str, printed: str, near: int) -> tuple[int, int] | None:
    """Where the words of a kept anchor stand in another version of their text; None if in doubt.

    A place counts if both sides are as they were, or one of them at a single place that is no part
    of a longer number (1家 in 21家).
    """
    places = _places(text, claimed_words(printed))
    likeness = {place: _likeness(_hashes(text, *place), kept) for place in places}
    both = [place for place, sides in likeness.items() if sides == 2]
    if both:
        return min(both, key=lambda place: abs(place[0] - near))
    one = [place for place, sides in likeness.items() if sides == 1]
    return one[0] if len(one) == 1 and not _parts_a_number(text, *one[0]) else None


def whole_places(text: str, printed: str) -> Iterator[tuple[int, int]]:
    """All places at which a text says a printed figure, not only a part of a longer number."""
    for place in _places(text, claimed_words(printed)):
        if not cut_out_of(text, *place, printed):
            yield place


def _places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """All places of some words, whatever blanks and widths they are printed in."""
    whole, origin = _without_blanks(text)
    at = whole.find(words)
    while words and at >= 0:
        yield origin[at], origin[at + len(words) - 1] + 1
        at = whole.find(words, at + 1)


def _parts_a_number(text: str, start: int, end: int) -> bool:
    """Whether a place may begin or end within a number, whatever its blanks: 2| 1家, 十|1家."""
    whole, origin = _without_blanks(text)
    ends = bisect_left(origin, start), bisect_left(origin, end)
    return any(cuts_number(whole, at) or _DOUBTFUL.match(whole, at) for at in ends)


@lru_cache(maxsize=1)  # the figures of one text are looked for one after the other
def _without_blanks(text: str) -> tuple[str, list[int]]:
    """A text as `plain_words` has it, and where each of its characters stands."""
    origin = [position for position, character in enumerate(text) if not character.isspace()]
    return plain_words(text), origin


def _likeness(one: str, other: str) -> int:
    return sum(one[at : at + LENGTH] == other[at : at + LENGTH] for at in (LENGTH, 2 * LENGTH))


def _hashes(text: str, start: int, end: int) -> str:
    """Of the words, and of what stands before and behind them."""
    before, behind = _around(text, start, end)
    return _hash(plain_words(text[start:end])) + _hash(before) + _hash(behind)


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """The characters on both sides, blanks not counted."""
    reach = 4 * AROUND
    before = plain_words(text[max(0, start - reach) : start])[-AROUND:]
    return before, plain_words(text[end : end + reach])[:AROUND]


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:LENGTH]
