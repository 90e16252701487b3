"""Rows as the site showed them on an earlier day: read from the states that each change leaves.

What is not public today was never public for who asks today: of a row that was withdrawn, or of one
that stands with such a row, nothing is told, whatever was said of it before.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from aidtracker.api.asked import filterset_of, form_of
from aidtracker.api.fields import Field
from aidtracker.api.sets import ApiSet
from aidtracker.ground.keys import KEY_SEPARATOR, key_of
from aidtracker.ground.publication import PUBLISHED, named_with, public_rule
from aidtracker.pages.problems import Problem
from aidtracker.sheets import name_of

WITHDRAWN = "withdrawn"
DELETED = "-"


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


def states_on(model: Any, day: date) -> QuerySet:
    """The states that public rows were in at the end of a day, where they were public then."""
    found = latest(model, day).filter(
        Exists(model.objects.published().filter(pk=OuterRef("id"))), *was_public(model)
    )
    for name, named in named_with(model):
        seen = Exists(latest(named, day).filter(*was_public(named), id=OuterRef(f"{name}_id")))
        is_open = model._meta.get_field(name).null
        rule = public_rule(named, name) & Q(seen)
        found = found.filter(rule | Q(**{name: None}) if is_open else rule)
    if not model.REVIEW:
        return found
    since = {"id": OuterRef("id"), "history_id__gte": OuterRef("history_id")}
    gone = model.history.model.objects.filter(**{model.REVIEW: WITHDRAWN}, **since)
    return found.filter(~Exists(gone))


def latest(model: Any, day: date) -> QuerySet:
    """The last state of each row until the end of a day."""
    states = model.history.model.objects
    before = states.filter(id=OuterRef("id"), history_date__lte=end_of(day))
    last = before.order_by("-history_date", "-history_id").values("history_id")[:1]
    return states.filter(history_id=Subquery(last)).exclude(history_type=DELETED)


def was_public(model: Any) -> list[Q]:
    return [Q(**{model.REVIEW: PUBLISHED})] if model.REVIEW else []


def conditioned_then(
    found: ApiSet, request: HttpRequest, conditions: Mapping[str, str], states: QuerySet
) -> QuerySet:
    """Those of some states that met the conditions themselves. Raises Problem for a condition
    that only rows as they are now can meet."""
    if not conditions or found.list_page is None:
        return states
    filterset = filterset_of(found.list_page, request, conditions)
    cleaned = form_of(filterset, conditions).cleaned_data
    for name in conditions:
        one = filterset.filters[name]
        if not is_of_states(filterset, name, one, states.model):
            words = f"参数 {name}：这一条件看的是现在的关联和文字，不能与 as_of 一起用。"
            raise Problem(HTTPStatus.CONFLICT, "conflicting-parameters", words, parameter=name)
        states = one.filter(states, cleaned[name])
    return states


def is_of_states(filterset: Any, name: str, one: Any, model: Any) -> bool:
    """Whether a condition asks what a state says itself: a column, not a link or a word."""
    if one.method:
        return name in filterset.of_states
    first = one.field_name.partition("__")[0]
    return any(first == field.name for field in model._meta.concrete_fields)


def read_then(states: QuerySet, fields: Iterable[Field]) -> dict[int, Any]:
    """What the fields are of some states, by the numbers of their rows."""
    fields = tuple(fields)
    linked = {field.name for field in fields if is_linked(field)}
    own = {field.name: F("links") if field.name in linked else field.read() for field in fields}
    expressions = {f"api_{at}": one for at, one in enumerate(own.values())}
    found = {key: values for key, *values in states.values_list("id", *expressions.values())}
    for at, field in enumerate(fields):
        if field.name in linked:
            link_back(field, at, found)
    return {
        key: {
            field.name: value if field.name in linked else field.made(value)
            for field, value in zip(fields, values, strict=True)
        }
        for key, values in found.items()
    }


def is_linked(field: Field) -> bool:
    column = field.public.file.column
    return column is not None and column.is_many


def link_back(field: Field, at: int, found: dict[int, list[Any]]) -> None:
    """In the place of all links of states, what one field named, as far as it is public now."""
    source: Any = field.public.file.column.source  # type: ignore[union-attr]
    model = source.related_model
    named = {key: (values[at] or {}).get(source.name, []) for key, values in found.items()}
    words = names_of(model, {key for keys in named.values() for key in keys})
    is_key = not field.public.is_beside or not name_of(model)
    for key, values in found.items():
        there = [one for one in sorted(named[key]) if one in words]
        values[at] = there if is_key else [words[one] for one in there]


def names_of(model: Any, keys: set[str]) -> dict[str, str]:
    """The names of the public rows among those of some natural keys."""
    if not keys:
        return {}
    parts = [one.rsplit(KEY_SEPARATOR, len(model.KEY) - 1) for one in keys]
    among = {
        f"{path}__in": {one[at] for one in parts if len(one) == len(model.KEY)}
        for at, path in enumerate(model.KEY)
    }
    joined = [path.rpartition("__")[0] for path in model.KEY if "__" in path]
    rows: Iterable[Model] = model.objects.published().filter(**among).select_related(*joined)
    name = name_of(model)
    return {
        key: str(getattr(row, name)) if name else str(key)
        for row in rows
        if (key := key_of(row)) in keys
    }
