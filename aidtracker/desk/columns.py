"""List columns in the site's words: partial dates, amounts in 万元, numbers without idle zeros."""

import json
from html import unescape

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.html import strip_tags
from django.utils.timezone import localtime

from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.months import MonthField
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import NameListField, UpdatedAtField
from aidtracker.templatetags.formatting import UNKNOWN, day, partial_date, plain, wan

# The first kind that a field is an instance of decides: its words, unit and look.
WORDS = (
    (PartialDateField, partial_date, "", "is-date"),
    (LedgerAmountField, wan, "（万元）", "is-number"),
    (models.DecimalField, plain, "", "is-number"),
    (models.IntegerField, plain, "", "is-number"),
    (UpdatedAtField, lambda moment: day(localtime(moment)), "", "is-date"),
)


def column_for(model, name):
    """The column of a list: a field in the site's words, any other column as it is."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    for kind, words, unit, look in WORDS:
        if isinstance(field, kind) and not field.choices:
            return field_column(field, words, unit, look)
    return name


def field_column(field, words, unit, look):
    @admin.display(description=f"{field.verbose_name}{unit}", ordering=field.name)
    def column(row):
        return words(getattr(row, field.name))

    # The admin names the class of a cell after its column.
    column.__name__ = f"{field.name} {look}"
    return column


def listed_names(contents):
    """甲、乙 for a list of names as the skin shows it: ["甲", "乙"], or twice with colours."""
    plain_text = unescape(strip_tags(contents.split("</pre>")[0]))
    try:
        return "、".join(json.loads(plain_text)) or UNKNOWN
    except ValueError:
        return contents


# What a form shows to who may only read, put into the site's words.
READ_ONLY_WORDS = (
    (models.DecimalField, plain),
    (MonthField, lambda contents: contents.removesuffix("1日")),
    (NameListField, listed_names),
)


def read_only_words(model):
    """{field: how what stands in a read-only form is written}."""
    return {
        field.name: words
        for field in model._meta.concrete_fields
        for kind, words in READ_ONLY_WORDS
        if isinstance(field, kind)
    }
