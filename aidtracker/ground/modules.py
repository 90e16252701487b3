"""The modules of a package, read without a list of their names; what a site reads before work."""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

# What takes long the first time and stays: for who makes processes that are to share it.
BEFORE_WORK: list[Callable[[], object]] = []


def load_modules(package: str) -> list[ModuleType]:
    """Import every module of a package: what they declare is known from then on."""
    path = import_module(package).__path__
    return [import_module(f"{package}.{found.name}") for found in iter_modules(path)]
