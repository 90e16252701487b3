"""Which row another one went into, and what without a history went along, as the act that merged
them says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from aidtracker.ground.datasets import dataset_name
from aidtracker.trail.history import DELETED

OF, BEFORE, AFTER = "数据集", "并入前的编号", "并入后的编号"
ALONG, TABLE, COLUMN, ROWS = "随之改指", "表", "栏", "行"


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


# What no history keeps


@dataclass(frozen=True)
class Along:
    """Rows without a history that came to name another row than before, in one column."""

    model: Any
    column: str
    rows: list[int]
    before: int
    after: int

    @property
    def detail(self) -> dict[str, Any]:
        return {
            ALONG: f"{self.model._meta.verbose_name} {len(self.rows)} 条",
            TABLE: self.model._meta.label_lower,
            COLUMN: self.column,
            ROWS: self.rows,
            BEFORE: self.before,
            AFTER: self.after,
        }

    @property
    def back(self) -> "Along":
        return Along(self.model, self.column, self.rows, self.after, self.before)

    def move(self) -> None:
        """Let those that still name the row before name the one after."""
        rows = self.model._base_manager.filter(pk__in=self.rows)
        rows.filter(**{self.column: self.before}).update(**{self.column: self.after})


def gone_along(act: Any) -> Iterator[Along]:
    """What an act says went along."""
    for one in act.details:
        if isinstance(one, dict) and ALONG in one:
            values = (one[name] for name in (COLUMN, ROWS, BEFORE, AFTER))
            yield Along(apps.get_model(one[TABLE]), *values)
