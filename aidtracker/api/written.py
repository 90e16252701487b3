"""Values as JSON, in which a number keeps each of its digits."""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring as text
from typing import Any

from aidtracker.api.fields import Exact


def written(value: Any) -> str:
    """A value as JSON text; numbers of a ledger are `Exact`.

    A page has ten thousand values, nearly all of them texts, which are told first.
    """
    kind = type(value)
    if kind is str:
        return text(value)
    if value is None:
        return "null"
    if kind is Exact:
        return str(value)
    if kind is dict:
        parts = [f"{text(name)}: {written(one)}" for name, one in value.items()]
        return f"{{{', '.join(parts)}}}"
    if kind is list:
        return f"[{', '.join([written(one) for one in value])}]"
    return written_of_others(value)


def written_of_others(value: Any) -> str:
    if isinstance(value, Mapping):
        return written({str(name): one for name, one in value.items()})
    if isinstance(value, tuple):
        return written([*value])
    return json.dumps(value, ensure_ascii=False)
