"""How the admin's forms show the project's own kinds of fields."""

from datetime import date
from decimal import Decimal

from django import forms

from aidtracker.ground.months import month_of, month_text
from aidtracker.sheets import LedgerWidget, decimal_of, plain_number


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


class NamedCells:
    """For an inline table: who listens to the page hears the column's name in each cell."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None:
            field.widget.attrs.setdefault("aria-label", field.label)
        return field
