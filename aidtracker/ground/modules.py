"""The modules of a package, read without a list of their names."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def load_modules(package: str) -> list[ModuleType]:
    """Import every module of a package: what they declare is known from then on."""
    path = import_module(package).__path__
    return [import_module(f"{package}.{found.name}") for found in iter_modules(path)]
