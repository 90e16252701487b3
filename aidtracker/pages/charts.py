"""Charts: a finding, drawings of two sizes, words for those who hear it, and the table beside it.

One mechanism for all kinds: whoever draws says in pixels what stands where; here it is printed, on
the page and as a file at an address that stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from aidtracker.pages import svg
from aidtracker.pages.pictures import SHARP, can_draw, png
from aidtracker.pages.shapes import WIDE, Drawing
from aidtracker.pages.tables import Item, Table

TEMPLATE = "includes/chart.html"
CHART, PICTURE = "chart.svg", "chart.png"  # behind the address of a page, those of its chart
DATA = {"csv": "CSV", "json": "JSON", "zip": "ZIP"}  # what it is drawn of, as files
FEWEST = 2  # nothing is drawn with one figure alone


@dataclass(frozen=True)
class Note:
    """What a chart has to say of what is not in it: a word, and things, each with some words."""

    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Chart:
    """A picture that can be read: it says its finding, its scope, and what it leaves out.

    `key` is unique among the charts of a page; `drawings` is empty if nothing has a place in it;
    `documents` are those that the caption names by their whole names, which is how its file names
    them; `address` is that of its file, empty if it has none.
    """

    key: str
    title: str
    caption: str
    description: str
    drawings: tuple[Drawing, ...] = ()
    keys: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    table: Table | None = None
    documents: tuple[Any, ...] = ()
    address: str = ""

    @property
    def pictures(self) -> list[SafeString]:
        """The drawings as the page prints them."""
        words = svg.Words(self.key, self.title, self.description)
        return [svg.on_page(drawing, words) for drawing in self.drawings]

    @property
    def files(self) -> list[Item]:
        """The kinds of its file that there are, each with its address."""
        if not self.address:
            return []
        picture = [Item("PNG", self.address.replace(CHART, PICTURE))] if can_draw() else []
        return [Item("SVG", self.address), *picture]

    @property
    def data(self) -> list[Item]:
        """What it is drawn of, as files."""
        if not self.address or self.table is None:
            return []
        return [
            Item(label, self.address.replace(CHART, f"chart.{kind}"))
            for kind, label in DATA.items()
        ]

    def file(self, site: str, zoom: int = 1, name: str = WIDE) -> str:
        """A drawing, that for wide screens, with finding, scope and sources as its own file."""
        drawing = next(one for one in self.drawings if one.name == name)
        words = svg.Words(self.key, self.title, self.description)
        return svg.file_of(
            drawing, words, self.caption, [*self.keys, f"{site}{self.address}"], site, zoom
        )


def noted(label: str, items: Iterable[Any]) -> list[Note]:
    """A note, if there is anything to say."""
    found = tuple(items)
    return [Note(label, found)] if found else []


def file_response(request: HttpRequest, chart: Chart | None, name: str = CHART) -> HttpResponse:
    """The file of a chart; where nothing is drawn, or not as a picture, there is none."""
    is_picture = name == PICTURE
    if chart is None or not chart.drawings or (is_picture and not can_draw()):
        raise Http404
    site = request.build_absolute_uri("/").rstrip("/")
    if is_picture:
        found = HttpResponse(png(chart.file(site, SHARP)), content_type="image/png")
    else:
        found = HttpResponse(chart.file(site), content_type="image/svg+xml; charset=utf-8")
    found["Content-Disposition"] = f'inline; filename="{chart.key}.{name.partition(".")[2]}"'
    return found
