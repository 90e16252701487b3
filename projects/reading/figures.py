"""The figure as printed → what it says: value, the interval its words allow, hedge and unit.

`超过30 亿元` says at least 3,000,000,000 元; `475余人` says 475 to 476 人. Nothing is smoothed:
the hedge stays as the qualifier, and the printed precision stays as the bounds. A figure is read
whole or not at all. What an editor supplies from the words around it stands in 〔〕: of
`3.1、3.5、4.2亿元` the first is `3.1〔亿元〕`.
"""

import re
from dataclasses import astuple, dataclass, replace
from decimal import Decimal
from functools import lru_cache

from aidtracker.ground import units
from aidtracker.ground.numerals import SCALE, SCALES, Number, read_number, read_numeral
from projects.reading.alternatives import any_of
from projects.reading.bounds import STEP, VAGUE_HIGH, VAGUE_LOW, check_fits, interval, outward
from projects.reading.hedges import ANY_BEFORE, Qualifier, strip_hedges, strongest
from projects.reading.spellings import normalise

MAX_LENGTH = 40
BARE_SCALES = "百千万亿"  # 近亿元 is 1亿, but 亿元 alone lacks its number
BOTH_WAYS, VOLTAGE = "±", "电压"
TENTH = Decimal(10)  # 六成 is 6 × 10 %


class FigureError(ValueError):
    """A figure that cannot be read; the message is a Chinese sentence with examples."""

    def __init__(self, printed, reason):
        super().__init__(
            f"看不懂数字“{printed[:MAX_LENGTH]}”：{reason}。"
            "可以写成“9.11亿元”“超过30亿元”“475余人”“1—2万名”“近六成”这样。"
        )


class UnitError(ValueError):
    """A figure in a unit that cannot stand for the one asked for; the message says what to do."""


@dataclass(frozen=True)
class Figure:
    """What a printed figure says, in the base unit (亿元 → 元); None is unknown or unbounded."""

    printed: str
    value: Decimal | None
    value_high: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    qualifier: Qualifier
    unit: str
    scale: Decimal

    @property
    def meaning(self):
        """All that is said, however it was spelled."""
        return astuple(self)[1:7]

    def fits(self, unit: str) -> bool:
        """Whether it can stand for a metric counted in `unit`, a base unit."""
        return units.fits(self.unit, unit, is_scaled=self.scale > 1)

    def in_unit(self, unit: str) -> "Figure":
        """The same figure in another base unit: 4.32万亩 in 公顷; bounds are rounded outward.

        UnitError if it does not fit, or lacks a unit where one is needed.
        """
        if not self.fits(unit):
            raise UnitError(self._misfit(unit))
        factor = units.ratio(self.unit, unit) if self.unit else 1
        if factor == 1:
            return self
        lower, upper = outward(_times(self.lower, factor), _times(self.upper, factor))
        value, high = (_times(number, factor) for number in (self.value, self.value_high))
        for number in (value, high, upper):
            if number is not None:
                check_fits(number.quantize(STEP))
        return replace(
            self,
            value=value and value.quantize(STEP),
            value_high=high and high.quantize(STEP),
            lower=lower,
            upper=upper,
            unit=unit,
        )

    def _misfit(self, unit):
        if not self.unit:
            return (
                f"“{self.printed}”没有写明单位，不能当作{unit}；原文在别处说了单位的，"
                f"写在〔〕里，如“{self.printed}〔{unit}〕”。"
            )
        return f"“{self.printed}”的单位与指标单位“{unit}”不符，请核对指标或原文。"


def _times(number, factor):
    if number is None:
        return None
    return number * factor.numerator / factor.denominator


