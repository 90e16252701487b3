"""What a check may find, and in which words it is kept."""

import hashlib
from dataclasses import dataclass

from projects.models.finding_kinds import Kind, Result

KEY_LENGTH = 200


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
