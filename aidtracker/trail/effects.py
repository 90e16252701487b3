"""What an act is and did: the rows it changed, each as it was before and after; all in words."""

from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from django.contrib import admin
from django.core.cache import caches
from django.db.models import Count, OuterRef, Subquery, Value
from django.utils import timezone
from django.utils.timezone import localtime

from aidtracker.ground.datasets import admin_page, dataset_model, datasets
from aidtracker.ground.scope import may
from aidtracker.templatetags.formatting import UNKNOWN, known
from aidtracker.trail.differences import differences, names_of
from aidtracker.trail.history import (
    CHANGED,
    DELETED,
    FOLLOW_ON,
    KINDS,
    NEW,
    is_follow_on,
    was_follow_on,
)

SHOWN = 200
DAY, SHORTEST = 24 * 3600, 60  # seconds for which counts are kept
ACTS_AT_ONCE = 100
UNDOING = {NEW: "删除", CHANGED: "改回", DELETED: "恢复"}
HEADINGS = (
    *("时间", "用户", "方式", "对象", "来自", "理由", "明细"),
    *("数据集", "记录", "变动", "旧值 → 新值"),
)


@dataclass
class Effect:
    """One row that an act changed: its states before (None for a new row), at first and after.

    `row` is the row as its table now has it, if that is asked for; None for one that is not there.
    """

    model: Any
    before: Any
    first: Any
    after: Any
    stored_name: str = ""
    row: Any = None

    @property
    def pk(self):
        return self.after.id

    @property
    def kind(self):
        if self.after.history_type == DELETED:
            return DELETED
        return self.first.history_type

    @property
    def state_to_restore(self):
        """What the row held before; for one deleted without an earlier state, what went."""
        return self.before or self.after

    @property
    def row_to_restore(self):
        """The row with the columns that it had before, as far as histories keep them, or None."""
        if self.kind == NEW:
            return None
        state = self.state_to_restore
        names = [one.attname for one in self.model.history.model.tracked_fields]
        return self.model(**{name: getattr(state, name) for name in names})

    @property
    def is_nothing(self):
        """Whether the row was both made and deleted."""
        return self.first.history_type == NEW and self.kind == DELETED

    @property
    def is_follow_on(self):
        """Whether nobody typed it: it followed from rows that the act published."""
        return was_follow_on(self.first) and was_follow_on(self.after)

    @property
    def kind_in_words(self):
        return FOLLOW_ON if self.is_follow_on else KINDS[self.kind]

    @property
    def own_name(self):
        """What the row's own columns call it; empty if it is named by other rows."""
        columns = (getattr(self.after, name, "") for name in ("name", "title", "code", "printed"))
        return next(filter(None, columns), "")

    @property
    def name(self):
        return self.own_name or self.stored_name or f"编号 {self.pk}"

    @property
    def title(self):
        return f"{self.model._meta.verbose_name}“{self.name}”"


class Touched(NamedTuple):
    """How many rows an act changed itself, and how many followed from that."""

    own: int
    followed: int

    @property
    def all(self):
        return self.own + self.followed

    def __str__(self):
        more = f"{self.followed} 条{FOLLOW_ON}"
        if not self.followed:
            return f"{self.own} 条"
        return f"{self.own} 条，另有 {more}" if self.own else more


def states_of(model, acts):
    """The states of a model's rows that acts left, in the order in which they came about."""
    states = model.history.model.objects.filter(act__in=acts)
    return states.select_related("act").order_by("history_id")


def effects_of(model, acts, limit=None):
    """What acts did to rows of one model: Effects, one for each row and act; a few queries.

    `limit` is of states.

    A row that one act both made and deleted is left out.
    """
    history = model.history.model.objects
    earlier = history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    last = earlier.order_by("-history_id").values("history_id")[:1]
    states = list(states_of(model, acts).annotate(last_id=Subquery(last))[:limit])
    earlier = history.in_bulk({state.last_id for state in states} - {None})
    found: dict = {}
    for state in states:
        before = None if state.history_type == NEW else earlier.get(state.last_id)
        effect = Effect(model, before, state, state)
        found.setdefault((state.act_id, state.id), effect).after = state
    effects = [effect for effect in found.values() if not effect.is_nothing]
    name_effects(model, [effect for effect in effects if not effect.own_name])
    return effects


def name_effects(model, effects):
    """Call effects what their rows are called now, as far as those are there."""
    if effects:
        names = names_of(model, sorted({effect.pk for effect in effects}))
        for effect in effects:
            effect.stored_name = names.get(effect.pk, "")


def counts_of(acts):
    """How many rows each of some acts changed: {act id: {dataset: Touched}}; one query."""
    acts = [act.pk for act in acts]
    parts = [count_in(dataset, acts) for dataset in datasets()]
    found: dict = {}
    for act, dataset, rows, own in parts[0].union(*parts[1:], all=True):
        found.setdefault(act, {})[dataset] = Touched(own, rows - own)
    return found


def kept_counts_of(acts):
    """As `counts_of`, but of an act that still goes on late by a tenth of the time it took so far.

    So what big acts changed is counted once in a while, not for each who looks at the list.
    """
    cache = caches["default"]
    names = {act: f"touched:{act.pk}:{act.at.timestamp()}" for act in acts}
    kept = cache.get_many(names.values())
    found = {act.pk: kept[name] for act, name in names.items() if name in kept}
    others = [act for act in acts if act.pk not in found]
    if others:
        found |= counts_of(others)
    for act in others:
        if (seconds := (timezone.now() - act.at).total_seconds() / 10) >= SHORTEST:
            cache.set(names[act], found.get(act.pk, {}), min(seconds, DAY))
    return found


