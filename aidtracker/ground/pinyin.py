"""Pinyin of names, for sorting, addresses and searching by initials."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict

# 尉 is wèi in most words; the county is Yùlí.
load_phrases_dict({"尉犁": [["yù"], ["lí"]], "尉犁县": [["yù"], ["lí"], ["xiàn"]]})

# How a character is read depends on its neighbours, but never across Latin letters and digits.
RUNS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")


def spoken_parts(text: str) -> str:
    """Latin words and numbers as they are, everything else without its punctuation."""
    return re.sub(r"[^\w]|_", " ", text)


def read(text: str, style: Style) -> Iterator[str]:
    """The syllables of a name, each as `style` says; Latin words and numbers as they are."""
    for run in RUNS.findall(spoken_parts(text)):
        yield from run.split() if run.isascii() else read_run(run, style)


# Names of a ledger differ in numbers more than in words: 卫星工厂 01, 卫星工厂 02.
@lru_cache(maxsize=65_536)
def read_run(run: str, style: Style) -> tuple[str, ...]:
    return tuple(part for word in lazy_pinyin(run, style=style) for part in word.split())


# As many names as one file brings in: each stands in an address and in what is searched.
@lru_cache(maxsize=32_768)
def syllables(text: str) -> tuple[str, ...]:
    """The syllables of a name without tones: 阿克苏市 → ('a', 'ke', 'su', 'shi')."""
    return tuple(read(text, Style.NORMAL))


def initials(text: str) -> str:
    """The first letters of the syllables: 阿克苏市 → akss."""
    return "".join(read(text, Style.FIRST_LETTER))
