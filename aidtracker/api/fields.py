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

from django.db.models import Expression, F
from django.db.models.functions import JSONObject

from aidtracker.pages.told import JSONRows
from aidtracker.sheets import PublicColumn, Type, described_columns, name_of, sql
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
    public: PublicColumn


class Exact(str):
    """A number as its digits, which JSON takes as they are: none of them is lost in a float."""

    __slots__ = ()


@cache
def fields_of(model: type[Any], site: str) -> tuple[Field, ...]:
    """The fields of a dataset; addresses begin with `site`."""
    return tuple(field_of(one) for one in described_columns(model, site))


def field_of(one: PublicColumn) -> Field:
    column, meaning = one.file.column, meaning_of(one)
    read: Callable[[], Any] = partial(one.file.write, sql.AS_IT_IS)
    kind, made = kind_of(one)
    if column is not None and column.is_many:
        source = column.source
        read = partial(many, source, name_of(source.related_model) if one.is_beside else "")
        kind, made = list[str], texts
    elif column is not None and not column.source.is_relation:
        read = partial(F, column.attribute)
    return Field(one.code, one.label, meaning, kind, read, made, one)


def meaning_of(one: PublicColumn) -> str:
    words = [one.definition.rstrip("。"), f"单位：{one.unit}" if one.unit else ""]
    words.append("、".join(f"{code} {label}" for code, label in one.choices.items()))
    return "。".join(filter(None, words))


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


KINDS: dict[Type, tuple[Any, Callable[[Any], Any]]] = {
    Type.INTEGER: (int | None, as_it_is),
    Type.DECIMAL: (float | None, number),
    Type.BOOLEAN: (bool | None, as_it_is),
    Type.DAY: (date | None, day),
    Type.MONTH: (str | None, month),
    Type.LIST: (list[str], names),
}


def kind_of(one: PublicColumn) -> tuple[Any, Callable[[Any], Any]]:
    """The type of a member, and what makes it of a value; most are texts."""
    if one.choices:
        return Literal[tuple(one.choices)] | None, known  # type: ignore[valid-type]
    return KINDS.get(one.type, (str | None, known))
