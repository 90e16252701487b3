"""Parts against wholes, and lower levels against the levels above them."""

from collections import defaultdict
from functools import reduce

from projects.checks.choosing import best
from projects.checks.verdicts import Verdict, names
from projects.checks.words import (
    allowed_words,
    amount_writer,
    figure_words,
    naming,
    span_words,
    time_words,
)
from projects.models.finding_kinds import PARTS, Result
from projects.reading.intervals import Interval

COUNTS = ("period", "cumulative", "point")
NOTHING = Interval.exactly(0)


def check_part(series, evidence):
    """A 其中 that is greater than what it is a part of."""
    whole = evidence.series.get(series.part_of)
    if whole is None or not series.is_additive or not whole.is_additive:
        return
    if whole.metric.unit != series.metric.unit:
        return
    for part, figure in comparable(series, whole, evidence):
        if part.interval.is_above(figure.interval):
            yield excess(part, figure, "高于它所属的整体", Result.CONTRADICTION)


def check_levels(series, evidence):
    """A city above its prefecture, a firm above the park it stands in: same metric and scope."""
    if not series.is_additive:
        return
    for thing in series.subjects:
        for upper, is_wholly_inside in evidence.above.get(thing, {}).items():
            subjects = series.subjects - {thing} | {upper}
            above = evidence.series_of(series.metric.pk, subjects, series.scope)
            if above is None or above is series or above.pk == series.part_of:
                continue
            yield from check_level(series, above, is_wholly_inside, evidence)


def check_level(series, above, is_wholly_inside, evidence):
    for low, high in comparable(series, above, evidence):
        if not low.interval.is_above(high.interval):
            continue
        if is_wholly_inside:
            yield excess(low, high, "高于它所在的上一级", Result.CONTRADICTION)
        else:
            words = "高于它所在的上一级，但它在别处也有场所"
            yield excess(low, high, words, Result.CANDIDATE)


def excess(low, high, relation, result):
    words = f"{naming(low)}至少{least(low)}，{relation}：{naming(high)}只有{allowed_words(high)}。"
    return Verdict(PARTS, result, names([low, high]), words, (low, high))


def least(figure):
    return amount_writer(figure.metric.unit)(figure.interval.lower)


def comparable(part, whole, evidence):
    """Figures of a part with those of a whole that count at least the same time."""
    wholes = defaultdict(list)
    for figure in evidence.figures_of(whole):
        if figure.time is not None and figure.accumulation in COUNTS:
            wholes[figure.nature, figure.accumulation].append(figure)
    for figure in evidence.figures_of(part):
        if figure.time is not None:
            key = (figure.nature, figure.accumulation)
            yield from ((figure, one) for one in wholes[key] if is_within(figure, one))


def is_within(part, whole):
    """Whether a part's time is the whole's, or lies in it: then it cannot have grown to more."""
    (start, end), (whole_start, whole_end) = part.window, whole.window
    if part.window == whole.window:
        return True
    if start is None or whole_start is None:
        return False
    is_summed = part.accumulation == "cumulative" or part.metric.kind == "flow"
    return is_summed and start >= whole_start and end <= whole_end


def check_sums(series, evidence):
    """The parts of a series together against each figure of it."""
    if not series.is_additive:
        return
    parts = evidence.parts.get(series.pk, ())
    parts = [part for part in parts if part.metric.unit == series.metric.unit]
    if len(parts) < (1 if series.has_complete_parts else 2):
        return
    for whole in evidence.figures_of(series):
        if whole.time is not None and whole.interval.is_known:
            addends = [best(same_time(part, whole, evidence), whole.source) for part in parts]
            yield from check_sum(whole, parts, addends)


def same_time(part, whole, evidence):
    found = evidence.by_end.get((part.pk, whole.nature, whole.moment), ())
    return [
        one for one in found if (one.time, one.accumulation) == (whole.time, whole.accumulation)
    ]


def check_sum(whole, parts, addends):
    """Whether the parts make up a whole that they are said to make up, or exceed another."""
    known = [figures for figures in addends if figures]
    if not known:
        return
    total = reduce(Interval.__add__, map(around, known))
    is_complete = whole.series.has_complete_parts
    missing = [part for part, figures in zip(parts, addends, strict=True) if not figures]
    if is_complete and not missing:
        meets = total.intersects(whole.interval)
        result = Result.HOLDS if meets else Result.CONTRADICTION
        yield sum_verdict(whole, known, total, result)
    elif total.is_above(whole.interval):
        result = Result.CONTRADICTION if is_complete else Result.CANDIDATE
        remark = "" if is_complete else "；各部分没有注明齐全，也可能彼此重叠"
        yield sum_verdict(whole, known, total, result, remark)
    elif is_complete:
        rest = missing_words(whole, total, missing)
        yield sum_verdict(whole, known, total, Result.UNCHECKED, rest)


def around(figures):
    """All that is said of one part; a part is never less than nothing."""
    hull = reduce(Interval.hull, (figure.interval for figure in figures))
    return hull if hull.lower is not None else Interval(NOTHING.lower, hull.upper)


def missing_words(whole, total, missing):
    rest = whole.interval - total
    low, high = rest.ends
    rest = Interval.between(max(low, NOTHING.lower), max(high, NOTHING.lower))
    span = span_words(rest, amount_writer(whole.metric.unit), NOTHING.lower)
    several = "合计" if len(missing) > 1 else ""
    return f"；没有{'、'.join(part.name for part in missing)}的数，要相符{several}须{span}"


def sum_verdict(whole, known, total, result, remark=""):
    addends = [figure for figures in known for figure in figures]
    formula = "＋".join("或".join(map(figure_words, figures)) for figures in known)
    span = span_words(total, amount_writer(whole.metric.unit))
    heading = f"{whole.series.name}（{time_words(whole.window)}）"
    words = f"{heading}：{formula} → {span}，原文合计{whole.printed}{remark}。"
    return Verdict(PARTS, result, f"sum:{whole.key}", words, (whole, *addends))
