"""What an import does, or would do: counts, changed cells, conflicts and problems."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.reading.decisions import Decisions
from aidtracker.sheets.reading.mapping import MappedColumn
from aidtracker.sheets.reading.pages import ranges
from aidtracker.sheets.rehearsing.recognition import Recognised

ERROR, WARNING = "error", "warning"
SHOWN_GROUPS = 150
SHOWN_LENGTH = 40
WHOLE_ROW = "整行"
LABEL_SEPARATOR = "、"  # of a problem that several columns have together
NEW, CHANGED, PROPOSED = "新增", "修改", "变更申请"


def shortened(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}……"


@dataclass(frozen=True)
class Problem:
    """What is wrong, or doubtful, in a cell: its row as in Excel, its column, the value read.

    `letter` is what Excel calls the column, if it is one of the file's.
    """

    number: int
    heading: str
    value: str
    message: str
    level: str = ERROR
    letter: str = field(default="", compare=False)
    # Whether what is chosen in the preview can make it good.
    is_asked: bool = field(default=False, compare=False)

    @property
    def is_error(self) -> bool:
        return self.level == ERROR


@dataclass(frozen=True)
class ShownChange:
    """A cell that changes a field; `read` is what was read if it had to be converted."""

    heading: str
    old: str
    new: str
    read: str = ""


@dataclass(frozen=True)
class ShownRow:
    """A row that an import changes; `waiting` are earlier proposals for it without effect yet."""

    number: int
    kind: str
    name: str
    changes: list[ShownChange]
    unlisted: int = 0
    waiting: list = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.kind == NEW


@dataclass(frozen=True)
class Conflict:
    """A row that somebody changed after the file was exported, and what was done meanwhile."""

    number: int
    name: str
    changes: list[ShownChange]
    meanwhile: list[str]


@dataclass(frozen=True)
class UnknownWord:
    """A word that names nothing, in a column of some rows, with what it may stand for.

    `choices` are (key, words), `chosen` is the key that a person said, LEFT_EMPTY, or None.
    """

    name: str
    label: str
    word: str
    rows: str
    choices: list[tuple[str, str]]
    chosen: str | None
    can_be_empty: bool


@dataclass
class Outcome:
    """The result of an import, or of its rehearsal; `is_stored` once it is in the database.

    Public rows that are only `proposed` to be changed wait for approval; as many as are `repeated`
    were proposed just so before, and count as unchanged. `lacking` is the number of rows that
    change only for a `reason`, which the file does not give; `reason_error` says what is wrong
    with the one given.
    `rows` and `conflicts` are the first ones only, so that a page of thousands of rows stays small.
    """

    fingerprint: str = ""
    sheet: str = ""
    new: int = 0
    changed: int = 0
    proposed: int = 0
    repeated: int = 0
    unchanged: int = 0
    conflicting: int = 0
    failed: int = 0
    lacking: int = 0
    reason: str = ""
    reason_error: str = ""
    is_stored: bool = False
    notices: list[str] = field(default_factory=list)
    rows: list[ShownRow] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # How headings are read that are no labels, what was decided, and rows known by their names.
    mapped: list[MappedColumn] = field(default_factory=list)
    decisions: Decisions = field(default_factory=Decisions)
    recognised: list[Recognised] = field(default_factory=list)
    # Columns that new rows must fill and the file does not have.
    missing: list[SheetColumn] = field(default_factory=list)
    # Words that name nothing, or of which a person said what they stand for.
    unknown_words: list[UnknownWord] = field(default_factory=list)

    @property
    def undecided(self) -> list[str]:
        """The headings of money that nobody said where to read."""
        return [one.text for one in self.mapped if one.undecided]

    @property
    def doubtful(self) -> list[Recognised]:
        return [one for one in self.recognised if one.is_doubtful]

    @property
    def doubtful_rows(self) -> list[Recognised]:
        """The first doubtful rows, those that are not decided before the others."""
        return sorted(self.doubtful, key=lambda one: not one.is_undecided)[:SHOWN_GROUPS]

    @property
    def unlisted_doubtful(self) -> int:
        return len(self.doubtful) - len(self.doubtful_rows)

    @property
    def can_be_decided(self) -> bool:
        """Whether a person may say more of the file than it says itself."""
        return bool(self.mapped or self.doubtful or self.missing or self.unknown_words)

    @property
    def fixed_texts(self) -> list[str]:
        """What all new rows have in common, as it was chosen."""
        return list(self.decisions.fixed.values())

    @property
    def needs_decisions(self) -> bool:
        """Whether a person must say more before anything can be stored."""
        return bool(self.undecided) or any(one.is_undecided for one in self.recognised)

    @property
    def may_be_stored(self) -> bool:
        """Whether it can be stored as it is, or once a person has answered what is asked."""
        is_wrong = any(one.is_error and not one.is_asked for one in self.problems)
        is_asked = self.needs_decisions or any(one.is_asked for one in self.problems)
        return self.can_be_stored or (is_asked and not is_wrong)

    @property
    def may_need_reason(self) -> bool:
        """Whether rows lack a reason, or may do so once it is said which records they are."""
        return bool(self.lacking) or any(one.candidates for one in self.doubtful)

    @property
    def recognised_rows(self) -> list[Recognised]:
        """The first rows that are known without a person's help."""
        return [one for one in self.recognised if one.how and not one.is_doubtful][:SHOWN_GROUPS]

    @property
    def named_count(self) -> int:
        return sum(bool(one.how) and not one.is_new for one in self.recognised)

    @property
    def numbered_count(self) -> int:
        return sum(one.is_new for one in self.recognised)

    @property
    def written(self) -> int:
        """How many rows the import adds, changes or proposes to change."""
        return self.new + self.changed + self.proposed

    @property
    def total(self) -> int:
        return self.written + self.unchanged + self.conflicting + self.failed

    def does_no_more_than(self, seen: Self) -> bool:
        """Whether it has no problem or conflict that was not in what a person has seen."""
        return {*self.problems} <= {*seen.problems} and self.conflicting <= seen.conflicting

    @property
    def reason_label(self) -> str:
        """What the reason is called, after what the rows that lack one become."""
        return "变更理由" if self.proposed == self.written else "更正理由"

    @property
    def unlisted_rows(self) -> int:
        return self.written - len(self.rows)

    @property
    def unlisted_conflicts(self) -> int:
        return self.conflicting - len(self.conflicts)

    @property
    def error_count(self) -> int:
        return sum(problem.is_error for problem in self.problems)

    @property
    def warning_count(self) -> int:
        return len(self.problems) - self.error_count

    @property
    def can_be_stored(self) -> bool:
        return not self.error_count and not self.needs_decisions and bool(self.written)

    @property
    def groups(self) -> list[tuple[str, Problem]]:
        """The first groups of equal problems: their rows in words, and one of them."""
        shown = self.grouped[:SHOWN_GROUPS]
        return [(ranges([problem.number for problem in same]), same[0]) for same in shown]

    @property
    def unlisted_groups(self) -> int:
        return max(0, len(self.grouped) - SHOWN_GROUPS)

    @property
    def grouped(self) -> list[list[Problem]]:
        """Equal problems of several rows together, errors before warnings."""
        found: dict[tuple, list[Problem]] = {}
        for one in self.problems:
            found.setdefault((one.heading, one.value, one.message, one.level), []).append(one)
        return sorted(found.values(), key=lambda same: (not same[0].is_error, same[0].number))


