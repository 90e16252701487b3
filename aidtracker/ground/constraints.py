"""The rules of the database, each with the sentence that every door says when it is broken.

Doors ask before they store. What a rule says of a row follows from its values alone, so that the
database, which holds it in any case, need not be asked for it each time.
"""

import operator
from collections.abc import Callable, Sequence
from copy import copy
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Lookup, Q, Value
from django.db.models.functions import Least, Left, Length

# What the database says of two values that it knows; our own lookups say it by `holds`.
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "in": lambda value, several: value in several,
    "range": lambda value, ends: ends[0] <= value <= ends[1],
}
COMPUTED: dict[type[Func], Callable[..., Any]] = {
    Least: min,
    Left: lambda text, length: text[:length],
    Length: len,
}

Of = Callable[[models.Model], Any]


class BrokenRuleError(ValidationError):
    """A rule about several fields does not hold; a form says so beside one that was `left_out`,
    else beside the last it has of them."""

    def __init__(self, words: str, *names: str, left_out: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.names, self.left_out = names, left_out


class RowCheck(models.CheckConstraint):
    """What is so of every row; migrations know it as Django's."""

    def deconstruct(self) -> Any:
        return "django.db.models.CheckConstraint", *super().deconstruct()[1:]

    @cached_property
    def judge(self) -> Of:
        """Says of a row whether it keeps the rule; None, which breaks nothing, for unknown."""
        return judge_of(self.condition)

    def is_broken(self, row: models.Model) -> bool:
        return self.judge(row) is False

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = None) -> None:
        """As Django's, which asks the database and says nothing of fields that are left out."""
        names = self.condition.referenced_base_fields
        if not names & {*(exclude or ())} and self.is_broken(instance):
            left_out = [name for name in names if self.is_kept_with(instance, name)]
            raise BrokenRuleError(self.get_violation_error_message(), *names, left_out=left_out)

    def is_kept_with(self, row: models.Model, name: str) -> bool:
        """Whether a row that breaks the rule would keep it if it said something where it is empty.

        What is said there is none of the values that the rule names.
        """
        attname = row._meta.get_field(name).attname
        if getattr(row, attname) not in (None, ""):
            return False
        filled = copy(row)
        setattr(filled, attname, object())
        try:
            return self.judge(filled) is True
        except TypeError:  # it has to be more or less than another
            return False


class Once(models.UniqueConstraint):
    """What no two rows share, of those that meet its condition; migrations know it as Django's."""

    def deconstruct(self) -> Any:
        return "django.db.models.UniqueConstraint", *super().deconstruct()[1:]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields that it is about."""
        parts: list[Any] = []
        for one in self.expressions:
            parts += [one] if isinstance(one, F) else one.flatten()
        return (*self.fields, *(part.name for part in parts if isinstance(part, F)))

    def validate(self, model: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        """Others are looked for only if the row meets the condition, and has other values now."""
        before = getattr(instance, "as_read", None)
        columns = [model._meta.get_field(name).attname for name in self.names]
        values_of = attrgetter("pk", *columns)
        is_kept = before is not None and values_of(before) == values_of(instance)
        if not is_kept and (self.condition is None or judge_of(self.condition)(instance)):
            try:
                super().validate(model, instance, *args, **kwargs)
            except ValidationError as error:
                raise BrokenRuleError(error.message, *self.names) from error


def row_check(name: str, condition: Q, words: str) -> RowCheck:
    """What is so of every row."""
    return RowCheck(condition=condition, name=name, violation_error_message=words)


def once(name: str, words: str, *fields: str, **kwargs: Any) -> Once:
    """No two rows, of those that meet the `condition` if there is one, agree in all the fields."""
    return Once(fields=fields, name=name, violation_error_message=words, **kwargs)


def unfilled(name: str, empty: str | None, *fields: str) -> models.Index:
    """An index of the rows in which all of some columns are empty: few, which queues of work look
    for among all."""
    return models.Index(fields=("id",), name=name, condition=Q(**dict.fromkeys(fields, empty)))


# What a condition says of a row, as the database has it: unknown where a value is


def judge_of(condition: Any) -> Of:
    """Whether a condition holds for a row."""
    if isinstance(condition, Lookup):
        return comparison(condition.lhs, condition.lookup_name, condition.rhs)
    if isinstance(condition, tuple):
        name, _, way = condition[0].partition("__")
        return comparison(F(name), way or "exact", condition[1])
    parts = [judge_of(child) for child in condition.children]
    end = {Q.AND: False, Q.OR: True}[condition.connector]
    return combination(parts, end, is_negated=condition.negated)


def combination(parts: list[Of], end: bool, *, is_negated: bool) -> Of:
    """What several conditions say together: the `end` if one says it, else unknown if one is."""

    def judge(row: models.Model) -> bool | None:
        found = {part(row) for part in parts}
        answer = end if end in found else None if None in found else not end
        return not answer if is_negated and answer is not None else answer

    return judge


def comparison(one: Any, way: str, other: Any) -> Of:
    """What a lookup says of a row."""
    left, right = value_of(one), value_of(other)
    if way == "isnull" or other is None:
        is_empty = other is not False
        return lambda row: (left(row) is None) is is_empty
    compare = COMPARED[way]

    def judge(row: models.Model) -> bool | None:
        given, limit = left(row), right(row)
        return None if given is None or limit is None else compare(given, limit)

    return judge


def value_of(expression: Any) -> Of:
    """The value that an expression has in a row."""
    if isinstance(expression, F):
        return lambda row: stored_or_new(row, row._meta.get_field(expression.name))
    if isinstance(expression, Value):
        return lambda row: expression.value
    if isinstance(expression, Func):
        compute = COMPUTED[type(expression)]
        sources = [value_of(source) for source in expression.get_source_expressions()]
        return lambda row: compute(*(source(row) for source in sources))
    return lambda row: expression


def stored_or_new(row: models.Model, field: Any) -> Any:
    """What a row has in a field; of a row that it names and that has no number yet, the row."""
    found = getattr(row, field.attname)
    return field.get_cached_value(row, None) if found is None and field.is_relation else found
