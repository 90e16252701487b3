"""How series hang together: with which others a rule reads a series, and who reads one.

Each link goes both ways. `reads` gives the series that a rule looks at beside those it checks;
`readers` the series in whose checks one that changed is looked at, as the record now stands. What
hangs together is found by key or by an index, never by going through the record. A reader too many
only costs time; one too few would leave a finding that is no longer true.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.db.models import F, Min, Q, Sum
from django.db.models.functions import Coalesce

from aidtracker.ground.batches import in_batches
from aidtracker.ground.publication import PUBLISHED
from projects.checks.evidence import Scope, SeriesFacts, Thing
from projects.checks.operands import named_wholes, next_wholes
from projects.checks.places import below
from projects.checks.reader import (
    PORTION,
    SCOPE_COLUMNS,
    SUBJECT_COLUMNS,
    Identity,
    Reader,
    Subjects,
    metrics_of,
)
from projects.models.metrics import SUBJECTS, Metric, Series, any_of
from projects.models.observations import Observation
from projects.models.scope_entries import SCOPES

# The kinds of things that may stand in one of a kind.
INSIDE = {
    "region": ("region", "site", "investment"),
    "site": ("site", "investment", "enterprise"),
}


# How a series names a thing that stands directly in another: the kinds of both, and the lookup.
DIRECTLY = (
    ("region", "region", "region__parent"),
    ("region", "site", "site__region"),
    ("site", "site", "site__parent"),
)
# A series, the thing of it that others stand in, and how these name it.
Inner = tuple[SeriesFacts, Thing, str, str]


@dataclass
class Changed:
    """Series that changed, as they are and as they were, with what their figures said before.

    `ceilings`: the least upper bound of the changed figures of a series, as they were.
    """

    series: list[SeriesFacts] = field(default_factory=list)
    ceilings: dict[int, Decimal] = field(default_factory=dict)

    @property
    def keys(self) -> set[int]:
        return {one.pk for one in self.series}


class Link(Protocol):
    """One way in which the checks of a series look at others.

    `ASKS_FIGURES`: whether who reads a series also depends on what figures say.
    """

    ASKS_FIGURES: bool

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        """The series that the checks of some series look at."""

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        """The series in whose checks those that changed are looked at."""


class PartOf:
    """From a part to the whole that it names."""

    ASKS_FIGURES = False

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        return reader.by_key(wholes_of(series))

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        return {one.pk for one in parts_of(changed.keys, reader)}


class Parts:
    """From a whole to its parts."""

    ASKS_FIGURES = False

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        return parts_of({one.pk for one in series}, reader)

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        return wholes_of(changed.series)


class Levels:
    """From a thing up to all that it stands in: same metric and scope."""

    ASKS_FIGURES = True

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        reader.climb(series)
        return reader.find(
            (one.metric.pk, subjects, one.scope)
            for one in series
            if one.is_additive
            for subjects in raised(one.subjects, reader)
        )

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        return {
            pk for one in changed.series if one.is_additive for pk in lower(one, changed, reader)
        }


class Operands:
    """From a rate to the numbers that it follows from, of the same subjects."""

    ASKS_FIGURES = False

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        return reader.find(identity for one in series for identity in operands(one))

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        rates = rates_from({one.metric.pk for one in changed.series})
        wanted = [
            (rate.pk, one.subjects)
            for one in changed.series
            for rate in rates
            if one.metric.pk in (rate.numerator, rate.denominator)
        ]
        own = {(one.metric.pk, one.subjects, one.scope) for one in changed.series}
        found = reader.about(wanted)
        return {one.pk for one in found if own.intersection(operands(one))}


class Wholes:
    """From a share up to the level whose number its part belongs to."""

    ASKS_FIGURES = False

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        reader.climb(series)
        shares = [one for one in series if is_of_level(one)]
        return reader.find(identity for one in shares for identity in upper(one, reader))

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        shares: dict[int, list[int]] = {}
        for rate in rates_from({one.metric.pk for one in changed.series}):
            if rate.formula == "share" and rate.numerator == rate.denominator:
                shares.setdefault(rate.numerator, []).append(rate.pk)
        found: set[int] = set()
        for one in changed.series:
            for rows in candidates(one.subjects):
                if metrics := shares.get(one.metric.pk):
                    below_it = reader.take(Series.objects.filter(rows, metric__among=metrics))
                    reader.climb(below_it)
                    found |= {low.pk for low in below_it if one.identity in upper(low, reader)}
        return found


class Ceilings:
    """From a series to that of the metric that its own cannot exceed, of the same subjects."""

    ASKS_FIGURES = False

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        return reader.find(ceiling_of(one) for one in series if one.metric.not_above)

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        own = {one.metric.pk for one in changed.series}
        lower = metrics_of(Metric.objects.filter(not_above__among=own)).values()
        above = {one.identity for one in changed.series}
        wanted = [
            (low.pk, one.subjects)
            for one in changed.series
            for low in lower
            if low.not_above == one.metric.pk
        ]
        return {one.pk for one in reader.about(wanted) if ceiling_of(one) in above}


class OtherScopes:
    """From a series in a scope of the list to those that are else like it."""

    ASKS_FIGURES = False

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        return self.beside([one for one in series if one.scope.entries], reader)

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        found = self.beside(changed.series, reader, first_scope__isnull=False)
        return {one.pk for one in found}

    def beside(
        self, series: Collection[SeriesFacts], reader: Reader, **conditions: Any
    ) -> list[SeriesFacts]:
        """The series that are like some but for the entries of their scopes."""
        wanted = {(one.metric.pk, one.subjects, one.scope.note) for one in series}
        found = reader.about(((metric, subjects) for metric, subjects, _ in wanted), **conditions)
        return [one for one in found if (one.metric.pk, one.subjects, one.scope.note) in wanted]


class Units:
    """From a thing down to the things that stand in it directly, where those are too many.

    Only where their figures for one time add up to more than the least of the thing.
    """

    ASKS_FIGURES = False

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        return units_of([one for one in series if one.is_additive], reader)

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        reader.climb(changed.series)
        uppers = {
            (one.metric.pk, one.subjects - {thing} | {parent}, one.scope)
            for one in changed.series
            if one.is_additive
            for thing in one.subjects
            if (parent := reader.places.parents.get(thing))
        }
        return {one.pk for one in reader.find(uppers)}


class OtherShares:
    """From a share to the other shares of the same whole."""

    ASKS_FIGURES = False

    def reads(self, series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
        return others_of_whole(series, reader)

    def readers(self, changed: Changed, reader: Reader) -> set[int]:
        return {one.pk for one in others_of_whole(changed.series, reader)}


def ceiling_of(series: SeriesFacts) -> Identity:
    return series.metric.not_above, series.subjects, series.scope


def units_of(series: Collection[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
    """The series of the metric and scope of some about things that stand directly in theirs, where
    what is said there for one time is together more than the least that is said of the whole."""
    least = ceilings_of(series)
    wholes = {one.identity: one for one in series if one.pk in least}
    exceeded = []
    for kind, inner, lookup in DIRECTLY:
        around = {pk for one in wholes.values() for own, pk in one.subjects if own == kind}
        for keys in in_batches(sorted(around)):
            for subjects, row in sums_inside(wholes.values(), inner, lookup, keys):
                scope = reader.scopes.of([row[f"series__{name}"] for name in SCOPE_COLUMNS])
                whole = wholes.get((row["metric"], subjects | {(kind, row["around"])}, scope))
                if whole is not None and row["total"] > least[whole.pk]:
                    exceeded.append((whole, (kind, row["around"]), inner, lookup))
    return list({one.pk: one for one in inside_some(exceeded, reader)}.values())


def ceilings_of(series: Collection[SeriesFacts]) -> dict[int, Decimal]:
    """The least upper bound that the figures of each series have."""
    found: dict[int, Decimal] = {}
    bound = Observation._meta.get_field("upper")
    for keys in in_batches([one.pk for one in series]):
        rows = Observation.objects.filter(series__among=keys, status=PUBLISHED).exclude(upper=None)
        least = rows.order_by().values("series").annotate(least=Min("upper", output_field=bound))
        found |= dict(least.values_list("series", "least"))
    return found


def sums_inside(
    wholes: Collection[SeriesFacts], inner: str, lookup: str, keys: Collection[int]
) -> Iterator[tuple[Subjects, dict]]:
    """Of things of a kind that stand directly in some, what is said for each time, added up.

    With the subjects that the series have beside those things.
    """
    bound = Observation._meta.get_field("lower")
    others = [name for name in SUBJECT_COLUMNS if name != f"{inner}_id"]
    figures = Observation.objects.filter(
        **{f"series__{lookup}__among": keys},
        series__metric__among={one.metric.pk for one in wholes},
        status=PUBLISHED,
        lower__gt=0,
    )
    sums = (
        figures.order_by()
        .values(
            *(f"series__{name}" for name in (*others, *SCOPE_COLUMNS)),
            "nature",
            metric=F("series__metric"),
            around=F(f"series__{lookup}"),
            moment=Coalesce("as_of", "period_end"),
        )
        .annotate(total=Sum("lower", output_field=bound))
    )
    for row in sums:
        named = (row[f"series__{name}"] for name in others)
        kinds = (name.removesuffix("_id") for name in others)
        yield frozenset((kind, pk) for kind, pk in zip(kinds, named, strict=True) if pk), row


def inside_some(wholes: Iterable[Inner], reader: Reader) -> list[SeriesFacts]:
    """The series that are of one thing each that stands directly in a thing, and else like a whole:
    one condition for all metrics, which would be hundreds."""
    metrics = defaultdict(set)
    for whole, thing, inner, lookup in wholes:
        others = whole.subjects - {thing}
        metrics[whole.scope, others, thing, inner, lookup].add(whole.metric.pk)
    conditions = []
    for (scope, others, thing, inner, lookup), several in metrics.items():
        named = dict(others)
        empty = {f"{name}__isnull": True for name in SUBJECTS if name not in (inner, *named)}
        own = {lookup: thing[1], "metric__among": several}
        conditions.append(Q(of_scope(scope), **own, **named, **empty))
    parts = in_batches(conditions, PORTION)
    return [one for some in parts for one in reader.take(Series.objects.filter(reduce(or_, some)))]


def of_scope(scope: Scope) -> Q:
    """The condition on series that they are of a scope, in whatever order its entries stand."""
    rule = Q(scope_note=scope.note)
    for entry in scope.entries:
        rule &= any_of(dict.fromkeys(SCOPES, entry.pk))
    return rule & Q(**{f"{name}__isnull": True for name in SCOPES[len(scope.entries) :]})


def others_of_whole(series: Iterable[SeriesFacts], reader: Reader) -> list[SeriesFacts]:
    """Shares with those that may be of the same whole: of another scope, of another metric with
    the same denominator, or of the things that stand beside theirs."""
    shares = [one for one in series if one.metric.formula == "share"]
    if not shares:
        return []
    reader.climb(shares)
    of_level = [one for one in shares if is_of_level(one)]
    denominators = {one.metric.denominator for one in shares} - {
        one.metric.denominator for one in of_level
    }
    rows = Metric.objects.filter(formula="share", denominator__among=denominators)
    metrics = metrics_of(rows).values() if denominators else ()
    found = reader.about(
        (metric.pk, one.subjects)
        for one in shares
        for metric in (one.metric, *metrics)
        if metric.denominator == one.metric.denominator
    )
    beside = []
    for one in of_level:
        for thing in one.subjects:
            upper = reader.places.parents.get(thing)
            for kind, inner, lookup in DIRECTLY:
                if upper is not None and (kind, inner) == (upper[0], thing[0]):
                    whole = replace(one, subjects=one.subjects - {thing} | {upper})
                    beside.append((whole, upper, inner, lookup))
    found += inside_some(beside, reader)
    reader.climb(found)
    return found


def wholes_of(series: Iterable[SeriesFacts]) -> set[int]:
    return {one.part_of for one in series if one.part_of}


def parts_of(keys: Collection[int], reader: Reader) -> list[SeriesFacts]:
    return [
        one
        for part in in_batches(sorted(keys))
        for one in reader.take(Series.objects.filter(part_of__among=part))
    ]


def raised(subjects: Subjects, reader: Reader) -> list[Subjects]:
    """The same subjects with one of them replaced by what it stands in, however high."""
    return [
        subjects - {thing} | {above}
        for thing in subjects
        for above in reader.places.above.get(thing, ())
    ]


def lower(high: SeriesFacts, changed: Changed, reader: Reader) -> set[int]:
    """The series of the same metric and scope on lower levels that can be above a series.

    In a site stands little: all of it. Of what stands in a region only figures greater than the
    least of the series can be at odds with it.
    """
    sites = {thing for thing in high.subjects if thing[0] == "site"}
    found = [
        low
        for site in sites
        for low in reader.find(
            (high.metric.pk, high.subjects - {site} | {thing}, high.scope)
            for thing in below([site]) - {site}
        )
    ]
    found += (
        greater(high, changed, reader) if any(kind == "region" for kind, _ in high.subjects) else []
    )
    reader.climb(found)
    return {low.pk for low in found if high.subjects in raised(low.subjects, reader)}


def greater(high: SeriesFacts, changed: Changed, reader: Reader) -> list[SeriesFacts]:
    """Series of the metric and scope of another, with a figure above the least of that."""
    least = ceiling(high, changed)
    if least is None:
        return []
    rows = Q()
    for condition in candidates(high.subjects):
        rows |= condition
    above = Observation.objects.filter(status=PUBLISHED, lower__gt=least).order_by()
    keys = above.filter(
        series__in=Series.objects.filter(rows, of_scope(high.scope), metric=high.metric.pk)
    ).exclude(series=high.pk)
    return reader.by_key(keys.values_list("series_id", flat=True).distinct())


def ceiling(high: SeriesFacts, changed: Changed) -> Decimal | None:
    """The least upper bound that a figure of a series has or had; None if none has one."""
    rows = Observation.objects.filter(series=high.pk, status=PUBLISHED).exclude(upper=None)
    bounds = [*rows.order_by("upper").values_list("upper", flat=True)[:1]]
    bounds += [changed.ceilings[high.pk]] if high.pk in changed.ceilings else []
    return min(bounds, default=None)


def candidates(subjects: Subjects) -> list[Q]:
    """Conditions on series that may be about the same, but for one thing that stands in one."""
    return [
        may_be_in(thing, subjects - {thing}) for thing in sorted(subjects) if thing[0] in INSIDE
    ]


def may_be_in(thing: Thing, others: Subjects) -> Q:
    """About `others`, and something of a kind that can stand in a thing."""
    given = dict(others)
    rule, some = Q(), Q()
    for kind in SUBJECTS:
        if kind in given:
            rule &= Q(**{kind: given[kind]})
        elif kind in INSIDE[thing[0]]:
            some |= Q(**{f"{kind}__isnull": False})
        else:
            rule &= Q(**{kind: None})
    return rule & some


def operands(rate: SeriesFacts) -> set[Identity]:
    """What a series of a metric with a formula follows from, but for a whole on another level."""
    if not rate.metric.formula:
        return set()
    scopes = {rate.scope, rate.scope.of_whole}
    sides = {rate.metric.numerator, rate.metric.denominator} - {None}
    return {(side, rate.subjects, scope) for side in sides for scope in scopes}


def is_of_level(series: SeriesFacts) -> bool:
    """Whether it is a share in the next level's number of the same metric."""
    metric = series.metric
    return metric.formula == "share" and metric.numerator == metric.denominator


def upper(share: SeriesFacts, reader: Reader) -> set[Identity]:
    """The wholes that a share may be of."""
    places = reader.places
    if name := share.scope.whole_name:
        wholes = named_wholes(share.subjects, name, places)
    else:
        wholes = next_wholes(share.subjects, places)
    return {(share.metric.numerator, subjects, share.scope.of_whole) for subjects in wholes}


def rates_from(metrics: Collection[int]) -> list:
    """The metrics with a formula that follow from some metrics."""
    sides = Q(numerator__among=metrics) | Q(denominator__among=metrics)
    return list(metrics_of(Metric.objects.filter(sides).exclude(formula="")).values())


PART_OF, PARTS, LEVELS, OPERANDS, WHOLES = PartOf(), Parts(), Levels(), Operands(), Wholes()
CEILINGS, UNITS, OTHER_SHARES = Ceilings(), Units(), OtherShares()
OTHER_SCOPES = OtherScopes()
