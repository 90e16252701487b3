"""What a check may find, and in which words it is kept."""

import hashlib
from dataclasses import dataclass

from projects.checks.evidence import Figure
from projects.checks.words import when, when_said
from projects.models.finding_kinds import Kind, Result

KEY_LENGTH = 200
TITLE_LENGTH = 300


@dataclass(frozen=True)
class Verdict:
    """The result of one check: the figures it concerns, and the computation in Chinese.

    `name` tells verdicts of one rule apart and stays the same when everything is computed again.
    `records` name rows other than figures as `dataset:slug`. `title` names place, metric, period
    and the numbers that meet; of one rule those of less `weight` are shown first.
    """

    kind: Kind
    result: Result
    name: str
    computation: str
    observations: tuple = ()
    records: tuple = ()
    title: str = ""
    weight: int = 0

    @property
    def heading(self):
        """The title; where none was given, that of what its figures say."""
        if self.title or not self.observations:
            return self.title
        return title(*self.observations[:2])

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


def title(*figures: Figure) -> str:
    """Place, metric, period and both numbers: 某县 产值（2018年）：3.2亿元与3.5亿元."""
    words = f"{placed(figures[0])}：{figures[0].printed}"
    for other in figures[1:]:
        words += f"与{other_words(figures[0], other)}"
    return shortened(words)


def placed(figure: Figure) -> str:
    """What a figure counts, and when."""
    return f"{figure.series.name}（{when(figure)}）"


def other_words(one: Figure, other: Figure) -> str:
    """Another number, with what tells it apart from the one that was named."""
    if other.series.pk != one.series.pk:
        return f"{placed(other)}{other.printed}"
    if other.window != one.window:
        return f"{when_said(other)}{other.printed}"
    return other.printed


def shortened(words: str) -> str:
    return words if len(words) <= TITLE_LENGTH else f"{words[: TITLE_LENGTH - 1]}…"