class Objections:
    """What is wrong with the rows of a sheet, noted while its import is rehearsed.

    `failed` are the numbers of the rows that have errors, `faulty` the names of each row's fields
    that have them, `letters` what Excel calls the columns: {heading: letters}.
    """

    def __init__(self, outcome: Outcome, letters: dict[str, str]):
        self.letters = letters
        self.problems = outcome.problems
        self.failed: set[int] = set()
        self.faulty: dict[int, set[str]] = {}
        # The rows that have an unknown word: {(reader, word): numbers}.
        self.unknown: dict[tuple, list[int]] = {}

    def add(self, number: int, reader, cells, message: str) -> None:
        """Note an error of the cell that a reader reads."""
        self.mark(number, [reader.column.attribute])
        raw = cells[reader.position]
        words = reader.unknown.get(raw, ())
        for word in words:
            self.unknown.setdefault((reader, word), []).append(number)
        self.note(number, reader.column.label, shortened(reader.text(raw)), message, asked=words)

    def mark(self, number: int, names: Iterable[str]) -> None:
        self.failed.add(number)
        self.faulty.setdefault(number, set()).update(names)

    def fail(self, number: int, message: str, heading: str = WHOLE_ROW, *, asked=False) -> None:
        self.failed.add(number)
        self.note(number, heading, "", message, asked=asked)

    def warn(self, number: int, heading: str, value: str, message: str) -> None:
        self.note(number, heading, shortened(value), message, WARNING)

    def note(
        self,
        number: int,
        heading: str,
        value: str,
        message: str,
        level: str = ERROR,
        asked: Any = (),
    ) -> None:
        letter = self.letters.get(heading.partition(LABEL_SEPARATOR)[0], "")
        problem = Problem(number, heading, value, message, level, letter, bool(asked))
        self.problems.append(problem)

    def disagree(self, number: int, reader, cells, shown: str) -> None:
        message = f"这一列由其他列得出，应为“{shown or '空'}”；请改正或留空。"
        self.add(number, reader, cells, message)

    def withdraw(self, number: int) -> None:
        """Forget the problems of a row that is not going to be imported anyway."""
        while self.problems and self.problems[-1].number == number:
            self.problems.pop()
        self.failed.discard(number)
        self.faulty.pop(number, None)
