"""How rows of the record name others: never deleted from under those that name them."""

from typing import Any

from django.db import models


def key_to(model: Any, label: str, related_name: str, **kwargs: Any) -> Any:
    """A foreign key to a row that can not be deleted while others name it."""
    kwargs = {"verbose_name": label, "related_name": related_name} | kwargs
    return models.ForeignKey(model, models.PROTECT, **kwargs)


def optional_key_to(model: Any, label: str, related_name: str, **kwargs: Any) -> Any:
    """As `key_to`, empty where no document says."""
    return key_to(model, label, related_name, null=True, blank=True, **kwargs)


class LateLinksField(models.ManyToManyField):
    """Any number of rows that come after those that name them: who loads rows fills it in last."""

    def deconstruct(self) -> Any:
        """To migrations it is a many-to-many field like others."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.ManyToManyField", arguments, options


def links_to(model: Any, label: str, related_name: str) -> Any:
    """Any number of rows that a row names."""
    return models.ManyToManyField(model, verbose_name=label, blank=True, related_name=related_name)


class JSONGroup(models.Aggregate):
    """A list, as JSON, of an expression's value in each row of a group."""

    function = "JSON_GROUP_ARRAY"
    output_field: Any = models.JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSONB_AGG", **extra)
