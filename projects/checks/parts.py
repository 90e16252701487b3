"""Parts against wholes, and lower levels against the levels above them."""

from collections import defaultdict
from decimal import Decimal
from functools import reduce
from itertools import chain, combinations, product

from aidtracker.ground import units
from projects.checks.choosing import best
from projects.checks.judging import judged, weighed
from projects.checks.verdicts import Verdict, names, placed, shortened, title
from projects.checks.words import (
    allowed_words,
    amount_writer,
    exact_writer,
    figure_words,
    least_words,
    most_words,
    naming,
    span_words,
)
from projects.models.finding_kinds import PARTS, Result
from projects.reading.intervals import Interval

COUNTS = ("period", "cumulative", "point")
DONE, AGREED = "actual", "agreement"
NOTHING = Interval.exactly(0)


def check_part(series, evidence):
    """A 其中 that is greater than what it is a part of."""
    whole = evidence.series.get(series.part_of)
    if whole is None or not series.is_additive or not whole.is_additive:
        return
    for part, figure in comparable(series, whole, evidence, AGREED):
        yield from excess(part, figure, "高于它所属的整体")


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


def check_scopes(series, evidence):
    """Sales online above all sales, a prefecture above itself with its XPCC division: the list of
    scopes says which counts the other; that both count else alike is presumed."""
    if not series.is_additive or not series.scope.entries:
        return
    for other in evidence.of_any_scope[series.metric.pk, series.subjects]:
        yield from check_inside(series, other, evidence)
        if not other.scope.entries:
            yield from check_inside(other, series, evidence)


def check_inside(inner, outer, evidence):
    """What the list of scopes has in another, above it; a named part is told by `check_part`."""
    if inner.part_of != outer.pk and inner.scope.is_inside(outer.scope):
        for low, high in comparable(inner, outer, evidence):
            yield from excess(low, high, "按范围条目应含在其中，却高于它", is_sure=False)


def check_ceiling(series, evidence):
    """More than the number that its metric cannot exceed: arrived above agreed, built above all."""
    if series.metric.not_above is None:
        return
    above = evidence.series_of(series.metric.not_above, series.subjects, series.scope)
    if above is None or above.pk == series.part_of:
        return
    for low, high in comparable(series, above, evidence, AGREED, "plan"):
        if not is_late(low, high):
            relation = f"而{series.metric.name}不大于{above.metric.name}"
            yield from excess(low, high, relation)


def is_late(low, high):
    """Whether what was done in a time may have been agreed or planned before it."""
    return high.nature != low.nature and high.accumulation == "period"


def check_level(series, above, is_wholly_inside, evidence):
    for low, high in comparable(series, above, evidence):
        if is_wholly_inside:
            yield from excess(low, high, "高于它所在的上一级")
        else:
            yield from excess(low, high, "高于它所在的上一级，但它在别处也有场所", is_sure=False)


def excess(low, high, relation, is_sure=True):
    """A figure that is greater than one which it cannot exceed, both put in one unit."""
    factor = units.ratio(low.metric.unit, high.metric.unit)
    if factor is None:
        return
    factor = Decimal(factor.numerator) / factor.denominator
    judgement = judged(lambda one, two: one.scale(factor).is_above(two), low, high)
    if judgement is None:
        return
    result, remark = judgement
    words = (
        f"{naming(low)}至少{exact_writer(low.metric.unit)(low.interval.lower)}，{relation}："
        f"{naming(high)}只有{allowed_words(high)}{remark}；"
        f"要相符，前者须{most_words(high)}，或后者须{least_words(low)}。"
    )
    figures = (low, high)
    result = result if is_sure else Result.CANDIDATE
    yield Verdict(PARTS, result, names(figures), words, figures, title=title(*figures))


