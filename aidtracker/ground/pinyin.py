"""Pinyin of names, for sorting, addresses and searching by initials."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict

# 尉 is wèi in most words; the county is Yùlí.
load_phrases_dict({"尉犁": [["yù"], ["lí"]], "尉犁县": [["yù"], ["lí"], ["xiàn"]]})


def spoken_parts(text):
    """Latin words and numbers as they are, everything else without its punctuation."""
    return re.sub(r"[^\w]|_", " ", text)


# As many names as one file brings in: each stands in an address and in what is searched.
@lru_cache(maxsize=32_768)
def syllables(text):
    """The syllables of a name without tones: 阿克苏市 → ('a', 'ke', 'su', 'shi')."""
    spoken = spoken_parts(text)
    if spoken.isascii():
        return tuple(spoken.split())
    return tuple(part for word in lazy_pinyin(spoken) for part in word.split())


def initials(text):
    """The first letters of the syllables: 阿克苏市 → akss."""
    spoken = spoken_parts(text)
    letters = [spoken] if spoken.isascii() else lazy_pinyin(spoken, style=Style.FIRST_LETTER)
    return "".join("".join(letters).split())
