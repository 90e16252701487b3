"""What ledgers say in a text: the amounts of published projects and investments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from aidtracker.ground.batches import prefetch_in_batches
from aidtracker.ground.datasets import dataset_name
from aidtracker.templatetags.formatting import yi
from projects.models import Investment, Observation, Project
from projects.models.amount_figures import amounts_of, by_column
from projects.models.briefings import Briefing

MOST_ROWS = 40
COLUMNS = {
    Project: (
        *("total_amount", "planned_amount", "adjusted_amount", "received_amount"),
        *("disbursed_amount", "paid_amount", "work_done_amount"),
    ),
    Investment: ("agreed_amount", "arrived_amount"),
}


@dataclass(frozen=True)
class LedgerTable:
    """Rows of a ledger with their amounts; None for an amount that nobody has given."""

    title: str
    caption: str
    heads: list[str]
    rows: list[tuple[str, list[dict[str, Any] | None]]]
    left_out: int


def ledger_tables(briefing: Briefing) -> list[LedgerTable]:
    """The ledgers of a headquarters, or of one project; of all donors none: their figures do.

    A ledger says what is known by now, and not of which time: of some months it tells nothing.
    """
    if briefing.starts_in or briefing.ends_in:
        return []
    if briefing.project_id:
        return [*tables_of(Project, Project.objects.filter(pk=briefing.project_id))]
    if briefing.headquarters_id is None:
        return []
    found = []
    for model in COLUMNS:
        rows = model.objects.filter(headquarters=briefing.headquarters_id)
        found += tables_of(model, rows)
    return found


def tables_of(model: Any, rows: QuerySet) -> Iterator[LedgerTable]:
    names = COLUMNS[model]
    public = rows.published().order_by("slug")
    found = list(public[: MOST_ROWS + 1])
    if not found:
        return
    read_documents(found[:MOST_ROWS])
    fields = [model._meta.get_field(name) for name in names]
    told = [(str(row), [amount_of(row, one) for one in fields]) for row in found[:MOST_ROWS]]
    shown = [(name, amounts) for name, amounts in told if any(amounts)]
    if not shown:
        return
    at = [i for i in range(len(names)) if any(amounts[i] for _, amounts in shown)]
    label = str(model._meta.verbose_name)
    yield LedgerTable(
        label,
        f"已公开的{label}，写成时台账所记",
        [label, *(str(fields[i].verbose_name) for i in at)],
        [(name, [amounts[i] for i in at]) for name, amounts in shown],
        public.count() - len(shown),
    )


def write_amounts(writer: Any, table: LedgerTable) -> None:
    """A table of a ledger: each amount with a footnote to its row or to its document."""
    rows = []
    for name, amounts in table.rows:
        cells: list[list[Any]] = [[name]]
        cells += [[cited(writer, amount)] if amount else ["—"] for amount in amounts]
        rows.append(cells)
    writer.add("heading", level=1, text=table.title)
    writer.add("table", title=table.caption, heads=table.heads, rows=rows)
    if table.left_out:
        writer.add("note", text=f"另有 {table.left_out} 项没有列入，或没有给出金额。")


def cited(writer: Any, said: dict[str, Any]) -> dict[str, Any]:
    """What a row of a ledger says, as a piece of a text with its footnote."""
    return {"printed": said["printed"], "notes": [writer.number_of_amount(said)]}


def read_documents(rows: Iterable[Any]) -> None:
    """The public figures that the rows' amounts were taken from."""
    figures = Observation.objects.published().in_reading_order().defer("source__text")
    figures = figures.select_related("source", "series__metric")
    prefetch_in_batches([*rows], Prefetch("amount_figures", figures, "public_figures"))


def amount_of(row: Any, field: Any, address: str = "") -> dict[str, Any] | None:
    """An amount as the ledger has it now, with the document that it was taken from, if any."""
    value = getattr(row, field.name)
    if value is None:
        return None
    said = said_of(row, field.name, yi(value), address)
    if figure := by_column(row.public_figures, amounts_of(row)).get(field.name):
        name = f"{type(row)._meta.verbose_name}“{row}”"
        said["source"] = f"{name}据{figure.source.cited}，原文“{figure.printed}”"
        said["place"] = figure.place_in_words or f"第 {figure.number} 处"
        said["words"] = figure.place
    return said


def said_of(row: Any, name: str, printed: str, address: str = "", unit: str = "") -> dict[str, Any]:
    """What a row of a ledger says in a column: an amount, a count of a unit, or words."""
    label = str(row._meta.get_field(name).verbose_name)
    return {
        "kind": "amount",
        "dataset": dataset_name(type(row)),
        "id": row.pk,
        "field": name,
        "label": label,
        "series": f"{row} {label}",
        "printed": printed,
        "value": as_kept(getattr(row, name)),
        "unit": unit,
        "source": f"{type(row)._meta.verbose_name}“{row}”的{label}，指挥部填报",
        "place": "",
        "address": address or row.get_absolute_url(),
        "words": "",
    }


def as_kept(value: Any) -> str:
    """A value of a ledger as text, to know again whether it is another one."""
    return value if isinstance(value, str) else f"{value:f}"
