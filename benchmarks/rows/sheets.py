"""Files out and in: CSV, Excel, and a sheet of rows previewed and stored."""

from itertools import count
from typing import Any

import tablib
from django.db import connection, transaction
from django.urls import reverse
from import_export.resources import modelresource_factory

from aidtracker.sheets import rehearse, resource_for, sheet_of, store
from aidtracker.sheets.reading.sheets import Page
from aidtracker.trail.acts import one_act
from benchmarks.measuring.registry import Target, Work, row
from benchmarks.measuring.site import Site
from programs.models import Headquarters
from projects.models import Observation, Project

OUT, IN = "Files out", "Files in"
COPY = "COPY of all public figures with names (SQLite: its shell)"
STOCK = 2_000
HEADINGS = [
    *("项目编号", "名称", "援疆指挥部", "状态", "计划开工", "计划完工"),
    *("总投资", "援疆资金计划", "资金到位", "资金拨付", "完成投资", "备注"),
]
STORED = ("code", "name", "headquarters_id", "status", "total_amount", "planned_amount")
INSERT = "INSERT of the same rows"
numbers = count(1)


def figures() -> int:
    return Observation.objects.published().count()


@row(OUT, "public CSV of all figures, over HTTP", limit=COPY, target=Target(times=1.5, memory=20))
def public_csv(site: Site) -> Work:
    return streamed(site.reader, f"{reverse('observation-list')}?download=csv", figures())


@row(OUT, "staff CSV of all figures, over HTTP", limit=COPY, target=Target(times=1.5, memory=20))
def staff_csv(site: Site) -> Work:
    place = reverse("admin:projects_observation_export")
    return streamed(site.keeper, f"{place}?format=csv", Observation.objects.count())


def streamed(visitor: Any, address: str, many: int) -> Work:
    """The work of writing a file; the bytes go nowhere."""

    def ask() -> int:
        visitor.take(address)
        return many

    return ask


STOCK_EXCEL = "import-export's default Excel, 2,000 figures"


@row(OUT, "public Excel of all figures", limit=STOCK_EXCEL, target=Target(times=1 / 8, memory=20))
def public_excel(site: Site) -> Work:
    return streamed(site.reader, f"{reverse('observation-list')}?download=xlsx", figures())


@row(OUT, STOCK_EXCEL)
def stock_excel(site: Site) -> Work:
    rows = Observation.objects.published().defer("source__text").order_by("pk")[:STOCK]
    resource = modelresource_factory(Observation)()

    def ask() -> int:
        return len(resource.export(queryset=rows).export("xlsx")) and len(rows)

    return ask


# In: new projects of one headquarters; twenty thousand from a hundred thousand figures on


def new_projects() -> list[list[Any]]:
    many = 20_000 if figures() > 50_000 else 2_000
    body, run = Headquarters.objects.order_by("pk")[0].name, next(numbers)
    return [
        [
            *(f"B{run}-{number}", f"示例新项目{run}第{number}号", body, "在建"),
            *("2026-03", "2026-11", 120.0 + number, 60.0, 50.0, 40.0, 30.0, ""),
        ]
        for number in range(many)
    ]


@row(IN, "preview of new projects", limit=INSERT, target=Target(times=6))
def previewed(site: Site) -> Work:
    rows = new_projects()

    def ask() -> int:
        rehearse(*read(rows))
        return len(rows)

    return ask


def read(rows: list[list[Any]]) -> tuple[Any, Any]:
    """The resource of projects, and the sheet with some rows."""
    resource = resource_for(Project)
    return resource, sheet_of(resource, [Page("", list(enumerate([HEADINGS, *rows], 1)))])


@row(IN, "confirmation of new projects", limit=INSERT, target=Target(times=4))
def confirmed(site: Site) -> Work:
    rows = new_projects()
    fingerprint = rehearse(*read(rows)).fingerprint

    def ask() -> int:
        with one_act():
            stored = store(*read(rows), fingerprint)
        if not stored.is_stored:
            raise RuntimeError(f"not stored: {stored.problems[:3]}")
        return len(rows)

    ask.once = True  # type: ignore[attr-defined]
    return ask


@row(IN, INSERT)
def inserted(site: Site) -> Work:
    """COPY, on SQLite one prepared statement, of as many columns; taken back."""
    rows = [
        (
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            row[5],
            str(row[6]),
            row[7],
            row[8],
            row[9],
            row[10],
        )
        for row in new_projects()
    ]
    columns = ", ".join(f"c{number} text" for number in range(11))

    def ask() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE benchmark_rows ({columns})")
            put(cursor, rows)
            cursor.execute(
                "SELECT count(*) FROM benchmark_rows JOIN programs_headquarters ON name = c2"
            )
            transaction.set_rollback(True)
        return len(rows)

    return ask


def put(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    if connection.vendor == "sqlite":
        marks = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO benchmark_rows VALUES ({marks})", rows)
        return
    with cursor.copy("COPY benchmark_rows FROM STDIN") as copy:
        for one in rows:
            copy.write_row(one)


@row(IN, "import-export's own rehearsal, 2,000 projects", limit=INSERT)
def stock_import(site: Site) -> Work:
    kind = modelresource_factory(
        Project,
        meta_options={
            "import_id_fields": ["code"],
            "fields": ("code", "name", "headquarters", "status", "total_amount", "planned_amount"),
        },
    )
    body = Headquarters.objects.order_by("pk")[0].pk
    data = [(one[0], one[1], body, "building", one[6], one[7]) for one in new_projects()[:STOCK]]
    headers = ("code", "name", "headquarters", "status", "total_amount", "planned_amount")
    dataset = tablib.Dataset(*data, headers=headers)

    def ask() -> int:
        with transaction.atomic():
            kind().import_data(dataset, dry_run=True, raise_errors=True)
            transaction.set_rollback(True)
        return len(data)

    return ask
