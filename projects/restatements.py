"""What published figures mean, where that was changed after it was public: old, new and why.

A state of a row that says what others mean has a new reason only if such a change made it
(`aidtracker.review.meaning`); rows with a review of their own are changed for other reasons, too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any

from django.db.models import F, Model, OuterRef, Q, QuerySet, Subquery, Value

from aidtracker.ground.datasets import dataset_model, dataset_name
from aidtracker.ground.features import fields_at
from aidtracker.ground.publication import PUBLISHED
from aidtracker.trail.differences import Difference, differences
from projects.models import Observation

NAMES = ("title", "name", "computation")


def meant_models() -> list[type[Any]]:
    """The models whose rows say what figures mean, in the order in which figures name them."""
    ends = (fields_at(Observation, path)[-1].related_model for path in Observation.RESTS_ON)
    return list(dict.fromkeys(ends))


def restatements_of(model: type[Any], *rules: Q) -> QuerySet:
    """The states of public rows of a model that say something else on figures' pages than before.

    With `before_id`, the state that each replaced.
    """
    states = model.history.model.objects
    earlier = states.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    before = earlier.order_by("-history_id")

    def was(name: str) -> Subquery:
        return Subquery(before.values(name)[:1])

    found = (
        states.filter(*rules, id__in=model.objects.published().order_by().values("pk"))
        .exclude(correction_reason="")
        .annotate(before_id=was("history_id"), reason_before=was("correction_reason"))
        .filter(before_id__isnull=False)
        .exclude(reason_before=F("correction_reason"))
    )
    if not model.REVIEW:
        return found
    is_other = Q()
    for name in model.SHOWN:
        found = found.annotate(**{f"{name}_before": was(name)})
        is_other |= ~Q(**{name: F(f"{name}_before")})
    return found.alias(was_public=was(model.REVIEW)).filter(is_other, was_public=PUBLISHED)


def named_by_words(model: type[Any], words: Iterable[str]) -> Q:
    """The condition on states that their row's name or their reason holds all words."""
    held = {field.name for field in model.history.model.tracked_fields}
    rule = Q()
    for word in words:
        found = Q(correction_reason__icontains=word)
        for name in NAMES:
            found |= Q(**{f"{name}__icontains": word}) if name in held else Q()
        rule &= found
    return rule


def latest_first(parts: Iterable[QuerySet]) -> QuerySet:
    """States of several models in one order, each as (time, dataset, number of the state)."""
    found = [
        part.order_by().values_list(
            "history_date", Value(dataset_name(part.model.instance_type)), "history_id"
        )
        for part in parts
    ]
    return found[0].union(*found[1:], all=True).order_by("-history_date", "-history_id")


def all_restatements(words: Iterable[str] = ()) -> QuerySet:
    words = list(words)
    parts = [restatements_of(model, named_by_words(model, words)) for model in meant_models()]
    return latest_first(parts)


def restatements_for(observation: Observation) -> QuerySet:
    """Those of what one figure means: its series, metric, subjects, document and findings."""
    rules: dict[type[Any], Q] = {}
    for path in Observation.RESTS_ON:
        model = fields_at(Observation, path)[-1].related_model
        for rule in named_at(observation, path):
            rules[model] = rules.get(model, Q()) | rule
    return latest_first(restatements_of(model, rule) for model, rule in rules.items())


def named_at(observation: Observation, path: str) -> Iterator[Q]:
    """The condition on states that a figure names their row; none where it names nothing."""
    *before, last = fields_at(Observation, path)
    if not last.concrete:
        yield Q(id__in=getattr(observation, path).order_by().values("pk"))
        return
    row = reduce(lambda row, field: getattr(row, field.name), before, observation)
    if (number := getattr(row, last.attname)) is not None:
        yield Q(id=number)


@dataclass(frozen=True)
class Restatement:
    """A state of a row that says what figures mean, and what it changed there, in words."""

    state: Any
    row: Model | None
    changes: list[Difference]

    @property
    def kind(self) -> str:
        return str(self.state.instance_type._meta.verbose_name)

    @property
    def name(self) -> str:
        """What the row is called now."""
        return str(self.row or self.state)

    @property
    def words(self) -> str:
        """名称：甲 → 乙；…"""
        return "；".join(f"{label}：{old} → {new}" for label, old, new in self.changes)


def read(found: Iterable[tuple[Any, str, int]]) -> list[Restatement]:
    """Restatements as `latest_first` names them: a few queries for each model among them."""
    found = list(found)
    by_key: dict[tuple[str, int], Restatement] = {}
    for dataset, group in groupby(sorted(found, key=lambda one: one[1]), key=lambda one: one[1]):
        model = dataset_model(dataset)
        for one in of_model(model, [number for _, _, number in group]):
            by_key[dataset, one.state.history_id] = one
    return [by_key[dataset, number] for _, dataset, number in found]


def of_model(model: type[Any], numbers: list[int]) -> Iterator[Restatement]:
    history = model.history.model.objects
    states = restatements_of(model).in_bulk(numbers)
    earlier = history.in_bulk([state.before_id for state in states.values()])
    rows = model.objects.defer(*({"text"} & {one.name for one in model._meta.fields}))
    there = rows.in_bulk([state.id for state in states.values()])
    pairs = [(earlier[state.before_id], state) for state in states.values()]
    labels = {model._meta.get_field(name).verbose_name for name in model.SHOWN}
    for (_, state), changes in zip(pairs, differences(pairs), strict=True):
        shown = [one for one in changes if one.label in labels]
        yield Restatement(state, there.get(state.id), shown)
