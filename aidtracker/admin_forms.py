"""How the admin's forms show the project's own kinds of fields."""

from django import forms


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
