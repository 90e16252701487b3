"""Addresses that rows once had: the states of a row hold every name it was reached by."""

from typing import Any

from django.db.models import Model

from aidtracker.trail.history import DELETED


def present_key(model: type[Any], key: dict[str, Any]) -> int | None:
    """The number of the row that was last called so in its page's address; None for none.

    `key` are the values of the model's `PAGE`, in the order in which the address has them.
    """
    conditions: dict[str, Any] = {}
    for path, value in zip(model.PAGE, key.values(), strict=True):
        name, _, rest = path.partition("__")
        if not rest:
            conditions[name] = value
            continue
        named = model._meta.get_field(name).related_model
        conditions[f"{name}__in"] = numbers_called(named, rest, value)
    states = model.history.filter(**conditions).exclude(history_type=DELETED)
    pk = model._meta.pk.attname
    return states.order_by("-history_id").values_list(pk, flat=True).first()


def numbers_called(model: type[Any], column: str, value: Any) -> list[int]:
    """The numbers of the rows that hold a value in a column, or once did."""
    pk = model._meta.pk.attname
    states = model.history.filter(**{column: value}).exclude(history_type=DELETED)
    now = model._base_manager.filter(**{column: value})
    return [*now.values_list("pk", flat=True), *states.values_list(pk, flat=True)]


def has_states(model: type[Model]) -> bool:
    return hasattr(model, "history") and hasattr(model, "PAGE")
