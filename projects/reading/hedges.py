"""The words around a number that say how exactly it is meant, in one table: 超过, 近, 约 … 余."""

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
    Qualifier.OVER: (
        "超过 超出 首破 突破 冲破 高于 多于 大于 不低于 不少于 不小于 不下于 不下 不止 至少 最低"
        " 最少 起码 逾 超 破 跨过 迈过 越过"
    ),
    Qualifier.UNDER: (
        "不超过 未超过 不高于 不多于 不大于 不足 不到 未到 未满 不满 少于 低于 小于 至多 最多 最高"
    ),
    Qualifier.NEARLY: "将近 接近 逼近 直逼 几乎 几近 近",
    Qualifier.ABOUT: "大约 大概 大致 差不多 约莫 约",
}
AFTER = {
    Qualifier.OVER: "（含）以上 (含)以上 及以上 以上 开外 出头 往上",
    Qualifier.UNDER: "（含）以下 (含)以下 及以下 以下 以内 之内",
    Qualifier.ABOUT: "左右 上下",
    Qualifier.MORE: "有余 多 余",
}
PLAIN_BEFORE = "达到 高达 多达 达"  # these say nothing about exactness
PLAIN_AFTER = "大关 关口 之多"
# 约有300家, 约占30%, 最高达10万元
VERB = "(?:[有占为到了]|达到?)?"
# 上千, 过万: only before a bare scale word, for 上 and 过 mean much else.
_BARE_SCALE_HEDGE = re.compile("[上过](?=[百千万亿])")
# 500元起: 起 behind a number alone counts (3起案件).
FROM = "(?<=[元吨亩岁%])起"


def _lookup(table, plain):
    words = {word: qualifier for qualifier, text in table.items() for word in text.split()}
    words |= dict.fromkeys(plain.split())
    return words, "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_BEFORE, ANY_BEFORE = _lookup(BEFORE, PLAIN_BEFORE)
_AFTER, ANY_AFTER = _lookup(AFTER, PLAIN_AFTER)
_BEFORE_PATTERN = re.compile(f"({ANY_BEFORE}){VERB}")
_AFTER_PATTERN = re.compile(f"({ANY_AFTER}|{FROM})$")


def strip_hedges(text):
    """超过30亿元以上 → 30亿元, the set of qualifiers that stood around it, and whether any word
    stood before it at all (达百亿元)."""
    found = set()
    whole = text
    while match := _BEFORE_PATTERN.match(text):
        found.add(_BEFORE[match.group(1)])
        text = text[match.end() :]
    if match := _BARE_SCALE_HEDGE.match(text):
        found.add(Qualifier.OVER)
        text = text[match.end() :]
    is_led_in = len(text) < len(whole)
    while match := _AFTER_PATTERN.search(text):
        found.add(_AFTER.get(match.group(1), Qualifier.OVER))
        text = text[: match.start()]
    return text, found - {None}, is_led_in


def strongest(qualifiers):
    """The qualifier that is followed; ValueError if 超过 and 不足 contradict each other."""
    if {Qualifier.OVER, Qualifier.UNDER} <= qualifiers:
        raise ValueError("既说“超过”一类，又说“不足”一类，互相矛盾")
    return next((each for each in PRECEDENCE if each in qualifiers), Qualifier.EXACT)
