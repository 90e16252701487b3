"""How an import reads one column: each different cell is read once, however often it stands."""

from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from aidtracker.ground.keys import key_text
from aidtracker.sheets.columns.cells import (
    BLANKS,
    MOST_DIGITS,
    SHORTENED,
    TOO_LONG,
    cell_text,
    half_width,
)
from aidtracker.sheets.columns.column import Column

EMPTY: tuple[Any, ...] = (None, "", [])
NOTHING = (*EMPTY, ())


@dataclass(slots=True)
class Reading:
    """What a cell stands for, or why it stands for nothing."""

    value: Any = None
    problem: str = ""
    is_empty: bool = False


class CellReader:
    """One column of the file: compares its cells with stored rows, and reads those that differ.

    Of a stored row's values, those of the column begin at `first`; `links` are the rows that a
    many-to-many field names, as {row number: {number: key}}.
    """

    def __init__(self, column: Column, position: int, unit: str = ""):
        self.column = column
        self.position = position
        self.unit = unit
        self.first = 0
        self.links: dict[int, dict[int, str]] = {}
        self.texts: dict = {}
        self.shown: dict = {}
        self.readings: dict = {}
        self.same: dict = {}
        self.is_optional = column.source.blank
        self.is_relation = column.source.is_relation
        # A number without a unit of its own is not what an export would write.
        self.is_converted = bool(unit) and unit != column.unit

    def text(self, raw):
        """The canonical text of a cell."""
        text = self.texts.get(raw)
        if text is None:
            text = self.texts[raw] = cell_text(raw)
        return text

    def read(self, raw):
        """The Reading of a cell."""
        found = self.readings.get(raw)
        if found is None:
            found = self.reading(raw)
            # What is missing now may come with a row of the same file.
            if not (found.problem and self.is_relation):
                self.readings[raw] = found
        return found

    def reading(self, raw):
        is_text = self.column.is_text
        if is_text and lost_digits(raw):
            return Reading(problem="编号被 Excel 当成数字，后面的数位已丢失；请设为文本格式重填。")
        if raw.__class__ is str and not is_text and half_width(raw) in BLANKS:
            raw = ""
        has_text = raw.__class__ is str or is_text
        try:
            value = self.column.value(raw, self.text(raw) if has_text else "", self.unit)
        except ValueError as error:
            return Reading(problem=str(error))
        return Reading(value, is_empty=value in EMPTY)

    # Stored rows

    @property
    def paths(self):
        """The lookup paths that a stored row is read by: the value, then what its cell shows."""
        if self.column.is_many:
            return ()
        if self.column.source.is_relation:
            return (self.column.attribute, *self.column.paths)
        return (self.column.attribute,)

    def stored(self, values):
        """The value of a stored row: a number of a related row, or numbers of several."""
        return list(self.links.get(values[0], ())) if self.column.is_many else values[self.first]

    def differing(self, known):
        """The places in `known`, triples of place, cells and stored values, with another cell."""
        position, value_of = self.position, self.comparison()
        is_plain = not (self.is_relation or self.is_converted)
        for place, cells, values in known:
            raw, value = cells[position], value_of(values)
            if (raw == value and is_plain) or (raw == "" and value in NOTHING):
                continue
            if is_plain and raw.__class__ is float and value.__class__ is Decimal:
                # Both have at most 15 digits, which a float keeps.
                is_same = float(value) == raw
            else:
                is_same = self.is_known_same(values, value, raw)
            if not is_same:
                yield place

    def is_known_same(self, values, value, raw):
        """As `is_same`, asked once for each pair of a cell and a stored value."""
        try:
            return self.same[raw, value]
        except KeyError:
            found = self.same[raw, value] = self.is_same(values, raw)
            return found
        except TypeError:
            return self.is_same(values, raw)

    def comparison(self):
        """What of a stored row decides whether a cell says the same: a function of its values."""
        if self.column.is_many:
            return self.shown_parts
        return itemgetter(self.first)

    def is_same(self, values, raw):
        """Whether a cell is what an export writes of a stored row."""
        if self.is_converted:
            return False
        text = self.text(raw)
        return text in self.shown_texts(values) or text == TOO_LONG

    def says_same(self, values, reading):
        """Whether what was read is what is stored, written in another form."""
        stored = self.stored(values)
        if self.column.is_many:
            return set(stored) == set(reading.value)
        return stored == reading.value or (reading.is_empty and stored in EMPTY)

    def shown_texts(self, values):
        """What exports write of a stored row: the cell with Chinese choices, then with codes."""
        shown = self.shown_parts(values)
        try:
            found = self.shown.get(shown)
        except TypeError:
            return self.rendered(shown)
        if found is None:
            found = self.shown[shown] = self.rendered(shown)
        return found

    def shown_parts(self, values):
        column = self.column
        if column.is_many:
            return tuple(self.links.get(values[0], {}).values())
        if column.source.is_relation:
            return values[self.first + 1 : self.first + 1 + len(column.paths)]
        return values[self.first]

    def rendered(self, shown):
        column = self.column
        if column.is_many:
            return (cell_text(column.widget.join(shown)),)
        if column.source.is_relation:
            return (cell_text(key_text(shown)),)
        spellings = (False, True) if column.source.choices else (False,)
        ways = (column.widget.render(shown, codes=codes) for codes in spellings)
        return tuple(map(cell_text, ways))

    def old_text(self, values):
        return self.shown_texts(values)[0]


def lost_digits(raw):
    """Whether a cell shows a number of which Excel has dropped the last digits."""
    if raw.__class__ is str:
        return raw[-4:-2] == "E+" and bool(SHORTENED.fullmatch(raw))
    return raw.__class__ in (int, float) and abs(raw) >= MOST_DIGITS
