"""The states of rows: each is kept with the act that made it."""

import json

from django.db import connections, router
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from aidtracker.ground.batches import BATCH, in_batches
from aidtracker.ground.changes import note
from aidtracker.ground.history import links_of
from aidtracker.trail import acts

NEW, CHANGED, DELETED = "+", "~", "-"
KINDS = {NEW: "新增", CHANGED: "修改", DELETED: "删除"}
FOLLOW_ON = "随月报、计划更新"


def is_follow_on():
    """The condition on a state that nobody typed it: it followed from rows that were published.

    Such a state bears other words than its act, so that no reason a person gives makes one.
    """
    return Q(history_change_reason=FOLLOW_ON) & ~Q(act__reason=FOLLOW_ON)


def was_follow_on(state):
    """Whether nobody typed a state; as `is_follow_on`."""
    is_said = state.history_change_reason == FOLLOW_ON
    return is_said and state.act is not None and state.act.reason != FOLLOW_ON


def attach_act(sender, instance, history_instance, **kwargs):
    """Let a state that is about to be stored name the act in hand and what the row is linked to."""
    note(type(instance), [instance.pk])
    act = acts.stored()
    history_instance.act = act
    history_instance.history_user = act.user
    history_instance.history_change_reason = act.reason[:100] or None
    # A new row is linked only once it is there.
    is_new = history_instance.history_type == NEW
    history_instance.links = {} if is_new else links_of([instance]).get(instance.pk, {})


def connect():
    pre_create_historical_record.connect(attach_act, dispatch_uid="aidtracker.trail.history")


def set_values(rows, changes):
    """Give stored rows of one model the same values, as their next version, and keep the states."""
    if not rows:
        return
    now = timezone.now()
    for keys in in_batches([row.pk for row in rows]):
        stored = type(rows[0])._base_manager.filter(pk__in=keys)
        stored.update(**changes, version=F("version") + 1, updated_at=now)
    for row in rows:
        row.version, row.updated_at = row.version + 1, now
        for name, value in changes.items():
            setattr(row, name, value)
    keep_states(rows)


def keep_states(rows, kind=CHANGED, *, reason=None):
    """Store the present states of rows of one model that were written in bulk, with their links.

    `reason` says why, where that is not what the act says.
    """
    rows = list(rows)
    if not rows:
        return
    note(type(rows[0]), [row.pk for row in rows])
    act, links, now = acts.stored(), links_of(rows), timezone.now()
    history = type(rows[0]).history
    names = [field.attname for field in history.model.tracked_fields]
    states = [
        history.model(
            history_type=kind,
            history_date=now,
            history_user=act.user,
            history_change_reason=(reason or act.reason)[:100] or None,
            act=act,
            links=links.get(row.pk, {}),
            **{name: getattr(row, name) for name in names},
        )
        for row in rows
    ]
    history.bulk_create(states, batch_size=BATCH)


def copy_states(rows, kind):
    """Store the states of rows of one model, which were just written and are stored as they are.

    What `keep_states` does, many times as fast; that does it for rows with links.
    """
    links = links_of(rows)
    keep_states([row for row in rows if row.pk in links], kind)
    copied = [row.pk for row in rows if row.pk not in links]
    if not copied:
        return
    model, act = type(rows[0]), acts.stored()
    note(model, copied)
    said = {
        "history_type": kind,
        "history_date": timezone.now(),
        "history_user": act.user_id,
        "history_change_reason": act.reason[:100] or None,
        "act": act.pk,
        "links": {},
    }
    connection = connections[router.db_for_write(model)]
    statement, given = copying(model, said, connection)
    is_sqlite = connection.vendor == "sqlite"
    listed = "IN (SELECT value FROM json_each(%s))" if is_sqlite else "= ANY(%s)"
    with connection.cursor() as cursor:
        numbers = json.dumps(copied) if is_sqlite else copied
        cursor.execute(f"{statement} {listed} ORDER BY id", [*given, numbers])


def copying(model, said, connection):
    """SQL that copies rows of a model into its history as far as `id`, and what it is given."""
    history, quote = model.history.model, connection.ops.quote_name
    fields = [history._meta.get_field(name) for name in said]
    given = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, said.values(), strict=True)
    ]
    copied = [quote(field.column) for field in history.tracked_fields]
    columns = ", ".join([*copied, *(quote(field.column) for field in fields)])
    values = ", ".join([*copied, *(typed(field, connection) for field in fields)])
    return (
        f"INSERT INTO {quote(history._meta.db_table)} ({columns})"
        f" SELECT {values} FROM {quote(model._meta.db_table)} WHERE {quote('id')}"
    ), given


def typed(field, connection):
    """A mark for a value; PostgreSQL wants to know its type, SQLite takes it as it comes."""
    if connection.vendor == "sqlite":
        return "%s"
    return f"CAST(%s AS {field.db_type(connection)})"


def keep_first_states(rows):
    """Give those rows of a queryset that have no history their first state."""
    states = rows.model.history.model.objects.filter(id=OuterRef("pk"))
    keep_states(rows.filter(~Exists(states)), NEW)


def keep_links(row):
    """Bring the latest state of a row up to date with its links, after those were saved.

    A state that another act made stays as it is; then the row has one more state.
    """
    links = links_of([row]).get(row.pk, {})
    last = row.history.order_by("-history_id").first()
    if last is not None and last.links == links:
        return
    if last is not None and last.act_id == acts.current().pk:
        last.links = links
        last.save(update_fields=["links"])
    else:
        keep_states([row])
