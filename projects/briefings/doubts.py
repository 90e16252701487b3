"""What is doubtful in a draft: told to who is to freeze it, and known again when they do."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from projects.briefings.comparing import Change, name_of, since
from projects.briefings.writing import fingerprint
from projects.models import Observation

Data = dict[str, Any]
EXACT = Observation.Qualifier.EXACT


@dataclass(frozen=True)
class Doubts:
    """Of a content: what became of its figures since, and what was not sure when it was written."""

    content: Data
    since: list[Change]

    @cached_property
    def sha256(self) -> str:
        return fingerprint(self.content)

    @property
    def key(self) -> str:
        """Another one as soon as there is something else to see."""
        return fingerprint({"content": self.sha256, "since": [one.words for one in self.since]})

    @property
    def gone(self) -> list[Change]:
        return [one for one in self.since if one.is_gone]

    @property
    def refusal(self) -> str:
        """What to do instead of freezing figures that are public no more."""
        return f"有 {len(self.gone)} 个数字写成以后不再公开，不能定稿：先按现在的记录重写。"

    @property
    def figures(self) -> list[Data]:
        return [one for one in self.content["figures"] if one["kind"] == "figure"]

    @property
    def disputed(self) -> list[Change]:
        """The figures that were known to be contradicted, by their footnotes."""
        told = enumerate(self.content["figures"], 1)
        return [
            Change(number, name_of(one), one["source"], one["address"])
            for number, one in told
            if one.get("contradictions")
        ]

    @property
    def hedged(self) -> int:
        return sum(one["qualifier"] != EXACT for one in self.figures)

    @property
    def of_inferred_time(self) -> int:
        return sum("（推断" in one["time"] for one in self.figures)

    @property
    def is_sure(self) -> bool:
        return not (self.since or self.disputed or self.hedged or self.of_inferred_time)


def doubts_of(content: Data) -> Doubts:
    """One query for its figures, one for each ledger that it names."""
    return Doubts(content, since(content["figures"]))
