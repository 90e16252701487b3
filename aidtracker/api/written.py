"""Values as JSON, in which a number keeps each of its digits."""

import json
from collections.abc import Mapping
from typing import Any

from aidtracker.api.fields import Exact


def written(value: Any) -> str:
    """A value as JSON text; numbers of a ledger are `Exact`."""
    if isinstance(value, Exact):
        return str(value)
    if isinstance(value, Mapping):
        parts = (f"{json.dumps(str(name))}: {written(one)}" for name, one in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    return json.dumps(value, ensure_ascii=False)
