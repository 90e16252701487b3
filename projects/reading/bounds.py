"""The interval that the printed words allow, and the constants the rules rest on."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from projects.reading.hedges import Qualifier

# The rules of interpretation; the page that explains the method shows these.
NEARLY = Decimal("0.9")  # 近 x is between 0.9 x and x
ABOUT = Decimal("0.1")  # 约 x is x ± 10 %
PRECISION = Decimal("0.5")  # 9.11亿 is right to half a unit of its last printed digit
VAGUE_LOW, VAGUE_HIGH = 2, 10  # 几十 is between 2 × 10 and 10 × 10
# A rate is measured, so 50 % has a printed precision; 600 家 were counted one by one.
RATE_UNITS = ("%", "‰", "倍", "个百分点", "百分点")
# 10年多 is less than 11 years, while 10多年 may be 19.
WHOLE_STEP_UNITS = ("年", "个月", "月", "天", "日", "周", "小时", "个小时", "分钟", "岁", "倍")

STEP = Decimal("0.001")
LIMIT = Decimal(10) ** 12


def interval(amount, qualifier):
    """What one `Amount` with its hedge allows → (lower, upper), upper None if unbounded."""
    value = amount.value
    match qualifier:
        case Qualifier.OVER:
            return value, None
        case Qualifier.UNDER:
            return Decimal(0), value
        case Qualifier.MORE:
            return value, value + _next_step(amount)
        case Qualifier.NEARLY:
            return value * NEARLY, value
        case Qualifier.ABOUT:
            return value * (1 - ABOUT), value * (1 + ABOUT)
    margin = _margin(amount)
    return max(value - margin, Decimal(0)), value + margin


def outward(lower, upper):
    """Rounded to three decimals so that nothing allowed is lost."""
    if upper is not None:
        upper = upper.quantize(STEP, ROUND_CEILING)
    return lower.quantize(STEP, ROUND_FLOOR), upper


def check_fits(number):
    """ValueError unless the number can be stored as Decimal(15, 3)."""
    if number >= LIMIT:
        raise ValueError("数值达到一万亿，超出可以记录的范围")
    if number != number.quantize(STEP):
        raise ValueError("换算成基本单位后小数多于三位")


def _margin(amount):
    number = amount.number
    if amount.is_half:
        return Decimal(0)
    if number.scale == 1 and not number.places and amount.unit not in RATE_UNITS:
        return Decimal(0)
    return number.scale * PRECISION.scaleb(-number.places)


def _next_step(amount):
    """Up to where 多 and 余 reach: one unit of the last digit that is not zero."""
    if not amount.value:
        raise ValueError("0 不能带“多”或“余”")
    if amount.is_half:
        return Decimal("0.5") * amount.number.scale
    step = Decimal(1).scaleb(amount.value.normalize().as_tuple().exponent)
    is_whole_step = amount.is_late_more and amount.unit in WHOLE_STEP_UNITS
    return min(step, Decimal(1)) if is_whole_step else step
