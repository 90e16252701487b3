"""What an import does, or would do: counts, changed cells, conflicts and problems."""

from dataclasses import dataclass, field

ERROR, WARNING = "error", "warning"
SHOWN_ROWS = 100
# All changes of a few rows, the first ones of many: the page stays below a megabyte.
SHOWN_CHANGES = 1_200
FEWEST_CHANGES = 12
SHOWN_GROUPS = 150
SHOWN_LENGTH = 40
SHOWN_RANGES = 12
WHOLE_ROW = "整行"
NEW, CHANGED, PROPOSED = "新增", "修改", "变更申请"


def shortened(text):
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}……"


@dataclass(frozen=True)
class Change:
    """A cell that changes a field; `read` is what was read if it had to be converted."""

    heading: str
    old: str
    new: str
    read: str


@dataclass(frozen=True)
class Problem:
    """What is wrong, or doubtful, in a cell: its row as in Excel, its column, the value read."""

    number: int
    heading: str
    value: str
    message: str
    level: str = ERROR


@dataclass(frozen=True)
class ProblemGroup:
    """The same problem in several rows: `rows` is their numbers in words."""

    rows: str
    heading: str
    value: str
    message: str
    level: str

    @property
    def is_error(self):
        return self.level == ERROR


@dataclass(frozen=True)
class ChangedRow:
    """A row that an import changes; `waiting` are earlier proposals for it without effect yet."""

    number: int
    kind: str
    name: str
    changes: list[Change]
    unlisted: int = 0
    waiting: list = field(default_factory=list)

    @property
    def is_new(self):
        return self.kind == NEW


@dataclass(frozen=True)
class Conflict:
    """A row that somebody changed after the file was exported, and what was done meanwhile."""

    number: int
    name: str
    version: int
    changes: list[Change]
    meanwhile: list[str]


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
    rows: list[ChangedRow] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def written(self):
        """How many rows the import adds, changes or proposes to change."""
        return self.new + self.changed + self.proposed

    @property
    def total(self):
        return self.written + self.unchanged + self.conflicting + self.failed

    @property
    def reason_label(self):
        """What the reason is called, after what the rows that lack one become."""
        return "变更理由" if self.proposed == self.written else "更正理由"

    @property
    def unlisted_rows(self):
        return self.written - len(self.rows)

    @property
    def unlisted_conflicts(self):
        return self.conflicting - len(self.conflicts)

    @property
    def error_count(self):
        return sum(problem.level == ERROR for problem in self.problems)

    @property
    def warning_count(self):
        return len(self.problems) - self.error_count

    @property
    def groups(self):
        """The first groups of equal problems, errors before warnings."""
        return [group_of(*item) for item in self.grouped[:SHOWN_GROUPS]]

    @property
    def unlisted_groups(self):
        return max(0, len(self.grouped) - SHOWN_GROUPS)

    @property
    def grouped(self):
        found: dict[tuple, list[int]] = {}
        for problem in self.problems:
            same = (problem.heading, problem.value, problem.message, problem.level)
            found.setdefault(same, []).append(problem.number)
        return sorted(found.items(), key=lambda item: (item[0][-1] != ERROR, item[1][0]))

    @property
    def can_be_stored(self):
        return not self.error_count and bool(self.written)


def group_of(same, numbers):
    heading, value, message, level = same
    return ProblemGroup(ranges(numbers), heading, value, message, level)


def ranges(numbers):
    """Row numbers in words: 2–5、9; a long list ends with how many there are."""
    parts: list[list[int]] = []
    for number in dict.fromkeys(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    words = [str(low) if low == high else f"{low}–{high}" for low, high in parts[:SHOWN_RANGES]]
    more = f"……共 {len(numbers)} 行" if len(parts) > SHOWN_RANGES else ""
    return "、".join(words) + more
