"""Codes for new records of a file that has none: the next ones by the installation's rule."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import timezone

from aidtracker.ground.keys import follow
from aidtracker.ground.scope import scope_of
from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.reading.pages import Sheet
from aidtracker.sheets.rehearsing.readers import CellReader

LONGEST_WORD = 16


class NextCodes:
    """Gives each new record of a sheet the next free code of its headquarters and year."""

    def __init__(self, resource: SheetResource, sheet: Sheet) -> None:
        self.resource, self.model = resource, resource.model
        self.sheet = sheet
        self.places = {code: position for code, position, _ in sheet.columns}
        self.last: Counter[str] = Counter()
        self.words: dict[str, str] = {}

    def next(self, cells: list, year: str) -> str:
        """The code of a row of a year; empty where the row's headquarters is not known."""
        word = self.word_for(cells)
        if not word:
            return ""
        rule = {"headquarters": word, "year": year or str(timezone.localdate().year)}
        first = settings.CODE_RULE.partition("{number")[0].format(**rule)
        if first not in self.last:
            self.last[first] = max(self.numbers_of(first), default=0)
        while True:
            self.last[first] += 1
            code = settings.CODE_RULE.format(**rule, number=self.last[first])
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

    @cached_property
    def owner_column(self) -> Any:
        """The column of whose a record is; None for a model whose codes name nobody."""
        name = next((path for path in self.model.OWNERS if "__" not in path), "")
        return None if name == "maintainer" else self.resource.fields.get(name)

    def word_for(self, cells: list) -> str:
        """The word for a row's headquarters: the one its cell names, else the person's own."""
        column = self.owner_column
        at = self.places.get(column.column_name) if column else None
        said = "" if at is None else cell_text(cells[at])
        if said not in self.words:
            owner = self.owner_said(column, said) if column else None
            self.words[said] = self.own_word(owner) if owner else ""
        return self.words[said]

    def own_word(self, owner: Any) -> str:
        """The word of a headquarters; where the initials of others are the same, with its number:
        else its codes would go on from theirs, and tell how many they have."""
        word = word_of(owner)
        alike = sum(word_of(one) == word for one in type(owner)._default_manager.only(*owner.PAGE))
        return f"{word}{owner.pk}" if alike > 1 else word

    def owner_said(self, column: Any, said: str) -> Any:
        pk = scope_of(self.resource.user).home if self.resource.user else None
        for text in filter(None, [self.sheet.decisions.fixed.get(column.column_name, ""), said]):
            reading = CellReader(column, 0).read(text)
            pk = reading.value if isinstance(reading.value, int) else pk
        lookup = self.resource.lookup(column.source.related_model)
        return lookup.instances([pk], also=["slug"]).get(pk) if pk else None


def word_of(owner: Any) -> str:
    """The word in the address of a headquarters' page; its initials if it is long."""
    word = "-".join(str(follow(owner, path)) for path in owner.PAGE)
    return word if len(word) <= LONGEST_WORD else "".join(part[:1] for part in word.split("-"))