# A unit is whatever words follow, as long as no number or hedge hides in them.
_KNOWN = any_of(units.KNOWN)
_NO_UNIT = (
    "[〇零一二两三四五六七八九十百千万亿几半数多余第近约逾超至到"
    "不止还概内外等左右弱许整达破未足共比占上下起]"
)
_WORD = f"(?:(?:{_KNOWN})|(?!{_NO_UNIT})[一-鿿℃°²³（）])"
_TOTAL = "(?:1?0*(?:百万|百|千(?![瓦克米卡])|万|亿)|十万)"
_BELOW = f"(?:[/每·](?:{_TOTAL}{_WORD}{{0,2}}|{_WORD}+|（{_WORD}+·{_WORD}+）|[dhs](?![A-Za-z])))"
_UNIT = f"(?:/{_TOTAL}|(?:(?:{_KNOWN})|{_WORD}{{1,8}})(?:（{_WORD}{{1,2}}）)?{_BELOW}*)"
_TAIL = re.compile(
    f"(?P<and>个半)?(?P<scale>(?:(?<=半){SCALE})?)(?P<unit>(?:{_UNIT})?)(?P<half>半?)"
)
_HALF = re.compile(
    f"半(?P<of>个(?=[多余百千万亿]))?(?P<m1>[多余]?)(?P<scale>(?:{SCALE})?)(?P<m2>(?:[多余](?=.))?)"
)
# Words before a figure that leave it as it is.
_LED = re.compile("^(?:已经?|首次?|再次?|累计|总计|合计|共计?有?|仅有?|只有)")
# What became of it is said by the metric (降幅, 增长率), not by the figure.
_CHANGE = re.compile(
    "^(?:同比|环比|比上年|较上年)?"
    "(增长|增加|增幅|提高|提升|上升|上涨|扩大|下降|降低|减少|下跌|回落|缩小|收窄|降幅)了?(?=.)"
)
# 负增长近5%, 约负增长5%: the words between speak of its size.
_SHRANK = re.compile(f"^((?:{ANY_BEFORE})?)负增长[了为]?(?=.)(.*)$")
_BETWEEN = re.compile("(?:之间|不等)$")
_LATE = re.compile("[多余]")
_TO = re.compile("[—至到]")
_VAGUE = re.compile(
    rf"(好?几|数)((?:[十百万亿]|千(?!瓦)){{0,4}})(?:个(?=[万亿]))?([万亿]?)[多余]?((?:{_UNIT})?)"
)


@dataclass(frozen=True)
class Amount:
    """One number with its unit as it stands in a figure: 40多亿元, 两年半, 零下20℃."""

    number: Number
    unit: str
    is_half: bool = False
    is_more: bool = False
    is_late_more: bool = False
    is_about: bool = False
    is_negative: bool = False
    is_in_full: bool = False

    @property
    def value(self):
        return -self.number.value if self.is_negative else self.number.value

    @property
    def is_plain(self):
        """Whether it is a whole number without hedges."""
        is_hedged = self.is_half or self.is_more or self.is_about
        return not is_hedged and not self.number.places

    def in_base_unit(self):
        """成 is ten per cent; every other unit stays as printed."""
        if self.unit != "成":
            return self
        return replace(self, number=self.number.scaled(TENTH), unit="%")


def _read_amount(text, start):
    """The amount that begins at `start`, in one unit or two, and where it ends; None if none does.

    1小时20分钟 and 2年零3个月 are read in the lesser of their units.
    """
    found = _read_one(text, start)
    if not found or found[1] == len(text):
        return found
    rest = _read_one(text, found[1] + text.startswith("零", found[1]))
    if not rest:
        return found
    (amount, _), (lesser, end) = found, rest
    factor = units.ratio(amount.unit, lesser.unit) if amount.unit and lesser.unit else None
    if not factor or factor <= 1 or factor.denominator > 1:
        return found
    if not amount.is_plain or lesser.number.value >= factor:
        raise ValueError("两个单位的数连不起来")
    number = lesser.number
    whole = amount.number.value * factor.numerator + number.value
    joined = Number(whole, number.places)
    return replace(lesser, number=joined, is_negative=amount.is_negative), end


def _read_one(text, start):
    """The amount in one unit that begins at `start` and where it ends; None if none does."""
    is_negative = text.startswith("负", start)
    start += is_negative
    found = (_half if text.startswith("半", start) else _plain)(text, start)
    if found and is_negative:
        return replace(found[0], is_negative=True), found[1]
    return found


