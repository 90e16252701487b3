"""Fields of ours as the database sees them."""

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db.models import TextField
from django.utils.functional import cached_property

# A cell of Excel holds 32,767: what is within this is in every file that we make, and comes back.
LONGEST = 30_000
TOO_LONG = "最多 %(limit_value)d 个字，这里有 %(show_value)d 个。"


class PlainColumn:
    """A field that stands in migrations as the field of Django's that it extends.

    So our code can move without touching a migration.
    """

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        stored = next(one for one in type(self).__mro__ if one.__module__.startswith("django."))
        return name, f"django.db.models.{stored.__name__}", args, kwargs


class WordsField(PlainColumn, TextField):
    """What a person writes, with a bound that every door knows: of Django's only a form does."""

    @cached_property
    def validators(self) -> list[Any]:
        return [*super().validators, MaxLengthValidator(self.max_length or LONGEST, TOO_LONG)]
