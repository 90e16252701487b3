"""Several numbers that are together more than what they all lie in: towns above their county,
shares of one whole above 100 %."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from functools import reduce
from itertools import chain

from aidtracker.ground import units
from projects.checks.evidence import Evidence, Figure, SeriesFacts
from projects.checks.judging import LOOSELY, weighed
from projects.checks.parts import COUNTS, are_scopes_apart, around
from projects.checks.verdicts import Verdict, names, placed, shortened
from projects.checks.words import allowed_words, exact_writer
from projects.models.finding_kinds import PARTS, RATIO, Result
from projects.reading.intervals import Interval

WHOLE_IN = {"%": 100, "‰": 1000}
OVERLAPPING = "；这几部分可能彼此重叠"
Rows = list[list[Figure]]  # of each addend all that is said of it


def check_units(series: SeriesFacts, evidence: Evidence) -> Iterator[Verdict]:
    """The things that stand directly in one, together above it: same metric, scope and time."""
    if not series.is_additive:
        return
    for kind in ("region", "site"):
        alike = evidence.alike[series.metric.pk, series.scope]
        lower = [low for low in alike if is_unit_of(low, series, kind, evidence)]
        if len(lower) > 1:
            yield from above_it(series, lower, evidence)


def is_unit_of(low: SeriesFacts, high: SeriesFacts, kind: str, evidence: Evidence) -> bool:
    """Whether a series is another's of the same metric and scope, but for one thing of a kind that
    stands directly in its."""
    inner, outer = low.subjects - high.subjects, high.subjects - low.subjects
    if len(inner) != 1 or len(outer) != 1:
        return False
    [thing], [upper] = inner, outer
    return thing[0] == kind and evidence.parents.get(thing) == upper


def above_it(
    series: SeriesFacts, lower: list[SeriesFacts], evidence: Evidence
) -> Iterator[Verdict]:
    said = by_time(lower, evidence)
    for figure in evidence.used_of(series):
        rows = said.get(time_of(figure), [])
        if figure.accumulation not in COUNTS or len(rows) < 2:
            continue
        yield from excess_of(figure, rows)


def excess_of(figure: Figure, rows: Rows) -> Iterator[Verdict]:
    """A verdict if several figures are together above one."""
    total = added(rows)
    if not total.is_above(figure.interval):
        return
    is_loose = not added(rows, "loose").is_above(figure.loose)
    result, remark = weighed(is_loose, (figure, *chain.from_iterable(rows)))
    least = exact_writer(figure.metric.unit)(total.lower)
    addends = [row[0] for row in rows]
    listed = "、".join(f"{one.series.name}{one.printed}" for one in addends)
    words = (
        f"{placed(figure)}：{listed}相加不少于{least}，高于它们所在的上一级"
        f"{figure.printed}（{allowed_words(figure)}）{remark}；"
        f"要相符，后者须不少于{least}。"
    )
    named = shortened(f"{placed(figure)}：{figure.printed}与下级相加{least}")
    figures = (figure, *addends)
    yield Verdict(PARTS, result, f"units:{figure.key}", words, figures, title=named)


def check_shares(series: SeriesFacts, evidence: Evidence) -> Iterator[Verdict]:
    """Shares of one whole that are together more than it; told by the first of them."""
    if series.metric.formula != "share" or series.metric.unit not in WHOLE_IN:
        return
    for group, is_apart in groups_of(series, evidence):
        if len(group) < 2 or min(group, key=lambda one: one.slug) is not series:
            continue
        for rows in by_time(group, evidence).values():
            if len(rows) > 1:
                yield from above_whole(rows, is_apart)


def groups_of(series: SeriesFacts, evidence: Evidence) -> Iterator[tuple[list[SeriesFacts], bool]]:
    """The series that are shares of the same whole as one, in each way in which they may be, and
    whether nothing can be in two of them."""
    shares = [one for one in evidence.series.values() if one.metric.formula == "share"]
    alike = [one for one in shares if one.metric.denominator == series.metric.denominator]
    own = [one for one in alike if one.metric.pk == series.metric.pk]
    if series.metric.numerator == series.metric.denominator:
        beside = [one for one in own if is_beside(one, series, evidence)]
        yield beside, True
    elif not series.scope.whole_name:
        unit = evidence.metrics[series.metric.numerator].unit
        same = [one for one in own if one.subjects == series.subjects and one.scope]
        is_apart = are_scopes_apart(same) and not units.is_counted(unit)
        yield same if series.scope else [], is_apart
        key = (series.subjects, series.scope)
        yield [one for one in alike if (one.subjects, one.scope) == key], False


def is_beside(one: SeriesFacts, other: SeriesFacts, evidence: Evidence) -> bool:
    """Whether two shares of a level are of things that stand directly in the same one."""
    if one is other:
        return True
    first, second = one.subjects - other.subjects, other.subjects - one.subjects
    if one.scope != other.scope or len(first) != 1 or len(second) != 1:
        return False
    parents = [evidence.parents.get(thing) for thing in (*first, *second)]
    kinds = {thing[0] for thing in (*first, *second)}
    return len(kinds) == 1 and parents[0] is not None and parents[0] == parents[1]


def above_whole(rows: Rows, is_apart: bool) -> Iterator[Verdict]:
    addends = [row[0] for row in rows]
    first = addends[0]
    whole = Interval.exactly(WHOLE_IN[first.metric.unit])
    total = added(rows)
    if not total.is_above(whole):
        return
    is_loose = not added(rows, "loose").is_above(whole)
    is_sure = is_apart and not is_loose
    write = exact_writer(first.metric.unit)
    listed = "、".join(f"{one.series.name}{one.printed}" for one in addends)
    doubt = LOOSELY if is_loose else "" if is_apart else OVERLAPPING
    words = (
        f"{placed(first)}：{listed}相加不少于{write(total.lower)}，"
        f"超过整体的{write(whole.upper)}{doubt}；要相符，合计须不超过{write(whole.upper)}。"
    )
    named = shortened(f"{placed(first)}：{'与'.join(one.printed for one in addends)}超过整体")
    result = Result.CONTRADICTION if is_sure else Result.CANDIDATE
    yield Verdict(RATIO, result, f"shares:{names(addends)}", words, tuple(addends), title=named)


def by_time(series: Iterable[SeriesFacts], evidence: Evidence) -> dict[Hashable, Rows]:
    """What is said of some series for each time and nature, of each series apart."""
    found: dict[Hashable, Rows] = defaultdict(list)
    for one in series:
        own: dict[Hashable, list[Figure]] = defaultdict(list)
        for figure in evidence.used_of(one):
            if (key := time_of(figure)) is not None:
                own[key].append(figure)
        for key, figures in own.items():
            found[key].append(figures)
    return found


def time_of(figure: Figure) -> Hashable:
    """What figures must have in common to be added up; a rate's time however it was called."""
    if figure.metric.formula:
        end = figure.period_end or figure.as_of
        return end and (figure.period_start, end, figure.nature)
    return figure.time and (figure.time, figure.nature, figure.accumulation)


def added(rows: Rows, kind: str = "interval") -> Interval:
    return reduce(Interval.__add__, (around(figures, kind) for figures in rows))
