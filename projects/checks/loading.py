"""Reads the published figures and what stands around them out of the database, table by table."""

from collections import defaultdict
from decimal import Decimal
from itertools import chain

from django.db.models import Case, Value, When

from aidtracker.ground.batches import BATCH
from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.partial_dates import first_day, in_chinese, last_day
from aidtracker.ground.publication import public_rule
from programs.models import Region
from projects.checks.evidence import Evidence, Figure, LedgerRow, MetricFacts, SeriesFacts, Step
from projects.models.activities import Activity, Agreement
from projects.models.counted_rows import CountedRows
from projects.models.enterprises import Enterprise
from projects.models.investments import Investment
from projects.models.metrics import SUBJECTS, Metric, Series
from projects.models.observations import Observation
from projects.models.projects import Project
from projects.models.sites import Site

WAN = Decimal(10_000)
LEDGERS = {"project": Project, "investment": Investment, "site": Site}
HIDDEN = "未公开的序列"  # what a missing part is called whose subject is not public
ESTABLISHED = (Investment.Status.STARTED, Investment.Status.PRODUCING)
FIGURE_FIELDS = (
    *("pk", "source__code", "number", "series_id", "printed", "qualifier", "nature"),
    *("accumulation", "value", "value_high", "lower", "upper", "period_start", "period_end"),
    *("as_of", "period_text", "rank", "note"),
)


def load():
    """All that the checks look at, as it stands in the database → `Evidence`."""
    metrics = load_metrics()
    series = load_series(metrics)
    parents = direct_parents()
    above = {thing: dict.fromkeys(climb(thing, parents), True) for thing in parents}
    above |= firms_in_sites(above)
    names, aliases = load_names()
    fields = {metric.ledger_field for metric in metrics.values()} - {""}
    ledger, ledger_names = load_ledger(fields)
    return Evidence(
        figures=load_figures(series),
        series=series,
        metrics=metrics,
        names=names,
        aliases=aliases,
        above=above,
        parents=parents,
        ledger=ledger,
        ledger_names=ledger_names,
        rows=load_rows(above),
        steps=list(load_steps()),
    )


def load_metrics():
    rows = Metric.objects.values_list(
        *("pk", "name", "unit", "kind", "sector", "formula"),
        *("numerator_id", "denominator_id", "base", "ledger_field"),
    )
    return {row[0]: MetricFacts(*row) for row in rows}


def load_series(metrics):
    ids = [f"{name}_id" for name in SUBJECTS]
    name = Case(When(public_rule(Series), then="name"), default=Value(HIDDEN))
    rows = Series.objects.annotate(shown=name).values_list(
        "pk", "shown", "metric_id", "scope_note", "part_of_id", "has_complete_parts", *ids
    )
    found = {}
    for pk, name, metric, scope, part_of, complete, *subjects in rows:
        things = frozenset((kind, pk) for kind, pk in zip(SUBJECTS, subjects, strict=True) if pk)
        found[pk] = SeriesFacts(pk, name, metrics[metric], things, scope, part_of, complete)
    return found


def load_figures(series):
    rows = Observation.objects.published().in_reading_order().values_list(*FIGURE_FIELDS)
    return [
        Figure(pk, f"{source}#{number}", source, series[series_id], *rest)
        for pk, source, number, series_id, *rest in rows
    ]


def direct_parents():
    """What each place and site stands in directly: region in region, site in site or region."""
    found = {}
    for pk, parent in Region.objects.exclude(parent=None).values_list("pk", "parent_id"):
        found["region", pk] = ("region", parent)
    for pk, parent, region in Site.objects.values_list("pk", "parent_id", "region_id"):
        if parent or region:
            found["site", pk] = ("site", parent) if parent else ("region", region)
    for pk, site in Investment.objects.published().exclude(site=None).values_list("pk", "site_id"):
        found["investment", pk] = ("site", site)
    return found


def climb(thing, parents):
    """All that a thing stands in, the nearest first; a circle ends where it closes."""
    found = []
    while (thing := parents.get(thing)) is not None and thing not in found:
        found.append(thing)
    return found


def firms_in_sites(above):
    """The sites that each enterprise stands in, and whether all its sites lie in them.

    Known from investments that have begun (else from any), or from the factories it operates.
    """
    places = factories_of_firms() | sites_of_investments()
    found = {}
    for firm, sites in places.items():
        reached = [{site, *(up for up in above.get(site, ()) if up[0] == "site")} for site in sites]
        union = set().union(*reached)
        found["enterprise", firm] = {
            site: all(site in places for places in reached) for site in sorted(union)
        }
    return found


def sites_of_investments():
    begun: dict[int, set] = defaultdict(set)
    others: dict[int, set] = defaultdict(set)
    public = Investment.objects.published()
    rows = public.exclude(site=None).exclude(local_enterprise=None)
    for firm, site, status in rows.values_list("local_enterprise_id", "site_id", "status"):
        (begun if status in ESTABLISHED else others)[firm].add(("site", site))
    return others | begun


