"""One column of a spreadsheet: a field of the model, under its Chinese heading or its code."""

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from import_export.fields import Field

from aidtracker.ground.columns import LONGEST, WordsField
from aidtracker.ground.keys import key_text
from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import SlugFromPinyinField
from aidtracker.sheets.columns.cells import (
    BLANKS,
    EMPTY,
    EXCEL_ERRORS,
    UNREADABLE,
    cell_text,
    folded,
    half_width,
)
from aidtracker.sheets.columns.kinds import widget_for
from aidtracker.sheets.columns.widgets import TextWidget, YearWidget

REASON = "correction_reason"


class SheetColumn(Field):
    """A model field in a spreadsheet.

    `attribute` may follow relations (`series__metric__unit`); such a column is read-only: an import
    only checks that a filled cell agrees with the record.
    """

    def __init__(self, attribute: str, source: models.Field, code="", readonly=False):
        self.label = str(source.verbose_name)
        self.source: Any = source
        super().__init__(
            attribute=attribute,
            column_name=code or source.name,
            widget=widget_for(source),
            readonly=readonly or "__" in attribute,
        )

    @property
    def heading(self) -> str:
        """The label as files have it, with the unit of its numbers, which an import reads again."""
        told = not self.unit or self.unit in self.label
        return self.label if told else f"{self.label}（{self.unit}）"

    @property
    def unit(self) -> str:
        """The unit of the column's numbers; empty if it has none."""
        return self.widget.unit

    # What kind of field it is

    @cached_property
    def is_many(self) -> bool:
        return self.source.many_to_many

    @cached_property
    def is_amount(self) -> bool:
        """Whether the field is money in 万元."""
        return isinstance(self.source, LedgerAmountField)

    @cached_property
    def is_quantity(self) -> bool:
        """Whether the field is an amount of something, which rows cannot share."""
        is_number = isinstance(self.source, models.DecimalField | models.IntegerField)
        return is_number and not isinstance(self.widget, YearWidget)

    @cached_property
    def can_be_doubtful(self) -> bool:
        """Whether a value may be probably wrong: an amount or a date."""
        return isinstance(self.source, LedgerAmountField | PartialDateField | models.DateField)

    @cached_property
    def is_text(self) -> bool:
        """Whether the cell's text is the value itself."""
        return type(self.widget) is TextWidget

    @cached_property
    def is_code(self) -> bool:
        """Whether the text is a code that a record need not have: nobody's is called 无."""
        return self.is_text and self.source.blank and self.attribute.endswith("_code")

    @cached_property
    def is_line(self) -> bool:
        """Whether the text is a name or a code: a line break in it is but a blank."""
        return not isinstance(self.source, models.TextField)

    @cached_property
    def stays(self) -> bool:
        """Whether an empty cell keeps what there is: a page's address, the reason of a change."""
        return isinstance(self.source, SlugFromPinyinField) or self.attribute == REASON

    # From the record to the cell

    @property
    def paths(self) -> tuple[str, ...]:
        """The lookup paths whose values make up the cell; none for a many-to-many field."""
        if self.is_many:
            return ()
        if self.source.is_relation:
            return tuple(f"{self.attribute}__{path}" for path in self.source.related_model.KEY)
        return (self.attribute,)

    def cell(self, values, codes=False):
        """The cell for the values of `paths`: text, a number or a date."""
        if self.source.is_relation:
            return key_text(values)
        return self.widget.render(values[0], codes=codes)

    def text(self, row, codes=False) -> str:
        """The cell's text for a model instance."""
        return cell_text(self.export(row, codes=codes))

    def text_of(self, value) -> str:
        """The cell's text for a value as `value` gives it: of related rows, their numbers."""
        if self.source.is_relation:
            return self.widget.key(value)
        return cell_text(self.widget.render(value))

    def comparable(self, row):
        """The value of an instance as `value` gives it: of a related row its number."""
        value = self.get_value(row)
        return getattr(value, "pk", value)

    # From the cell to the value

    def said(self, raw: Any) -> Any:
        """What a person's cell says: nothing for 无, 暂无 and dashes, but in a column of words."""
        is_word = self.is_text and not self.is_code
        is_word |= isinstance(self.source, models.BooleanField)  # 无 is 否 there
        is_blank = raw.__class__ is str and not is_word and half_width(raw) in BLANKS
        return "" if is_blank else raw

    def value(self, raw, text: str, unit=""):
        """The value a cell stands for; `text` is its canonical text. Raises ValueError in Chinese.

        `unit` is what the heading states. Related rows are left to their lookup.
        """
        if text.startswith("#"):
            self.refuse_mark(text)
        if self.is_text:
            value = " ".join(text.split("\n")) if self.is_line and "\n" in text else text
            value = folded(value).upper() if self.is_code else value
        else:
            value = self.widget.clean(raw, unit=unit)
        is_free = self.is_text and len(value) <= self.free_length
        if self.has_rules and value not in EMPTY and not is_free:
            self.check(value)
        return value

    @staticmethod
    def refuse_mark(text: str) -> None:
        """Refuse what a workbook has instead of a value. Raises ValueError."""
        if text in UNREADABLE:
            raise ValueError(UNREADABLE[text])
        if text in EXCEL_ERRORS:
            raise ValueError(f"单元格里是 Excel 的错误值 {text}，请改正公式或直接填写。")

    @cached_property
    def has_rules(self) -> bool:
        """Whether the field asks more of a value than its widget sees to."""
        return self.is_text or isinstance(self.source, models.IntegerField | models.JSONField)

    @cached_property
    def free_length(self) -> int:
        """How long a text may be without being asked anything else; -1 if it always is."""
        kinds = (models.CharField, models.TextField, WordsField)
        bounds = self.source.validators
        if type(self.source) in kinds and all(
            isinstance(one, MaxLengthValidator) for one in bounds
        ):
            return min((one.limit_value for one in bounds), default=LONGEST)
        return -1

    def check(self, value) -> None:
        """What the model's field itself asks of a value. Raises ValueError."""
        try:
            self.source.clean(value, None)
        except ValidationError as error:
            raise ValueError("".join(map(in_words, error.error_list))) from error


def in_words(error: ValidationError) -> str:
    """What is wrong with a value, in a sentence of our own where Django's is stiff."""
    if error.code == "max_length":
        return "最多 {limit_value} 个字，这里有 {show_value} 个。".format(**error.params)
    return "".join(f"{message.rstrip('。')}。" for message in error.messages)
