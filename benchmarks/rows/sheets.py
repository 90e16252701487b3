"""Files out and in: CSV, Excel, and a sheet of rows previewed and stored."""

import os
from itertools import count
from typing import Any

import tablib
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from import_export.resources import modelresource_factory

from aidtracker.ground import bulk
from aidtracker.ground.pinyin import syllables
from aidtracker.sheets import rehearse, resource_for, sheet_of, store
from aidtracker.sheets.reading.pages import MAX_ROWS, Page
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.trail import acts
from aidtracker.trail.acts import one_act
from aidtracker.trail.history import NEW, copying
from benchmarks.measuring.registry import LeftOut, Target, Work, row
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
INSERT = "COPY and INSERT of the same rows and states (SQLite: executemany)"
numbers = count(1)


def figures() -> int:
    return Observation.objects.published().count()


# On PostgreSQL as COPY, on SQLite as its shell, which writes what it reads without a look.
CSV = Target(times=5 if connection.vendor == "sqlite" else 1.5, memory=20)


@row(OUT, "public CSV of all figures, over HTTP", limit=COPY, target=CSV)
def public_csv(site: Site) -> Work:
    return streamed(site.reader, f"{reverse('observation-list')}?download=csv", figures())


@row(OUT, "staff CSV of all figures, over HTTP", limit=COPY, target=CSV)
def staff_csv(site: Site) -> Work:
    place = reverse("admin:projects_observation_export")
    return streamed(site.keeper, f"{place}?format=csv", Observation.objects.count())


@row(OUT, "staff CSV of all figures, by the command", limit=COPY, target=CSV)
def commanded(site: Site) -> Work:
    many = Observation.objects.count()

    def ask() -> int:
        call_command("export", "observations", all=True, output=os.devnull)
        return many

    return ask


@row(OUT, "public CSV of all figures, until its first byte", target=Target(ms=50))
def public_csv_begun(site: Site) -> Work:
    return lambda: site.reader.begin(f"{reverse('observation-list')}?download=csv")


@row(OUT, "staff CSV of all figures, until its first byte", target=Target(ms=50))
def staff_csv_begun(site: Site) -> Work:
    place = reverse("admin:projects_observation_export")
    return lambda: site.keeper.begin(f"{place}?format=csv")


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


def new_projects(many: int = 0) -> list[list[Any]]:
    many = many or (20_000 if figures() > 50_000 else 2_000)
    # None that an earlier run on this database has stored.
    run = f"{Project.objects.count()}-{next(numbers)}"
    body = Headquarters.objects.order_by("pk")[0].name
    return [
        [
            *(f"B{run}-{number}", f"示例新项目{run}第{number}号", body, "在建"),
            *("2026-03", "2026-11", 120.0 + number, 60.0, 50.0, 40.0, 30.0, ""),
        ]
        for number in range(many)
    ]


@row(IN, "preview of new projects", limit=INSERT, target=Target(each=5_000 / 20_000))
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


CONFIRMED = Target(times=6 if connection.vendor == "sqlite" else 4, memory=200)


@row(IN, "confirmation of new projects", limit=INSERT, target=CONFIRMED)
def confirmed(site: Site) -> Work:
    return stored_once(new_projects())


@row(IN, "preview of 100,000 new projects", limit=INSERT, target=Target(each=5_000 / 20_000))
def previewed_most(site: Site) -> Work:
    rows = most_projects()
    return lambda: rehearse(*read(rows)) and len(rows)


@row(IN, "confirmation of 100,000 new projects", limit=INSERT, target=CONFIRMED)
def confirmed_most(site: Site) -> Work:
    return stored_once(most_projects())


def most_projects() -> list[list[Any]]:
    """As many as a file may have, where a country is large."""
    if figures() < 5 * MAX_ROWS:
        raise LeftOut("more than this country has")
    return new_projects(MAX_ROWS)


@row(IN, "CSV of new projects, read and previewed for a clerk", limit=INSERT)
def csv_uploaded(site: Site) -> Work:
    rows = new_projects()
    return uploaded(site, "projects.csv", written(rows).export("csv").encode(), len(rows))


@row(IN, "Excel of new projects, read and previewed for a clerk", limit=INSERT)
def excel_uploaded(site: Site) -> Work:
    rows = new_projects()
    return uploaded(site, "projects.xlsx", written(rows).export("xlsx"), len(rows))


def written(rows: list[list[Any]]) -> tablib.Dataset:
    return tablib.Dataset(*rows, headers=HEADINGS)


def uploaded(site: Site, name: str, content: bytes, many: int) -> Work:
    """A file as a clerk of one headquarters uploads it: read, held to the scope, previewed."""

    def ask() -> int:
        resource = resource_for(Project, site.clerk)
        found = rehearse(resource, sheet_of(resource, read_upload(name, content)))
        if found.new != many:
            raise RuntimeError(f"{found.new} of {many} are new: {found.problems[:3]}")
        return many

    return ask


