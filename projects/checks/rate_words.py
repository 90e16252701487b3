"""The sentences in which the check of a printed rate says what was computed from what."""

from decimal import Decimal

from aidtracker.templatetags.formatting import period
from projects.checks.verdicts import shortened
from projects.checks.words import amount_writer, inferred, span_words
from projects.models.finding_kinds import Result
from projects.reading.intervals import Interval

FALL_WORDS = ("降", "减", "跌", "落", "缩", "窄")
FALLS = {"decline": "下降", "decrease": "减少"}  # what a metric's figures are called that count so


def as_printed(rate):
    """A rate as printed; what a metric counts as a decline is called one: 下降20%."""
    fall = FALLS.get(rate.metric.formula, "")
    is_called = not fall or any(word in rate.printed for word in FALL_WORDS)
    is_below = rate.value is not None and rate.value < 0
    return rate.printed if is_called or is_below else f"{fall}{rate.printed}"


def heading(rate):
    return f"{rate.series.name}（{inferred(period(rate), rate)}）"


def timeless(rate, reason):
    """Why the two sides of a rate cannot even be named."""
    return f"{heading(rate)}：原文{as_printed(rate)}；{reason}，无从核对。"


def over_the_whole(rate):
    """Why a share cannot be as printed, whatever its two sides are."""
    reason = "部分不会大于整体，占比不可能这样高"
    return f"{heading(rate)}：原文{as_printed(rate)}；{reason}；要相符，须不超过整体。"


def formula(computation):
    """What is computed from what: 892.18万÷600万以上; a side whose time was inferred says so."""
    return computation.law.operator.join(map(side_words, (computation.top, computation.bottom)))


def side_words(side):
    is_inferred = any(figure.is_period_inferred for figure in side.figures)
    return f"{side.words}（{side.time}，推断）" if is_inferred else side.words


def other_prices(computation, reason):
    """The sides, and why they do not give the rate."""
    rate = computation.rate
    return (
        f"{heading(rate)}：{formula(computation)}，原文{as_printed(rate)}；{reason}，不能互相推算。"
    )


def rate_title(rate, computation, result):
    """Place, metric and period, the rate as printed and, where it was computed, what comes out."""
    words = f"{heading(rate)}：原文{as_printed(rate)}"
    is_compared = computation and result not in (Result.UNCHECKED,)
    if is_compared:
        words += f"，推算{derived_words(computation, holds=False)}"
    return shortened(words)


def compared(computation, holds, remark=""):
    """892.18万÷600万以上 → 增长不超过48.7%，原文76.8%"""
    rate = computation.rate
    derived = derived_words(computation, holds)
    yearly = f"，{computation.years}年平均" if computation.years > 1 else ""
    words = f"{heading(rate)}：{formula(computation)}{yearly} → {derived}，原文{as_printed(rate)}"
    if not holds:
        return f"{words}{notes(computation)}{remark}；{requirement(computation)}。"
    return f"{words}{condition(computation)}。"


def inconclusive(computation):
    """Both sides are known, and yet any rate would fit them."""
    rate = computation.rate
    return (
        f"{heading(rate)}：{formula(computation)}，原文{as_printed(rate)}；"
        "两个数的范围太宽或除数可能为零，推不出比率，要有更确切的数。"
    )


def derived_words(computation, holds):
    """What the sides give: one number if both are exact, else the interval."""
    law, metric = computation.law, computation.rate.metric
    write = amount_writer(metric.unit, places(computation.rate))
    middle = computation.middle
    if middle is None:
        return change_words(computation.derived, write, law, computation.factor)
    verb = law.opposite if middle < 0 else law.verb
    number = write(abs(middle))
    is_as_printed = computation.printed.intersects(Interval.exactly(middle))
    if holds and not is_as_printed:
        span = change_words(computation.derived, write, law, computation.factor, bare=verb)
        return f"{verb}{number}（按印出的位数为{span}）"
    return f"{verb}{number}"


