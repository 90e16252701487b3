"""The fields of a dataset's rows in the API: those of the public file, typed.

Choices stand by their codes, rows that are named by their natural keys with the names beside, and
what is unknown is null: neither 0 nor an empty text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import Any, Literal

from django.db import models
from django.db.models import Expression, F
from django.db.models.functions import JSONObject

from aidtracker.ground.months import MonthField
from aidtracker.ground.records import NameListField
from aidtracker.pages.told import JSONRows
from aidtracker.sheets.columns import sql
from aidtracker.sheets.columns.choices import ChoiceWidget
from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.columns.resources import resource_for
from aidtracker.sheets.columns.sets import FileColumn, name_of, public_columns
from aidtracker.templatetags.formatting import plain


@dataclass(frozen=True)
class Field:
    """A member of a row: its name and meaning, its type, how it is read and what is made of it."""

    name: str
    label: str
    meaning: str
    type: Any
    read: Callable[[], Expression | F]
    made: Callable[[Any], Any]
    column: SheetColumn | None = None
    is_key: bool = False  # of what is named, not its name


class Exact(str):
    """A number as its digits, which JSON takes as they are: none of them is lost in a float."""

    __slots__ = ()


@cache
def fields_of(model: type[Any], site: str) -> tuple[Field, ...]:
    """The fields of a dataset; addresses begin with `site`."""
    columns = public_columns(resource_for(model), codes=True, site=site)
    return tuple(field_of(one) for one in columns)


def field_of(one: FileColumn) -> Field:
    column = one.column
    if column is None:
        return Field(one.code, one.heading, "", str | None, partial(one.write, sql.AS_IT_IS), known)
    source, meaning = column.source, meaning_of(one)
    if column.is_many:
        name = name_of(source.related_model) if one.is_beside else ""
        read, kind, made = partial(many, source, name), list[str], texts
    elif source.is_relation:
        read, kind, made = partial(one.write, sql.AS_IT_IS), str | None, known
    else:
        read, (kind, made) = partial(F, column.attribute), kind_of(column)
    is_key = source.is_relation and not one.is_beside
    return Field(one.code, one.heading, meaning, kind, read, made, column, is_key)


def meaning_of(one: FileColumn) -> str:
    column: Any = one.column
    if one.is_beside:
        return f"“{column.label}”的名称"
    words = [f"单位：{column.unit}" if column.unit else "", str(column.source.help_text)]
    if isinstance(column.widget, ChoiceWidget):
        words.append("、".join(f"{code} {label}" for code, label in choices(column.source)))
    return "。".join(filter(None, words))


def choices(source: Any) -> list[tuple[str, str]]:
    return [(str(code), str(label)) for code, label in source.flatchoices if code not in ("", None)]


def many(source: Any, name: str) -> Expression:
    """The keys of what a many-to-many field names or, in the same order, the names."""
    end = source.m2m_reverse_field_name()
    key = sql.key_of(end, source.related_model)
    rows = sql.links(source, is_public=True).annotate(api_key=key).order_by("api_key")
    told = JSONObject(x=F(f"{end}__{name}") if name else key)
    return JSONRows(rows.values(told=told))


# What is made of a value


def known(value: Any) -> Any:
    return None if value in (None, "") else str(value)


def texts(value: Any) -> list[str]:
    return [one["x"] for one in value or ()]


def number(value: Any) -> Any:
    return None if value is None else Exact(plain(Decimal(value)))


def day(value: Any) -> Any:
    return None if value is None else value.isoformat()


def month(value: Any) -> Any:
    return None if value is None else value.isoformat()[:7]


def as_it_is(value: Any) -> Any:
    return value


def names(value: Any) -> list[str]:
    return [str(one) for one in value or ()]


# The first kind that fits decides; others are texts.
KINDS: tuple[tuple[Any, Any, Callable[[Any], Any]], ...] = (
    (models.BooleanField, bool | None, as_it_is),
    (models.IntegerField, int | None, as_it_is),
    (models.DecimalField, float | None, number),
    (MonthField, str | None, month),
    (models.DateField, date | None, day),
    (NameListField, list[str], names),
    (models.JSONField, Any, as_it_is),
)


def kind_of(column: SheetColumn) -> tuple[Any, Callable[[Any], Any]]:
    if isinstance(column.widget, ChoiceWidget):
        codes = tuple(code for code, _ in choices(column.source))
        return Literal[codes] | None, known  # type: ignore[valid-type]
    for kind, type_, made in KINDS:
        if isinstance(column.source, kind):
            return type_, made
    return str | None, known
