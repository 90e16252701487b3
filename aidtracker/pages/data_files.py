"""The data of a chart or a table as files, at addresses that stay: csv, json, and a ZIP with words.

Behind the address of a page stand `table.csv` and `chart.csv` as `chart.svg` does.
"""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.html import strip_tags

from aidtracker.pages.charts import DATA as KINDS
from aidtracker.pages.charts import Chart
from aidtracker.pages.citing import Citation
from aidtracker.pages.sections import CHART_OF
from aidtracker.pages.tables import Table
from aidtracker.pages.terms import about
from aidtracker.sheets import About, Member, file_name, taken_table
from aidtracker.templatetags.markup import content

TABLES = {f"table.{kind}": kind for kind in KINDS}
CHARTS = {f"chart.{kind}": kind for kind in KINDS}
# Behind a list its rows, all of them and in all formats.
LISTS = {**TABLES, "table.xlsx": "xlsx"}
LINK = "网址"


def table_file(
    request: HttpRequest, table: Table | None, name: str, said: About, *further: Member
) -> StreamingHttpResponse:
    """What a table shows, as a file. Http404 where there is none."""
    if table is None or not table.rows:
        raise Http404
    headings = [*(one.label for one in table.headings), LINK]
    rows = [[*map(words_of, row.cells), link_of(row, request)] for row in table.rows]
    stem, _, ending = name.rpartition(".")
    where = [*request.path.removesuffix(name).split("/"), request.GET.get(CHART_OF, ""), stem]
    called = file_name("-".join(filter(None, where)), ending)
    return taken_table(called, unlike(headings), rows, said, further)


def chart_data(
    request: HttpRequest, chart: Chart | None, name: str, said: About
) -> StreamingHttpResponse:
    """What a chart is drawn of, as a file; in the ZIP goes the drawing."""
    if chart is None:
        raise Http404
    site = request.build_absolute_uri("/").rstrip("/")
    drawing = [("chart.svg", [chart.file(site).encode()])] if chart.drawings else []
    said = replace(said, title=f"{said.title}：{chart.title}", note=chart.caption)
    return table_file(request, chart.table, name, said, *drawing)


# What a cell of these kinds says, without the signs that a page puts beside it.
PLAIN = {
    "figure": lambda value: value.printed,
    "compared": lambda value: value.observation.printed,
    "nature": lambda value: value.nature_words,
    "source": lambda value: f"《{value.source.title}》第 {value.number} 处",
}


def words_of(cell: Any) -> str:
    """A cell as the page shows it; nothing for what is not known."""
    if cell.value is not None and cell.kind in PLAIN:
        return PLAIN[cell.kind](cell.value)
    if cell.is_unknown and not cell.value:
        return ""
    return " ".join(strip_tags(content(cell)).split())


def link_of(row: Any, request: HttpRequest) -> str:
    """The first page that a row leads to."""
    found = (item.url for cell in row.cells for item in cell.items if item.url)
    address = next(found, "") or next(filter(None, map(address_of, row.cells)), "")
    return request.build_absolute_uri(address) if address else ""


def address_of(cell: Any) -> str:
    found = getattr(cell.value, "get_absolute_url", None)
    return found() if found else ""


def unlike(headings: list[str]) -> list[str]:
    """Headings that all differ, as programs need them."""
    return [
        f"{one}{headings[:at].count(one) + 1}" if one in headings[:at] else one
        for at, one in enumerate(headings)
    ]


def about_page(title: str, address: str, cited: Citation) -> About:
    """What goes along with the data of a page: cited as the page is."""
    return about(title, address, cited="".join(str(one) for one in cited.references))
