"""Proposed changes of published rows: made from a form, shown beside the row, applied to it.

Values are kept as JSON in the manner of fixtures: related rows by their natural keys, lists of
them sorted, numbers with decimals and dates as text.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import Max, prefetch_related_objects

from aidtracker.ground.batches import BATCH, in_batches
from aidtracker.ground.datasets import dataset_model, dataset_name
from aidtracker.ground.keys import follow as follow_path
from aidtracker.ground.keys import key_of, key_text
from aidtracker.ground.locks import held
from aidtracker.ground.money import labelled
from aidtracker.review.proposals import Proposal
from aidtracker.sheets import plain_number
from aidtracker.templatetags.formatting import UNKNOWN
from aidtracker.trail import acts
from aidtracker.trail.history import NEW, keep_links, keep_states
from projects.models import Revision

AS_THEY_ARE = (bool, int, str, list, type(None))


@acts.one_act()
def propose(before, row, names, links, reason):
    """Store the difference of two states of a published row as a draft; None if there is none.

    `before` is the row as stored, `row` as it shall be; the rest is as in `Proposal`.
    """
    change = Proposal(before, row, names, links, reason)
    if not values_of(change):
        return None
    acts.describe(subject=f"变更申请：{before}", reason=reason)
    return propose_many([change])[0]


@transaction.atomic
def propose_many(changes):
    """Store changes of published rows of one model as drafts, in bulk; returns the Revisions.

    A change of nothing is left out. Raises ValidationError if one can not be kept.
    """
    read_ahead(changes)
    valued = [(change, values) for change in changes if (values := values_of(change))]
    numbers = last_numbers([change.before for change, _ in valued])
    revisions = []
    for change, values in valued:
        revision = revision_of(change, values)
        revision.number = numbers[revision.row_key] = numbers.get(revision.row_key, 0) + 1
        revision.clean_fields(exclude=["headquarters"])
        revisions.append(revision)
    Revision.objects.bulk_create(revisions, batch_size=BATCH)
    keep_states(revisions, NEW)
    return revisions


def revision_of(change, values):
    """The Revision of a change of some values, as yet without a number."""
    row = change.before
    return Revision(
        dataset=dataset_name(type(row)),
        row_id=row.pk,
        row_key=key_of(row),
        headquarters=owner_of(row),
        row_version=row.version,
        values=values,
        correction_reason=change.reason,
    )


def last_numbers(rows):
    """The number of the last revision of each of some rows of one model: {key: number}."""
    found: dict[str, int] = {}
    for part in in_batches(rows):
        earlier = Revision.objects.filter(
            dataset=dataset_name(type(part[0])), row_key__in=[key_of(row) for row in part]
        )
        found.update(earlier.order_by().values_list("row_key").annotate(Max("number")))
    return found


def values_of(change):
    """What a change changes, {field: [value as stored, proposed value]}, each as in fixtures."""
    before, row = change.before, change.row
    pairs = {name: [text_of(before, name), text_of(row, name)] for name in change.names}
    for name, linked in change.links.items():
        pairs[name] = [text_of(before, name), natural_keys(linked)]
    return {name: [old, new] for name, (old, new) in pairs.items() if old != new}


def read_ahead(changes):
    """Read at once what the natural keys and the owners of changed rows lead to."""
    if not changes:
        return
    model = type(changes[0].before)
    names = {name for change in changes for name in change.names}
    linked = {name for change in changes for name in change.links}
    own = [*key_relations(model), *model.OWNERS]
    befores, rows = zip(*((change.before, change.row) for change in changes), strict=True)
    prefetch_related_objects(befores, *own, *relations(model, names | linked))
    prefetch_related_objects(rows, *relations(model, names))
    for name in linked:
        wanted = [row for change in changes for row in change.links.get(name, ())]
        prefetch_related_objects(wanted, *key_relations(model._meta.get_field(name).related_model))


def relations(model, names):
    """The relations to follow from a model for the natural keys of what some fields name."""
    fields = [model._meta.get_field(name) for name in sorted(names)]
    for one in fields:
        if one.is_relation:
            yield one.name
            yield from (f"{one.name}__{path}" for path in key_relations(one.related_model))


def key_relations(model):
    """The relations to follow for the natural key of a model's own rows."""
    return [path.rpartition("__")[0] for path in model.KEY if "__" in path]


