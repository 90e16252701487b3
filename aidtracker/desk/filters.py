"""Filters that find work to do: rows without a source, an amount, a date, a place; rows to review.

Which of them a list offers follows from the fields of its model and from what the user may do.
Only rows in the user's own charge are work for them.
"""

from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.http import urlencode

from aidtracker.desk.skin import CheckboxFilter
from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.scope import changeable
from aidtracker.review.steps import queues


def fields_of(model, kind):
    return [field.name for field in model._meta.concrete_fields if type(field) is kind]


def all_empty(names, empty):
    """The condition that every named field is empty; None if there are no such fields."""
    return Q(**dict.fromkeys(names, empty)) if names else None


def without_source(model):
    return Q(sources=None) if "sources" in names_of(model) else None


def without_amount(model):
    return all_empty(fields_of(model, LedgerAmountField), None)


def without_date(model):
    partial = all_empty(fields_of(model, PartialDateField), "")
    return partial or all_empty(fields_of(model, models.DateField), None)


def without_place(model):
    """Figures that nobody has found in the document yet."""
    return Q(start=None) if {"start", "printed"} <= names_of(model) else None


def without_text(model):
    return Q(text="") if {"text", "sha256"} <= names_of(model) else None


def contradictions(model):
    return to_settle(model, "contradiction")


def candidates(model):
    return to_settle(model, "candidate")


def to_settle(model, result):
    """Findings of a result that still follow from the figures and that nobody has explained."""
    if "computation" not in names_of(model):
        return None
    return Q(state="open", is_current=True, result=result)


def names_of(model):
    return {field.name for field in model._meta.get_fields()}


KINDS = {
    "source": ("没有出处", without_source),
    "amount": ("金额未知", without_amount),
    "date": ("日期未知", without_date),
    "place": ("没有位置", without_place),
    "text": ("没有全文", without_text),
    "contradiction": ("矛盾待处理", contradictions),
    "candidate": ("待看", candidates),
}


def kinds_of_work(model, user):
    """The kinds of work that rows of a model can need of a user: {key: (label, condition)}."""
    waiting = queues(model, user) if model.REVIEW else {}
    if not user.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}"):
        return waiting
    conditions = {key: (label, condition(model)) for key, (label, condition) in KINDS.items()}
    return waiting | {key: found for key, found in conditions.items() if found[1] is not None}


class Queue(NamedTuple):
    """What a list is narrowed down to because it waits for somebody."""

    label: str
    query: str


class WorkToDo(CheckboxFilter):
    """Rows with something to fill in or to decide; several ticks ask for all of them at once."""

    title = "待办"
    parameter_name = "todo"

    def lookups(self, request, model_admin):
        kinds = kinds_of_work(model_admin.model, request.user)
        return [(key, label) for key, (label, _) in kinds.items()]

    @property
    def queue(self):
        """The chosen work in words, and how an address asks for it; None if nothing is chosen."""
        labels = dict(self.lookup_choices)
        chosen = [key for key in self.value() or () if key in labels]
        if not chosen:
            return None
        words = "、".join(labels[key] for key in chosen)
        return Queue(words, urlencode([(self.parameter_name, key) for key in chosen]))

    def queryset(self, request, queryset):
        kinds = kinds_of_work(queryset.model, request.user)
        chosen = [kinds[key][1] for key in self.value() or () if key in kinds]
        if chosen:
            queryset = changeable(queryset, request.user)
        for condition in chosen:
            queryset = queryset.filter(condition)
        return queryset
