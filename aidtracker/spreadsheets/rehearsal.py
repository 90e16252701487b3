"""One pass over a sheet: what each of its rows would do. Nothing is written."""

import hashlib
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils import timezone

from aidtracker.spreadsheets.cells import cell_text
from aidtracker.spreadsheets.conflicts import conflicts_of
from aidtracker.spreadsheets.doubts import YEARS_AHEAD, doubt_of
from aidtracker.spreadsheets.guards import FOREIGN, Guard
from aidtracker.spreadsheets.outcomes import (
    FEWEST_CHANGES,
    SHOWN_CHANGES,
    SHOWN_ROWS,
    WARNING,
    WHOLE_ROW,
    Change,
    ChangedRow,
    Outcome,
    Problem,
    shortened,
)
from aidtracker.spreadsheets.readers import EMPTY, CellReader
from aidtracker.spreadsheets.rules import broken_checks, repeated
from aidtracker.spreadsheets.stored_rows import BATCH, StoredRows

UNREADABLE = object()
GONE = "文件里有版本号，现有数据里却没有这条记录：可能已删除，或改过编号；将作为新记录导入。"


@dataclass(slots=True)
class Planned:
    """A row that is to be written: its new state, and which cells make it differ."""

    number: int
    cells: list
    row: Any = None
    values: tuple | None = None
    before: Any = None
    version: int | None = None
    settings: list[tuple[CellReader, Any]] = field(default_factory=list)
    # The column, its old and its new text, and the cell that was read.
    changes: list[tuple] = field(default_factory=list)

    @property
    def is_new(self):
        return self.values is None

    def touched(self):
        """The names of the fields that the row sets: all of a new row's."""
        if self.is_new:
            return {field.name for field in self.row._meta.concrete_fields}
        return {column.attribute for column, *_ in self.changes}


