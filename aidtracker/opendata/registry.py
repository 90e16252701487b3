"""Which datasets are open, and all that files and programs are told of each.

The one place that whatever hands out public rows starts from: the rows the public may see, their
columns with types and definitions, and the list that shows them.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from django.db.models import Max, QuerySet
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone

from aidtracker.ground.datasets import Dataset, dataset_of, datasets, is_dataset
from aidtracker.ground.tallies import numbered
from aidtracker.pages.listing import ListPage
from aidtracker.sheets import PublicColumn, described_columns, key_code


@dataclass(frozen=True)
class OpenDataset:
    """The public rows of one model."""

    dataset: Dataset

    @property
    def name(self) -> str:
        return self.dataset.name

    @property
    def model(self) -> type[Any]:
        return self.dataset.model

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def about(self) -> str:
        return self.list_page.lead if self.list_page else self.dataset.about

    @property
    def key(self) -> str:
        """The code of the column that names a row; others name it so."""
        return key_code(self.model)

    def columns(self, site: str = "") -> list[PublicColumn]:
        """All columns; `site` is what addresses of pages begin with."""
        return described_columns(self.model, site)

    def rows(self) -> QuerySet:
        """All public rows, in an order that stays."""
        return self.model.objects.published().order_by("pk")

    # The list of the site that shows them

    @cached_property
    def list_page(self) -> type[ListPage] | None:
        """The page that lists them; None where they stand only on pages of others."""
        try:
            return resolve(self.list_address).func.view_class  # type: ignore[attr-defined]
        except NoReverseMatch:
            return None

    @property
    def list_address(self) -> str:
        return reverse(f"{self.model._meta.model_name}-list")


@cache
def open_datasets() -> dict[str, OpenDataset]:
    """All open datasets by name, each after those that its rows refer to."""
    return {
        name: OpenDataset(one)
        for name, one in datasets().items()
        if one.is_open and not one.model.IS_INTERNAL
    }


def open_dataset_of(model: type[Any] | None) -> OpenDataset | None:
    """The open dataset of a model; None for what is not handed out."""
    if model is None or not is_dataset(model):
        return None
    return open_datasets().get(dataset_of(model).name)


def changed(found: list[OpenDataset]) -> dict[int, datetime]:
    """When a public row of each was changed last: one query."""
    parts = [
        numbered(at, one.model.objects.published(), Max("updated_at"))
        for at, one in enumerate(found)
    ]
    return dict(parts[0].union(*parts[1:], all=True))


def last_change() -> datetime:
    """When a public row of any dataset was changed last; of an empty record now."""
    days = changed(list(open_datasets().values())).values()
    return max(filter(None, days), default=timezone.now())
