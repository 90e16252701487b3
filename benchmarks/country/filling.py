"""One table of the country: its rows in their order, and what they are linked to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

# Of the row with a number: the numbers and natural keys of the rows it names.
Links = Callable[[int], list[tuple[int, str]]]


@dataclass(frozen=True)
class Filling:
    """The rows of a model: values of the `given` columns, one row after the other."""

    model: type[Model]
    given: tuple[str, ...]
    rows: Iterable[Sequence[Any]]
    links: dict[str, Links] = field(default_factory=dict)
