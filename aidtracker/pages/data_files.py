"""The data of a chart or a table as files, at addresses that stay: csv, json, and a ZIP with words.

Behind the address of a page stand `table.csv` and `chart.csv` as `chart.svg` does.
"""

from dataclasses import replace
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse

from aidtracker.pages.charts import DATA as KINDS
from aidtracker.pages.charts import Chart
from aidtracker.pages.citing import Citation
from aidtracker.pages.filed_tables import filed
from aidtracker.pages.sections import CHART_OF
from aidtracker.pages.site import origin
from aidtracker.pages.tables import Table
from aidtracker.pages.terms import about
from aidtracker.sheets import About, Member, file_name, taken_table

TABLES = {f"table.{kind}": kind for kind in KINDS}
CHARTS = {f"chart.{kind}": kind for kind in KINDS}
# Behind a list its rows, all of them and in all formats.
LISTS = {**TABLES, "table.xlsx": "xlsx"}
DOCUMENT = ("code", "title", "publisher", "published_on", "url")


def table_file(
    request: HttpRequest, table: Table | None, name: str, said: About, *further: Member
) -> StreamingHttpResponse:
    """What a table shows, as a file. Http404 where there is none."""
    if table is None or not table.rows:
        raise Http404
    found = filed(table, origin(request))
    stem, _, ending = name.rpartition(".")
    where = [*request.path.removesuffix(name).split("/"), request.GET.get(CHART_OF, ""), stem]
    called = file_name("-".join(filter(None, where)), ending)
    said = replace(said, documents=lambda: documents_of(*found.shown))
    response = taken_table(called, found.columns, found.rows, said, further)
    explained = request.get_full_path().replace(f"/{name}", f"/{stem}.json")
    return described_by(response, (explained, "application/json"))


def described_by(response: Any, *places: tuple[str, str]) -> Any:
    """Let a file lead to what says what its columns mean: addresses, each with its media type."""
    response["Link"] = ", ".join(
        f'<{place}>; rel="describedby"; type="{kind}"' for place, kind in places
    )
    return response


def chart_data(
    request: HttpRequest, chart: Chart | None, name: str, said: About
) -> StreamingHttpResponse:
    """What a chart is drawn of, as a file; in the ZIP goes the drawing."""
    if chart is None:
        raise Http404
    drawing = [("chart.svg", [chart.file(origin(request)).encode()])] if chart.drawings else []
    said = replace(said, title=f"{said.title}：{chart.title}", note=chart.caption)
    return table_file(request, chart.table, name, said, *drawing)


def documents_of(*several: QuerySet) -> list[str]:
    """The public documents that some rows name, each with its address in the world: one query."""
    model = apps.get_model(settings.SOURCE_MODEL)
    named = Q(pk__in=())
    for rows in several:
        names = {field.name: field for field in rows.model._meta.get_fields()}
        path = next((name for name in ("source", "sources") if name in names), "")
        if path and names[path].related_model is model:
            named |= Q(pk__in=rows.order_by().values(path))
    found = model.objects.published().filter(named).order_by("code")
    return [" ".join(filter(None, map(str, one))) for one in found.values_list(*DOCUMENT)]


def about_page(title: str, address: str, cited: Citation) -> About:
    """What goes along with the data of a page: cited as the page is."""
    return about(title, address, cited="".join(str(one) for one in cited.references))
