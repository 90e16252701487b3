"""Tables as files: CSV that Excel opens with Chinese intact, or a workbook with typed cells."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from aidtracker.ground.datasets import dataset_name
from aidtracker.sheets.columns.cells import csv_text
from aidtracker.sheets.columns.described import in_lists
from aidtracker.sheets.columns.resources import VERSION, SheetResource, resource_for
from aidtracker.sheets.columns.sets import FileColumn, public_columns, staff_columns
from aidtracker.sheets.writing.about import About, column_row
from aidtracker.sheets.writing.extracts import Extract, csv_lines
from aidtracker.sheets.writing.meanings import choices_of, meanings
from aidtracker.sheets.writing.workbooks import Beside, workbook_chunks

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

# What readers get with the words that explain it (`taken`).
WITH_WORDS = {"json": "application/json", "zip": "application/zip"}
NAME_LENGTH = 80
NO_NAME = re.compile(r"[^\w.]+")


def file_name(stem: str, file_format: str, conditions: Iterable[str] = ()) -> str:
    """`observations-2026-06-01.csv`, or `projects-status-building-2026-06-01.csv`"""
    said = [NO_NAME.sub("-", one).strip("-") for one in conditions]
    name = "-".join([stem, *filter(None, said)])[:NAME_LENGTH]
    return f"{name}-{timezone.localdate().isoformat()}.{file_format}"


def download(
    queryset: QuerySet,
    file_format: str,
    headers="label",
    *,
    is_public=False,
    site="",
    only: Sequence[str] = (),
    about: About | None = None,
    chosen: Iterable[str] = (),
) -> StreamingHttpResponse:
    """The queryset's rows, and no others, as a response with a file; it is never held in memory.

    The file is the one for staff, which may have `only` some fields, or with public rows the one
    for the public, in which addresses begin with `site`, with what is said `about` it.
    `file_format` is csv or xlsx; `headers` is label (Chinese headings and choices) or code. Raises
    ValueError for any other. `chosen` are the words of conditions, for its name.
    """
    if file_format not in FORMATS or headers not in ("label", "code"):
        raise ValueError(f"No such download: {file_format}, {headers}")
    name = file_name(dataset_name(queryset.model), file_format, chosen)
    codes = headers == "code"
    content = chunks(
        queryset, file_format, codes, is_public=is_public, site=site, only=only, about=about
    )
    return response(name, content)


def chunks(
    queryset: QuerySet,
    file_format: str,
    codes=False,
    *,
    is_public=False,
    site="",
    only: Sequence[str] = (),
    about: About | None = None,
) -> Iterator[bytes]:
    """The bytes of the file of a queryset, the headings before anything is asked."""
    resource = resource_for(queryset.model)
    columns = public_columns(resource, codes, site) if is_public else staff_columns(resource, codes)
    columns = among_columns(resource, columns, only) if only else columns
    headings = [column.code if codes else column.heading for column in columns]
    extract = Extract(queryset, columns)
    if file_format == "xlsx":
        beside = beside_of(resource, columns, has_choices=not (codes or is_public))
        if about:
            meant = [column_row(one) for one in in_lists(queryset.model)]
            beside = Beside(about=lambda: about.sheet(meant))
        yield from workbook_chunks(headings, extract.texts(), extract.kinds, beside)
    else:
        yield from csv_chunks(headings, extract.csv())


def among_columns(
    resource: SheetResource, columns: Sequence[FileColumn], only: Sequence[str]
) -> list[FileColumn]:
    """Of the columns of the staff file those of some fields, in their order, between what names a
    row and its version, without which it could not be imported."""
    keys = [column.attribute for column in resource.key_columns]
    names = list(dict.fromkeys([*keys, *(name for name in only if name != VERSION), VERSION]))
    places = {name: place for place, name in enumerate(names)}
    found = [one for one in columns if one.column and one.column.attribute in places]
    return sorted(found, key=lambda one: places[one.column.attribute])


def beside_of(
    resource: SheetResource, columns: Sequence[FileColumn], *, has_choices: bool
) -> Beside:
    """What a workbook has beside its rows: what columns mean, for staff also what to choose.

    Of a code and the name beside it, the name is what people choose.
    """
    named = {one.column for one in columns if one.is_beside}
    choices = {
        at: found
        for at, one in enumerate(columns if has_choices else ())
        if (column := one.column) and not column.readonly
        if one.is_beside or column not in named
        if (found := choices_of(column))
    }
    return Beside(choices, meanings(resource, columns))


def file_of(name: str, headings: list[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A table as a response with a file; the ending of `name` is its format, csv or xlsx."""
    if name.endswith(".xlsx"):
        return response(name, workbook_chunks(headings, rows))
    texts = ([csv_text(value) for value in row] for row in rows)
    return response(name, csv_chunks(headings, csv_lines(texts)))


def csv_chunks(headings: Sequence[str], lines: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a CSV file: UTF-8 with a byte order mark, CRLF."""
    yield from (BOM_UTF8 + part for part in csv_lines([headings]))
    yield from lines


def response(name: str, content: Iterable[bytes]) -> StreamingHttpResponse:
    """A file that is written while it is sent; a server in front must not wait for its end."""
    kind = (FORMATS | WITH_WORDS)[name.rpartition(".")[2]]
    found = StreamingHttpResponse(content, content_type=kind)
    found["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    found["X-Accel-Buffering"] = "no"
    return found
