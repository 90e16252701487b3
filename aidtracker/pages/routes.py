"""The addresses of the public pages: each list and each row's page stands at its dataset's name."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path

from aidtracker.ground.datasets import dataset_name, is_dataset
from aidtracker.ground.modules import load_modules
from aidtracker.pages.details import CHART, DetailPage
from aidtracker.pages.listing import ListPage


def page_routes(package: str) -> list[URLPattern]:
    """`<dataset>/` as `<model>-list` and `<dataset>/<key>/` as `<model>-detail`, in their order;
    behind the latter its chart as a file.

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
        found = [path(f"{place}/", page.as_view(), name=f"{word}-list")]
        if page.drawn:
            chart = page.as_view(is_file=True)
            found.append(path(f"{place}/{CHART}", chart, name=f"{word}-list-chart"))
        return found
    address = f"{place}/{page.key}/"
    return [
        path(address, page.as_view(), name=f"{word}-detail"),
        path(f"{address}{CHART}", page.as_view(is_file=True), name=f"{word}-chart"),
    ]
