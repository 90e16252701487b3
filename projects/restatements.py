"""更正记录: what was public and was changed, in one order of time: figures, and what they mean.

A state of a row that says what others mean has a new reason only if such a change made it
(`aidtracker.review.meaning`); rows with a review of their own are changed for other reasons, too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value

from aidtracker.ground.datasets import dataset_model, dataset_name
from aidtracker.ground.features import fields_at
from aidtracker.ground.money import labelled
from aidtracker.ground.publication import PUBLISHED
from aidtracker.ground.search import found_by
from aidtracker.trail.differences import Difference, differences
from programs.models import Source
from programs.models.sources import TextVersion
from projects.corrections import Correction, State, corrections, reason_of, with_states_before
from projects.models import Observation, Series

NAMES = ("title", "name", "computation")
FIGURES = dataset_name(Observation)
TEXTS = "texts"  # of documents, which are no dataset of their own


def meant_models() -> list[type[Any]]:
    """The models whose rows say what figures mean, in the order in which figures name them."""
    ends = (fields_at(Observation, path)[-1].related_model for path in Observation.RESTS_ON)
    return list(dict.fromkeys(ends))


def kinds() -> dict[str, str]:
    """What is corrected: {dataset: its name}, figures first."""
    found = {dataset_name(model): str(model._meta.verbose_name) for model in meant_models()}
    return {FIGURES: "数字", TEXTS: "全文", **found}


# What was changed


def restatements_of(model: type[Any], *rules: Q, is_of_figures: bool = False) -> QuerySet:
    """The states of public rows of a model that say something else to readers than before: on
    their own pages, or `is_of_figures` only what figures' pages show of them.

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
    found = found.alias(was_public=was(model.REVIEW)).filter(was_public=PUBLISHED)
    if model.TOLD and not is_of_figures:
        return found
    is_other = Q()
    for name in model.SHOWN:
        found = found.annotate(**{f"{name}_before": was(name)})
        is_other |= ~Q(**{name: F(f"{name}_before")})
    return found.filter(is_other)


def replaced_texts(*rules: Q) -> QuerySet:
    """The texts of public documents that gave way to others when figures in them were public."""
    public = State.objects.filter(
        source=OuterRef("source"), status=PUBLISHED, history_date__lte=OuterRef("replaced_at")
    )
    sources = Source.objects.published().order_by().values("pk")
    return TextVersion.objects.filter(Exists(public), *rules, source__in=sources)


# In one order of time, each as (time, dataset, number)


def all_corrections(words: Iterable[str] = (), kind: str = "") -> QuerySet:
    """Those whose names or reasons hold all words, of one kind or of all."""
    words = list(words)
    return latest_first(found_by_words(one, words) for one in ([kind] if kind else kinds()))


def found_by_words(dataset: str, words: list[str]) -> QuerySet:
    """The corrections in one dataset whose names or reasons hold all words."""
    if dataset == TEXTS:
        named = (Q(found_by("source", Source, word)) | Q(reason__icontains=word) for word in words)
        return texts_in_time(replaced_texts(*named))
    if dataset == FIGURES:
        named = (
            found_by("series", Series, word)
            | found_by("source", Source, word)
            | Q(correction_reason__icontains=word)
            for word in words
        )
        return in_time(corrections().filter(*named))
    model = dataset_model(dataset)
    return in_time(restatements_of(model, named_by_words(model, words)))


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


def restatements_for(observation: Observation) -> QuerySet:
    """Those of what one figure means: its series, metric, subjects, document, text and findings."""
    rules: dict[type[Any], Q] = {}
    for path in Observation.RESTS_ON:
        model = fields_at(Observation, path)[-1].related_model
        for rule in named_at(observation, path):
            rules[model] = rules.get(model, Q()) | rule
    found = [
        in_time(restatements_of(model, rule, is_of_figures=True)) for model, rule in rules.items()
    ]
    return latest_first([*found, texts_in_time(replaced_texts(Q(source=observation.source_id)))])


