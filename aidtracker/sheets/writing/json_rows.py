"""Rows as JSON, one after the other: codes and choices by theirs, unknown is null."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from aidtracker.sheets.columns.described import PublicColumn, Type
from aidtracker.sheets.columns.lookups import LIST_SEPARATOR
from aidtracker.sheets.writing.extracts import Extract

NULL = "null"
PLAIN = (Type.INTEGER, Type.DECIMAL, Type.BOOLEAN)
text_in_json = json.JSONEncoder(ensure_ascii=False).encode


def json_rows(extract: Extract, columns: Sequence[PublicColumn]) -> Iterator[str]:
    """Each row as one object in one line."""
    members = [f"{json.dumps(one.code)}: " for one in columns]
    values = [value_of(one.type) for one in columns]
    for row in extract.texts():
        cells = zip(members, values, row, strict=True)
        yield f"{{{', '.join([name + value(text) for name, value, text in cells])}}}"


def value_of(kind: Type) -> Callable[[Any], str]:
    """What makes JSON of a cell: a number with all its digits, as the database wrote it."""
    if kind in PLAIN:
        return lambda text: str(text) if text not in (None, "") else NULL
    if kind is Type.LIST:
        return lambda text: text_in_json(text.split(LIST_SEPARATOR)) if text else "[]"
    return lambda text: text_in_json(text) if text else NULL
