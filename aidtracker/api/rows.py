"""Rows of a dataset as the API tells them: numbers by an index, then these rows by their keys.

The rows stand in the order of their numbers in the database, which new rows only ever follow: who
walks through them with a cursor meets each once, whatever is stored meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from aidtracker.api.fields import Field
from aidtracker.api.sets import ApiSet, Further
from aidtracker.ground.inner_queries import expecting_many
from aidtracker.ground.ways import first_numbers
from aidtracker.pages.paging import MOST_COUNTED


@dataclass(frozen=True)
class Shown:
    """What is told of each row: fields and further members, in their order."""

    fields: tuple[Field, ...]
    further: tuple[Further, ...]
    site: str

    @classmethod
    def of(cls, found: ApiSet, chosen: tuple[str, ...], site: str) -> "Shown":
        """Those that were chosen, or all."""

        def among(several: Iterable[Any]) -> tuple[Any, ...]:
            return tuple(one for one in several if not chosen or one.name in chosen)

        return cls(among(found.fields(site)), among(found.further), site)


def numbers_after(
    rows: QuerySet, last: int, size: int, *, is_narrowed: bool, key: str = "pk"
) -> list[int]:
    """The next numbers of the rows, which stand in `key`.

    Those of few rows are read whole and sorted here: what a database expects of conditions is often
    wrong, and it then walks through all rows in order.
    """
    numbers = rows.order_by().values_list(key, flat=True)
    if is_narrowed:
        few = numbers[: MOST_COUNTED + 1]
        found = set(first_numbers(rows, MOST_COUNTED + 1) if key == "pk" else few)
        if len(found) <= MOST_COUNTED:
            return sorted(one for one in found if one > last)[:size]
    with expecting_many(is_narrowed):
        return list(numbers.filter(**{f"{key}__gt": last}).order_by(key)[:size])


def read(rows: QuerySet, fields: tuple[Field, ...]) -> dict[int, Any]:
    """What the fields are of some rows, by their numbers."""
    expressions = {f"api_{at}": field.read() for at, field in enumerate(fields)}
    found = rows.order_by().values_list("pk", *expressions.values())
    return {
        key: {field.name: field.made(value) for field, value in zip(fields, values, strict=True)}
        for key, *values in found
    }


def finished(
    values: dict[int, Any], numbers: list[int], shown: Shown, day: date | None
) -> list[dict[str, Any]]:
    """Rows with their further members."""
    there = [number for number in numbers if number in values]
    for further in shown.further:
        told_of = further.read(there, shown.site, day)
        for number in there:
            values[number][further.name] = told_of.get(number)
    return [values[number] for number in there]