class Rehearsal:
    """What importing a sheet would do; `planned` are the rows to write if nothing is wrong."""

    def __init__(self, resource, sheet):
        self.resource = resource
        self.sheet = sheet
        self.model = resource._meta.model
        self.guard = Guard(self.model, resource.user)
        self.outcome = Outcome(sheet=sheet.name, notices=list(sheet.notices))
        self.planned: list[Planned] = []
        self.conflicting: list[Planned] = []
        self.failed: set[int] = set()
        self.readers = [
            CellReader(resource.columns_by_code[code], position, unit)
            for code, position, unit in sheet.columns
            if code in resource.columns_by_code
        ]
        by_code = {reader.column.column_name: reader for reader in self.readers}
        self.keys = [by_code[column.column_name] for column in resource.key_columns]
        self.checked = [reader for reader in self.readers if reader.column.readonly]
        self.ignored = [reader for reader in self.readers if self.is_ignored(reader)]
        left_alone = {*self.checked, *self.ignored}
        self.writable = [reader for reader in self.readers if reader not in left_alone]
        self.changeable = [reader for reader in self.writable if reader not in self.keys]
        self.required = self.required_fields()
        self.latest = timezone.localdate().year + YEARS_AHEAD

    def is_ignored(self, reader):
        return reader.column.attribute in self.guard.ignored

    def required_fields(self):
        """Fields that a new row must fill, but that the file has no column for."""
        present = {reader.column.attribute for reader in self.writable}
        return [
            one
            for one in self.model._meta.concrete_fields
            if is_required(one) and one.name not in present and not self.guard.fills(one)
        ]

    # The pass

    def run(self):
        """The Outcome of the whole sheet."""
        keys = self.read_keys()
        self.stored = StoredRows(
            self.resource, self.readers, [k for k in keys if k is not UNREADABLE]
        )
        for (number, cells), key in zip(self.sheet.rows, keys, strict=True):
            if key is not UNREADABLE:
                values = self.stored.get(key)
                if values is None:
                    self.take_new(number, cells)
                else:
                    self.take_known(number, cells, values)
        self.finish()
        return self.outcome

    def read_keys(self):
        """The natural key of each row; UNREADABLE, with its problem noted, or None for no key."""
        keys, first = [], {}
        for number, cells in self.sheet.rows:
            key = tuple(self.key_part(number, cells, reader) for reader in self.keys)
            key = None if all(part in EMPTY for part in key) else key
            if number not in self.failed and key and first.setdefault(key, number) != number:
                labels = "、".join(reader.column.label for reader in self.keys)
                same = f"与第 {first[key]} 行重复：{labels}相同，一条记录只能占一行。"
                self.fail(number, same)
            keys.append(UNREADABLE if number in self.failed else key)
        return keys

    def key_part(self, number, cells, reader):
        """What a row's cell adds to its key."""
        reading, source = reader.read(cells[reader.position]), reader.column.source
        if reading.problem:
            self.add(number, reader, cells, reading.problem)
        elif reading.is_empty and source.has_default():
            return source.get_default()
        elif reading.is_empty and not source.blank:
            self.add(number, reader, cells, "不能留空。")
        return reading.value

    def take_new(self, number, cells):
        plan = Planned(number, cells, row=self.model())
        for reader in self.writable:
            raw = cells[reader.position]
            if raw != "" or not reader.column.source.blank:
                self.fill(plan, reader, reader.read(raw))
        for missing in self.required:
            message = f"新记录必须有“{missing.verbose_name}”，文件里没有这一列。"
            self.fail(number, message)
        if self.version_of(plan) is not None:
            self.warn(number, WHOLE_ROW, "", GONE)
        if self.resource.own_lookup and number not in self.failed:
            self.resource.own_lookup.add(plan.row)
        self.planned.append(plan)

    def fill(self, plan, reader, reading):
        """Let a new row take what a cell says."""
        source = reader.column.source
        if reading.problem:
            self.add(plan.number, reader, plan.cells, reading.problem)
        elif not reading.is_empty:
            self.set(plan, reader, reading.value, None)
        elif not (source.blank or source.has_default() or self.guard.fills(source)):
            self.add(plan.number, reader, plan.cells, "不能留空。")

    def take_known(self, number, cells, values):
        plan = Planned(number, cells, values=values)
        foreign = self.stored.is_foreign(values)
        if foreign and not self.model.IS_SHARED:
            self.fail(number, FOREIGN)
            return
        for reader in self.changeable:
            raw = cells[reader.position]
            if reader.is_same(values, raw):
                continue
            self.compare(plan, reader, raw)
        self.judge(plan, foreign)

    def compare(self, plan, reader, raw):
        """Note what a cell changes in a stored row, or why it cannot."""
        reading = reader.read(raw)
        if reading.problem:
            self.add(plan.number, reader, plan.cells, reading.problem)
        elif reading.is_empty and (reader.column.is_address or self.is_kept(reader, plan)):
            return
        elif not reader.says_same(plan.values, reading):
            self.set(plan, reader, reading.value, reader.stored(plan.values))

    def is_kept(self, reader, plan):
        if reader.column.source.blank or reader.column.source.null:
            return False
        self.add(plan.number, reader, plan.cells, "不能留空。")
        return True

    def judge(self, plan, foreign):
        """Sort a stored row into unchanged, conflicting, foreign or to be changed."""
        version = self.version_of(plan)
        is_touched = bool(plan.changes) or plan.number in self.failed
        if is_touched and version not in (None, plan.values[1]):
            plan.version = version
            self.withdraw(plan.number)
            self.conflicting.append(plan)
        elif foreign and is_touched:
            self.withdraw(plan.number)
            self.fail(plan.number, FOREIGN)
        elif plan.changes:
            self.planned.append(plan)
        elif plan.number not in self.failed:
            self.check_unchanged(plan)

    def version_of(self, plan):
        try:
            return self.sheet.version_of(plan.cells)
        except ValueError as error:
            self.fail(plan.number, str(error))
            return None

    def check_unchanged(self, plan):
        """What follows from other columns must agree with the stored row."""
        for reader in self.checked:
            raw = plan.cells[reader.position]
            if raw != "" and not reader.is_same(plan.values, raw):
                reading = reader.read(raw)
                if not reading.is_empty and not reader.says_same(plan.values, reading):
                    self.disagree(plan, reader, reader.old_text(plan.values))
        if plan.number not in self.failed:
            self.outcome.unchanged += 1

    def set(self, plan, reader, value, old):
        """Let a row take a value from a cell."""
        column = reader.column
        plan.settings.append((reader, value))
        if plan.is_new:
            put(plan.row, column, value)
        raw = plan.cells[reader.position]
        plan.changes.append((column, old, value, raw))
        if column.can_be_doubtful and (doubt := doubt_of(column, value, old, self.latest)):
            self.warn(plan.number, column.label, reader.text(raw), doubt)

    # Problems

    def add(self, number, reader, cells, message):
        self.failed.add(number)
        value = shortened(reader.text(cells[reader.position]))
        self.outcome.problems.append(Problem(number, reader.column.label, value, message))

    def fail(self, number, message, heading=WHOLE_ROW):
        self.failed.add(number)
        self.outcome.problems.append(Problem(number, heading, "", message))

    def warn(self, number, heading, value, message):
        self.outcome.problems.append(Problem(number, heading, shortened(value), message, WARNING))

    def withdraw(self, number):
        """Forget the problems of a row that is not going to be imported anyway."""
        problems = self.outcome.problems
        while problems and problems[-1].number == number:
            problems.pop()
        self.failed.discard(number)

    def disagree(self, plan, reader, shown):
        message = f"这一列由其他列得出，应为“{shown or '空'}”；请改正或留空。"
        self.add(plan.number, reader, plan.cells, message)

    # The rows as they would be

    def finish(self):
        """Build the new states, hold them to the rules, and count."""
        self.planned = [plan for plan in self.planned if plan.number not in self.failed]
        self.build_known()
        self.resource.attach_related([plan.row for plan in self.planned])
        for plan in self.planned:
            try:
                self.settle(plan)
            except ValidationError as error:
                self.explain(plan, error)
        self.planned = [plan for plan in self.planned if plan.number not in self.failed]
        self.check_table()
        self.planned = [plan for plan in self.planned if plan.number not in self.failed]
        self.count()

    def build_known(self):
        """Read the rows that change, and let them take what their cells say."""
        plans = {plan.values[0]: plan for plan in self.planned if not plan.is_new}
        pks = list(plans)
        for start in range(0, len(pks), BATCH):
            for row in self.model._base_manager.filter(pk__in=pks[start : start + BATCH]):
                plan = plans[row.pk]
                plan.row, plan.before = row, copy(row)
                plan.before._state = copy(row._state)
                plan.before._state.fields_cache = {}
                row.before = plan.before
                for reader, value in plan.settings:
                    put(row, reader.column, value)

    def settle(self, plan):
        """Let the model complete and check a row. Raises ValidationError by field."""
        row = plan.row
        if plan.is_new and (field := self.guard.fill_owner(row)):
            column = self.resource.fields[field.name]
            plan.changes.append((column, None, getattr(row, field.attname), None))
        computed = self.resource.computed
        old = [column.get_value(row) for column in computed]
        if type(row).clean is not models.Model.clean:
            row.clean()
        for column, before in zip(computed, old, strict=True):
            if (after := column.get_value(row)) != before:
                plan.changes.append((column, before, after, None))
        if self.guard.fall_back(row, plan.before):
            column, before = self.resource.fields[self.guard.review], plan.before
            plan.changes.append((column, column.get_value(before), column.get_value(row), None))
        self.guard.check(row, plan.before)
        self.check_readonly(plan)

    def check_readonly(self, plan):
        for reader in self.checked:
            raw = plan.cells[reader.position]
            if raw == "":
                continue
            shown = reader.column.text(plan.row)
            if reader.text(raw) not in (shown, reader.column.text(plan.row, codes=True)):
                reading = reader.read(raw)
                if not reading.is_empty and reading.value != reader.column.comparable(plan.row):
                    self.disagree(plan, reader, shown)
        for reader in self.ignored:
            self.check_ignored(plan, reader)

    def check_ignored(self, plan, reader):
        raw = plan.cells[reader.position]
        state = plan.before or plan.row
        if raw != "" and reader.text(raw) not in (
            reader.column.text(state),
            reader.column.text(state, codes=True),
        ):
            text = "导入不改变审核状态，这一格没有读入。"
            self.warn(plan.number, reader.column.label, reader.text(raw), text)

    def explain(self, plan, error):
        """Turn the model's own objections into problems, each at its column."""
        found = (
            error.message_dict
            if hasattr(error, "error_dict")
            else {NON_FIELD_ERRORS: error.messages}
        )
        by_attribute = {reader.column.attribute: reader for reader in self.readers}
        for name, messages in found.items():
            for message in messages:
                if name in by_attribute:
                    self.add(plan.number, by_attribute[name], plan.cells, message)
                else:
                    self.fail(plan.number, message, self.heading_of(name))

    def heading_of(self, name):
        column = self.resource.fields.get(name)
        return column.label if column else WHOLE_ROW

    def check_table(self):
        """Ask the database whether the rows keep the rules of the table."""
        rows = [plan.row for plan in self.planned]
        for place, check in broken_checks(rows, self.model):
            self.fail(self.planned[place].number, check.violation_error_message)
        touched = [plan.touched() for plan in self.planned]
        for place, fields, message in repeated(rows, self.model, touched):
            heading = fields[0].verbose_name if len(fields) == 1 else WHOLE_ROW
            self.fail(self.planned[place].number, message, heading)

    # The result

    def count(self):
        outcome = self.outcome
        outcome.new = sum(plan.is_new for plan in self.planned)
        outcome.changed = len(self.planned) - outcome.new
        outcome.failed = len(self.failed)
        outcome.conflicting = len(self.conflicting)
        listed = self.planned[:SHOWN_ROWS]
        most = max(FEWEST_CHANGES, SHOWN_CHANGES // max(1, len(listed)))
        outcome.rows = [shown(plan, most) for plan in listed]
        outcome.conflicts = conflicts_of(self.conflicting, self.resource)
        outcome.problems.sort(key=lambda problem: problem.number)
        outcome.fingerprint = self.fingerprint()

    def fingerprint(self):
        """A digest of all that the import changes; the same file on other data has another."""
        digest = hashlib.sha256(f"{len(self.conflicting)} {len(self.failed)}".encode())
        for plan in self.planned:
            digest.update(f"{plan.number} {plan.is_new}".encode())
            for column, old, new, _ in plan.changes:
                digest.update(f"{column.column_name}:{old!r}>{new!r};".encode())
        return digest.hexdigest()


def is_required(field):
    """Whether a new row must say something in a field."""
    return field.editable and not (field.blank or field.has_default() or field.primary_key)


def put(row, column, value):
    """Let a row take the value of a column; links to several rows are kept for later."""
    if column.is_many:
        return
    if column.source.is_relation and not isinstance(value, models.Model):
        setattr(row, column.source.attname, value)
    else:
        setattr(row, column.attribute, value)


def shown(plan, most):
    """A planned row as the preview shows it, with at most so many changes."""
    changes = [change_of(*one) for one in plan.changes[:most]]
    unlisted = len(plan.changes) - len(changes)
    return ChangedRow(plan.number, plan.is_new, shortened(str(plan.row)), changes, unlisted)


def change_of(column, old, new, raw):
    """A changed field in words, with the cell that was read if that had to be converted."""
    old, new = column.text_of(old), column.text_of(new)
    read = "" if raw is None else cell_text(raw)
    return Change(column.label, *map(shortened, (old, new, "" if read == new else read)))


def rehearse(resource, sheet):
    """The Outcome that importing the sheet would have; nothing is written."""
    return Rehearsal(resource, sheet).run()
