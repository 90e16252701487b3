"""Which kind of cell each field of a model has."""

import re

from django.db import models

from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.months import YEARS as LEDGER_YEARS
from aidtracker.ground.months import MonthField
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import NameListField
from aidtracker.sheets.columns.choices import ChoiceWidget
from aidtracker.sheets.columns.dates import DayWidget, MonthWidget, PartialDateWidget
from aidtracker.sheets.columns.related import ManyRelatedWidget, RelatedWidget
from aidtracker.sheets.columns.widgets import (
    YEARS,
    JSONWidget,
    LedgerWidget,
    NameListWidget,
    NumberWidget,
    TextWidget,
    YearWidget,
    YesNoWidget,
)

UNIT = re.compile(r"（([^（）]{1,6})）$|(人次|人天|班次)$|(人)数$")
UNIT_IN_HELP = re.compile("单位：([^；，。]{1,6})")


def years_of(model):
    """The years in which dates of a model may lie; aid with a ledger began in 1997."""
    has_ledger = any(isinstance(field, LedgerAmountField) for field in model._meta.fields)
    return LEDGER_YEARS if has_ledger else YEARS


def stated_unit(field):
    """The unit of a field's numbers: 吨 of 销售量（吨）, 人 of 就业人数, or as its help says."""
    found = UNIT.search(str(field.verbose_name)) or UNIT_IN_HELP.match(field.help_text)
    return next(filter(None, found.groups()), "") if found else ""


def whole_number(field):
    """A year, or so many of what is counted."""
    is_year = str(field.verbose_name).endswith(("年", "年度", "年份"))
    return YearWidget() if is_year else NumberWidget(unit=stated_unit(field))


# The first kind that fits decides.
WIDGETS = (
    (models.ManyToManyField, lambda field: ManyRelatedWidget(field.related_model)),
    (models.ForeignKey, lambda field: RelatedWidget(field.related_model)),
    (PartialDateField, lambda field: PartialDateWidget(years_of(field.model), field.is_past)),
    (LedgerAmountField, lambda field: LedgerWidget()),
    (
        models.DecimalField,
        lambda field: NumberWidget(field.max_digits, field.decimal_places, stated_unit(field)),
    ),
    (models.IntegerField, lambda field: whole_number(field)),
    (MonthField, lambda field: MonthWidget(LEDGER_YEARS)),
    (models.DateField, lambda field: DayWidget(years_of(field.model))),
    (models.BooleanField, lambda field: YesNoWidget()),
    (NameListField, lambda field: NameListWidget()),
    (models.JSONField, lambda field: JSONWidget()),
    ((models.CharField, models.TextField), lambda field: TextWidget()),
)


def widget_for(field):
    """The widget for a model field. Raises TypeError for a kind of field that has none."""
    if field.choices:
        return ChoiceWidget(field.choices)
    for kind, make in WIDGETS:
        if isinstance(field, kind):
            return make(field)
    raise TypeError(f"No widget for {field}")
