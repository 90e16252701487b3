"""How a preview shows what an import does, and which rows somebody changed meanwhile."""

from django.utils.timezone import localtime

from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.rehearsing.outcomes import Conflict, ShownChange, ShownRow, shortened
from aidtracker.sheets.rehearsing.plans import PlannedRow

SHOWN_ROWS = 100
# All changes of a few rows, the first ones of many: the page stays below a megabyte.
SHOWN_CHANGES = 1_200
FEWEST_CHANGES = 12
SHOWN_CONFLICTS = 20
# Of each conflict: its latest states, and of each of those the first changes.
SHOWN_STATES = 3
SHOWN_IN_STATE = 6


def shown_rows(plans: list[PlannedRow]) -> list[ShownRow]:
    """The first planned rows, the fewer changes of each the more there are."""
    plans = plans[:SHOWN_ROWS]
    most = max(FEWEST_CHANGES, SHOWN_CHANGES // max(1, len(plans)))
    return [
        ShownRow(
            plan.number,
            plan.kind,
            shortened(str(plan.row)),
            [shown_change(*change) for change in plan.changes[:most]],
            max(0, len(plan.changes) - most),
            plan.waiting,
        )
        for plan in plans
    ]


def shown_change(column: SheetColumn, old, new, raw) -> ShownChange:
    """A changed field in words, with the cell that was read if that had to be converted."""
    old, new = column.text_of(old), column.text_of(new)
    read = "" if raw is None else cell_text(raw)
    return ShownChange(column.heading, *map(shortened, (old, new, "" if read == new else read)))


def conflicts_of(plans: list[PlannedRow], resource: SheetResource) -> list[Conflict]:
    """The first conflicting rows, each with what the file says and what was done meanwhile."""
    plans = plans[:SHOWN_CONFLICTS]
    states: dict[int, list] = {plan.pk: [] for plan in plans}
    if plans:
        found = resource.model.history.filter(id__in=states).order_by("history_id")
        for state in found.select_related("act__user"):
            states[state.id].append(state)
    return [
        Conflict(
            plan.number,
            name_of(plan, states[plan.pk]),
            [shown_change(*one._replace(raw=None)) for one in plan.changes[:FEWEST_CHANGES]],
            meanwhile(plan, states[plan.pk], resource),
        )
        for plan in plans
    ]


def name_of(plan: PlannedRow, states: list) -> str:
    last = getattr(states[-1], "name", "") if states else ""
    return shortened(last or " / ".join(cell_text(cell) for cell in plan.cells[:2]))


def meanwhile(plan: PlannedRow, states: list, resource: SheetResource) -> list[str]:
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


def sentence(before, state, resource: SheetResource) -> str:
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


def text_of(column: SheetColumn, state) -> str:
    """What a state of a row shows in a column."""
    shown = column.text_of(getattr(state, column.source.attname))
    return f"“{shortened(shown)}”" if shown else "空"
