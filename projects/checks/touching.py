"""Which scopes a change touches: from the rows that changed, as they are and as they were.

For each model that the checks read stands here what follows from a change of its rows. What a row
was before is told by its states. The record is asked by keys and indexes only.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import Model, Q

from aidtracker.ground.batches import in_batches
from aidtracker.ground.changes import Rows
from aidtracker.ground.keys import KEY_SEPARATOR
from aidtracker.ground.publication import PUBLISHED
from aidtracker.trail import acts
from aidtracker.trail.history import DELETED, NEW
from programs.models import Headquarters, Program, Region, Source
from projects.checks.counted import kind_of, lists_of
from projects.checks.evidence import MetricFacts, SeriesFacts, Thing
from projects.checks.links import Changed
from projects.checks.lookalikes import LEAST
from projects.checks.places import below
from projects.checks.reader import (
    METRIC_COLUMNS,
    SCOPE_COLUMNS,
    SUBJECT_COLUMNS,
    Reader,
    things_in,
)
from projects.checks.scopes import Group, Number, group_of
from projects.checks.steps import DATED
from projects.models.activities import Activity, Agreement, Award
from projects.models.counted_rows import CountedRows
from projects.models.enterprises import Enterprise
from projects.models.investments import Investment
from projects.models.metrics import Metric, Series, any_of
from projects.models.observations import Observation
from projects.models.outlets import Outlet
from projects.models.plans import ProjectPlan
from projects.models.projects import Project
from projects.models.reports import InvestmentReport, OutletReport, ProgressReport
from projects.models.scope_entries import SCOPES, ScopeEntry
from projects.models.sites import Site
from projects.models.subsidies import Subsidy


@dataclass
class Row:
    """A changed row: what it held, the latest first; one state alone if it is new."""

    pk: int
    states: list[dict[str, Any]]

    @property
    def is_new(self) -> bool:
        return len(self.states) == 1

    @property
    def has_come(self) -> bool:
        """Whether it was not there before."""
        return self.is_new and self.states[0]["history_type"] == NEW

    def differs(self, *names: str) -> bool:
        """Whether one of some columns changed; of a row that came or went all did."""
        if self.is_new or self.states[0]["history_type"] == DELETED:
            return True
        return any(state[name] != self.states[0][name] for state in self.states for name in names)

    def values(self, name: str) -> set[Any]:
        """All that a column held."""
        return {state[name] for state in self.states} - {None, ""}


@dataclass
class Touched:
    """What a change touches: series that are others now, and scopes to be checked again."""

    reader: Reader
    changed: Changed = field(default_factory=Changed)
    series: set[int] = field(default_factory=set)
    numbers: set[Number] = field(default_factory=set)
    groups: set[Group] = field(default_factory=set)
    things: set[tuple[type[Model], int]] = field(default_factory=set)

    def change(self, series: Iterable[SeriesFacts]) -> None:
        """Series whose figures, words or standing are others now."""
        self.changed.series += series

    def all_of(self, rows: Any) -> list[SeriesFacts]:
        """The series of a query changed, and all their figures with them."""
        found = self.reader.take(rows)
        self.change(found)
        self.lookalikes(found, found)
        return found

    def lookalikes(self, stored: Collection[SeriesFacts], told: Collection[SeriesFacts]) -> None:
        """All figures of stored series may look like others, under what `told` says of them."""
        kinds = defaultdict(set)
        for one in told:
            self.groups.add(group_of(one))
            kinds[one.pk].add((one.metric.sector, one.metric.unit))
        for keys in in_batches(sorted({one.pk for one in stored})):
            rows = Observation.objects.filter(series__in=keys, status=PUBLISHED, value__gte=LEAST)
            for pk, *number in rows.order_by().values_list("series_id", "value", "value_high"):
                self.numbers |= {Number(*kind, *number) for kind in kinds[pk]}


def states_of_changed(rows: Rows) -> dict[type[Model], list[Row]]:
    """What changed rows held before and since, by model; of models that the checks read."""
    return {model: list(states_of(model, rows[model])) for model in TOUCHES if rows.get(model)}


def is_structural(rows: dict[type[Model], list[Row]]) -> bool:
    """Whether what stands in what, or what is measured of what, is otherwise now."""
    return any(
        row.differs(*columns) for model, columns in STRUCTURE.items() for row in rows.get(model, ())
    )


def touched_by(rows: dict[type[Model], list[Row]], reader: Reader) -> Touched:
    """What changed rows touch, but for who else reads the series that changed."""
    touched = Touched(reader)
    for model, own in rows.items():
        TOUCHES[model](own, touched)
    return touched


def states_of(model: type[Model], pks: Collection[int]) -> Iterator[Row]:
    """What rows held before the act in hand, and since."""
    own = acts.current().pk
    history = model.history.model
    columns = [one.attname for one in history.tracked_fields if one.attname != "id"]
    for keys in in_batches(sorted(pks)):
        states = history.objects.filter(id__among=keys).order_by("id", "-history_id")
        found: dict[int, list[dict]] = defaultdict(list)
        done = set()
        for state in states.values("id", "act_id", "history_type", "links", *columns):
            if state["id"] not in done:
                found[state["id"]].append(state)
                if state["act_id"] != own:
                    done.add(state["id"])
        yield from (Row(pk, found[pk]) for pk in keys if pk in found)


# What follows from a change of rows of each model


def touch_figures(rows: list[Row], touched: Touched) -> None:
    """A figure touches its series, and the numbers like its own; if it is or was public."""
    rows = [row for row in rows if PUBLISHED in row.values("status")]
    series = {one.pk: one for one in touched.reader.by_key(keys_in(rows, "series_id"))}
    touched.change(series.values())
    for row in rows:
        for pk in row.values("series_id"):
            for upper in row.values("upper"):
                known = touched.changed.ceilings.get(pk, upper)
                touched.changed.ceilings[pk] = min(known, upper)
            if pk in series:
                touch_numbers(row, series[pk], touched)


def touch_numbers(row: Row, series: SeriesFacts, touched: Touched) -> None:
    group = group_of(series)
    for state in row.states:
        if state["value"] is not None and state["value"] >= LEAST:
            touched.groups.add(group)
            number = Number(group.sector, group.unit, state["value"], state["value_high"])
            touched.numbers.add(number)


def touch_series(rows: list[Row], touched: Touched) -> None:
    """A series touches what it is now and what it was."""
    stored = touched.all_of(Series.objects.filter(pk__in=[row.pk for row in rows]))
    touched.reader.load_metrics(keys_in(rows, "metric_id"))
    before = [
        SeriesFacts(
            row.pk,
            touched.reader.metrics[state["metric_id"]],
            things_in(state[name] for name in SUBJECT_COLUMNS),
            touched.reader.scopes.of([state[name] for name in SCOPE_COLUMNS]),
            state["part_of_id"],
        )
        for row in rows
        for state in row.states[1:] or row.states
        if state["metric_id"] in touched.reader.metrics
    ]
    touched.change(before)
    touched.series |= {row.pk for row in rows}
    touched.lookalikes(stored, before)


def touch_metrics(rows: list[Row], touched: Touched) -> None:
    """A metric touches all its series, and the rates that name it, whether or not it has figures.

    Not if only its explanation changed.
    """
    columns = METRIC_COLUMNS[1:]
    for row in rows:
        if not row.is_new and row.differs(*columns):
            found = touched.all_of(Series.objects.filter(metric=row.pk))
            rates = Series.objects.filter(
                Q(metric__numerator=row.pk) | Q(metric__denominator=row.pk)
            )
            touched.series |= set(rates.order_by().values_list("pk", flat=True))
            for state in row.states[1:]:
                metric = MetricFacts(row.pk, *(state[name] for name in columns))
                before = [
                    SeriesFacts(one.pk, metric, one.subjects, one.scope, one.part_of)
                    for one in found
                ]
                touched.change(before)
                touched.lookalikes(found, before)


def touch_scope_entries(rows: list[Row], touched: Touched) -> None:
    """An entry of the list of scopes touches the series that it holds of, or whose words name it.

    Not if only its explanation changed.
    """
    rows = [row for row in rows if row.differs(*STRUCTURE[ScopeEntry], "aliases")]
    if rows:
        numbers = [row.pk for row in rows]
        own = any_of({f"{name}__in": numbers for name in SCOPES})
        touched.all_of(Series.objects.filter(own | ~Q(scope_note="")))


def touch_places(
    rows: list[Row], touched: Touched, kind: str, position: dict[str, str], also: str = ""
) -> None:
    """A thing that stands somewhere else now touches what is said of all that stands in it.

    `position`: the columns that say where it stands, with the kind of thing that each names.
    """
    moved = [row for row in rows if row.differs(*position, *filter(None, [also]))]
    if moved:
        inside = below((kind, row.pk) for row in moved)
        left = {(upper, pk) for name, upper in position.items() for pk in keys_in(moved, name)}
        move(inside, left, touched)
    named = {(kind, row.pk) for row in rows if row.differs("name", "aliases")}
    if named:
        touched.series |= series_about(named)
        touched.series |= series_about(below(named), metric__formula="share")
        touch_counts(named, touched, COUNTED_MODELS)


def move(things: set[Thing], left: set[Thing], touched: Touched) -> None:
    """Things stand in others now; `left` are those that they stand or stood in directly."""
    found = series_about(things)
    touched.series |= found | series_about(left)
    touched.series |= series_about(below(left), metric__formula="share")
    series = touched.reader.by_key(found)
    touched.lookalikes(series, series)
    touch_counts(things | left, touched, COUNTED_MODELS)


def touch_regions(rows: list[Row], touched: Touched) -> None:
    touch_places(rows, touched, "region", {"parent_id": "region"})


def touch_sites(rows: list[Row], touched: Touched) -> None:
    touch_places(rows, touched, "site", {"parent_id": "site", "region_id": "region"})
    touch_firms(rows, touched, "operator_id", "parent_id", "kind")
    touch_subjects(rows, touched, "site", "area", "slug")
    touch_counted(rows, touched, Site)
    touch_amounts(rows, touched, Site)
    touched.things |= {(Site, row.pk) for row in rows}


def touch_amounts(rows: list[Row], touched: Touched, model: type[Model]) -> None:
    """A row of a ledger touches the figures that its amounts are or were taken from."""
    column: Any = model._meta.get_field("amount_figures")
    own, end = column.m2m_field_name(), column.m2m_reverse_field_name()
    through = column.remote_field.through._base_manager
    for keys in in_batches([row.pk for row in rows]):
        found = through.filter(**{f"{own}__in": keys}).order_by()
        touched.series |= set(found.values_list(f"{end}__series", flat=True))
    before: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for state in row.states[1:]:
            for key in state["links"].get("amount_figures", ()):
                source, _, number = key.rpartition(KEY_SEPARATOR)
                before[source].add(number)
    for source, numbers in before.items():
        figures = Observation.objects.filter(source__code=source, number__in=numbers).order_by()
        touched.series |= set(figures.values_list("series_id", flat=True))


def touch_investments(rows: list[Row], touched: Touched) -> None:
    touch_amounts(rows, touched, Investment)
    touch_places(rows, touched, "investment", {"site_id": "site"}, also="review")
    touch_firms(rows, touched, "local_enterprise_id", "site_id", "review", "status")
    touch_subjects(rows, touched, "investment")
    touched.things |= {(Enterprise, pk) for pk in keys_in(rows, "local_enterprise_id")}
    touch_counted(rows, touched, Investment)


def touch_firms(rows: list[Row], touched: Touched, firm: str, *columns: str) -> None:
    """Firms may stand in other sites now, by what changed in a column or in that of the firm."""
    moved = [row for row in rows if row.differs(firm, *columns)]
    if firms := {("enterprise", pk) for pk in keys_in(moved, firm)}:
        left = {("site", pk) for name in columns for pk in keys_in(moved, name) if name in SITES}
        move(firms, left, touched)


def touch_projects(rows: list[Row], touched: Touched) -> None:
    touch_subjects(rows, touched, "project")
    touched.things |= {(Site, pk) for pk in keys_in(rows, "site_id")}
    touch_amounts(rows, touched, Project)


def touch_outlets(rows: list[Row], touched: Touched) -> None:
    touch_subjects(rows, touched, "outlet")
    touched.things |= {(Enterprise, pk) for pk in keys_in(rows, "operator_id")}
    touch_counted(rows, touched, Outlet)


def touch_enterprises(rows: list[Row], touched: Touched) -> None:
    touch_subjects(rows, touched, "enterprise", "name")
    touch_counted(rows, touched, Enterprise)
    touched.things |= {(Enterprise, row.pk) for row in rows}


def touch_headquarters(rows: list[Row], touched: Touched) -> None:
    touch_subjects(rows, touched, "headquarters", "name")


def touch_programs(rows: list[Row], touched: Touched) -> None:
    touch_subjects(rows, touched, "program", "name")


def touch_subjects(rows: list[Row], touched: Touched, kind: str, *columns: str) -> None:
    """What is said of things whose names, amounts or publication changed.

    With a reviewed thing its figures come and go; `columns` are those that matter, None all.
    """
    # Of what has just come nothing is said yet but by series that came with it.
    rows = [row for row in rows if not row.has_come]
    about = {(kind, row.pk) for row in rows if not columns or row.differs(*columns)}
    touched.series |= series_about(about)
    shown = [row.pk for row in rows if "review" in row.states[0] and row.differs("review")]
    for keys in in_batches(shown):
        touched.all_of(Series.objects.filter(**{f"{kind}__in": keys}))


def touch_activities(rows: list[Row], touched: Touched) -> None:
    """An activity dates what it names now and what it named."""
    touch_subjects(rows, touched, "activity", "name")
    touch_counted(rows, touched, Activity)
    pks = [row.pk for row in rows]
    touched.things |= {(Site, pk) for pk in keys_in(rows, "site_id")}
    for dated in DATED:
        for keys in in_batches(pks):
            named = dated.model.objects.filter(**{f"{dated.activities}__in": keys})
            touched.things |= {(dated.model, pk) for pk in named.values_list("pk", flat=True)}
    linked = linked_before(rows, Activity)
    touched.things |= {(Enterprise, pk) for kind, pk in linked if kind == "enterprise"}


def touch_agreements(rows: list[Row], touched: Touched) -> None:
    touched.things |= {(Agreement, row.pk) for row in rows}
    touch_counted(rows, touched, Agreement)


def touch_awards(rows: list[Row], touched: Touched) -> None:
    touch_counted(rows, touched, Award)


def touch_sources(rows: list[Row], touched: Touched) -> None:
    """Findings name figures by the code of their document; copies of one are one word."""
    for row in rows:
        if not row.is_new and row.differs("code", "copied_from_id"):
            figures = Observation.objects.filter(source=row.pk, status=PUBLISHED)
            keys = list(figures.order_by().values_list("series_id", flat=True).distinct())
            for part in in_batches(keys):
                touched.all_of(Series.objects.filter(pk__in=part))


def touch_counted(rows: list[Row], touched: Touched, model: type[Model]) -> None:
    """Rows of a ledger touch the counts of all that they belong to or belonged to."""
    if counting([model]):
        things = named_before(rows, model) | linked_before(rows, model) | linked_now(rows, model)
        touch_counts(things, touched, [model])


def touch_counts(things: Iterable[Thing], touched: Touched, models: Iterable[type[Model]]) -> None:
    """Counts of rows of some models that belong to some of the things, and so to what is above."""
    metrics = counting(models)
    if not metrics:
        return
    places = touched.reader.places
    places.climb(things)
    around = {up for one in things for up in (one, *places.above.get(one, ()))}
    rows = Series.objects.filter(metric__in=metrics).order_by()
    for pk, *subjects in rows.values_list("pk", *SUBJECT_COLUMNS):
        if things_in(subjects) <= around:
            touched.series.add(pk)


def counting(models: Iterable[type[Model]]) -> list[int]:
    """The metrics that count rows of some models."""
    wanted = set(models)
    rules = Metric.objects.exclude(counted_rows="").order_by().values_list("pk", "counted_rows")
    return [pk for pk, rule in rules if CountedRows(rule).model in wanted]


def named_before(rows: list[Row], model: type[Model]) -> set[Thing]:
    """What rows are themselves, and what their foreign keys named, before and since."""
    kind = kind_of(model)
    found = {(kind, row.pk) for row in rows} if kind else set()
    for column in model._meta.concrete_fields:
        if named := kind_of(column.related_model):
            found |= {(named, pk) for pk in keys_in(rows, column.attname)}
    return found


def linked_before(rows: list[Row], model: type[Model]) -> set[Thing]:
    """What the lists of rows named, by keys that may have changed meanwhile."""
    found: set[Thing] = set()
    for kind, column in lists_of(model):
        named = column.related_model
        links = [state["links"].get(column.name, ()) for row in rows for state in row.states]
        [key] = named.KEY
        for keys in in_batches(sorted({one for link in links for one in link})):
            states = named.history.model.objects.filter(**{f"{key}__in": keys})
            found |= {(kind, pk) for pk in states.values_list("id", flat=True).distinct()}
    return found


def linked_now(rows: list[Row], model: type[Model]) -> set[Thing]:
    """What the lists of rows name."""
    found: set[Thing] = set()
    for kind, column in lists_of(model):
        own, other = column.m2m_field_name(), f"{column.m2m_reverse_field_name()}_id"
        through = column.remote_field.through._base_manager
        for keys in in_batches([row.pk for row in rows]):
            links = through.filter(**{f"{own}__in": keys}).values_list(other, flat=True)
            found |= {(kind, pk) for pk in links}
    return found


def series_about(things: Iterable[Thing], **conditions: Any) -> set[int]:
    """The series that have one of some things among their subjects."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, pk in things:
        by_kind[kind].append(pk)
    found: set[int] = set()
    for kind, pks in by_kind.items():
        for keys in in_batches(sorted(pks)):
            rows = Series.objects.filter(**{f"{kind}__in": keys}, **conditions).order_by()
            found |= set(rows.values_list("pk", flat=True))
    return found


