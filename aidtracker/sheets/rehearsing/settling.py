"""The rows as an import would leave them, held to the rules of their model and table."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from aidtracker.ground.batches import in_batches
from aidtracker.review.proposals import waiting_for
from aidtracker.sheets.columns.stored_rows import BATCH
from aidtracker.sheets.rehearsing.guards import Guard
from aidtracker.sheets.rehearsing.objections import Objections
from aidtracker.sheets.rehearsing.outcomes import WHOLE_ROW
from aidtracker.sheets.rehearsing.planned import Planned, put, twin
from aidtracker.sheets.rehearsing.readers import CellReader
from aidtracker.sheets.rehearsing.rules import broken_checks, repeated

# Stands for the reason that is given with the confirmation.
ASKED_LATER = "……"
STILL_WAITING = "还没有生效；请先看那一份，免得两份相抵触。"


class Settling(Objections):
    """Completes and checks the `planned` rows; those that break a rule are planned no longer."""

    def __init__(self, resource, sheet):
        super().__init__(sheet)
        self.resource = resource
        self.sheet = sheet
        self.model = resource._meta.model
        self.guard = Guard(self.model, resource.user)
        self.planned: list[Planned] = []
        self.readers = [
            CellReader(resource.columns_by_code[code], position, unit)
            for code, position, unit in sheet.columns
            if code in resource.columns_by_code
        ]
        self.checked = [reader for reader in self.readers if reader.column.readonly]
        self.ignored = [reader for reader in self.readers if self.is_ignored(reader)]

    def is_ignored(self, reader):
        return reader.column.attribute in self.guard.ignored

    def finish(self):
        """Build the new states and hold them to the rules."""
        self.build_known()
        self.resource.attach_related([plan.row for plan in self.planned])
        for plan in self.planned:
            self.settle(plan)
        self.check_table()
        self.planned = [plan for plan in self.planned if plan.number not in self.failed]
        if proposed := [plan for plan in self.planned if plan.is_proposal]:
            self.compare_with_waiting(proposed)

    def build_known(self):
        """Read the rows that change, and let them take what their cells say."""
        plans = {plan.values[0]: plan for plan in self.planned if not plan.is_new}
        for pks in in_batches(list(plans), BATCH):
            for row in self.model._base_manager.filter(pk__in=pks):
                plan = plans[row.pk]
                plan.row, plan.before = row, twin(row)
                row.before = plan.before
                for column, _, value, _ in plan.changes:
                    put(row, column, value)

    def settle(self, plan):
        """Let the model complete a row, and the guard and the model judge it."""
        if plan.is_new and self.lacks_something(plan):
            return
        if self.guard.lacks_reason(plan.row, plan.before):
            plan.lacks_reason, plan.row.correction_reason = True, ASKED_LATER
        for step in (self.complete, self.judge_state):
            try:
                step(plan)
            except ValidationError as error:
                self.explain(plan, error)
        if plan.number not in self.failed:
            self.check_readonly(plan)

    def lacks_something(self, plan):
        """Whether a new row has not all that it must have, so that it can not be judged."""
        faulty = self.faulty.get(plan.number, ())
        return any(is_required(self.model._meta.get_field(name)) for name in faulty)

    def complete(self, plan):
        row = plan.row
        if plan.is_new and (field := self.guard.fill_owner(row)):
            column = self.resource.fields[field.name]
            plan.changes.append((column, None, getattr(row, field.attname), None))
        computed = self.resource.computed
        old = [column.get_value(row) for column in computed]
        row.complete(plan.before)
        for column, before in zip(computed, old, strict=True):
            if (after := column.get_value(row)) != before:
                plan.changes.append((column, before, after, None))

    def judge_state(self, plan):
        row = plan.row
        if self.guard.fall_back(row, plan.before):
            column, before = self.resource.fields[self.guard.review], plan.before
            plan.changes.append((column, column.get_value(before), column.get_value(row), None))
        self.guard.check(row, plan.before)

    def compare_with_waiting(self, plans):
        """Name earlier proposals for the same rows, and make none of them a second time."""
        found = waiting_for([plan.proposal for plan in plans])
        again = set()
        for plan, waiting in zip(plans, found, strict=True):
            plan.waiting = waiting
            same = next((one.words for one in waiting if one.is_same), "")
            if same:
                again.add(plan.number)
                self.warn(plan.number, WHOLE_ROW, "", f"已有相同的{same}，不再另存。")
            elif waiting:
                words = "、".join(one.words for one in waiting)
                self.warn(plan.number, WHOLE_ROW, "", f"已有{words}，{STILL_WAITING}")
        self.planned = [plan for plan in self.planned if plan.number not in again]
        self.outcome.repeated = len(again)
        self.outcome.unchanged += len(again)

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
        known = {*self.faulty.get(plan.number, ())}
        objections = [(name, one) for name in found if name not in known for one in found[name]]
        for name, message in objections:
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
        faulty = [self.faulty.get(plan.number, set()) for plan in self.planned]
        for place, check in broken_checks(rows, self.model):
            if not faulty[place] & check.condition.referenced_base_fields:
                self.fail(self.planned[place].number, check.violation_error_message)
        every = {field.name for field in self.model._meta.concrete_fields}
        touched = [every if plan.is_new else plan.touched() for plan in self.planned]
        for place, fields, message in repeated(rows, self.model, touched):
            if not faulty[place] & {field.name for field in fields}:
                heading = fields[0].verbose_name if len(fields) == 1 else WHOLE_ROW
                self.fail(self.planned[place].number, message, heading)


def is_required(field):
    """Whether a new row must say something in a field."""
    return field.editable and not (field.blank or field.has_default() or field.primary_key)
