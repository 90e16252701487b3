"""Reads series, what they measure and what they are about out of the database, each by its key.

A `Reader` serves one portion of work and is then thrown away, so that memory stays flat.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from aidtracker.ground.batches import in_batches
from aidtracker.ground.publication import public_rule
from projects.checks.evidence import (
    HIDDEN,
    Entry,
    Figure,
    MetricFacts,
    Scope,
    SeriesFacts,
    Thing,
)
from projects.checks.places import Places
from projects.models.metrics import SUBJECTS, Metric, Series
from projects.models.observations import Observation
from projects.models.scope_entries import SCOPES, ScopeEntry, ScopeList

PORTION = 300
Subjects = frozenset[Thing]
Identity = tuple[int, Subjects, Scope]  # metric, subjects, scope
SUBJECT_COLUMNS = tuple(f"{name}_id" for name in SUBJECTS)
SCOPE_COLUMNS = (*(f"{name}_id" for name in SCOPES), "scope_note")
SERIES_COLUMNS = (*("metric_id", "part_of_id", "has_complete_parts", "slug", "parts_ground"),)
METRIC_COLUMNS = (
    *("pk", "name", "unit", "kind", "sector", "formula", "numerator_id", "denominator_id"),
    *("base", "ledger_field", "counted_rows", "not_above_id"),
)
FIGURE_COLUMNS = (
    *("pk", "source__code", "number", "series_id", "printed", "qualifier", "nature"),
    *("accumulation", "value", "value_high", "lower", "upper", "period_start", "period_end"),
    *("as_of", "period_text", "rank", "note", "obs_status", "price_basis"),
    *("source__copied_from__code", "is_period_inferred"),
)


class Scopes:
    """Scopes as series say them; the list of entries is read with the first that says something."""

    @cached_property
    def entries(self) -> dict[int, Entry]:
        return {row.pk: entry_of(row) for row in self.listed.by_number.values()}

    @cached_property
    def listed(self) -> ScopeList:
        return ScopeList()

    def of(self, columns: Sequence[Any]) -> Scope:
        """The scope in the `SCOPE_COLUMNS` of a series."""
        *numbers, note = columns
        if not note and not any(numbers):
            return Scope()
        entries = frozenset(self.entries[pk] for pk in numbers if pk in self.entries)
        among = {row.aspect for row in self.listed.spelled_in(note)}
        return Scope(entries, note, frozenset({one.aspect for one in entries} | among) - {""})


def entry_of(row: ScopeEntry) -> Entry:
    return Entry(row.pk, row.name, row.effect, row.aspect, row.within_id)


class Reader:
    """Series, metrics and places that were read so far."""

    def __init__(self) -> None:
        self.series: dict[int, SeriesFacts] = {}
        self.names: dict[int, str] = {}  # of all series, whoever may see them
        self.metrics: dict[int, MetricFacts] = {}
        self.places = Places()
        self.scopes = Scopes()

    # Metrics

    def load_metrics(self, keys: Iterable[int | None]) -> None:
        """Read metrics, and those that they follow from."""
        waiting = set(keys) - self.metrics.keys() - {None}
        while waiting:
            found = metrics_of(Metric.objects.filter(pk__among=waiting))
            self.metrics |= found
            sides = {pk for one in found.values() for pk in (one.numerator, one.denominator)}
            waiting = sides - self.metrics.keys() - {None}

    # Series

    def by_key(self, keys: Iterable[int]) -> list[SeriesFacts]:
        """The series of these numbers, as far as there are any."""
        keys = sorted(set(keys))
        missing = [pk for pk in keys if pk not in self.series]
        for part in in_batches(missing):
            self.take(Series.objects.filter(pk__among=part))
        return [self.series[pk] for pk in keys if pk in self.series]

    def take(self, rows: QuerySet) -> list[SeriesFacts]:
        """The series of a query, without names."""
        columns = ("pk", "name", *SERIES_COLUMNS, *SCOPE_COLUMNS, *SUBJECT_COLUMNS)
        found = list(rows.order_by().values_list(*columns))
        self.load_metrics({row[2] for row in found})
        return [self.put(row) for row in found]

    def put(self, row: tuple) -> SeriesFacts:
        pk, name, metric, part_of, complete, slug, ground, *rest = row
        if pk not in self.series:
            scope = self.scopes.of(rest[: len(SCOPE_COLUMNS)])
            things = things_in(rest[len(SCOPE_COLUMNS) :])
            self.series[pk] = SeriesFacts(
                pk, self.metrics[metric], things, scope, part_of, complete, slug, ground
            )
            self.names[pk] = name
        return self.series[pk]

    def name(self, series: Iterable[SeriesFacts]) -> None:
        """Let series that were read without public figures have their names, if they are public."""
        nameless = sorted(one.pk for one in series if one.name == HIDDEN)
        for part in in_batches(nameless):
            public = Series.objects.filter(public_rule(Series), pk__among=part)
            for pk in public.order_by().values_list("pk", flat=True):
                self.series[pk].name = self.names[pk]

    def about(self, wanted: Iterable[tuple[int, Subjects]], **conditions: Any) -> list[SeriesFacts]:
        """The series of (metric, subjects) pairs: about just these subjects, of any scope."""
        pairs = {pair for pair in wanted if is_possible(pair[1])}
        found: dict[int, SeriesFacts] = {}
        for part in in_batches(list(pairs), PORTION):
            rows = Series.objects.filter(
                about_some([things for _, things in part]),
                metric__among={metric for metric, _ in part},
                **conditions,
            )
            for one in self.take(rows):
                if (one.metric.pk, one.subjects) in pairs:
                    found[one.pk] = one
        return list(found.values())

    def find(self, identities: Iterable[Identity]) -> list[SeriesFacts]:
        """The series that are identified by metric, subjects and scope."""
        wanted = set(identities)
        found = self.about((metric, subjects) for metric, subjects, _ in wanted)
        return [one for one in found if one.identity in wanted]

    def climb(self, series: Iterable[SeriesFacts]) -> None:
        """Read what the subjects of series stand in."""
        self.places.climb({thing for one in series for thing in one.subjects})

    # Figures

    def figures_of(self, series: Collection[int]) -> list[Figure]:
        """The public figures of series that were read, in reading order."""
        found: list[Figure] = []
        for keys in in_batches(sorted(series)):
            found += self.figures(Observation.objects.filter(series__among=keys))
        return sorted(found, key=reading_order)

    def figures(self, rows: QuerySet) -> list[Figure]:
        """The public figures among those of a query, all of series that were read.

        Whoever may see a figure may see its series, which has its name from then on.
        """
        found = []
        for pk, source, number, key, *rest in (
            rows.published().order_by().values_list(*FIGURE_COLUMNS)
        ):
            series = self.series[key]
            series.name = self.names[key]
            found.append(Figure(pk, f"{source}#{number}", source, series, *rest))
        return found


def metrics_of(rows: QuerySet) -> dict[int, MetricFacts]:
    return {row[0]: MetricFacts(*row) for row in rows.order_by().values_list(*METRIC_COLUMNS)}


def things_in(columns: Iterable[int | None]) -> Subjects:
    """The subjects in the columns of a series."""
    return frozenset((kind, pk) for kind, pk in zip(SUBJECTS, columns, strict=True) if pk)


def is_possible(subjects: Subjects) -> bool:
    """Whether a series can be about these: one of each kind."""
    return bool(subjects) and len({kind for kind, _ in subjects}) == len(subjects)


def about_some(subjects: Iterable[Subjects]) -> Q:
    """The condition on series that they are about things of the same kinds as some subjects.

    Of each kind those that are given there; so it lets through a few more than were meant.
    """
    given: dict[frozenset[str], dict[str, set[int]]] = {}
    for things in subjects:
        kinds = given.setdefault(frozenset(kind for kind, _ in things), defaultdict(set))
        for kind, pk in things:
            kinds[kind].add(pk)
    rule = Q(pk__in=())
    for keys in given.values():
        empty = {kind: None for kind in SUBJECTS if kind not in keys}
        rule |= Q(**empty, **{f"{kind}__among": pks for kind, pks in keys.items()})
    return rule


def reading_order(figure: Figure) -> tuple[str, int]:
    source, _, number = figure.key.rpartition("#")
    return source, int(number)
