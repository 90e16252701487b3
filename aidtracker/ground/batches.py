"""Many rows at once: in portions that every database takes, held in one order by every door."""

from collections.abc import Sequence

from django.db.models import Model, Prefetch, prefetch_related_objects

from aidtracker.ground.keys import key_text

BATCH = 500


def in_batches(items, size=BATCH):
    """The parts of a list, each short enough for one query."""
    return (items[start : start + size] for start in range(0, len(items), size))


def prefetch_in_batches(rows: Sequence[Model], *lookups: str | Prefetch, size: int = BATCH) -> None:
    """Read at once what relations of rows of one model lead to, a portion after the other.

    Django names all keys in one condition, and SQLite takes no condition of 1,000 keys.
    """
    for part in in_batches(rows, size):
        prefetch_related_objects(part, *lookups)


def links_of_field(field, pks, size=BATCH):
    """What a many-to-many field of rows names: (row id, named row's id, its key as text).

    One query a portion; in the order of the keys.
    """
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    paths = [f"{other}__{path}" for path in getattr(field.related_model, "KEY", ("pk",))]
    links = field.remote_field.through._base_manager.order_by(*paths)
    for part in in_batches(pks, size):
        rows = links.filter(**{f"{own}__in": part})
        for pk, number, *key in rows.values_list(f"{own}_id", f"{other}_id", *paths):
            yield pk, number, key_text(key)


def held(rows):
    """`rows`, a queryset, kept as they are until the transaction ends, in the order of numbers.

    So two doors never wait for each other. Others may meanwhile store rows that refer to them.
    """
    return rows.order_by("pk").select_for_update(no_key=True)
