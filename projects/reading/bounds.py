"""The interval that the printed words allow, and the constants the rules rest on."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from aidtracker.ground import units
from projects.reading.hedges import Qualifier
from projects.reading.intervals import Interval

# The rules of interpretation; the page that explains the method shows these.
NEARLY = Decimal("0.9")  # 近 x is between 0.9 x and x
ABOUT = Decimal("0.1")  # 约 x is x ± 10 %
PRECISION = Decimal("0.5")  # 9.11亿 is right to half a unit of its last printed digit
ROUND_ZEROS = 3  # 43000 is as round as 4.3万: right to half of its last digit that is not zero
# Newspapers are freer: within these a figure is worth a look, but contradicts nothing.
NEARLY_LOOSELY = Decimal("0.8")
ABOUT_LOOSELY = Decimal("0.2")
VAGUE_LOW, VAGUE_HIGH = 2, 10  # 几十 is between 2 × 10 and 10 × 10
TENTH = Decimal(10)  # 三分之二多 reaches ten percentage points further
FRACTION_PLACES = 3  # a fraction in per cent: 66.667
# 10年多 is less than 11 years, while 10多年 may be 19.
WHOLE_STEP = frozenset({"月数", "天数", "钟点", "年龄", "翻番", "倍数"})

STEP = Decimal("0.001")
LIMIT = Decimal(10) ** 15


def interval(amount, qualifier):
    """What one `Amount` with its hedge allows → (lower, upper), None if unbounded.

    Of a number below zero the words speak of its size: 近-5% is between -5 % and -4.5 %.
    """
    lower, upper = _of_size(amount, qualifier)
    if not amount.is_negative:
        return lower, upper
    return None if upper is None else -upper, -lower


def _of_size(amount, qualifier):
    value = amount.number.value
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


def allowed(lower: Decimal | None, upper: Decimal | None, unit: str, is_rate: bool) -> Interval:
    """What stored bounds allow of a number in a unit: what is measured, not counted one by one, is
    without decimals right to half a unit."""
    is_measured = is_rate or not units.is_counted(unit)
    if is_measured and lower and lower == upper:
        return Interval(lower - PRECISION, lower + PRECISION)
    return Interval(lower, upper)


def loosely(strict: Interval, value: Decimal | None, qualifier: str) -> Interval:
    """What a hedged number may stand for at most, as newspapers write: 近 from 0.8, 约 ± 20 %, and
    余 up to the step above: 475余 to 480, 600余, which is no more exact, two steps, to 800."""
    if value is None or not value:
        return strict
    if value < 0:
        return -loosely(-strict, -value, qualifier)
    wide = strict
    if qualifier == Qualifier.NEARLY:
        wide = Interval(value * NEARLY_LOOSELY, value)
    elif qualifier == Qualifier.ABOUT:
        wide = Interval(value * (1 - ABOUT_LOOSELY), value * (1 + ABOUT_LOOSELY))
    elif qualifier == Qualifier.MORE:
        digits, step = value.normalize().as_tuple()[1:]
        above = Decimal(1).scaleb(step + 1)
        is_round = len(digits) == 1
        end = value + 2 * above / 10 if is_round else (value // above + 1) * above
        wide = Interval(value, end)
    return strict.hull(wide)


def outward(lower, upper):
    """Rounded to three decimals so that nothing allowed is lost."""
    if lower is not None:
        lower = lower.quantize(STEP, ROUND_FLOOR)
    return lower, upper if upper is None else upper.quantize(STEP, ROUND_CEILING)


def check_fits(number):
    """ValueError unless the number can be stored with 15 digits before its point and 3 behind."""
    if abs(number) >= LIMIT:
        raise ValueError("数值达到一千万亿，超出可以记录的范围")
    if number != number.quantize(STEP):
        raise ValueError("换算成基本单位后小数多于三位")


def _margin(amount):
    number = amount.number
    if amount.is_half:
        return Decimal(0)
    if number.scale == 1 and not number.places and not units.is_rate(amount.unit):
        is_exact = amount.is_in_full and units.is_counted(amount.unit)
        return Decimal(0) if is_exact else _round_margin(number.mantissa)
    return number.scale * PRECISION.scaleb(-number.places)


def _round_margin(mantissa):
    """Half a unit of the last digit that is not zero, if three zeros or more follow it."""
    zeros = mantissa.normalize().as_tuple().exponent if mantissa else 0
    return PRECISION.scaleb(zeros) if zeros >= ROUND_ZEROS else Decimal(0)


def _next_step(amount):
    """Up to where 多 and 余 reach: one unit of the last digit that is not zero."""
    value = amount.number.value
    if not value:
        raise ValueError("0 不能带“多”或“余”")
    if amount.is_half:
        return Decimal("0.5") * amount.number.scale
    if amount.unit == "%" and amount.number.places == FRACTION_PLACES:
        return TENTH
    step = Decimal(1).scaleb(value.normalize().as_tuple().exponent)
    is_whole_step = amount.is_late_more and units.unit_of(amount.unit).dimension in WHOLE_STEP
    return min(step, Decimal(1)) if is_whole_step else step
