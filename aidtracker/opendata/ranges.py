"""A part of a kept file: who lost the connection goes on where it broke off (RFC 9110, 14)."""

import re
from collections.abc import Iterator
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
CHUNK = 256 * 1024
NOT_THERE = 416


def sent(
    request: HttpRequest, content: Any, size: int, kind: str, names: tuple[str, str]
) -> HttpResponseBase:
    """An open file, or the part of it that is asked for; `names` are its tag and its date, by one
    of which who has the beginning says of what."""
    found = asked(request, size, names)
    if found is None:
        response: HttpResponseBase = FileResponse(content, content_type=kind)
        response["Content-Length"] = str(size)
    elif not found:
        content.close()
        response = HttpResponse(status=NOT_THERE, content_type="text/plain")
        response["Content-Range"] = f"bytes */{size}"
    else:
        part = StreamingHttpResponse(pieces(content, found), status=206, content_type=kind)
        part["Content-Length"] = str(len(found))
        part["Content-Range"] = f"bytes {found[0]}-{found[-1]}/{size}"
        response = part
    response["Accept-Ranges"] = "bytes"
    return response


def asked(request: HttpRequest, size: int, names: tuple[str, str]) -> range | None:
    """Which bytes are asked for: none of a part that is not there, None for the whole file.

    What cannot be read is as if it were not there, and so is what asks for several parts.
    """
    said = ONE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if request.method != "GET" or said is None or said.groups() == ("", ""):
        return None
    if request.headers.get("If-Range", names[0]) not in names:
        return None
    first, last = said.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def pieces(content: Any, found: range) -> Iterator[bytes]:
    """The bytes of a part, some at a time."""
    with content:
        content.seek(found[0])
        left = len(found)
        while left and (piece := content.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
