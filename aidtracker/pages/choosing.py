"""Conditions of a list: one of some choices, or one of rows, from a drop-down or by its name."""

from collections.abc import Callable
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, OuterRef, QuerySet, Subquery

from aidtracker.ground.publication import public_rule
from aidtracker.ground.search import SEARCH_LENGTH
from aidtracker.pages.paging import kept

MOST_CHOICES = 200
ALL = "全部"
BOX = {"type": "search", "maxlength": SEARCH_LENGTH, "placeholder": "名称或拼音"}


def choice_filter(label, choices, **kwargs):
    """A drop-down of a model's choices, or of what a function gives."""
    return django_filters.ChoiceFilter(
        label=label, choices=getattr(choices, "choices", choices), empty_label=ALL, **kwargs
    )


def used(model: type[Any], relation: str, *, rarely: bool = False) -> Callable[[Any], QuerySet]:
    """Rows of `model` that at least one public row behind `relation` names, for a drop-down.

    Each is asked for, which is quick where most are named; `rarely`: few are of very many.
    """

    def rows(request: Any) -> QuerySet:
        if not rarely:
            return leading_to(model.objects.all(), relation)
        end = model
        for name in relation.split("__"):
            end = end._meta.get_field(name).related_model
        named = model.objects.filter(public_rule(end, relation), **{f"{relation}__isnull": False})
        return model.objects.filter(pk__in=named.order_by().values("pk"))

    return rows


def leading_to(rows: QuerySet, relation: str) -> QuerySet:
    """Those of `rows` that at least one public row names at the end of some reverse keys.

    A query within a query for each key: joined, the rows at the end would be read from their first.
    """
    name, _, others = relation.partition("__")
    key = rows.model._meta.get_field(name).remote_field
    behind = key.model.objects.filter(**{key.name: OuterRef("pk")}).order_by()
    found = leading_to(behind, others) if others else behind.published()
    return rows.alias(first=Subquery(found.values("pk")[:1])).filter(first__isnull=False)


class RowField(forms.Field):
    """One of some rows, by its key; one of many by its name, too, which may mean several.

    `rows` gives them when they are needed; what there is to choose stays as `kept_as` for each
    edition.
    """

    def __init__(
        self,
        queryset: Callable[[], QuerySet],
        to_field_name: str,
        kept_as: str,
        empty_label: str = ALL,
        **kwargs: Any,
    ) -> None:
        self.rows, self.key = queryset, to_field_name
        found = kept(kept_as, self.first)
        self.is_long = len(found) > MOST_CHOICES
        if self.is_long:
            box: forms.Widget = forms.TextInput(BOX)
        else:
            self.choices = [("", empty_label), *found]
            box = forms.Select(choices=self.choices)
        super().__init__(widget=box, **kwargs)

    def first(self) -> list[tuple[str, str]]:
        """The keys and names of as many rows as a drop-down holds, and of one more."""
        rows = self.rows()[: MOST_CHOICES + 1]
        return [(str(getattr(row, self.key)), str(row)) for row in rows]

    def clean(self, value: Any) -> Model | QuerySet | None:
        """The row that was chosen, or the rows of that name; None for no condition."""
        if not value:
            return None
        if not self.is_long and all(value != key for key, _ in self.choices):
            raise ValidationError("没有这一选项。")
        row = self.rows().filter(**{self.key: value}).first()
        if row is None and not self.is_long:  # gone meanwhile
            raise ValidationError("没有这一选项。")
        return row or self.rows().search(value)


class RowFilter(django_filters.ModelChoiceFilter):
    """A condition on which row a row names."""

    field_class = RowField

    def get_queryset(self, request: Any) -> Callable[[], QuerySet]:
        return partial(super().get_queryset, request)

    @property
    def field(self) -> forms.Field:
        self.extra["kept_as"] = f"choices {type(self.parent).__qualname__} {self.label}"
        return super().field

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not isinstance(value, QuerySet):
            return super().filter(qs, value)
        # Several of a row's links may be meant; it is listed once.
        found = qs.model._default_manager.filter(**{f"{self.field_name}__in": value})
        return qs.filter(pk__in=found.order_by().values("pk"))


def row_filter(label, queryset, key="slug", **kwargs):
    """A choice of rows, named in the address by `key`; one query however many there are."""
    return RowFilter(label=label, queryset=queryset, to_field_name=key, empty_label=ALL, **kwargs)


def linked_filter(label, model, **kwargs):
    """A condition that a link sets and no drop-down offers: there can be thousands of rows."""
    return django_filters.ModelChoiceFilter(
        label=label,
        queryset=lambda request: model.objects.published(),
        to_field_name="slug",
        widget=forms.HiddenInput,
        **kwargs,
    )
