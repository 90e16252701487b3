"""The addresses of the public pages: each list and each row's page stands at its dataset's name."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path

from aidtracker.ground.datasets import dataset_name, is_dataset
from aidtracker.ground.modules import load_modules
from aidtracker.pages.details import DetailPage
from aidtracker.pages.listing import ListPage


def page_routes(package: str) -> list[URLPattern]:
    """`<dataset>/` as `<model>-list` and `<dataset>/<key>/` as `<model>-detail`, in their order.

    The pages are what the modules of the package define on ListPage and DetailPage.
    """
    routes = [route(page) for page in pages_of_datasets(package)]
    return sorted(routes, key=lambda one: str(one.pattern))


def pages_of_datasets(package: str) -> Iterator[type[Any]]:
    for module in load_modules(package):
        for page in vars(module).values():
            if isinstance(page, type) and page.__module__ == module.__name__:
                model = getattr(page, "model", None)
                if issubclass(page, ListPage | DetailPage) and model and is_dataset(model):
                    yield page


def route(page: type[Any]) -> URLPattern:
    place = dataset_name(page.model).replace("_", "-")
    word = page.model._meta.model_name
    if issubclass(page, ListPage):
        return path(f"{place}/", page.as_view(), name=f"{word}-list")
    return path(f"{place}/{page.key}/", page.as_view(), name=f"{word}-detail")
