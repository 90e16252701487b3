"""Which columns a file has: the staff file, which is imported again, or the public file.

Beside each code both have the name or title it stands for. The staff file has every field of a
record. The public file has where to find the record on the site; what only concerns those who keep
the record is not in it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import Case, Expression, F, TextField, When

from aidtracker.ground.addresses import pieces
from aidtracker.ground.features import Paged, parts_of
from aidtracker.ground.publication import public_rule
from aidtracker.sheets.columns import sql
from aidtracker.sheets.columns.choices import ChoiceWidget
from aidtracker.sheets.columns.column import REASON, SheetColumn
from aidtracker.sheets.columns.dates import DayWidget, MonthWidget, PartialDateWidget
from aidtracker.sheets.columns.lookups import NAME_FIELDS
from aidtracker.sheets.columns.resources import VERSION, SheetResource
from aidtracker.sheets.columns.widgets import JSONWidget, NameListWidget, NumberWidget, YesNoWidget

# Besides how far its review has come: the public sees what is published, and only that.
STAFF_ONLY = (VERSION, REASON, "review_comment", "maintainer")


class Kind(Enum):
    """What the cells of a column are to a workbook."""

    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "amount"  # of money
    DATE = "date"


@dataclass(frozen=True)
class FileColumn:
    """A column of a file, whose cells the database writes.

    `write` is given how texts are put: as they are, or marked against formulas. On SQLite,
    `render` makes the text of what only Python can read. `column` is what it shows, or beside which
    it stands.
    """

    code: str
    heading: str
    kind: Kind
    write: Callable[[sql.Words], Expression]
    render: Callable[[Any], str] | None = None
    column: SheetColumn | None = None
    is_beside: bool = False


def staff_columns(resource: SheetResource, codes: bool = False) -> list[FileColumn]:
    """The columns of the staff file; with codes, choices stand by theirs."""
    return [
        one
        for column in resource.columns
        for one in (file_column(column, codes), *names(column, is_public=False))
    ]


def public_columns(
    resource: SheetResource, codes: bool = False, site: str = ""
) -> list[FileColumn]:
    """The columns of the public file; `site` is what addresses begin with."""
    hidden, found = {*STAFF_ONLY, resource.model.REVIEW}, []
    if getattr(resource.model, "TELLS_CORRECTIONS", False):
        hidden.discard(REASON)
    for column in resource.columns:
        if column.attribute not in hidden:
            found += [file_column(column, codes, is_public=True), *names(column)]
    return [*found, *page(resource.model, site), *citation(resource.model)]


def file_column(column: SheetColumn, codes: bool, is_public: bool = False) -> FileColumn:
    def write(words: sql.Words) -> Expression:
        if column.is_many:
            return sql.listed(column.source, "", words, is_public=is_public)
        if column.source.is_relation:
            key = sql.key_of(column.attribute, column.source.related_model, words)
            return guarded(column, key) if is_public else key
        said = words_of(column, codes, words)
        is_machine = codes and is_public and said == sql.YES_NO
        return sql.Written(F(column.attribute), words=sql.TRUE_FALSE if is_machine else said)

    is_structure = isinstance(column.widget, JSONWidget)
    render = (lambda text: column.widget.render(json.loads(text))) if is_structure else None
    return FileColumn(column.column_name, column.heading, kind_of(column), write, render, column)


def kind_of(column: SheetColumn) -> Kind:
    if isinstance(column.widget, NumberWidget):
        return Kind.AMOUNT if "元" in column.unit else Kind.NUMBER
    is_date = isinstance(column.widget, PartialDateWidget)
    return Kind.DATE if is_date and not isinstance(column.widget, MonthWidget) else Kind.TEXT


# The first kind that fits decides; others are texts.
WORDS: tuple[tuple[type, sql.Words], ...] = (
    (MonthWidget, sql.MONTH),
    (DayWidget, sql.DAY),
    (PartialDateWidget, sql.AS_IT_IS),
    (YesNoWidget, sql.YES_NO),
    (JSONWidget, sql.STRUCTURE),
)


def words_of(column: SheetColumn, codes: bool, words: sql.Words) -> sql.Words:
    """How the database writes the value of a field; `words` are those for texts."""
    if isinstance(column.widget, ChoiceWidget):
        return sql.AS_IT_IS if codes else sql.labels(column.widget.labels)
    if isinstance(column.widget, NumberWidget):
        return sql.number(column.source)
    if isinstance(column.widget, NameListWidget):
        return sql.within(words, sql.NAMES)
    return next((said for kind, said in WORDS if isinstance(column.widget, kind)), words)


def guarded(column: SheetColumn, expression: Expression) -> Expression:
    """What a public row says of another row, if the public may see that one, too."""
    rule = public_rule(column.source.related_model, column.attribute)
    model = column.source.model
    if column.attribute in (*model.PUBLIC_WITH, *model.PUBLISHES):
        return expression
    return Case(When(rule, then=expression), output_field=TextField()) if rule else expression


def names(column: SheetColumn, *, is_public: bool = True) -> Iterator[FileColumn]:
    """Beside a code the name of what it stands for; nothing where the name is the key."""
    related = column.source.related_model if column.source.is_relation else None
    name = name_of(related) if related else ""
    if not (name or (related and related.NAMED_AS and not column.is_many)):
        return

    def write(words: sql.Words) -> Expression:
        if column.is_many:
            return sql.listed(column.source, name, words, is_public=is_public)
        said = called(column.attribute, related, name, words)
        return guarded(column, said) if is_public else said

    label = related._meta.get_field(name).verbose_name if name else "名称"
    code = f"{column.column_name}_{name or 'name'}"
    heading = f"{column.label}{label}"
    yield FileColumn(code, heading, Kind.TEXT, write, column=column, is_beside=True)


def called(path: str, model: Any, name: str, words: sql.Words) -> Expression:
    """The name of the row at the end of a path, or what it is called if it has none."""
    if name:
        return sql.Written(F(f"{path}__{name}"), words=words)
    pieces = parts_of(model.NAMED_AS)
    paths = [step for _, step, _, _ in pieces if step]
    parts = [sql.part_of_key(f"{path}__{step}", sql.fields_at(model, step)[-1]) for step in paths]
    ends = [text for text, step, _, _ in pieces if not step]
    texts = [text for text, step, _, _ in pieces if step]
    return sql.Composed(*parts, pieces=(*texts, *(ends or [""])), words=words)


def companion_of(column: SheetColumn) -> tuple[str, ...]:
    """The code and the heading of the column that has the names beside a column of codes."""
    return next(((one.code, one.heading) for one in names(column)), ())


def name_of(model: Any) -> str:
    """The field that names a row to readers, if its natural key does not."""
    fields = {field.name for field in model._meta.concrete_fields}
    known = next((name for name in NAME_FIELDS if name in fields), "")
    return "" if known in model.KEY else known


def page(model: Any, site: str) -> Iterator[FileColumn]:
    """Where the site shows a row, for those that have a page."""
    if not issubclass(model, Paged) or not model.PAGE:
        return

    def write(words: sql.Words) -> Expression:
        first, *rest = pieces(model.page_name(), len(model.PAGE))
        parts = [sql.part_of_key(path, sql.fields_at(model, path)[-1]) for path in model.PAGE]
        return sql.Composed(*parts, pieces=(f"{site}{first}", *rest))

    yield FileColumn("page", "本站网页", Kind.TEXT, write)


def citation(model: Any) -> Iterator[FileColumn]:
    """How a row is cited, of those that say it."""
    if not issubclass(model, Paged) or not model.CITED_AS:
        return
    parts = [parts_of(one) for one in model.CITED_AS.split("，")]
    paths = [path for ((_, path, _, _), *_) in parts]
    pieces = tuple((one[0][0], one[1][0] if len(one) > 1 else "") for one in parts)

    def write(words: sql.Words) -> Expression:
        found = [sql.part_of_key(path, sql.fields_at(model, path)[-1]) for path in paths]
        return sql.Cited(*found, pieces=pieces, words=words)

    yield FileColumn("citation", "引自", Kind.TEXT, write)
