"""The addresses of the public pages: each list and each row's page stands at its dataset's name."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, path

from aidtracker.ground.datasets import dataset_name, is_dataset
from aidtracker.ground.modules import load_modules
from aidtracker.pages.cards import CARD
from aidtracker.pages.charts import CHART, PICTURE
from aidtracker.pages.data_files import CHARTS, LISTS, TABLES
from aidtracker.pages.details import DetailPage
from aidtracker.pages.listing import ListPage

FILES = (CHART, PICTURE, CARD)
NAMES = {CHART: "chart", PICTURE: "picture", CARD: "card"}
# What a chart is drawn of, and what stands in a table.
NAMES |= {name: f"{name.replace('.', '-')}-file" for name in (*CHARTS, *LISTS)}


def page_routes(package: str) -> list[URLPattern]:
    """`<dataset>/` as `<model>-list` and `<dataset>/<key>/` as `<model>-detail`, in their order;
    behind them their cards and charts as files.

    The pages are what the modules of the package define on ListPage and DetailPage.
    """
    routes = [one for page in pages_of_datasets(package) for one in routes_of(page)]
    return sorted(routes, key=lambda one: str(one.pattern))


def pages_of_datasets(package: str) -> Iterator[type[Any]]:
    for module in load_modules(package):
        for page in vars(module).values():
            if isinstance(page, type) and page.__module__ == module.__name__:
                model = getattr(page, "model", None)
                if issubclass(page, ListPage | DetailPage) and model and is_dataset(model):
                    yield page


def routes_of(page: type[Any]) -> list[URLPattern]:
    place = dataset_name(page.model).replace("_", "-")
    word = page.model._meta.model_name
    if issubclass(page, ListPage):
        address, name, stem = f"{place}/", f"{word}-list", f"{word}-list"
        files = (*(FILES if page.drawn else (CARD,)), *(CHARTS if page.drawn else ()), *LISTS)
    else:
        address, name, stem = f"{place}/{page.key}/", f"{word}-detail", word
        files = (*FILES, *CHARTS, *TABLES)
    return [path(address, page.as_view(), name=name), *files_behind(address, page, stem, files)]


def files_behind(
    address: str, page: type[Any], stem: str, files: Iterable[str] = FILES
) -> Iterator[URLPattern]:
    """Where the files of a page stand: `<stem>-chart`, `<stem>-picture`, `<stem>-card`."""
    for file in files:
        name = f"{stem}-{NAMES[file]}"
        yield path(f"{address}{file}", page.as_view(file=file), name=name)
