"""Which rows a row may name beside what else it says: stages of its pipeline, its own criteria.

A model declares it once (`FITS`): every door refuses what does not fit, and forms offer what does.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from aidtracker.ground.keys import follow

NOTHING = Q(pk__in=())


@dataclass(frozen=True)
class Fit:
    """Which rows a foreign key may name.

    `by` are lookup paths from the row that names one; `rows` gives for their values, None where
    one is not known, the condition of those that fit, and `words` say of {one} that it does not.
    """

    by: tuple[str, ...]
    rows: Callable[..., Q]
    words: str


def same(theirs: str, ours: str, words: str) -> Fit:
    """What is named says at a path what the row says at one of its own, as far as that is known."""
    return Fit((ours,), lambda value: Q() if value is None else Q(**{theirs: value}), words)


def head_of(path: str) -> str:
    return path.partition("__")[0]


def paths_of(fits: Iterable[Fit]) -> list[str]:
    """The paths that decide, those of one foreign key together."""
    return sorted({path for fit in fits for path in fit.by})


def fitting(fits: Iterable[Fit], values: dict[str, Any]) -> Q:
    """The condition of the rows that fit, for the values at the paths."""
    found = Q()
    for fit in fits:
        found &= fit.rows(*(values[path] for path in fit.by))
    return found


def refuse_unfit(rows: Sequence[Any]) -> None:
    """ValidationError by field if rows of one model name what does not fit.

    A query for each foreign key that decides, and one for each set of values found there.
    """
    for name, fits in type(rows[0]).FITS.items() if rows else ():
        field = rows[0]._meta.get_field(name)
        naming = [row for row in rows if getattr(row, field.attname) is not None]
        groups: dict[tuple, list[Any]] = {}
        paths = paths_of(fits)
        for row, values in zip(naming, values_of(naming, paths), strict=True):
            groups.setdefault(values, []).append(row)
        for values, own in groups.items():
            refuse_of_group(field, fits, dict(zip(paths, values, strict=True)), own)


def refuse_of_group(field: Any, fits: Sequence[Fit], values: dict[str, Any], rows: list) -> None:
    """The same of rows that say the same; only of one that does not fit it is asked why.

    What is not stored, as when rows are brought back together, is left to the foreign key.
    """
    named = field.related_model._base_manager.filter(
        pk__among=[*{getattr(row, field.attname) for row in rows}]
    )
    known = {*named.filter(fitting(fits, values)).values_list("pk", flat=True)}
    for row in rows:
        number = getattr(row, field.attname)
        if number in known or is_as_stored(row, field, [*values]):
            continue
        if one := named.filter(pk=number).first():
            words = wrong_with(named.filter(pk=number), fits, values) or fits[0].words
            raise ValidationError({field.name: words.format(one=one)})


def is_as_stored(row: Any, field: Any, paths: Iterable[str]) -> bool:
    """Whether a row is stored with just what it names and what of its own decides on that.

    What fitted then stays, though what it names has become another since: it is corrected like all
    else, and is no bar to what else is corrected.
    """
    names = {field.attname, *(row._meta.get_field(head_of(path)).attname for path in paths)}
    said = {name: getattr(row, name) for name in names}
    return row.pk is not None and type(row)._base_manager.filter(pk=row.pk, **said).exists()


def wrong_with(one: Any, fits: Iterable[Fit], values: dict[str, Any]) -> str:
    """What a row, given as the query for it, does not fit; empty if it does."""
    broken = (fit for fit in fits if not one.filter(fitting([fit], values)).exists())
    return next((fit.words for fit in broken), "")


def values_of(rows: Sequence[Any], paths: Sequence[str]) -> list[tuple]:
    """What rows of one model say at lookup paths: a query for each foreign key that leads on."""
    columns: list[list[Any]] = []
    for head, own in groupby(paths, head_of):
        field: Any = rows[0]._meta.get_field(head) if rows else None
        rests = [path.partition("__")[2] for path in own]
        known = stored_values(rows, field, [rest for rest in rests if rest])
        columns += [[value_of(row, field, rest, known) for row in rows] for rest in rests]
    return [*zip(*columns, strict=True)] if columns else [()] * len(rows)


def stored_values(rows: Sequence[Any], field: Any, rests: list[str]) -> dict[int, dict[str, Any]]:
    """What the rows that a foreign key names say at lookup paths of theirs, by their numbers."""
    numbers = {getattr(row, field.attname) for row in rows} - {None} if rests and rows else ()
    if not numbers:
        return {}
    stored = field.related_model._base_manager.filter(pk__among=[*numbers])
    found = stored.order_by().values_list("pk", *rests)
    return {pk: dict(zip(rests, values, strict=True)) for pk, *values in found}


def value_of(row: Any, field: Any, rest: str, known: dict[int, dict[str, Any]]) -> Any:
    """The value at a path; what is entered together with the row has no number yet."""
    number = getattr(row, field.attname)
    if not rest:
        return number
    if number is not None:
        return known.get(number, {}).get(rest)
    found = follow(field.get_cached_value(row, default=None), rest)
    return getattr(found, "pk", found)
