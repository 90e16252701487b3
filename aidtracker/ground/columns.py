"""Fields of ours as the database sees them."""

from typing import Any


class PlainColumn:
    """A field that stands in migrations as the field of Django's that it extends.

    So our code can move without touching a migration.
    """

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        stored = next(one for one in type(self).__mro__ if one.__module__.startswith("django."))
        return name, f"django.db.models.{stored.__name__}", args, kwargs
