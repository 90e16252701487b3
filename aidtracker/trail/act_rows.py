"""What an act is and did, in words: for its page, for the question of undoing it, for a file."""

from dataclasses import dataclass
from itertools import islice

from django.contrib import admin
from django.urls import reverse
from django.utils.timezone import localtime

from aidtracker.ground.datasets import dataset_model
from aidtracker.templatetags.formatting import UNKNOWN, known
from aidtracker.trail.differences import differences
from aidtracker.trail.effects import counts_of, effects_of, said, touched_by
from aidtracker.trail.history import CHANGED, DELETED, NEW

SHOWN = 200
ACTS_AT_ONCE = 100
UNDOING = {NEW: "删除", CHANGED: "改回", DELETED: "恢复"}
HEADINGS = (
    *("时间", "用户", "方式", "对象", "来自", "理由", "明细"),
    *("数据集", "记录", "变动", "旧值 → 新值"),
)


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
    left, found = SHOWN, []
    for dataset, touched in touched_by(act).items():
        model = dataset_model(dataset)
        effects = effects_of(model, [act.pk], limit=left) if left else []
        left -= len(effects)
        rows = [changed_row(effect, changes) for effect, changes in said(effects)]
        title, unlisted = model._meta.verbose_name_plural, touched.all - len(rows)
        found.append(ChangedRows(title, str(touched), rows, unlisted))
    return found


def changed_row(effect, changes):
    meta = effect.model._meta
    name = f"admin:{meta.app_label}_{meta.model_name}"
    is_linked = effect.kind != DELETED and admin.site.is_registered(effect.model)
    urls = [reverse(f"{name}_{page}", args=[effect.pk]) for page in ("change", "history")]
    return ChangedRow(
        effect.name, effect.kind_in_words, changes, *(urls if is_linked else ("", ""))
    )


def plan_rows(plan):
    """What undoing an act would do, dataset by dataset: ChangedRows, the first 200 rows."""
    left, found = SHOWN, []
    for model, effects in plan.effects.items():
        shown = effects[:left]
        left -= len(shown)
        changes = differences([backwards(effect) for effect in shown])
        rows = [
            ChangedRow(effect.name, UNDOING[effect.kind], words)
            for effect, words in zip(shown, changes, strict=True)
        ]
        title, unlisted = model._meta.verbose_name_plural, len(effects) - len(rows)
        found.append(ChangedRows(title, f"{len(effects)} 条", rows, unlisted))
    return found


def backwards(effect):
    """The states before and after undoing an effect; only what changes back needs its words."""
    return (effect.after, effect.before) if effect.kind == CHANGED else (None, None)


def may_be_undone(act, user):
    """Whether a page offers to undo an act: not to somebody who changes nothing of its kind."""
    metas = [dataset_model(dataset)._meta for dataset in touched_by(act)]
    return (
        bool(metas)
        and not hasattr(act, "undone_by")
        and all(user.has_perm(f"{meta.app_label}.change_{meta.model_name}") for meta in metas)
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
