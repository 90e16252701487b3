"""What a check may find, and in which words it is kept."""

import hashlib
from dataclasses import dataclass

from django.db.models import TextChoices

KEY_LENGTH = 200


class Kind(TextChoices):
    """The rule that was applied."""

    CONFLICT = "conflict", "同一序列不一致"
    GROWTH = "growth", "增长率"
    RATIO = "ratio", "比率"
    PARTS = "parts", "部分与整体"
    CUMULATIVE = "cumulative", "累计减少"
    LOOKALIKE = "lookalike", "容易混淆"
    LEDGER = "ledger", "与台账核对"
    PRINTED = "printed", "与原文核对"
    DATES = "dates", "日期不一致"


class Result(TextChoices):
    """What came out of it."""

    CONTRADICTION = "contradiction", "矛盾"
    CANDIDATE = "candidate", "待看"
    UNCHECKED = "unchecked", "无法核对"
    HOLDS = "holds", "相符"


@dataclass(frozen=True)
class Verdict:
    """The result of one check: the figures it concerns, and the computation in Chinese.

    `name` tells verdicts of one rule apart and stays the same when everything is computed again.
    `records` name rows other than figures as `dataset:slug`.
    """

    kind: Kind
    result: Result
    name: str
    computation: str
    observations: tuple = ()
    records: tuple = ()

    @property
    def key(self):
        """Rule and name; a name that is too long keeps its beginning and gets a digest."""
        key = f"{self.kind.value}:{self.name}"
        if len(key) <= KEY_LENGTH:
            return key
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        return f"{key[: KEY_LENGTH - 17]}~{digest}"


def names(observations):
    """The natural keys of figures, in order: the same whichever figure was met first."""
    return "|".join(sorted(row.key for row in observations))
