"""`/api/v1/`: the datasets as JSON, with the conditions of the lists, for anybody's programs."""

import csv
import io
import json
import re
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.core.cache import cache, caches
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve, reverse
from redis import RedisError

from aidtracker.api import door
from aidtracker.api.site import PREFIX
from aidtracker.ground.edition import EditionStep
from aidtracker.opendata.registry import open_dataset_of, open_datasets
from aidtracker.pages.rates import Rate
from aidtracker.testing import (
    make_batch,
    make_headquarters,
    make_metric,
    make_observation,
    make_program,
    make_project,
    make_region,
    make_series,
    make_source,
)
from aidtracker.trail.history import keep_states
from projects.models import Finding, Project, Review

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(door, "RATE", Rate("api", seconds=60, of_one=10**6, of_all=10**6))


def ask(client, address, status=200, **headers):
    response = client.get(f"{PREFIX}{address}", headers=headers)
    assert response.status_code == status, response.content.decode()
    return json.loads(response.content, parse_float=Decimal) if response.content else response


def refused(client, address, status, kind):
    response = client.get(f"{PREFIX}{address}")
    assert response["Content-Type"] == "application/problem+json"
    told = json.loads(response.content)
    assert (response.status_code, told["status"], told["type"]) == (status, status, f"/api/#{kind}")
    return told["detail"]


def lists():
    """The public lists of open datasets by the datasets' names in addresses."""
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    views = {name: resolve(reverse(name)).func for name in names if name.endswith("-list")}
    pages = {name: getattr(view, "view_class", None) for name, view in views.items()}
    return {
        reverse(name).strip("/"): page
        for name, page in pages.items()
        if page and open_dataset_of(page.model)
    }


def walk(client, address):
    """All rows from page to page."""
    rows, following = [], f"{PREFIX}{address}"
    while following:
        page = client.get(following).json()
        rows += page["rows"]
        following = page["next"]
    return rows


# What there is


def test_every_open_dataset_is_there_with_the_conditions_of_its_list(client):
    told = {
        one["address"].removeprefix(f"http://testserver{PREFIX}"): set(one["conditions"])
        for one in ask(client, "")["datasets"]
    }
    listed = {place: set(page.filterset_class.base_filters) for place, page in lists().items()}
    others = {name.replace("_", "-") for name in open_datasets()} - set(listed)
    assert told == listed | {place: set() for place in others}


@pytest.mark.once
def test_rows_have_the_columns_of_the_public_file(client):
    for place in lists():
        file = client.get(f"/{place}/?download=csv")
        text = b"".join(file.streaming_content).decode("utf-8-sig")
        count = len(list(csv.reader(io.StringIO(text)))) - 1
        assert len(walk(client, f"{place}?limit=500")) == count, place


def test_no_field_is_for_staff_alone(client):
    names = {field["name"] for one in ask(client, "")["datasets"] for field in one["fields"]}
    assert "printed" in names
    assert not {"version", "review", "review_comment", "maintainer", "search_text"} & names


def test_row_is_at_the_address_of_its_page(client):
    figure = make_observation(printed="超过30家", source=make_source(code="doc"), number=7)
    row = ask(client, "observations/doc/7")
    assert row["printed"] == "超过30家"
    assert row["page"] == f"http://testserver{figure.get_absolute_url()}"
    assert row["qualifier"] == "over"


def test_finding_is_at_the_address_of_its_page(client):
    found = Finding.objects.published().worst_first().first()
    row = ask(client, found.get_absolute_url().strip("/"))
    assert (row["key"], row["computation"]) == (found.key, found.computation)


