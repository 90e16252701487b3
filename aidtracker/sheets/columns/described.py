"""What the columns of public files mean: their types, definitions, choices and what they name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db.models import Model, URLField

from aidtracker.ground.features import fields_at
from aidtracker.sheets.columns import sql
from aidtracker.sheets.columns.choices import ChoiceWidget
from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.columns.dates import DayWidget, MonthWidget, PartialDateWidget
from aidtracker.sheets.columns.lookups import key_labels
from aidtracker.sheets.columns.resources import SheetResource, resource_for
from aidtracker.sheets.columns.sets import FileColumn, Kind, public_columns
from aidtracker.sheets.columns.widgets import NameListWidget, NumberWidget, YesNoWidget

IDENTIFIER, PAGE = "identifier", "page"
# What no field says.
MADE = {
    PAGE: "这条记录在本站的网页，地址不变。",
    "citation": "引自哪份文献、第几处；引用数字时连同本站网页写明。",
}


class Type(Enum):
    """What the values of a column are to programs; a cell of each is one text."""

    TEXT = "text"
    ADDRESS = "address"  # of a page
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"  # true, false
    DAY = "day"  # 2026-05-20
    MONTH = "month"  # 2026-05
    PARTIAL_DATE = "partial date"  # as exact as it is known: 2026, 2026-05, 2026-05-20
    LIST = "list"  # texts with a full-width semicolon between them

    @property
    def label(self) -> str:
        return TYPE_LABELS[self]


TYPE_LABELS = {
    Type.TEXT: "文字",
    Type.ADDRESS: "网址",
    Type.INTEGER: "整数",
    Type.DECIMAL: "数",
    Type.BOOLEAN: "是否（true、false）",
    Type.DAY: "日期",
    Type.MONTH: "月份",
    Type.PARTIAL_DATE: "日期（可到年或月）",
    Type.LIST: "多项",
}


@dataclass(frozen=True)
class PublicColumn:
    """A column of a public file under its code, as programs read it, with what it means.

    `choices` are {code: label}; `names` is the model whose key stands in the column.
    """

    file: FileColumn
    label: str
    type: Type
    definition: str
    unit: str = ""
    digits: tuple[int, int] = (0, 0)  # of a decimal: all, and behind the point
    choices: dict[str, str] = field(default_factory=dict)
    names: type[Model] | None = None
    is_key: bool = False
    is_beside: bool = False  # the name of what the column in front names

    @property
    def code(self) -> str:
        return self.file.code


def key_code(model: type[Any]) -> str:
    """The column that names a row: that of its key, or one with all parts of its key."""
    return model.KEY[0] if len(model.KEY) == 1 else IDENTIFIER


def described_columns(model: type[Any], site: str = "") -> list[PublicColumn]:
    """All public columns of a model, first the one that names a row."""
    resource = resource_for(model)
    written = public_columns(resource, codes=True, site=site)
    found = [described(resource, one) for one in written]
    return [*identifier(model), *found]


def in_lists(model: type[Any]) -> list[PublicColumn]:
    """What the files of lists hold: an identifier stands in whole datasets alone."""
    return [one for one in described_columns(model) if one.code != IDENTIFIER]


def identifier(model: type[Any]) -> Iterator[PublicColumn]:
    """The key of a row in one cell, where it has several parts: as others name the row."""
    if key_code(model) != IDENTIFIER:
        return

    def write(words: sql.Words) -> Any:
        parts = [sql.part_of_key(path, fields_at(model, path)[-1]) for path in model.KEY]
        return sql.KeyText(*parts, words=words)

    label = "标识"
    definition = f"认出一行的标识：{key_labels(model)}。"
    column = FileColumn(IDENTIFIER, label, Kind.TEXT, write)
    yield PublicColumn(column, label, Type.TEXT, definition, is_key=True)


def described(resource: SheetResource, one: FileColumn) -> PublicColumn:
    column = one.column
    if column is None:
        return PublicColumn(one, one.heading, type_of(one), MADE[one.code])
    if one.is_beside:
        definition = f"“{column.label}”的名称。"
        return PublicColumn(one, one.heading, type_of(one), definition, is_beside=True)
    widget = column.widget
    return PublicColumn(
        one,
        column.heading,
        type_of(one),
        definition_of(resource, column),
        unit=column.unit,
        digits=digits_of(column),
        choices=dict(widget.labels) if isinstance(widget, ChoiceWidget) else {},
        names=column.source.related_model if column.source.is_relation else None,
        is_key=one.code == key_code(resource.model),
    )


# The first kind that fits decides; others are texts.
TYPES: tuple[tuple[type, Type], ...] = (
    (MonthWidget, Type.MONTH),
    (DayWidget, Type.DAY),
    (PartialDateWidget, Type.PARTIAL_DATE),
    (YesNoWidget, Type.BOOLEAN),
    (NameListWidget, Type.LIST),
)


def type_of(one: FileColumn) -> Type:
    column = one.column
    if column is None:
        return Type.ADDRESS if one.code == PAGE else Type.TEXT
    if column.is_many:
        return Type.LIST
    if one.is_beside or column.source.is_relation:
        return Type.TEXT
    if isinstance(column.widget, NumberWidget):
        return Type.DECIMAL if column.widget.decimal_places else Type.INTEGER
    if isinstance(column.source, URLField):
        return Type.ADDRESS
    return next((type_ for kind, type_ in TYPES if isinstance(column.widget, kind)), Type.TEXT)


def digits_of(column: SheetColumn) -> tuple[int, int]:
    """How many digits a decimal may have, as its table keeps it."""
    if not isinstance(column.widget, NumberWidget) or not column.widget.decimal_places:
        return 0, 0
    return column.source.max_digits, column.source.decimal_places


def definition_of(resource: SheetResource, column: SheetColumn) -> str:
    """What a field means, for who reads: its help, what it names, how several are told apart."""
    help_text = str(column.source.help_text).removeprefix(f"单位：{column.unit}").lstrip("；，。")
    parts = [resource.DEFINED.get(column.column_name, help_text).rstrip("。；，")]
    if column.source.is_relation:
        related = column.source.related_model
        parts.append(f"{related._meta.verbose_name}的{key_labels(related)}")
    if column.is_many or isinstance(column.widget, NameListWidget):
        parts.append("多项之间用“；”")
    said = "。".join(part for part in parts if part)
    return f"{said or f'{resource.model._meta.verbose_name}的{column.label}'}。"
