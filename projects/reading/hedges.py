"""The words around a number that say how exactly it is meant: 超过, 近, 约 … 以上, 左右, 余."""

import re
from enum import StrEnum


class Qualifier(StrEnum):
    """How the printed words hedge the number."""

    EXACT = "exact"
    OVER = "over"
    MORE = "more"
    NEARLY = "nearly"
    ABOUT = "about"
    UNDER = "under"
    RANGE = "range"


# Of two hedges the one that allows more is followed: 近3万以上 is over, 约20余家 is more.
PRECEDENCE = (
    Qualifier.OVER,
    Qualifier.UNDER,
    Qualifier.MORE,
    Qualifier.ABOUT,
    Qualifier.NEARLY,
)
BEFORE = {
    Qualifier.OVER: "超过 超出 首破 突破 高于 多于 大于 不低于 不少于 不小于 至少 逾 超 破",
    Qualifier.UNDER: "不超过 不高于 不多于 不大于 不足 不到 未满 少于 低于 小于 至多 最多",
    Qualifier.NEARLY: "将近 接近 近",
    Qualifier.ABOUT: "大约 大概 约",
}
AFTER = {
    Qualifier.OVER: "以上",
    Qualifier.UNDER: "以下 以内 之内",
    Qualifier.ABOUT: "左右 上下",
    Qualifier.MORE: "有余 多 余",
}
PLAIN_BEFORE = "达到 高达 多达 达"  # these say nothing about exactness
PLAIN_AFTER = "大关 关口 之多"
# 上千, 过万: only before a bare scale word, for 上 and 过 mean much else.
_BARE_SCALE_HEDGE = re.compile("[上过](?=[百千万亿])")


def _lookup(table, plain):
    words = {word: qualifier for qualifier, text in table.items() for word in text.split()}
    words |= dict.fromkeys(plain.split())
    return words, "|".join(sorted(words, key=len, reverse=True))


_BEFORE, ANY_BEFORE = _lookup(BEFORE, PLAIN_BEFORE)
_AFTER, ANY_AFTER = _lookup(AFTER, PLAIN_AFTER)
_BEFORE_PATTERN = re.compile(f"({ANY_BEFORE})了?")
_AFTER_PATTERN = re.compile(f"({ANY_AFTER})$")


def strip_hedges(text):
    """超过30亿元以上 → 30亿元 and the set of qualifiers that stood around it."""
    found = set()
    while match := _BEFORE_PATTERN.match(text):
        found.add(_BEFORE[match.group(1)])
        text = text[match.end() :]
    if match := _BARE_SCALE_HEDGE.match(text):
        found.add(Qualifier.OVER)
        text = text[match.end() :]
    while match := _AFTER_PATTERN.search(text):
        found.add(_AFTER[match.group(1)])
        text = text[: match.start()]
    return text, found - {None}


def strongest(qualifiers):
    """The qualifier that is followed; ValueError if 超过 and 不足 contradict each other."""
    if {Qualifier.OVER, Qualifier.UNDER} <= qualifiers:
        raise ValueError("既说“超过”一类，又说“不足”一类，互相矛盾")
    return next((each for each in PRECEDENCE if each in qualifiers), Qualifier.EXACT)
