"""Where the record stands in the formats of others: SDMX, IATI."""

from collections.abc import Iterable, Iterator

from django.http import HttpRequest, StreamingHttpResponse

from aidtracker.pages.site import origin
from projects.exchange import iati, sdmx, sdmx_structure
from projects.exchange.iati_activities import activities
from projects.exchange.iati_organisations import organisations
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


def sdmx_definition(request: HttpRequest) -> StreamingHttpResponse:
    return file_of("structure.json", sdmx_structure.TYPE, sdmx_structure.message())


def iati_activities(request: HttpRequest) -> StreamingHttpResponse:
    content = iati.file_of("iati-activities", activities(origin(request)))
    return file_of("activities.xml", iati.TYPE, content)


def iati_organisations(request: HttpRequest) -> StreamingHttpResponse:
    content = iati.file_of("iati-organisations", organisations(origin(request)))
    return file_of("organisations.xml", iati.TYPE, content)
