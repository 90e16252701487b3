"""What a person decides about a file before its preview: which column a heading means, which record
a row is, and what the rows have in common that the file does not say.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

NOT_IMPORTED = ""  # decided of a heading
NAMES = ("columns", "rows", "fixed", "words")


@dataclass
class Decisions:
    """Decided of one file, besides what is `remembered` of earlier ones.

    `columns` are {plain heading: column code, or NOT_IMPORTED}, `rows` {row's number: number of a
    record, or a word}, `fixed` {column code: text for all new rows}, `words` {`column:word`: the
    key that an unknown word stands for, or nothing}. `remembered` are the columns and what is fixed
    by the shape of the file's headings.
    """

    columns: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, dict] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Any, remembered: dict[str, dict] | None = None) -> Self:
        """What an upload keeps of it."""
        return cls(*(dict(kept.get(name, {})) for name in NAMES), remembered or {})

    @property
    def kept(self) -> dict[str, dict[str, str]]:
        return {name: dict(getattr(self, name)) for name in NAMES}

    def recall(self, shape: str) -> bool:
        """Take what was decided of an earlier file of the same shape; whether there was one.

        What is decided of this file comes first.
        """
        found = self.remembered.get(shape)
        if found is None:
            return False
        self.columns = {**found.get("columns", {}), **self.columns}
        self.fixed = {**found.get("fixed", {}), **self.fixed}
        return True


def shape_of(headings: Iterable[str]) -> str:
    """What files with the same headings, in whatever order, have in common."""
    return hashlib.sha256("\n".join(sorted({*headings} - {""})).encode()).hexdigest()
