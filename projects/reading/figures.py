"""The figure as printed → what it says: value, the interval its words allow, hedge and unit.

`超过30 亿元` says at least 3,000,000,000 元; `475余人` says 475 to 476 人. Nothing is smoothed:
the hedge stays as the qualifier, and the printed precision stays as the bounds.
"""

import re
from dataclasses import astuple, dataclass, replace
from decimal import Decimal

from projects.reading.bounds import STEP, VAGUE_HIGH, VAGUE_LOW, check_fits, interval, outward
from projects.reading.hedges import Qualifier, strip_hedges, strongest
from projects.reading.numerals import NUMBER, SCALE, Number, read_number
from projects.reading.spellings import normalise

MAX_LENGTH = 40
BARE_SCALES = "百千万亿"  # 近亿元 is 1亿, but 亿元 alone lacks its number
TENTH = Decimal(10)  # 六成 is 6 × 10 %


class FigureError(ValueError):
    """A figure that cannot be read; the message is a Chinese sentence with examples."""

    def __init__(self, printed, reason):
        super().__init__(
            f"看不懂数字“{printed[:MAX_LENGTH]}”：{reason}。"
            "可以写成“9.11亿元”“超过30亿元”“475余人”“1—2万名”“近六成”这样。"
        )


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


# A unit is whatever words follow, as long as no number or hedge hides in them.
_UNIT = "(?:(?![〇零一二两三四五六七八九十几半多余第近约逾超至到])[一-鿿%‰℃²³/]|km|kWh|MW|kg){1,8}"
_AMOUNT = rf"(半|{NUMBER})([多余几]?)((?:{SCALE})?)([多余]?)((?:个半)?(?:{_UNIT})?)(半?)"
_SINGLE = re.compile(_AMOUNT)
_RANGE = re.compile(f"{_AMOUNT}[—至到]{_AMOUNT}")
_VAGUE = re.compile(rf"(好?几|数)((?:[十百万亿]|千(?!瓦)){{0,4}})[多余]?((?:{_UNIT})?)")


@dataclass(frozen=True)
class Amount:
    """One number with its unit as it stands in a figure: 40多亿元, 两年半."""

    number: Number
    unit: str
    is_half: bool = False
    is_more: bool = False
    is_late_more: bool = False

    @property
    def value(self):
        return self.number.value

    @classmethod
    def read(cls, groups):
        """From the groups of `_AMOUNT`; ValueError if they make no number."""
        digits, more, scale, late_more, unit, half = groups
        is_half = bool(half) or digits == "半" or unit.startswith("个半")
        if unit.startswith("个半"):
            unit = "个" + unit[2:]
        number = Number(Decimal(0)) if digits == "半" else read_number(digits, scale)
        if is_half:
            if not unit or number.places or number.scale != 1:
                raise ValueError("“半”前面应是整数，并且要有单位")
            number = Number(number.mantissa + Decimal("0.5"), 1)
        return cls(number, unit, is_half, is_more=bool(more or late_more))

    def in_base_unit(self):
        """成 is ten per cent."""
        if self.unit != "成":
            return self
        return replace(self, number=self.number.scaled(TENTH), unit="%")


def parse(printed):
    """What the printed figure says → `Figure`, amounts in the base unit.

    FigureError if it cannot be read, is negative, has more than 15 digits, or
    needs more than three decimals or 10¹² of the base unit.
    """
    printed = printed.strip()
    try:
        return _read(printed)
    except ValueError as error:
        raise FigureError(printed, error) from error


def _read(printed):
    if not 0 < len(printed) <= MAX_LENGTH:
        raise ValueError(f"应有1到{MAX_LENGTH}个字")
    core, hedges = strip_hedges(normalise(printed))
    if match := _SINGLE.fullmatch(core):
        if core[0] in BARE_SCALES and not (hedges or match.group(2)) and core[1:2] != "%":
            raise ValueError("前面缺少数字")
        return _single(printed, Amount.read(match.groups()), hedges)
    if match := _RANGE.fullmatch(core):
        groups = match.groups()
        return _range(printed, Amount.read(groups[:6]), Amount.read(groups[6:]), hedges)
    if (match := _VAGUE.fullmatch(core)) and hedges <= {Qualifier.ABOUT, Qualifier.MORE}:
        return _vague(printed, *match.groups())
    raise ValueError("数字或单位的写法不认识")


def _single(printed, amount, hedges):
    if Qualifier.MORE in hedges:
        amount = replace(amount, is_late_more=True)
    if amount.is_more:
        hedges = hedges | {Qualifier.MORE}
    amount = amount.in_base_unit()
    qualifier = strongest(hedges)
    bounds = interval(amount, qualifier)
    return _figure(printed, (amount, None), qualifier, bounds)


def _range(printed, low, high, hedges):
    """The hedge of a range holds for both ends: 约1—2万 is 0.9 to 2.2万."""
    low, high = _same_unit(low, high)
    if low.value >= high.value:
        raise ValueError("范围的前一个数应小于后一个数")
    if low.is_more or high.is_more:
        hedges = hedges | {Qualifier.MORE}
    hedge = strongest(hedges)
    bounds = (low.value, high.value)
    if hedge != Qualifier.EXACT:
        bounds = (interval(low, hedge)[0], interval(high, hedge)[1])
    return _figure(printed, (low, high), Qualifier.RANGE, bounds)


def _same_unit(low, high):
    """A unit or scale word printed once belongs to both ends, unless the order forbids it."""
    if low.unit not in ("", high.unit):
        raise ValueError("范围两端的单位不一致")
    scale = high.number.scale
    if low.number.scale == 1 and low.number.scaled(scale).value < high.value and not low.unit:
        low = replace(low, number=low.number.scaled(scale))
    return replace(low, unit=high.unit).in_base_unit(), high.in_base_unit()


def _vague(printed, word, power, unit):
    if not power and (word == "数" or not unit):
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
