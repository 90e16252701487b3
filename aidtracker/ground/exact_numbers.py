"""Decimals of more than 15 digits, exact on both databases."""

from decimal import Decimal
from typing import Any

from django.db import models

from aidtracker.ground.columns import PlainColumn


class ExactDecimalField(PlainColumn, models.DecimalField):
    """A decimal of up to 18 digits.

    PostgreSQL keeps it as it is. SQLite would keep more than 15 digits as a rounded float, so the
    column holds whole thousandths there (for three decimal places), which sort and compare alike;
    whoever reads that file without Django divides by 1000.
    """

    def get_internal_type(self) -> str:
        """No name that a backend knows: SQLite's own way for decimals rounds to 15 digits."""
        return "ExactDecimalField"

    def db_type(self, connection: Any) -> str:
        return connection.data_types["DecimalField"] % self.db_type_parameters(connection)

    def cast_db_type(self, connection: Any) -> str:
        return self.db_type(connection)

    def get_db_converters(self, connection: Any) -> list[Any]:
        """What PostgreSQL gives is as it should be, and need not be asked one by one."""
        return [self.from_db_value] if connection.vendor == "sqlite" else []

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return value
        return Decimal(value).scaleb(-self.decimal_places)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if connection.vendor != "sqlite" or hasattr(value, "resolve_expression"):
            return super().get_db_prep_value(value, connection, prepared)
        value = self.to_python(value)
        return None if value is None else int(value.scaleb(self.decimal_places))
