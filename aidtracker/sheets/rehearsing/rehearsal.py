"""One pass over a sheet: what each of its rows would do. Nothing is written."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils import timezone

from aidtracker.ground.garbage import collection_paused
from aidtracker.ground.scope import NOT_FREE
from aidtracker.review.proposals import waiting_for
from aidtracker.review.reviewed import Review
from aidtracker.sheets.columns.column import REASON
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.reading.pages import Sheet, ranges
from aidtracker.sheets.rehearsing.companions import Companions
from aidtracker.sheets.rehearsing.guards import FOREIGN, Guard
from aidtracker.sheets.rehearsing.outcomes import (
    LABEL_SEPARATOR,
    WHOLE_ROW,
    Objections,
    Outcome,
    UnknownWord,
)
from aidtracker.sheets.rehearsing.plans import (
    Blank,
    FieldChange,
    PlannedRow,
)
from aidtracker.sheets.rehearsing.previews import conflicts_of, shown_rows
from aidtracker.sheets.rehearsing.progress import Report, silent, told
from aidtracker.sheets.rehearsing.readers import (
    YEARS_AHEAD,
    CellReader,
    Readers,
    Reading,
    doubt_of,
)
from aidtracker.sheets.rehearsing.recognition import Recognition
from aidtracker.sheets.rehearsing.row_keys import UNREADABLE, RowKeys
from aidtracker.sheets.rehearsing.settling import Settling, is_required
from aidtracker.sheets.rehearsing.stored_rows import REVIEW, StoredColumn, StoredRows
from aidtracker.trail.refused import note

MOST_KEPT = 10_000
MOST_WORDS = 50
COMPARING = "与现有数据对照"
CLEARED = "原来有内容，文件里是空的：导入后这一格就没有内容了；不想清空的，请填上原值或去掉这一列。"
GONE = "文件里有版本号，现有数据里却没有这条记录：可能已删除，或改过编号；将作为新记录导入。"
NOTHING_PROPOSED = "只写了理由，没有别的改动，不存变更申请。"
STILL_WAITING = "还没有生效；请先看那一份，免得两份相抵触。"


class Rehearsal:
    """What importing a sheet would do; `planned` are the rows to write if nothing is wrong."""

    def __init__(self, resource: SheetResource, sheet: Sheet, report: Report = silent):
        resource.take_words(sheet.decisions.words)
        self.recognition = Recognition(resource, sheet)
        sheet = self.recognition.run()
        self.resource = resource
        self.sheet = sheet
        self.report = report
        self.model: Any = resource.model
        self.guard = Guard(self.model, resource.user)
        self.readers = Readers(resource, sheet, self.guard.ignored)
        self.outcome = Outcome(
            sheet=sheet.name,
            notices=list(sheet.notices),
            mapped=sheet.mapped,
            decisions=sheet.decisions,
            recognised=self.recognition.found,
        )
        self.objections = Objections(self.outcome, self.readers.letters)
        self.settling = Settling(resource, self.readers, self.guard, self.objections, report)
        self.planned: list[PlannedRow] = []
        self.conflicting: list[PlannedRow] = []
        self.required = self.required_fields()
        self.fixed = self.fixed_values()
        self.blank = Blank(self.model)
        self.said: dict[tuple[int, Any], FieldChange] = {}
        self.latest = timezone.localdate().year + YEARS_AHEAD

    def required_fields(self) -> list:
        """Fields that a new row must fill, but that the file has no column for."""
        present = {reader.column.attribute for reader in self.readers.writable}
        return [
            one
            for one in self.model._meta.concrete_fields
            if is_required(one) and one.name not in present and not self.guard.fills(one)
        ]

    def fixed_values(self) -> dict[str, Any]:
        """What a person said of all new rows, for columns that the file does not have."""
        found = {}
        for one in self.required:
            column = self.resource.fields[one.name]
            text = self.sheet.decisions.fixed.get(column.column_name, "")
            reading = CellReader(column, 0).read(text)
            if not (reading.problem or reading.is_empty):
                found[one.name] = reading.value
        return found

    # The pass

    @collection_paused()
    def run(self) -> Outcome:
        """The Outcome of the whole sheet."""
        faulty = {number for number, *_ in self.sheet.faults}
        for fault in self.sheet.faults:
            self.objections.fail(*fault)
        for number, value, text in self.sheet.doubts:
            self.objections.warn(number, WHOLE_ROW, value, text)
        companions = Companions(self.sheet, self.readers, self.objections)
        companions.fill_keys()
        row_keys = RowKeys(self.resource, self.sheet, self.readers, self.objections)
        keys = row_keys.read(self.recognition.found)
        readable = [key for key in keys if key is not UNREADABLE]
        self.stored = StoredRows(self.resource, self.readers.all, readable)
        row_keys.settle_alike(keys, self.stored)
        found = [None if key is UNREADABLE else self.stored.get(key) for key in keys]
        companions.settle(found, self.stored)
        differing = self.differing(found)
        rows = told(zip(self.sheet.rows, found, strict=True), self.report, COMPARING)
        for place, ((number, cells), values) in enumerate(rows):
            if number in faulty:
                continue
            if keys[place] is UNREADABLE:
                self.take_nameless(number, cells)
            elif values is None:
                self.take_new(number, cells)
            else:
                self.take_known(number, cells, values, differing.get(place, ()))
        self.planned = self.unlike_waiting(self.settling.settle(self.planned))
        self.count()
        return self.outcome

    def differing(self, found) -> dict[int, list[StoredColumn]]:
        """The columns whose cell differs from the stored row's: {place of the row: [columns]}."""
        rows = self.sheet.rows
        known = [
            (place, rows[place][1], values)
            for place, values in enumerate(found)
            if values is not None
        ]
        columns: dict[int, list[StoredColumn]] = {}
        for reader in (*self.readers.changeable, *self.readers.checked):
            column = self.stored.columns[reader]
            for place in column.differing(known):
                columns.setdefault(place, []).append(column)
        return columns

    def take_nameless(self, number: int, cells: list) -> None:
        """Of a row whose key names none, say what else can not be read."""
        for reader in self.readers.changeable:
            if problem := reader.read(cells[reader.position]).problem:
                self.objections.add(number, reader, cells, problem)

    def take_new(self, number: int, cells: list) -> None:
        plan = PlannedRow(number, cells)
        for reader in self.readers.writable:
            raw = cells[reader.position]
            if raw != "" or not reader.is_optional:
                self.fill(plan, reader, raw)
        for name, value in self.fixed.items():
            plan.changes.append(FieldChange(self.resource.fields[name], None, value))
        plan.row = self.blank.filled(plan.changes)
        self.outcome.missing = [self.resource.fields[one.name] for one in self.required]
        for missing in self.required:
            if missing.name in self.fixed:
                continue
            message = f"新记录必须有“{missing.verbose_name}”，文件里没有这一列。"
            is_asked = bool(self.resource.fields[missing.name].widget.choices)
            self.objections.fail(number, message, str(missing.verbose_name), asked=is_asked)
            self.objections.mark(number, [missing.name])
        if self.version_of(plan) is not None:
            self.objections.warn(number, WHOLE_ROW, "", GONE)
        if self.resource.own_lookup and number not in self.objections.failed:
            self.resource.own_lookup.add(plan.row)
        self.planned.append(plan)

    def fill(self, plan: PlannedRow, reader: CellReader, raw) -> None:
        """Let a new row take what a cell says."""
        reading, source = reader.read(raw), reader.column.source
        if reading.problem:
            self.objections.add(plan.number, reader, plan.cells, reading.problem)
        elif not reading.is_empty:
            self.set(plan, reader, reading.value, None)
        elif not (source.blank or source.has_default() or self.guard.fills(source)):
            self.objections.add(plan.number, reader, plan.cells, "不能留空。")

    def refuse_foreign(self, number: int, values: tuple) -> None:
        """What belongs to others; of a row that is not to be known, not that there is one."""
        if not self.stored.is_hidden(values):
            self.objections.fail(number, FOREIGN)
            return
        label = LABEL_SEPARATOR.join(one.column.label for one in self.readers.keys)
        note(f"这个{label}{NOT_FREE}")
        self.objections.fail(number, f"这个{label}{NOT_FREE}", label)

    def take_known(self, number: int, cells: list, values: tuple, differing) -> None:
        """Compare a row with the stored one; `differing` are the columns of its other cells."""
        foreign = self.stored.is_foreign(values)
        if foreign and not self.model.IS_SHARED:
            self.refuse_foreign(number, values)
            return
        if not differing and self.sheet.version_at is None:
            self.outcome.unchanged += 1
            return
        plan = PlannedRow(number, cells, values=values)
        for column in differing:
            if not column.column.readonly:
                self.compare(plan, column)
        self.judge(plan, foreign, [one for one in differing if one.column.readonly])

    def compare(self, plan: PlannedRow, stored: StoredColumn) -> None:
        """Note what a cell changes in a stored row, or why it cannot."""
        reader, source = stored.reader, stored.column.source
        reading = reader.read(plan.cells[reader.position])
        if reading.problem:
            self.objections.add(plan.number, reader, plan.cells, reading.problem)
        elif self.says_nothing(plan, stored, reading):
            return
        elif reading.is_empty and not (source.blank or source.null):
            self.objections.add(plan.number, reader, plan.cells, "不能留空。")
        elif not stored.says_same(plan.values, reading):
            self.set(plan, reader, reading.value, stored.value(plan.values))
            if reading.is_empty:
                self.objections.warn(plan.number, stored.column.label, "", CLEARED)

    def says_nothing(self, plan: PlannedRow, stored: StoredColumn, reading: Reading) -> bool:
        """Whether a cell leaves the stored value as it is, though it has less than that."""
        if stored.column.is_many and self.sheet.is_public:
            return set(reading.value) <= set(stored.value(plan.values))
        return reading.is_empty and (stored.column.stays or self.sheet.is_public)

    def set(self, plan: PlannedRow, reader: CellReader, value, old) -> None:
        """Let a row take a value from a cell."""
        column, raw = reader.column, plan.cells[reader.position]
        plan.changes.append(self.change(reader, old, value, raw))
        if said := column.widget.remark(reader.text(raw)):
            self.objections.warn(plan.number, column.label, reader.text(raw), said)
        if column.can_be_doubtful and (doubt := doubt_of(column, value, old, self.latest)):
            self.objections.warn(plan.number, column.label, reader.text(raw), doubt)

    def change(self, reader: CellReader, old, value, raw) -> FieldChange:
        """What a cell changes: the same object for all new rows that say the same, to save room."""
        if old is not None:
            return FieldChange(reader.column, old, value, raw)
        found = self.said.get((reader.position, raw))
        if found is None:
            found = FieldChange(reader.column, old, value, raw)
            if len(self.said) < MOST_KEPT:  # beyond them each row says something else
                self.said[reader.position, raw] = found
        return found

    def judge(self, plan: PlannedRow, foreign: bool, disputed: list[StoredColumn]) -> None:
        """Sort a stored row into unchanged, conflicting, foreign or to be changed.

        `disputed` are the columns that follow from others and whose cells differ.
        """
        plan.version = self.version_of(plan)
        is_touched = bool(plan.changes) or plan.number in self.objections.failed
        if is_touched and plan.version not in (None, plan.stored_version):
            self.objections.withdraw(plan.number)
            self.conflicting.append(plan)
        elif foreign and is_touched:
            self.objections.withdraw(plan.number)
            self.objections.fail(plan.number, FOREIGN)
        elif plan.changes:
            self.plan_change(plan)
        elif plan.number not in self.objections.failed:
            self.check_unchanged(plan, disputed)

    def version_of(self, plan: PlannedRow) -> int | None:
        try:
            return self.sheet.version_of(plan.cells)
        except ValueError as error:
            self.objections.fail(plan.number, str(error))
            return None

    def plan_change(self, plan: PlannedRow) -> None:
        """Plan the change of a stored row, if it is more than a reason where that alone is none."""
        is_reason = all(one.column.attribute == REASON for one in plan.changes)
        is_reviewed = bool(self.model.REVIEW)
        is_proposed = self.guard.is_proposer and plan.values[REVIEW] == Review.PUBLISHED
        is_none = is_reason and (is_proposed or not is_reviewed)
        if is_none and plan.number not in self.objections.failed:
            label = plan.changes[0].column.label
            self.objections.warn(plan.number, label, "", NOTHING_PROPOSED)
            self.outcome.unchanged += 1
        else:
            self.planned.append(plan)

    def check_unchanged(self, plan: PlannedRow, disputed: list[StoredColumn]) -> None:
        """What follows from other columns must agree with the stored row."""
        for stored in disputed:
            reader = stored.reader
            raw = plan.cells[reader.position]
            if raw != "":
                reading = reader.read(raw)
                if not reading.is_empty and not stored.says_same(plan.values, reading):
                    shown = stored.shown_texts(plan.values)[0]
                    self.objections.disagree(plan.number, reader, plan.cells, shown)
        if plan.number not in self.objections.failed:
            self.outcome.unchanged += 1

    def unlike_waiting(self, plans: list[PlannedRow]) -> list[PlannedRow]:
        """Name earlier proposals for the same rows, and make none of them a second time."""
        proposed = [plan for plan in plans if plan.is_proposal]
        if not proposed:
            return plans
        found = waiting_for([plan.proposal for plan in proposed])
        again = set()
        for plan, waiting in zip(proposed, found, strict=True):
            plan.waiting = waiting
            same = next((one.words for one in waiting if one.is_same), "")
            if same:
                again.add(plan.number)
                words = f"已有相同的{same}，不再另存。"
                self.objections.warn(plan.number, WHOLE_ROW, "", words)
            elif waiting:
                words = f"已有{'、'.join(one.words for one in waiting)}，{STILL_WAITING}"
                self.objections.warn(plan.number, WHOLE_ROW, "", words)
        self.outcome.repeated = len(again)
        self.outcome.unchanged += len(again)
        return [plan for plan in plans if plan.number not in again]

    # The result

    def count(self) -> None:
        outcome = self.outcome
        outcome.new = sum(plan.is_new for plan in self.planned)
        outcome.proposed = sum(plan.is_proposal for plan in self.planned)
        outcome.changed = len(self.planned) - outcome.new - outcome.proposed
        outcome.lacking = sum(plan.lacks_reason for plan in self.planned)
        outcome.failed = len(self.objections.failed)
        outcome.conflicting = len(self.conflicting)
        outcome.rows = shown_rows(self.planned)
        outcome.conflicts = conflicts_of(self.conflicting, self.resource)
        outcome.problems.sort(key=lambda problem: problem.number)
        outcome.unknown_words = list(self.unknown_words())
        outcome.fingerprint = self.fingerprint()

    def unknown_words(self) -> Iterator[UnknownWord]:
        """The first words that are asked, and those that a person said something of."""
        said = self.sheet.decisions.words
        rows = {
            (reader, word): ranges(numbers)
            for (reader, word), numbers in islice(self.objections.unknown.items(), MOST_WORDS)
        }
        for reader in self.readers.writable:
            words = (name.partition(":") for name in said)
            known = {word for code, _, word in words if code == reader.column.column_name}
            for word in [*known, *(one for of, one in rows if of is reader and one not in known)]:
                column = reader.column
                name = f"{column.column_name}:{word}"
                told = (name, column.label, word, rows.get((reader, word), ""))
                choices = column.widget.offered(word)
                yield UnknownWord(*told, choices, said.get(name), reader.is_optional)

    def fingerprint(self) -> str:
        """A digest of all that the import changes; the same file on other data has another."""
        failed = len(self.objections.failed)
        digest = hashlib.sha256(f"{len(self.conflicting)} {failed}".encode())
        for one in self.recognition.found:
            digest.update(f"{one.number} {one.code}".encode())
        for plan in self.planned:
            # What a cell itself says is the same whenever the file is read.
            changes = [
                (column.column_name, old, new if raw is None or column.source.is_relation else "")
                for column, old, new, raw in plan.changes
                if old is not None or raw is None or column.source.is_relation
            ]
            stored = None if plan.is_new else (plan.pk, plan.stored_version)
            row = (plan.number, stored, plan.is_proposal, len(plan.changes), changes)
            digest.update(repr(row).encode())
        return digest.hexdigest()


def rehearse(resource: SheetResource, sheet: Sheet) -> Outcome:
    """The Outcome that importing the sheet would have; nothing is written."""
    return Rehearsal(resource, sheet).run()