def touched_by(act):
    """How many rows of each dataset an act changed: {dataset: Touched}; one query."""
    return counts_of([act]).get(act.pk, {})


def count_in(dataset, acts):
    states = dataset_model(dataset).history.model.objects.filter(act__in=acts).order_by()
    return states.values_list("act").annotate(
        dataset=Value(dataset),
        rows=Count("id", distinct=True),
        own=Count("id", distinct=True, filter=~is_follow_on()),
    )


def said(effects):
    """Effects with their differences in words: (effect, differences) pairs."""
    found = differences([(effect.before, effect.after) for effect in effects])
    return list(zip(effects, found, strict=True))


# An act in words: for its page, for the question of undoing it, for a file


@dataclass(frozen=True)
class ChangedRow:
    """One row on a page about an act."""

    name: str
    kind: str
    changes: list
    url: str = ""
    history_url: str = ""


@dataclass(frozen=True)
class ChangedRows:
    """The rows of one dataset on a page about an act: how many, and the first of them."""

    title: str
    count: str
    rows: list
    unlisted: int


def act_facts(act):
    """What is known of an act besides its changes: (label, words) pairs."""
    return [
        ("时间", f"{localtime(act.at):%Y-%m-%d %H:%M:%S}"),
        ("用户", known(act.who)),
        ("方式", act.get_way_display()),
        ("对象", known(act.subject)),
        ("来自", known(act.address)),
        ("理由", known(act.reason)),
    ]


def detail_words(item):
    """One detail of an act: a text, a name with a value, or with its old and new value."""
    if isinstance(item, dict):
        return "；".join(f"{name}：{known(value)}" for name, value in item.items())
    if isinstance(item, list) and len(item) > 1:
        return f"{item[0]}：{' → '.join(str(known(value)) for value in item[1:])}"
    return str(item[0] if isinstance(item, list) and item else item)


def changes_of(act):
    """What an act changed, dataset by dataset: ChangedRows, the first 200 rows in words."""
    left = SHOWN
    for dataset, touched in touched_by(act).items():
        model = dataset_model(dataset)
        effects = effects_of(model, [act.pk], limit=left) if left else []
        left -= len(effects)
        rows = [changed_row(effect, changes) for effect, changes in said(effects)]
        title, unlisted = model._meta.verbose_name_plural, touched.all - len(rows)
        yield ChangedRows(title, str(touched), rows, unlisted)


def changed_row(effect, changes):
    is_linked = effect.kind != DELETED and admin.site.is_registered(effect.model)
    pages = ("change", "history") if is_linked else ()
    addresses = [admin_page(effect.model, page, effect.pk) for page in pages]
    return ChangedRow(effect.name, effect.kind_in_words, changes, *addresses)


def plan_rows(plan):
    """What undoing an act would do, dataset by dataset: ChangedRows, the first 200 rows."""
    left = SHOWN
    for model, effects in plan.effects.items():
        shown = effects[:left]
        left -= len(shown)
        changes = differences([backwards(effect) for effect in shown])
        rows = [
            ChangedRow(effect.name, UNDOING[effect.kind], words)
            for effect, words in zip(shown, changes, strict=True)
        ]
        title, unlisted = model._meta.verbose_name_plural, len(effects) - len(rows)
        yield ChangedRows(title, f"{len(effects)} 条", rows, unlisted)


def backwards(effect):
    """The states before and after undoing an effect; only what changes back needs its words."""
    return (effect.after, effect.before) if effect.kind == CHANGED else (None, None)


def may_be_undone(act, user):
    """Whether a page offers to undo an act: not to somebody who changes nothing of its kind."""
    models = [dataset_model(dataset) for dataset in touched_by(act)]
    return (
        bool(models)
        and not hasattr(act, "undone_by")
        and all(may(user, "change", model) for model in models)
    )


def trail(acts):
    """Acts as the headings and lines of a file: a line for each row changed, else one for the act.

    Lines come in portions, so that the file is never held in memory.
    """
    return HEADINGS, lines_of(acts)


def lines_of(acts):
    rows = acts.iterator(chunk_size=ACTS_AT_ONCE)
    while portion := list(islice(rows, ACTS_AT_ONCE)):
        changed = changed_lines(portion)
        for act in portion:
            details = "；".join(detail_words(item) for item in act.details)
            own = [*("" if words == UNKNOWN else words for _, words in act_facts(act)), details]
            for line in changed.get(act.pk, [("", "", "", "")]):
                yield [*own, *line]


def changed_lines(acts):
    """The rows that some acts changed: {act id: [(dataset, row, kind, old → new)]}."""
    touched = {dataset for each in counts_of(acts).values() for dataset in each}
    found: dict = {}
    for dataset in touched:
        model = dataset_model(dataset)
        for effect, changes in said(effects_of(model, [act.pk for act in acts])):
            words = "；".join(f"{label}：{old} → {new}" for label, old, new in changes)
            line = (str(model._meta.verbose_name), effect.name, effect.kind_in_words, words)
            found.setdefault(effect.after.act_id, []).append(line)
    return found
