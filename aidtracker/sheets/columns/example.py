"""The example row of a template; left in a file, it is known again and skipped."""

from aidtracker.sheets.columns.cells import cell_text

EXAMPLE = "示例"
LEFT_EMPTY = ("slug", "review_comment", "correction_reason")


def example_of(resource):
    """The example row of a resource: {column code: cell}; its version cell marks it."""
    cells = {column.column_name: example_cell(column) for column in resource.columns}
    return cells | {"version": EXAMPLE}


def example_cell(column):
    source = column.source
    if column.readonly or source.name in LEFT_EMPTY or source.many_to_many:
        return ""
    if source.is_relation:
        # A row of one's own that the column may name, if it must name one.
        return "" if source.blank else column.widget.lookup.example_key()
    if column.widget.example is not None:
        return column.widget.example
    is_long = source.get_internal_type() == "TextField"
    return "" if is_long else f"示例{column.label}"[: source.max_length]


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