def test_values_are_typed_and_exact_and_what_is_unknown_is_null(client):
    region = make_region()
    project = make_project(
        total_amount=Decimal("123456789.000001"), planned_amount=0, regions=[region]
    )
    row = ask(client, f"projects/{project.slug}")
    assert row["total_amount"] == Decimal("123456789.000001")
    assert row["planned_amount"] == 0
    assert row["paid_amount"] is None
    assert row["regions"] == [region.code]
    assert row["regions_name"] == [region.name]
    assert row["batch"] is None
    make_observation(printed="123456789012345家", source=make_source(code="big"), number=1)
    assert ask(client, "observations/big/1")["value"] == 123456789012345


def test_conditions_are_those_of_the_list(client):
    ours, theirs = make_headquarters(), make_headquarters()
    make_project(headquarters=ours, name="甲", status="completed")
    make_project(headquarters=ours, name="乙", status="building")
    make_project(headquarters=theirs, name="丙", status="completed")
    found = ask(client, f"projects?headquarters={ours.slug}&status=completed&fields=name")
    assert found["rows"] == [{"name": "甲"}]
    assert found["next"] is None


def test_rows_are_named_as_addresses_files_or_people_name_them(client):
    place, body = make_region(name="某甲市", code="659901"), make_headquarters(name="某甲指挥部")
    batch = make_batch(owner=place, number=7)
    project = make_project(name="甲乙丙项目", batch=batch, headquarters=body, regions=[place])
    make_project(name="另一项目")
    ways = {
        "region": (place.slug, "659901", "某甲市"),
        "headquarters": (body.slug, "某甲指挥部"),
        "batch": ("659901 / 7",),
    }
    asked = [urlencode({name: value}) for name, values in ways.items() for value in values]
    for query in asked:
        rows = ask(client, f"projects?fields=name&{query}")["rows"]
        assert rows == [{"name": "甲乙丙项目"}], query
        # Lists for people take the same, and their forms show what was chosen.
        page = client.get(f"/projects/?{query}")
        assert [row.cells[0].items[0].text for row in page.context["table"].rows] == ["甲乙丙项目"]
        assert re.search(" selected>(某甲|某甲市第7批)", page.content.decode()), query
    figure = make_observation(series=make_series(project=project), source=make_source(code="m"))
    by_code = urlencode({"project": project.code, "fields": "number"})
    assert ask(client, f"observations?{by_code}")["rows"] == [{"number": figure.number}]
    findings = ask(client, "findings?fields=key,observations&limit=500")["rows"]
    finding = next(one for one in findings if one["observations"])
    by_figure = urlencode({"observation": finding["observations"][0], "fields": "key"})
    assert {"key": finding["key"]} in ask(client, f"findings?{by_figure}")["rows"]
    # Nothing belongs to it, which is an answer.
    make_region(name="空县", code="659902")
    assert ask(client, "projects?region=659902")["rows"] == []


def test_name_of_none_or_of_several_is_told_with_what_is_accepted(client):
    told = refused(client, "projects?region=nowhere", 404, "unknown-row")
    assert told == "参数 region：受援地里没有“nowhere”；可以写网址名、区划代码或名称。"
    for code in ("659903", "659904"):
        make_region(name="同名县", code=code)
    for address in ("projects?region=同名县", "observations?region=同名县"):
        told = refused(client, address, 409, "ambiguous-row")
        assert "同名县（659903）、同名县（659904）" in told
    page = client.get("/projects/?region=同名县").content.decode()
    assert "同名县（659904）；请写其中一个的网址名或区划代码。已忽略这一条件。" in page
    told = refused(client, "projects?status=open", 400, "invalid-parameter")
    assert "可用的有 reserve、planned、" in told
    told = refused(client, "observations?year=1066", 404, "unknown-row")
    assert "没有“1066”这一选项；可用的有 20" in told
    assert "1 到 500" in refused(client, "projects?limit=no", 400, "invalid-parameter")


def test_fields_are_told_in_one_order_whatever_the_question(client):
    make_program(name="十城百店试")
    row = ask(client, "programs?q=十城百店试&fields=kind,name")["rows"][0]
    assert list(row) == ["name", "kind"]


