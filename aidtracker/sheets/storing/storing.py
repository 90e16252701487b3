"""Stores what was rehearsed: all of it or nothing, in bulk, with a state of every row."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from aidtracker.ground import bulk
from aidtracker.ground.batches import held, in_batches
from aidtracker.ground.changes import after_change
from aidtracker.ground.circles import circles, hold_order, own_keys
from aidtracker.ground.garbage import collection_paused
from aidtracker.ground.records import SlugFromPinyinField, first_free
from aidtracker.ground.search import spare_search_text
from aidtracker.review.proposals import propose_many
from aidtracker.sheets.columns.column import REASON
from aidtracker.sheets.columns.resources import SheetResource
from aidtracker.sheets.reading.pages import Sheet, ranges
from aidtracker.sheets.rehearsing.outcomes import WHOLE_ROW, Outcome, Problem
from aidtracker.sheets.rehearsing.plans import FieldChange, PlannedRow
from aidtracker.sheets.rehearsing.progress import Report, silent
from aidtracker.sheets.rehearsing.rehearsal import Rehearsal
from aidtracker.trail import acts
from aidtracker.trail.history import CHANGED, NEW, copy_states
from aidtracker.trail.links import link

WRITING, FOLLOWING = "写入数据库", "核对写入的数据"
REFUSED = "数据库没有接受这一行：与已有记录冲突或不合规则。"


class StaleError(Exception):
    """A row was changed by somebody else while the import was about to be stored."""


def nothing_more(outcome: Outcome) -> None:
    """Nothing is stored beside the rows."""


@acts.one_act()
def store(
    resource: SheetResource,
    sheet: Sheet,
    fingerprint: str,
    file_name: str = "",
    reason: str = "",
    *,
    way: acts.Way = acts.Way.IMPORT,
    report: Report = silent,
    end: Callable[[Outcome], None] = nothing_more,
) -> Outcome:
    """Import the whole sheet, or nothing; the Outcome says which by `is_stored`.

    Nothing is stored if a row fails, if the outcome is no longer the one with `fingerprint`, which
    the person has seen, or if rows lack a reason and `reason` is none for them. Raises
    DatabaseError if the database fails; then, too, nothing is. `end` is called last in the same
    transaction. `way` is the door, which `file_name` describes if it is another than a file.
    """
    rehearsal = Rehearsal(resource, sheet, report)
    outcome = rehearsal.run()
    outcome.reason = reason
    if not outcome.can_be_stored or outcome.fingerprint != fingerprint:
        return outcome
    give_reason(rehearsal, reason)
    if outcome.reason_error:
        return outcome
    describe(outcome, rehearsal.model, file_name, way)
    try:
        with transaction.atomic():
            write(rehearsal)
            review_wholes(rehearsal, resource.user)
            report(FOLLOWING, outcome.written)
            if outcome.new or outcome.changed:
                after_change()
            end(outcome)
    except StaleError:
        return Rehearsal(type(resource)(user=resource.user), sheet).run()
    except IntegrityError:
        find_refused(rehearsal)
    else:
        outcome.is_stored = True
    return outcome


def describe(outcome: Outcome, model, file_name: str, way: acts.Way) -> None:
    """Say in the audit trail what is imported."""
    details = [
        ["数据", str(model._meta.verbose_name)],
        ["新增", outcome.new],
        ["修改", outcome.changed],
        *([["变更申请", outcome.proposed]] if outcome.proposed else []),
        ["冲突", outcome.conflicting],
    ]
    is_said = outcome.lacking or way != acts.Way.IMPORT
    reason = outcome.reason if is_said else None
    acts.describe(way=way, subject=file_name, details=details, reason=reason)


def give_reason(rehearsal: Rehearsal, reason: str) -> None:
    """Let the rows that lack a reason take this one; the outcome says if it is none for them."""
    plans = [plan for plan in rehearsal.planned if plan.lacks_reason]
    if not plans:
        return
    column = rehearsal.resource.fields[REASON]
    again = [plan.number for plan in plans if plan.last_reason == reason]
    if not reason:
        rehearsal.outcome.reason_error = f"请写明理由：有 {len(plans)} 行要有理由才能改动。"
    elif len(reason) > column.source.max_length:
        rehearsal.outcome.reason_error = f"理由最多 {column.source.max_length} 字。"
    elif again:
        words = f"第 {ranges(again)} 行上一次更正也是这个理由；请写明这一次的理由。"
        rehearsal.outcome.reason_error = words
    for plan in plans:
        plan.changes.append(FieldChange(column, plan.last_reason, reason))
        plan.row.correction_reason = reason


@collection_paused()
def write(rehearsal: Rehearsal) -> None:
    """Write all rows, their links and their states."""
    model = rehearsal.model
    proposed = [plan for plan in rehearsal.planned if plan.is_proposal]
    written = [plan for plan in rehearsal.planned if not plan.is_proposal]
    new = [plan for plan in written if plan.is_new]
    changed = [plan for plan in written if not plan.is_new]
    lock(model, [*changed, *proposed])
    check_order(model, changed)
    fill_slugs(model, [plan.row for plan in new])
    rehearsal.report(WRITING, 0)
    for layer in layers(model, [plan.row for plan in new]):
        bulk.insert(layer)
    rehearsal.report(WRITING, len(new))
    write_changed(model, changed)
    write_links(written)
    rehearsal.report(WRITING, len(written))
    copy_states([plan.row for plan in new], NEW)
    copy_states([plan.row for plan in changed], CHANGED)
    if proposed:
        propose_many([plan.proposal for plan in proposed])


def write_changed(model, plans: list[PlannedRow]) -> None:
    """Write the new states of stored rows, as far as any of them changes."""
    for plan in plans:
        plan.row.version += 1
        spare_search_text(plan.row, plan.before)
    if plans:
        touched = {name for plan in plans for name in plan.touched()} | derived(model)
        rows = [plan.row for plan in plans]
        name_parents(model, rows)
        bulk.update(rows, touched)


def review_wholes(rehearsal, user):
    """Let what imported parts belong to be reviewed again, as if a person had typed them."""
    if user is not None:
        plans = rehearsal.planned
        rehearsal.model.review_wholes(
            [row for plan in plans for row in (plan.row, plan.before) if row]
        )


def lock(model, changed: list[PlannedRow]) -> None:
    """Hold the rows that change. Raises StaleError if somebody changed them meanwhile."""
    versions = {plan.pk: plan.stored_version for plan in changed}
    found = {}
    for pks in in_batches(sorted(versions)):
        rows = held(model._base_manager.filter(pk__in=pks))
        found.update(rows.values_list("pk", "version"))
    if found != versions:
        raise StaleError


def check_order(model, changed: list[PlannedRow]) -> None:
    """Ask once more for circles, which others may have half closed. Raises StaleError for one."""
    own = {field.name for field in own_keys(model)}
    moved = [plan.row for plan in changed if own & plan.touched()]
    if moved:
        hold_order(model)
        if any(circles(moved, model)):
            raise StaleError


def derived(model):
    """The fields that change with any other."""
    return {"version", "updated_at", "search_text", model.REVIEW, *model.DERIVED}


def fill_slugs(model, rows):
    """Give rows without an address one of their own, all at once."""
    field = next((f for f in model._meta.fields if isinstance(f, SlugFromPinyinField)), None)
    if field is None:
        return
    rows = [row for row in rows if not getattr(row, field.attname)]
    if not rows:
        return
    taken = set(model._base_manager.values_list(field.attname, flat=True))
    for row in rows:
        slug = first_free(field.stem(row), taken)
        taken.add(slug)
        setattr(row, field.attname, slug)


def layers(model: Any, rows: list) -> Iterator[list]:
    """New rows in groups, each of which refers only to rows of the groups before."""
    fields = [one for one in model._meta.concrete_fields if one.related_model is model]
    depths: dict[int, int] = {}
    groups: list[list] = []
    for row in rows:
        parents = [field.get_cached_value(row, None) for field in fields]
        depth = 1 + max((depths.get(id(parent), -1) for parent in parents), default=-1)
        depths[id(row)] = depth
        if depth == len(groups):
            groups.append([])
        groups[depth].append(row)
    for group in groups:
        name_parents(model, group)
        yield group


def name_parents(model: Any, rows: list) -> None:
    """Let rows name those of the same file that they refer to, which have their numbers by now."""
    fields = [one for one in model._meta.concrete_fields if one.related_model is model]
    for row, field in product(rows, fields):
        if (parent := field.get_cached_value(row, None)) is not None:
            setattr(row, field.attname, parent.pk)


def write_links(plans: list[PlannedRow]) -> None:
    """Replace the links of many-to-many fields that changed."""
    wanted: dict = {}
    for plan in plans:
        for change in plan.changes:
            if change.column.is_many:
                wanted.setdefault(change.column.source, {})[plan.row.pk] = change.new
    for field, numbers in wanted.items():
        link(field, numbers)


def find_refused(rehearsal: Rehearsal) -> None:
    """Ask of each row why the database did not take it; one question at a time, but only now."""
    for plan in rehearsal.planned:
        try:
            plan.row.validate_unique()
            plan.row.validate_constraints()
        except ValidationError as error:
            rehearsal.settling.explain(plan, error)
    outcome = rehearsal.outcome
    if not outcome.error_count:
        outcome.problems.append(Problem(0, WHOLE_ROW, "", REFUSED))
    outcome.failed = max(1, len(rehearsal.objections.failed))
