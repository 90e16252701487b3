"""Names that stand beside codes in a file: whichever of the two a person changed is meant.

A row is named by its code; the name beside it is for people, who change that instead. What does not
agree with the code is the change if the code is still the stored one, and else a contradiction.
"""

from typing import Any

from aidtracker.sheets.columns.cells import cell_text, tidy
from aidtracker.sheets.columns.widgets import split_list
from aidtracker.sheets.reading.pages import Sheet
from aidtracker.sheets.rehearsing.outcomes import Objections
from aidtracker.sheets.rehearsing.readers import CellReader, Readers
from aidtracker.sheets.rehearsing.stored_rows import StoredRows

UNKNOWN = "代码旁的名称“{}”没有找到，或不止一个，没有读入；要改请改代码。"


class Companions:
    """The columns of names of a sheet, each with the reader of the codes beside it."""

    def __init__(self, sheet: Sheet, readers: Readers, objections: Objections) -> None:
        by_code = {reader.column.column_name: reader for reader in readers.all}
        self.pairs = [(by_code[code], at) for code, at in sheet.companions if code in by_code]
        self.keys = readers.keys
        self.rows = sheet.rows
        self.objections = objections
        self.agreeing: set[tuple] = set()

    def fill_keys(self) -> None:
        """Let rows whose key has no code have the name beside it."""
        for reader, at in self.pairs:
            if reader in self.keys:
                for _, cells in self.rows:
                    if cells[reader.position] == "" and cells[at] != "":
                        cells[reader.position] = cells[at]

    def settle(self, found: list, stored: StoredRows) -> None:
        """Let the codes of all rows be what people mean; `found` are the stored rows' values."""
        for reader, at in self.pairs:
            for (number, cells), values in zip(self.rows, found, strict=True):
                raw, name = cells[reader.position], cells[at]
                if name == "" or (raw, name) in self.agreeing:
                    continue
                own = None if values is None else numbers(stored.columns[reader].value(values))
                self.compare(number, cells, reader, cell_text(name), own)
                if cells[reader.position] == raw:
                    self.note_agreement(reader, raw, name)

    def note_agreement(self, reader: CellReader, raw: Any, name: Any) -> None:
        """Remember a code and a name that are one row's, so that it is asked once."""
        reading = reader.read(raw)
        if not reading.problem and agree(reader, numbers(reading.value), cell_text(name)):
            self.agreeing.add((raw, name))

    def compare(
        self, number: int, cells: list, reader: CellReader, name: str, own: set | None
    ) -> None:
        """Compare a code with its name; `own` are the numbers of what is stored."""
        reading = reader.read(cells[reader.position])
        said = numbers(reading.value)
        if reading.problem or agree(reader, said, name):
            return
        if not said and own is None:
            cells[reader.position] = name
            return
        is_kept = own is not None and said == own
        if not is_kept and own is not None and agree(reader, own, name):
            return  # the code was changed, the name left
        meant = [reader.column.widget.lookup.named(one) for one in parts(reader, name)]
        if not all(len(one) == 1 for one in meant):
            text = UNKNOWN.format(name)
            self.objections.warn(number, reader.column.label, name, text)
        elif is_kept and reader not in self.keys:
            found = [pk for one in meant for pk in one]
            cells[reader.position] = keys_of(reader, found)
        else:
            text = f"与旁边的名称“{name}”对不上；请改正其中一个。"
            self.objections.add(number, reader, cells, text)


def numbers(value: Any) -> set:
    """The numbers of the rows that a cell names."""
    found = value if isinstance(value, list) else [value]
    return {one for one in found if one is not None}


def parts(reader: CellReader, name: str) -> list[str]:
    return split_list(name) if reader.column.is_many else [name]


def agree(reader: CellReader, pks: set, name: str) -> bool:
    """Whether a text names just some rows."""
    if not all(isinstance(pk, int) for pk in pks):
        return True  # rows that the file makes
    lookup = reader.column.widget.lookup
    if pks and tidy(lookup.shown(pks)) == tidy(name):
        return True
    named = [lookup.named(one) for one in parts(reader, name)]
    return bool(pks) and all(one & pks for one in named) and pks <= set().union(*named)


def keys_of(reader: CellReader, pks: list[int]) -> str:
    widget = reader.column.widget
    return widget.key(pks if reader.column.is_many else pks[0])