# What is refused


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        ("projects?colour=red", 400, "unknown-parameter"),
        ("projects?status=nonsense", 400, "invalid-parameter"),
        ("projects?limit=0", 400, "invalid-parameter"),
        ("projects?limit=501", 400, "invalid-parameter"),
        ("projects?limit=1e2", 400, "invalid-parameter"),
        ("projects?limit=-99999999999999999999", 400, "invalid-parameter"),
        ("projects?limit=%D9%A1", 400, "invalid-parameter"),
        ("projects?limit=5&limit=6", 400, "invalid-parameter"),
        ("projects?fields=", 400, "invalid-parameter"),
        ("projects?fields=name,version", 400, "invalid-parameter"),
        ("projects?fields=review_comment", 400, "invalid-parameter"),
        ("projects?q=%00", 400, "invalid-parameter"),
        ("projects?q=a%0Ab", 400, "invalid-parameter"),
        (f"projects?q={'长' * 201}", 400, "invalid-parameter"),
        ("projects?as_of=2024-13-01", 400, "invalid-parameter"),
        ("projects?as_of=20240101", 400, "invalid-parameter"),
        ("projects?as_of=0", 400, "invalid-parameter"),
        ("projects?as_of=", 400, "invalid-parameter"),
        ("projects?as_of=%202024-01-01", 400, "invalid-parameter"),
        ("projects?as_of=%EF%BC%92024-01-01", 400, "invalid-parameter"),
        ("findings/x", 404, "not-found"),
        ("projects?headquarters=nobody", 404, "unknown-row"),
        ("projects?site=nowhere", 404, "unknown-row"),
        ("projects?cursor=abc", 404, "unknown-cursor"),
        ("projects?cursor=%F0%9F%98%80", 404, "unknown-cursor"),
        ("projects/nobody", 404, "not-found"),
        ("observations/nobody/99999999999999999999999", 404, "not-found"),
        ("users", 404, "not-found"),
        ("revisions", 404, "not-found"),
        ("matters", 404, "not-found"),
        ("projects/a%0Ab", 404, "not-found"),
        ("../admin/", 404, "not-found"),
    ],
)
def test_what_cannot_be_understood_is_told_as_a_problem(client, address, status, kind):
    assert refused(client, address, status, kind)[-1] in "。"


def test_odd_words_find_nothing_and_break_nothing(client):
    for words in ("%27%20OR%201=1--", "%E2%80%AE", "%25%5F%5C", "%F3%A0%80%81", "%EF%BF%BF"):
        assert ask(client, f"observations?q={words}")["rows"] == []


def test_only_reading_is_answered(client):
    for method in ("post", "put", "patch", "delete", "trace"):
        response = getattr(client, method)(f"{PREFIX}projects")
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert client.head(f"{PREFIX}projects?limit=1").status_code == 200


# From page to page


def test_walk_meets_each_row_once_whatever_comes_and_goes(client):
    series, source = make_series(), make_source(code="w")
    figures = [make_observation(series=series, source=source, number=n) for n in range(1, 8)]
    first = ask(client, f"observations?series={series.slug}&limit=3&fields=number")
    assert [row["number"] for row in first["rows"]] == [1, 2, 3]

    make_observation(series=series, source=make_source(code="a-before"), number=1)
    figures[1].delete()
    figures[4].delete()
    rest = walk(client, first["next"].removeprefix(f"http://testserver{PREFIX}"))

    assert [row["number"] for row in rest] == [4, 6, 7, 1]


def test_page_after_the_first_is_found_by_a_key_and_never_by_counting(client):
    source = make_source()
    for number in range(1, 6):
        make_observation(source=source, number=number)
    following = ask(client, "observations?limit=2")["next"]
    with CaptureQueriesContext(connection) as asked:
        client.get(following)
    assert [one["sql"] for one in asked if "OFFSET" in one["sql"] or "COUNT(" in one["sql"]] == []
    assert any('"id" > ' in one["sql"] for one in asked)


