"""What readers take away of lists, charts and tables, with what is needed to read and cite it."""

import csv
import io
import json
import re
import zipfile
from urllib.parse import unquote

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from aidtracker.testing import make_investment, make_observation, make_series, make_source
from programs.models import Headquarters
from projects.models import Observation, Series

pytestmark = pytest.mark.django_db


def taken(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    name = unquote(response["Content-Disposition"].partition("filename")[2])
    return b"".join(response.streaming_content), name


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_zip_of_a_list_explains_itself(client):
    document = make_source(title="一篇文献", publisher="某报")
    make_observation(source=document, number=1, nature="plan", printed="73家")
    with time_machine.travel("2026-11-30T04:00:00Z", tick=False):
        address = f"/observations/table.zip?nature=plan&source={document.code}"
        content, name = taken(client, address)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist() == ["observations.csv", "metadata.json", "README.md"]
    (row,) = rows_of(archive.read("observations.csv"))
    said, words = json.loads(archive.read("metadata.json")), archive.read("README.md").decode()
    assert (row["文献标题"], row["原文数字"], row["性质"]) == ("一篇文献", "73家", "计划")
    assert row["本站网页"] == f"http://testserver/observations/{document.code}/1/"
    assert row["引自"] == "《一篇文献》，某报，第 1 处"
    assert "版本" not in row
    assert said["filters"]["性质"] == "计划"
    assert (said["date"], said["license"]["title"][:4]) == ("2026-11-30", "知识共享")
    assert said["sources"] == [f"{document.code} 一篇文献 某报"]
    assert said["url"] == f"http://testserver{address.replace('table.zip', '')}"
    assert "[DB/OL]" in words
    assert "- 下界：原文的话所容许的最小值" in words
    assert f"observations-nature-plan-source-{document.code}-2026-11-30.zip" in name


def test_workbook_of_a_list_has_a_second_sheet_for_readers(client):
    content, _ = taken(client, "/projects/table.xlsx?status=building&_=1")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["数据", "说明"]
    cells = [[cell for cell in row if cell] for row in book["说明"].iter_rows(values_only=True)]
    assert ["筛选", "状态：在建"] in cells
    assert ["列", "含义", "单位", "选项", "代码"] in cells
    assert ["项目编号", "援疆项目的项目编号。", "code"] in cells
    assert not any("必填" in cell for row in cells for cell in row)


def test_json_of_a_list_has_types_and_codes(client):
    make_investment(name="甲项目", agreed_amount="12.5", aliases=["乙", "丙"])
    content, _ = taken(client, "/investments/table.json?q=甲项目")
    said = json.loads(content)
    (row,) = said["rows"]
    assert (row["agreed_amount"], row["aliases"], row["jobs"]) == (12.5, ["乙", "丙"], None)
    unit = {one["name"]: one.get("unit") for one in said["columns"]}
    assert unit["agreed_amount"] == "万元"
    assert json.loads(taken(client, "/investments/table.json?q=没有这样的")[0])["rows"] == []


def test_chart_hands_out_what_it_is_drawn_of(client):
    series = make_series(name="某序列")
    for at, end in enumerate(("2019-12-31", "2020-12-31", "2021-12-31")):
        make_observation(series=series, printed=f"{at + 5}家", as_of=end, accumulation="point")
    place = series.get_absolute_url()
    page = client.get(place).content.decode()
    for kind in ("csv", "json", "zip"):
        assert f'{place}chart.{kind}"' in page
    rows = rows_of(taken(client, f"{place}chart.csv")[0])
    assert [row["原文数字"] for row in rows] == ["5家", "6家", "7家"]
    assert [(row["数值"], row["单位"], row["修饰"]) for row in rows[:1]] == [("5", "家", "确数")]
    assert (rows[0]["下界"], rows[0]["截至"]) == ("5", "2019-12-31")
    figure = Observation.objects.get(series=series, printed="5家")
    assert rows[0]["本站网页"] == f"http://testserver{figure.get_absolute_url()}"
    assert rows[0]["文献标题"] == figure.source.title
    said = json.loads(taken(client, f"{place}chart.json")[0])
    assert [row["数值"] for row in said["rows"]] == [5, 6, 7]
    assert {one["name"] for one in said["columns"] if not one.get("description")} == set()
    assert [figure.source.code in one for one in said["sources"][:1]] == [True]
    content, name = taken(client, f"{place}chart.zip")
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert {one.rpartition(".")[2] for one in archive.namelist()} == {"csv", "json", "md", "svg"}
    assert {one.date_time[:3] for one in archive.infolist()} == {localdate().timetuple()[:3]}
    words = archive.read("README.md").decode()
    assert "怎么引用" in words
    assert "- 下界：原文的话所容许的最小值" in words
    assert f"- {figure.source.code} " in words
    assert name.startswith(f'="series-{series.slug}-chart-'[:40])


def test_words_that_say_a_number_have_it_beside_them(client):
    make_investment(name="甲项目", agreed_amount="12.5")
    said = json.loads(taken(client, "/investments/chart.json")[0])
    assert all(one["description"] for one in said["columns"])
    row = next(row for row in said["rows"] if row["名称"] == "登记的招商项目")
    assert (row["数"], row["数（单位）"]) == (f"{row['数（数值）']} 项", "项")


@pytest.mark.parametrize(
    ("asked", "status", "accepted"),
    [
        ({"region": "没有的地方"}, 404, "区划代码"),
        ({"nature": "no"}, 404, "actual 完成"),
        ({"regoin": "652901"}, 400, "region"),
        ({"q": "a\x00"}, 400, "不能识别"),
    ],
)
def test_file_by_its_address_is_not_that_of_fewer_conditions(client, asked, status, accepted):
    place = "/observations/"
    problem = client.get(f"{place}table.csv", asked)
    assert (problem.status_code, problem["Content-Type"]) == (status, "application/problem+json")
    assert accepted in problem.json()["detail"]
    page = client.get(place, {**asked, "source": "gmrb-2022-03-21", "sort": "1"})
    for item in page.context["list"].downloads:
        assert item.url.endswith("?source=gmrb-2022-03-21&sort=1")
        assert client.get(item.url).status_code == 200


def test_files_lead_to_what_explains_their_columns(client):
    body = Headquarters.objects.get(name="杭州市援疆指挥部")
    table = f"{body.get_absolute_url()}table.csv?section=programs"
    for address, kinds in (
        ("/regions/table.csv?q=阿克苏", ["text/html", "application/json"]),
        (table, ["application/json"]),
    ):
        link = client.get(address)["Link"]
        found = re.findall(r'<([^>]+)>; rel="describedby"; type="([^"]+)"', link)
        assert [kind for _, kind in found] == kinds
        for place, kind in found:
            assert client.get(place)["Content-Type"].startswith(kind)


def test_table_of_a_page_is_a_file(client):
    body = Headquarters.objects.get(name="杭州市援疆指挥部")
    place = body.get_absolute_url()
    page = client.get(place).content.decode()
    assert f"{place}table.csv?section=programs" in page
    said = json.loads(taken(client, f"{place}table.json?section=programs")[0])
    assert said["title"].startswith(body.name)
    assert all(row["网址"].startswith("http://testserver/programs/") for row in said["rows"])
    meant = {one["name"]: one.get("description", "") for one in said["columns"]}
    assert meant["类型"]
    assert any(said["sources"])
    assert client.get(f"{place}table.csv?section=nothing").status_code == 404
    assert client.get(f"{Series.objects.first().get_absolute_url()}table.csv").status_code == 404


@pytest.mark.parametrize(
    "address", ["/timeline/chart.csv", "/compare/?download=zip", "/corrections/table.json"]
)
def test_other_pages_hand_out_what_they_show(client, address):
    content, _ = taken(client, address)
    assert content


def test_files_ask_few_queries(client):
    for address in (f"{reverse('observation-list')}table.zip?nature=plan", "/timeline/chart.json"):
        with CaptureQueriesContext(connection) as queries:
            taken(client, address)
        assert len(queries) <= 8, address
