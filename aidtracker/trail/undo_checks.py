"""What keeps an act from being undone: rights, scope, later changes, what would be left hanging."""

from django.core.exceptions import ValidationError
from django.db.models import Max, prefetch_related_objects

from aidtracker.ground.batches import in_batches
from aidtracker.ground.datasets import dataset_of
from aidtracker.ground.keys import follow, key_text
from aidtracker.ground.scope import FOREIGN, changeable, check_owner, is_scoped, is_to_many
from aidtracker.trail.acts import Way
from aidtracker.trail.history import CHANGED, DELETED, NEW
from aidtracker.trail.links import keys_named, numbers_by_key, relations_to

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
        yield from closed_parts(plan, model, user)
        yield from outside_scope(plan, model, user)
        yield from changed_since(plan, model)
        yield from texts_not_kept(plan, model)
        yield from still_referred_to(plan, model)
        yield from missing_relations(plan, model)
        yield from missing_links(plan, model, [one for one in effects if one.kind != NEW])


def named(model, name):
    return f"{model._meta.verbose_name}“{name}”"


def missing_rights(plan, model, user):
    """The rights to undo what was done, and to change what was reviewed."""
    needed = {VERBS[effect.kind] for effect in plan.effects[model]}
    if plan.act.way == Way.IMPORT and dataset_of(model).is_imported:
        needed.add(("import", "导入"))
    needed |= {REVIEWS[state] for state in reviews_in(plan, model) if state in REVIEWS}
    if any(map(plan.needs_reason, plan.effects[model])):
        needed.add(REVIEWS["published"])
    for verb, word in sorted(needed):
        if not user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}"):
            yield f"您没有{word}{model._meta.verbose_name}的权限。"


def reviews_in(plan, model):
    """How far the rows have come, as they are and as they were."""
    name = getattr(model, "REVIEW", None)
    if name is None:
        return set()
    before = [effect.state_to_restore for effect in plan.effects[model] if effect.kind != NEW]
    return {getattr(row, name) for row in (*plan.stored[model].values(), *before)}


def reasons_said_before(plan, model, reason):
    """Rows whose last correction was for the same reason that is now given."""
    for effect in plan.effects[model]:
        stored = plan.stored[model].get(effect.pk)
        said = getattr(stored, "correction_reason", "")
        if effect.kind == CHANGED and said and said == reason and plan.needs_reason(effect):
            yield f"{named(model, effect.name)}上一次更正也是这个理由；请写明这一次的理由。"


def closed_parts(plan, model, user):
    """What keeps the user from changing rows that belong to a reviewed row."""
    if not hasattr(model, "check_whole"):
        return
    rows = [*plan.stored[model].values()]
    rows += filter(None, (effect.row_to_restore for effect in plan.effects[model]))
    prefetch_related_objects(rows, model.WHOLE)
    found: dict = {}
    for row in rows:
        try:
            row.check_whole(user)
        except ValidationError as error:
            found |= dict.fromkeys(error.messages)
    yield from found


def outside_scope(plan, model, user):
    """Rows of other headquarters, as they are or as they were."""
    stored, own = plan.stored[model], set()
    for keys in in_batches(list(stored)):
        rows = changeable(model._base_manager.filter(pk__in=keys), user)
        own.update(rows.values_list("pk", flat=True))
    for effect in plan.effects[model]:
        is_own = effect.pk not in stored or effect.pk in own
        if not is_own or not had_own_owner(effect, stored.get(effect.pk), user):
            yield f"{named(model, effect.name)}{FOREIGN}"


def had_own_owner(effect, stored, user):
    """Whether the user may give a row back to the owner that it had before."""
    if effect.kind == NEW or not is_scoped(effect.model):
        return True
    columns = owner_columns(effect.model)
    before = {name: getattr(effect.state_to_restore, name) for name in columns}
    if stored and all(getattr(stored, name) == value for name, value in before.items()):
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


def changed_since(plan, model):
    """Rows that have another version or another state than the act left."""
    newest: dict = {}
    for keys in in_batches([effect.pk for effect in plan.effects[model]]):
        states = model.history.model.objects.filter(id__in=keys).order_by().values_list("id")
        newest |= dict(states.annotate(Max("history_id")))
    for effect in plan.effects[model]:
        stored = plan.stored[model].get(effect.pk)
        if (stored is None) != (effect.kind == DELETED):
            yield f"{named(model, effect.name)}后来{'又录入' if stored else '被删除'}了。"
        elif newest[effect.pk] != effect.after.history_id or (
            stored and stored.version != effect.after.version
        ):
            yield f"{named(model, effect.name)}后来又改过。"
        elif effect.kind == CHANGED and effect.before is None:
            yield f"{named(model, effect.name)}没有更早的状态可以恢复。"


def texts_not_kept(plan, model):
    """Rows whose text came with the act: no history keeps texts, so it can not be taken back."""
    for effect in plan.effects[model]:
        if not model.KEPT_BESIDE or effect.kind != CHANGED or effect.before is None:
            continue
        names = changed_columns(effect)
        if not names or names.intersection(model.KEPT_BESIDE):
            words = "的全文不留历史，上传全文不能撤销；可再上传正确的文件。"
            yield named(model, effect.name) + words


def changed_columns(effect):
    """The names of what an act changed in a row, as far as histories keep it."""
    fields = effect.model.history.model.tracked_fields
    names = {one.attname for one in fields if one.name != "version"} | {"links"}
    return {name for name in names if getattr(effect.before, name) != getattr(effect.after, name)}


def notes(plan):
    """What whoever undoes an act should know besides its rows."""
    for model in plan.effects:
        if hasattr(model, "review_wholes"):
            whole = model._meta.get_field(model.WHOLE).related_model
            if whole not in plan.effects:
                name = whole._meta.verbose_name
                yield f"所属的{name}如已提交或审核通过，撤销后退回草稿，须重新提交。"
        for effect in plan.of_kind(model, DELETED):
            if any(getattr(effect.state_to_restore, name) for name in model.KEPT_BESIDE):
                yield f"{named(model, effect.name)}恢复后没有全文，请再上传登记时的原文件。"


def still_referred_to(plan, model):
    """New rows that others have come to name."""
    gone = {effect.pk: effect for effect in plan.effects[model] if effect.kind == NEW}
    for field in relations_to(model) if gone else ():
        other = field.model
        manager = other._default_manager
        # What is only computed, as most findings are, is computed again without them.
        kept = getattr(manager, "for_fixtures", manager.all)()
        for keys in in_batches(list(gone)):
            rows = kept.filter(**{f"{field.name}__in": keys})
            for row in rows.distinct():
                if not is_in(plan, row):
                    yield f"{named(other, row)}已引用这次新增的{model._meta.verbose_name}。"


def is_in(plan, row):
    """Whether undoing an act changes or deletes a row, too."""
    return row.pk in plan.stored.get(type(row), {})


def missing_relations(plan, model):
    """Rows that the former state of a row names and that will not be there."""
    states = [effect.state_to_restore for effect in plan.effects[model] if effect.kind != NEW]
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
    effects = plan.effects.get(model, ())
    found -= {effect.pk for effect in effects if effect.kind == NEW}
    return found | {effect.pk for effect in effects if effect.kind == DELETED}


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
    effects = [effect for effect in plan.effects.get(model, ()) if effect.kind == DELETED]
    return {
        key_text([follow(effect.state_to_restore, path) for path in model.KEY])
        for effect in effects
    }
