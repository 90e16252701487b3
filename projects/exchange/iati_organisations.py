"""The IATI organisation file: the headquarters, with the aid that documents say they plan for a
year, and all figures about them in our namespace."""

from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, Q

from aidtracker.ground.addresses import address
from programs.models import Headquarters
from projects.exchange import iati
from projects.exchange.iati import E, narrative
from projects.exchange.iati_figures import FiguresOf, Row, attribute, figures_told, stated
from projects.models.metrics import SUBJECTS
from projects.models.scope_entries import SCOPES

INDICATIVE = "1"  # a plan is no binding commitment
YUAN = "元"
PLANNED = "planned_amount"  # the column of ledgers that a metric of planned aid names
OTHERS = {f"series__{name}": None for name in SUBJECTS if name != "headquarters"}
WHOLE = {f"series__{name}": None for name in SCOPES} | {"series__scope_note": ""}


def organisations(site: str) -> Iterator[Any]:
    """All headquarters: two queries."""
    own = Q(series__headquarters=OuterRef("pk"), **OTHERS)
    rows = Headquarters.objects.published().order_by("pk")
    told = rows.values(
        *("pk", "slug", "name", "full_name", "updated_at"),
        plans=figures_told(own & Q(**WHOLE, nature="plan", series__metric__ledger_field=PLANNED)),
    )
    figures = FiguresOf("series__headquarters", Q(**OTHERS))
    for one in told.iterator(iati.CHUNK):
        yield from iati.around(organisation(one), parts(one, figures.of(one["pk"]), site))


def organisation(row: Row) -> Any:
    return E(
        "iati-organisation",
        E("organisation-identifier", iati.identifier(Headquarters, row["slug"])),
        E.name(narrative(row["full_name"] or row["name"])),
        iati.reporting_org(),
        iati.gap(),
        {
            iati.LANG: "zh",
            "default-currency": "CNY",
            "last-updated-datetime": iati.moment(row["updated_at"]),
        },
    )


def parts(row: Row, figures: Iterator[Row], site: str) -> Iterator[str]:
    """The aid that is planned, where its page stands, and all that documents state."""
    yield from (budget(one, site) for one in row["plans"] or () if is_budget(one))
    page = f"{site}{address(Headquarters.page_name(), row['slug'])}"
    yield iati.written(iati.document_link(page, row["name"])).decode()
    for one in figures:
        said = attribute("series", one["series"]) + attribute("metric", one["metric"])
        yield stated(one, site, said)


def is_budget(one: Row) -> bool:
    """Whether a figure is money for a time that IATI takes as a budget: a year at most."""
    return one["unit"] == YUAN and one["begins"][:4] == one["ends"][:4]


def budget(one: Row, site: str) -> str:
    return (
        f'<total-budget status="{INDICATIVE}"><period-start iso-date="{one["begins"]}"/>'
        f'<period-end iso-date="{one["ends"]}"/>'
        f'<value value-date="{one["begins"]}">{one["value"]}</value>'
        f"{stated(one, site)}</total-budget>"
    )
