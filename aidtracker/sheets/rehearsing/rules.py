"""The rules of a table, asked of many rows that are not stored yet."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from operator import attrgetter
from typing import Any

from django.db import models

from aidtracker.ground.batches import in_batches
from aidtracker.ground.constraints import RowCheck, stored_or_new

BATCH = 400


def broken_checks(
    rows: Sequence[Any], model: type[models.Model], befores: Sequence[Any] = ()
) -> Iterator[tuple[int, RowCheck]]:
    """Yield (place in `rows`, rule) for each rule that a row breaks.

    `befores` are the rows as they are stored, None for a new one.
    """
    for check in model._meta.constraints:
        if isinstance(check, RowCheck):
            names = check.condition.referenced_base_fields
            fields = [field for field in model._meta.concrete_fields if field.name in names]
            for places in asked(rows, befores, fields).values():
                if check.is_broken(rows[places[0]]):
                    yield from ((place, check) for place in places)


def asked(rows, befores, fields):
    """The values that are to be judged: {values of the fields: [places of rows]}.

    Those of a row that is stored with the same values keep the rule already.
    """
    places: dict[tuple, list[int]] = {}
    value_of = attrgetter(*(field.attname for field in fields), "pk")
    relations = [field for field in fields if field.is_relation]
    for place, (row, before) in enumerate(zip_longest(rows, befores)):
        found = value_of(row)
        # A row that the same file makes has no number yet, and is another thing than none.
        if new := tuple(id(one) for field in relations if (one := named_anew(row, field))):
            places.setdefault((*found, *new), []).append(place)
            continue
        if before is None or value_of(before) != found:
            places.setdefault(found[:-1], []).append(place)
    return places


def named_anew(row: Any, field: Any) -> Any:
    """The row without a number that a row names in a field; None for one with it, or for none."""
    found = stored_or_new(row, field)
    return found if isinstance(found, models.Model) else None


def unique_sets(model):
    """The sets of fields whose values must be unique, with the message: (fields, rule, message)."""
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield (field,), None, f"{field.verbose_name}与别的记录相同。"
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint):
            fields = tuple(map(model._meta.get_field, rule.fields or named_in(rule.expressions)))
            yield fields, rule, rule.violation_error_message


def named_in(expressions):
    """The columns that expressions are made of, each once."""
    parts = (part for one in expressions for part in getattr(one, "flatten", lambda: [])())
    names = (part.name for part in (*expressions, *parts) if isinstance(part, models.F))
    return list(dict.fromkeys(names))


def repeated(rows, model, touched):
    """Yield (place in `rows`, fields, message) for each row whose values another row has already.

    `touched` says of each row which fields it sets: all of a new row's.
    """
    key = {path.partition("__")[0] for path in model.KEY}
    own = {row.pk for row in rows if row.pk}
    for fields, rule, message in unique_sets(model):
        names = {field.name for field in fields}
        if names == key:
            continue
        wanted: dict[tuple, int] = {}
        for place, row in enumerate(rows):
            values = tuple(getattr(row, field.attname) for field in fields)
            if not names & touched[place] or is_exempt(values, rule):
                continue
            if values in wanted:
                yield place, fields, message
            wanted.setdefault(values, place)
        for values in stored_values(model, fields, wanted, own):
            if values in wanted:
                yield wanted[values], fields, message


def is_exempt(values, rule):
    """Whether values are too empty to be compared."""
    if rule is None or rule.condition is not None:
        return any(value in (None, "") for value in values)
    if rule.expressions:
        return False  # such a rule has nothing count as something
    return rule.nulls_distinct is not False and None in values


def stored_values(model, fields, wanted, own):
    """The values of stored rows, besides the `own`, that begin as one of those wanted does."""
    firsts = sorted({values[0] for values in wanted if values[0] is not None}, key=str)
    names = [field.attname for field in fields]
    for part in in_batches(firsts, BATCH):
        rows = model._base_manager.filter(**{f"{names[0]}__in": part})
        for pk, *values in rows.values_list("pk", *names):
            if pk not in own:
                yield tuple(values)
