"""Proposed changes of published rows: made from a form, shown beside the row, applied to it.

Values are kept as JSON in the manner of fixtures: related rows by their natural keys, lists of
them sorted, numbers with decimals and dates as text.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import Max

from aidtracker import acts
from aidtracker.datasets import dataset_name
from aidtracker.history import keep_links
from aidtracker.keys import follow as follow_path
from aidtracker.keys import key_of, key_text
from aidtracker.spreadsheets.cells import plain_number
from aidtracker.templatetags.formatting import UNKNOWN
from projects.models import Revision

AS_THEY_ARE = (bool, int, str, list, type(None))


@acts.one_act()
def propose(before, row, names, links, reason):
    """Store the difference of two states of a published row as a draft; None if there is none.

    `before` is the row as stored, `row` as it shall be; `names` are the fields to compare, `links`
    the rows that many-to-many fields shall name: {field name: rows}.
    """
    pairs = {name: [text_of(before, name), text_of(row, name)] for name in names}
    for name, linked in links.items():
        pairs[name] = [text_of(before, name), natural_keys(linked)]
    values = {name: [old, new] for name, (old, new) in pairs.items() if old != new}
    if not values:
        return None
    dataset, key = dataset_name(type(row)), key_of(before)
    earlier = Revision.objects.filter(dataset=dataset, row_key=key)
    revision = Revision(
        dataset=dataset,
        row_id=before.pk,
        row_key=key,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        headquarters=owner_of(before),
        row_version=before.version,
        values=values,
        correction_reason=reason,
    )
    revision.full_clean()
    acts.describe(subject=f"变更申请：{before}", reason=reason)
    revision.save()
    return revision


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
    from projects.reviewing import follow

    row = revision.model._base_manager.select_for_update().filter(pk=revision.row_id).first()
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
        yield Change(field.verbose_name, before, now, proposed, row is None or present != old)


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
