"""How much is recorded of each kind: one query."""

from dataclasses import dataclass

from django.urls import reverse

from aidtracker.ground.datasets import Dataset, declared
from aidtracker.ground.tallies import public_totals
from aidtracker.pages.paging import kept


@dataclass(frozen=True)
class RecordCount:
    """How many public rows a dataset has, and the list of them."""

    label: str
    count: int
    url: str


def list_url(model):
    return reverse(f"{model._meta.model_name}-list")


def counted() -> list[Dataset]:
    """The datasets of the home page, in its order."""
    found = [(dataset.home, dataset) for dataset in declared() if dataset.home is not None]
    return [dataset for _, dataset in sorted(found, key=lambda pair: pair[0])]


def count_records() -> dict[str, int]:
    """How many public rows each dataset has: one query."""
    several = {dataset.model: dataset.name for dataset in counted()}
    return {several[model]: many for model, many in public_totals(several).items()}


def record_counts() -> list[RecordCount]:
    """A `RecordCount` for each kind of record."""
    totals = kept("records", count_records)
    return [
        RecordCount(
            dataset.model._meta.verbose_name, totals.get(dataset.name, 0), list_url(dataset.model)
        )
        for dataset in counted()
    ]
