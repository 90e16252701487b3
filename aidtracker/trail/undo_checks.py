"""What keeps an act from being undone: rights, scope, later changes, what would be left hanging."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max

from aidtracker.ground.batches import in_batches, prefetch_in_batches
from aidtracker.ground.circles import circle_closed, circles, hold_order, own_keys
from aidtracker.ground.datasets import dataset_of
from aidtracker.ground.keys import follow, key_text
from aidtracker.ground.scope import FOREIGN, changeable, check_owner, is_scoped, is_to_many, may
from aidtracker.trail.acts import Way
from aidtracker.trail.history import CHANGED, DELETED, NEW
from aidtracker.trail.links import keys_named, numbers_by_key, relations_to
from aidtracker.trail.merged import gone_along

VERBS = {NEW: ("delete", "删除"), CHANGED: ("change", "修改"), DELETED: ("add", "新增")}
REVIEWS = {"approved": ("approve", "审核"), "published": ("publish", "发布")}


def obstacles(plan, user, reason=""):
    """Each reason, in words, why this user cannot carry out a Plan."""
    if hasattr(plan.act, "undone_by"):
        yield "这次操作已经撤销过了。"
        return
    if not plan.effects:
        yield "这次操作没有改动记录，无可撤销。"
    for model, effects in plan.effects.items():
        yield from missing_rights(plan, model, user)
        yield from reasons_said_before(plan, model, reason)
        yield from closed_parts(model, effects, user)
        yield from outside_scope(model, effects, user)
        yield from changed_since(model, effects)
        yield from texts_not_kept(model, effects)
        yield from still_referred_to(plan, model)
        restored = plan.of_kind(model, CHANGED, DELETED)
        yield from missing_relations(plan, model, restored)
        yield from missing_links(plan, model, restored)
        yield from circles_closed(model, restored)


def missing_rights(plan, model, user):
    """The rights to undo what was done, and to change what was reviewed."""
    if retracted(plan, model):
        words = "已撤回的要再公开，请先改回草稿，再提交、审核、发布：撤销不能代替审核。"
        yield f"{model._meta.verbose_name}：{words}"
    needed = {VERBS[effect.kind] for effect in plan.effects[model]}
    if plan.act.way == Way.IMPORT and dataset_of(model).is_imported:
        needed.add(("import", "导入"))
    needed |= {REVIEWS[state] for state in reviews_in(plan, model) if state in REVIEWS}
    if any(map(plan.needs_reason, plan.effects[model])):
        needed |= {REVIEWS["published"]} if model.REVIEW else set()
        yield from only_proposed(model, user)
    for verb, word in sorted(needed):
        if not may(user, verb, model):
            yield f"您没有{word}{model._meta.verbose_name}的权限。"


def only_proposed(model, user):
    """Why a user may not change alone what is public, but for lack of a right to publish it."""
    if not model.REVIEW and model.is_only_proposed_by(user):
        yield f"已发布的数据依据这些{model._meta.verbose_name}，您没有发布它们的权限。"
    elif model.REVIEW and settings.SEPARATE_PUBLISHER:
        yield f"已发布的{model._meta.verbose_name}须由两人更正，请提出变更申请。"


def retracted(plan, model):
    """Whether it would make public again what was taken back."""
    if not model.REVIEW:
        return False
    states = [
        (getattr(one.row, model.REVIEW), getattr(one.state_to_restore, model.REVIEW))
        for one in plan.of_kind(model, CHANGED)
        if one.row
    ]
    return ("withdrawn", "published") in states


def reviews_in(plan, model):
    """How far the rows have come, as they are and as they were."""
    if not model.REVIEW:
        return set()
    before = [effect.state_to_restore for effect in plan.of_kind(model, CHANGED, DELETED)]
    now = [effect.row for effect in plan.effects[model] if effect.row]
    return {getattr(row, model.REVIEW) for row in (*now, *before)}


def reasons_said_before(plan, model, reason):
    """Rows whose last correction was for the same reason that is now given."""
    for effect in plan.of_kind(model, CHANGED) if reason else ():
        row = effect.row
        if row and plan.needs_reason(effect) and row.correction_reason == reason:
            yield f"{effect.title}上一次更正也是这个理由；请写明这一次的理由。"


def closed_parts(model, effects, user):
    """What keeps the user from changing rows that belong to a reviewed row."""
    if not model.WHOLE:
        return
    both = [one for effect in effects for one in (effect.row, effect.row_to_restore)]
    rows = [row for row in both if row]
    prefetch_in_batches(rows, model.WHOLE)
    found: dict = {}
    for row in rows:
        try:
            row.check_whole(user)
        except ValidationError as error:
            found |= dict.fromkeys(error.messages)
    yield from found


def outside_scope(model, effects, user):
    """Rows of other headquarters, as they are or as they were."""
    own: set = set()
    for keys in in_batches([effect.pk for effect in effects if effect.row]):
        rows = changeable(model._base_manager.filter(pk__in=keys), user)
        own.update(rows.values_list("pk", flat=True))
    for effect in effects:
        is_own = effect.row is None or effect.pk in own
        if not is_own or not had_own_owner(effect, user):
            yield f"{effect.title}{FOREIGN}"


def had_own_owner(effect, user):
    """Whether the user may give a row back to the owner that it had before."""
    if effect.kind == NEW or not is_scoped(effect.model):
        return True
    columns = owner_columns(effect.model)
    before = {name: getattr(effect.state_to_restore, name) for name in columns}
    row = effect.row
    if row and all(getattr(row, name) == value for name, value in before.items()):
        return True
    try:
        check_owner(effect.model(**before), user)
    except ValidationError:
        return False
    return True


def owner_columns(model):
    """The columns of a row that decide to whom it belongs."""
    steps = {path.partition("__")[0] for path in model.OWNERS if not is_to_many(model, path)}
    return [model._meta.get_field(step).attname for step in steps]


def changed_since(model, effects):
    """Rows that have another version or another state than the act left."""
    newest: dict = {}
    for keys in in_batches([effect.pk for effect in effects]):
        states = model.history.model.objects.filter(id__in=keys).order_by().values_list("id")
        newest |= dict(states.annotate(Max("history_id")))
    for effect in effects:
        row, left = effect.row, effect.after
        if (row is None) != (effect.kind == DELETED):
            yield f"{effect.title}后来{'又录入' if row else '被删除'}了。"
        elif newest[effect.pk] != left.history_id or (row and row.version != left.version):
            yield f"{effect.title}后来又改过。"
        elif effect.kind == CHANGED and effect.before is None:
            yield f"{effect.title}没有更早的状态可以恢复。"


def texts_not_kept(model, effects):
    """Rows whose text came with the act: no history keeps texts, so it can not be taken back."""
    for effect in effects:
        if not model.KEPT_BESIDE or effect.kind != CHANGED or effect.before is None:
            continue
        names = changed_columns(effect)
        if not names or names.intersection(model.KEPT_BESIDE):
            yield f"{effect.title}的全文不留历史，上传全文不能撤销；可再上传正确的文件。"


def changed_columns(effect):
    """The names of what an act changed in a row, as far as histories keep it."""
    fields = effect.model.history.model.tracked_fields
    names = {one.attname for one in fields if one.name != "version"} | {"links"}
    return {name for name in names if getattr(effect.before, name) != getattr(effect.after, name)}


def notes(plan):
    """What whoever undoes an act should know besides its rows."""
    for model in plan.effects:
        if model.WHOLE:
            whole = model._meta.get_field(model.WHOLE).related_model
            if whole not in plan.effects:
                name = whole._meta.verbose_name
                yield f"所属的{name}如已提交或审核通过，撤销后退回草稿，须重新提交。"
        for effect in plan.of_kind(model, DELETED):
            if any(getattr(effect.state_to_restore, name) for name in model.KEPT_BESIDE):
                yield f"{effect.title}恢复后没有全文，请再上传登记时的原文件。"


def still_referred_to(plan, model):
    """New rows that others have come to name, but for those that undoing changes, too."""
    gone = [effect.pk for effect in plan.of_kind(model, NEW)]
    for field in relations_to(model) if gone else ():
        other = field.model
        manager = other._default_manager
        kept = getattr(manager, "entered", manager.all)()
        undone = {effect.pk for effect in plan.effects.get(other, ()) if effect.row}
        undone.update(*(one.rows for one in gone_along(plan.act) if one.model is other))
        for keys in in_batches(gone):
            for row in kept.filter(**{f"{field.name}__in": keys}).distinct():
                if row.pk not in undone:
                    name = f"{other._meta.verbose_name}“{row}”"
                    yield f"{name}已引用这次新增的{model._meta.verbose_name}。"


def missing_relations(plan, model, effects):
    """Rows that the former state of a row names and that will not be there."""
    states = [effect.state_to_restore for effect in effects]
    for field in model.history.model.tracked_fields if states else ():
        if not field.is_relation:
            continue
        wanted = {getattr(state, field.attname) for state in states} - {None}
        for number in sorted(wanted - numbers_there(plan, field.related_model, sorted(wanted))):
            label = field.related_model._meta.verbose_name
            yield f"原来的{field.verbose_name}（{label}，编号 {number}）已不在。"


def numbers_there(plan, model, numbers):
    """Which of some rows will be there when the act is undone."""
    found = set()
    for keys in in_batches(numbers):
        found.update(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))
    found -= {effect.pk for effect in plan.of_kind(model, NEW)}
    return found | {effect.pk for effect in plan.of_kind(model, DELETED)}


def missing_links(plan, model, effects):
    """Rows that a many-to-many field named before and that will not be there."""
    links = {effect.pk: effect.state_to_restore.links for effect in effects}
    for field in model._meta.many_to_many if effects else ():
        keys = keys_named(field, links)
        there = numbers_by_key(field.related_model, keys).keys() | keys_back(
            plan, field.related_model
        )
        for key in sorted(keys - there):
            yield f"原来的{field.verbose_name}“{key}”已不在。"


def keys_back(plan, model):
    """The natural keys of the rows that come back, as text."""
    gone = [effect.state_to_restore for effect in plan.of_kind(model, DELETED)]
    return {key_text([follow(state, path) for path in model.KEY]) for state in gone}


def circles_closed(model, effects):
    """Rows that would stand above themselves, since others were put above them meanwhile."""
    rows = [effect.row_to_restore for effect in effects] if own_keys(model) else []
    if rows:
        hold_order(model)
    for place, field in circles(rows, model) if rows else ():
        yield f"{effects[place].title}：{circle_closed(str(field.verbose_name))}"
