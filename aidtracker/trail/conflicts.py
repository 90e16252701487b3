"""What others changed in a row since a page showed it, field by field, in words.

Every page that changes rows says, in one hidden input per row, which version of it was shown.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.timezone import localtime

from aidtracker.ground.batches import held
from aidtracker.ground.history import links_of
from aidtracker.ground.keys import key_of
from aidtracker.ground.records import KeyedModel
from aidtracker.trail.differences import (
    changed_fields,
    difference,
    in_words,
    related_names,
    value_in,
)

PROGRAM = "程序"
LONGEST = 60  # characters of a value in a sentence
VERSION_DIGITS = 9
ROW_DIGITS = 18  # the longest number of a row that every database can look for


def is_versioned(model):
    return issubclass(model, KeyedModel)


def mark(model, pk):
    """The name of the input that says which version of a row a page shows."""
    return f"version-{model._meta.label_lower}-{pk}"


def marks(rows):
    """The hidden inputs for stored rows: (name, version) of each."""
    return [
        (mark(type(row), row.pk), row.version)
        for row in rows
        if isinstance(row, KeyedModel) and not row._state.adding
    ]


def shown_version(data, model, pk):
    """The version of a row that a page said it showed; None if it said none."""
    text = data.get(mark(model, pk), "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= VERSION_DIGITS
    return int(text) if is_number else None


def row_number(text):
    """The number of a row that an address or a form names; None for what can be none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= ROW_DIGITS
    return int(text) if is_number else None


def hold(model, pks):
    """Keep rows as they are until the transaction ends. Returns the numbers of those there."""
    wanted = [pk for pk in pks if pk is not None]
    rows = held(model._base_manager.filter(pk__in=wanted))
    return set(rows.values_list("pk", flat=True))


def name_in(state):
    """The name of a row in a state; its number where what the name is made of is gone."""
    row = state.instance
    try:
        return str(row)
    except ObjectDoesNotExist:
        return f"{row._meta.verbose_name}（编号 {row.pk}）"


def short(words):
    return Truncator(words).chars(LONGEST)


class LaterChange(NamedTuple):
    """What somebody made of one field since a page showed it."""

    label: str
    old: str
    new: str
    who: str
    when: str

    def __str__(self):
        new, old = short(self.new), short(self.old)
        return f"{self.who} 于 {self.when} 把“{self.label}”由“{old}”改为“{new}”"


@dataclass(frozen=True)
class Missed:
    """What happened to a row since the version a page showed: that state, and the present one.

    `base` is None where no such state is kept. `changes` has a LaterChange for each field that is
    another now, by its name; `saved` says who saved the row last, and when.
    """

    base: Any
    present: Any
    changes: dict
    saved: str

    @property
    def lines(self):
        return [str(change) for change in self.changes.values()] or [self.saved]


def state_now(row):
    """The present state of a row as its table has it, in the form of its history."""
    stored = type(row)._base_manager.get(pk=row.pk)
    history = row.history.model
    values = {field.attname: getattr(stored, field.attname) for field in history.tracked_fields}
    return history(links=links_of([stored]).get(stored.pk, {}), **values)


def missed(row, version):
    """What was missed by who was shown a version of a row; any state is unknown for None."""
    present = state_now(row)
    states = list(
        row.history.filter(version__gte=version or 0)
        .select_related("act__user")
        .order_by("history_id")
    )
    shown = [state for state in states if state.version == version]
    base = shown[-1] if shown else None
    saved = f"{author(states[-1])}保存过这一条" if states else "这一条被保存过"
    if base is None:
        return Missed(None, present, {}, saved)
    later = states[states.index(base) + 1 :]
    return Missed(base, present, changes_between(base, later, present), saved)


def changes_between(base, later, present):
    """A LaterChange for each field that differs now from the base; the last one of each counts."""
    last_change: dict = {}
    for before, after in zip([base, *later], later, strict=False):
        last_change |= {field.name: after for field in changed_fields(before, after)}
    fields = changed_fields(base, present)
    related = related_names([(base, present)], [fields])
    found = {}
    for field in fields:
        who, when = who_and_when(last_change.get(field.name))
        found[field.name] = LaterChange(*difference(field, base, present, related), who, when)
    return found


def who_and_when(state):
    """Who made a state and when, in words; for a change that no state tells of, the program."""
    act = state.act if state is not None else None
    who = (act.who if act else "") or PROGRAM
    return who, moment(state.history_date if state is not None else timezone.now())


def author(state):
    who, when = who_and_when(state)
    return f"{who} 于 {when} "


def moment(value):
    """A time as 5月3日 14:02, with its year unless that is the present one."""
    here = localtime(value)
    year = "" if here.year == localtime().year else f"{here.year}年"
    return f"{year}{here.month}月{here.day}日 {here:%H:%M}"


def same(one, other):
    """Whether two values of a field say the same; all that is empty does."""
    empty: tuple[Any, ...] = (None, "", [])
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    return one == other or (one in empty and other in empty)


def as_in_state(field, cleaned):
    """What a form's field was filled with, as a state would keep it."""
    if field.many_to_many:
        return [key_of(row) if hasattr(row, "KEY") else str(row.pk) for row in cleaned]
    return getattr(cleaned, "pk", None) if field.is_relation else cleaned


def typed_words(field, cleaned):
    """What a form's field was filled with, in words."""
    value = as_in_state(field, cleaned)
    if field.is_relation and not field.many_to_many:
        return in_words(field, value, {field.related_model: {value: str(cleaned)}})
    return in_words(field, value, {})


def present_words(field, missed_changes):
    """What a field says now, in words."""
    if field.name in missed_changes.changes:
        return missed_changes.changes[field.name].new
    pair = (None, missed_changes.present)
    related = related_names([pair], [[field]])
    return in_words(field, value_in(missed_changes.present, field), related)
