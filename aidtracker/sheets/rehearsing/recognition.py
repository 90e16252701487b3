"""Rows of a file without codes: which stored record each of them is, by its name.

Within the headquarters a name mostly is enough; of several records of one name the place and the
year decide. What is only alike, a person decides. A new record gets the next code by the rule of
the installation.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.reading.pages import Sheet
from aidtracker.sheets.rehearsing.codes import NextCodes
from aidtracker.sheets.rehearsing.known import FEW, Known, KnownRecords, core, loose, values_of
from aidtracker.sheets.rehearsing.readers import CellReader

NEW, SKIP = "new", "skip"  # what a person may say of a row besides the number of a record
ALIKE_NAME = "名称相近"
OTHER_YEAR = "同名的是别的年份，作为新记录；是同一条的请改选"
BY_NAME, BY_PLACE = "名称", "名称、地点和年份"


@dataclass(frozen=True)
class Recognised:
    """Which record a row without a code is, and by what; a doubtful one has `candidates`."""

    number: int
    name: str
    code: str = ""
    how: str = ""
    candidates: tuple[Known, ...] = ()
    chosen: str = ""
    why: str = ""
    stored_name: str = ""  # stays: the file's only says which record is meant

    @property
    def is_doubtful(self) -> bool:
        return bool(self.why)

    @property
    def is_new(self) -> bool:
        return self.how == NEW

    @property
    def is_undecided(self) -> bool:
        return self.is_doubtful and not self.chosen

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """What the row may be: (value, words, whether that is chosen, or most likely)."""
        found = [(str(one.pk), f"{one.code} {one.name}".strip()) for one in self.candidates]
        is_likely = len(found) == 1 and self.why == ALIKE_NAME
        begins = found[0][0] if is_likely else ""
        found += [(NEW, "新记录"), (SKIP, "不导入这一行")]
        return [(value, words, value == (self.chosen or begins)) for value, words in found]


class Apart(NamedTuple):
    """The places and years that a row names, {field: numbers or years}; `said` is all of it."""

    values: dict[str, set]
    said: str = ""

    @property
    def year(self) -> str:
        """The first year that is named; empty if none is."""
        years = (one for found in self.values.values() for one in sorted(found))
        return next((one for one in years if isinstance(one, str)), "")


class Recognition:
    """Finds the codes of a sheet's rows; `found` tells of each row that had none."""

    def __init__(self, resource: SheetResource, sheet: Sheet) -> None:
        self.resource, self.model = resource, resource.model
        self.sheet = sheet
        self.places = {code: position for code, position, _ in sheet.columns}
        # The columns that tell records of one name apart.
        self.readers = [
            CellReader(resource.fields[name], self.places[code])
            for name in self.model.TOLD_APART_BY
            if (code := resource.fields[name].column_name) in self.places
        ]
        self.known = KnownRecords(resource, [reader.column for reader in self.readers])
        self.codes = NextCodes(resource, sheet)
        self.found: list[Recognised] = []
        self.seen: dict[tuple, int] = {}
        self.aparts: dict[tuple, Apart] = {}

    def run(self) -> Sheet:
        """The sheet with a code in each row, without rows that are left out or undecided."""
        code, name = self.resource.code_column, self.resource.name_column
        if (name,) == self.model.KEY:
            return self.with_known_names(self.places[name])
        if not code or name not in self.places:
            return self.sheet
        at, named = self.places.get(code), self.places[name]
        if at is not None and self.is_full(at):
            return self.sheet
        rows = []
        for number, cells in self.sheet.rows:
            if (at is not None and cell_text(cells[at])) or not cell_text(cells[named]):
                rows.append((number, cells if at is not None else [*cells, ""]))
                continue
            one = self.recognise(number, cells, cell_text(cells[named]))
            self.found.append(one)
            if not (one.is_undecided or one.chosen == SKIP):
                coded = [*cells, ""] if at is None else [*cells]
                coded[-1 if at is None else at] = one.code
                coded[named] = one.stored_name or coded[named]
                rows.append((number, coded))
        columns = self.sheet.columns
        if at is None:
            width = len(self.sheet.rows[0][1]) if self.sheet.rows else 0
            columns = [*columns, (code, width, "")]
        return replace(self.sheet, rows=rows, columns=columns)

    def is_full(self, at: int) -> bool:
        """Whether each row says its code, or says by an empty cell that it is new."""
        is_optional = self.resource.columns_by_code[self.resource.code_column].source.blank
        return is_optional or all(cell_text(cells[at]) for _, cells in self.sheet.rows)

    def with_known_names(self, at: int) -> Sheet:
        """The sheet of records whose names are keys: whether 某某景区 is 某某 is asked."""
        rows = []
        for number, cells in self.sheet.rows:
            name = cell_text(cells[at])
            word = loose(name)
            near = self.known.by_core.get(core(word), [])
            if not near or any(one.loose == word for one in near):
                rows.append((number, cells))
                continue
            candidates = tuple(near[:FEW])
            one = self.said(Recognised(number, name, candidates=candidates, why=ALIKE_NAME))
            self.found.append(one)
            if not (one.is_undecided or one.chosen == SKIP):
                named = [*cells]
                named[at] = one.stored_name or name
                rows.append((number, named))
        return replace(self.sheet, rows=rows)

    # One row

    def recognise(self, number: int, cells: list, name: str) -> Recognised:
        word, apart = loose(name), self.apart_of(cells)
        same = self.known.by_name.get(word, [])
        fitting = [one for one in same if fits(one.apart, apart.values)]
        one = Recognised(number, name)
        if len(fitting) == 1:
            how = BY_NAME if len(same) == 1 else BY_PLACE
            return replace(one, code=fitting[0].code, how=how, stored_name=fitting[0].name)
        is_later = not fitting and all(is_of_another_year(one.apart, apart.values) for one in same)
        if same and not is_later:
            why = "同名的不止一条" if fitting else "同名，地点或年份却不同"
            return self.decided(replace(one, candidates=tuple(fitting or same), why=why), cells)
        first = self.seen.setdefault((word, apart.said), number)
        if first != number:
            return self.decided(replace(one, why=f"与第 {first} 行名称、地点、年份都相同"), cells)
        if same:
            return self.of_another_year(replace(one, candidates=tuple(same[:FEW])), cells)
        if near := self.known.near(word):
            return self.decided(replace(one, candidates=near, why=ALIKE_NAME), cells)
        return Recognised(number, name, self.codes.next(cells, apart.year), NEW)

    def decided(self, one: Recognised, cells: list) -> Recognised:
        """A doubtful row with what a person said of it; a new one has a code."""
        one = self.said(one)
        return replace(one, code=self.next_code(cells)) if one.is_new else one

    def of_another_year(self, one: Recognised, cells: list) -> Recognised:
        """A row that only by its year is none of its name: new, unless a person says otherwise."""
        one = self.said(replace(one, why=OTHER_YEAR))
        new = replace(one, chosen=NEW, how=NEW)
        return replace(new, code=self.next_code(cells)) if not one.chosen or one.is_new else one

    def next_code(self, cells: list) -> str:
        return self.codes.next(cells, self.apart_of(cells).year)

    def said(self, one: Recognised) -> Recognised:
        said = self.sheet.decisions.rows.get(str(one.number), "")
        chosen = next((known for known in one.candidates if str(known.pk) == said), None)
        if chosen:
            own = {"code": chosen.code, "stored_name": chosen.name}
            return replace(one, chosen=said, how="您的选择", **own)
        if said == NEW:
            return replace(one, chosen=said, how=NEW)
        return replace(one, chosen=SKIP) if said == SKIP else one

    def apart_of(self, cells: list) -> Apart:
        """The places and years that a row names: read once for the same cells."""
        raw = tuple(cells[reader.position] for reader in self.readers)
        if raw not in self.aparts:
            self.aparts[raw] = self.read_apart(raw)
        return self.aparts[raw]

    def read_apart(self, raw: tuple) -> Apart:
        found = {}
        for reader, cell in zip(self.readers, raw, strict=True):
            reading = reader.read(cell)
            if not (reading.problem or reading.is_empty):
                found[reader.column.attribute] = values_of(reader.column, reading.value)
        return Apart(found, repr(sorted((name, sorted(one)) for name, one in found.items())))


def fits(stored: dict[str, set], said: dict[str, set]) -> bool:
    """Whether what a row says of place and year can be said of a record."""
    return all(stored[name] & said[name] for name in said if stored.get(name))


def is_of_another_year(stored: dict[str, set], said: dict[str, set]) -> bool:
    """Whether a row has its place in common with a record, and no year; years are texts."""
    years, places = [], []
    for name in said:
        if own := stored.get(name):
            kind = years if isinstance(next(iter(own)), str) else places
            kind.append(not own.isdisjoint(said[name]))
    return bool(years) and not any(years) and all(places)
