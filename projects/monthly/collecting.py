"""Collecting what headquarters fill in: made, filled in, handed in, returned, reminded.

The rows are those of the ledgers themselves. Whether they come by a workbook or are typed into the
page of the month makes no difference to a task: it counts what is stored.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from aidtracker.ground.batches import held
from aidtracker.ground.keys import follow, key_text
from aidtracker.ground.months import month_text
from aidtracker.ground.scope import scope_of
from aidtracker.review.reviewed import HANDED_IN
from aidtracker.review.steps import RETURN, SUBMIT, take_step
from aidtracker.sheets import Prefilled
from aidtracker.trail import acts
from aidtracker.trail.notices import Notice
from projects.models import Review
from projects.models.tasks import CollectionTask, CollectionUnit, owner_path
from projects.monthly.due import without_report
from projects.monthly.grid import Grid
from projects.monthly.kinds import KINDS, ReportKind
from projects.monthly.people import people_for, tell_people

State = CollectionUnit.State
NOT_OPEN = "这份任务已经结束。"


def kind_of(task: CollectionTask) -> ReportKind | None:
    """The monthly ledger that a task is about; None for other datasets."""
    return next((one for one in KINDS.values() if one.model is task.model), None)


def rows_of(task: CollectionTask, headquarters: Iterable[Any]) -> QuerySet:
    """The rows that some headquarters have of what a task asks."""
    rows = task.model.objects.filter(**{f"{owner_path(task.model)}__in": headquarters})
    return rows.filter(month=task.month) if task.month else rows


def address_of(task: CollectionTask) -> str:
    return reverse("admin:projects_task", args=[task.pk])


# Made


@transaction.atomic
def make(task: CollectionTask, headquarters: Sequence[Any], user: Any) -> CollectionTask:
    """Store a task with its units, and tell who fills them in."""
    task.made_by = user
    task.full_clean(exclude=("made_by",))
    task.save()
    CollectionUnit.objects.bulk_create(
        CollectionUnit(task=task, headquarters=one) for one in headquarters
    )
    people = people_for(task.model, [one.pk for one in headquarters])
    about = f"{task.title}，{task.due_on:%-m月%-d日}截止"
    concerned = [one for own in people.values() for one in own]
    tell_people(concerned, user, Notice.Kind.TASK, about, address_of(task), task.instruction)
    acts.keep(acts.Way.FORM, f"报表任务：{task}", [["单位", "", f"{len(headquarters)} 个"]])
    return task


# How far it is


@dataclass
class Progress:
    """How many rows a unit has in which state, and how many are missing, where that is known."""

    states: Counter = field(default_factory=Counter)
    missing: int | None = None

    @property
    def handed_in(self) -> int:
        return sum(self.states[one] for one in HANDED_IN)

    @property
    def words(self) -> str:
        parts = [f"{number} 条{Review(one).label}" for one, number in sorted(self.states.items())]
        if self.missing:
            parts.append(f"{self.missing} 条没填")
        return "、".join(parts) or "还没有"


def progress(task: CollectionTask, numbers: Sequence[int]) -> dict[int, Progress]:
    """How far each headquarters is; two queries for all of them."""
    found = {pk: Progress() for pk in numbers}
    owner, review = owner_path(task.model), task.model.REVIEW
    counted = rows_of(task, numbers).order_by().values_list(owner, review)
    for pk, state, number in counted.annotate(number=Count("pk")):
        found[pk].states[state] = number
    if kind := kind_of(task):
        missing = missing_of(kind, task, numbers)
        for pk, one in found.items():
            one.missing = missing[pk]
    return found


def missing_of(kind: ReportKind, task: CollectionTask, numbers: Sequence[int]) -> Counter:
    """How many subjects of each headquarters nothing was entered about."""
    rows = without_report(kind, numbers, task.month)
    name = "headquarters" if kind.is_regular else kind.model.OWNERS[0]
    return Counter(rows.order_by().values_list(name, flat=True))


# Filled in


def workbook_of(unit: CollectionUnit, user: Any) -> Prefilled:
    """What the unit's workbook has: its rows, those to be made, and what was said of returned."""
    task = unit.task
    rows = rows_of(task, [unit.headquarters_id])
    told = [
        ("任务", task.title),
        ("单位", unit.headquarters.name),
        ("填什么", task.what),
        ("截止", f"{task.due_on:%Y年%-m月%-d日}"),
        ("要求", task.instruction),
        ("怎么填", "在“数据”表里填，表头和灰色的格不要改；填好后在报表任务页上传。"),
        ("退回意见", unit.words),
    ]
    back = rows.filter(**{task.model.REVIEW: Review.RETURNED})
    marks = dict(back.values_list("pk", "review_comment"))
    new = new_rows(unit, user)
    return Prefilled(rows, new, marks, [line for line in told if line[1]])


