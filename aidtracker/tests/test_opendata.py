"""Whole datasets as files: what they hold, that others can read them, and that they are kept."""

import csv
import hashlib
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from decimal import Decimal

import duckdb
import frictionless
import pytest
import rdflib
from django.db import connection
from django.db.models import Max
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from aidtracker.ground.tallies import public_totals
from aidtracker.opendata import kept
from aidtracker.opendata.formats import FORMATS
from aidtracker.opendata.models import KeptFile, Release
from aidtracker.opendata.registry import open_dataset_of, open_datasets
from aidtracker.sheets.columns.described import Type
from aidtracker.testing import make_observation, make_region
from aidtracker.tests.test_edition import next_transaction
from programs.models import Region
from projects.models import Observation

pytestmark = pytest.mark.django_db

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A storage of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "opendata": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "opendata", "base_url": None},
        }
    }
    return tmp_path


def taken(client, name, **headers):
    response = client.get(f"/data/{name}", headers=headers)
    assert response.status_code == 200, name
    return b"".join(response.streaming_content), response


# What files hold


@pytest.mark.once
def test_package_is_valid_with_all_its_rows_keys_and_types(client, folder):
    content, _ = taken(client, "aidtracker.zip")
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder / "package")

    report = frictionless.validate(folder / "package" / "datapackage.json")

    assert report.flatten(["type", "title", "message"]) == []
    counted = {task.name: task.stats.get("rows", 0) for task in report.tasks}
    totals = public_totals(one.model for one in open_datasets().values())
    assert counted == {name: totals[one.model] for name, one in open_datasets().items()}
    said = json.loads((folder / "package" / "datapackage.json").read_text())
    assert said["licenses"][0]["name"] == "CC-BY-4.0"
    for one in said["resources"]:
        file = (folder / "package" / one["path"]).read_bytes()
        assert (one["bytes"], one["hash"]) == (
            len(file),
            f"sha256:{hashlib.sha256(file).hexdigest()}",
        )
    changed = max(
        one.model.objects.published().aggregate(at=Max("updated_at"))["at"]
        for one in open_datasets().values()
        if one.model.objects.published().exists()
    )
    dates = {one.date_time for one in zipfile.ZipFile(io.BytesIO(content)).infolist()}
    assert [one[:4] for one in dates] == [localtime(changed).timetuple()[:4]]
    words = (folder / "package" / "README.md").read_text()
    assert "怎么引用" in words
    assert "[DB/OL]" in words


