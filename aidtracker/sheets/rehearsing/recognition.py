"""Rows of a file without codes: which stored record each of them is, by its name.

Within the headquarters a name mostly is enough; of several records of one name the place and the
year decide. What is only alike, a person decides. A new record gets the next code by the rule of
the installation.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import timezone

from aidtracker.ground.keys import follow
from aidtracker.ground.scope import changeable, readable, scope_of
from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.lookups import links_of
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.reading.sheets import Sheet
from aidtracker.sheets.reading.stated_units import plain
from aidtracker.sheets.rehearsing.readers import CellReader

NEW, SKIP = "new", "skip"  # what a person may say of a row besides the number of a record
PUNCTUATION = re.compile(r"[\W_]+")
# What is written behind the name of a place, a park or works, or is not.
KINDS = re.compile(
    "(?:(?:国家)?(?:级)?(?:生态|风景|旅游|名胜|文化)*(?:景区|度假区|旅游区|景点)|(?:建设)?(?:项目|工程))$"
)
ALIKE = 0.6  # of the pairs of characters of two names
FEW = 5
COMMON = 300  # records with a pair of characters that tells nothing any more
LONGEST_WORD = 16
ALIKE_NAME = "名称相近"
OTHER_YEAR = "同名的是别的年份，作为新记录；是同一条的请改选"
BY_NAME, BY_PLACE = "名称", "名称、地点和年份"


@dataclass(slots=True)
class Known:
    """A stored record as far as it can be recognised: `apart` are its places and years."""

    pk: int
    code: str
    name: str
    apart: dict[str, set] = field(default_factory=dict)


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


def loose(name: Any) -> str:
    """A name without differences that nobody means: width, case, blanks, punctuation."""
    return PUNCTUATION.sub("", plain(name))


def core(name: Any) -> str:
    """What is left of a name without the words for what kind of thing it is."""
    return KINDS.sub("", loose(name))


def pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)} or {name}


class Recognition:
    """Finds the codes of a sheet's rows; `found` tells of each row that had none."""

    def __init__(self, resource: SheetResource, sheet: Sheet) -> None:
        self.resource, self.model = resource, resource.model
        self.sheet = sheet
        self.places = {code: position for code, position, _ in sheet.columns}
        self.found: list[Recognised] = []
        self.seen: dict[tuple, int] = {}
        self.proposed: Counter[str] = Counter()
        self.owners: dict[str, Any] = {}

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
            near = self.by_core.get(core(name), [])
            if not near or any(loose(one.name) == loose(name) for one in near):
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

    @cached_property
    def by_core(self) -> dict[str, list[Known]]:
        """The records that the person may see, by what is left of their names."""
        rows = self.model._base_manager.order_by("pk")
        if self.resource.user is not None:
            rows = readable(rows, self.resource.user)
        found: dict[str, list[Known]] = {}
        for pk, name in rows.values_list("pk", self.resource.name_column):
            found.setdefault(core(name), []).append(Known(pk, "", name))
        return found

    # One row

    def recognise(self, number: int, cells: list, name: str) -> Recognised:
        same = self.by_name.get(loose(name), [])
        apart = self.apart_of(cells)
        fitting = [one for one in same if fits(one.apart, apart)]
        one = Recognised(number, name)
        if len(fitting) == 1:
            how = BY_NAME if len(same) == 1 else BY_PLACE
            return replace(one, code=fitting[0].code, how=how, stored_name=fitting[0].name)
        is_later = not fitting and all(is_of_another_year(one.apart, apart) for one in same)
        if same and not is_later:
            why = "同名的不止一条" if fitting else "同名，地点或年份却不同"
            return self.decided(replace(one, candidates=tuple(fitting or same), why=why), cells)
        first = self.seen.setdefault((loose(name), repr(sorted(apart.items()))), number)
        if first != number:
            return self.decided(replace(one, why=f"与第 {first} 行名称、地点、年份都相同"), cells)
        if same:
            return self.of_another_year(replace(one, candidates=tuple(same[:FEW])), cells)
        if near := self.near(name):
            return self.decided(replace(one, candidates=near, why=ALIKE_NAME), cells)
        return Recognised(number, name, self.next_code(cells, apart), NEW)

    def decided(self, one: Recognised, cells: list) -> Recognised:
        """A doubtful row with what a person said of it; a new one has a code."""
        one = self.said(one)
        return replace(one, code=self.next_code(cells)) if one.is_new else one

    def of_another_year(self, one: Recognised, cells: list) -> Recognised:
        """A row that only by its year is none of its name: new, unless a person says otherwise."""
        one = self.said(replace(one, why=OTHER_YEAR))
        new = replace(one, chosen=NEW, how=NEW)
        return replace(new, code=self.next_code(cells)) if not one.chosen or one.is_new else one

    def said(self, one: Recognised) -> Recognised:
        said = self.sheet.decisions.rows.get(str(one.number), "")
        chosen = next((known for known in one.candidates if str(known.pk) == said), None)
        if chosen:
            own = {"code": chosen.code, "stored_name": chosen.name}
            return replace(one, chosen=said, how="您的选择", **own)
        if said == NEW:
            return replace(one, chosen=said, how=NEW)
        return replace(one, chosen=SKIP) if said == SKIP else one

    def near(self, name: str) -> tuple[Known, ...]:
        """The records whose names are most alike."""
        wanted = pairs(loose(name))
        shared: Counter[int] = Counter()
        for pair in wanted:
            places = self.by_pair.get(pair, ())
            if len(places) <= COMMON:
                shared.update(places)
        likeness = {
            at: 2 * len(wanted & (own := pairs(loose(self.stored[at].name)))) / len(wanted | own)
            for at, _ in shared.most_common(4 * FEW)
        }
        best = sorted(
            (at for at in likeness if likeness[at] >= ALIKE), key=lambda at: -likeness[at]
        )
        return tuple(self.stored[at] for at in best[:FEW])

    def apart_of(self, cells: list) -> dict[str, set]:
        """The places and years that a row names."""
        found = {}
        for reader in self.readers:
            reading = reader.read(cells[reader.position])
            if not (reading.problem or reading.is_empty):
                found[reader.column.attribute] = values_of(reader.column, reading.value)
        return found

    @cached_property
    def readers(self) -> list[CellReader]:
        """How the columns are read that tell records apart."""
        return [
            CellReader(self.resource.fields[name], self.places[code])
            for name in self.model.TOLD_APART_BY
            if (code := self.resource.fields[name].column_name) in self.places
        ]

    # The stored records

    @cached_property
    def stored(self) -> list[Known]:
        """The records of the person's headquarters; of one named in all rows, its own."""
        code, name = self.resource.code_column, self.resource.name_column
        columns = [reader.column for reader in self.readers if not reader.column.is_many]
        rows = self.model._base_manager.order_by("pk")
        if self.resource.user is not None:
            rows = changeable(rows, self.resource.user)
        names = [column.source.attname for column in columns]
        found = []
        for pk, own_code, own_name, *values in rows.values_list("pk", code, name, *names):
            apart = {
                column.attribute: values_of(column, value)
                for column, value in zip(columns, values, strict=True)
                if value not in (None, "")
            }
            found.append(Known(pk, str(own_code), own_name, apart))
        for column in (reader.column for reader in self.readers if reader.column.is_many):
            links = links_of(column.source, [one.pk for one in found])
            for one in found:
                if one.pk in links:
                    one.apart[column.attribute] = set(links[one.pk])
        return found

    @cached_property
    def by_name(self) -> dict[str, list[Known]]:
        found: dict[str, list[Known]] = {}
        by_pk = {one.pk: one for one in self.stored}
        for one in self.stored:
            found.setdefault(loose(one.name), []).append(one)
        if "aliases" in self.resource.fields:
            others = self.model._base_manager.exclude(aliases=[]).values_list("pk", "aliases")
            for pk, aliases in others:
                for alias in aliases if pk in by_pk else ():
                    if by_pk[pk] not in found.setdefault(loose(alias), []):
                        found[loose(alias)].append(by_pk[pk])
        return found

    @cached_property
    def by_pair(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, one in enumerate(self.stored):
            for pair in pairs(loose(one.name)):
                found.setdefault(pair, []).append(at)
        return found

    # Codes of new records

    def next_code(self, cells: list, apart: dict[str, set] | None = None) -> str:
        """The next code by the rule; empty where the row's headquarters is not known."""
        owner = self.owner_of(cells)
        if owner is None:
            return ""
        apart = self.apart_of(cells) if apart is None else apart
        years = [iter(sorted(found)) for found in apart.values()]
        year = next((one for found in years for one in found if isinstance(one, str)), "")
        rule = {"headquarters": word_of(owner), "year": year or str(timezone.localdate().year)}
        first = settings.CODE_RULE.partition("{number")[0].format(**rule)
        if first not in self.proposed:
            self.proposed[first] = max(self.numbers_of(first), default=0)
        while True:
            self.proposed[first] += 1
            code = settings.CODE_RULE.format(**rule, number=self.proposed[first])
            if code not in self.taken:
                return code

    def numbers_of(self, first: str) -> Iterator[int]:
        """The numbers that codes with the same beginning have."""
        code = self.resource.code_column
        rows = self.model._base_manager.filter(**{f"{code}__startswith": first})
        for text in [*rows.values_list(code, flat=True), *self.taken]:
            if text.startswith(first) and (found := re.match("[0-9]{1,9}", text[len(first) :])):
                yield int(found[0])

    @cached_property
    def taken(self) -> set[str]:
        """The codes that the file itself gives."""
        at = self.places.get(self.resource.code_column)
        return set() if at is None else {cell_text(cells[at]) for _, cells in self.sheet.rows}

    def owner_of(self, cells: list) -> Any:
        """The headquarters of a row: the one its cell names, else the person's own."""
        name = next((path for path in self.model.OWNERS if "__" not in path), "")
        column = self.resource.fields.get(name)
        if column is None or name == "maintainer":
            return None
        at = self.places.get(column.column_name)
        said = "" if at is None else cell_text(cells[at])
        if said not in self.owners:
            self.owners[said] = self.owner_said(column, said)
        return self.owners[said]

    def owner_said(self, column: Any, said: str) -> Any:
        pk = scope_of(self.resource.user).home if self.resource.user else None
        for text in filter(None, [self.sheet.decisions.fixed.get(column.column_name, ""), said]):
            reading = CellReader(column, 0).read(text)
            pk = reading.value if isinstance(reading.value, int) else pk
        lookup = self.resource.lookup(column.source.related_model)
        return lookup.instances([pk], also=["slug"]).get(pk) if pk else None


def values_of(column: Any, value: Any) -> set:
    """What is compared of a value: numbers of related rows; of a date its year, as text."""
    if column.is_many:
        return set(value)
    return {value} if column.source.is_relation else {str(value)[:4]}


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


def word_of(owner: Any) -> str:
    """The word in the address of a headquarters' page; its initials if it is long."""
    word = "-".join(str(follow(owner, path)) for path in owner.PAGE)
    return word if len(word) <= LONGEST_WORD else "".join(part[:1] for part in word.split("-"))
