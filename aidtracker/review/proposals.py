"""Changes of what is public by those who do not publish: kept until others approve them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Proposal:
    """A published row as it is stored and as it shall be.

    `names` are the fields to compare, `links` the rows that many-to-many fields shall name:
    {field name: rows}.
    """

    before: Any
    row: Any
    names: Iterable[str]
    links: dict = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Waiting:
    """An earlier proposal for a row that has no effect yet, in words, and the page it stands on."""

    words: str
    address: str
    is_same: bool
