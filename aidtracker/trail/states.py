"""States of rows, as pages show them: what each changed, and one beside the present row."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q

from aidtracker.ground.money import labelled
from aidtracker.ground.scope import NEVER, is_scoped, is_to_many, scope_of, seen_with
from aidtracker.trail.conflicts import PROGRAM, name_in, same
from aidtracker.trail.differences import (
    differences,
    related_names,
    said_fields,
    value_in,
    words_in,
)
from aidtracker.trail.history import DELETED, FOLLOW_ON, KINDS, was_follow_on


@dataclass(frozen=True)
class StateInWords:
    """One state of a row: who made it, how and why, and what it changed."""

    state: Any
    changes: list
    # Who asked for what somebody else published.
    asked: str = ""

    @property
    def who(self):
        return (self.state.act.who if self.state.act else "") or PROGRAM

    @property
    def kind(self):
        return KINDS[self.state.history_type]

    @property
    def way(self):
        return self.state.act.get_way_display() if self.state.act else PROGRAM

    @property
    def address(self):
        return self.state.act.address if self.state.act else None

    @property
    def reason(self):
        if was_follow_on(self.state):
            return FOLLOW_ON
        return self.state.act.reason if self.state.act else ""

    @property
    def number(self):
        return getattr(self.state, self.state.instance_type._meta.pk.attname)

    @property
    def name(self):
        return name_in(self.state)

    @property
    def is_deletion(self):
        return self.state.history_type == DELETED


class FieldState(NamedTuple):
    """One field in a state and in the row as it is now."""

    label: str
    then: str
    now: str
    differs: bool


def steps(states, earlier, askers=()):
    """Each of `states` in words, newest first; `earlier` is the state before the last of them.

    `askers` says who asked for what: {(act, row): words}.
    """
    older = [*states[1:], earlier]
    changes = differences(list(zip(older, states, strict=False)))
    asked = [dict(askers).get((state.act_id, state.id), "") for state in states]
    return [StateInWords(*one) for one in zip(states, changes, asked, strict=True)]


def lines(state, present):
    """Every field of a state beside the present row's; `present` is None for a deleted row."""
    fields = said_fields(state.instance_type)
    related = related_names([(state, present)], [fields])
    return [line(field, state, present, related) for field in fields]


def line(field, state, present, related):
    then, now = (words_in(one, field, related) for one in (state, present))
    differs = not same(value_in(state, field), value_in(present, field))
    return FieldState(labelled(field), then, now, differs)


def readable_states(states, user):
    """Those states of a model's rows that a user may read, by what they then name: their owner,
    and the rows of which they would tell.
    """
    model, scope = states.model.instance_type, scope_of(user)
    if scope.reads_all or not is_scoped(model):
        return states
    if any(model._meta.get_field(name).many_to_many for name in model.SEEN_WITH):
        # Which rows a deleted one named, no database can follow any more.
        return states.none()
    rule = seen_with(model, scope)
    if not model.IS_SHARED:
        paths = [path for path in model.OWNERS if not is_to_many(model, path)]
        rule &= reduce(or_, (Q(**{f"{path}__in": scope.headquarters}) for path in paths), NEVER)
    return states.filter(rule)


def deleted_rows(model, user):
    """The last states of the rows that are gone and that a user may read, newest first."""
    states = model.history.filter(history_type=DELETED).exclude(
        **{f"{model._meta.pk.attname}__in": model._base_manager.values("pk")}
    )
    return readable_states(states, user).select_related("act__user").order_by("-history_id")
