"""Conditions of a list: one of some choices, or one of rows, from a drop-down or by its name."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from aidtracker.ground.inner_queries import Answers, Fixed
from aidtracker.ground.publication import public_rule
from aidtracker.ground.search import SEARCH_LENGTH
from aidtracker.pages.told import JSONRows

MOST_CHOICES = 200
ALL = "全部"
# The columns that rows are called by.
NAMES = ("name", "title")
# Keys and names.
Choices = list[tuple[str, str]]
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


def choices_of_rows(filterset: Any) -> dict[str, Choices]:
    """The keys and names that each drop-down of rows holds, and one more, by its label.

    One query for all whose rows are called by a column, and one for each of the others.
    """
    found: dict[str, Choices] = {}
    named: dict[str, QuerySet] = {}
    for one in filterset.filters.values():
        if not isinstance(one, RowFilter):
            continue
        key = one.extra["to_field_name"]
        rows = one.get_queryset(filterset.request)()[: MOST_CHOICES + 1]
        columns = {column.name for column in rows.model._meta.concrete_fields}
        if name := next((name for name in NAMES if name in columns), ""):
            named[one.label] = rows.values(told=JSONObject(key=F(key), name=F(name)))
        else:
            found[one.label] = [(str(getattr(row, key)), str(row)) for row in rows]
    for label, told in zip(named, answers_of(list(named.values())), strict=True):
        found[label] = [(str(one["key"]), one["name"]) for one in told]
    return found


def answers_of(queries: Sequence[QuerySet]) -> list[list[Any]]:
    """What several queries tell, in one: each names one value `told`."""
    if not queries:
        return []
    connection = connections[queries[0].db]
    compiler = queries[0].query.get_compiler(connection=connection)
    parts = [compiler.compile(JSONRows(rows)) for rows in queries]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(sql for sql, _ in parts)}",
            [value for _, values in parts for value in values],
        )
        found = cursor.fetchone()
    # SQLite tells JSON as text, and no rows as an empty list; PostgreSQL as null.
    return [json.loads(told) if isinstance(told, str) else told or [] for told in found]


class RowField(forms.Field):
    """One of some rows, by its key; one of many by its name, too, which may mean several.

    `rows` gives them when they are needed; `found` are the keys and names to choose from.
    """

    def __init__(
        self,
        queryset: Callable[[], QuerySet],
        to_field_name: str,
        found: Choices,
        empty_label: str = ALL,
        **kwargs: Any,
    ) -> None:
        self.rows, self.key, self.found = queryset, to_field_name, found
        self.is_long = len(found) > MOST_CHOICES
        if self.is_long:
            box: forms.Widget = forms.TextInput(BOX)
        else:
            self.choices = [("", empty_label), *found]
            box = forms.Select(choices=self.choices)
        super().__init__(widget=box, **kwargs)

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
        self.extra["found"] = self.parent.row_choices[self.label]
        return super().field

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not isinstance(value, QuerySet):
            return super().filter(qs, value)
        key, _, others = self.field_name.partition("__")
        field = qs.model._meta.get_field(key)
        if others or not field.many_to_many:
            return qs.filter(**{f"{self.field_name}__inside": Fixed(value)})
        # Several of a row's links may be meant; it is listed once.
        own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
        links = field.remote_field.through._base_manager.filter(
            **{f"{other}__inside": Fixed(value)}
        )
        return qs.filter(pk__inside=Answers(links.order_by().values(own)))


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
