"""Rows of a queryset as a file to download."""

import tempfile

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from aidtracker.ground.datasets import dataset_name
from aidtracker.sheets.columns.resources import resource_for
from aidtracker.sheets.writing.formats import FORMATS, csv_chunks, write_xlsx


def file_name(stem, file_format):
    """`observations-2026-06-01.csv`"""
    return f"{stem}-{timezone.localdate().isoformat()}.{file_format}"


def download(queryset, file_format, headers="label", *, is_public=False):
    """The queryset's rows, and no others, as a response with a file; it is never held in memory.

    A file for the public names no row that the public must not see. `file_format` is csv or xlsx;
    `headers` is label (Chinese headings and choices) or code. Raises ValueError for any other.
    """
    if file_format not in FORMATS or headers not in ("label", "code"):
        raise ValueError(f"No such download: {file_format}, {headers}")
    codes = headers == "code"
    resource = resource_for(queryset.model)
    name = file_name(dataset_name(queryset.model), file_format)
    rows = resource.rows(queryset, codes, is_public=is_public)
    return file_of(name, resource.headings(codes), rows)


def file_of(name, headings, rows):
    """A table as a response with a file; the ending of `name` is its format, csv or xlsx."""
    if name.endswith(".xlsx"):
        return FileResponse(workbook(headings, rows), as_attachment=True, filename=name)
    response = StreamingHttpResponse(csv_chunks(headings, rows), content_type=FORMATS["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def workbook(headings, rows):
    """A temporary file with the workbook, at its beginning; it vanishes when closed."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_xlsx(target, headings, rows)
    target.seek(0)
    return target
