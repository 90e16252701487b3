"""What the machine could do at best: what the rows of the site are compared with."""

import atexit
import os
import shutil
import subprocess
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path

from benchmarks.measuring.registry import LeftOut, Work, row
from benchmarks.measuring.site import Site, Visitor
from projects.models import Observation
from projects.models.metrics import SUBJECTS

GROUP, DATASETTE = "Limits", "Datasette, in its own process"
PATIENCE = 30
# As many columns and names as the public file of figures has.
PLAIN_FIELDS = (
    *("source__code", "source__title", "number", "printed", "value", "value_high", "lower"),
    *("upper", "qualifier", "nature", "accumulation", "period_start", "period_end", "as_of"),
    *("period_text", "series__name", "series__metric__name", "series__metric__unit"),
    *(f"series__{name}__name" for name in SUBJECTS),
)
PORT = 18_765


def trivial(request: HttpRequest) -> HttpResponse:
    """A view that does nothing."""
    return HttpResponse("ok")


urlpatterns = [path("", trivial)]


# What Django starts a project with.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


@row(GROUP, "trivial view, no middleware")
def trivial_view(site: Site) -> Work:
    return trivially([])


@row(GROUP, "trivial view, Django's own middleware")
def usual_view(site: Site) -> Work:
    return trivially(MIDDLEWARE)


def trivially(middleware: list[str]) -> Work:
    with override_settings(MIDDLEWARE=middleware, ROOT_URLCONF=__name__):
        visitor = Visitor(WSGIHandler())

    def ask() -> bytes:
        with override_settings(ROOT_URLCONF=__name__):
            return visitor.get("/").content

    return ask


def plain_rows(limit: int | None = None) -> tuple[str, tuple[Any, ...]]:
    """The SQL that the ORM writes for the public figures with the names of all they name."""
    rows = Observation.objects.published().order_by("pk").values_list(*PLAIN_FIELDS)
    return rows[:limit].query.sql_with_params()


@row(GROUP, "50 public figures by key with all names, plain SQL")
def fifty_rows(site: Site) -> Work:
    keys = Observation.objects.published().order_by("pk").values_list("pk", flat=True)[:50]
    rows = Observation.objects.filter(pk__in=list(keys)).values_list(*PLAIN_FIELDS)
    sql, parameters = rows.query.sql_with_params()

    def ask() -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return len(cursor.fetchall())

    return ask


@row(GROUP, "COPY of all public figures with names (SQLite: its shell)")
def copied(site: Site) -> Work:
    many = Observation.objects.published().count()
    sql, parameters = plain_rows()
    if connection.vendor == "postgresql":
        return lambda: copy_out(sql, parameters) and many
    shell = shutil.which("sqlite3")
    if shell is None:
        raise LeftOut("no sqlite3 shell here")
    literal = sql % tuple(quoted(value) for value in parameters)
    command = [shell, "-csv", str(connection.settings_dict["NAME"]), literal]

    def ask() -> int:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return many

    return ask


def quoted(value: Any) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def copy_out(sql: str, parameters: tuple[Any, ...]) -> int:
    size = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({sql}) TO STDOUT CSV", parameters) as rows,
    ):
        for part in rows:
            size += len(part)
    return size


TABLES = {
    **{"figures": "projects_observation", "projects": "projects_project"},
    **{"series": "projects_series", "metrics": "projects_metric"},
    **{"documents": "programs_source", "findings": "projects_finding"},
}


def as_datasette(name: str, table: str, **conditions: str) -> None:
    """A list of ours as Datasette shows the table that its rows stand in."""

    @row(DATASETTE, f"Datasette: {name}")
    def page(site: Site) -> Work:
        return datasette_page(table, urlencode({"_size": "50", "_labels": "on", **conditions}))


for name, table in TABLES.items():
    as_datasette(f"{name}, first page", table)
as_datasette("figures from 5,000 on", TABLES["figures"], _next="5000")
as_datasette("figures by nature", TABLES["figures"], nature="actual")
as_datasette("figures sorted by value", TABLES["figures"], _sort_desc="value")
as_datasette("series with 2 characters", TABLES["series"], search_text__contains="核桃")


def datasette_page(table: str, query: str) -> Work:
    """A page of Datasette on the file, asked over the loop-back; what its process uses counts."""
    program = os.environ.get("DATASETTE") or shutil.which("datasette")
    if connection.vendor != "sqlite" or program is None:
        raise LeftOut("needs SQLite and the program that DATASETTE names")

    def ask() -> bytes:
        with urlopen(f"http://127.0.0.1:{PORT}/{database()}/{table}?{query}") as answer:
            return answer.read()

    ask.server = datasette(program)  # type: ignore[attr-defined]
    return ask


def database() -> str:
    """What Datasette calls the file."""
    return Path(connection.settings_dict["NAME"]).stem


@cache
def datasette(program: str) -> int:
    """Its process, started once and ended with ours."""
    place = str(connection.settings_dict["NAME"])
    options = [
        "--host",
        "127.0.0.1",
        "--port",
        str(PORT),
        "--setting",
        "sql_time_limit_ms",
        "60000",
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([program, "serve", place, *options], **quiet)
    atexit.register(process.terminate)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{PORT}/-/versions.json"):
            return process.pid
        time.sleep(0.2)
    raise LeftOut("Datasette did not start")