def change_words(span, write, law, factor, bare=""):
    """A change between two ends, each called what it is: 下降2%至增长3%, 下降不低于5%.

    The word `bare` is not said again.
    """
    low, high = span.ends
    if not law.opposite or low >= 0:
        verb = "" if law.verb == bare else law.verb
        return f"{verb}{span_words(span, write, law.offset * factor)}"
    if high <= 0:
        verb = "" if law.opposite == bare else law.opposite
        return f"{verb}{span_words(-span, write, Decimal(0))}"
    least = None if low.is_infinite() or low <= law.offset * factor < 0 else -low
    falls = f"{law.opposite}不超过{write(least)}" if least is not None else ""
    rises = f"{law.verb}不超过{write(high)}" if not high.is_infinite() else ""
    return "，".join(filter(None, (falls, rises))) or "任何数"


def requirement(computation):
    """What would make a rate true that does not follow: 要增长76.8%，2018年须约504.6万人次."""
    rate = computation.rate
    sides = ((False, computation.bottom), (True, computation.top))
    needs = [
        f"{side.time}{other_name(computation, side)}须{needed_words(computation, is_top)}"
        for is_top, side in sides
        if is_possible(computation, is_top)
    ]
    if not needs:
        return f"要相符，原文须{derived_words(computation, holds=False)}"
    return f"要{change_as_printed(rate, computation.law)}，{'，或'.join(needs)}"


def change_as_printed(rate, law):
    """What a rate says that happened: 增长76.8%, 下降3.2% for a growth of -3.2%."""
    if law.opposite and rate.value is not None and rate.value < 0:
        write = amount_writer(rate.metric.unit, places(rate))
        return f"{law.opposite}{write(-rate.value)}"
    verb = "" if rate.printed.startswith(law.verb) else law.verb
    return f"{verb or '是'}{rate.printed}"


def other_name(computation, side):
    """The name of a side, where the two sides are not the same thing at two times."""
    is_same = computation.top.name == computation.bottom.name
    return "" if is_same and computation.top.time != computation.bottom.time else f" {side.name} "


def is_possible(computation, is_top):
    """Whether some side would make the rate true."""
    interval, _ = computation.needed(is_top)
    return interval.is_known and interval.ends[1] > 0


def condition(computation):
    """What a side without an end would have to be for the rate to be just as printed."""
    words = ""
    for is_top, side in ((True, computation.top), (False, computation.bottom)):
        other = computation.bottom if is_top else computation.top
        if side.is_open and other.is_bounded:
            words += f"；相符要求{side.name}（{side.time}）{needed_words(computation, is_top)}"
    return words


def notes(computation):
    """What was noted of the figures of the two sides: 一处称总消费，一处称总收入."""
    sides = (*computation.top.figures, *computation.bottom.figures)
    return "".join(
        f"；{figure.printed}：{figure.note.rstrip('。')}" for figure in sides if figure.note
    )


def unchecked(computation):
    """What is missing, and what it would have to be."""
    rate, top, bottom = computation.rate, computation.top, computation.bottom
    missing = [side for side in (top, bottom) if side.interval is None]
    words = "和".join(f"{side.name}（{side.time}）" for side in missing)
    text = f"{heading(rate)}：{formula(computation)}，原文{as_printed(rate)}；没有{words}的数"
    if len(missing) == 2:
        return f"{text}，无从核对。"
    needed = needed_words(computation, is_top=missing[0] is top)
    return f"{text}，要相符须{needed}。"


def needed_words(computation, is_top):
    """约57.07亿元（57.07亿元至63.42亿元）"""
    interval, middle = computation.needed(is_top)
    side = computation.top if is_top else computation.bottom
    write = amount_writer(side.metric.unit)
    span = span_words(interval, write, Decimal(0))
    if middle is None:
        return f"是{span}"
    number = f"约{write(middle)}"
    return number if span == write(middle) else f"{number}（{span}）"


def places(rate):
    """Decimals of a rate as printed."""
    if rate.value is None:
        return 0
    return max(-rate.value.normalize().as_tuple().exponent, 0)
