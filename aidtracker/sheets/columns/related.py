"""Related rows in a cell: one, or several between signs."""

import re

from aidtracker.ground.keys import key_of
from aidtracker.sheets.columns.cells import UnknownWordError, cell_text
from aidtracker.sheets.columns.lookups import LIST_SEPARATOR, Lookup
from aidtracker.sheets.columns.widgets import SheetWidget, split_list

OTHER_SEPARATORS = re.compile("[、，,/／]")
# What may stand between names, and within them: only where all that it sets apart is known.
WEAK_SEPARATORS = re.compile(r"\s+|以及|[和及与]")
HOW_TO_LIST = "一格里写几个，用“；、，,/”或换行隔开。"


class RelatedWidget(SheetWidget):
    """A related row by its natural key; a name or alias that only it has is read, too.

    What is read is the row's number, or a row that the same file makes.
    """

    def __init__(self, model):
        super().__init__()
        self.lookup = Lookup(model)

    @property
    def choices(self):
        """The names of all rows that may be named, or their keys."""
        return self.lookup.all_names()

    def clean(self, value, row=None, **kwargs):
        text = self.as_said(cell_text(value))
        return self.lookup.find(text) if text else None

    def offered(self, word: str) -> list[tuple[str, str]]:
        return self.lookup.offered(word)

    def render(self, value, obj=None, **kwargs):
        return key_of(value)

    def key(self, value):
        """The cell's text for what was read."""
        return "" if value is None else self.lookup.key(value)


class ManyRelatedWidget(RelatedWidget):
    """Several related rows in one cell."""

    choices = ()  # several of them cannot be chosen from a list

    def clean(self, value, row=None, **kwargs):
        found, unknown = [], []
        for text in split_list(value):
            for part in filter(None, map(self.as_said, self.apart(text))):
                try:
                    found.append(self.lookup.find(part))
                except UnknownWordError as error:
                    unknown.append(error)
        if unknown:
            words = [word for error in unknown for word in error.words]
            raise UnknownWordError(f"{''.join(map(str, unknown))}{HOW_TO_LIST}", *words)
        return list(dict.fromkeys(found))

    def apart(self, text):
        """What a part of a list names: a row, or several between signs that keys may have, too."""
        if self.is_known(text):
            return [text]
        return [one for part in split_list(text, OTHER_SEPARATORS) for one in self.weakly(part)]

    def is_known(self, text):
        return self.as_said(text) != text or self.lookup.knows(text)

    def weakly(self, text):
        """The names in a text with weak signs between them, if all of them are known."""
        text = text.rstrip("。.")
        parts = split_list(text, WEAK_SEPARATORS)
        is_list = len(parts) > 1 and not self.is_known(text) and all(map(self.is_known, parts))
        return parts if is_list else [text]

    def render(self, value, obj=None, **kwargs):
        return self.join(key_of(row) for row in (value.all() if value is not None else ()))

    def key(self, value):
        return self.join(map(self.lookup.key, value or ()))

    def join(self, keys):
        return LIST_SEPARATOR.join(sorted(keys))
