"""Numbers that are likely to be taken for one another: the same, or one in the other's bounds.

An equal number alone is no ground: two figures must be of one metric or speak of one thing, or of
one that stands in the other. Only of metrics of one sector and unit, and not plain counts below a
thousand, of which there would be hundreds.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import product

from aidtracker.templatetags.formatting import period
from projects.checks.evidence import Figure
from projects.checks.reader import Subjects
from projects.checks.same_series import MANY, pairs_of
from projects.checks.verdicts import Verdict, names
from projects.checks.words import naming
from projects.models.finding_kinds import LOOKALIKE, Result
from projects.reading.bounds import ABOUT

LEAST = Decimal(1000)
SAME = "数字相同"
FARTHER = 5  # a number within the bounds of another is less alike than an equal one
UPWARD, DOWNWARD = ("over", "more"), ("under", "nearly")


def same_numbers(
    figures: Iterable[Figure], raised: Callable[[Subjects], Iterable[Subjects]]
) -> Iterator[Verdict]:
    """Pairs of figures with the same number, value and upper end, that are not the same thing.

    4.2亿 of a park and 4.2亿 of a prefecture. `raised` gives the subjects on upper levels.
    """
    for one, other in related_pairs(figures, raised):
        if is_other_thing(one, other) and not are_opposite(one, other):
            yield lookalike(one, other, SAME)


def related_pairs(
    figures: Iterable[Figure], raised: Callable[[Subjects], Iterable[Subjects]]
) -> Iterator[tuple[Figure, Figure]]:
    """Each pair once: of one metric, of the same subjects, or of subjects on two levels."""
    by_metric, by_subjects = defaultdict(list), defaultdict(list)
    for figure in figures:
        by_metric[figure.metric.pk].append(figure)
        by_subjects[figure.series.subjects].append(figure)
    for group in by_metric.values():
        yield from pairs_of(group, order=lambda figure: figure.key)
    for subjects, group in by_subjects.items():
        pairs = list(pairs_of(group, order=lambda figure: figure.key))
        for upper in raised(subjects):
            pairs += product(group, by_subjects.get(upper, ()))
        yield from ((one, other) for one, other in pairs if one.metric.pk != other.metric.pk)


def are_opposite(one, other):
    """近2000 and 2000余 are on two sides of a number."""
    hedges = (one.qualifier, other.qualifier)
    return any(
        low in DOWNWARD and high in UPWARD for low, high in (hedges, tuple(reversed(hedges)))
    )


def numbers_within(group):
    """A number within what a hedged one of the same subjects allows: 2646 and 超过2600.

    `group` are the figures of some subjects, of metrics of one sector and unit.
    """
    group = sorted(group, key=lambda figure: (figure.value, figure.key))
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
    aspects = differing(one, other)
    differences = "、".join(aspects)
    weight = len(aspects) + (0 if reason == SAME else FARTHER)
    words = f"{naming(one)}与{naming(other)}：{reason}，{differences}不同，不要混用。"
    figures = (one, other)
    key = names(figures)
    return Verdict(LOOKALIKE, Result.CANDIDATE, key, words, figures, weight=weight)


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
