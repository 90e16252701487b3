"""The datasets of the record: each app declares one for each of its models, in its `datasets.py`.

Everything that goes over the whole record follows from these declarations: fixtures, exports, the
admin's menu and first page, the counts and the search of the public pages. They are read before
any model is, so they name models as text.
"""

from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.utils.module_loading import autodiscover_modules

from aidtracker.ground.addresses import address
from aidtracker.ground.relations import LateLinksField


class Fixture(Enum):
    """Whether fixtures have a file of a dataset."""

    ALWAYS = "always"
    IF_ANY = "if any"  # computed rows, kept as far as a person worked on them
    NEVER = "never"  # the working papers of the headquarters: in the database alone


@dataclass(frozen=True)
class MenuGroup:
    """A group of lists in the admin's menu; the smallest place stands first."""

    title: str
    place: int


@dataclass(frozen=True)
class MenuPage:
    """A page of the admin that is no list, in front of a group's lists.

    `address` is its name without `admin:`; who has one of `rights` may open it.
    """

    group: MenuGroup
    title: str
    icon: str
    address: str
    rights: tuple[str, ...]

    @property
    def link(self) -> str:
        return address(f"admin:{self.address}")


@dataclass(frozen=True)
class PublicPage:
    """An entry of the public pages' main navigation: its group, its place there, and its word.

    A dataset's leads to its list; `address` is the name of a page that is no list.
    """

    group: MenuGroup
    place: int
    word: str
    address: str = ""


@dataclass(frozen=True)
class Dataset:
    """The rows of one model, under their public plural name.

    `name` stands in addresses, file names and the export command. `home` is its place among the
    counts of the home page and the groups of a search; None: not counted.
    """

    name: str
    label: str
    group: MenuGroup
    icon: str
    home: int | None = field(default=None, kw_only=True)
    navigation: PublicPage | None = field(default=None, kw_only=True)
    is_searched: bool = field(default=False, kw_only=True)
    has_work: bool = field(default=False, kw_only=True)  # looked for on the admin's first page
    is_imported: bool = field(default=True, kw_only=True)  # spreadsheets come in, not only go out
    fixture: Fixture = field(default=Fixture.ALWAYS, kw_only=True)
    is_working_rule: bool = field(default=False, kw_only=True)  # a site that begins empty has it
    about: str = field(default="", kw_only=True)  # what it is, where no list in front says that

    @property
    def model(self) -> type[Any]:
        return apps.get_model(self.label)

    @property
    def is_open(self) -> bool:
        """Whether its public rows are handed out: those of public lists, and what says of itself
        what it is. Nothing is by being there."""
        return bool(self.navigation or self.about)

    @property
    def app_label(self) -> str:
        return self.label.partition(".")[0]


_datasets: dict[str, Dataset] = {}
_pages: list[MenuPage] = []
_public_pages: list[PublicPage] = []


def register(*declared: Dataset | MenuPage | PublicPage) -> None:
    """Declare datasets, and pages beside their lists; called where an app's `datasets` is read."""
    for one in declared:
        if isinstance(one, MenuPage):
            _pages.append(one)
        elif isinstance(one, PublicPage):
            _public_pages.append(one)
        elif one.name in _datasets:
            raise ImproperlyConfigured(f"Two datasets are called {one.name}.")
        else:
            _datasets[one.name] = one


@cache
def declared() -> tuple[Dataset, ...]:
    """All datasets as they were declared, which is how staff see them listed."""
    autodiscover_modules("datasets")
    return tuple(_datasets.values())


def menu_pages() -> tuple[MenuPage, ...]:
    declared()
    return tuple(_pages)


def public_pages() -> tuple[PublicPage, ...]:
    declared()
    return tuple(_public_pages)


def dataset_names() -> list[str]:
    """The names in a fixed order; can be asked before models are read."""
    return sorted(dataset.name for dataset in declared())


@cache
def datasets() -> dict[str, Dataset]:
    """All datasets by name, each after those that its rows refer to; else as declared.

    Where two refer to each other (a source has a headquarters, which has sources), the one that
    can do without comes first.
    """
    waiting = {dataset.model: dataset for dataset in declared()}
    ordered: dict[str, Dataset] = {}
    while waiting:
        ready = (
            model
            for are_firm in (False, True)
            for model in waiting
            if not references(model, are_firm=are_firm) & waiting.keys() - {model}
        )
        model = next(ready, None)
        if model is None:
            names = "、".join(dataset.name for dataset in waiting.values())
            raise ImproperlyConfigured(f"Datasets need each other: {names}.")
        dataset = waiting.pop(model)
        ordered[dataset.name] = dataset
    return ordered


def references(model: type[Model], *, are_firm: bool) -> set[Any]:
    """The models that rows of a model refer to; `are_firm`: without keys that can be left open."""
    lists = (one for one in model._meta.many_to_many if not isinstance(one, LateLinksField))
    fields = (*model._meta.concrete_fields, *lists)
    return {one.related_model for one in fields if one.is_relation and not (are_firm and one.null)}


def record_models() -> list[type[Any]]:
    """The models of all datasets, each after those that its rows refer to."""
    return [dataset.model for dataset in datasets().values()]


def dataset_model(name: str) -> type[Any]:
    """The model of a dataset. Raises KeyError for a name that is none."""
    return datasets()[name].model


@cache
def by_label() -> dict[str, Dataset]:
    return {dataset.label: dataset for dataset in declared()}


def is_dataset(model: type[Model]) -> bool:
    """Whether the rows of a model are part of the record."""
    return model._meta.label in by_label()


def dataset_of(model: type[Model]) -> Dataset:
    """The dataset of a model. Raises KeyError for what is no part of the record."""
    return by_label()[model._meta.label]


def dataset_name(model: type[Model]) -> str:
    """The public plural name of a model, as in addresses, file names and the export command."""
    return dataset_of(model).name


def ready_file(model: type[Model]) -> Path | None:
    """Rows that come with the program for a new site to begin with; None for most models."""
    path = settings.FIXTURE_DIRS[0] / "ready" / f"{dataset_name(model)}.csv"
    return path if path.exists() else None


def admin_page(model: Any, page: str, *args: Any) -> str:
    """The address of a page of a model in the admin: its `changelist`, the `history` of a row."""
    return address(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", *args)


def form_of(row: Any) -> str:
    """The address of a row's form."""
    return admin_page(row, "change", row.pk)
