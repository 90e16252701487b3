"""What both IATI files (2.03) are made of: identifiers, words, dates, and our own namespace.

What IATI has no place for (the figure as printed, its hedge and bounds, how precise a date is, what
was inferred) stands in a namespace of ours, which its schema allows. What has no value is left out.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Expression, F, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone
from lxml import etree
from lxml.builder import ElementMaker

from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.edition import one_moment
from aidtracker.ground.partial_dates import first_day, last_day
from aidtracker.pages.told import JSONRows
from aidtracker.templatetags.formatting import plain

VERSION = "2.03"
TYPE = "application/xml; charset=utf-8"
OWN = "urn:aidtracker:iati:1"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMESPACES = {"aid": OWN}
CHUNK = 50  # rows that are held at a time
CHUNK_BYTES = 64 * 1024
GAP = "gap"
GAP_WRITTEN = f"<!--{GAP}-->"
# Code lists of IATI
LOCAL_GOVERNMENT, ENTERPRISE, OTHER_ORGANISATION = "11", "70", "90"
FUNDING, ACCOUNTABLE, IMPLEMENTING = "1", "2", "4"
WEB_PAGE, RESULTS = "A12", "A08"
HTML = "text/html"
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

E = ElementMaker()
etree.register_namespace("aid", OWN)
OWN_WORDS = ElementMaker(namespace=OWN, nsmap=NAMESPACES)


def reporter() -> str:
    """The identifier of who reports; the prefix of all others."""
    return settings.SITE["iati"]


def identifier(model: Any, slug: str) -> str:
    return f"{reporter()}-{dataset_name(model)}-{slug}"


def clean(text: Any) -> str:
    """A text without what XML cannot hold."""
    return UNPRINTABLE.sub("", str(text))


def narrative(text: Any) -> Any:
    return E.narrative(clean(text))


def attributes(**known: Any) -> dict[str, str]:
    """Attributes that have a value; a hyphen for each underscore."""
    return {
        name.strip("_").replace("_", "-"): clean(value)
        for name, value in known.items()
        if value not in (None, "")
    }


def own(name: str, /, **known: Any) -> Any:
    """An element in our namespace."""
    return OWN_WORDS(name, attributes(**known))


def own_name(name: str) -> str:
    """An attribute in our namespace."""
    return f"{{{OWN}}}{name}"


def reporting_org() -> Any:
    """The site, which reports what documents of others say."""
    name = settings.SITE["organiser"] or settings.SITE["name"]
    said = {"ref": reporter(), "type": OTHER_ORGANISATION, "secondary-reporter": "1"}
    return E("reporting-org", narrative(name), said)


def document_link(url: str, title: str, category: str = WEB_PAGE) -> Any:
    return E(
        "document-link",
        E.title(narrative(title)),
        E.category(code=category),
        E.language(code="zh"),
        url=url,
        format=HTML,
    )


def dated(name: str, text: str, *, is_end: bool = False, is_past: bool = False, **said: str) -> Any:
    """A day of a partial date: its first, or its last; never one to come of what has happened."""
    day: Any = last_day(text) if is_end else first_day(text)
    if is_past:
        day = min(day, timezone.localdate())
    marks = {own_name("precision"): text} if len(text) < len("2024-01-01") else {}
    return E(name, {"iso-date": day.isoformat()}, said | marks)


def moment(value: datetime) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds")


def rows_told(rows: QuerySet, *order: str, **values: Expression | F) -> JSONRows:
    """What rows that belong to one of an outer query tell, in the query that reads that."""
    return JSONRows(rows.order_by(*order).values(told=JSONObject(**values)))


def file_of(root: str, parts: Iterator[Any]) -> Iterator[bytes]:
    """An IATI file: elements, and what is text already, many at a time, as of one moment."""
    now = moment(timezone.now())
    part = bytearray(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns:aid="{OWN}"'
        f' version="{VERSION}" generated-datetime="{now}">\n'.encode()
    )
    yield bytes(part)
    part.clear()
    with one_moment():
        for one in parts:
            part += one.encode() if isinstance(one, str) else written(one)
            if len(part) >= CHUNK_BYTES:
                yield bytes(part)
                part.clear()
    yield bytes(part) + f"</{root}>\n".encode()


def written(element: Any) -> bytes:
    return etree.tostring(element, encoding="utf-8") + b"\n"


def around(element: Any, parts: Iterator[str]) -> Iterator[str]:
    """An element with what is written while it is read where it has its `GAP`."""
    before, _, behind = written(element).decode().partition(GAP_WRITTEN)
    yield before
    yield from parts
    yield behind


def gap() -> Any:
    """Where further parts of an element go; no text can be written so."""
    return etree.Comment(GAP)


def decimal(text: str) -> Decimal:
    return Decimal(text)


def digits(value: Decimal) -> str:
    """A number without an exponent or trailing zeros."""
    return plain(value)


def whole_year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)
