"""The example row of a template; left in a file, it is known again and skipped."""

from django.db import models

from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.months import MonthField
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import NameListField
from aidtracker.sheets.columns.cells import cell_text

EXAMPLE = "示例"
# The first kind that fits decides.
EXAMPLES = (
    (PartialDateField, "2026-05"),
    (MonthField, "2026-05"),
    (LedgerAmountField, 1200.5),
    (models.DecimalField, 100),
    (models.IntegerField, 1),
    (models.DateField, "2026-05-20"),
    (models.BooleanField, "是"),
    (NameListField, "别名一；别名二"),
    (models.TextField, ""),
)


def example_of(resource):
    """The example row of a resource: {column code: cell}; its version cell marks it."""
    cells = {column.column_name: example_cell(column) for column in resource.columns}
    return cells | {"version": EXAMPLE}


def example_cell(column):
    source = column.source
    if column.readonly or source.name in ("slug", "review_comment", "correction_reason"):
        return ""
    if source.is_relation:
        return related_example(column) if not column.is_many else ""
    if source.choices:
        return next(iter(column.widget.labels.values()))
    for kind, value in EXAMPLES:
        if isinstance(source, kind):
            return value
    return f"示例{column.label}"[: source.max_length]


def related_example(column):
    """The first row that a column may name, for columns that must be filled."""
    if column.source.blank:
        return ""
    column.widget.lookup.key(0)
    return next(iter(sorted(column.widget.lookup.keys.values())), "")


def is_named_example(keys, cells):
    """Whether a key cell of a row says 示例, though its mark may have been deleted."""
    return any(cell_text(cells[at]).startswith(EXAMPLE) for at in keys)


def is_untouched(resource, columns, cells):
    """Whether a row that is marked as the example says nothing of its own."""
    example = example_of(resource)
    return all(
        cell_text(cells[position]) in ("", cell_text(example[code]))
        for code, position, _ in columns
        if not resource.columns_by_code[code].source.is_relation
    )
