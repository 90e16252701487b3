"""The rows of ledgers that printed counts count, with all that each of them belongs to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import Model, Q, QuerySet

from aidtracker.ground.batches import BATCH
from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.partial_dates import first_day, in_chinese, last_day
from projects.checks.evidence import LedgerRow, SeriesFacts, Thing
from projects.checks.places import below
from projects.checks.reader import Reader, Subjects
from projects.models.counted_rows import CountedRows
from projects.models.metrics import SUBJECTS, Series

FEW_ROWS = 500  # they are read all; of more only those that may belong to what is counted
MANY_THINGS = 400  # of more it is quicker to read all rows than to name those that belong to them

Rows = dict[int, tuple[str, list[LedgerRow]]]


def load_rows(series: Collection[SeriesFacts], reader: Reader) -> Rows:
    """For each metric of `series` that counts rows: what they are, and those it may count there."""
    wanted: dict[int, set[Subjects]] = defaultdict(set)
    for one in series:
        if one.metric.counted_rows:
            wanted[one.metric.pk].add(one.subjects)
    return {pk: rows_of(reader.metrics[pk], subjects, reader) for pk, subjects in wanted.items()}


def rows_of(metric: Any, subjects: set[Subjects], reader: Reader) -> tuple[str, list[LedgerRow]]:
    counted = CountedRows(metric.counted_rows)
    keys = [field.name for field in counted.model._meta.concrete_fields if field.is_relation]
    lists = [field.name for _, field in lists_of(counted.model)]
    rows = counted.queryset.select_related(*keys).prefetch_related(*lists)
    found = list(rows[: FEW_ROWS + 1])
    if len(found) > FEW_ROWS:
        found = list(narrowed(rows, subjects).iterator(BATCH))
    things = {row.pk: set(related_things(row)) for row in found}
    reader.places.climb({thing for own in things.values() for thing in own})
    above = reader.places.above
    return str(counted.model._meta.verbose_name), [
        LedgerRow(
            record_name(row),
            row_words(row, counted.date_field),
            frozenset(
                {*things[row.pk], *(up for own in things[row.pk] for up in above.get(own, ()))}
            ),
            first_day(getattr(row, counted.date_field)),
            last_day(getattr(row, counted.date_field)),
        )
        for row in found
    ]


def narrowed(rows: QuerySet, subjects: Iterable[Subjects]) -> QuerySet:
    """Those rows that may belong to all of some subjects; all, where that is too much to name."""
    rule, number = Q(), 0
    for things in subjects:
        one = Q()
        for thing in things:
            inside = below([thing])
            number += len(inside)
            if number > MANY_THINGS:
                return rows
            one &= belongs_to(rows.model, inside)
        rule |= one
    return rows.filter(rule)


def belongs_to(model: type[Model], things: Collection[Thing]) -> Q:
    """The condition that a row is one of some things or names one of them."""
    rule = Q(pk__in=())
    for kind, lookup, own in relations_of(model):
        keys = [pk for one, pk in things if one == kind]
        if keys and own is not None:
            rule |= Q(pk__in=own.filter(**{f"{lookup}__in": keys}))
        elif keys:
            rule |= Q(**{f"{lookup}__in": keys})
    return rule


def relations_of(model: type[Model]) -> Iterator[tuple[str, str, QuerySet | None]]:
    """By what a row belongs to subjects: kind, lookup, and the rows of a list's own table."""
    if kind := kind_of(model):
        yield kind, "pk", None
    for field in model._meta.concrete_fields:
        if kind := kind_of(field.related_model):
            yield kind, field.attname, None
    for kind, field in lists_of(model):
        through = field.remote_field.through._base_manager
        yield kind, field.m2m_reverse_field_name(), through.values(field.m2m_field_name())


def lists_of(model: type[Model]) -> list[tuple[str, Any]]:
    """The many-to-many fields of a model that name subjects, each with their kind."""
    fields = model._meta.many_to_many
    return [(kind, field) for field in fields if (kind := kind_of(field.related_model))]


def related_things(row: Model) -> Iterator[Thing]:
    """What a row is itself, and what its foreign keys and lists name."""
    if kind := kind_of(type(row)):
        yield kind, row.pk
    for field in row._meta.concrete_fields:
        kind, pk = kind_of(field.related_model), field.value_from_object(row)
        if kind and pk:
            yield kind, pk
    for kind, field in lists_of(type(row)):
        for one in getattr(row, field.name).all():
            yield kind, one.pk


def row_words(row: Any, date_field: str) -> str:
    """Whom a row names, and when: 阿克苏市（2015年7月）."""
    name = str(getattr(row, "holder", row))
    when = in_chinese(getattr(row, date_field))
    return f"{name}（{when}）" if when else name


def kind_of(model: Any) -> str | None:
    """Which kind of subject of a series the rows of a model are; None if none."""
    kinds = {Series._meta.get_field(kind).related_model: kind for kind in SUBJECTS}
    return kinds.get(model)


def record_name(row: Any) -> str:
    return f"{dataset_name(type(row))}:{row.slug}"
