"""The page in English, and names as they are spelled abroad."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.pages.overview import counted
from aidtracker.pages.searching import search_everything
from aidtracker.sheets import resource_for
from aidtracker.sheets.columns.sets import public_columns
from programs.models import Headquarters, Region
from projects.models import Observation
from projects.views import english

pytestmark = pytest.mark.django_db


def test_page_is_in_english(client):
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("english")).content.decode()
    assert '<html lang="en">' in page
    assert len(queries) <= 4
    assert '"inLanguage": "en"' in page


def test_page_names_every_dataset_that_is_counted():
    assert {*english.DATASETS} == {one.name for one in counted()}


def test_page_explains_every_column_of_the_file():
    codes = {one.code for one in public_columns(resource_for(Observation))}
    named = {code for code in codes if code not in english.COLUMNS}
    assert {code.rpartition("_")[0] for code in named} <= {*english.COLUMNS}
    assert {*english.COLUMNS} <= codes


def test_page_explains_every_code(client):
    page = client.get(reverse("english")).content.decode()
    for name in ("qualifier", "nature", "accumulation"):
        for value, label in Observation._meta.get_field(name).flatchoices:
            assert f"<code>{value}</code>" in page
            assert label in page


@pytest.mark.parametrize("model", [Region, Headquarters])
def test_every_place_and_headquarters_has_a_name_in_latin_letters(model):
    latin = re.compile(r"[A-Za-zÀ-ÿ]")
    rows = model.objects.values_list("name", "aliases")
    without = [name for name, aliases in rows if not any(latin.search(one) for one in aliases)]
    assert without == []


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Aksu City", "阿克苏市"),
        ("Aksu Prefecture", "阿克苏地区"),
        ("Wensu", "温宿县"),
        ("Kashgar", "喀什"),
        ("Zhejiang", "浙江省"),
        ("XPCC First Division", "第一师阿拉尔市"),
        ("walnut", "核桃收购加工量"),
        ("walnuts", "阿克苏浙疆果业有限公司核桃深加工项目"),
        ("apples", "阿克苏冰糖心苹果天猫直供"),
        ("jujubes", "麦盖提县红枣加工交易产业园"),
        ("Ten Cities", "十城百店"),
        ("Hangzhou Headquarters", "杭州市援疆指挥部"),
    ],
)
def test_search_finds_names_as_they_are_spelled_abroad(client, words, name):
    assert name in re.sub("</?mark>", "", client.get("/search/", {"q": words}).content.decode())


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("XPCC", ["新疆生产建设兵团", "第一师阿拉尔市"]),
        ("兵团", ["新疆生产建设兵团"]),
        ("阿克苏", ["阿克苏地区", "阿克苏市"]),
        ("Kashgar", ["喀什地区", "喀什市"]),
        ("hotan", ["和田地区", "和田市"]),
    ],
)
def test_places_that_fit_equally_well_stand_whole_before_part(words, names):
    found = next(group for group in search_everything(words) if group.label == "地区")
    assert [hit.text for hit in found.hits[: len(names)]] == names
