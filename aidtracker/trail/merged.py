"""Which row another one went into, as the act that merged them says."""

from typing import Any

from aidtracker.ground.datasets import dataset_name
from aidtracker.trail.history import DELETED

OF, BEFORE, AFTER = "数据集", "并入前的编号", "并入后的编号"


def merged_detail(gone: Any, kept: Any) -> dict[str, Any]:
    """What an act notes of two rows that it made one."""
    return {OF: dataset_name(type(kept)), BEFORE: gone.pk, AFTER: kept.pk}


def present_number(model: Any, number: int | None) -> int | None:
    """The number that a row has now, if it went into others; None if it is not there."""
    seen: set[int] = set()
    while number is not None and number not in seen:
        seen.add(number)
        if model._base_manager.filter(pk=number).exists():
            return number
        number = went_into(model, number)
    return None


def went_into(model: Any, number: int) -> int | None:
    """The number of the row that a deleted one went into; None if it was just deleted."""
    gone = model.history.filter(**{model._meta.pk.attname: number}, history_type=DELETED)
    last = gone.select_related("act").order_by("-history_id").first()
    wanted = (dataset_name(model), number)
    for one in last.act.details if last is not None and last.act else ():
        if isinstance(one, dict) and (one.get(OF), one.get(BEFORE)) == wanted:
            return one.get(AFTER)
    return None
