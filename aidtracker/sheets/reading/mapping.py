"""Which column each heading of a file is read as, for a person to look at and to decide."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.synonyms import also_called
from aidtracker.sheets.reading.headings import Heading, Known, bare
from aidtracker.sheets.reading.stated_units import plain, unit_in

GUESSES = 3
ALIKE = 0.45
SAMPLES = 2
SHOWN = 20
SEARCHED = 200  # rows in which a sample is looked for
MONEY = re.compile(
    r"资金|投资|金额|经费|款|费用?|预算|决算|造价|产值|销售额|营业额|收入|税|资本|支出"
)
AMOUNT = re.compile(r"[¥￥]?[-+]?[0-9][0-9,]*(\.[0-9]+)?[亿万千百]*元?")


@dataclass(frozen=True)
class MappedColumn:
    """A heading that is no column's label: what it is read as, and what else it might mean.

    `word` is the heading as decisions name it, `guesses` are the labels and codes that are most
    alike. One that is `undecided` holds money that would be lost.
    """

    text: str
    word: str
    code: str
    known: Known
    samples: list[str]
    guesses: list[tuple[str, str]]
    undecided: bool

    @property
    def is_decided(self) -> bool:
        return self.known is Known.DECIDED


def mapping_of(resource: Any, heading: Heading, rows: list) -> list[MappedColumn]:
    """The headings of a file that are not the labels of columns, those in doubt first."""
    found = [
        MappedColumn(
            use.text[:SHOWN],
            plain(use.text),
            use.code,
            use.known,
            samples := list(samples_of(rows, use.position)),
            guesses_of(resource, use.text, heading.codes),
            use.known is Known.NOT and is_money(use.text, samples),
        )
        for use in heading.uses
        if use.known not in (Known.EXACT, Known.BESIDE)
    ]
    return sorted(found, key=lambda one: (not one.undecided, bool(one.code)))


def samples_of(rows: list, position: int) -> Iterator[str]:
    """The first filled cells of a column."""
    texts = (cell_text(cells[position]) for _, cells in rows[:SEARCHED] if position < len(cells))
    found = dict.fromkeys(text for text in texts if text)
    yield from (text[:SHOWN] for text in list(found)[:SAMPLES])


def is_money(text: str, samples: list[str]) -> bool:
    """Whether a column holds amounts of money, by its heading and its first cells."""
    says_so = bool(unit_in(text)) or bool(MONEY.search(bare(text)))
    return says_so and any(AMOUNT.fullmatch(plain(sample)) for sample in samples)


def guesses_of(resource: Any, text: str, taken: set[str]) -> list[tuple[str, str]]:
    """The columns a heading may mean that no other heading does: (code, label), likest first."""
    word = bare(text)
    alike = [
        (max(likeness(word, bare(name)) for name in (column.label, *also_called(column.label))), at)
        for at, column in enumerate(resource.columns)
        if column.column_name not in taken and not column.readonly
    ]
    best = sorted((pair for pair in alike if pair[0] >= ALIKE), reverse=True)[:GUESSES]
    return [(resource.columns[at].column_name, resource.columns[at].label) for _, at in best]


def likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