def comparable(part, whole, evidence, *more):
    """Figures of a part with those of a whole that count at least the same time; what was done
    with `more` natures of the whole."""
    wholes = defaultdict(list)
    for figure in evidence.used_of(whole):
        if figure.time is not None and figure.accumulation in COUNTS:
            wholes[figure.nature, figure.accumulation].append(figure)
    for figure in evidence.used_of(part):
        if figure.time is not None:
            natures = (figure.nature, *(more if figure.nature == DONE else ()))
            for key in product(natures, counted_in(figure)):
                yield from ((figure, one) for one in wholes[key] if is_within(figure, one))


def counted_in(figure):
    """How a whole may accumulate in which a figure is counted: a year lies in a total, too."""
    if figure.accumulation == "period" and figure.metric.kind == "flow":
        return "period", "cumulative"
    return (figure.accumulation,)


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
    for whole in evidence.used_of(series):
        if whole.time is not None:
            addends = [best(same_time(part, whole, evidence), whole.source) for part in parts]
            yield from check_sum(whole, parts, addends)


def same_time(part, whole, evidence):
    found = evidence.by_end.get((part.pk, whole.nature, whole.moment), ())
    return [
        one
        for one in found
        if (one.time, one.accumulation) == (whole.time, whole.accumulation)
        and one.rank != "deprecated"
    ]


def check_sum(whole, parts, addends):
    """Whether the parts make up a whole that they are said to make up, or exceed another."""
    known = [figures for figures in addends if figures]
    if not known:
        return
    total = added(known)
    is_complete = whole.series.has_complete_parts
    missing = [part for part, figures in zip(parts, addends, strict=True) if not figures]
    if is_complete and not missing:
        if total.intersects(whole.interval):
            yield sum_verdict(whole, known, total, Result.HOLDS)
        else:
            meets = added(known, "loose").intersects(whole.loose)
            yield clash_of_sum(whole, known, total, meets, f"须{exact_span(total, whole)}")
    elif total.is_above(whole.interval):
        exceeds = added(known, "loose").is_above(whole.loose)
        least = f"须不少于{exact_writer(whole.metric.unit)(total.lower)}"
        if is_complete or whole.series.has_disjoint_parts or are_apart(whole.series, known):
            yield clash_of_sum(whole, known, total, not exceeds, least)
        else:
            remark = f"；各部分没有注明齐全，也可能彼此重叠；没有重叠则合计{least}"
            yield sum_verdict(whole, known, total, Result.CANDIDATE, remark)
    elif is_complete:
        rest = missing_words(whole, total, missing)
        yield sum_verdict(whole, known, total, Result.UNCHECKED, rest)


def clash_of_sum(whole, known, total, is_loose, needed):
    result, remark = weighed(is_loose, (whole, *chain.from_iterable(known)))
    return sum_verdict(whole, known, total, result, f"{remark}；要相符，合计{needed}")


def exact_span(total, whole):
    return span_words(total, exact_writer(whole.metric.unit), NOTHING.lower)


def are_apart(whole, known):
    """Whether parts are measured and told apart in one way, so that nothing is in two of them:
    people and firms may be in several, and so may sales online and sales of apples."""
    parts = [figures[0].series for figures in known]
    ways = {(part.metric.pk, part.subjects == whole.subjects) for part in parts}
    is_told = len(ways) == 1 and not units.is_counted(whole.metric.unit)
    return is_told and are_scopes_apart(parts)


def are_scopes_apart(series):
    """Whether nothing that one of some series counts is counted by another, by their scopes."""
    pairs = combinations([one.scope for one in series], 2)
    return all(one.is_apart_from(other) for one, other in pairs)


def added(known, kind="interval"):
    return reduce(Interval.__add__, (around(figures, kind) for figures in known))


def around(figures, kind="interval"):
    """All that is said of one part; a part is never less than nothing."""
    hull = reduce(Interval.hull, (getattr(figure, kind) for figure in figures))
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
    words = f"{placed(whole)}：{formula} → {span}，原文合计{whole.printed}{remark}。"
    named = shortened(f"{placed(whole)}：合计{whole.printed}，各部分相加{span}")
    return Verdict(PARTS, result, f"sum:{whole.key}", words, (whole, *addends), title=named)
