"""Short lists told with the row that they belong to, in the one query that reads it."""

import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.db.models import (
    CharField,
    F,
    ForeignKey,
    JSONField,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models.functions import JSONObject

from aidtracker.pages.tables import PATH_END, Column, relation_of

PREFIX = "told_"
NAMES = ("name", "slug")
WORDS = (CharField, ForeignKey, TextField)


class JSONRows(Subquery):
    """The rows of a query that names one value `told`, in its order, as a list of these."""

    output_field: Any = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # Out of a query within a query JSON comes as text.
        template = '(SELECT JSON_GROUP_ARRAY(JSON("told")) FROM (%(subquery)s) "rows")'
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = '(SELECT JSONB_AGG("told") FROM (%(subquery)s) "rows")'
        return self.as_sql(compiler, connection, template=template, **extra)


def rows_behind(model: type[Model], name: str) -> QuerySet:
    """What a relation of each row of an outer query leads to."""
    relation: Any = getattr(model, name)  # what Django puts there for a key or links, either way
    field = relation.field
    if field.model is model and field.name == name:
        return field.related_model.objects.filter(**{field.related_query_name(): OuterRef("pk")})
    return field.model.objects.filter(**{field.name: OuterRef("pk")})


def own_words(model: type[Model], columns: Iterable[Column]) -> list[str]:
    """The paths to the words that name a row, or one that it names by a key, and fill the columns.

    None if any column needs more: what JSON keeps otherwise than a row does is no word.
    """
    paths = list(dict.fromkeys(chain.from_iterable(paths_of(model, one) for one in columns)))
    is_enough = all(is_word(model, path) for path in paths) and not any(
        column.reads for column in columns
    )
    return paths if is_enough else []


def paths_of(model: type[Model], column: Column) -> tuple[str, ...]:
    if not isinstance(column.value, str):
        return ("",)
    if column.value == PATH_END:
        return NAMES
    field = relation_of(model, column.value)
    if field and field.name == column.value and field.many_to_one:
        return (field.name, *(f"{field.name}__{name}" for name in NAMES))
    label = re.fullmatch(r"get_(\w+)_display", column.value)
    return (label[1] if label else column.value,)


def is_word(model: type[Model], path: str) -> bool:
    name, _, rest = path.partition("__")
    field = next((one for one in model._meta.concrete_fields if one.name == name), None)
    return is_word(field.related_model, rest) if field and rest else isinstance(field, WORDS)


def with_told(rows: QuerySet, name: str, found: QuerySet, paths: Iterable[str]) -> QuerySet:
    """Rows told of those `found` for each, by the words at these paths."""
    values = JSONObject(**{path: F(path) for path in paths})
    return rows.annotate(**{f"{PREFIX}{name}": JSONRows(found.values(told=values))})


def is_told(row: Any, name: str) -> bool:
    return hasattr(row, f"{PREFIX}{name}")


def told_of(row: Any, name: str, model: type[Model]) -> list[Any]:
    """What a row was told of by this name."""
    found = getattr(row, f"{PREFIX}{name}") or ()
    return [row_of(model, values, row._state.db) for values in found]


def row_of(model: type[Model], values: dict[str, Any], alias: str) -> Model:
    """A row of which these values are known; all others are read when they are asked for."""
    fields: list[Any] = [one for one in model._meta.concrete_fields if one.name in values]
    known = [field.to_python(values[field.name]) for field in fields]
    row = model.from_db(alias, [field.attname for field in fields], known)
    for field in fields:
        if field.is_relation:
            field.set_cached_value(row, named_by(field, values, alias))
    return row


def named_by(field: Any, values: dict[str, Any], alias: str) -> Model | None:
    """The row that a key names, by the values at the paths that begin with it."""
    if values[field.name] is None:
        return None
    start = f"{field.name}__"
    own = {path.removeprefix(start): one for path, one in values.items() if path.startswith(start)}
    return row_of(field.related_model, own, alias)
