"""The rows that an import is going to write, and how its preview shows them."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import models
from django.db.models.base import ModelState

from aidtracker.review.proposals import Proposal
from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.rehearsing.outcomes import (
    CHANGED,
    NEW,
    PROPOSED,
    Change,
    ChangedRow,
    shortened,
)


@dataclass(slots=True)
class Planned:
    """A row that is to be written: its new state, and which cells make it differ."""

    number: int
    cells: list
    row: Any = None
    # Of the stored row, if there is one: its number, its version and what the cells may change.
    values: Any = None
    before: Any = None
    version: int | None = None
    # The column, its old and its new value, and the cell that was read.
    changes: list[tuple] = field(default_factory=list)
    # Whether the change is only proposed, and what was proposed before without effect yet.
    is_proposal: bool = False
    waiting: list = field(default_factory=list)
    # Whether the row changes only for a reason that the file does not give.
    lacks_reason: bool = False

    @property
    def is_new(self):
        return self.values is None

    @property
    def kind(self):
        """What becomes of the row, in a word."""
        return PROPOSED if self.is_proposal else NEW if self.is_new else CHANGED

    @property
    def proposal(self):
        """The change of a public row, for others to approve."""
        columns = [one for one, *_ in self.changes if not (one.readonly or one.is_many)]
        entered = entered_names(self.row.__class__)
        names = [one.attribute for one in columns if one.attribute in entered]
        links = {
            column.attribute: [*map(column.widget.lookup.instances(numbers).get, numbers)]
            for column, _, numbers, _ in self.changes
            if column.is_many
        }
        reason = self.row.correction_reason
        return Proposal(self.before, self.row, names, links, reason)

    def touched(self):
        """The names of the fields that the row sets: all of a new row's."""
        if self.is_new:
            return {field.name for field in self.row._meta.concrete_fields}
        return {column.attribute for column, *_ in self.changes}


@cache
def entered_names(model):
    """The names of the fields that hold what a person entered."""
    return frozenset(one.name for one in model.entered_fields())


class Blank:
    """Makes new rows of a model; its defaults are looked up once."""

    def __init__(self, model):
        self.model = model
        fields = model._meta.concrete_fields
        self.places = {field.name: place for place, field in enumerate(fields)}
        self.defaults = [one.get_default() for one in fields]
        self.made = [
            (place, one.default)
            for place, one in enumerate(fields)
            if one.has_default() and callable(one.default)
        ]

    def row(self, changes):
        """A row that takes the new values of some changes."""
        values, later = [*self.defaults], []
        for place, make in self.made:
            values[place] = make()
        for column, _, value, _ in changes:
            if isinstance(value, models.Model):
                later.append((column, value))
            elif not column.is_many:
                values[self.places[column.attribute]] = value
        row = self.model(*values)
        for column, value in later:
            put(row, column, value)
        return row


def twin(row: Any) -> Any:
    """A row as it is now, to remain so; what it refers to is not taken along."""
    model: Any = type(row)
    before = model.__new__(model)
    before.__dict__.update(row.__dict__)
    before._state = ModelState()
    before._state.db, before._state.adding = row._state.db, row._state.adding
    return before


def put(row, column, value):
    """Let a row take the value of a column; links to several rows are kept for later."""
    if column.is_many:
        return
    if column.source.is_relation and not isinstance(value, models.Model):
        setattr(row, column.source.attname, value)
    else:
        setattr(row, column.attribute, value)


def shown(plan, most):
    """A planned row as the preview shows it, with at most so many changes."""
    changes = [change_of(*one) for one in plan.changes[:most]]
    unlisted = len(plan.changes) - len(changes)
    name = shortened(str(plan.row))
    return ChangedRow(plan.number, plan.kind, name, changes, unlisted, plan.waiting)


def change_of(column, old, new, raw):
    """A changed field in words, with the cell that was read if that had to be converted."""
    old, new = column.text_of(old), column.text_of(new)
    read = "" if raw is None else cell_text(raw)
    return Change(column.heading, *map(shortened, (old, new, "" if read == new else read)))
