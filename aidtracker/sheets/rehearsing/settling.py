"""The rows as an import would leave them, held to the rules of their model and table."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db import models

from aidtracker.ground.batches import in_batches
from aidtracker.ground.circles import circle_closed, circles, own_keys
from aidtracker.ground.records import twin
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.rehearsing.guards import Guard
from aidtracker.sheets.rehearsing.outcomes import LABEL_SEPARATOR, WHOLE_ROW, Objections
from aidtracker.sheets.rehearsing.plans import FieldChange, PlannedRow, put
from aidtracker.sheets.rehearsing.progress import Report, told
from aidtracker.sheets.rehearsing.readers import CellReader, Readers
from aidtracker.sheets.rehearsing.rules import broken_checks, repeated
from aidtracker.sheets.rehearsing.stored_rows import BATCH

CHECKING = "逐行检查"
# Stands for the reason that is given with the confirmation.
ASKED_LATER = "……"


class Settling:
    """Completes and checks planned rows, noting what is wrong with them."""

    def __init__(
        self,
        resource: SheetResource,
        readers: Readers,
        guard: Guard,
        objections: Objections,
        report: Report,
    ):
        self.resource = resource
        self.model = resource.model
        self.readers = readers
        self.guard = guard
        self.objections = objections
        self.report = report

    def settle(self, plans: list[PlannedRow]) -> list[PlannedRow]:
        """Build the new states and hold them to the rules; the plans that keep them all."""
        self.build_known(plans)
        attach_related(self.resource, [plan.row for plan in plans])
        for plan in told(plans, self.report, CHECKING):
            self.settle_row(plan)
        self.check_table(plans)
        return [plan for plan in plans if plan.number not in self.objections.failed]

    def build_known(self, plans: list[PlannedRow]) -> None:
        """Read the rows that change, and let them take what their cells say."""
        known = {plan.pk: plan for plan in plans if not plan.is_new}
        for pks in in_batches(list(known), BATCH):
            for row in self.model._base_manager.filter(pk__in=pks):
                plan = known[row.pk]
                plan.row, plan.before = row, twin(row)
                for change in plan.changes:
                    put(row, change.column, change.new)
            self.model.ask_at_once([known[pk].before for pk in pks if known[pk].before])

    def settle_row(self, plan: PlannedRow) -> None:
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
        if plan.number not in self.objections.failed:
            self.check_readonly(plan)

    def lacks_something(self, plan: PlannedRow) -> bool:
        """Whether a new row has not all that it must have, so that it can not be judged."""
        faulty = self.objections.faulty.get(plan.number, ())
        return any(is_required(self.model._meta.get_field(name)) for name in faulty)

    def complete(self, plan: PlannedRow) -> None:
        row = plan.row
        if plan.is_new and (field := self.guard.fill_owner(row)):
            column = self.resource.fields[field.name]
            plan.changes.append(FieldChange(column, None, getattr(row, field.attname)))
        old = [column.get_value(row) for column in self.resource.computed]
        if self.model.clean is not models.Model.clean:
            row.complete(plan.before)
        for column, before in zip(self.resource.computed, old, strict=True):
            if (after := column.get_value(row)) != before:
                plan.changes.append(FieldChange(column, before, after))

    def judge_state(self, plan: PlannedRow) -> None:
        row, before = plan.row, plan.before
        plan.is_proposal = self.guard.proposes(row, before)
        links = [one.column.attribute for one in plan.changes if one.column.is_many]
        if self.guard.check(row, before, links, plan.is_proposal):
            column = self.resource.fields[self.guard.review]
            change = FieldChange(column, column.get_value(before), column.get_value(row))
            plan.changes.append(change)

    def check_readonly(self, plan: PlannedRow) -> None:
        """What follows from other columns, or from the review, must agree with the row."""
        for reader in self.readers.checked:
            raw = plan.cells[reader.position]
            if self.differs(reader, raw, plan.row):
                reading = reader.read(raw)
                if not reading.is_empty and reading.value != reader.column.comparable(plan.row):
                    shown = reader.column.text(plan.row)
                    self.objections.disagree(plan.number, reader, plan.cells, shown)
        for reader in self.readers.ignored:
            raw = plan.cells[reader.position]
            if self.differs(reader, raw, plan.before or plan.row):
                text = "导入不改变审核状态，这一格没有读入。"
                self.objections.warn(plan.number, reader.column.label, reader.text(raw), text)

    def differs(self, reader: CellReader, raw, state) -> bool:
        """Whether a filled cell is not what an export writes of a state of the row."""
        column = reader.column
        return raw != "" and reader.text(raw) not in (
            column.text(state),
            column.text(state, codes=True),
        )

    def explain(self, plan: PlannedRow, error: ValidationError) -> None:
        """Turn the model's own objections into problems, each at its column."""
        by_field = hasattr(error, "error_dict")
        found: Any = error.message_dict if by_field else {NON_FIELD_ERRORS: error.messages}
        by_attribute = {reader.column.attribute: reader for reader in self.readers.all}
        known = {*self.objections.faulty.get(plan.number, ())}
        told = [(name, one) for name in found if name not in known for one in found[name]]
        for name, message in told:
            if name in by_attribute:
                self.objections.add(plan.number, by_attribute[name], plan.cells, message)
            else:
                column = self.resource.fields.get(name)
                heading = column.label if column else WHOLE_ROW
                self.objections.fail(plan.number, message, heading)

    def check_table(self, plans: list[PlannedRow]) -> None:
        """Ask whether the rows keep the rules of the table."""
        rows = [plan.row for plan in plans]
        faulty = [self.objections.faulty.get(plan.number, set()) for plan in plans]
        for place, check in broken_checks(rows, self.model, [plan.before for plan in plans]):
            if not faulty[place] & check.condition.referenced_base_fields:
                heading = self.labels(check.condition.referenced_base_fields)
                self.objections.fail(plans[place].number, check.violation_error_message, heading)
        for place, fields, message in repeated(rows, self.model, [one.touched() for one in plans]):
            if not faulty[place] & {field.name for field in fields}:
                heading = self.labels({field.name for field in fields})
                self.objections.fail(plans[place].number, message, heading)
        own = {field.name for field in own_keys(self.model)}
        if any(own & plan.touched() for plan in plans):
            for place, field in circles(rows, self.model):
                label = str(field.verbose_name)
                self.objections.fail(plans[place].number, circle_closed(label), label)
        for place, name, message in self.model.doubts(rows):
            column = self.resource.fields[name]
            shown = column.text(rows[place])
            self.objections.warn(plans[place].number, column.label, shown, message)

    def labels(self, names) -> str:
        """The columns that fields have in the file, or what the fields are called."""
        own = [one.column.label for one in self.readers.all if one.column.attribute in names]
        others = (str(self.model._meta.get_field(name).verbose_name) for name in sorted(names))
        return LABEL_SEPARATOR.join(own or others)