def test_cursor_is_of_one_walk_alone(client):
    for _ in range(3):
        make_project(status="building")
    following = ask(client, "projects?status=building&limit=1")["next"]
    cursor = following.rpartition("cursor=")[2]
    refused(client, f"projects?status=completed&limit=1&cursor={cursor}", 404, "unknown-cursor")
    changed = ask(client, f"projects?status=building&limit=2&fields=slug&cursor={cursor}")
    assert len(changed["rows"]) == 2
    refused(client, f"metrics?cursor={cursor}", 404, "unknown-cursor")
    forged = cursor.replace(".", ".9", 1)
    refused(client, f"projects?status=building&cursor={forged}", 404, "unknown-cursor")


def test_questions_do_not_grow_with_rows(client):
    def asked(address):
        with CaptureQueriesContext(connection) as queries:
            ask(client, address)
        return len(queries)

    addresses = ["observations?q=1&nature=actual", "projects?status=building&q=项目", "series"]
    few = {address: asked(address) for address in addresses}
    for number in range(12):
        project = make_project(status="building", regions=[make_region()])
        make_observation(series=make_series(project=project), source=make_source(), number=number)
    assert {address: asked(address) for address in addresses} == few
    others = {place: asked(f"{place}?limit=1") for place in lists()}
    assert max([*few.values(), *others.values()]) <= 12, (few, others)


# What is kept, and for whom


