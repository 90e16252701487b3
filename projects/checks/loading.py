"""Gathers what the checks of some series look at: those series, and those they are read with."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import IntegerField, Value

from aidtracker.ground.batches import in_batches
from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.keys import follow
from aidtracker.ground.money import LedgerAmountField
from projects.checks.counted import load_rows
from projects.checks.evidence import AmountRow, Evidence, SeriesFacts, Thing
from projects.checks.links import Link
from projects.checks.reader import Reader
from projects.models.amount_figures import amounts_of
from projects.models.investments import Investment
from projects.models.metrics import SUBJECTS, Series
from projects.models.plans import ProjectPlan
from projects.models.projects import Project
from projects.models.reports import InvestmentReport, OutletReport, ProgressReport
from projects.models.sites import Site
from projects.models.subsidies import Subsidy

WAN = Decimal(10_000)
WITH_AMOUNTS = (
    *(Project, Investment, Site, ProjectPlan, Subsidy),
    *(ProgressReport, InvestmentReport, OutletReport),
)
LEDGERS = {"project": Project, "investment": Investment, "site": Site}


def load(series: Collection[SeriesFacts], links: Collection[Link], reader: Reader) -> Evidence:
    """All that checks which follow `links` need of some series, as it stands in the database."""
    related = {one.pk: one for one in series}
    reader.climb(series)
    for link in links:
        related |= {one.pk: one for one in link.reads(series, reader)}
    rates = [one for one in related.values() if one.metric.formula]
    ledger, ledger_names = load_ledger(series)
    figures = reader.figures_of(related)
    reader.name(one for one in related.values() if one.part_of)  # parts may be missing
    return Evidence(
        figures=figures,
        series=dict(sorted(related.items(), key=lambda item: item[1].slug)),
        metrics=reader.metrics,
        names=load_names(rates, reader),
        aliases=reader.places.aliases,
        above=reader.places.above,
        parents=reader.places.parents,
        ledger=ledger,
        ledger_names=ledger_names,
        rows=load_rows(series, reader),
        amount_rows=load_amount_rows(sorted(one.pk for one in series)),
    )


def load_names(rates: Collection[SeriesFacts], reader: Reader) -> dict[Thing, str]:
    """The names of what rates are about, and of all places that were read."""
    names = dict(reader.places.names)
    things = {thing for one in rates for thing in one.subjects} - names.keys()
    for kind, model in subject_models().items():
        for keys in in_batches(sorted(pk for one, pk in things if one == kind)):
            rows = model.objects.filter(pk__among=keys).order_by().values_list("pk", "name")
            names |= {(kind, pk): name for pk, name in rows}
    return names


def load_ledger(
    series: Collection[SeriesFacts],
) -> tuple[dict[tuple[Thing, str], Decimal], dict[Thing, str]]:
    """Amounts of ledgers in base units by thing and field, and the rows they stand in."""
    kept = [one for one in series if one.metric.ledger_field]
    fields = {one.metric.ledger_field for one in kept}
    things = {thing for one in kept for thing in one.subjects}
    amounts: dict[tuple[Thing, str], Decimal] = {}
    records: dict[Thing, str] = {}
    for kind, model in LEDGERS.items():
        columns = [field for field in model._meta.concrete_fields if field.name in fields]
        for keys in in_batches(sorted(pk for one, pk in things if one == kind and columns)):
            rows = model.objects.published().filter(pk__among=keys).order_by()
            wanted = [column.name for column in columns]
            for pk, slug, *values in rows.values_list("pk", "slug", *wanted):
                for column, value in zip(columns, values, strict=True):
                    if value is not None:
                        is_money = isinstance(column, LedgerAmountField)
                        factor = WAN if is_money else 1
                        amounts[(kind, pk), column.name] = Decimal(value) * factor
                        records[kind, pk] = f"{dataset_name(model)}:{slug}"
    return amounts, records


def load_amount_rows(series: Sequence[int]) -> dict[int, list[AmountRow]]:
    """The public rows of ledgers that name figures of some series, by figure: one query if none
    does."""
    named: dict[type, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for keys in in_batches(series):
        first, *others = (links_to_figures(number, keys) for number in range(len(WITH_AMOUNTS)))
        for number, row, figure in first.union(*others, all=True):
            named[WITH_AMOUNTS[number]][row].append(figure)
    found: dict[int, list[AmountRow]] = defaultdict(list)
    for model, links in named.items():
        for keys in in_batches(sorted(links)):
            about = [model.SUBJECT] if hasattr(model, "SUBJECT") else model.PUBLIC_WITH
            rows = model.objects.published().select_related(*about).filter(pk__among=keys)
            for row in rows.order_by("pk"):
                for figure in links[row.pk]:
                    found[figure].append(amount_row(row))
    return found


def links_to_figures(number: int, series: Collection[int]) -> Any:
    """(number of a model, row, figure) where rows of one model name figures of some series."""
    column = WITH_AMOUNTS[number]._meta.get_field("amount_figures")
    end = column.m2m_reverse_field_name()
    rows = column.remote_field.through._base_manager.filter(**{f"{end}__series__among": series})
    own = (Value(number, IntegerField()), f"{column.m2m_field_name()}_id", f"{end}_id")
    return rows.order_by().values_list(*own)


def amount_row(row: Any) -> AmountRow:
    """What checking an amount needs of its row."""
    whole = row if hasattr(row, "slug") else getattr(row, row.PUBLIC_WITH[0])
    rest = [str(follow(row, path)) for path in row.KEY[1:]]
    amounts = amounts_of(row)
    return AmountRow(
        record=f"{dataset_name(type(whole))}:{whole.slug}",
        key=":".join([dataset_name(type(row)), "-".join([whole.slug, *rest])]),
        words=str(row),
        amounts=amounts,
        labels={name: row._meta.get_field(name).verbose_name for name in amounts},
    )


def subject_models() -> dict[str, type]:
    """The model of each kind of subject."""
    return {kind: Series._meta.get_field(kind).related_model for kind in SUBJECTS}
