"""How the admin shows the project's own kinds of fields: in lists, in forms, read-only.

Partial dates, amounts in 万元, numbers without idle zeros, lists of names.
"""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
)
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.html import strip_tags
from django.utils.timezone import localtime

from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.months import MonthField, month_of, month_text
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import NameListField, UpdatedAtField
from aidtracker.sheets import LedgerWidget, decimal_of, plain_number
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


class NameListFormField(forms.JSONField):
    """A list of names, written one to a line."""

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def bound_data(self, data, initial):
        return initial if self.disabled else data

    def to_python(self, value):
        """The names without blank lines and repetitions, in the order written."""
        lines = value if isinstance(value, list) else (value or "").splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def has_changed(self, initial, data):
        return self.to_python(initial) != self.to_python(data)


class PlainDecimalFormField(forms.DecimalField):
    """A number without idle zeros: 1500, as it was typed, not 1500.000000.

    Its input takes any text: one for numbers drops the 亿 of 9.11亿 before anybody sees it.
    """

    def prepare_value(self, value):
        return plain_number(value) if isinstance(value, Decimal) else value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return self.read(str(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def read(self, text):
        return decimal_of(text)


class LedgerFormField(PlainDecimalFormField):
    """An amount in 万元; one written with its unit (9.11亿元) is converted, as in an import."""

    def read(self, text):
        return LedgerWidget().read(text)


class KeyFormField(forms.ModelChoiceField):
    """A row that another names, which need not be looked for if it is the one at hand."""

    known: Sequence[Any] = ()

    def to_python(self, value):
        found = [row for row in self.known if str(row.pk) == str(value)]
        return found[0] if found else super().to_python(value)


class LinksFormField(forms.ModelMultipleChoiceField):
    """Rows that another names, which need not be read again to be shown."""

    known: Sequence[Any] = ()


class KnownChoices(AutocompleteMixin):
    """Shows the rows that are chosen, which the field knows; others are found by typing."""

    def optgroups(self, name, value, attr=None):
        field = self.choices.field
        if not field.known or {*value} != {str(row.pk) for row in field.known}:
            return super().optgroups(name, value, attr)
        is_optional = not self.is_required and not self.allow_multiple_selected
        options = [self.create_option(name, "", "", False, 0)] if is_optional else []
        for row in field.known:
            label, place = field.label_from_instance(row), len(options)
            options.append(self.create_option(name, row.pk, label, {*value}, place))
        return [(None, options, 0)]


class KeySelect(KnownChoices, AutocompleteSelect):
    """For a row that another names."""

    @property
    def media(self):
        # After Django's script, whose choices it makes anew.
        more = (
            ("admin/js/autocomplete.js", "admin/narrowed.js") if "data-fits" in self.attrs else ()
        )
        return super().media + forms.Media(js=more)


class LinksSelect(KnownChoices, AutocompleteSelectMultiple):
    """For rows that another names."""


class MonthFormField(forms.DateField):
    """A month, written 2026-05 or 2026年5月."""

    def prepare_value(self, value):
        return month_text(value) if isinstance(value, date) else value

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return month_of(value)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
