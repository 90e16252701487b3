"""A summed figure followed down to the rows of the ledgers that it was summed from."""

from decimal import Decimal

from aidtracker.ground.batches import among
from aidtracker.ground.datasets import dataset_model
from aidtracker.pages.sections import Section
from aidtracker.pages.tables import Column, Item, table
from programs.models import Source
from projects.models import Observation
from projects.monthly.totals import YUAN_PER_WAN, in_words, rounded

MOST_PARTS = 5_000


def ledger_rows(observation: Observation) -> Section | None:
    """The section of the rows in a sum, in a list; none for a figure that no ledger was summed to.

    Names and amounts are those of the day it was summed; rows that are public now lead to pages.
    """
    if observation.source.kind != Source.Kind.REPORT:
        return None
    parts = list(observation.ledger_parts.order_by("number")[:MOST_PARTS])
    if not parts:
        return None
    pages = public_pages(parts)
    unit, size = ("万元", YUAN_PER_WAN) if observation.unit == "元" else (observation.unit, 1)
    columns = (
        Column("记录", lambda part: Item(part.name, pages.get((part.dataset, part.row_id), ""))),
        Column(f"数值（{unit}）", lambda part: part.amount and part.amount / size, kind="number"),
    )
    caption = f"{len(parts)} 条记录，相加得 {total_of(parts, observation.unit)}"
    return Section("parts", "由哪些记录相加", table(caption, columns, parts))


def total_of(parts, unit):
    """约2.19亿元（准确数 2.193亿元）: as read aloud, and to the last digit where that says less."""
    total = sum((part.amount or Decimal(0) for part in parts), Decimal(0))
    short, exact = rounded(total, unit), in_words(total, unit)
    return short if short == exact else f"{short}（准确数 {exact}）"


def public_pages(parts):
    """The addresses of what the rows are about, as far as it is public: a query a dataset."""
    wanted: dict = {}
    for part in parts:
        wanted.setdefault(part.dataset, []).append(part.row_id)
    found = {}
    for dataset, numbers in wanted.items():
        model = dataset_model(dataset)
        subject = getattr(model, "SUBJECT", "")
        rows = model._base_manager.select_related(*([subject] if subject else []))
        for row in among(rows, numbers):
            about = getattr(row, subject) if subject else row
            if about.is_published:
                found[dataset, row.pk] = about.get_absolute_url()
    return found
