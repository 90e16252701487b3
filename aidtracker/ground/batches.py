"""Many rows at once, in portions that every database takes."""

from aidtracker.ground.keys import key_text

BATCH = 500


def in_batches(items, size=BATCH):
    """The parts of a list, each short enough for one query."""
    return (items[start : start + size] for start in range(0, len(items), size))


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
