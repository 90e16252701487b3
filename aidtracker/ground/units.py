"""Units of measure and counting words, in one table: what each measures, and how much of it.

Units of one dimension convert (亩, 公顷, 平方公里); counting words (个, 家, 座) measure nothing and
fit each other, but a head is no household: 人 and 户 fit only their own kind and 个.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache

from aidtracker.ground.numerals import SCALES


@dataclass(frozen=True)
class Unit:
    """A unit: `dimension` is what it measures (empty: things counted one by one), `factor` how
    many base units of that dimension it is."""

    dimension: str
    factor: Fraction


# dimension: words with their factors; words joined by = mean the same
_TABLE = """
人民币: 元=人民币=块=块钱=圆 1 角 1/10
美元: 美元=美金 1
欧元: 欧元 1
港元: 港元=港币 1
日元: 日元 1
英镑: 英镑 1
韩元: 韩元 1
澳元: 澳元 1
加元: 加元 1
瑞士法郎: 瑞士法郎 1
卢布: 卢布 1
坚戈: 坚戈 1
质量: 公斤=千克=kg=KG 1 吨=t 1000 斤=市斤 1/2 两 1/20 克=g 1/1000 公担 100 担 50
质量: 毫克=mg 1/1000000 微克=μg=ug 1/1000000000
面积: 平方米=平米=㎡=m²=m2 1 平方公里=平方千米=km²=㎢ 1000000 公顷=hm² 10000 亩 2000/3
体积: 立方米=立方=m³=㎥=m3 1 升=公升=L 1/1000 毫升=mL=ml 1/1000000
长度: 米=m 1 公里=千米=km 1000 里=华里 500 厘米=cm 1/100 毫米=mm 1/1000 微米=μm 1/1000000
功率: 千瓦=kW=KW=kWp 1 瓦=W=Wp 1/1000 兆瓦=MW=MWp 1000 吉瓦=GW=GWp 1000000
电量: 千瓦时=度=kWh=KWh=kW·h 1 瓦时=Wh 1/1000 兆瓦时=MWh 1000 吉瓦时=GWh 1000000
电压: 伏=V 1 千伏=kV=KV 1000
变电容量: 千伏安=kVA=KVA 1 兆伏安=MVA 1000 伏安 1/1000
热量: 千卡=大卡 1 卡 1/1000
能量: 焦 1 千焦 1000 兆焦 1000000
压强: 帕=Pa 1 千帕=kPa 1000 兆帕=MPa 1000000
频率: 赫=赫兹=Hz 1 千赫=千赫兹=kHz 1000 兆赫=兆赫兹=MHz 1000000 吉赫=GHz 1000000000
电荷量: 毫安时=mAh 1 安时 1000
数据量: GB 1 TB 1024 MB 1/1024
温度: ℃=摄氏度=°C 1
比率: %=个百分号 1/100 ‰ 1/1000 ‱ 1/10000 成 1/10
百分点: 个百分点=百分点 1
倍数: 倍 1
翻番: 番 1
月数: 个月=月 1 年=周年 12 季度=个季度 3
天数: 天=日 1 周=个星期=星期 7 个工作日=工作日 1
钟点: 小时=个小时=钟头=个钟头 1 刻钟 1/4 分钟 1/60 秒 1/3600
年龄: 岁=周岁 1
人次: 人次=人（次）=人·次 1
人天: 人天=人·天=人日 1
件数: 件 1
车次: 车次=辆次=台次 1
架次: 架次 1
箱量: 标准箱=标箱=TEU=个标准箱=个标箱 1
纱锭: 锭=纱锭 1
标准煤: 吨标准煤=吨标煤=吨煤 1
周转量: 吨公里=吨·公里 1
客运量: 人公里=人·公里 1
作业面积: 亩次 1
作业日: 工日 1
声级: 分贝=dB 1
带宽: Mbps 1 Gbps 1000
比例: 个基点=基点 1
"""
PEOPLE = frozenset(("人", "名", "位", "口", "人员", "职工", "干部人才"))
HOUSEHOLDS = frozenset(("户", "农户", "牧户", "农牧户", "住户"))
ANYTHING = "个"  # counts people, households and things alike
# Counting words of more than one character or with brackets, which are kept whole.
COUNTS = (
    "户次 人份 批次 场次 班次 头（只） 只（头） 农户 牧户 农牧户 个班 个村 个县 个市 个乡镇 课时"
    " 学时 张床位 床位 省市 省区市 县市 县区 乡镇 项次 起 标段"
)
COUNTED_ONE_BY_ONE = frozenset({"人次", "车次", "架次", "件数"})  # dimensions
# What else is counted, one by one.
THINGS = frozenset("个家座处所台套件只头条栋幢间项批期场班次辆株棵份颗床")
# Dimensions
CURRENCIES = frozenset(
    (
        *("人民币", "美元", "欧元", "港元", "日元", "英镑", "韩元", "澳元", "加元"),
        *("瑞士法郎", "卢布", "坚戈"),
    )
)
NEEDS_NO_UNIT = frozenset({"人民币"})  # 805.29亿 is money, when money is asked for
_PER = re.compile(r"[/／每]")
_TOTAL = re.compile(r"/?(?:(1?0*)(百|千(?![瓦克米卡])|万|百万|亿)|十万)")
_TOTALS = {"": 1, "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "亿": 10**8}


def _read_table(text):
    units, usual = {}, set()
    for line in text.strip().splitlines():
        dimension, _, entries = line.partition(": ")
        words = entries.split()
        for names, factor in zip(words[::2], words[1::2], strict=True):
            same = names.split("=")
            units |= dict.fromkeys(same, Unit(dimension, Fraction(factor)))
            usual.add(same[0])
    return units, usual


UNITS, _USUAL = _read_table(_TABLE)
RATES = frozenset({"比率", "百分点", "倍数"})  # measured, so that a whole number is rounded too
KNOWN = frozenset(UNITS) | frozenset(COUNTS.split())


@lru_cache(maxsize=1 << 12)
def unit_of(word: str) -> Unit:
    """What a unit measures. 元/人·天 is money per person and day; words not known count things."""
    if word in UNITS:
        return UNITS[word]
    if word.startswith("/"):
        return Unit("比率", Fraction(1, _total(_TOTAL.fullmatch(word))))
    upper, *lower = _PER.split(word, maxsplit=1)
    if not lower:
        return Unit("", Fraction(1))
    numerator, (below, divisor) = unit_of(upper), _product(lower[0])
    return Unit(f"{numerator.dimension or upper}/{below}", numerator.factor / divisor)


def _product(words: str) -> tuple[str, Fraction]:
    """人·天 → its dimension 人·天数 and its factor; a counting word is a dimension of its own.

    10万人 counts 人 by the hundred thousand.
    """
    names, factor = [], Fraction(1)
    if match := _TOTAL.match(words):
        factor, words = Fraction(_total(match)), words[match.end() :]
    for word in words.strip("（）").split("·"):
        unit = unit_of(word)
        names.append(unit.dimension or word)
        factor *= unit.factor
    return "·".join(names), factor


def _total(match: re.Match[str]) -> int:
    """How many 10万 are."""
    number, scale = match.groups()
    return 10**5 if scale is None else int(number or 1) * _TOTALS[scale]


@dataclass(frozen=True)
class Multiple:
    """So many of a unit: 万亩 is 10000 of 亩; 万 alone is 10000 of a unit not said."""

    times: int
    unit: str

    @property
    def dimension(self) -> str:
        """What it measures; empty for things counted one by one, and for no unit."""
        return unit_of(self.unit).dimension

    def in_terms_of(self, other: "Multiple") -> Fraction | None:
        """How many of `other` one of it is; None if they do not fit. No unit is the other's."""
        factor = ratio(self.unit, other.unit) if self.unit and other.unit else Fraction(1)
        if factor is None or (self.unit and not other.unit and self.dimension):
            return None
        return factor * self.times / other.times


