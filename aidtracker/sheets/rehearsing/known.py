"""The stored records that rows of a file without codes may be: found by name, or by one alike."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aidtracker.ground.scope import changeable, readable
from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.lookups import links_of
from aidtracker.sheets.columns.resources import SheetResource

PUNCTUATION = re.compile(r"[\W_]+")
# What is written behind the name of a place, a park or works, or is not.
KINDS = re.compile(
    "(?:(?:国家)?(?:级)?(?:生态|风景|旅游|名胜|文化)*(?:景区|度假区|旅游区|景点)|(?:建设)?(?:项目|工程))$"
)
ALIKE = 0.6  # of the pairs of characters of two names
FEW = 5
COMMON = 300  # records with a pair of characters that tells nothing any more


@dataclass(slots=True)
class Known:
    """A stored record as far as it can be recognised: `apart` are its places and years."""

    pk: int
    code: str
    name: str
    apart: dict[str, set] = field(default_factory=dict)
    loose: str = ""

    def __post_init__(self) -> None:
        self.loose = loose(self.name)


def loose(name: Any) -> str:
    """A name without differences that nobody means: width, case, blanks, punctuation."""
    return PUNCTUATION.sub("", unicodedata.normalize("NFKC", cell_text(name)).lower())


def core(name: str) -> str:
    """What is left of a loose name without the words for what kind of thing it is."""
    return KINDS.sub("", name)


def pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)} or {name}


def values_of(column: Any, value: Any) -> set:
    """What is compared of a value: numbers of related rows; of a date its year, as text."""
    if column.is_many:
        return set(value)
    return {value} if column.source.is_relation else {str(value)[:4]}


class KnownRecords:
    """The records of a person's headquarters, with their values in `columns` that tell apart."""

    def __init__(self, resource: SheetResource, columns: list[Any]) -> None:
        self.resource, self.model = resource, resource.model
        self.columns = columns

    @cached_property
    def all(self) -> list[Known]:
        code, name = self.resource.code_column, self.resource.name_column
        columns = [column for column in self.columns if not column.is_many]
        rows = self.model._base_manager.order_by("pk")
        if self.resource.user is not None:
            rows = changeable(rows, self.resource.user)
        names = [column.source.attname for column in columns]
        found = []
        for pk, own_code, own_name, *values in rows.values_list("pk", code, name, *names):
            apart = {
                column.attribute: values_of(column, value)
                for column, value in zip(columns, values, strict=True)
                if value not in (None, "")
            }
            found.append(Known(pk, str(own_code), own_name, apart))
        for column in (column for column in self.columns if column.is_many):
            links = links_of(column.source, [one.pk for one in found])
            for one in found:
                if one.pk in links:
                    one.apart[column.attribute] = set(links[one.pk])
        return found

    @cached_property
    def by_name(self) -> dict[str, list[Known]]:
        """The records by their loose names and aliases."""
        found: dict[str, list[Known]] = {}
        for one in self.all:
            found.setdefault(one.loose, []).append(one)
        for one, alias in self.aliases():
            known = found.setdefault(loose(alias), [])
            if one not in known:
                known.append(one)
        return found

    def aliases(self) -> Iterator[tuple[Known, str]]:
        if "aliases" in self.resource.fields:
            by_pk = {one.pk: one for one in self.all}
            rows = self.model._base_manager.exclude(aliases=[]).values_list("pk", "aliases")
            yield from ((by_pk[pk], alias) for pk, said in rows if pk in by_pk for alias in said)

    @cached_property
    def by_core(self) -> dict[str, list[Known]]:
        """All records that the person may see, by what is left of their names."""
        rows = self.model._base_manager.order_by("pk")
        if self.resource.user is not None:
            rows = readable(rows, self.resource.user)
        found: dict[str, list[Known]] = {}
        for pk, name in rows.values_list("pk", self.resource.name_column):
            one = Known(pk, "", name)
            found.setdefault(core(one.loose), []).append(one)
        return found

    def near(self, name: str) -> tuple[Known, ...]:
        """The records whose names are most alike to a loose one."""
        wanted = pairs(name)
        shared: Counter[int] = Counter()
        for pair in wanted:
            places = self.by_pair.get(pair, ())
            if len(places) <= COMMON:
                shared.update(places)
        found = []
        for at, _ in shared.most_common(4 * FEW):
            own = pairs(self.all[at].loose)
            likeness = 2 * len(wanted & own) / len(wanted | own)
            if likeness >= ALIKE:
                found.append((-likeness, at))
        return tuple(self.all[at] for _, at in sorted(found, key=lambda one: one[0])[:FEW])

    @cached_property
    def by_pair(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, one in enumerate(self.all):
            for pair in pairs(one.loose):
                found.setdefault(pair, []).append(at)
        return found