def _plain(text, start):
    numeral = read_numeral(text, start)
    if numeral is None:
        return None
    tail = _TAIL.match(text, numeral.end)
    unit, end = tail["unit"], tail.end()
    if tail["scale"]:
        number = _and_a_half(numeral.number, "个")
        return Amount(replace(number, places=1).scaled(SCALES[tail["scale"]]), unit), end
    if tail["and"] or tail["half"]:
        unit = f"个{unit}" if tail["and"] else unit
        return Amount(_and_a_half(numeral.number, unit), unit, True), end
    late = numeral.late
    if numeral.counted and numeral.number.scale == 1:
        unit = units.counted(unit)
    more = numeral.more
    if not more and (match := _LATE.match(text, end)) and end + 1 == len(text):
        more, late, end = True, True, match.end()
    return Amount(numeral.number, unit, False, more, late, numeral.about), end


def _half(text, start):
    """半个月 is half of one, 半亿元 and 半个亿 half of 亿, 半个多月 more than half of one."""
    match = _HALF.match(text, start)
    scale, more, counted = match["scale"], bool(match["m1"] or match["m2"]), match["of"]
    tail = _TAIL.match(text, match.end())
    if scale:
        number = Number(Decimal("0.5"), 1, SCALES[scale])
        return Amount(number, tail["unit"], is_more=more), tail.end()
    unit = units.counted(tail["unit"]) if counted else tail["unit"]
    return Amount(_and_a_half(Number(Decimal(0)), unit), unit, True, more), tail.end()


def _and_a_half(number, unit):
    if not unit or number.places or number.scale != 1:
        raise ValueError("“半”前面应是整数，并且要有单位")
    return Number(number.mantissa + Decimal("0.5"), 1)


@lru_cache(maxsize=1 << 12)  # 2家 stands in every document
def parse(printed: str) -> Figure:
    """What the printed figure says → `Figure`, amounts in the base unit.

    FigureError if it cannot be read whole, has more than 18 digits, or needs more than three
    decimals or 10¹⁵ of the base unit.
    """
    printed = printed.strip()
    try:
        return _read(printed)
    except ValueError as error:
        raise FigureError(printed, error) from error


def _read(printed):
    if not 0 < len(printed) <= MAX_LENGTH:
        raise ValueError(f"应有1到{MAX_LENGTH}个字")
    if shrank := _SHRANK.match("".join(printed.split())):
        return _shrunk(printed, f"{shrank[1]}{shrank[2]}")
    return _read_size(printed, normalise(printed))


def _read_size(printed, text):
    """What words say of which a sign is the only thing that can put them below zero."""
    led = _LED.match(text)
    core, hedges, is_led_in = strip_hedges(text[led.end() :] if led else text)
    vague = core.startswith(("几", "好几", "数")) and _VAGUE.fullmatch(core)
    if vague and hedges <= {Qualifier.ABOUT, Qualifier.MORE}:
        return _vague(printed, *vague.groups())
    if core.startswith(BOTH_WAYS):
        return _both_ways(printed, core, hedges)
    between = _BETWEEN.search(core)
    amounts = _amounts(core[: between.start()] if between else core)
    if between and len(amounts) == 1:
        raise ValueError(f"只有一个数，不能说“{between.group()}”")
    if len(amounts) == 2:
        return _range(printed, *amounts, hedges)
    is_hedged = bool(hedges) or is_led_in or amounts[0].is_more or amounts[0].is_about
    if core[0] in BARE_SCALES and not is_hedged and core[1:2] not in ("%", "‰"):
        raise ValueError("前面缺少数字")
    if text.startswith("共") or printed.endswith("整"):
        amounts = [replace(amounts[0], is_in_full=True)]
    return _single(printed, amounts[0], hedges)


def _shrunk(printed, core):
    """A growth below zero, of whose size the words speak: 负增长超过5% is at most -5 %."""
    size = _read_size(core, normalise(core))
    if size.lower is None or size.lower < 0:
        raise ValueError("“负增长”后面不能再有负号")
    ends = [number and -number for number in (size.value, size.value_high)]
    low, high = ends if ends[1] is None else reversed(ends)
    lower = None if size.upper is None else -size.upper
    bounds = {"lower": lower, "upper": -size.lower}
    return replace(size, printed=printed, value=low, value_high=high, **bounds)


