"""What readers take away with all that is needed to read and cite it: JSON, or a ZIP of CSV."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from aidtracker.ground.datasets import dataset_name
from aidtracker.sheets.columns.cells import mark
from aidtracker.sheets.columns.described import Type, described_columns, in_lists
from aidtracker.sheets.writing.about import About, column_facts, column_row
from aidtracker.sheets.writing.extracts import Extract, csv_lines
from aidtracker.sheets.writing.files import chunks, csv_chunks, file_name, response
from aidtracker.sheets.writing.json_rows import json_rows, text_in_json, value_of
from aidtracker.sheets.writing.workbooks import Sink

ROWS = 500
FAST = 1  # of the levels of zlib
READABLE = 0o100644  # a file that all may read
README, METADATA = "README.md", "metadata.json"
Member = tuple[str, Iterable[bytes]]


def taken_rows(
    queryset: QuerySet, file_format: str, about: About, chosen: Iterable[str], site: str
) -> StreamingHttpResponse:
    """Public rows as json or zip; they are never held in memory."""
    name = dataset_name(queryset.model)
    if file_format == "json":
        content = json_of_rows(queryset, about, site)
    else:
        content = zip_of(members_of_rows(queryset, about, f"{name}.csv", site), about.date)
    return response(file_name(name, file_format, chosen), content)


def json_of_rows(queryset: QuerySet, about: About, site: str) -> Iterator[bytes]:
    columns = described_columns(queryset.model, site)
    rows = json_rows(Extract(queryset, [one.file for one in columns]), columns)
    yield from json_of(about.metadata([column_facts(one) for one in columns]), rows)


def json_of(metadata: dict[str, Any], rows: Iterator[str]) -> Iterator[bytes]:
    """What explains rows, and these, each an object in a line."""
    yield opening(metadata)
    comma = ""
    while part := list(islice(rows, ROWS)):
        yield (comma + ",\n".join(part)).encode()
        comma = ",\n"
    yield b"\n]}\n"


def opening(metadata: dict[str, Any]) -> bytes:
    """All that stands in front of the rows."""
    text = json.dumps(metadata, ensure_ascii=False, indent=1)
    return f'{text.removesuffix("}").rstrip()},\n "rows": [\n'.encode()


def members_of_rows(queryset: QuerySet, about: About, name: str, site: str) -> Iterator[Member]:
    columns = in_lists(queryset.model)
    yield name, chunks(queryset, "csv", is_public=True, site=site)
    metadata = about.metadata([column_facts(one) for one in columns])
    yield METADATA, [json.dumps(metadata, ensure_ascii=False, indent=1).encode()]
    yield README, [about.readme([column_row(one) for one in columns]).encode()]


def dated(name: str, when: date) -> zipfile.ZipInfo:
    """A member of a ZIP with the date of what it holds: the same content is the same bytes."""
    found = zipfile.ZipInfo(name, (*when.timetuple()[:6],))
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = READABLE << 16
    return found


def zip_of(members: Iterable[Member], when: date) -> Iterator[bytes]:
    """A ZIP that is written while it is sent."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as archive:
        for name, parts in members:
            with archive.open(dated(name, when), "w") as member:
                for part in parts:
                    member.write(part)
                    yield sink.taken()
    yield sink.taken()


# A table as a page shows it: few rows


@dataclass(frozen=True)
class TakenColumn:
    """A column of such a table: its heading, its type, what it means, and in which unit."""

    heading: str
    type: Type = Type.TEXT
    definition: str = ""
    unit: str = ""

    def called(self, heading: str) -> "TakenColumn":
        return replace(self, heading=heading)

    @property
    def facts(self) -> dict[str, str]:
        said = {
            "name": self.heading,
            "type": self.type.value,
            "unit": self.unit,
            "description": self.definition,
        }
        return {name: value for name, value in said.items() if value}


def taken_table(
    name: str,
    columns: Sequence[TakenColumn],
    rows: Iterable[Sequence[str]],
    about: About,
    further: Iterable[Member] = (),
) -> StreamingHttpResponse:
    """A table as csv, json or zip, by the ending of `name`; `further` goes along in the ZIP."""
    stem, _, ending = name.rpartition(".")
    headings = [one.heading for one in columns]
    marked = ([mark(text) for text in row] for row in rows)
    lines = csv_chunks(headings, csv_lines(marked))
    if ending == "csv":
        return response(name, lines)
    metadata = about.metadata([one.facts for one in columns])
    if ending == "json":
        return response(name, json_of(metadata, json_objects(columns, rows)))
    text = json.dumps(metadata, ensure_ascii=False, indent=1).encode()
    readme = about.readme([(one.heading, one.definition, one.unit) for one in columns]).encode()
    members = [(f"{stem}.csv", lines), (METADATA, [text]), (README, [readme]), *further]
    return response(name, zip_of(members, about.date))


def json_objects(columns: Sequence[TakenColumn], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    members = [(f"{text_in_json(one.heading)}: ", value_of(one.type)) for one in columns]
    for row in rows:
        cells = zip(members, row, strict=True)
        yield f"{{{', '.join([name + value(text) for (name, value), text in cells])}}}"
