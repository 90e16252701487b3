"""List columns in the site's words: partial dates, amounts in 万元, numbers without idle zeros."""

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.timezone import localtime

from aidtracker.money import LedgerAmountField
from aidtracker.partial_dates import PartialDateField
from aidtracker.records import UpdatedAtField
from aidtracker.templatetags.formatting import day, partial_date, plain, wan

# The first kind that a field is an instance of decides.
WORDS = (
    (PartialDateField, partial_date, ""),
    (LedgerAmountField, wan, "（万元）"),
    (models.DecimalField, plain, ""),
    (UpdatedAtField, lambda moment: day(localtime(moment)), ""),
)


def column_for(model, name):
    """The column of a list: a field in the site's words, any other column as it is."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    for kind, words, unit in WORDS:
        if isinstance(field, kind):
            return field_column(field, words, unit)
    return name


def field_column(field, words, unit):
    @admin.display(description=f"{field.verbose_name}{unit}", ordering=field.name)
    def column(row):
        return words(getattr(row, field.name))

    column.__name__ = field.name
    return column