def factories_of_firms():
    found: dict[int, set] = defaultdict(set)
    rows = Site.objects.filter(kind=Site.Kind.FACTORY).exclude(operator=None).exclude(parent=None)
    for firm, site in rows.values_list("operator_id", "parent_id"):
        found[firm].add(("site", site))
    return found


def load_names():
    """Names of all subjects, and what else places are called."""
    names = {
        (kind, pk): name
        for kind, model in subject_models().items()
        for pk, name in model.objects.values_list("pk", "name")
    }
    rows = Region.objects.values_list("pk", "aliases")
    return names, {("region", pk): frozenset(aliases) for pk, aliases in rows if aliases}


def load_ledger(fields):
    """Amounts of ledgers in base units by thing and field, and the rows they stand in."""
    amounts, records = {}, {}
    for kind, model in LEDGERS.items():
        columns = [field for field in model._meta.concrete_fields if field.name in fields]
        wanted = [column.name for column in columns]
        for pk, slug, *values in model.objects.published().values_list("pk", "slug", *wanted):
            for column, value in zip(columns, values, strict=True):
                if value is not None:
                    is_money = isinstance(column, LedgerAmountField)
                    amounts[(kind, pk), column.name] = Decimal(value) * (WAN if is_money else 1)
                    records[kind, pk] = f"{dataset_name(model)}:{slug}"
    return amounts, records


def load_rows(above):
    """For each metric that counts rows of a ledger: what they are, and the rows."""
    rules = Metric.objects.exclude(counted_rows="").values_list("pk", "counted_rows")
    counted = {pk: CountedRows(rule) for pk, rule in rules}
    return {
        pk: (str(one.model._meta.verbose_name), rows_of(one, above)) for pk, one in counted.items()
    }


def rows_of(counted, above):
    keys = [field.name for field in counted.model._meta.concrete_fields if field.is_relation]
    lists = [f.name for f in counted.model._meta.many_to_many if kind_of(f.related_model)]
    return [
        LedgerRow(
            record_name(row),
            row_words(row, counted.date_field),
            frozenset(things_of(row, above)),
            first_day(getattr(row, counted.date_field)),
            last_day(getattr(row, counted.date_field)),
        )
        for row in counted.queryset.select_related(*keys).prefetch_related(*lists).iterator(BATCH)
    ]


def row_words(row, date_field):
    """Whom a row names, and when: 阿克苏市（2015年7月）."""
    name = str(getattr(row, "holder", row))
    when = in_chinese(getattr(row, date_field))
    return f"{name}（{when}）" if when else name


def things_of(row, above):
    """The subjects a row belongs to, with all that they stand in."""
    for kind, pk in [(kind_of(type(row)), row.pk), *related_things(row)]:
        if kind and pk:
            yield from chain([(kind, pk)], above.get((kind, pk), ()))


def related_things(row):
    """What the foreign keys and lists of a row name: kind of subject and number."""
    for field in row._meta.concrete_fields:
        yield kind_of(field.related_model), field.value_from_object(row)
    for field in row._meta.many_to_many:
        for one in getattr(row, field.name).all() if kind_of(field.related_model) else ():
            yield kind_of(field.related_model), one.pk


def kind_of(model):
    """Which kind of subject of a series the rows of a model are; None if none."""
    return next((kind for kind, one in subject_models().items() if one is model), None)


def subject_models():
    """The model of each kind of subject."""
    return {kind: Series._meta.get_field(kind).related_model for kind in SUBJECTS}


def load_steps():
    """Dates of openings, foundings and signings wherever a record gives one."""
    for model, field, step in (
        (Site, "opened_on", Activity.Step.OPENED),
        (Enterprise, "founded_on", Activity.Step.FOUNDED),
        (Agreement, "signed_on", Activity.Step.SIGNED),
    ):
        for row in model.objects.exclude(**{field: ""}):
            text = getattr(row, field)
            yield step_of(row, step, text, text, row, f"{model._meta.verbose_name}记录")
    for activity in (
        Activity.objects.exclude(starts_on="")
        .prefetch_related("enterprises", "agreements")
        .select_related("site")
        .iterator(BATCH)
    ):
        yield from steps_of_activity(activity)


def steps_of_activity(activity):
    """An opening is of its site, a founding of its enterprises, a signing of its agreements."""
    things = {
        Activity.Step.OPENED: [activity.site] if activity.site else [],
        Activity.Step.FOUNDED: activity.enterprises.all(),
    }.get(activity.step, [])
    pairs = [(thing, activity.step) for thing in things]
    pairs += [(agreement, Activity.Step.SIGNED) for agreement in activity.agreements.all()]
    end = activity.ends_on or activity.starts_on
    for thing, step in pairs:
        yield step_of(thing, step, activity.starts_on, end, activity, f"活动“{activity}”")


def step_of(thing, step, start, end, record, words):
    return Step(
        thing=record_name(thing),
        step=str(step),
        name=f"{thing}{Activity.Step(step).label}",
        words=words,
        record=record_name(record),
        text=start,
        earliest=first_day(start),
        latest=last_day(end),
    )


def record_name(row):
    return f"{dataset_name(type(row))}:{row.slug}"
