"""A state of a row as what a person would have to type into the row's form to restore it."""

from django.http import QueryDict

from aidtracker.trail.differences import value_in
from aidtracker.trail.links import numbers_by_key


def form_data(form, state):
    """The data with which a row's unbound form would store what a state says.

    Fields of the form that are none of the row, like uploads, stay empty.
    """
    data = QueryDict(mutable=True)
    meta = state.instance_type._meta
    fields = {field.name: field for field in (*meta.concrete_fields, *meta.many_to_many)}
    for name in form.fields.keys() & fields.keys():
        if fields[name].many_to_many:
            data.setlist(name, link_numbers(fields[name], state))
        else:
            data[name] = typed(form[name], fields[name], state)
    return data


def typed(bound, field, state):
    """What would be typed into a field; what histories leave out stays as it is in the row."""
    is_kept = hasattr(state, field.attname)
    value = bound.field.prepare_value(value_in(state, field)) if is_kept else bound.value()
    return "" if value is None else str(value)


def link_numbers(field, state):
    """The rows that a state's links name, by number, as texts."""
    keys = value_in(state, field) or []
    return [str(pk) for pk in numbers_by_key(field.related_model, keys).values()]


def missing_links(form, state):
    """A sentence for each many-to-many field of a form that named rows which are gone."""
    for field in state.instance_type._meta.many_to_many:
        keys = value_in(state, field) or []
        there = numbers_by_key(field.related_model, keys) if keys else {}
        gone = [key for key in keys if key not in there]
        if gone and field.name in form.fields:
            yield f"“{field.verbose_name}”里的 {'、'.join(gone)} 已不存在"
