"""What an import does, or would do: counts, changed cells and errors, each with its place."""

import hashlib
import json
import logging
from dataclasses import dataclass, field

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import DatabaseError, transaction

from aidtracker.changes import after_change
from aidtracker.spreadsheets.cells import cell_text

logger = logging.getLogger(__name__)

SHOWN_ROWS = 200
SHOWN_PROBLEMS = 500
SHOWN_LENGTH = 80
WHOLE_ROW = "整行"


@dataclass(frozen=True)
class Change:
    """A cell that changes a field; `read` is what was read if it had to be converted."""

    heading: str
    old: str
    new: str
    read: str


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be imported: its number as in Excel, the column, the value read."""

    number: int
    heading: str
    value: str
    message: str


@dataclass(frozen=True)
class ChangedRow:
    number: int
    is_new: bool
    name: str
    changes: list[Change]


@dataclass
class Outcome:
    """The result of an import, or of its rehearsal; `is_stored` once it is in the database.

    `rows` and `problems` are the first ones only, so that a page of thousands of rows stays small.
    """

    fingerprint: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    is_stored: bool = False
    rows: list[ChangedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    @property
    def total(self):
        return self.new + self.changed + self.unchanged + self.failed

    @property
    def unlisted_rows(self):
        return self.new + self.changed - len(self.rows)

    @property
    def unlisted_problems(self):
        return self.problem_count - len(self.problems)

    @property
    def can_be_stored(self):
        return not self.problem_count and bool(self.new + self.changed)


def rehearse(resource, sheet):
    """The Outcome that importing the sheet would have; the database is left as it was."""
    return outcome_of(resource, sheet, run(resource, sheet, dry_run=True))


def store(resource, sheet, fingerprint, user):
    """Import the whole sheet, or nothing; the Outcome says which by `is_stored`.

    Nothing is stored if a row fails, or if the outcome is no longer the one with `fingerprint`,
    which the person has seen. Raises DatabaseError if the database fails; then, too, nothing is.
    """
    with transaction.atomic():
        result = run(resource, sheet, dry_run=False)
        outcome = outcome_of(resource, sheet, result)
        if outcome.can_be_stored and outcome.fingerprint == fingerprint:
            write_log(resource, result, user)
            after_change(resource._meta.model)
            outcome.is_stored = True
        else:
            transaction.set_rollback(True)
    return outcome


def run(resource, sheet, dry_run):
    return resource.import_data(
        sheet, dry_run=dry_run, use_transactions=True, rollback_on_validation_errors=True
    )


def outcome_of(resource, sheet, result):
    totals = result.totals
    outcome = Outcome(
        fingerprint=fingerprint_of(result),
        new=totals["new"],
        changed=totals["update"],
        unchanged=totals["skip"],
        failed=totals["error"] + totals["invalid"],
    )
    for number, cells, row in zip(sheet.numbers, sheet.records(), result.rows, strict=False):
        problems = problems_of(resource, number, cells, row)
        outcome.problem_count += len(problems)
        outcome.problems += problems[: SHOWN_PROBLEMS - len(outcome.problems)]
        is_shown = row.is_new() or row.is_update()
        if is_shown and len(outcome.rows) < SHOWN_ROWS:
            outcome.rows.append(changed_row(number, row))
    for error in result.base_errors:
        logger.error("An import failed as a whole", exc_info=error.error)
        outcome.problem_count += 1
        outcome.problems.append(Problem(1, "全部", "", "程序或数据库出错，没有读完。"))
    return outcome


def fingerprint_of(result):
    """A digest of all that an import changes; the same file on other data has another."""
    changes = [
        (row.import_type, [(column.column_name, old, new) for column, old, new, _ in row.changes])
        for row in result.rows
    ]
    return hashlib.sha256(json.dumps(changes).encode()).hexdigest()


def shortened(text):
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}……"


def changed_row(number, row):
    changes = []
    for column, old, new, raw in row.changes:
        read = cell_text(raw)
        converted = "" if read == new else read
        changes.append(Change(column.label, *map(shortened, (old, new, converted))))
    return ChangedRow(number, row.is_new(), shortened(row.object_repr or ""), changes)


def problems_of(resource, number, cells, row):
    """The problems of one row's result, each at its column where it has one."""
    problems = []
    for error in row.errors:
        logger.error("A row could not be imported", exc_info=error.error)
        is_database = isinstance(error.error, DatabaseError)
        message = (
            "数据库没有接受这一行：与已有记录冲突或不合规则。" if is_database else "程序出错。"
        )
        problems.append(Problem(number, WHOLE_ROW, "", message))
    if row.validation_error:
        by_attribute = {column.attribute: column for column in resource.columns}
        for attribute, messages in messages_of(row.validation_error).items():
            column = by_attribute.get(attribute)
            heading = column.label if column else WHOLE_ROW
            value = shortened(cell_text(cells.get(column.column_name))) if column else ""
            problems += [Problem(number, heading, value, message) for message in messages]
    return problems


def messages_of(error):
    if hasattr(error, "error_dict"):
        return error.message_dict
    return {NON_FIELD_ERRORS: error.messages}


def write_log(resource, result, user):
    """One line of the admin's history for each row that is new or changed."""
    content_type = ContentType.objects.get_for_model(resource._meta.model)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=user.pk,
            content_type=content_type,
            object_id=str(row.object_id),
            object_repr=(row.object_repr or "")[:200],
            action_flag=ADDITION if row.is_new() else CHANGE,
            change_message="导入：" + "、".join(column.label for column, *_ in row.changes),
        )
        for row in result.rows
        if row.is_new() or row.is_update()
    )
