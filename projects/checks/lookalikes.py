"""Numbers that are likely to be taken for one another: the same, or one in the other's bounds.

Only of related metrics (same sector and unit), and not plain counts below a thousand, of which
there would be hundreds.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from decimal import Decimal

from aidtracker.templatetags.formatting import period
from projects.checks.same_series import MANY, pairs_of
from projects.checks.verdicts import Verdict, names
from projects.checks.words import naming
from projects.models.finding_kinds import LOOKALIKE, Result
from projects.reading.bounds import ABOUT

LEAST = Decimal(1000)
UPWARD, DOWNWARD = ("over", "more"), ("under", "nearly")


def check_lookalikes(evidence):
    """Pairs of approved figures of related metrics that look alike."""
    groups = defaultdict(list)
    for figure in evidence.figures:
        if figure.value is not None and figure.value >= LEAST:
            groups[figure.metric.sector, figure.metric.unit].append(figure)
    for group in groups.values():
        yield from same_numbers(group)
        yield from numbers_within(group)


def same_numbers(group):
    """The same number twice: 4.2亿 of a park and 4.2亿 of a prefecture."""
    by_number = defaultdict(list)
    for figure in group:
        by_number[figure.value, figure.value_high].append(figure)
    for figures in by_number.values():
        for one, other in pairs_of(figures, order=lambda figure: figure.key):
            if is_other_thing(one, other) and not are_opposite(one, other):
                yield lookalike(one, other, "数字相同")


def are_opposite(one, other):
    """近2000 and 2000余 are on two sides of a number."""
    hedges = (one.qualifier, other.qualifier)
    return any(
        low in DOWNWARD and high in UPWARD for low, high in (hedges, tuple(reversed(hedges)))
    )


def numbers_within(group):
    """A number within what a hedged one allows: 2646 and 超过2600."""
    group = sorted(group, key=lambda figure: figure.value)
    values = [figure.value for figure in group]
    seen = set()
    for hedged in group:
        if hedged.qualifier == "exact":
            continue
        for other in inside(hedged, group, values):
            pair = frozenset((hedged.key, other.key))
            if pair not in seen:
                seen.add(pair)
                yield lookalike(other, hedged, f"{other.printed}在{hedged.printed}的范围之内")


def inside(hedged, group, values):
    """The others of its nature strictly within its bounds; none where there are too many to stand
    out. An open end reaches as far as 约 would.
    """
    low, high = reach(hedged)
    first, last = bisect_right(values, low), bisect_left(values, high)
    below, above = bisect_left(values, hedged.value), bisect_right(values, hedged.value)
    if max(below - first, 0) + max(last - above, 0) > MANY:
        return []
    return [
        other
        for other in group[first:below] + group[above:last]
        if other.nature == hedged.nature and is_other_thing(hedged, other)
    ]


def reach(hedged):
    low, high = hedged.lower, hedged.upper
    if hedged.qualifier == "under" or low is None:
        low = hedged.value * (1 - ABOUT)
    return low, hedged.value * (1 + ABOUT) if high is None else high


def is_other_thing(one, other):
    """Another series, or the same one for another time that is known."""
    if one.series.pk != other.series.pk:
        return True
    return one.time is not None and other.time is not None and one.window != other.window


def lookalike(one, other, reason):
    one, other = sorted((one, other), key=lambda figure: figure.key)
    differences = "、".join(differing(one, other))
    words = f"{naming(one)}与{naming(other)}：{reason}，{differences}不同，不要混用。"
    figures = (one, other)
    return Verdict(LOOKALIKE, Result.CANDIDATE, names(figures), words, figures)


def differing(one, other):
    """What tells two figures apart."""
    aspects = {
        "指标": lambda figure: figure.metric.pk,
        "主体": lambda figure: figure.series.subjects,
        "范围": lambda figure: figure.series.scope,
        "期间": period,
        "性质": lambda figure: figure.nature,
    }
    return [name for name, of in aspects.items() if of(one) != of(other)]
