"""A row of the page is saved: typed texts become values, as in an import, under the same rules."""

from copy import copy

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction

from aidtracker.ground.batches import held
from aidtracker.sheets import cell_text
from aidtracker.trail import acts
from projects.monthly.grid import OPEN

CLOSED = "这一行{state}，不能在这里改；请打开它的表单。"


class ConflictError(Exception):
    """The row was changed meanwhile: `report` is how it stands now, None if it is gone."""

    def __init__(self, report):
        super().__init__(str(report))
        self.report = report


@acts.one_act()
def save_row(row, typed, *, version, user, reason=""):
    """Save what was typed into some cells of a row: {column name: text}. Returns the report.

    None if there was nothing to save. Raises ValidationError, by column, and ConflictError.
    """
    try:
        with transaction.atomic():
            return store(row, typed, version, user, reason)
    except IntegrityError as error:
        # Somebody else reported about the same subject in the same moment.
        raise ConflictError(stored_report(row)) from error


def store(row, typed, version, user, reason):
    stored = stored_report(row, for_update=True)
    if (stored.version if stored else 0) != version:
        raise ConflictError(stored)
    if stored and stored.review_state not in OPEN:
        state = stored.review_state.label
        raise ValidationError({NON_FIELD_ERRORS: CLOSED.format(state=state)})
    report = copy(stored) if stored else row.new_report()
    values = read_values(row.kind, typed)
    if all(getattr(report, name) == value for name, value in values.items()):
        return stored
    follow_pairs(row, report, stored, values)
    report.correction_reason = reason or report.correction_reason
    report.full_clean()
    report.check_edit(stored, user, also=row.changed_parts(report, stored))
    acts.describe(way=acts.Way.GRID, subject=str(report), reason=reason)
    report.save()
    row.store_parts(report)
    return report


def stored_report(row, for_update=False):
    rows = row.kind.model.objects.filter(**row.names)
    return row.read((held(rows) if for_update else rows).first())


def read_values(kind, typed):
    """The values that texts stand for. Raises ValidationError with a sentence for each column."""
    values, errors = {}, {}
    for column in kind.columns:
        if column.name in typed:
            try:
                text = column.said(cell_text(typed[column.name].replace("\0", "")))
                values[column.name] = column.value(text, text)
            except ValueError as error:
                errors[column.name] = str(error)
    if errors:
        raise ValidationError(errors)
    return values


def follow_pairs(row, report, stored, values):
    """Set the values; a total that nobody typed goes on from its beginning by this month's amount.

    A total that was something else than that sum before stays as it is.
    """
    for name, value in values.items():
        setattr(report, name, value)
    for part, total in row.kind.pairs:
        base = row.beginnings[total].amount
        if total in values or part not in values or base is None:
            continue
        before = getattr(stored, total, None)
        if before is None or before == base + (getattr(stored, part) or 0):
            setattr(report, total, None if values[part] is None else base + values[part])
