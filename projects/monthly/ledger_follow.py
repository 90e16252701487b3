"""The amounts of projects and investments follow what is published about them, month by month.

Reports and plans count once they are published themselves, whether or not the public sees the
project yet: so the amounts are the same in whichever order a project and its papers are published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from aidtracker.ground.batches import held, in_batches, prefetch_in_batches
from aidtracker.templatetags.formatting import plain
from aidtracker.trail.history import FOLLOW_ON, keep_states, was_follow_on
from projects.models import (
    InvestmentReport,
    Observation,
    ProgressReport,
    Project,
    ProjectPlan,
    Review,
    TargetReport,
)
from projects.models.amount_figures import allows, amounts_of, column_of

# Of each kind of report, where its amounts stand in the row that it is about.
FOLLOWED = {
    ProgressReport: {
        "work_done_to_date": "work_done_amount",
        "received_to_date": "received_amount",
        "disbursed_to_date": "disbursed_amount",
        "paid_to_date": "paid_amount",
    },
    InvestmentReport: {"arrived_to_date": "arrived_amount", "jobs": "jobs"},
    TargetReport: {"done_to_date": "done"},
}
# The models from whose published rows amounts follow.
SOURCES = (*FOLLOWED, ProjectPlan)


@dataclass(frozen=True)
class Followed:
    """An amount that was brought up to date."""

    row: Any
    name: str
    old: object
    new: object

    def __str__(self):
        label = self.row._meta.get_field(self.name).verbose_name
        return f"{self.row}：{label} {plain(self.old)} → {plain(self.new)}"


def follow(rows):
    """Bring up to date the amounts that follow from `rows`, reports or plans of one model.

    An amount about which nothing is published stays as it is. Returns a list of Followed.
    """
    rows = list(rows)
    if not rows:
        return []
    if isinstance(rows[0], ProjectPlan):
        return store({row.project_id for row in rows}, Project, planned_amounts)
    model = type(rows[0])
    subjects = {getattr(row, f"{model.SUBJECT}_id") for row in rows}
    return store(subjects, model.subject_model(), lambda keys: reported_amounts(model, keys))


def store(keys, model, amounts_of):
    """Write the amounts of `amounts_of(keys)` where they are others than now."""
    parts = in_batches(sorted(keys))
    return [change for part in parts for change in store_part(part, model, amounts_of)]


def store_part(keys, model, amounts_of):
    found, now, changes = amounts_of(keys), timezone.now(), []
    rows = list(held(model.objects.filter(pk__in=found)))
    for row in rows:
        for name, amount in found[row.pk].items():
            old = getattr(row, name)
            if old != amount:
                changes.append(Followed(row, name, old, amount))
                setattr(row, name, amount)
    changed = list({change.row.pk: change.row for change in changes}.values())
    for row in changed:
        row.version, row.updated_at = row.version + 1, now
    names = {name for amounts in found.values() for name in amounts}
    if changed:
        forget_figures(changes)
        model.objects.bulk_update(changed, [*sorted(names), "version", "updated_at"])
        keep_states(changed, reason=FOLLOW_ON)
    return changes


def forget_figures(changes: list[Followed]) -> None:
    """A figure that an amount was taken from is not where another amount comes from."""
    rows = list({change.row.pk: change.row for change in changes}.values())
    if not hasattr(rows[0], "amount_figures"):
        return
    figures = Observation.objects.select_related("series__metric").defer("search_text")
    prefetch_in_batches(rows, Prefetch("amount_figures", figures, "named_figures"))
    for row in rows:
        own = {change.name: change for change in changes if change.row.pk == row.pk}
        before = {name: Decimal(one.old) for name, one in own.items() if one.old is not None}
        amounts = amounts_of(row) | before
        said = [(column_of(figure, amounts), figure) for figure in row.named_figures]
        gone = [one for name, one in said if name in own and not allows(one, name, own[name].new)]
        if gone:
            row.amount_figures.remove(*gone)


def planned_amounts(projects):
    """{project id: amounts}: what its plans add up to, but where the project states apart what it
    is to cost over all years, of which these may be only some."""
    added = added_plans(projects)
    rows = Project.objects.filter(pk__in=added).order_by()
    apart = stated_apart(added, rows.values_list("pk", *PLANNED))
    return {
        pk: {name: amount for name, amount in amounts.items() if (pk, name) not in apart}
        for pk, amounts in added.items()
    }


def added_plans(projects):
    """{project id: amounts}: first editions summed over the years, and the latest if adjusted."""
    plans = ProjectPlan.objects.filter(review=Review.PUBLISHED, project__in=projects)
    first, latest, adjusted = {}, {}, set()
    for plan in plans.order_by("number"):
        edition = plan.project_id, plan.year
        if plan.number == 1:
            first[edition] = plan.amount
        else:
            adjusted.add(plan.project_id)
        latest[edition] = plan.amount
    return {
        project: sums(project, first, "planned_amount")
        | (sums(project, latest, "adjusted_amount") if project in adjusted else {})
        for project in {key for key, _ in latest}
    }


PLANNED = Project.STATES_TELL


def stated_apart(
    added: dict[int, dict[str, Any]],
    stated: Iterable[tuple[Any, ...]],
    states: Iterable[Any] | None = None,
) -> set[tuple[int, str]]:
    """Which amounts, as (project id, name), somebody stated that are more than plans add up to.

    `stated` are the projects' own, each after its number, in the order of PLANNED; `states` theirs
    where they have been read.
    """
    more = {
        (pk, name)
        for pk, *values in stated
        for name, value in zip(PLANNED, values, strict=True)
        if value is not None and name in added[pk] and value > added[pk][name]
    }
    if not more:
        return more
    by_plans = followed(states_of({pk for pk, _ in more}) if states is None else states)
    return {one for one in more if not by_plans.get(one)}


def states_of(projects: Iterable[int]) -> QuerySet:
    """The states of projects with what `followed` asks of them, in time."""
    states = Project.history.filter(id__in=projects).select_related("act").order_by("history_id")
    return states.only("id", *Project.STATES_TELL, "history_change_reason", "act__reason")


def followed(states: Iterable[Any]) -> dict[tuple[int, str], bool]:
    """Whether the present amounts of projects followed from plans, as their states tell in time.

    Of each it counts how it became what it is.
    """
    values: dict[tuple[int, str], Any] = {}
    found: dict[tuple[int, str], bool] = {}
    for state in states:
        for name in PLANNED:
            place, value = (state.id, name), getattr(state, name)
            if place not in values or values[place] != value:
                found[place] = was_follow_on(state)
            values[place] = value
    return found


def plans_in_words(project: Project) -> str:
    """What the published plans of a project add up to, and how its own amount stands to that."""
    added = added_plans([project.pk]).get(project.pk, {})
    if not added:
        return "还没有已发布的年度计划"
    named = zip(PLANNED, ("年初计划合计", "调整后合计"), strict=True)
    said = "，".join(f"{words} {plain(added[name])} 万元" for name, words in named if name in added)
    own = (project.pk, project.planned_amount, project.adjusted_amount)
    states = getattr(project, "states_read", None)
    apart = {name for _, name in stated_apart({project.pk: added}, [own], states)}
    labels = [str(Project._meta.get_field(name).verbose_name) for name in PLANNED if name in apart]
    if not labels:
        return f"{said}；年度计划发布后，项目的数随合计更新"
    return f"{said}；项目填的{'、'.join(labels)}大于合计，是多年的总数，不随年度计划改动"


def sums(project, amounts, name):
    """{name: the sum of a project's amounts}; nothing if there are none."""
    own = [amount for (key, _), amount in amounts.items() if key == project]
    return {name: sum(own)} if own else {}


def reported_amounts(model, subjects):
    """{subject id: amounts}: each as the latest published report says that says it at all."""
    found: dict = {}
    key = f"{model.SUBJECT}_id"
    reports = model.objects.filter(review=Review.PUBLISHED, **{f"{key}__in": subjects})
    for report in reports.order_by("month"):
        amounts = found.setdefault(getattr(report, key), {})
        for stated, name in FOLLOWED[model].items():
            if getattr(report, stated) is not None:
                amounts[name] = getattr(report, stated)
    return found