def test_answer_that_did_not_change_is_not_sent_again(client):
    make_project(name="甲")
    first = client.get(f"{PREFIX}projects")
    again = client.get(f"{PREFIX}projects", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit" in again
    make_project(name="乙")
    # On PostgreSQL a transaction, as this test is, takes one step however much it changes.
    EditionStep.objects.create(step=1)
    changed = client.get(f"{PREFIX}projects", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_pages_of_other_sites_may_read(client):
    response = client.get(f"{PREFIX}projects", headers={"Origin": "https://example.org"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    before = client.options(
        f"{PREFIX}projects",
        headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"},
    )
    assert before.status_code == 204
    assert "GET" in before["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Origin" not in client.get("/projects/")


def test_who_asks_too_often_is_told_when_to_come_again(client, monkeypatch):
    monkeypatch.setattr(door, "RATE", Rate("api", seconds=60, of_one=2, of_all=100))
    cache.clear()
    answers = [client.get(f"{PREFIX}metrics?limit=1") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert [one["RateLimit"].split(";")[1] for one in answers] == ["r=1", "r=0", "r=0"]
    assert answers[0]["RateLimit-Policy"] == '"api";q=2;w=60'
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert answers[2]["Access-Control-Allow-Origin"] == "*"
    assert Client(REMOTE_ADDR="192.0.2.9").get(f"{PREFIX}metrics").status_code == 200


def test_cache_that_is_away_lets_all_in(client, monkeypatch):
    def away(*args, **kwargs):
        raise RedisError

    monkeypatch.setattr(type(cache._connections[cache._alias]), "incr", away)
    monkeypatch.setattr(door, "RATE", Rate("api", seconds=60, of_one=1, of_all=1))
    assert {client.get(f"{PREFIX}metrics?limit=1").status_code for _ in range(3)} == {200}


def test_further_pages_take_no_place_of_pages_for_people(client, settings):
    in_memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "api"}
    settings.CACHES = settings.CACHES | {"pages": in_memory}
    for _ in range(2):
        make_metric()
    caches["pages"].clear()
    following = ask(client, "metrics?limit=1")["next"]
    kept = len(caches["pages"]._cache)
    assert kept == 1
    assert client.get(following)["ETag"]
    assert len(caches["pages"]._cache) == kept
    caches["pages"].clear()


def test_database_that_is_away_is_a_problem_too(client, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("aidtracker.api.site.numbers_after", away)
    assert refused(client, "projects", 503, "unavailable")


def test_who_is_logged_in_sees_no_more(admin_client):
    make_project(name="草稿甲", review=Review.DRAFT)
    assert Project.objects.filter(name="草稿甲").exists()
    assert ask(admin_client, "projects?q=草稿甲")["rows"] == []


# As it was


@pytest.fixture
def years(time_machine):
    """Lets a test say what day it is."""

    def on(day):
        time_machine.move_to(f"{day}T12:00:00+08:00", tick=False)

    return on


def test_rows_are_told_as_they_were_on_a_day(client, years):
    years("2026-03-01")
    region, other = make_region(), make_region()
    project = make_project(name="甲", status="building", regions=[region])
    keep_states([project])
    years("2026-06-01")
    later = make_project(name="乙")
    project.name, project.status = "甲二期", "completed"
    project.correction_reason = "核实"
    project.save()
    project.regions.set([other])
    keep_states([project])
    years("2026-07-01")

    def told(day, conditions=""):
        own = f"projects?as_of={day}&fields=name,status,regions,regions_name{conditions}&limit=500"
        rows = ask(client, own)["rows"]
        return [row for row in rows if row["name"][0] in "甲乙" and len(row["name"]) < 4]

    first = {"name": "甲", "status": "building"}
    second = {"name": "甲二期", "status": "completed"}
    place = {"regions": [region.code], "regions_name": [region.name]}
    now = {"regions": [other.code], "regions_name": [other.name]}
    assert told("2026-02-28") == []
    assert told("2026-03-01") == [first | place]
    assert [row["name"] for row in told("2026-06-01")] == ["甲二期", later.name]
    assert told("2026-06-01")[0] == second | now
    # Conditions ask what the rows were then.
    assert told("2026-03-01", "&status=building") == [first | place]
    assert told("2026-03-01", "&status=completed") == []
    row = ask(client, f"projects/{project.slug}?as_of=2026-03-02")
    assert (row["name"], row["regions"]) == ("甲", [region.code])
    refused(client, f"projects/{project.slug}?as_of=2026-02-01", 404, "not-found")
    # A day to come is today.
    assert ask(client, "projects?as_of=2099-01-01&limit=1")["as_of"] == "2026-07-01"
    refused(client, "projects?as_of=2026-03-02&q=甲", 409, "conflicting-parameters")
    slug = other.slug
    refused(client, f"projects?as_of=2026-03-02&region={slug}", 409, "conflicting-parameters")
    refused(client, "findings?as_of=2026-03-02", 400, "unknown-parameter")


def test_what_is_withdrawn_was_never_there(client, years):
    years("2026-03-01")
    source = make_source(code="past")
    figure = make_observation(source=source, number=1, attributed_to="甲单位")
    draft = make_observation(source=source, number=2, status=Review.DRAFT, attributed_to="甲单位")
    about = make_project(review=Review.PUBLISHED)
    stands = make_observation(source=source, number=3, series=make_series(project=about))
    years("2026-04-01")
    draft.status, draft.correction_reason = Review.PUBLISHED, "发布"
    draft.save()

    def numbers(day):
        rows = ask(client, f"observations?source=past&as_of={day}&fields=number")["rows"]
        return [row["number"] for row in rows]

    assert numbers("2026-03-15") == [1, 3]
    assert numbers("2026-04-01") == [1, 2, 3]
    figure.status, figure.correction_reason = Review.WITHDRAWN, "有误"
    figure.save()
    about.review, about.correction_reason = Review.WITHDRAWN, "有误"
    about.save()
    assert numbers("2026-03-15") == []
    assert numbers("2026-04-01") == [2]
    assert stands.pk


@pytest.mark.parametrize("name", ["awards", "series", "targets"])
def test_rows_that_may_name_nothing_are_told_of_a_day(name, client):
    now = ask(client, f"{name}?fields=name&limit=500")["rows"]
    assert now
    assert ask(client, f"{name}?fields=name&limit=500&as_of=2099-01-01")["rows"] == now