def stored_once(rows: list[list[Any]]) -> Work:
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
    """All that the program stores of these rows, by the database alone; taken back.

    PostgreSQL: COPY to a table of its own, then INSERT … SELECT with the keys looked up, and the
    states. SQLite: one prepared statement for the rows, one for the states, values ready. What the
    program makes of the names is ready, too: the index of what is searched costs as much.
    """
    rows = [[*one, *made_of_names(one)] for one in new_projects()]
    put = put_selected if connection.vendor == "postgresql" else put_ready(rows)

    def ask() -> int:
        with one_act(), transaction.atomic(), connection.cursor() as cursor:
            put(cursor, rows)
            transaction.set_rollback(True)
        return len(rows)

    return ask


def made_of_names(cells: list[Any]) -> tuple[str, str]:
    """The address and the search text of a new project."""
    project = Project(code=cells[0], name=cells[1])
    return slugify("-".join(syllables(project.slug_source))), project.made_search_text()


def put_selected(cursor: Any, rows: list[list[Any]]) -> None:
    columns = ", ".join(f"c{number} text" for number in range(len(rows[0])))
    cursor.execute(f"CREATE TEMPORARY TABLE benchmark_rows ({columns}) ON COMMIT DROP")
    with cursor.copy("COPY benchmark_rows FROM STDIN") as copy:
        for one in rows:
            copy.write_row(one)
    cursor.execute("SELECT COALESCE(MAX(id), 0) FROM projects_project")
    last = cursor.fetchone()[0]
    names, values, given = [], [], []
    for field, value in usual_values():
        names.append(f'"{field.column}"')
        said = FROM_SHEET.get(field.name)
        values.append(said or f"CAST(%s AS {field.db_type(connection)})")
        given += [] if said else [value]
    cursor.execute(
        f"INSERT INTO projects_project ({', '.join(names)}) SELECT {', '.join(values)}"
        " FROM benchmark_rows JOIN programs_headquarters AS body ON body.name = c2",
        given,
    )
    statement, given = copying(Project, state_of_new(), connection)
    cursor.execute(f"{statement} > %s ORDER BY id", [*given, last])
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


AMOUNTS = (
    *("total_amount", "planned_amount", "received_amount"),
    *("disbursed_amount", "work_done_amount"),
)
# The cells of a sheet in SQL: `HEADINGS` are c0, c1, …
FROM_SHEET = {
    **{"code": "c0", "slug": "c12", "name": "c1", "search_text": "c13"},
    **{"headquarters": "body.id", "status": "'building'", "note": "c11"},
    **{"planned_start": "c4", "planned_completion": "c5"},
    **{name: f"c{at}::numeric" for at, name in enumerate(AMOUNTS, 6)},
}


def usual_values() -> list[tuple[Any, Any]]:
    """The columns of a new project, but for its number, with what stands in them at first."""
    fresh = Project()
    fields = [one for one in Project._meta.concrete_fields if not one.primary_key]
    return [(one, one.get_db_prep_save(getattr(fresh, one.attname), connection)) for one in fields]


def state_of_new() -> dict[str, Any]:
    """What a state says besides the columns of its row."""
    act = acts.stored()
    said = {"history_type": NEW, "history_date": timezone.now(), "history_user": act.user_id}
    return said | {"history_change_reason": None, "act": act.pk, "links": {}}


def put_ready(rows: list[list[Any]]) -> Any:
    """Rows and states as tuples, and what hands them to SQLite."""
    body = Headquarters.objects.order_by("pk")[0].pk
    last = Project.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    usual = usual_values()
    ready = []
    for number, one in enumerate(rows, last + 1):
        said = {"code": one[0], "slug": one[12], "name": one[1], "search_text": one[13]}
        said |= {"headquarters": body, "status": "building", "note": one[11]}
        said |= dict(zip(AMOUNTS, one[6:11], strict=True))
        said |= {"planned_start": one[4], "planned_completion": one[5]}
        ready.append((number, *(said.get(field.name, value) for field, value in usual)))

    def put(cursor: Any, rows: list[list[Any]]) -> None:
        own = [Project._meta.pk, *(field for field, _ in usual)]
        bulk.write(cursor, Project._meta.db_table, own, ready)
        history = Project.history.model
        tracked = {field.column for field in history.tracked_fields}
        places = [at for at, field in enumerate(own) if field.column in tracked]
        fields = [history._meta.get_field(name) for name in state_of_new()]
        told = [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, state_of_new().values(), strict=True)
        ]
        states = ((*(row[at] for at in places), *told) for row in ready)
        bulk.write(cursor, history._meta.db_table, [*(own[at] for at in places), *fields], states)

    return put


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
