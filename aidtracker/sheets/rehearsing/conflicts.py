"""Rows that somebody changed after the file was exported: who changed what, meanwhile."""

from django.utils.timezone import localtime

from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.rehearsing.outcomes import FEWEST_CHANGES, Change, Conflict, shortened

SHOWN_CONFLICTS = 20
# Of each conflict: its latest states, and of each of those the first changes.
SHOWN_STATES = 3
SHOWN_IN_STATE = 6


def conflicts_of(plans, resource):
    """The first conflicting rows, each with what the file says and what was done meanwhile."""
    plans = plans[:SHOWN_CONFLICTS]
    states: dict[int, list] = {}
    if plans:
        history = resource._meta.model.history
        found = history.filter(id__in=[plan.values[0] for plan in plans]).order_by("history_id")
        for state in found.select_related("act__user"):
            states.setdefault(state.id, []).append(state)
    return [conflict_of(plan, states.get(plan.values[0], []), resource) for plan in plans]


def conflict_of(plan, states, resource):
    changes = [
        Change(column.heading, shortened(column.text_of(old)), shortened(column.text_of(new)), "")
        for column, old, new, _ in plan.changes[:FEWEST_CHANGES]
    ]
    return Conflict(
        plan.number, name_of(plan, states), plan.version, changes, meanwhile(plan, states, resource)
    )


def name_of(plan, states):
    last = getattr(states[-1], "name", "") if states else ""
    return shortened(last or " / ".join(cell_text(cell) for cell in plan.cells[:2]))


def meanwhile(plan, states, resource):
    """Each later state in a sentence: who changed which fields, when."""
    later = [
        (before, state)
        for before, state in zip([None, *states], states, strict=False)
        if state.version > plan.version
    ]
    told = [sentence(before, state, resource) for before, state in later[-SHOWN_STATES:]]
    if len(later) > SHOWN_STATES:
        told.insert(0, f"更早还有 {len(later) - SHOWN_STATES} 次改动。")
    return told or ["没有留下经过的改动。"]


def sentence(before, state, resource):
    who = (state.act.who if state.act else "") or "程序"
    when = f"{localtime(state.history_date):%Y-%m-%d %H:%M}"
    changes = [
        f"{column.heading}：{text_of(column, before)} → {text_of(column, state)}"
        for column in resource.columns
        if before is not None
        and not column.is_many
        and "__" not in column.attribute
        and column.attribute != "version"
        and getattr(before, column.source.attname) != getattr(state, column.source.attname)
    ]
    words = "；".join(changes[:SHOWN_IN_STATE]) or "关联的记录"
    more = f"等 {len(changes)} 项" if len(changes) > SHOWN_IN_STATE else ""
    return f"{when} {who}改动：{words}{more}"


def text_of(column, state):
    """What a state of a row shows in a column."""
    shown = column.text_of(getattr(state, column.source.attname))
    return f"“{shortened(shown)}”" if shown else "空"
