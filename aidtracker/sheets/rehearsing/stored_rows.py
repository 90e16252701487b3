"""The stored rows that a sheet speaks of, found by their natural keys and compared with its cells.

Of a stored row only values are read: its number, its version, its state of review if there is any,
the key, then those of the file's columns.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from operator import itemgetter

from aidtracker.ground.batches import in_batches
from aidtracker.ground.keys import key_text
from aidtracker.ground.scope import changeable, hidden, scope_of, visible
from aidtracker.sheets.columns.cells import EMPTY, TOO_LONG, cell_text, folded
from aidtracker.sheets.columns.lookups import links_of
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.rehearsing.readers import CellReader, Reading

BATCH = 2_000
FEW = 50
NOTHING = (*EMPTY, ())
PK, VERSION, REVIEW = range(3)


class StoredRows:
    """The values of stored rows by key, and the `columns` that compare them.

    Rows of other headquarters are among them, so that none is made a second time: `is_foreign`
    tells.
    """

    def __init__(self, resource: SheetResource, readers: list[CellReader], keys):
        self.model = resource.model
        self.user = resource.user
        self.paths = ["pk", "version", *filter(None, [self.model.REVIEW])]
        self.key_size = len(resource.key_columns)
        self.key_names = [column.source.attname for column in resource.key_columns]
        first_key = len(self.paths)
        self.paths += self.key_names
        firsts = []
        for reader in readers:
            firsts.append(len(self.paths))
            self.paths += stored_paths(reader.column)
        last_key = first_key + self.key_size
        wanted = {key for key in keys if key}
        self.by_key = {values[first_key:last_key]: values for values in self.found(wanted)}
        self.alike = self.alike_to(wanted - self.by_key.keys())
        alike = {one for several in self.alike.values() for one in several}
        self.by_key |= {values[first_key:last_key]: values for values in self.found(alike)}
        pks = [values[PK] for values in self.by_key.values()]
        self.changeable = self.changeable_of(pks)
        self.columns = {
            reader: StoredColumn(reader, first, pks)
            for reader, first in zip(readers, firsts, strict=True)
        }

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

    def alike_to(self, keys) -> dict[tuple, list[tuple]]:
        """Of keys that no row has, those of rows that differ in case, width, dashes or blanks."""
        if not any(isinstance(part, str) for key in keys for part in key):
            return {}
        known: dict[tuple, list[tuple]] = {}
        rows = self.model._base_manager.order_by()
        # A key that the person must not know of is nothing they could have meant.
        seen = rows if self.user is None else visible(rows, self.user)
        for key in seen.values_list(*self.key_names):
            known.setdefault(folded_key(key), []).append(key)
        return {key: known[folded_key(key)] for key in keys if folded_key(key) in known}

    def changeable_of(self, pks):
        """The numbers of those rows that the person may change; None for all."""
        if self.user is None or scope_of(self.user).changes_all:
            return None
        rows = (self.model._base_manager.filter(pk__in=part) for part in in_batches(pks, BATCH))
        return {
            pk for part in rows for pk in changeable(part, self.user).values_list("pk", flat=True)
        }

    def is_foreign(self, values) -> bool:
        """Whether a row belongs to other headquarters than the person's."""
        return self.changeable is not None and values[PK] not in self.changeable

    def is_hidden(self, values: tuple) -> bool:
        """Whether the person must not know that a row is there."""
        return self.user is not None and values[PK] in self.hidden

    @cached_property
    def hidden(self) -> set[int]:
        """The numbers of such rows: asked when the first foreign row is met."""
        pks = [values[PK] for values in self.by_key.values() if self.is_foreign(values)]
        parts = (self.model._base_manager.filter(pk__in=part) for part in in_batches(pks, BATCH))
        return {pk for part in parts for pk in hidden(part, self.user).values_list("pk", flat=True)}


def folded_key(key: tuple) -> tuple:
    """A key whose texts are without differences that nobody means."""
    return tuple(folded(part) if isinstance(part, str) else part for part in key)


def stored_paths(column) -> tuple[str, ...]:
    """The lookup paths that a stored row is read by: the value, then what its cell shows."""
    if column.is_many:
        return ()
    return (column.attribute, *column.paths) if column.source.is_relation else (column.attribute,)


class StoredColumn:
    """One column of the file beside the stored rows: which of its cells say something else.

    Of a stored row's values, those of the column begin at `first`; `links` are the rows that a
    many-to-many field names, as {row number: {number: key}}.
    """

    def __init__(self, reader: CellReader, first: int, pks: list[int]):
        self.reader = reader
        self.column = reader.column
        self.first = first
        self.links = links_of(self.column.source, pks) if self.column.is_many else {}
        self.same: dict = {}

    def value(self, values):
        """The value of a stored row: a number of a related row, or numbers of several."""
        return list(self.links.get(values[PK], ())) if self.column.is_many else values[self.first]

    def differing(self, known) -> Iterator[int]:
        """The places in `known`, triples of place, cells and stored values, with another cell."""
        position = self.reader.position
        value_of = self.shown_parts if self.column.is_many else itemgetter(self.first)
        is_plain = not (self.reader.is_relation or self.reader.is_converted)
        for place, cells, values in known:
            raw, value = cells[position], value_of(values)
            if (raw == value and is_plain) or (raw == "" and value in NOTHING):
                continue
            if is_plain and raw.__class__ is float and value.__class__ is Decimal:
                # Both have at most 15 digits, which a float keeps.
                is_same = float(value) == raw
            else:
                is_same = self.is_same(values, value, raw)
            if not is_same:
                yield place

    def is_same(self, values, value, raw) -> bool:
        """Whether a cell is what an export writes of a stored row; asked once for each pair."""
        if isinstance(value, list | dict):
            return self.is_written(values, raw)
        found = self.same.get((raw, value))
        if found is None:
            found = self.same[raw, value] = self.is_written(values, raw)
        return found

    def is_written(self, values, raw) -> bool:
        if self.reader.is_converted:
            return False
        text = self.reader.text(raw)
        return text in self.shown_texts(values) or text == TOO_LONG

    def says_same(self, values, reading: Reading) -> bool:
        """Whether what was read is what is stored, written in another form."""
        stored = self.value(values)
        if self.column.is_many:
            return set(stored) == set(reading.value)
        return stored == reading.value or (reading.is_empty and stored in EMPTY)

    def shown_texts(self, values) -> list[str]:
        """What exports write of a stored row: the cell with Chinese choices, then with codes."""
        column, shown = self.column, self.shown_parts(values)
        if column.is_many:
            return [cell_text(column.widget.join(shown))]
        if column.source.is_relation:
            return [cell_text(key_text(shown))]
        spellings = (False, True) if column.source.choices else (False,)
        return [cell_text(column.cell([shown], codes)) for codes in spellings]

    def shown_parts(self, values):
        column = self.column
        if column.is_many:
            return tuple(self.links.get(values[PK], {}).values())
        if column.source.is_relation:
            return values[self.first + 1 : self.first + 1 + len(column.paths)]
        return values[self.first]
