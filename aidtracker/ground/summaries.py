"""The numbers that pages show of the whole record, beside what a count of all rows finds.

An app registers what it sums up. `manage.py check_summaries` compares, in one moment.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from aidtracker.ground.datasets import record_models
from aidtracker.ground.edition import one_moment
from aidtracker.ground.tallies import BETWEEN, by_kind, counted_by, kind_of, public_totals

Numbers = dict[str, int]


@dataclass(frozen=True)
class Summary:
    """What is summed up, as pages read it and as counting it anew finds it; 0 where nothing is."""

    label: str
    known: Callable[[], Numbers]
    counted: Callable[[], Numbers]


@dataclass(frozen=True)
class Difference:
    """A number that is not what a count finds."""

    label: str
    name: str
    known: int
    counted: int

    def __str__(self) -> str:
        return f"{self.label}：{self.name}记着 {self.known}，实有 {self.counted}"


_summaries: list[Summary] = []


def register(*summaries: Summary) -> None:
    """Let numbers be compared, too; for an app's `ready`."""
    _summaries.extend(summaries)


def differences() -> list[Difference]:
    """What is wrong, of all that is summed up, at one moment."""
    with one_moment():
        return [found for summary in (ROWS, PUBLIC, *_summaries) for found in differing(summary)]


def differing(summary: Summary) -> Iterator[Difference]:
    known, counted = summary.known(), summary.counted()
    for name in sorted(known.keys() | counted.keys()):
        numbers = known.get(name, 0), counted.get(name, 0)
        if numbers[0] != numbers[1]:
            yield Difference(summary.label, name, *numbers)


def named(model: type[Any], kind: str = "") -> str:
    return " ".join(filter(None, [str(model._meta.verbose_name), kind.replace(BETWEEN, " ")]))


def known_rows() -> Numbers:
    return {
        named(model, kind): many
        for model in record_models()
        for kind, many in by_kind(model).items()
    }


def counted_rows() -> Numbers:
    found = {}
    for model in record_models():
        names = [field.name for field in counted_by(model)]
        rows = model._base_manager.order_by().values(*names).annotate(many=Count("pk"))
        if not names:
            rows = [{"many": model._base_manager.count()}]
        for row in rows:
            many = row.pop("many")
            found[named(model, kind_of(model, **row))] = many
    return found


def shown() -> list[type[Any]]:
    """The models whose public rows are those of the one rule."""
    return [model for model in record_models() if not model.COUNTED_BY]


def known_public_rows() -> Numbers:
    return {named(model): many for model, many in public_totals(shown()).items()}


def counted_public_rows() -> Numbers:
    return {named(model): model._default_manager.published().count() for model in shown()}


ROWS = Summary("各表行数", known_rows, counted_rows)
PUBLIC = Summary("公开的记录", known_public_rows, counted_public_rows)
