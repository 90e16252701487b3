"""All datasets in one file: a ZIP of CSV with what explains them, or one SQLite database.

All of it is read in one moment.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from aidtracker.opendata.formats import FORMATS
from aidtracker.opendata.registry import last_change, open_dataset_of, open_datasets
from aidtracker.opendata.schemas import package, readme, resource
from aidtracker.opendata.sqlite_file import write_database
from aidtracker.pages.terms import citation, licence, publisher
from aidtracker.sheets import dated

FAST = 1
CHANGES = "changes.csv"


@dataclass(frozen=True)
class Occasion:
    """For what files are made: the address of the site, a number if they are frozen, and when the
    data became what they are: the same data make the same bytes."""

    site: str
    when: datetime
    number: str = ""

    @classmethod
    def now(cls, site: str, number: str = "") -> "Occasion":
        """That of the data as they are; an edition is of the moment in which it is frozen."""
        return cls(site, timezone.now() if number else last_change(), number)

    @property
    def local(self) -> datetime:
        return timezone.localtime(self.when)

    @property
    def day(self) -> str:
        return self.local.date().isoformat()

    @property
    def version(self) -> str:
        return self.number or self.day

    @property
    def address(self) -> str:
        where = f"{self.site}/data/"
        return f"{where}editions/{self.number}/" if self.number else where

    @property
    def cited(self) -> str:
        day = self.local.date()
        found = citation("对口援疆数据", self.address, day, self.number, accessed=day)
        return str(found.references[0])


def write_zip(path: Path, occasion: Occasion, kind: str = "csv", changes: str = "") -> None:
    """Write all datasets in one format into a ZIP, with README, dictionary and package."""
    resources, when = [], occasion.local
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as archive:
        for found in open_datasets().values():
            name = f"{found.name}.{kind}"
            known = write_member(
                archive, dated(name, when), FORMATS[kind].write(found, occasion.site)
            )
            resources.append(resource(found, name, **known))
        described = package(
            resources, occasion.site, version=occasion.version, created=when.isoformat()
        )
        sets = open_datasets().values()
        said = {
            "datapackage.json": in_json(described) if kind == "csv" else b"",
            "README.md": readme(
                occasion.day, occasion.version, occasion.site, occasion.cited, sets
            ).encode(),
            "columns.csv": in_csv(COLUMNS, column_rows()),
            "choices.csv": in_csv(CHOICES, choice_rows()),
            CHANGES: changes.encode(),
        }
        for name, content in said.items():
            if content:
                write_member(archive, dated(name, when), [content])


def write_member(
    archive: zipfile.ZipFile, name: zipfile.ZipInfo, parts: Iterable[bytes]
) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as member:
        for part in parts:
            digest.update(part)
            size += len(part)
            member.write(part)
    return {"bytes": size, "hash": f"sha256:{digest.hexdigest()}"}


def write_sqlite(path: Path, occasion: Occasion) -> None:
    terms = licence()
    told = {
        "title": "对口援疆数据",
        "version": occasion.version,
        "date": occasion.day,
        "publisher": publisher(),
        "licence": f"{terms.title} {terms.address}",
        "citation": occasion.cited,
        "address": occasion.address,
    }
    write_database(path, occasion.site, told)


# The data dictionary

COLUMNS = ("dataset", "column", "label", "type", "unit", "definition", "names")
CHOICES = ("dataset", "column", "code", "label")


def column_rows() -> Iterator[tuple[str, ...]]:
    for found in open_datasets().values():
        for one in found.columns():
            named = open_dataset_of(one.names)
            said = (one.code, one.label, one.type.value, one.unit, one.definition)
            yield (found.name, *said, named.name if named else "")


def choice_rows() -> Iterator[tuple[str, ...]]:
    for found in open_datasets().values():
        for one in found.columns():
            yield from ((found.name, one.code, code, label) for code, label in one.choices.items())


def in_csv(headings: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([headings, *rows])
    return buffer.getvalue().encode("utf-8-sig")


def in_json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


@dataclass(frozen=True)
class Whole:
    """A file with all datasets: its name, its label, its media type, and what writes it."""

    name: str
    label: str
    media_type: str
    write: Any


WHOLES = {
    one.name: one
    for one in (
        Whole("aidtracker.zip", "全部数据集（CSV，ZIP）", "application/zip", write_zip),
        Whole("aidtracker.sqlite", "整库（SQLite）", "application/vnd.sqlite3", write_sqlite),
    )
}