def named_at(observation: Observation, path: str) -> Iterator[Q]:
    """The condition on states that a figure names their row; none where it names nothing."""
    *before, last = fields_at(Observation, path)
    if not last.concrete:
        yield Q(id__in=getattr(observation, path).order_by().values("pk"))
        return
    row = reduce(lambda row, field: getattr(row, field.name), before, observation)
    if (number := getattr(row, last.attname)) is not None:
        yield Q(id=number)


def in_time(states: QuerySet) -> QuerySet:
    dataset = Value(dataset_name(states.model.instance_type))
    return states.order_by().values_list("history_date", dataset, "history_id")


def texts_in_time(versions: QuerySet) -> QuerySet:
    return versions.annotate(history_date=F("replaced_at"), history_id=F("pk")).values_list(
        "history_date", Value(TEXTS), "history_id"
    )


def latest_first(parts: Iterable[QuerySet]) -> QuerySet:
    first, *others = (part.order_by() for part in parts)
    together = first.union(*others, all=True) if others else first
    return together.order_by("-history_date", "-history_id")


# Read


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
        if not self.changes:
            return "公开页没有列出的栏"
        return "；".join(f"{label}：{old} → {new}" for label, old, new in self.changes)

    @property
    def at(self) -> Any:
        return self.state.history_date

    @property
    def reason(self) -> str:
        return self.state.correction_reason

    @property
    def why(self) -> str:
        return reason_of(self.state)


@dataclass(frozen=True)
class ReplacedText:
    """Another text in the place of a document's, of which only that is told."""

    version: TextVersion
    kind = "全文"
    words = "全文换成了新版"

    @property
    def row(self) -> Source:
        return self.version.source

    @property
    def name(self) -> str:
        return self.row.title

    @property
    def at(self) -> Any:
        return self.version.replaced_at

    @property
    def reason(self) -> str:
        return self.version.reason

    @property
    def why(self) -> str:
        return self.reason


Told = Correction | Restatement | ReplacedText


def read(found: Iterable[tuple[Any, str, int]]) -> list[Told]:
    """What `latest_first` names: a few queries for each table among them."""
    found = list(found)
    by_key: dict[tuple[str, int], Told] = {}
    for dataset, group in groupby(sorted(found, key=lambda one: one[1]), key=lambda one: one[1]):
        for number, one in of_dataset(dataset, [number for _, _, number in group]):
            by_key[dataset, number] = one
    return [by_key[dataset, number] for _, dataset, number in found]


def of_dataset(dataset: str, numbers: list[int]) -> Iterator[tuple[int, Told]]:
    if dataset == TEXTS:
        versions = TextVersion.objects.select_related("source").defer("text", "source__text")
        for number, version in versions.in_bulk(numbers).items():
            yield number, ReplacedText(version)
    elif dataset == FIGURES:
        for one in with_states_before(corrections().order_by().in_bulk(numbers).values()):
            yield one.state.history_id, one
    else:
        for restatement in of_model(dataset_model(dataset), numbers):
            yield restatement.state.history_id, restatement


def of_model(model: type[Any], numbers: list[int]) -> Iterator[Restatement]:
    history = model.history.model.objects
    states = restatements_of(model).select_related("act").in_bulk(numbers)
    earlier = history.in_bulk([state.before_id for state in states.values()])
    rows = model.objects.defer(*({"text"} & {one.name for one in model._meta.fields}))
    there = rows.in_bulk([state.id for state in states.values()])
    pairs = [(earlier[state.before_id], state) for state in states.values()]
    told = model.TOLD if model.REVIEW and model.TOLD else model.SHOWN
    labels = {labelled(model._meta.get_field(name)) for name in told}
    for (_, state), changes in zip(pairs, differences(pairs), strict=True):
        shown = [one for one in changes if one.label in labels]
        yield Restatement(state, there.get(state.id), shown)
