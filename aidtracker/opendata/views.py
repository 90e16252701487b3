"""The pages and files under /data/: the catalogue, each dataset, each file, the frozen editions."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from aidtracker.opendata import kept, ranges
from aidtracker.opendata.changes import ADDED, CHANGED, REMOVED
from aidtracker.opendata.dcat import document
from aidtracker.opendata.facts import catalogue
from aidtracker.opendata.models import Release
from aidtracker.opendata.packing import CHANGES
from aidtracker.opendata.registry import open_dataset_of, open_datasets
from aidtracker.opendata.schemas import package, resource
from aidtracker.pages.data_files import described_by
from aidtracker.pages.listing import record_download
from aidtracker.pages.site import origin
from aidtracker.pages.terms import RESERVED, citation, licence

# Asked for anew each time: what it holds changes without the record, as when a file was made.
FRESH = "no-cache"
KINDS_OF_CHANGE = (ADDED, CHANGED, REMOVED)
KINDS = {
    "zip": "application/zip",
    "sqlite": "application/vnd.sqlite3",
    "csv": "text/csv; charset=utf-8",
}


def fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = FRESH
    return response


# Pages


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """The catalogue."""
    site = origin(request)
    found = catalogue(site)
    context = {
        "found": found,
        "licence": licence(),
        "reserved": RESERVED,
        "releases": Release.objects.all()[:3],
        "citation": cited("对口援疆数据", f"{site}{request.path}", found.updated),
    }
    return fresh(render(request, "opendata/data.html", context))


@require_safe
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """A dataset: its files, and what each column means."""
    if name not in open_datasets():
        raise Http404
    site = origin(request)
    facts = catalogue(site, only=name).sets[0]
    one = facts.dataset
    columns = [(column, open_dataset_of(column.names)) for column in one.columns()]
    context = {
        "facts": facts,
        "set": one,
        "columns": columns,
        "licence": licence(),
        "reserved": RESERVED,
        "citation": cited(one.title, f"{site}{request.path}", facts.updated),
    }
    return fresh(render(request, "opendata/dataset.html", context))


def cited(title: str, address: str, updated: datetime | None, number: str = "") -> Any:
    return citation(title, address, localtime(updated).date() if updated else None, number)


# Files


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A whole dataset, or all of them: as it is kept, or while it is made."""
    if name not in kept.names():
        raise Http404
    site = origin(request)
    row = kept.found(name, kept.version(site))
    record_download(request, f"开放数据 {name}", "", name.rpartition(".")[2])
    media_type = kept.media_type(name)
    if row is not None:
        said = {"size": row.size, "sha256": row.sha256, "place": row.place}
        if response := handed_out(request, said, name, media_type, row.made_at):
            return response
        row.delete()
    content: Iterator[bytes] = iter(()) if request.method == "HEAD" else kept.made(name, site)
    response = StreamingHttpResponse(content, content_type=media_type)
    response["X-Accel-Buffering"] = "no"
    return as_file(response, name, FRESH)


def handed_out(
    request: HttpRequest, said: dict[str, Any], name: str, kind: str, made_at: datetime
) -> HttpResponseBase | None:
    """A kept file, or that whoever asks has it already; None if it is gone."""
    tag, when = f'"{said["sha256"]}"', int(made_at.timestamp())
    if known := get_conditional_response(request, etag=tag, last_modified=when):
        known["Cache-Control"] = FRESH
        return known
    if (content := kept.opened(said["place"])) is None:
        return None
    response = ranges.sent(request, content, said["size"], kind, (tag, http_date(when)))
    response["ETag"], response["Last-Modified"] = tag, http_date(when)
    response["Repr-Digest"] = digest(said["sha256"])
    return as_file(response, name, FRESH)


def digest(sha256: str) -> str:
    return f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"


def as_file(response: Any, name: str, cached: str) -> Any:
    """A file to be saved under its name.

    Beside it stands what its columns mean: a page for people, a package for programs.
    """
    dataset = name.rpartition(".")[0]
    pages = [reverse("data-set", args=[dataset])] if dataset in open_datasets() else []
    described = [(one, "text/html") for one in pages]
    described_by(response, *described, (reverse("data-package"), "application/json"))
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = cached
    return response


# For programs


@require_safe
def datapackage(request: HttpRequest) -> HttpResponse:
    found = catalogue(origin(request))
    resources = []
    for one in found.sets:
        csv = next(file for file in one.files if file.name.endswith(".csv"))
        known = {"bytes": csv.size, "hash": f"sha256:{csv.sha256}"} if csv.sha256 else {}
        resources.append(resource(one.dataset, csv.name, **known))
    known = {"created": found.updated.isoformat()} if found.updated else {}
    return in_json(package(resources, origin(request), **known), "application/json")


@require_safe
def dcat(request: HttpRequest) -> HttpResponse:
    site = origin(request)
    said = document(catalogue(site), Release.objects.all(), site)
    return in_json(said, "application/ld+json")


def in_json(said: Any, kind: str) -> HttpResponse:
    text = json.dumps(said, ensure_ascii=False, indent=1)
    return fresh(HttpResponse(text, content_type=f"{kind}; charset=utf-8"))


@require_safe
def checksums(request: HttpRequest) -> HttpResponse:
    """The hashes of all files that are kept now, as sha256sum reads them."""
    found = catalogue(origin(request))
    files = [*found.wholes, *(file for one in found.sets for file in one.files)]
    lines = [
        f"{one.sha256}  {one.name}\n" if one.sha256 else f"# {one.name}：还没有生成\n"
        for one in files
    ]
    return fresh(HttpResponse("".join(lines), content_type="text/plain; charset=utf-8"))


# Frozen editions


@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    context = {"releases": Release.objects.all()}
    return fresh(render(request, "opendata/editions.html", context))


@require_safe
def one_edition(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(Release, number=number)
    site = origin(request)
    sets = [
        (one, found.changes[name]) for name, one in open_datasets().items() if name in found.changes
    ]
    context = {
        "release": found,
        # Of a further edition those that changed; the first says what there is.
        "sets": [(one, counts) for one, counts in sets if is_told(found, counts)],
        "unchanged": [one for one, counts in sets if not is_told(found, counts)],
        "files": found.files.items(),
        "changes": next((one for one in found.files if one.endswith(CHANGES)), ""),
        "licence": licence(),
        "reserved": RESERVED,
        "citation": cited("对口援疆数据", f"{site}{request.path}", found.made_at, number),
    }
    return fresh(render(request, "opendata/edition.html", context))


def is_told(release: Release, counts: dict[str, int]) -> bool:
    return not release.previous or any(counts[kind] for kind in KINDS_OF_CHANGE)


@require_safe
def edition_file(request: HttpRequest, number: str, name: str) -> HttpResponseBase:
    found = get_object_or_404(Release, number=number)
    if name not in found.files:
        raise Http404
    if found.withdrawn_at:
        return fresh(render(request, "opendata/withdrawn.html", {"release": found}, status=410))
    record_download(request, f"开放数据 {number} 版 {name}", "", name.rpartition(".")[2])
    kind = KINDS[name.rpartition(".")[2]]
    response = handed_out(request, found.files[name], name, kind, found.made_at)
    if response is None:
        raise Http404
    return response
