"""The sentences in which the check of a printed rate says what was computed from what."""

from decimal import Decimal

from aidtracker.templatetags.formatting import period
from projects.checks.words import amount_writer, span_words
from projects.reading.intervals import Interval


def heading(rate):
    return f"{rate.series.name}（{period(rate)}）"


def timeless(rate, reason):
    """Why the two sides of a rate cannot even be named."""
    return f"{heading(rate)}：原文{rate.printed}；{reason}，无从核对。"


def over_the_whole(rate):
    """Why a share cannot be as printed, whatever its two sides are."""
    return f"{heading(rate)}：原文{rate.printed}；部分不会大于整体，占比不可能这样高。"


def compared(computation, holds):
    """892.18万÷600万以上 → 增长不超过48.7%，原文76.8%"""
    rate, top, bottom = computation.rate, computation.top, computation.bottom
    derived = derived_words(computation, holds)
    words = f"{heading(rate)}：{top.words}÷{bottom.words} → {derived}，原文{rate.printed}"
    if not holds:
        return f"{words}{notes(computation)}。"
    return f"{words}{condition(computation)}。"


def inconclusive(computation):
    """Both sides are known, and yet any rate would fit them."""
    rate, top, bottom = computation.rate, computation.top, computation.bottom
    return (
        f"{heading(rate)}：{top.words}÷{bottom.words}，原文{rate.printed}；"
        "两个数的范围太宽或除数可能为零，推不出比率，要有更确切的数。"
    )


def derived_words(computation, holds):
    """What the sides give: one number if both are exact, else the interval."""
    law, metric = computation.law, computation.rate.metric
    write = amount_writer(metric.unit, places(computation.rate))
    span = span_words(computation.derived, write, law.offset * computation.factor)
    middle = computation.middle
    if middle is None:
        return f"{law.verb}{span}"
    verb = law.opposite if middle < 0 else law.verb
    number = write(abs(middle))
    is_as_printed = computation.printed.intersects(Interval.exactly(middle))
    if holds and not is_as_printed:
        return f"{verb}{number}（按印出的位数为{span}）"
    return f"{verb}{number}"


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
    text = f"{heading(rate)}：{top.words}÷{bottom.words}，原文{rate.printed}；没有{words}的数"
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
