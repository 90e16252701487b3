"""One pass over a sheet: what each of its rows would do. Nothing is written."""

import hashlib

from django.utils import timezone

from aidtracker.sheets.columns.column import REASON
from aidtracker.sheets.columns.stored_rows import StoredRows
from aidtracker.sheets.rehearsing.conflicts import conflicts_of
from aidtracker.sheets.rehearsing.doubts import YEARS_AHEAD, doubt_of
from aidtracker.sheets.rehearsing.guards import FOREIGN, PUBLISHED
from aidtracker.sheets.rehearsing.memory import collection_paused
from aidtracker.sheets.rehearsing.outcomes import (
    FEWEST_CHANGES,
    SHOWN_CHANGES,
    SHOWN_ROWS,
    WHOLE_ROW,
)
from aidtracker.sheets.rehearsing.planned import Blank, Planned, shown
from aidtracker.sheets.rehearsing.readers import EMPTY
from aidtracker.sheets.rehearsing.settling import Settling, is_required

UNREADABLE = object()
GONE = "文件里有版本号，现有数据里却没有这条记录：可能已删除，或改过编号；将作为新记录导入。"
NOTHING_PROPOSED = "只写了理由，没有别的改动，不存变更申请。"


class Rehearsal(Settling):
    """What importing a sheet would do; `planned` are the rows to write if nothing is wrong."""

    def __init__(self, resource, sheet):
        super().__init__(resource, sheet)
        self.conflicting: list[Planned] = []
        by_code = {reader.column.column_name: reader for reader in self.readers}
        self.keys = [by_code[column.column_name] for column in resource.key_columns]
        left_alone = {*self.checked, *self.ignored}
        self.writable = [reader for reader in self.readers if reader not in left_alone]
        self.changeable = [reader for reader in self.writable if reader not in self.keys]
        self.required = self.required_fields()
        self.blank = Blank(self.model)
        self.versions: dict = {}
        self.latest = timezone.localdate().year + YEARS_AHEAD

    def required_fields(self):
        """Fields that a new row must fill, but that the file has no column for."""
        present = {reader.column.attribute for reader in self.writable}
        return [
            one
            for one in self.model._meta.concrete_fields
            if is_required(one) and one.name not in present and not self.guard.fills(one)
        ]

    # The pass

    @collection_paused()
    def run(self):
        """The Outcome of the whole sheet."""
        keys = self.read_keys()
        self.stored = StoredRows(
            self.resource, self.readers, [k for k in keys if k is not UNREADABLE]
        )
        found = [None if key is UNREADABLE else self.stored.get(key) for key in keys]
        differing = self.differing(found)
        for place, (number, cells) in enumerate(self.sheet.rows):
            if keys[place] is UNREADABLE:
                self.take_nameless(number, cells)
            elif found[place] is None:
                self.take_new(number, cells)
            else:
                self.take_known(number, cells, found[place], differing.get(place, ()))
        self.finish()
        self.count()
        return self.outcome

    def differing(self, found):
        """The readers whose cell differs from the stored row: {place of the row: [readers]}."""
        rows = self.sheet.rows
        known = [
            (place, rows[place][1], values)
            for place, values in enumerate(found)
            if values is not None
        ]
        readers: dict[int, list] = {}
        for reader in (*self.changeable, *self.checked):
            for place in reader.differing(known):
                readers.setdefault(place, []).append(reader)
        return readers

    def read_keys(self):
        """The natural key of each row; UNREADABLE, with its problem noted, or None for no key."""
        keys: list = []
        first: dict = {}
        for number, cells in self.sheet.rows:
            parts = tuple(self.key_part(number, cells, reader) for reader in self.keys)
            key = None if all(part in EMPTY for part in parts) else parts
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

    def take_nameless(self, number, cells):
        """Of a row whose key names none, say what else can not be read."""
        for reader in self.changeable:
            if problem := reader.read(cells[reader.position]).problem:
                self.add(number, reader, cells, problem)

    def take_new(self, number, cells):
        plan = Planned(number, cells)
        for reader in self.writable:
            raw = cells[reader.position]
            if raw != "" or not reader.is_optional:
                self.fill(plan, reader, reader.read(raw))
        plan.row = self.blank.row(plan.changes)
        for missing in self.required:
            message = f"新记录必须有“{missing.verbose_name}”，文件里没有这一列。"
            self.fail(number, message)
            self.faulty.setdefault(number, set()).add(missing.name)
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

    def take_known(self, number, cells, values, differing):
        """Compare a row with the stored one; `differing` are the readers of its other cells."""
        foreign = self.stored.is_foreign(values)
        if foreign and not self.model.IS_SHARED:
            self.fail(number, FOREIGN)
            return
        if not differing and self.sheet.version_at is None:
            self.outcome.unchanged += 1
            return
        plan = Planned(number, cells, values=values)
        for reader in differing:
            if not reader.column.readonly:
                self.compare(plan, reader, cells[reader.position])
        self.judge(plan, foreign, [reader for reader in differing if reader.column.readonly])

    def compare(self, plan, reader, raw):
        """Note what a cell changes in a stored row, or why it cannot."""
        reading = reader.read(raw)
        if reading.problem:
            self.add(plan.number, reader, plan.cells, reading.problem)
        elif reading.is_empty and (reader.column.stays or self.is_kept(reader, plan)):
            return
        elif not reader.says_same(plan.values, reading):
            self.set(plan, reader, reading.value, reader.stored(plan.values))

    def is_kept(self, reader, plan):
        if reader.column.source.blank or reader.column.source.null:
            return False
        self.add(plan.number, reader, plan.cells, "不能留空。")
        return True

    def judge(self, plan, foreign, disputed):
        """Sort a stored row into unchanged, conflicting, foreign or to be changed.

        `disputed` are the readers of cells that follow from other columns, and differ.
        """
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
            self.plan_change(plan)
        elif plan.number not in self.failed:
            self.check_unchanged(plan, disputed)

    def plan_change(self, plan):
        """Plan what becomes of a stored row: a change or, if it is public, only a proposal."""
        plan.is_proposal = self.guard.is_proposer and plan.values[2] == PUBLISHED
        only_reason = all(column.attribute == REASON for column, *_ in plan.changes)
        if plan.is_proposal and only_reason and plan.number not in self.failed:
            self.warn(plan.number, plan.changes[0][0].label, "", NOTHING_PROPOSED)
            self.outcome.unchanged += 1
        else:
            self.planned.append(plan)

    def version_of(self, plan):
        try:
            return self.sheet.version_of(plan.cells)
        except ValueError as error:
            self.fail(plan.number, str(error))
            return None

    def check_unchanged(self, plan, disputed):
        """What follows from other columns must agree with the stored row."""
        for reader in disputed:
            raw = plan.cells[reader.position]
            if raw != "":
                reading = reader.read(raw)
                if not reading.is_empty and not reader.says_same(plan.values, reading):
                    self.disagree(plan, reader, reader.old_text(plan.values))
        if plan.number not in self.failed:
            self.outcome.unchanged += 1

    def set(self, plan, reader, value, old):
        """Let a row take a value from a cell."""
        column = reader.column
        raw = plan.cells[reader.position]
        plan.changes.append((column, old, value, raw))
        if column.can_be_doubtful and (doubt := doubt_of(column, value, old, self.latest)):
            self.warn(plan.number, column.label, reader.text(raw), doubt)

    # The result

    def count(self):
        outcome = self.outcome
        outcome.new = sum(plan.is_new for plan in self.planned)
        outcome.proposed = sum(plan.is_proposal for plan in self.planned)
        outcome.changed = len(self.planned) - outcome.new - outcome.proposed
        outcome.lacking = sum(plan.lacks_reason for plan in self.planned)
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
            # What a cell itself says is the same whenever the file is read.
            changes = [
                (column.column_name, old, new if raw is None or column.source.is_relation else "")
                for column, old, new, raw in plan.changes
                if old is not None or raw is None or column.source.is_relation
            ]
            stored = None if plan.is_new else plan.values[:2]
            row = (plan.number, stored, plan.is_proposal, len(plan.changes), changes)
            digest.update(repr(row).encode())
        return digest.hexdigest()


def rehearse(resource, sheet):
    """The Outcome that importing the sheet would have; nothing is written."""
    return Rehearsal(resource, sheet).run()
