"""What names a row in an address: the word of its own address, its code or natural key, its name.

Files and answers for programs name rows by their keys, pages by the words of their addresses; who
has one of either in hand need not look the other up.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Expression, F, Model, Q

from aidtracker.ground.features import fields_at
from aidtracker.ground.keys import KEY_SEPARATOR, key_of
from aidtracker.sheets import key_labels, sql

# The columns that rows are called by.
NAMES = ("name", "title")
CODES = ("slug", "code")
NATURAL = "natural key"  # the key of a row as files have it, in one text
MOST = 5  # rows of one name that are told


def named(model: type[Any], text: str) -> list[Any]:
    """The public rows, a few at most, that a text names exactly: by key or code, else by name."""
    rows = model.objects.published().order_by("pk")
    columns = {one.name for one in model._meta.concrete_fields}
    by_code = by_parts(model, text)
    for column in CODES:
        by_code |= Q(**{column: text}) if column in columns else Q()
    found = list(rows.filter(by_code)[:MOST]) if by_code else []
    by_name = Q(*((column, text) for column in NAMES if column in columns), _connector=Q.OR)
    return found or (list(rows.filter(by_name)[:MOST]) if by_name else [])


def by_parts(model: type[Any], text: str) -> Q:
    """The rule that a row has a natural key; an empty one for what cannot be one."""
    parts = text.rsplit(KEY_SEPARATOR, len(model.KEY) - 1)
    if len(parts) != len(model.KEY):
        return Q()
    try:
        values = {
            path: fields_at(model, path)[-1].to_python(part)
            for path, part in zip(model.KEY, parts, strict=True)
        }
    except ValidationError:
        return Q()
    return Q(**values)


def key_in_words(row: Model, key: str) -> str:
    """What names a row: a column of its own, or its natural key."""
    return key_of(row) if key == NATURAL else str(getattr(row, key))


def key_in_database(model: type[Any], key: str) -> Expression | F:
    if key != NATURAL:
        return F(key)
    parts = [sql.part_of_key(path, fields_at(model, path)[-1]) for path in model.KEY]
    return sql.KeyText(*parts)


def ways(model: type[Any], *, names: bool = True) -> str:
    """How a row can be named, in words."""
    columns = {one.name: str(one.verbose_name) for one in model._meta.concrete_fields}
    found = [columns[one] for one in CODES if one in columns]
    found += [key_labels(model)] if model.KEY[0] not in (*CODES, *NAMES) else []
    found += [columns[one] for one in NAMES if names and one in columns]
    found = list(dict.fromkeys(found))
    return "或".join(filter(None, ("、".join(found[:-1]), found[-1])))
