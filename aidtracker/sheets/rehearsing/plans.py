"""The rows that an import is going to write."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from django.db import models

from aidtracker.review.proposals import OpenRevision, Proposal
from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.rehearsing.outcomes import CHANGED, NEW, PROPOSED
from aidtracker.sheets.rehearsing.stored_rows import PK, VERSION


class FieldChange(NamedTuple):
    """What a row changes in a column; `raw` is the cell that was read, None for what follows."""

    column: SheetColumn
    old: Any
    new: Any
    raw: Any = None


@dataclass(slots=True)
class PlannedRow:
    """A row that is to be written: its new state, and which cells make it differ."""

    number: int
    cells: list
    row: Any = None
    # Of the stored row, if there is one: the values that were read, and its state before.
    values: Any = None
    before: Any = None
    # The version that the file was exported with.
    version: int | None = None
    changes: list[FieldChange] = field(default_factory=list)
    # Whether the change is only proposed, and what was proposed before without effect yet.
    is_proposal: bool = False
    waiting: list[OpenRevision] = field(default_factory=list)
    # Whether the row changes only for a reason that the file does not give.
    lacks_reason: bool = False

    @property
    def is_new(self) -> bool:
        return self.values is None

    @property
    def pk(self) -> int:
        return self.values[PK]

    @property
    def stored_version(self) -> int:
        return self.values[VERSION]

    @property
    def kind(self) -> str:
        """What becomes of the row, in a word."""
        return PROPOSED if self.is_proposal else NEW if self.is_new else CHANGED

    @property
    def last_reason(self) -> str:
        """The reason that was given for the last change of the stored row."""
        return self.before.correction_reason if self.before else ""

    @property
    def proposal(self) -> Proposal:
        """The change of a public row, for others to approve."""
        columns = [one.column for one in self.changes]
        entered = entered_names(self.row.__class__)
        names = [
            column.attribute
            for column in columns
            if column.attribute in entered and not (column.readonly or column.is_many)
        ]
        links = {
            one.column.attribute: [*map(one.column.widget.lookup.instances(one.new).get, one.new)]
            for one in self.changes
            if one.column.is_many
        }
        return Proposal(self.before, self.row, names, links, self.row.correction_reason)

    def touched(self) -> set[str]:
        """The names of the fields that the row sets: all of a new row's."""
        if self.is_new:
            return column_names(type(self.row))
        return {one.column.attribute for one in self.changes}


@cache
def column_names(model) -> set[str]:
    """The names of all fields that a row holds itself."""
    return {field.name for field in model._meta.concrete_fields}


@cache
def entered_names(model) -> frozenset[str]:
    """The names of the fields that hold what a person entered."""
    return frozenset(one.name for one in model.entered_fields())


def put(row, column: SheetColumn, value) -> None:
    """Let a row take the value of a column; links to several rows are kept for later."""
    if column.is_many:
        return
    if column.source.is_relation and not isinstance(value, models.Model):
        setattr(row, column.source.attname, value)
    else:
        setattr(row, column.attribute, value)


class Blank:
    """Makes new rows of a model, whose fields are asked once for all rows what they begin with."""

    def __init__(self, model):
        self.model = model
        fields = model._meta.concrete_fields
        self.first = [one.get_default() for one in fields]
        self.places = {one.attname: place for place, one in enumerate(fields)}
        made = (one for one in fields if one.has_default() and callable(one.default))
        self.made = [(self.places[one.attname], one.default) for one in made]

    def filled(self, changes: list[FieldChange]) -> Any:
        """A row that holds what some changes say, and defaults."""
        values, related = [*self.first], []
        for place, make in self.made:
            values[place] = make()
        for change in changes:
            place = self.places.get(change.column.source.attname)
            if isinstance(change.new, models.Model):
                related.append(change)
            elif place is not None:
                values[place] = change.new
        row = self.model(*values)
        for change in related:
            put(row, change.column, change.new)
        return row
