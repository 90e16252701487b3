"""The stored rows that a sheet speaks of, found by their natural keys, all at once."""

from aidtracker.ground.batches import in_batches, links_of_field
from aidtracker.ground.scope import changeable, scope_of

BATCH = 2_000
FEW = 50


class StoredRows:
    """The values of stored rows by key: number, version, state of review if there is any, the key,
    then those that the readers compare.

    Rows of other headquarters are among them, so that none is made a second time: `is_foreign`
    tells.
    """

    def __init__(self, resource, readers, keys):
        self.model = resource._meta.model
        self.user = resource.user
        self.paths = ["pk", "version", *filter(None, [self.model.REVIEW])]
        self.key_size = len(resource.key_columns)
        self.key_names = [column.source.attname for column in resource.key_columns]
        self.first_key = len(self.paths)
        self.paths += self.key_names
        for reader in readers:
            reader.first = len(self.paths)
            self.paths += reader.paths
        self.by_key = {}
        for values in self.found({key for key in keys if key}):
            self.by_key[values[self.first_key : self.first_key + self.key_size]] = values
        pks = [values[0] for values in self.by_key.values()]
        self.changeable = self.changeable_of(pks)
        for reader in readers:
            if reader.column.is_many:
                reader.links = links_of(reader.column.source, pks)

    def get(self, key):
        """The values of the row with a key; None if there is none, or no key yet."""
        return self.by_key.get(key) if key else None

    def found(self, keys):
        """The stored rows that may have one of the keys."""
        if not keys:
            return
        parts = [set(part) for part in zip(*keys, strict=True)]
        widest = max(range(self.key_size), key=lambda place: len(parts[place]))
        rows = self.model._base_manager.order_by()
        for place, part in enumerate(parts):
            if place != widest and len(part) <= FEW:
                rows = rows.filter(**{f"{self.key_names[place]}__in": part})
        wanted = sorted(parts[widest], key=str)
        for part in in_batches(wanted, BATCH):
            batch = {f"{self.key_names[widest]}__in": part}
            yield from rows.filter(**batch).values_list(*self.paths)

    def changeable_of(self, pks):
        """The numbers of those rows that the person may change; None for all."""
        if self.user is None or scope_of(self.user).changes_all:
            return None
        rows = (self.model._base_manager.filter(pk__in=part) for part in in_batches(pks, BATCH))
        return {
            pk for part in rows for pk in changeable(part, self.user).values_list("pk", flat=True)
        }

    def is_foreign(self, values):
        """Whether a row belongs to other headquarters than the person's."""
        return self.changeable is not None and values[0] not in self.changeable


def links_of(field, pks):
    """What a many-to-many field of rows names: {row number: {number: natural key}}."""
    found: dict[int, dict[int, str]] = {}
    for pk, number, key in links_of_field(field, pks, BATCH):
        found.setdefault(pk, {})[number] = key
    return found
