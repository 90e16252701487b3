"""What series are about, read with rows that name a series, without joining a dozen tables.

PostgreSQL takes 20 ms to decide in which order to join so many, and a row brings two hundred
columns of things that it mostly does not name. So each row brings one list of what it names.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db.models import BooleanField, CharField, F, ForeignKey, Func, JSONField, Model
from django.db.models.query import ModelIterable

from projects.models.scope_entries import SCOPES

SUBJECTS = (
    "region",
    "headquarters",
    "program",
    "project",
    "investment",
    "enterprise",
    "site",
    "outlet",
    "activity",
)
NAMED = (*SUBJECTS, *SCOPES)  # what a series names besides its metric
LONGEST = 200  # of texts only names, codes and choices are read
Known = dict[tuple[str, int], Model]


class Subjects(Func):
    """The things that foreign keys name, as a JSON list: of each the columns that pages show."""

    output_field = JSONField()

    def __init__(self, *keys: F, model: type[Model]) -> None:
        super().__init__(*keys)
        self.model = model

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        array = "jsonb_build_array" if connection.vendor == "postgresql" else "json_array"
        nested = "{}" if connection.vendor == "postgresql" else "json({})"
        quote = connection.ops.quote_name
        parts = []
        for (model, fields), key in zip(
            shown(self.model).values(), self.get_source_expressions(), strict=True
        ):
            column, _ = compiler.compile(key)
            table = quote(model._meta.db_table)
            columns = ", ".join(f"named.{quote(field.column)}" for field in fields)
            row = f"(SELECT {array}({columns}) FROM {table} named WHERE named.id = {column})"
            parts.append(nested.format(row))
        return f"{array}({', '.join(parts)})", []


@cache
def shown(model: type[Model]) -> dict[str, tuple[type[Any], list[Any]]]:
    """What a model of series names: of each the model, and the fields that pages show."""
    found = {}
    for name in NAMED:
        named = model._meta.get_field(name).related_model
        found[name] = named, [field for field in named._meta.concrete_fields if is_shown(field)]
    return found


def is_shown(field: Any) -> bool:
    is_short = isinstance(field, CharField) and field.max_length <= LONGEST
    is_plain = is_short or isinstance(field, ForeignKey | BooleanField)
    return field.primary_key or (is_plain and field.name != "correction_reason")


class WithSubjects(ModelIterable):
    """Rows of a query that are series, or name one, with the things it is about."""

    @classmethod
    def ready(cls, rows: Any) -> Any:
        """The query as it is asked in the end: for numbers alone it needs none of that."""
        model, path = rows.model, ""
        if not hasattr(model, SUBJECTS[0]):
            model, path = model._meta.get_field("series").related_model, "series__"
        keys = (F(f"{path}{name}_id") for name in NAMED)
        found = rows.annotate(subject_rows=Subjects(*keys, model=model))
        found.is_ready = True
        return found

    def __iter__(self) -> Iterator[Any]:
        if not getattr(self.queryset, "is_ready", False):
            self.queryset = self.ready(self.queryset)
        is_series = hasattr(self.queryset.model, SUBJECTS[0])
        known: Known = {}
        for row in super().__iter__():
            series = row if is_series else row.series
            put_subjects(series, row.__dict__.pop("subject_rows"), known)
            yield row


def put_subjects(series: Any, rows: list[list[Any] | None], known: Known) -> None:
    """Let a series have the things it is about, each made once."""
    cache = series._state.fields_cache
    for (name, (model, fields)), values in zip(shown(type(series)).items(), rows, strict=True):
        if values is None:
            cache[name] = None
            continue
        thing = known.get((name, values[0]))
        if thing is None:
            names = [field.attname for field in fields]
            thing = known[name, values[0]] = model.from_db(series._state.db, names, values)
        cache[name] = thing