def _amounts(core):
    """The amount that the words are, or the two of a range; ValueError if anything is left."""
    if change := _CHANGE.match(core):
        raise ValueError(
            f"“{change[1]}”说的是变化的方向，不是数字的一部分；请只填后面的数字，"
            "升降由指标（增长率、降幅、增加额、减少额）说明"
        )
    low = _read_amount(core, 0)
    if low and low[1] == len(core):
        return [low[0]]
    high = low and _TO.match(core, low[1]) and _read_amount(core, low[1] + 1)
    if not high or high[1] != len(core):
        raise ValueError("数字或单位的写法不认识")
    return [low[0], high[0]]


def _single(printed, amount, hedges):
    if Qualifier.MORE in hedges:
        amount = replace(amount, is_late_more=True)
    hedges = hedges | _hedges_within(amount)
    amount = amount.in_base_unit()
    qualifier = strongest(hedges)
    bounds = interval(amount, qualifier)
    return _figure(printed, (amount, None), qualifier, bounds)


def _hedges_within(*amounts):
    hedges = {Qualifier.MORE for amount in amounts if amount.is_more}
    return hedges | {Qualifier.ABOUT for amount in amounts if amount.is_about}


def _range(printed, low, high, hedges):
    """The hedge of a range holds for both ends: 约1—2万 is 0.9 to 2.2万."""
    low, high = _same_unit(low, high)
    if low.is_negative and high.is_negative and low.value > high.value:
        low, high = high, low  # 零下15至20℃
    if low.value >= high.value:
        raise ValueError("范围的前一个数应小于后一个数")
    hedge = strongest(hedges | _hedges_within(low, high))
    bounds = (low.value, high.value)
    if hedge != Qualifier.EXACT:
        bounds = (interval(low, hedge)[0], interval(high, hedge)[1])
    return _figure(printed, (low, high), Qualifier.RANGE, bounds)


def _same_unit(low, high):
    """A unit or scale word printed once belongs to both ends, unless the order forbids it."""
    if not high.unit:
        high = replace(high, unit=low.unit)
    if low.unit and high.unit.startswith(f"{low.unit}/"):  # 20元至30元/公斤
        low = replace(low, unit=high.unit)
    if low.unit not in ("", high.unit):
        raise ValueError("范围两端的单位不一致")
    scale = high.number.scale
    if low.number.scale == 1 and low.number.scaled(scale).value < high.value and not low.unit:
        low = replace(low, number=low.number.scaled(scale))
    return replace(low, unit=high.unit).in_base_unit(), high.in_base_unit()


def _both_ways(printed, core, hedges):
    """±5% is from -5 % to 5 %, but ±800千伏 the voltage of a line: 800 千伏."""
    amounts = _amounts(core[1:])
    if len(amounts) == 2:
        raise ValueError("“±”后面应是一个数")
    [amount] = amounts
    if units.unit_of(amount.unit).dimension == VOLTAGE:
        return _single(printed, amount, hedges)
    if hedges - {Qualifier.UNDER}:
        raise ValueError("“±”已经说了范围，不能再说“超过、约”一类")
    return _range(printed, replace(amount, is_negative=True), amount, frozenset())


def _vague(printed, word, power, more_power, unit):
    power += more_power
    if not power and (not unit or (word == "数" and unit not in ("倍", "番"))):
        raise ValueError("没有写出数字")
    number = read_number(power) if power else Number(Decimal(1))
    amount = Amount(number, unit).in_base_unit()
    bounds = (amount.value * VAGUE_LOW, amount.value * VAGUE_HIGH)
    figure = _figure(printed, (amount, None), Qualifier.ABOUT, bounds)
    return replace(figure, value=None)


def _figure(printed, amounts, qualifier, bounds):
    low, high = amounts
    lower, upper = outward(*bounds)
    for number in (low.value, high and high.value, upper):
        if number is not None:
            check_fits(number)
    return Figure(
        printed=printed,
        value=low.value.quantize(STEP),
        value_high=high and high.value.quantize(STEP),
        lower=lower,
        upper=upper,
        qualifier=qualifier,
        unit=low.unit,
        scale=(high or low).number.scale,
    )
