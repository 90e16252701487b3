"""The datasets of the API: all that are open, each with the conditions of its list."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from aidtracker.api.fields import Field, fields_of
from aidtracker.ground.features import Paged
from aidtracker.opendata.registry import OpenDataset, open_datasets
from aidtracker.pages.details import DetailPage
from aidtracker.pages.listing import ListPage

PIECE = re.compile(r"<(\w+):(\w+)>")


@dataclass(frozen=True)
class Further:
    """A member that rows of a model have besides their fields, read for many rows at once.

    `read` is given the numbers of rows, what addresses begin with, and the day that is asked for;
    `type` says what it looks like in the document of the API.
    """

    name: str
    label: str
    type: Any
    read: Callable[..., dict[int, Any]]


_further: dict[type[Any], list[Further]] = {}


def add_further(model: type[Any], further: Further) -> None:
    """Let rows of a model tell more than their fields; called when the apps are ready."""
    _further.setdefault(model, []).append(further)


@dataclass(frozen=True)
class ApiSet:
    """An open dataset as the API has it: its list and the page of one row, where there are any."""

    opened: OpenDataset
    list_page: type[ListPage] | None
    detail_page: type[DetailPage] | None

    @property
    def model(self) -> Any:
        return self.opened.model

    @property
    def name(self) -> str:
        return self.opened.name

    @property
    def label(self) -> str:
        return self.opened.title

    @property
    def about(self) -> str:
        return self.list_page.lead if self.list_page else self.opened.dataset.about

    @property
    def place(self) -> str:
        """The name in addresses, as on the pages of people."""
        return self.name.replace("_", "-")

    def fields(self, site: str = "") -> tuple[Field, ...]:
        return fields_of(self.model, site)

    @property
    def further(self) -> tuple[Further, ...]:
        return tuple(_further.get(self.model, ()))

    @property
    def has_past(self) -> bool:
        """Whether every change of a row left a state; of what is computed only a person's do."""
        return not hasattr(self.model, "is_current")

    @cached_property
    def conditions(self) -> dict[str, Any]:
        """The filters of the list by their names in addresses."""
        return dict(self.list_page.filterset_class.base_filters) if self.list_page else {}

    def at(self, *key: Any) -> QuerySet:
        """The public row whose page has that address behind the list's."""
        rows = self.model.objects.published()
        if not issubclass(self.model, Paged):
            return rows.at_address(*key)
        return rows.filter(**dict(zip(self.model.PAGE, key, strict=True)))

    @property
    def keys(self) -> list[tuple[str, str]]:
        """What names one row in its address, as (kind, name)."""
        return PIECE.findall(self.detail_page.key) if self.detail_page else []


def sets_of(pages: Iterable[type[Any]]) -> dict[str, ApiSet]:
    """The open datasets by name, with those of some pages that show them."""
    pages = list(pages)
    details = {page.model: page for page in pages if issubclass(page, DetailPage)}
    lists = {page.model: page for page in pages if issubclass(page, ListPage)}
    return {
        name: ApiSet(one, lists.get(one.model), details.get(one.model))
        for name, one in sorted(open_datasets().items())
    }
