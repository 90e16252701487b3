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
from django_filters.fields import ModelChoiceField

from aidtracker.ground.inner_queries import Answers, Fixed
from aidtracker.ground.publication import public_rule
from aidtracker.ground.search import SEARCH_LENGTH
from aidtracker.pages.naming import NAMES, NATURAL, key_in_database, key_in_words, named, ways
from aidtracker.pages.told import JSONRows

MOST_CHOICES = 200
ALL = "全部"
UNKNOWN, AMBIGUOUS = "unknown", "ambiguous"
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
    by_column: dict[str, QuerySet] = {}
    for one in filterset.filters.values():
        if not isinstance(one, RowFilter):
            continue
        key = one.extra["to_field_name"]
        rows = one.get_queryset(filterset.request)()[: MOST_CHOICES + 1]
        columns = {column.name for column in rows.model._meta.concrete_fields}
        if name := next((name for name in NAMES if name in columns), ""):
            told = JSONObject(key=key_in_database(rows.model, key), name=F(name))
            by_column[one.label] = rows.values(told=told)
        else:
            found[one.label] = [(key_in_words(row, key), str(row)) for row in rows]
    for label, told in zip(by_column, answers_of(list(by_column.values())), strict=True):
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
    """One of some rows, by what names it; one of many by a part of its name, too, which may mean
    several.

    `rows` gives those to choose from, `found` are their keys and names. Any other public row may be
    named as well: that nothing belongs to it is an answer. `is_strict`: one row is meant, exactly.
    """

    is_strict = False

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
        self.chosen: Model | None = None
        super().__init__(widget=box, **kwargs)

    def clean(self, value: Any) -> Model | QuerySet | None:
        """The row that was named, or the rows of that name; None for no condition."""
        if not value:
            return None
        rows = self.rows()
        found = named(rows.model, value)
        if len(found) == 1:
            self.chosen = found[0]
            self.offer(found[0])
        elif self.is_strict or not self.is_long:
            raise not_one(found, value, self.label, rows.model)
        return self.chosen or rows.search(value)

    def offer(self, row: Any) -> None:
        """Let the drop-down show a row that it does not hold."""
        key = key_in_words(row, self.key)
        if not self.is_long and all(key != known for known, _ in self.choices):
            self.widget.choices = [*self.choices, (key, str(row))]

    def prepare_value(self, value: Any) -> Any:
        """What the form shows: of a row that was named in another way, its key."""
        return key_in_words(self.chosen, self.key) if self.chosen and not self.is_long else value


def not_one(found: Sequence[Model], value: str, label: Any, model: type[Any]) -> ValidationError:
    """Why a text names no row, or several."""
    if not found:
        return ValidationError(f"{label}里没有“{value}”；可以写{ways(model)}。", UNKNOWN)
    keys = "、".join(f"{row}（{key_in_words(row, NATURAL)}）" for row in found)
    words = f"“{value}”不止一个：{keys}；请写其中一个的{ways(model, names=False)}。"
    return ValidationError(words, AMBIGUOUS)


class RowFilter(django_filters.ModelChoiceFilter):
    """A condition on which row a row names."""

    field_class = RowField

    @property
    def names(self) -> type[Any]:
        """The model whose rows are named."""
        return self.queryset(None).model

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


class LinkedField(ModelChoiceField):
    """One public row, by what names it."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        found = named(self.queryset.model, value)
        if len(found) != 1:
            raise not_one(found, value, self.label, self.queryset.model)
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return key_in_words(value, NATURAL) if isinstance(value, Model) else value


class LinkedFilter(django_filters.ModelChoiceFilter):
    """A condition on which row a row names, that no form offers."""

    field_class = LinkedField

    @property
    def names(self) -> type[Any]:
        """The model whose rows are named."""
        return self.queryset(None).model


def linked_filter(label, model, kind=LinkedFilter, **kwargs):
    """A condition that a link sets and no drop-down offers: there can be thousands of rows."""
    return kind(
        label=label,
        queryset=lambda request: model.objects.published(),
        widget=forms.HiddenInput,
        **kwargs,
    )