def test_database_opens_with_types_and_keys_and_no_numbers_of_ours(client, folder):
    content, _ = taken(client, "aidtracker.sqlite")
    (folder / "all.sqlite").write_bytes(content)

    with closing(sqlite3.connect(folder / "all.sqlite")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM _tables")]
        figure = database.execute(
            "SELECT o.value, typeof(o.value), s.title, o.period_inferred FROM observations AS o"
            " JOIN sources AS s ON s.code = o.source WHERE o.printed LIKE '9.11%亿元'"
        ).fetchone()
        parents = database.execute(
            "SELECT p.name FROM programs AS p JOIN programs__regions AS r ON r.row = p.name"
            " JOIN regions AS g ON g.code = r.names WHERE g.name = '阿克苏地区'"
        ).fetchall()
        wrong = database.execute("PRAGMA foreign_key_check").fetchall()
        names = {row[0] for row in database.execute('SELECT "column" FROM _columns')}
    assert tables == sorted(open_datasets())
    assert figure[:2] == (911_000_000, "integer")
    assert figure[2]
    assert figure[3] in (0, 1)
    assert parents
    assert wrong == []
    assert {"id", "row_id", "version", "maintainer", "review", "status_comment"} & names == set()


def test_parquet_is_read_by_duckdb_as_it_is_typed(client, folder):
    for name in ("observations", "programs"):
        content, _ = taken(client, f"{name}.parquet")
        (folder / f"{name}.parquet").write_bytes(content)
    with duckdb.connect() as database:
        figures, programs = (str(folder / f"{one}.parquet") for one in ("observations", "programs"))
        kinds = dict(
            database.sql(
                f"SELECT column_name, column_type FROM (DESCRIBE FROM '{figures}')"
            ).fetchall()
        )
        asked = f"SELECT count(*), sum(value), max((SELECT max(len(regions)) FROM '{programs}'))"
        ((count, total, many),) = database.sql(f"{asked} FROM '{figures}'").fetchall()
    assert kinds["value"] == "DECIMAL(18,3)"
    assert (kinds["period_end"], kinds["number"]) == ("DATE", "BIGINT")
    assert (kinds["period_inferred"], kinds["printed"]) == ("BOOLEAN", "VARCHAR")
    values = [one.value for one in Observation.objects.published() if one.value is not None]
    assert (count, total) == (Observation.objects.published().count(), sum(values))
    assert many > 1


def test_json_lines_say_the_same_as_csv_and_unknown_is_null(client):
    note = '=1+1\n"甲"'
    make_observation(printed="5家", note=note)
    hidden = make_observation(status="draft")
    lines, _ = taken(client, "observations.jsonl")
    rows = [json.loads(line, parse_float=Decimal) for line in lines.decode().splitlines()]
    text, _ = taken(client, "observations.csv")
    cells = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert [row["identifier"] for row in rows] == [cell["identifier"] for cell in cells]
    assert rows[-1]["note"] == note
    assert cells[-1]["note"] == f"'{note}"
    assert (rows[-1]["value"], rows[-1]["outlet"], rows[-1]["period_inferred"]) == (5, None, False)
    assert hidden.source.code not in text.decode()


@pytest.mark.once
def test_every_column_has_a_definition_and_names_what_is_handed_out():
    for one in open_datasets().values():
        columns = one.columns()
        assert [column.code for column in columns if column.is_key] == [one.key], one.name
        assert all(column.definition and column.label for column in columns), one.name
        assert len({column.code for column in columns}) == len(columns)
        assert one.about, one.name
        assert all(column.names is None or open_dataset_of(column.names) for column in columns)
        assert all(sum(column.digits) for column in columns if column.type is Type.DECIMAL)


# How they are kept


def test_file_is_made_once_for_each_state_of_the_record(client):
    made, first = taken(client, "regions.csv")
    again, second = taken(client, "regions.csv")
    tag = f'"{hashlib.sha256(made).hexdigest()}"'
    assert made == again
    assert not first.has_header("ETag")
    assert (second["ETag"], second["Content-Length"]) == (tag, str(len(made)))
    assert second["Content-Disposition"] == 'attachment; filename="regions.csv"'
    known = {"If-None-Match": tag}
    assert client.get("/data/regions.csv", headers=known).status_code == 304
    lines = client.get("/data/SHA256SUMS").content.decode().splitlines()
    assert [one for one in lines if not one.startswith("#")] == [f"{tag[1:-1]}  regions.csv"]
    assert "# regions.xlsx：还没有生成" in lines

    make_region(name="新的地区")
    next_transaction()

    newer = client.get("/data/regions.csv", headers=known)
    assert newer.status_code == 200
    assert "新的地区" in b"".join(newer.streaming_content).decode()
    kept.SECONDS_TO_STAY, before = 0, kept.SECONDS_TO_STAY
    assert kept.forget("http://testserver") == 1
    kept.SECONDS_TO_STAY = before


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=100-", 206, 100, None),
        ("bytes=0-0", 206, 0, 1),
        ("bytes=5-9", 206, 5, 10),
        ("bytes=-7", 206, -7, None),
        ("bytes=10-999999999", 206, 10, None),
        ("bytes=999999999-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=9-5", 200, 0, None),
        ("bytes=0-1,4-5", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("rows=1-2", 200, 0, None),
    ],
)
def test_part_of_a_kept_file_can_be_asked_for(client, asked, status, start, end):
    whole, _ = taken(client, "regions.csv")
    response = client.get("/data/regions.csv", headers={"Range": asked})
    part = b"".join(response) if response.streaming else response.content
    assert (response.status_code, part) == (status, whole[start:end])
    assert response["Accept-Ranges"] == "bytes"
    told = {"Accept-Ranges", "Content-Range", "Repr-Digest"}
    assert told <= {*response["Access-Control-Expose-Headers"].split(", ")}
    if status == 206:
        first = whole.index(part) if start < 0 else start
        assert response["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
        assert response["Content-Length"] == str(len(part))
    if status == 416:
        assert response["Content-Range"] == f"bytes */{len(whole)}"


def test_page_of_another_site_may_ask_for_a_part(client):
    response = client.options("/data/regions.csv", headers={"Origin": "https://example.org"})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (204, "*")
    assert {"Range", "If-Range"} <= {*response["Access-Control-Allow-Headers"].split(", ")}


def test_who_goes_on_with_another_file_gets_the_whole(client):
    whole, _ = taken(client, "regions.csv")
    tag = f'"{hashlib.sha256(whole).hexdigest()}"'
    for known, status in ((tag, 206), (f'"{"0" * 64}"', 200)):
        headers = {"Range": "bytes=100-", "If-Range": known}
        response = client.get("/data/regions.csv", headers=headers)
        assert response.status_code == status
        assert b"".join(response) == (whole[100:] if status == 206 else whole)


def test_file_that_is_gone_or_broke_off_is_made_anew(client, monkeypatch):
    whole, _ = taken(client, "regions.csv")
    row = KeptFile.objects.get()
    kept.storage().delete(row.place)
    assert taken(client, "regions.csv")[0] == whole

    KeptFile.objects.all().delete()
    content = kept.made("regions.csv", "http://testserver")
    next(content)
    content.close()
    assert not KeptFile.objects.exists()
    # What changes while a file is made is not what its name says.
    states = iter(("before", "after"))
    monkeypatch.setattr(kept, "version", lambda site: next(states))
    assert b"".join(kept.made("regions.csv", "")).startswith(whole[:20])
    assert not KeptFile.objects.exists()


@pytest.mark.once
@pytest.mark.parametrize("kind", FORMATS)
def test_rows_are_held_few_at_a_time(kind, monkeypatch):
    """Twenty times the rows: no more at once."""
    monkeypatch.setattr("aidtracker.opendata.formats.BLOCK", 64 * 1024)
    last = Region.objects.aggregate(last=Max("pk"))["last"]
    one = make_region()
    copies = [
        Region(**{**row_values(one), "pk": last + 9 + at, "code": f"T{at}", "slug": f"t{at}"})
        for at in range(4000)
    ]
    Region.objects.bulk_create(copies)
    sizes = [len(part) for part in FORMATS[kind].write(open_datasets()["regions"], "")]
    assert len(sizes) > 4
    assert max(sizes) < 600_000


def row_values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


# The catalogue


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_catalogue_is_read_as_a_graph(client):
    taken(client, "regions.csv")
    Release.objects.create(number="2026.1", edition="1")
    graph = rdflib.Graph().parse(data=client.get("/data/catalog.jsonld").content, format="json-ld")
    catalog = graph.value(predicate=rdflib.RDF.type, object=DCAT.Catalog)
    sets = set(graph.objects(catalog, DCAT.dataset))
    assert len(sets) == len(open_datasets()) + 1
    for one in sets:
        for needed in (DCT.title, DCT.description, DCT.publisher, DCAT.contactPoint):
            assert graph.value(one, needed), (one, needed)
        for file in graph.objects(one, DCAT.distribution):
            assert graph.value(file, DCAT.accessURL)
            assert graph.value(file, DCT.license)
            assert graph.value(file, DCT["format"])
    # What is only named elsewhere says what it is: checks that follow no address need it.
    for path in (DCT.license, DCT.format, DCT.language, DCT.accessRights, DCAT.theme):
        assert all((one, rdflib.RDF.type, None) in graph for one in graph.objects(predicate=path))
    sizes = list(graph.objects(predicate=DCAT.byteSize))
    assert [int(size) for size in sizes] == [KeptFile.objects.get().size]
    assert str(next(graph.objects(predicate=DCAT.version))) == "2026.1"


def test_package_on_the_site_leads_to_its_files(client):
    said = client.get("/data/datapackage.json").json()
    assert frictionless.Package.metadata_validate(said) is not None
    paths = [one["path"] for one in said["resources"]]
    assert paths == [f"{name}.csv" for name in open_datasets()]


def test_pages_say_what_there_is_in_few_queries(client):
    taken(client, "regions.csv")
    for address in ("/data/", "/data/regions/", "/data/catalog.jsonld", "/data/datapackage.json"):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert page.status_code == 200
        assert len(queries) <= 8, address
    text = client.get("/data/regions/").content.decode()
    assert "区划代码" in text
    assert KeptFile.objects.get().sha256 in text


@pytest.mark.parametrize(
    "address", ["/data/users.csv", "/data/matters.csv", "/data/revisions/", "/data/regions.xml"]
)
def test_nothing_else_is_handed_out(client, address):
    assert client.get(address).status_code == 404


def test_whole_file_takes_no_conditions_and_says_where_its_columns_are_explained(client):
    for address in ("/data/metrics.csv", "/sdmx/figures.csv", "/iati/organisations.xml"):
        refused = client.get(f"{address}?region=652901")
        assert refused.status_code == 400
        assert (refused.json()["parameter"], refused["Content-Type"]) == (
            "region",
            "application/problem+json",
        )
    response = client.get("/data/metrics.csv?_=17&utm_source=a")
    assert response.status_code == 200
    page, package = (one.split(">")[0].lstrip(" <") for one in response["Link"].split(","))
    assert (page, package) == ("/data/metrics/", "/data/datapackage.json")
    assert client.get("/data/?from=elsewhere").status_code == 200


def test_robots_are_invited_to_whole_datasets_alone(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert "Allow: /data/" in lines
    assert "Disallow: /*?*download=" in lines
    assert "http://testserver/data/regions/" in client.get("/sitemaps/pages/0.xml").content.decode()
