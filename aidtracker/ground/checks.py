"""What the site checks when it starts: models and datasets of the record declare what is so."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

from django.apps import apps
from django.contrib import admin
from django.core.checks import Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.urls import NoReverseMatch, reverse

from aidtracker.ground.datasets import Dataset, declared, is_dataset
from aidtracker.ground.records import KeyedModel


def models_of_record() -> list[type[Model]]:
    return [model for model in apps.get_models() if issubclass(model, KeyedModel)]


def declarations(model: type[Model]) -> dict[str, Any]:
    """The constants that a model or its bases declare, with their types."""
    found: dict[str, Any] = {}
    for base in reversed(model.__mro__):
        found |= {name: kind for name, kind in annotations(base).items() if name.isupper()}
    return found


def annotations(base: type) -> dict[str, Any]:
    return vars(base).get("__annotations__", {})


@register()
def check_declarations(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Every constant of a model is declared somewhere, and holds what its kind asks for."""
    return [error for model in models_of_record() for error in errors_of(model)]


def errors_of(model: type[Model]) -> Iterator[Error]:
    known = declarations(model)
    said = {name for base in model.__mro__ for name in vars(base) if name.isupper()}
    for name in sorted(said - known.keys()):
        words = f"{model._meta.label} sets {name}, which no feature declares."
        yield Error(words, hint="docs/declarations.md", obj=model, id="record.E001")
    for name, kind in known.items():
        for wrong in faults(model, kind, getattr(model, name)):
            words = f"{model._meta.label}.{name}: {wrong}."
            yield Error(words, hint="docs/declarations.md", obj=model, id="record.E002")


def faults(model: type[Model], kind: Any, value: Any) -> Iterator[str]:
    """What is wrong with the value of a constant of a kind."""
    plain, *tests = get_args(kind) if get_origin(kind) is Annotated else (kind,)
    plain = get_origin(plain) or plain
    if plain in (bool, str, tuple) and not isinstance(value, plain):
        yield f"{value!r} is no {plain.__name__}"
        return
    for test in tests:
        try:
            yield from test(model, value)
        except FieldDoesNotExist as error:
            yield str(error)


@register()
def check_datasets(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Every model of the record is a dataset, every dataset has such a model and its pages."""
    errors = [error for dataset in declared() for error in errors_of_dataset(dataset)]
    for model in models_of_record():
        if not is_dataset(model):
            words = f"{model._meta.label} is no dataset."
            hint = f"Register it in {model._meta.app_label}/datasets.py."
            errors.append(Error(words, hint=hint, obj=model, id="record.E003"))
    return errors


def errors_of_dataset(dataset: Dataset) -> Iterator[Error]:
    app = dataset.app_label
    try:
        model = dataset.model
    except LookupError as error:
        yield Error(f"{dataset.name}: {error}", hint=f"{app}/datasets.py", id="record.E004")
        return
    if not issubclass(model, KeyedModel):
        words = f"{dataset.name}: {dataset.label} is no model of the record."
        yield Error(words, hint=f"{app}/datasets.py", id="record.E004")
    if not admin.site.is_registered(model):
        words = f"{dataset.name}: {dataset.label} has no admin class."
        yield Error(words, hint=f"Write one in {app}/admin/.", id="record.E005")
    name = model._meta.model_name
    pages: list[tuple[str, str, list[str]]] = []
    pages += (
        [("ListPage", f"{name}-list", [])] if dataset.home is not None or dataset.navigation else []
    )
    pages += [("DetailPage", f"{name}-detail", ["x"])] if dataset.is_searched else []
    for kind, page, arguments in pages:
        try:
            reverse(page, args=arguments)
        except NoReverseMatch:
            words = f"{dataset.name}: shown to the public, but no address is called {page}."
            yield Error(words, hint=f"Write a {kind} of it in {app}/views/.", id="record.E006")
