"""What changed from one state of a row to another, field by field, in words."""

import json
from typing import NamedTuple

from django.contrib import admin
from django.db import models
from django.db.models import F
from django.utils.timezone import localtime

from aidtracker.ground.batches import in_batches
from aidtracker.ground.history import LEFT_OUT
from aidtracker.ground.money import labelled
from aidtracker.ground.months import MonthField, in_chinese
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.templatetags.formatting import UNKNOWN, day, names, partial_date, plain
from aidtracker.trail.history import DELETED

# What the program counts up by itself says nothing of the row.
UNSAID = ("version", *LEFT_OUT)


class Difference(NamedTuple):
    """One field of a row before and after a change; — for empty."""

    label: str
    old: str
    new: str


def differences(pairs):
    """What changed in each pair of states (before, after): a list of Differences per pair.

    A state of None stands for no row. States may be of several models; related rows are named
    with one query for each model, whatever the number of pairs.
    """
    pairs = [as_rows(*pair) for pair in pairs]
    changed = [changed_fields(*pair) for pair in pairs]
    related = related_names(pairs, changed)
    return [
        [difference(field, before, after, related) for field in fields]
        for (before, after), fields in zip(pairs, changed, strict=True)
    ]


def as_rows(before, after):
    """A pair of states in which a deleted row is none; what was in it stands before."""
    if after is not None and after.history_type == DELETED:
        return before or after, None
    if before is not None and before.history_type == DELETED:
        return None, after
    return before, after


def said_fields(model):
    """The fields of a row that people know of, many-to-many ones last."""
    meta = model._meta
    fields = [field for field in meta.concrete_fields if field.name not in UNSAID]
    return [*(field for field in fields if not field.primary_key), *meta.many_to_many]


def value_in(state, field):
    """What a state says in a field; None for nothing said, or no state."""
    if state is None:
        return None
    value = state.links.get(field.name) if field.many_to_many else getattr(state, field.attname)
    return None if value in ("", []) else value


def changed_fields(before, after):
    """The fields in which two states differ."""
    some = before or after
    if some is None:
        return []
    return [field for field in fields_of(some) if value_in(before, field) != value_in(after, field)]


def fields_of(state):
    return said_fields(state.instance_type)


def related_names(pairs, changed):
    """The names of all rows that the changed foreign keys name: {model: {id: name}}."""
    wanted: dict = {}
    for pair, fields in zip(pairs, changed, strict=True):
        for field in fields:
            if field.is_relation and not field.many_to_many:
                ids = {value_in(state, field) for state in pair} - {None}
                wanted.setdefault(field.related_model, set()).update(ids)
    found = {model: names_of(model, sorted(ids)) for model, ids in wanted.items()}
    for model, keys in linked_keys(pairs, changed).items():
        found.setdefault(model, {}).update(names_by_key(model, sorted(keys)))
    return found


def linked_keys(pairs, changed):
    """The keys of the rows that changed many-to-many fields name, by models that all may read and
    that one text names: 652901."""
    wanted: dict = {}
    for pair, fields in zip(pairs, changed, strict=True):
        for field in fields:
            model = field.related_model if field.many_to_many else None
            if model and len(getattr(model, "KEY", ())) == 1 and model.IS_SHARED:
                keys = {key for state in pair for key in value_in(state, field) or ()}
                wanted.setdefault(model, set()).update(keys)
    return wanted


def names_by_key(model, keys):
    """The names of rows by their keys, where those are texts; numbers of rows are never texts."""
    long_fields = {field.name for field in model._meta.concrete_fields} & set(LEFT_OUT)
    rows = named_rows(model._base_manager.defer(*long_fields), admin.site)
    (path,) = model.KEY
    found: dict = {}
    for part in in_batches([key for key in keys if isinstance(key, str)]):
        named = rows.filter(**{f"{path}__in": part}).annotate(key_here=F(path))
        found |= {row.key_here: str(row) for row in named}
    return found


def names_of(model, ids):
    """The names of rows by their numbers, without the long texts some of them have."""
    long_fields = {field.name for field in model._meta.concrete_fields} & set(LEFT_OUT)
    rows = named_rows(model._base_manager.defer(*long_fields), admin.site)
    found: dict = {}
    for part in in_batches(ids):
        found |= {row.pk: str(row) for row in rows.filter(pk__in=part)}
    return found


def with_relations(rows, model_admin):
    """Rows with the foreign keys that `model_admin` names as shown."""
    names = model_admin.list_select_related
    return rows.select_related(*names) if names else rows


def named_rows(rows, admin_site):
    """Rows with the foreign keys that their names show."""
    if not admin_site.is_registered(rows.model):
        return rows
    return with_relations(rows, admin_site.get_model_admin(rows.model))


def difference(field, before, after, related) -> Difference:
    old, new = (words_in(state, field, related) for state in (before, after))
    return Difference(labelled(field), old, new)


def words_in(state, field, related):
    """What a state says in a field, for people: as its model puts it, or by the field's kind."""
    words = None if state is None else field.model.state_in_words(state, field.name)
    return in_words(field, value_in(state, field), related) if words is None else words


def in_words(field, value, related):
    """A field's value as people read it; — for none."""
    if value is None:
        return UNKNOWN
    if field.many_to_many:
        known = related.get(field.related_model, {})
        return names(known.get(key, key) if isinstance(key, str) else key for key in value)
    if field.is_relation:
        gone = f"已删除的{field.related_model._meta.verbose_name}（编号 {value}）"
        return related[field.related_model].get(value, gone)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return next(words(value) for kind, words in WORDS if isinstance(field, kind))


def moment(value):
    """A time as 2026-05-01 09:30, as the clocks here show it."""
    return f"{localtime(value):%Y-%m-%d %H:%M}"


def listed(value):
    """The content of a JSON field: names side by side, anything else as JSON."""
    is_plain = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return names(value) if is_plain else json.dumps(value, ensure_ascii=False)


# The first kind that a field is an instance of decides.
WORDS = (
    (PartialDateField, partial_date),
    (MonthField, in_chinese),
    (models.DateTimeField, moment),
    (models.DateField, day),
    (models.BooleanField, lambda value: "是" if value else "否"),
    (models.DecimalField, plain),
    (models.JSONField, listed),
    (models.Field, str),
)
