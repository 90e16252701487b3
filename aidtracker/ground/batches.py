"""Many rows at once: in portions that every database takes, held in one order by every door."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import (
    CharField,
    Field,
    ForeignObject,
    Lookup,
    Model,
    Prefetch,
    QuerySet,
    UUIDField,
    prefetch_related_objects,
)

from aidtracker.ground.inner_queries import First
from aidtracker.ground.keys import key_text

BATCH = 500
# What PostgreSQL calls the values of fields that hold no numbers.
KINDS: dict[type[Field], str] = {CharField: "text", UUIDField: "uuid"}


def in_batches(items, size=BATCH):
    """The parts of a list, each short enough for one query."""
    return (items[start : start + size] for start in range(0, len(items), size))


@Field.register_lookup
@ForeignObject.register_lookup
class Among(Lookup):
    """`__among`: one of any number of numbers or texts, given to the database as one value.

    `__in` gives each apart, which costs more than the answer where they are many, and a database
    takes only so many values: SQLite 32,766, some builds 999.
    """

    lookup_name = "among"
    prepare_rhs = False
    rhs: Any

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        # Of the type of our keys: numbers of another are compared one by one, not by their hash.
        field = self.lhs.output_field
        kind = next((kind for one, kind in KINDS.items() if isinstance(field, one)), "bigint")
        return f"{lhs} = ANY(%s::{kind}[])", [*params, [*self.rhs]]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        is_uuid = isinstance(field, UUIDField)
        told = [field.get_db_prep_value(one, connection) if is_uuid else one for one in self.rhs]
        return f"{lhs} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(told)]


def among(rows: QuerySet, numbers: Iterable[int]) -> QuerySet:
    """Those of a queryset's rows that have one of any number of numbers."""
    return rows.filter(pk__among=[*numbers])


def by_first_numbers(rows: QuerySet, first: QuerySet, limit: int) -> QuerySet:
    """Of `rows`, which may name many others, the first of a query, in its order.

    Their numbers are found by an index, then the rows by key: joined before the condition, all the
    tables that the rows name would keep the database from using any index.
    """
    found = rows.filter(pk__inside=First(first, limit))
    found.query.order_by = first.query.order_by
    return found


def prefetch_in_batches(rows: Sequence[Model], *lookups: str | Prefetch, size: int = BATCH) -> None:
    """Read at once what relations of rows of one model lead to, a portion after the other.

    Django names all keys in one condition, and SQLite takes no condition of 1,000 keys.
    """
    for part in in_batches(rows, size):
        prefetch_related_objects(part, *lookups)


def links_of_field(field, pks, size=10 * BATCH):
    """What a many-to-many field of rows names: (row id, named row's id, its key as text).

    One query a portion; in the order of the keys.
    """
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    paths = [f"{other}__{path}" for path in getattr(field.related_model, "KEY", ("pk",))]
    links = field.remote_field.through._base_manager.order_by(*paths)
    for part in in_batches(pks, size):
        rows = links.filter(**{f"{own}__among": part})
        for pk, number, *key in rows.values_list(f"{own}_id", f"{other}_id", *paths):
            yield pk, number, key_text(key)


def held(rows):
    """`rows`, a queryset, kept as they are until the transaction ends, in the order of numbers.

    So two doors never wait for each other. Others may meanwhile store rows that refer to them.
    """
    return rows.order_by("pk").select_for_update(no_key=True)
