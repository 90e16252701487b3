"""What an act did: the rows it changed, each as it was before and after."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Subquery, Value

from aidtracker.ground.datasets import dataset_model, datasets
from aidtracker.trail.differences import differences, names_of
from aidtracker.trail.history import CHANGED, DELETED, FOLLOW_ON, NEW, is_follow_on

KINDS = {NEW: "新增", CHANGED: "修改", DELETED: "删除"}


@dataclass
class Effect:
    """One row that an act changed: its states before (None for a new row), at first and after."""

    model: Any
    before: Any
    first: Any
    after: Any
    stored_name: str = ""

    @property
    def pk(self):
        return self.after.id

    @property
    def kind(self):
        if self.after.history_type == DELETED:
            return DELETED
        return self.first.history_type

    @property
    def state_to_restore(self):
        """What the row held before; for one deleted without an earlier state, what went."""
        return self.before or self.after

    @property
    def row_to_restore(self):
        """The row with the columns that it had before, as far as histories keep them, or None."""
        if self.kind == NEW:
            return None
        state = self.state_to_restore
        names = [one.attname for one in self.model.history.model.tracked_fields]
        return self.model(**{name: getattr(state, name) for name in names})

    @property
    def is_nothing(self):
        """Whether the row was both made and deleted."""
        return self.first.history_type == NEW and self.kind == DELETED

    @property
    def is_follow_on(self):
        """Whether nobody typed it: it followed from rows that the act published."""
        return self.first.is_follow_on and self.after.is_follow_on

    @property
    def kind_in_words(self):
        return FOLLOW_ON if self.is_follow_on else KINDS[self.kind]

    @property
    def own_name(self):
        """What the row's own columns call it; empty if it is named by other rows."""
        columns = (getattr(self.after, name, "") for name in ("name", "title", "code", "printed"))
        return next(filter(None, columns), "")

    @property
    def name(self):
        return self.own_name or self.stored_name or f"编号 {self.pk}"


class Touched(NamedTuple):
    """How many rows an act changed itself, and how many followed from that."""

    own: int
    followed: int

    @property
    def all(self):
        return self.own + self.followed

    def __str__(self):
        more = f"{self.followed} 条{FOLLOW_ON}"
        if not self.followed:
            return f"{self.own} 条"
        return f"{self.own} 条，另有 {more}" if self.own else more


def states_of(model, acts):
    """The states of a model's rows that acts left, in the order in which they came about."""
    states = model.history.model.objects.filter(act__in=acts)
    return states.select_related("act").order_by("history_id")


def effects_of(model, acts, limit=None):
    """What acts did to rows of one model: Effects, one for each row and act; a few queries.

    `limit` is of states.

    A row that one act both made and deleted is left out.
    """
    history = model.history.model.objects
    earlier = history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    last = earlier.order_by("-history_id").values("history_id")[:1]
    states = list(states_of(model, acts).annotate(last_id=Subquery(last))[:limit])
    earlier = history.in_bulk({state.last_id for state in states} - {None})
    found: dict = {}
    for state in states:
        before = None if state.history_type == NEW else earlier.get(state.last_id)
        effect = Effect(model, before, state, state)
        found.setdefault((state.act_id, state.id), effect).after = state
    effects = [effect for effect in found.values() if not effect.is_nothing]
    name_effects(model, [effect for effect in effects if not effect.own_name])
    return effects


def name_effects(model, effects):
    """Call effects what their rows are called now, as far as those are there."""
    if effects:
        names = names_of(model, sorted({effect.pk for effect in effects}))
        for effect in effects:
            effect.stored_name = names.get(effect.pk, "")


def counts_of(acts):
    """How many rows each of some acts changed: {act id: {dataset: Touched}}; one query."""
    acts = [act.pk for act in acts]
    parts = [count_in(dataset, acts) for dataset in datasets()]
    found: dict = {}
    for act, dataset, rows, own in parts[0].union(*parts[1:], all=True):
        found.setdefault(act, {})[dataset] = Touched(own, rows - own)
    return found


def touched_by(act):
    """How many rows of each dataset an act changed: {dataset: Touched}; one query."""
    return counts_of([act]).get(act.pk, {})


def count_in(dataset, acts):
    states = dataset_model(dataset).history.model.objects.filter(act__in=acts).order_by()
    return states.values_list("act").annotate(
        dataset=Value(dataset),
        rows=Count("id", distinct=True),
        own=Count("id", distinct=True, filter=~is_follow_on()),
    )


def said(effects):
    """Effects with their differences in words: (effect, differences) pairs."""
    found = differences([(effect.before, effect.after) for effect in effects])
    return list(zip(effects, found, strict=True))