@lru_cache(maxsize=1 << 12)
def multiple_of(words: str) -> Multiple | None:
    """What a column's or a cell's unit names, 万㎡, 百万元, 元/吨, however wide; None for none.

    Money by its sign or code, too: US$, 万€.
    """
    text = _SIGNS.sub(lambda one: SIGNS[one[0]], _folded(words))
    text = _SIGN_FIRST.sub(r"\2\1", _OF_CHINA.sub("", text) or text)
    if unit := _FOLDED.get(text):
        return Multiple(1, unit)
    for scale in _SCALES_BY_LENGTH:
        rest = text.removeprefix(scale)
        if rest != text and ((not rest and scale[-1] in "万亿") or rest in _FOLDED):
            return Multiple(int(SCALES[scale]), _FOLDED.get(rest, ""))
    upper, *lower = _PER.split(text, maxsplit=1)
    above = multiple_of(upper) if lower and lower[0] else None
    return (above and above.unit and Multiple(above.times, f"{above.unit}/{lower[0]}")) or None


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", "".join(words.split())).lower()


_FOLDED = {_folded(one): one for one in sorted(KNOWN | PEOPLE | HOUSEHOLDS | THINGS)}
_OF_CHINA = re.compile("人民币|rmb|cny")
# Other ways of writing money and scales, in columns and cells alone.
SIGNS = {
    **dict.fromkeys(("us$", "usd", "$"), "美元"),
    **dict.fromkeys(("hk$", "hkd"), "港元"),
    **dict.fromkeys(("€", "eur"), "欧元"),
    **dict.fromkeys(("£", "gbp"), "英镑"),
    **{"jpy": "日元", "億": "亿", "萬": "万", "圓": "元", "畝": "亩", "噸": "吨"},
}
_SIGNS = re.compile("|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True))))
_SIGN_FIRST = re.compile("^(美元|港元|欧元|英镑|日元)([百千万亿]+)$")
_SCALES_BY_LENGTH = sorted(filter(None, SCALES), key=len, reverse=True)

# What every known unit measures; all money is one, though it does not convert.
DIMENSIONS = {
    word: "" if not unit.dimension else "money" if unit.dimension in CURRENCIES else unit.dimension
    for word, unit in ((one, unit_of(one)) for one in _FOLDED.values())
}


def counted(word: str) -> str:
    """The unit when 个 stands before it: 月 → 个月, 百分点 → 个百分点, but 小时."""
    return f"个{word}" if f"个{word}" in _USUAL else word


def is_measure(word: str) -> bool:
    """Whether a unit measures (吨, %); counting words and no unit do not."""
    return bool(word) and bool(unit_of(word).dimension)


def is_rate(word: str) -> bool:
    """Whether a unit says how large something is compared with something else."""
    return unit_of(word).dimension in RATES


@cache
def is_counted(word: str) -> bool:
    """Whether things in this unit are counted one by one, so that a whole number can be exact."""
    dimension = unit_of(word).dimension
    return not dimension or dimension in COUNTED_ONE_BY_ONE


@lru_cache(maxsize=1 << 12)
def ratio(printed: str, wanted: str) -> Fraction | None:
    """How many of the `wanted` unit one of the `printed` unit is; None if they do not fit.

    Both are base units (元, not 万元) and not empty.
    """
    one, other = unit_of(printed), unit_of(wanted)
    if one.dimension != other.dimension:
        return None
    if one.dimension or _counts_alike(printed, wanted):
        return one.factor / other.factor
    return None


def _counts_alike(one: str, other: str) -> bool:
    """家 and 座 count alike; 人 counts nobody's houses."""
    if one == other or ANYTHING in (one, other):
        return True
    kinds = [next((k for k in (PEOPLE, HOUSEHOLDS) if word in k), None) for word in (one, other)]
    return kinds[0] is kinds[1]


def fits(printed: str, wanted: str, is_scaled: bool = True) -> bool:
    """Whether a figure in the `printed` unit can stand for a metric counted in the `wanted` one.

    Without a unit it fits what is counted, and an amount of money if it has a scale word
    (`is_scaled`: 805.29亿, but not 805).
    """
    if not printed:
        return not is_measure(wanted) or (is_scaled and unit_of(wanted).dimension in NEEDS_NO_UNIT)
    return ratio(printed, wanted) is not None
