"""Where the record stands in the formats of others: SDMX, IATI."""

import json
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from aidtracker.pages.site import origin
from projects.exchange import sdmx, sdmx_structure
from projects.models import Observation


def file_of(name: str, kind: str, content: Iterable[bytes]) -> StreamingHttpResponse:
    """A file that is written while it is sent."""
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response


def sdmx_figures(request: HttpRequest) -> StreamingHttpResponse:
    lines: Iterator[bytes] = sdmx.lines(Observation.objects.published(), origin(request))
    return file_of("figures.csv", sdmx.TYPE, lines)


def sdmx_definition(request: HttpRequest) -> HttpResponse:
    text = json.dumps(sdmx_structure.structure(), ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type=sdmx_structure.TYPE)
