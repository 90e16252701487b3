"""Taking back what an act did: all of it or nothing, and only where nothing built on it since."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, router, transaction
from django.utils import timezone

from aidtracker.ground.batches import BATCH, held, in_batches
from aidtracker.ground.changes import after_change
from aidtracker.ground.datasets import record_models
from aidtracker.ground.search import SearchTextField
from aidtracker.trail import acts
from aidtracker.trail.effects import effects_of
from aidtracker.trail.history import CHANGED, DELETED, NEW, keep_states
from aidtracker.trail.links import link_tables, set_links
from aidtracker.trail.merged import gone_along
from aidtracker.trail.models import Act
from aidtracker.trail.undo_checks import notes, obstacles

CLASH = "这次操作之前的内容与现有记录冲突（如编号或名称已被占用），不能撤销。"


class UndoError(ValidationError):
    """The whole list of what keeps an act from being undone."""


@dataclass
class Plan:
    """What undoing an act means: its effects by model, what is in the way, what to know."""

    act: Act
    effects: dict = field(default_factory=dict)
    obstacles: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    locks: dict = field(default_factory=dict)

    def of_kind(self, model, *kinds):
        return [effect for effect in self.effects.get(model, ()) if effect.kind in kinds]

    def needs_reason(self, effect):
        """Whether a row, as it is or as it was, is public or belongs to a locked month."""
        model = effect.model
        if model not in self.locks:
            self.locks[model] = model.locks()
        return model.is_correction(effect.row, effect.row_to_restore, self.locks[model])


def plan_for(act, user, reason=""):
    """The Plan of undoing an act, as this user may; locks the rows inside a transaction."""
    plan = Plan(act)
    for model in record_models():
        if effects := effects_of(model, [act.pk]):
            plan.effects[model] = effects
    # Rows before those that they refer to, as publishing holds them.
    for model, effects in reversed(plan.effects.items()):
        stored = stored_rows(model, effects)
        for effect in effects:
            effect.row = stored.get(effect.pk)
        model.ask_at_once(stored.values())
    plan.obstacles = list(obstacles(plan, user, reason))
    plan.notes = list(notes(plan))
    return plan


def stored_rows(model, effects):
    """The rows that effects are about, as they are now, by number."""
    rows = model._base_manager.all()
    if transaction.get_connection().in_atomic_block:
        rows = held(rows)
    parts = in_batches(sorted(effect.pk for effect in effects))
    return {row.pk: row for part in parts for row in rows.filter(pk__in=part)}


@acts.one_act()
def undo(act, user, reason):
    """Take back an act as a whole; returns the Plan that was carried out.

    Raises UndoError with every obstacle; then nothing is changed.
    """
    try:
        with transaction.atomic():
            act = held(Act.objects).get(pk=act.pk)
            plan = plan_for(act, user, reason.strip())
            missing = [] if reason.strip() else ["请写明撤销的理由。"]
            if plan.obstacles or missing:
                raise UndoError([*missing, *plan.obstacles])
            along = [one.back for one in gone_along(act)]
            acts.describe(
                way=acts.Way.UNDO,
                subject=f"撤销 {act}",
                reason=reason.strip(),
                details=[one.detail for one in along],
                undoes=act,
            )
            for one in along:
                one.move()
            carry_out(plan, reason.strip())
    except IntegrityError as error:
        raise UndoError([CLASH]) from error
    return plan


def carry_out(plan, reason):
    """Delete what is new, last things first; then bring back what was, first things first."""
    for model in reversed(plan.effects):
        delete(model, [effect.row for effect in plan.of_kind(model, NEW)])
    for model in plan.effects:
        restore(plan, model, reason)
    review_wholes(plan)
    after_change()


def review_wholes(plan):
    """Let what restored parts belong to be reviewed again, but for what is restored with them."""
    for model, effects in plan.effects.items():
        if not model.WHOLE:
            continue
        whole = model._meta.get_field(model.WHOLE)
        restored = {effect.pk for effect in plan.effects.get(whole.related_model, ())}
        states = [state for one in effects for state in (one.before, one.after) if state]
        model.review_wholes(
            [state for state in states if getattr(state, whole.attname) not in restored]
        )


def delete(model, rows):
    """Delete rows that nothing refers to, and their links, with one state each."""
    keep_states(rows, DELETED)
    using = router.db_for_write(model)
    for keys in in_batches([row.pk for row in rows]):
        for through, name in link_tables(model):
            through._base_manager.filter(**{f"{name}__in": keys}).delete()
        # Without signals: the states are kept already, in one query for many.
        model._base_manager.filter(pk__in=keys)._raw_delete(using)


def restore(plan, model, reason):
    """Give changed rows back what they held before, and bring deleted ones back."""
    changed, gone = plan.of_kind(model, CHANGED), plan.of_kind(model, DELETED)
    effects = [*changed, *gone]
    if not effects:
        return
    rows = [row_before(one, reason if plan.needs_reason(one) else None) for one in effects]
    names = [one.name for one in model._meta.concrete_fields if not one.primary_key]
    try:
        model.before_storing(rows)
    except ValidationError as error:
        raise UndoError(error.messages) from error
    model._base_manager.bulk_create(
        rows, BATCH, update_conflicts=True, update_fields=names, unique_fields=["pk"]
    )
    set_links(model, {effect.pk: effect.state_to_restore.links for effect in effects})
    keep_states(rows[: len(changed)], CHANGED)
    keep_states(rows[len(changed) :], NEW)


def row_before(effect, reason):
    """A row as it was before an act, as its next version; what no history keeps stays as it is.

    `reason` is noted with a row that changes only for a reason; None leaves that as it was.
    """
    state = effect.state_to_restore
    row = effect.row or effect.model(pk=effect.pk)
    version = (effect.row or effect.after).version
    for one in effect.model.history.model.tracked_fields:
        setattr(row, one.attname, getattr(state, one.attname))
    row.version, row.updated_at = version + 1, timezone.now()
    if reason is not None:
        row.correction_reason = reason
    for one in row._meta.concrete_fields:
        if isinstance(one, SearchTextField):
            one.pre_save(row, add=False)
    return row
