"""Scopes: the parts in which the record is checked, each from the evidence that touches it alone.

Each finding belongs to one scope, whose name it keeps, so that checking a scope again replaces just
its findings. The whole record is the sum of all scopes: `recomputing` goes through those that a
change touches (`touching`), or through all, portion by portion, with the same code.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from django.db.models import Count, Model

from aidtracker.ground.batches import in_batches
from aidtracker.ground.datasets import dataset_model, dataset_name
from projects.checks import LINKS, check
from projects.checks.dates import check_dates, check_order
from projects.checks.evidence import SeriesFacts, without_copies
from projects.checks.links import raised
from projects.checks.loading import load
from projects.checks.lookalikes import LEAST, numbers_within, same_numbers
from projects.checks.reader import (
    PORTION,
    SUBJECT_COLUMNS,
    Reader,
    Subjects,
    about_some,
    is_possible,
    things_in,
)
from projects.checks.steps import DATED, ORDERS, load_orders, load_steps
from projects.checks.verdicts import Verdict
from projects.models.metrics import Series
from projects.models.observations import Observation

Found = Iterator[tuple[str, Verdict]]  # verdicts with the names of their scopes
NUMBER_COLUMNS = ("series__metric__sector", "series__metric__unit", "value", "value_high")


class Family(Protocol):
    """A kind of scopes, each named by a key."""

    PREFIX: str

    def name(self, key: Any) -> str:
        """The name of a scope, which begins with the prefix."""

    def key(self, name: str) -> Any:
        """The key that a name was made of."""

    def verdicts(self, keys: Collection[Any], reader: Reader) -> Found:
        """What checking some scopes gives."""

    def everything(self) -> Iterable[Hashable]:
        """Those of all scopes in which there is something to check."""


class OneSeries:
    """The figures of one series, with all that its checks look at beside them."""

    PREFIX = "series"

    def name(self, key: int) -> str:
        return f"series:{key}"

    def key(self, name: str) -> int:
        return int(name.partition(":")[2])

    def verdicts(self, keys: Collection[int], reader: Reader) -> Found:
        series = reader.by_key(keys)
        evidence = load(series, LINKS, reader)
        for one in series:
            yield from ((self.name(one.pk), verdict) for verdict in check(one, evidence))

    def everything(self) -> Iterable[int]:
        """Series about the same things follow each other: they are read with one another."""
        rows = Series.objects.order_by(*SUBJECT_COLUMNS, "pk")
        return rows.values_list("pk", flat=True).iterator()


class Group(NamedTuple):
    """The figures of the same subjects, of metrics of one sector and unit."""

    subjects: Subjects
    sector: str
    unit: str


class SameSubjects:
    """A `Group`, in which a number may be taken for another that is near it."""

    PREFIX = "about"

    def name(self, key: Group) -> str:
        things = "+".join(f"{kind}-{pk}" for kind, pk in sorted(key.subjects))
        return f"about:{things}:{key.sector}:{key.unit}"

    def key(self, name: str) -> Group:
        _, things, sector, unit = name.split(":", 3)
        pairs = (thing.split("-") for thing in things.split("+"))
        return Group(frozenset((kind, int(pk)) for kind, pk in pairs), sector, unit)

    def verdicts(self, keys: Collection[Group], reader: Reader) -> Found:
        wanted = {key for key in keys if is_possible(key.subjects)}
        series = self.series_of(wanted, reader)
        groups = defaultdict(list)
        for part in in_batches([one.pk for one in series]):
            rows = Observation.objects.filter(series__among=part, value__gte=LEAST)
            for figure in reader.figures(rows):
                groups[group_of(figure.series)].append(figure)
        for group, figures in groups.items():
            found = numbers_within(without_copies(figures))
            yield from ((self.name(group), verdict) for verdict in found)

    def series_of(self, keys: set[Group], reader: Reader) -> list[SeriesFacts]:
        found: list[SeriesFacts] = []
        for part in in_batches(list(keys), PORTION):
            rows = Series.objects.filter(
                about_some([key.subjects for key in part]),
                metric__sector__in={key.sector for key in part},
                metric__unit__in={key.unit for key in part},
            )
            # A query lets through a few more, which another may be asked for.
            wanted = set(part)
            found += [one for one in reader.take(rows) if group_of(one) in wanted]
        return found

    def everything(self) -> Iterable[Group]:
        """Those with a hedged figure."""
        hedged = Observation.objects.filter(value__gte=LEAST).exclude(qualifier="exact")
        columns = (*SUBJECT_COLUMNS, "metric__sector", "metric__unit")
        rows = Series.objects.filter(pk__in=hedged.values("series")).order_by(*columns)
        groups = rows.values_list(*columns).distinct()
        return (Group(things_in(row[:-2]), *row[-2:]) for row in groups.iterator())


class Number(NamedTuple):
    """A number, with its upper end where it has one, of metrics of one sector and unit."""

    sector: str
    unit: str
    value: Decimal
    high: Decimal | None


class SameNumber:
    """The figures that say one `Number`."""

    PREFIX = "number"

    def name(self, key: Number) -> str:
        high = "" if key.high is None else f"{key.high:.3f}"
        return f"number:{key.sector}:{key.value:.3f}:{high}:{key.unit}"

    def key(self, name: str) -> Number:
        _, sector, value, high, unit = name.split(":", 4)
        return Number(sector, unit, Decimal(value), Decimal(high) if high else None)

    def verdicts(self, keys: Collection[Number], reader: Reader) -> Found:
        members = defaultdict(list)
        # By the number alone: told of sectors, too, the database would go through all series.
        rows = large_numbers().filter(value__in={key.value for key in keys})
        found = list(rows.values_list("pk", "series_id", "value", "value_high"))
        kinds = kinds_of({series for _, series, *_ in found})
        wanted = set(keys)
        for pk, series, *number in found:
            kind = kinds.get(series)  # none of one that was deleted meanwhile
            if kind and (key := Number(*kind, *number)) in wanted:
                members[key].append((pk, series))
        members = {key: rows for key, rows in members.items() if len(rows) > 1}
        reader.climb(reader.by_key({series for rows in members.values() for _, series in rows}))
        alike = {
            key: [pk for pk, series in rows if series in partners]
            for key, rows in members.items()
            if (partners := partnered([series for _, series in rows], reader))
        }
        figures = {}
        for part in in_batches([pk for pks in alike.values() for pk in pks]):
            rows = Observation.objects.filter(pk__among=part)
            figures |= {figure.pk: figure for figure in reader.figures(rows)}
        for key, pks in alike.items():
            group = without_copies([figures[pk] for pk in pks if pk in figures])
            verdicts = same_numbers(group, lambda subjects: raised(subjects, reader))
            yield from ((self.name(key), verdict) for verdict in verdicts)

    def everything(self) -> Iterator[Number]:
        """Those that are said more than once, all of a value together: a figure is read once."""
        rows = large_numbers().values(*NUMBER_COLUMNS).annotate(times=Count("pk"))
        by_value = ("value", "value_high", *NUMBER_COLUMNS[:2])
        often = rows.filter(times__gt=1).order_by(*by_value).values_list(*NUMBER_COLUMNS)
        return (Number(*row) for row in often.iterator())


class OneThing:
    """The dated steps of a site, an enterprise or an agreement."""

    PREFIX = "step"

    def name(self, key: tuple[type[Model], int]) -> str:
        return f"step:{dataset_name(key[0])}:{key[1]}"

    def key(self, name: str) -> tuple[type[Model], int]:
        _, dataset, pk = name.split(":")
        return dataset_model(dataset), int(pk)

    def verdicts(self, keys: Collection[tuple[type[Model], int]], reader: Reader) -> Found:
        by_model = defaultdict(list)
        for model, pk in keys:
            by_model[model].append(pk)
        for model, pks in by_model.items():
            for part in in_batches(pks):
                for pk, steps in load_steps(model, part).items():
                    yield from ((self.name((model, pk)), one) for one in check_dates(steps))
                for pk, pairs in load_orders(model, part).items():
                    found = (one for pair in pairs for one in check_order(*pair))
                    yield from ((self.name((model, pk)), one) for one in found)

    def everything(self) -> Iterator[tuple[type[Model], int]]:
        for dated in DATED:
            keys = set(dated.things_with_activities().values_list("pk", flat=True))
            for order in ORDERS:
                if order.model is dated.model:
                    keys.update(order.things().values_list("pk", flat=True))
            yield from [(dated.model, pk) for pk in sorted(keys)]


def group_of(series: SeriesFacts) -> Group:
    return Group(series.subjects, series.metric.sector, series.metric.unit)


def kinds_of(series: Collection[int]) -> dict[int, tuple[str, str]]:
    """The sector and unit of some series, by their numbers."""
    found = {}
    for part in in_batches(sorted(series), PORTION * 10):
        rows = Series.objects.filter(pk__among=part).order_by()
        columns = ("pk", "metric__sector", "metric__unit")
        found |= {pk: tuple(kind) for pk, *kind in rows.values_list(*columns)}
    return found


def large_numbers() -> Any:
    """The public figures that are large enough to look alike."""
    return Observation.objects.published().filter(value__gte=LEAST).order_by()


def partnered(series: list[int], reader: Reader) -> set[int]:
    """Those of some series, each named once for each figure, that share a metric or a thing."""
    facts = [reader.series[pk] for pk in series if pk in reader.series]
    by_metric, by_subjects = defaultdict(list), defaultdict(list)
    for one in facts:
        by_metric[one.metric.pk].append(one.pk)
        by_subjects[one.subjects].append(one.pk)
    found = set()
    for group in (*by_metric.values(), *by_subjects.values()):
        if len(group) > 1:
            found.update(group)
    for subjects, group in by_subjects.items():
        for upper in raised(subjects, reader):
            if upper in by_subjects:
                found.update(group, by_subjects[upper])
    return found


SERIES, SAME_SUBJECTS, NUMBER, THING = OneSeries(), SameSubjects(), SameNumber(), OneThing()
FAMILIES: tuple[Family, ...] = (SERIES, SAME_SUBJECTS, NUMBER, THING)
BY_PREFIX: dict[str, Family] = {family.PREFIX: family for family in FAMILIES}