def owner_of(row):
    """The headquarters a row belongs to, or None."""
    owners = (follow_path(row, path) for path in row.OWNERS)
    return next((owner for owner in owners if owner is not None), None)


def text_of(row, name):
    """A field of a row as fixtures write it."""
    field = row._meta.get_field(name)
    if field.many_to_many:
        return natural_keys(getattr(row, name).all())
    if field.is_relation:
        related = getattr(row, name)
        return None if related is None else list(related.natural_key())
    value = field.to_python(field.value_from_object(row))
    if isinstance(value, Decimal):
        return plain_number(value)
    return value if isinstance(value, AS_THEY_ARE) else field.value_to_string(row)


def natural_keys(rows):
    return sorted((list(row.natural_key()) for row in rows), key=str)


def value_of(field, text):
    """What a field shall hold. Raises ValidationError for a related row that is gone."""
    if not field.is_relation:
        return field.to_python(text)
    manager = field.related_model._default_manager
    try:
        if field.many_to_many:
            return [manager.get_by_natural_key(*key) for key in text]
        return None if text is None else manager.get_by_natural_key(*text)
    except ObjectDoesNotExist as error:
        raise ValidationError(f"“{field.verbose_name}”所指的记录已不存在。") from error


@transaction.atomic
def apply(revision):
    """Change the row as proposed, or nothing at all.

    Raises ValidationError if the row is gone or not public, if somebody changed one of the fields
    after the proposal, or if the changed row would not be valid.
    """
    from projects.review.steps import follow

    row = held(revision.model._base_manager.filter(pk=revision.row_id)).first()
    if row is None or not row.is_published:
        raise ValidationError("要变更的记录已不在发布状态。")
    refuse_if_changed(row, revision)
    if revision.correction_reason == row.correction_reason:
        raise ValidationError("变更理由与这条记录上一次更正的相同，请退回并写明这一次的理由。")
    links = {}
    for name, (_, new) in revision.values.items():
        field = row._meta.get_field(name)
        value = value_of(field, new)
        if field.many_to_many:
            links[name] = value
        else:
            setattr(row, name, value)
    row.correction_reason = revision.correction_reason
    row.full_clean()
    row.save()
    for name, linked in links.items():
        getattr(row, name).set(linked)
    keep_links(row)
    follow([row])


def refuse_if_changed(row, revision):
    changed = [
        f"“{change.label}”已由“{change.before}”改为“{change.now}”"
        for change in changes_of(revision, row)
        if change.is_stale
    ]
    if changed:
        raise ValidationError(f"提出变更之后，{'，'.join(changed)}；请退回，按现在的内容重新提出。")


@dataclass(frozen=True)
class Change:
    """One field of a revision in words: when proposed, now, and as proposed."""

    label: str
    before: str
    now: str
    proposed: str
    is_stale: bool


def changes_of(revision, row):
    """The changes a revision proposes for its row, which is None if it is gone."""
    for name, (old, new) in revision.values.items():
        field = revision.model._meta.get_field(name)
        present = text_of(row, name) if row else None
        before, now, proposed = (in_words(field, text) for text in (old, present, new))
        yield Change(labelled(field), before, now, proposed, row is None or present != old)


def in_words(field, text):
    """A kept value for people; — for nothing."""
    if text is None or text in ("", []):
        return UNKNOWN
    if isinstance(text, bool):
        return "是" if text else "否"
    if field.many_to_many:
        return "、".join(key_text(key) for key in text)
    if isinstance(text, list):
        return key_text(text) if field.is_relation else "、".join(map(str, text))
    return str(dict(field.flatchoices).get(text, text))


def state_in_words(state, name):
    """What a state of a revision says in a field; None for what needs no words of its own."""
    model = dataset_model(state.dataset)
    if name == "dataset":
        return str(model._meta.verbose_name)
    if name != "values":
        return None
    changes = ((model._meta.get_field(key), pair) for key, pair in state.values.items())
    return "；".join(
        f"{labelled(field)}：{in_words(field, old)} → {in_words(field, new)}"
        for field, (old, new) in changes
    )
