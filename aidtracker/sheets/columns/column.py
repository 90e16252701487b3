"""One column of a spreadsheet: a field of the model, under its Chinese heading or its code."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.functional import cached_property
from import_export.fields import Field

from aidtracker.ground.keys import key_text
from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.months import MonthField
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import NameListField, SlugFromPinyinField
from aidtracker.sheets.columns import widgets
from aidtracker.sheets.columns.cells import EXCEL_ERRORS, EXCEL_TEXT_LENGTH, cell_text

LEDGER_YEARS = (1997, 2100)
YEARS = (1900, 2100)
REASON = "correction_reason"
UNIT = re.compile(r"（([^（）]{1,6})）$")


class Column(Field):
    """A model field in a spreadsheet.

    `attribute` may follow relations (`series__metric__unit`); such a column is read-only: an import
    only checks that a filled cell agrees with the record.
    """

    def __init__(self, attribute, source, code="", readonly=False):
        self.label = str(source.verbose_name)
        self.source = source
        super().__init__(
            attribute=attribute,
            column_name=code or source.name,
            widget=widget_for(source),
            readonly=readonly or "__" in attribute,
        )

    @cached_property
    def is_many(self):
        return self.source.many_to_many

    @property
    def heading(self):
        """The label as files have it: that of money with its unit, which an import reads again."""
        return f"{self.label}（{self.unit}）" if self.is_amount else self.label

    @property
    def paths(self):
        """The lookup paths whose values make up the cell; none for a many-to-many field."""
        if self.is_many:
            return ()
        if self.source.is_relation:
            return tuple(f"{self.attribute}__{path}" for path in self.source.related_model.KEY)
        return (self.attribute,)

    def cell(self, values, codes):
        """The cell for the values of `paths`: text, a number or a date."""
        if self.source.is_relation:
            return key_text(values)
        return self.widget.render(values[0], codes=codes)

    def text(self, row, codes=False):
        """The cell's text for a model instance."""
        return cell_text(self.widget.render(self.get_value(row), codes=codes))

    def comparable(self, row):
        """The value of an instance as `value` gives it: of a related row its number."""
        value = self.get_value(row)
        return getattr(value, "pk", value)

    @cached_property
    def stays(self):
        """Whether an empty cell keeps what there is: a page's address, the reason of a change."""
        return isinstance(self.source, SlugFromPinyinField) or self.attribute == REASON

    @cached_property
    def is_amount(self):
        """Whether the field is money in 万元."""
        return isinstance(self.source, LedgerAmountField)

    @cached_property
    def is_quantity(self):
        """Whether the field is an amount of something, which rows cannot share."""
        return self.is_amount or isinstance(self.source, models.DecimalField)

    @cached_property
    def can_be_doubtful(self):
        """Whether a value may be probably wrong: an amount or a date."""
        return self.is_amount or isinstance(self.source, (PartialDateField, models.DateField))

    @property
    def unit(self):
        """The unit of the column's numbers; empty if it has none."""
        return getattr(self.widget, "unit", "")

    def value(self, raw, text, unit=""):
        """The value a cell stands for; `text` is its canonical text. Raises ValueError in Chinese.

        `unit` is what the heading states. Related rows are left to their lookup.
        """
        if text.startswith("#") and text in EXCEL_ERRORS:
            raise ValueError("单元格里是 Excel 的错误值。")
        value = text if self.is_text else self.widget.clean(raw, unit=unit)
        if self.has_rules and value not in (None, "", []) and not self.is_short(value):
            self.check(value)
        return value

    def is_short(self, value):
        """Whether a value is a text of which its field only asks that it be not longer."""
        return self.is_text and len(value) <= self.free_length

    @cached_property
    def free_length(self):
        """How long a text may be without being asked anything else; -1 if it always is."""
        is_free = type(self.source) in (models.CharField, models.TextField) and all(
            isinstance(validator, MaxLengthValidator) for validator in self.source.validators
        )
        return (self.source.max_length or EXCEL_TEXT_LENGTH) if is_free else -1

    @cached_property
    def is_text(self):
        """Whether the cell's text is the value itself."""
        return type(self.widget) is widgets.TextWidget

    @cached_property
    def has_rules(self):
        """Whether the field asks more of a value than its widget sees to."""
        kinds = (models.IntegerField, models.JSONField)
        return self.is_text or isinstance(self.source, kinds)

    def text_of(self, value):
        """The cell's text for a value: of related rows, their numbers."""
        if not self.source.is_relation:
            return cell_text(self.widget.render(value))
        key = self.widget.lookup.key
        if self.is_many:
            return self.widget.join(map(key, value or ()))
        return "" if value is None else key(value)

    def check(self, value):
        """What the model's field itself asks of a value. Raises ValueError."""
        try:
            self.source.clean(value, None)
        except ValidationError as error:
            sentences = (f"{message.rstrip('。')}。" for message in error.messages)
            raise ValueError("".join(sentences)) from error


def years_of(model):
    """The years in which dates of a model may lie; aid with a ledger began in 1997."""
    has_ledger = any(isinstance(field, LedgerAmountField) for field in model._meta.fields)
    return LEDGER_YEARS if has_ledger else YEARS


def related_widget(field):
    kind = widgets.ManyRelatedWidget if field.many_to_many else widgets.RelatedWidget
    return kind(field.related_model)


def stated_unit(field):
    """The unit that a field's label states in brackets: 吨 of 销售量（吨）."""
    found = UNIT.search(str(field.verbose_name))
    return found[1] if found else ""


# The first kind that fits decides.
WIDGETS = (
    (PartialDateField, lambda field: widgets.PartialDateWidget(years_of(field.model))),
    (LedgerAmountField, lambda field: widgets.LedgerWidget(field.max_digits, field.decimal_places)),
    (
        models.DecimalField,
        lambda field: widgets.NumberWidget(
            field.max_digits, field.decimal_places, stated_unit(field)
        ),
    ),
    (models.IntegerField, lambda field: widgets.NumberWidget()),
    (MonthField, lambda field: widgets.MonthWidget(LEDGER_YEARS)),
    (models.DateField, lambda field: widgets.DayWidget(years_of(field.model))),
    (models.BooleanField, lambda field: widgets.YesNoWidget()),
    (NameListField, lambda field: widgets.NameListWidget()),
    (models.JSONField, lambda field: widgets.JSONWidget()),
    ((models.CharField, models.TextField), lambda field: widgets.TextWidget()),
)


def widget_for(field):
    """The widget for a model field. Raises TypeError for a kind of field that has none."""
    if field.is_relation:
        return related_widget(field)
    if field.choices:
        return widgets.ChoiceWidget(field.choices)
    for kind, make in WIDGETS:
        if isinstance(field, kind):
            return make(field)
    raise TypeError(f"No widget for {field}")
