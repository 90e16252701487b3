"""Natural keys as text: how files, histories and messages name a row."""

KEY_SEPARATOR = " / "


def follow(row, path):
    """The value at the end of a lookup path such as `owner__code`; None where a step is empty."""
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row


def key_text(parts):
    """A natural key as one text, its parts joined with ` / `; empty for no row at all."""
    if all(part is None for part in parts):
        return ""
    return KEY_SEPARATOR.join("" if part is None else str(part) for part in parts)


def key_of(row):
    """The natural key of a model instance as one text; empty for None."""
    return "" if row is None else key_text([follow(row, path) for path in row.KEY])
