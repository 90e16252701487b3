"""Filters of lists from one value to another: dates as precise as they are known, amounts, numbers.

And which filters a list has beside those that it declares: one for every field by which rows can
be told apart.
"""

import math
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet

from aidtracker.ground.money import LedgerAmountField, labelled
from aidtracker.ground.partial_dates import (
    PartialDateField,
    as_iso,
    first_day,
    last_day,
    validate_written,
)
from aidtracker.sheets import LedgerWidget, decimal_of

ENDS = (("from", "从"), ("to", "到"))
# What says how a row is kept, not what it is about.
KEPT = ("id", "version", "updated_at")


class RangeFilter(admin.FieldListFilter):
    """Rows whose value lies between two, each of which may be left open."""

    template = "admin/range_filter.html"
    hint = ""

    def __init__(self, field, request, params, model, model_admin, field_path):
        super().__init__(field, request, params, model, model_admin, field_path)
        self.request = request
        self.title = labelled(field)
        self.found: dict[str, Any] = {}
        self.wrong: dict[str, str] = {}
        for end, _ in ENDS:
            try:
                self.found[end] = self.read(self.said(end), end) if self.said(end) else None
            except (ValueError, ValidationError) as error:
                self.wrong[end] = "".join(getattr(error, "messages", [str(error)]))

    def expected_parameters(self) -> list[str]:
        return [f"{self.field_path}_{end}" for end, _ in ENDS]

    def said(self, end: str) -> str:
        """What the address says of an end."""
        value = self.used_parameters.get(f"{self.field_path}_{end}") or ""
        return (value if isinstance(value, str) else value[-1]).strip()

    def read(self, text: str, end: str) -> Any:
        """What a person's words for an end mean. Raises ValueError or ValidationError."""
        raise NotImplementedError

    def rule(self, end: str, value: Any) -> Q:
        return Q(**{f"{self.field_path}__{'gte' if end == 'from' else 'lte'}": value})

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        for end, value in self.found.items():
            if value is not None:
                queryset = queryset.filter(self.rule(end, value))
        return queryset

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        for end, label in ENDS:
            name = f"{self.field_path}_{end}"
            said, wrong = self.said(end), self.wrong.get(end, "")
            yield {"name": name, "label": label, "said": said, "wrong": wrong, "hint": self.hint}


class DateRange(RangeFilter):
    """Days, months or years: 2019 as a beginning is its first day, as an end its last one."""

    hint = "2026-05"

    def read(self, text: str, end: str) -> str:
        text = as_iso(text)
        validate_written(text)
        return text

    def rule(self, end: str, value: str) -> Q:
        if not isinstance(self.field, PartialDateField):
            return super().rule(end, first_day(value) if end == "from" else last_day(value))
        if end == "from":
            return Q(**{f"{self.field_path}__gte": value})
        known = ~Q(**{self.field_path: ""})
        try:
            behind = (last_day(value) + timedelta(days=1)).isoformat()[: len(value)]
        except OverflowError:  # the last year that there is
            return known
        return known & Q(**{f"{self.field_path}__lt": behind})


class NumberRange(RangeFilter):
    """Amounts, written as in a form, and other numbers."""

    def read(self, text: str, end: str) -> Decimal | int:
        is_amount = isinstance(self.field, LedgerAmountField)
        value = LedgerWidget().read(text) if is_amount else decimal_of(text)
        if isinstance(self.field, models.IntegerField):
            value = (math.ceil if end == "from" else math.floor)(value)
        self.field.run_validators(value)
        return value


RANGES: tuple[tuple[type[models.Field], type[RangeFilter]], ...] = (
    (PartialDateField, DateRange),
    (models.DateField, DateRange),
    (models.DecimalField, NumberRange),
    (models.IntegerField, NumberRange),
)


def field_at(model: Any, path: str) -> Any:
    """The field of a model, or of one that it names, that a filter is about."""
    *ways, name = path.split("__")
    for way in ways:
        model = model._meta.get_field(way).related_model
    return model._meta.get_field(name)


def range_for(field: models.Field) -> type[RangeFilter] | None:
    """The filter from one value to another by a field; None for a field of no such values."""
    if field.choices or field.is_relation or field.name in KEPT:
        return None
    return next((kind for of, kind in RANGES if isinstance(field, of)), None)


def further_fields(model: Any, declared: list[Any]) -> list[str]:
    """The fields by which a list can be narrowed beside those that it declares: of every choice,
    date, amount, number and named row."""
    named = {item for item in declared if isinstance(item, str)}
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [
        field.name
        for field in fields
        if field.name not in named
        and field.name not in KEPT
        and (
            field.choices
            or isinstance(field, models.BooleanField)
            or (field.is_relation and hasattr(field.related_model, "KEY"))
            or range_for(field)
        )
    ]
