"""The words around a number that say how exactly it is meant, in one table: 超过, 近, 约 … 余."""

import re
from enum import StrEnum

from projects.reading.alternatives import any_of


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
        "超过 超出 首破 突破 冲破 高于 多于 大于 不低于 不少于 不能少于 不小于 不下于 不下 不止"
        " 远不止 远超 达到或超过 大于或等于 大于等于 ≥ > ＞"
        " 至少 最低 最少 最小 最短 起码 少说也 少说 逾 超 破 跨过 迈过 越过"
    ),
    Qualifier.UNDER: (
        "不超过 未超过 不高于 不多于 不大于 不足 不到 未到 未满 不满 未达到 未达 少于 低于 小于"
        " 小于或等于 小于等于 ≤ < ＜ 至多 最多 最高 最大 最长"
    ),
    Qualifier.NEARLY: "将近 接近 无限接近 逼近 直逼 临近 趋近 几乎 几近 近乎 快到 近",
    Qualifier.ABOUT: "大约 大概 大致 大体 差不多 约莫 约摸 约略 约 ≈",
}
AFTER = {
    Qualifier.OVER: "及以上 及其以上 或以上 以上 开外 出头 往上 起步 不止 挂零",
    Qualifier.UNDER: "及以下 及其以下 或以下 以下 以内 之内 封顶",
    Qualifier.ABOUT: "左右 上下",
    Qualifier.MORE: "有余 还多 多 余",
}
PLAIN_BEFORE = "达到 高达 多达 达 折合"  # these say nothing about exactness
PLAIN_AFTER = "大关 关口 之多"
# 约有300家, 约占30%, 最高可达10万元, 约折合3亿元
VERB = "(?:占到|[有占为了值]|[到在](?!(?:19|20)[0-9]{2}年)|可?达到?|折?合|需要?|计|共有?|相当于)?"
# 上千, 过万, 迈上千亿: only before a bare scale word, for 上 and 过 mean much else.
BEFORE_SCALE = "(?:[跃迈站登冲]?上|过|跨越|[迈跨]入)"
_BARE_SCALE_HEDGE = re.compile(f"{BEFORE_SCALE}(?=[百千万亿])")
# 500元起: 起 behind a number alone counts (3起案件).
FROM = "(?<=[元吨亩岁%人件])起"
# 以上 and 以下 may say what they include: （含）, （含100家）, （不含）
INCLUDED = "[（(]不?含[^（）()\n]{0,12}[）)]"
# 三分之一强 is a little more than a third, 三分之一弱 a little less.
_STRONG = {"强": Qualifier.MORE, "弱": Qualifier.NEARLY}


def _lookup(table, plain):
    words = {word: qualifier for qualifier, text in table.items() for word in text.split()}
    words |= dict.fromkeys(plain.split())
    return words, any_of(words)


_BEFORE, ANY_BEFORE = _lookup(BEFORE, PLAIN_BEFORE)
BEGINS = "".join(sorted({word[0] for word in _BEFORE}))
# What a sign may follow: 约-5%, 至少-3%; 多- is more often a range (20多-30家).
LEADS = "".join(sorted({word[-1] for word in _BEFORE} - {"多"}))
_AFTER, ANY_AFTER = _lookup(AFTER, PLAIN_AFTER)
_AFTER |= _STRONG
ENDS = frozenset(word[-1] for word in [*_AFTER, "起"])
_BEFORE_PATTERN = re.compile(f"({ANY_BEFORE}){VERB}")
_AFTER_PATTERN = re.compile(f"(?:{INCLUDED}(?=以))?({ANY_AFTER}|{FROM}|(?<=%)[强弱])$")


def words_for(qualifier: Qualifier) -> list[str]:
    """All words that say it, those before a number first: what the page on reading shows."""
    return [*BEFORE.get(qualifier, "").split(), *AFTER.get(qualifier, "").split()]


def strip_hedges(text):
    """超过30亿元以上 → 30亿元, the set of qualifiers that stood around it, and whether any word
    stood before it at all (达百亿元)."""
    found: set[Qualifier | None] = set()
    whole = text
    while text and text[0] in BEGINS and (match := _BEFORE_PATTERN.match(text)):
        found.add(_BEFORE[match.group(1)])
        text = text[match.end() :]
    if match := _BARE_SCALE_HEDGE.match(text):
        found.add(Qualifier.OVER)
        text = text[match.end() :]
    is_led_in = len(text) < len(whole)
    while text and text[-1] in ENDS and (match := _AFTER_PATTERN.search(text)):
        found.add(_AFTER.get(match.group(1), Qualifier.OVER))
        text = text[: match.start()]
    return text, found - {None}, is_led_in


def strongest(qualifiers):
    """The qualifier that is followed; ValueError if 超过 and 不足 contradict each other."""
    if {Qualifier.OVER, Qualifier.UNDER} <= qualifiers:
        raise ValueError("既说“超过”一类，又说“不足”一类，互相矛盾")
    return next((each for each in PRECEDENCE if each in qualifiers), Qualifier.EXACT)
