"""Rows that name one row come to name another: what moves, what would be said twice, storing it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

from aidtracker.ground import bulk
from aidtracker.ground.datasets import dataset_name
from aidtracker.review.revisions import revision_model
from aidtracker.sheets import is_exempt, stored_values, unique_sets
from aidtracker.trail.history import CHANGED, keep_states

NAMED = 3  # rows that are named where many are meant


@dataclass
class Moved:
    """Rows of one model that name the row that goes in one field: they are to name the kept one.

    `befores` are the rows as they are stored. Of a field of several, a row may name both already.
    """

    field: Any
    rows: list[Any] = field(default_factory=list)
    befores: list[Any] = field(default_factory=list)
    foreign: int = 0

    @property
    def model(self) -> Any:
        return self.field.model

    @property
    def words(self) -> str:
        names = [f"“{row}”" for row in self.rows[:NAMED]]
        more = "等" if len(self.rows) > NAMED else ""
        label = f"{self.model._meta.verbose_name}的{self.field.verbose_name}"
        return f"{label}：{len(self.rows) + self.foreign} 条（{'、'.join(names)}{more}）"


def by_number(of: Any) -> Iterator[tuple[Any, dict[str, str]]]:
    """The tables that name rows by their kind and number, with how they call a kind, but for what
    was proposed and for histories, which say what was."""
    for model in apps.get_models():
        names = {one.name for one in model._meta.concrete_fields}
        if "row_id" not in names or "history_id" in names or model is revision_model():
            continue
        if "dataset" in names:
            yield model, {"dataset": dataset_name(of)}
        elif "label" in names:
            yield model, {"label": of._meta.label_lower}


def doubled(moved: Moved) -> Iterator[str]:
    """Rows that would say what another row says already, once they name the kept one."""
    own = {row.pk for row in moved.rows}
    for fields, rule, message in unique_sets(moved.model):
        if moved.field not in fields or is_numbered(fields):
            continue
        wanted: dict[tuple, Any] = {}
        for row in moved.rows:
            values = tuple(getattr(row, one.attname) for one in fields)
            if is_exempt(values, rule):
                continue
            if values in wanted:
                yield f"“{row}”与“{wanted[values]}”：{message}请先合并或删去其中一条。"
            wanted[values] = row
        for values in stored_values(moved.model, fields, wanted, own):
            if values in wanted:
                yield f"“{wanted[values]}”：{message}请先合并或删去其中一条。"


def is_numbered(fields: Iterable[Any]) -> bool:
    """Whether rows are told apart by a number within what they belong to, which may be another."""
    return any(one.name == "number" for one in fields)


def number_anew(moved: Moved) -> None:
    """Give rows that are numbered within the row that goes the numbers behind those of the kept."""
    for fields, _, _ in unique_sets(moved.model):
        if moved.field in fields and is_numbered(fields) and moved.rows:
            kept = getattr(moved.rows[0], moved.field.attname)
            there = moved.model._base_manager.filter(**{moved.field.attname: kept})
            last = there.aggregate(last=models.Max("number"))["last"] or 0
            for row in sorted(moved.rows, key=lambda one: one.number):
                last += 1
                row.number = last


def store(rows: list[Any], names: Iterable[str]) -> None:
    """Store the next versions of changed rows of one model, with their states."""
    if not rows:
        return
    model = type(rows[0])
    for row in rows:
        row.version += 1
    own = {one.name for one in model._meta.concrete_fields if not one.primary_key}
    further = {"version", "updated_at", "search_text", "number", "correction_reason", model.REVIEW}
    bulk.update(rows, own & {*names, *further, *model.DERIVED})
    keep_states(rows, CHANGED)