def new_rows(unit: CollectionUnit, user: Any) -> list[dict[str, str]]:
    """What names each row of the month that is not there yet, as the columns of a file have it."""
    kind = kind_of(unit.task)
    if kind is None:
        return []
    grid = grid_of(unit, kind, user)
    lacking = [row.subject.identity for row in grid.rows if row.report is None]
    fields = kind.model.identity_fields()
    said = [texts_of(one, {identity[at] for identity in lacking}) for at, one in enumerate(fields)]
    found = []
    for identity in lacking:
        line = {"month": month_text(unit.task.month)}
        for at, value in enumerate(identity):
            line |= said[at].get(value, {})
        found.append(line)
    return found


def texts_of(source: Any, values: set) -> dict[Any, dict[str, str]]:
    """The cells that name each of some values of a field: its key, and beside it its name."""
    if not source.is_relation:
        labels = dict(source.choices)
        return {value: {source.name: str(labels.get(value, value))} for value in values}
    rows = source.related_model._default_manager.in_bulk(values)
    return {
        pk: {
            source.name: key_text([follow(row, path) for path in row.KEY]),
            f"{source.name}_name": str(row),
        }
        for pk, row in rows.items()
    }


def grid_of(unit: CollectionUnit, kind: ReportKind, user: Any) -> Grid:
    one = unit.headquarters
    return Grid(kind, unit.task.month, user, [one], one, page=0)


def grid_address(unit: CollectionUnit) -> str:
    """Where the same rows are filled in in the browser; empty where there is no such page."""
    kind = kind_of(unit.task)
    if kind is None:
        return ""
    asked = {"kind": kind.key, "month": month_text(unit.task.month)}
    asked["headquarters"] = str(unit.headquarters_id)
    return f"{reverse('admin:projects_grid')}?{urlencode(asked)}"


# Handed in, taken, returned


def held_unit(unit: CollectionUnit, *states: str) -> CollectionUnit:
    """A unit as it is now, kept until the end. Raises ValidationError if it is in another state."""
    now = held(CollectionUnit.objects.filter(pk=unit.pk)).get()
    if now.task.closed_at is not None:
        raise ValidationError(NOT_OPEN)
    if now.state not in states:
        raise ValidationError(f"{now.headquarters}现在是“{now.get_state_display()}”。")
    return now


@transaction.atomic
def hand_in(unit: CollectionUnit, user: Any) -> str:
    """Submit the unit's drafts and say that it is done; what it says of it in a sentence."""
    unit = held_unit(unit, State.WAITING, State.RETURNED)
    rows = drafts_of(unit, user)
    outcome = take_step(SUBMIT, rows, user)
    if outcome.refused:
        raise ValidationError([text for _, text in outcome.sentences(unit.task.what)])
    unit.state, unit.sent_by, unit.sent_at = State.SENT, user, timezone.now()
    unit.words = ""
    unit.save()
    kept(unit, "报送", f"{len(outcome.done)} 条")
    tell_people(
        [unit.task.made_by], user, Notice.Kind.TASK, f"{unit}，已报送", address_of(unit.task)
    )
    return f"{unit.headquarters}已报送，提交 {len(outcome.done)} 条。"