def is_required(field) -> bool:
    """Whether a new row must say something in a field."""
    return field.editable and not (field.blank or field.has_default() or field.primary_key)


def attach_related(resource: SheetResource, rows: list) -> None:
    """Read what rows refer to as far as imports ask: once for all rows, not row by row."""
    model = resource.model
    paths = {*model.OWNERS, *model.KEY}
    paths |= {column.attribute for column in resource.columns if "__" in column.attribute}
    if model.clean is not models.Model.clean:
        paths |= {field.name for field in model._meta.concrete_fields if field.many_to_one}
    for path in sorted(paths, key=lambda path: path.count("__"), reverse=True):
        attach(resource, rows, model, path.split("__"))


def attach(resource: SheetResource, rows: list, model, names: list[str]) -> None:
    try:
        field = model._meta.get_field(names[0])
    except FieldDoesNotExist:
        return
    if not rows or not field.many_to_one:
        return
    wanted = {pk for row in rows if (pk := getattr(row, field.attname)) is not None}
    found = resource.lookup(field.related_model).instances(wanted, also=names[1:2])
    for row in rows:
        if (pk := getattr(row, field.attname)) in found and not field.is_cached(row):
            field.set_cached_value(row, found[pk])
    if names[1:]:
        attach(resource, [found[pk] for pk in wanted], field.related_model, names[1:])
