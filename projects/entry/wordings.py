"""What the words before a figure say of its nature and of how it is counted up: proposals only.

The nearest words decide. What was done is none of a plan's: 计划内已完成 says nothing of a plan.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from projects.models import Metric, Observation

REACH = 120  # characters before a figure in which its words are looked for
SENTENCE_END = re.compile(r"[。！？；\n]")
Nature, Accumulation = Observation.Nature, Observation.Accumulation
PAUSE = re.compile(r"[，,：:]")
# Words that say of what comes next that it is not there yet; names (15115计划，) say nothing.
NATURES = (
    (Nature.PLAN, r"(?<!按)(?:计划|规划|拟)(?![的内外书》”数(（，,、]|生育|单列)"),
    (Nature.TARGET, r"力争|争取|目标(?:是|为|达)|将(?:达|超|增|实现|建成|突破)"),
    (Nature.AGREEMENT, r"(?:协议|签约)(?:总?(?:投资|资金|金额|额))"),
    (Nature.ESTIMATE, r"预计|预期|有望|估计|估算"),
)
# A year to come is one for the whole sentence, the other words for what stands right behind them.
BY_YEAR = re.compile(r"到(?P<year>20\d\d)年")
DONE = re.compile(r"已|实际|累计")
TO_COME = (Nature.PLAN, Nature.TARGET, Nature.ESTIMATE)
# Of words that end together the last rule decides.
ACCUMULATIONS = (
    (Accumulation.PERIOD, r"今年|当年|本年|全年|上半年|下半年|本月|当月"),
    (Accumulation.CUMULATIVE, r"累计|以来|至今"),
    (Accumulation.POINT, r"现有|[年月][底末]|截至[^，,。]{0,12}"),
    (Accumulation.POINT, r"(?:增加|增长|增|提高|上升|扩大|发展|减少|下降|降)[到至]"),
)
# These speak of what comes right behind them: no more once a figure, or a pause, has come.
SPENT = {"累计": re.compile(r"\d[^，,、]*[，,、]"), "现有": PAUSE}
# What has a length in time does not come to be a stock by growing: 年销售额增加到.
OF_A_TIME = re.compile(r"[额值入量].*[到至]$")
RATE = re.compile(r"[%％‰]|个?百分点|[倍成]$")
RANK = re.compile(r"第[0-9一二三四五六七八九十]+[位名]?$")


@dataclass(frozen=True)
class Said:
    """A value that words speak for."""

    value: str
    words: str


def before(text: str, start: int) -> str:
    """The words of the sentence before a figure."""
    part = text[max(0, start - REACH) : start]
    ends = [match.end() for match in SENTENCE_END.finditer(part)]
    return part[ends[-1] :] if ends else part


def said_before(text: str, start: int, end: int, source: Any) -> dict[str, Said]:
    """What the words say of the figure at a place: {name of a field: Said}; what they do not, is
    left out."""
    words, printed = before(text, start), text[start:end]
    found = {}
    if nature := nearest(natures(words, source.published_on[:4])):
        found["nature"] = nature
    if RATE.search(printed):
        found["accumulation"] = Said(Accumulation.RATE, RATE.search(printed)[0])
    elif RANK.search(printed):
        found["accumulation"] = Said(Accumulation.RANK, printed)
    elif counted := nearest(matches(ACCUMULATIONS, words)):
        found["accumulation"] = counted
    return found


def matches(rules: Any, words: str) -> Iterator[tuple[int, Said, re.Match]]:
    for value, pattern in rules:
        for match in re.finditer(pattern, words):
            spent = SPENT.get(match[0])
            is_spent = spent is not None and spent.search(words, match.end())
            if not is_spent and not OF_A_TIME.search(words[: match.end()]):
                yield match.end(), Said(value, match[0]), match


def natures(words: str, published: str) -> Iterator[tuple[int, Said, re.Match]]:
    """The words of what is to come that nothing behind them takes back."""
    pauses = [match.end() for match in PAUSE.finditer(words)]
    clause = pauses[-1] if pauses else 0
    for at, said, match in matches(NATURES, words):
        if match.start() >= clause and not DONE.search(words, at):
            yield at, said, match
    for match in BY_YEAR.finditer(words):
        if published and match["year"] > published and not DONE.search(words, match.end()):
            yield match.end(), Said(Nature.TARGET, match[0]), match


def nearest(found: Iterable[tuple[int, Said, re.Match]]) -> Said | None:
    ranked = sorted(found, key=lambda one: one[0])
    return ranked[-1][1] if ranked else None


def doubts(said: dict[str, Said], nature: str, accumulation: str, metric: Metric) -> Iterator[str]:
    """What is probably wrong with a figure as it is about to be stored, each in a sentence."""
    spoken = said.get("nature")
    if spoken and spoken.value in TO_COME and nature == Nature.ACTUAL:
        label = Nature(spoken.value).label
        yield f"原文写“{spoken.words}”，像是{label}，性质却是“{Nature.ACTUAL.label}”。"
    kinds = {Metric.Kind.RATIO: Accumulation.RATE, Metric.Kind.RANK: Accumulation.RANK}
    wanted = Accumulation.RATE if RATE.search(metric.unit) else kinds.get(metric.kind)
    chosen = Accumulation(accumulation).label if accumulation else ""
    if wanted and chosen and accumulation != wanted:
        yield f"“{metric}”是{metric.get_kind_display()}，累计方式却是“{chosen}”。"
    elif not wanted and accumulation in kinds.values():
        yield f"“{metric}”不是{chosen}，累计方式却是“{chosen}”。"