def drafts_of(unit: CollectionUnit, user: Any) -> QuerySet:
    """What is handed in with a unit: of a month what was filled in, else all its drafts."""
    rows = rows_of(unit.task, [unit.headquarters_id])
    rows = rows.filter(**{unit.task.model.REVIEW: Review.DRAFT})
    kind = kind_of(unit.task)
    if kind is None:
        return rows
    grid = grid_of(unit, kind, user)
    filled = [row.report.pk for row in grid.rows if row.report is not None and row.is_filled]
    return rows.filter(pk__among=filled)


@transaction.atomic
def accept(unit: CollectionUnit, user: Any) -> str:
    unit = held_unit(unit, State.SENT)
    unit.state = State.ACCEPTED
    unit.save()
    kept(unit, "收下", "")
    return f"{unit.headquarters}已收下。"


@transaction.atomic
def give_back(unit: CollectionUnit, user: Any, words: str) -> str:
    """Return what a unit handed in: its submitted rows, too, as far as this user may."""
    words = words.strip()[:200]
    if not words:
        raise ValidationError("请写明退回意见。")
    unit = held_unit(unit, State.SENT, State.ACCEPTED)
    unit.state, unit.words = State.RETURNED, words
    unit.save()
    rows = rows_of(unit.task, [unit.headquarters_id])
    rows = rows.filter(**{unit.task.model.REVIEW: Review.SUBMITTED})
    back = (
        len(take_step(RETURN, rows, user, words).done) if RETURN.is_allowed(user, rows.model) else 0
    )
    kept(unit, "退回", words)
    people = people_for(unit.task.model, [unit.headquarters_id])[unit.headquarters_id]
    tell_people(people, user, Notice.Kind.TASK, f"{unit}，已退回", address_of(unit.task), words)
    more = f"，其中 {back} 条退回修改" if back else ""
    return f"{unit.headquarters}已退回{more}。"


@transaction.atomic
def remind(units: Sequence[CollectionUnit], user: Any) -> str:
    """Tell who fills in the units that are still to be handed in, once for each."""
    units = [one for one in units if one.is_waiting and one.task.closed_at is None]
    if not units:
        raise ValidationError("没有要催的单位。")
    task = units[0].task
    people = people_for(task.model, [one.headquarters_id for one in units])
    told, nobody = 0, []
    for unit in units:
        own = people[unit.headquarters_id]
        about = f"{task.title}，{task.due_on:%-m月%-d日}截止，{unit.headquarters}还没有报送"
        told += tell_people(own, user, Notice.Kind.REMINDER, about, address_of(task))
        nobody += [] if own else [unit.headquarters.name]
    CollectionUnit.objects.filter(pk__in=[one.pk for one in units]).update(
        reminded_at=timezone.now()
    )
    acts.keep(acts.Way.FORM, f"报表任务：{task}", [["催报", "", f"{len(units)} 个单位"]])
    left = f"没有人填报、催不到的：{'、'.join(nobody)}。" if nobody else ""
    return f"已提醒 {len(units)} 个单位的 {told} 人。{left}"


@transaction.atomic
def close(task: CollectionTask, user: Any) -> str:
    task.closed_at = timezone.now()
    task.save(update_fields=["closed_at"])
    acts.keep(acts.Way.FORM, f"报表任务：{task}", [["结束", "", ""]])
    return "任务已结束。"


def kept(unit: CollectionUnit, label: str, words: str) -> None:
    acts.keep(acts.Way.FORM, f"报表任务：{unit.task}", [[label, str(unit.headquarters), words]])


def fills_in(unit: CollectionUnit, user: Any) -> bool:
    """Whether a unit is one of those that a person fills in for."""
    scope = scope_of(user)
    is_own = scope.changes_all or unit.headquarters_id in scope.headquarters
    name = unit.task.model._meta.model_name
    return is_own and user.has_perm(f"projects.change_{name}")
