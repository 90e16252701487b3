"""Filters that find work to do: rows without a source, an amount, a date, a place; rows to review.

Which of them a list offers follows from the fields of its model and from what the user may do.
Only rows in the user's own charge are work for them.
"""

from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.http import urlencode

from aidtracker.desk.skin import CheckboxFilter
from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.scope import changeable, may
from aidtracker.review.steps import queues

KINDS = {
    "answer": "待答复",
    "late": "过了期限",
    "stalled": "停滞",
    "source": "没有出处",
    "amount": "金额未知",
    "date": "日期未知",
    "place": "没有位置",  # figures that nobody has found in the document yet
    "text": "没有全文",
    "contradiction": "矛盾待处理",
    "candidate": "待看",
}


def conditions(model: type[models.Model]) -> dict[str, Q]:
    """When a row of a model is work of one of the KINDS, of those that its fields allow."""
    names = {field.name for field in model._meta.get_fields()}
    is_finding = "computation" in names
    # Findings that still follow from the figures and that nobody has explained.
    to_settle = Q(state="open", is_current=True)
    rules = {
        "answer": {"answer", "answered_on"} <= names and Q(answered_on=None),
        "late": {"due_on", "answered_on"} <= names
        and Q(answered_on=None, due_on__lt=timezone.localdate()),
        "stalled": stalled(model),
        "source": "sources" in names and Q(sources=None),
        "amount": all_empty(model, LedgerAmountField, None),
        "date": all_empty(model, PartialDateField, "") or all_empty(model, models.DateField, None),
        "place": {"start", "printed"} <= names and Q(start=None),
        "text": {"text", "sha256"} <= names and Q(text=""),
        "contradiction": is_finding and to_settle & Q(result="contradiction"),
        "candidate": is_finding and to_settle & Q(result="candidate"),
    }
    return {key: rule for key, rule in rules.items() if rule}


def stalled(model: type[models.Model]) -> Q:
    """The condition that nothing happened for too long, of models that know when that is so."""
    rows = model._default_manager.all()
    if not hasattr(rows, "stalled"):
        return Q()
    return Q(pk__in=rows.stalled(timezone.localdate()).order_by().values("pk"))


def all_empty(model: type[models.Model], kind: type[models.Field], empty: Any) -> Q:
    """The condition that every field of a kind is empty; none if there are none or one never is."""
    fields = [field for field in model._meta.concrete_fields if type(field) is kind]
    may_be = all(field.null or field.blank for field in fields)
    return Q(**dict.fromkeys((field.name for field in fields), empty)) if may_be else Q()


def kinds_of_work(model: Any, user: Any) -> dict[str, tuple[str, Q]]:
    """The kinds of work that rows of a model can need of a user: {key: (label, condition)}."""
    waiting = queues(model, user) if model.REVIEW else {}
    if not may(user, "change", model):
        return waiting
    return waiting | {key: (KINDS[key], rule) for key, rule in conditions(model).items()}


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

    def narrowed(self, rows, ticked):
        kinds = kinds_of_work(rows.model, self.request.user)
        rows = changeable(rows, self.request.user)
        for key in ticked:
            rows = rows.filter(kinds[key][1])
        return rows
