"""How series hang together: with which others a rule reads a series, and who reads one.

Each link goes both ways. `reads` gives the series that a rule looks at beside those it checks;
`readers` the series in whose checks one that changed is looked at, as the record now stands. What
hangs together is found by key or by an index, never by going through the record. A reader too many
only costs time; one too few would leave a finding that is no longer true.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from django.db.models import Q

from aidtracker.ground.batches import in_batches
from aidtracker.ground.publication import PUBLISHED
from projects.checks.evidence import WHOLE_PREFIX, SeriesFacts, Thing
from projects.checks.operands import named_wholes, next_wholes
from projects.checks.places import below
from projects.checks.reader import Identity, Reader, Subjects, metrics_of
from projects.models.metrics import SUBJECTS, Metric, Series
from projects.models.observations import Observation

# The kinds of things that may stand in one of a kind.
INSIDE = {
    "region": ("region", "site", "investment"),
    "site": ("site", "investment", "enterprise"),
}


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
                    below_it = reader.take(Series.objects.filter(rows, metric__in=metrics))
                    reader.climb(below_it)
                    found |= {low.pk for low in below_it if one.identity in upper(low, reader)}
        return found


def wholes_of(series: Iterable[SeriesFacts]) -> set[int]:
    return {one.part_of for one in series if one.part_of}


def parts_of(keys: Collection[int], reader: Reader) -> list[SeriesFacts]:
    return [
        one
        for part in in_batches(sorted(keys))
        for one in reader.take(Series.objects.filter(part_of__in=part))
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
        series__in=Series.objects.filter(rows, metric=high.metric.pk, scope_note=high.scope)
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
    scopes = {rate.scope, ""} if rate.scope.startswith(WHOLE_PREFIX) else {rate.scope}
    sides = {rate.metric.numerator, rate.metric.denominator} - {None}
    return {(side, rate.subjects, scope) for side in sides for scope in scopes}


def is_of_level(series: SeriesFacts) -> bool:
    """Whether it is a share in the next level's number of the same metric."""
    metric = series.metric
    return metric.formula == "share" and metric.numerator == metric.denominator


def upper(share: SeriesFacts, reader: Reader) -> set[Identity]:
    """The wholes that a share may be of."""
    scope, places = share.scope, reader.places
    if scope.startswith(WHOLE_PREFIX):
        name = scope.removeprefix(WHOLE_PREFIX)
        wholes, scope = named_wholes(share.subjects, name, places), ""
    else:
        wholes = next_wholes(share.subjects, places)
    return {(share.metric.numerator, subjects, scope) for subjects in wholes}


def rates_from(metrics: Collection[int]) -> list:
    """The metrics with a formula that follow from some metrics."""
    sides = Q(numerator__in=metrics) | Q(denominator__in=metrics)
    return list(metrics_of(Metric.objects.filter(sides).exclude(formula="")).values())


PART_OF, PARTS, LEVELS, OPERANDS, WHOLES = PartOf(), Parts(), Levels(), Operands(), Wholes()
