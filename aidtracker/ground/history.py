"""How the history of every row is kept: states that name an act and what a row is linked to."""

from functools import cache
from typing import Any

from django.db import models
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

from aidtracker.ground.batches import links_of_field

# What no history keeps: when a row was saved, what is derived, what is long, what is forgotten.
LEFT_OUT = ("updated_at", "search_text", "text", "scope", "contact")


class StateOfAct(models.Model):
    """What each state of a row has besides the row's fields.

    `links` are the rows that its many-to-many fields name, as {field: [natural keys]}.
    """

    act = models.ForeignKey(
        "aidtracker.Act", models.PROTECT, verbose_name="操作", null=True, related_name="+"
    )
    links = models.JSONField("关联", default=dict)

    class Meta:
        abstract = True


class StatesManager(HistoryManager):
    """Finds the states of a row; each save asks for one."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class: Any, class_name: str | None = None) -> Any:
        """As Django's, which makes a new class whenever the history of a row is named."""
        return super().from_queryset(queryset_class, class_name)


class History(HistoricalRecords):
    """Keeps each state of the rows of a model and of all models that inherit it."""

    def __init__(self):
        super().__init__(
            inherit=True,
            bases=[StateOfAct],
            excluded_fields=list(LEFT_OUT),
            history_manager=StatesManager,
        )

    def get_meta_options(self, model):
        name = f"{model._meta.verbose_name}的历史"
        return {
            **super().get_meta_options(model),
            "verbose_name": name,
            "verbose_name_plural": name,
        }

    def get_extra_fields(self, model, fields):
        names = {field.name for field in model._meta.concrete_fields}
        left_out = [name for name in LEFT_OUT if name in names]
        return {**super().get_extra_fields(model, fields), "_history_excluded_fields": left_out}

    def pre_delete(self, instance, **kwargs):
        """Keep the last state of a row before it goes: its links go before itself."""
        super().pre_delete(instance, **kwargs)
        super().post_delete(instance, kwargs.get("using"))

    def post_delete(self, instance, using=None, **kwargs):
        """The state was kept before."""


def links_of(rows):
    """What the many-to-many fields of rows of one model name: {row id: {field: [keys]}}.

    One query a field and portion.
    """
    found: dict = {}
    if not rows or rows[0].pk is None:
        return found
    pks = [row.pk for row in rows]
    for field in rows[0]._meta.many_to_many:
        for pk, _, key in links_of_field(field, pks):
            found.setdefault(pk, {}).setdefault(field.name, []).append(key)
    return found