def keys_in(rows: Iterable[Row], name: str) -> set[int]:
    """All that a foreign key of some rows named."""
    return {pk for row in rows for pk in row.values(name)}


TOUCHES = {
    Observation: touch_figures,
    Series: touch_series,
    Metric: touch_metrics,
    ScopeEntry: touch_scope_entries,
    Region: touch_regions,
    Site: touch_sites,
    Investment: touch_investments,
    Project: touch_projects,
    Outlet: touch_outlets,
    Enterprise: touch_enterprises,
    Headquarters: touch_headquarters,
    Program: touch_programs,
    Activity: touch_activities,
    Agreement: touch_agreements,
    Award: touch_awards,
    Source: touch_sources,
} | {
    model: partial(touch_amounts, model=model)
    for model in (ProjectPlan, ProgressReport, InvestmentReport, OutletReport, Subsidy)
}
COUNTED_MODELS = (Award, Outlet, Site, Enterprise, Investment, Activity, Agreement)
SITES = ("parent_id", "site_id")  # the columns that name a site
# The columns by which series hang together.
STRUCTURE = {
    Series: ("metric_id", *SCOPE_COLUMNS, "part_of_id", *SUBJECT_COLUMNS),
    ScopeEntry: ("name", "effect", "aspect", "within_id"),
    Metric: METRIC_COLUMNS[1:],
    Region: ("parent_id", "name", "aliases"),
    Site: ("parent_id", "region_id", "kind", "operator_id", "name"),
    Investment: ("site_id", "local_enterprise_id", "status", "review"),
}
