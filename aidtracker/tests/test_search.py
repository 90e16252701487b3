"""Search: one text a row in one form, found in the same way by lists, all pages and the admin."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Left, Length
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.ground.search import (
    BEGINNING,
    FEW,
    IS_NAMED_OTHERWISE,
    beginnings_in,
    is_searched,
    normal,
    pairs_query,
    ways_to_write,
    words_of,
)
from aidtracker.ground.ways import first_numbers
from aidtracker.testing import (
    make_batch,
    make_metric,
    make_observation,
    make_official,
    make_project,
    make_region,
    make_series,
    make_source,
)
from programs.models import Region
from projects.models import Observation, ProgressReport, Project, Series


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("核桃（加工）", "核桃(加工)"),
        ("對口援疆產業園", "对口援疆产业园"),
        ("乾隆", "干隆"),  # character by character, or a part of a word would not find it
        ("Ürümqi", "urumqi"),
        ("Yùlí", "yuli"),
        ("lǜsè", "lvse"),
        ("9,110,000元", "9110000元"),
        ("a\0b", "ab"),
    ],
)
def test_text_is_compared_in_one_form(written, kept):
    assert normal(written) == kept
    assert normal(kept) == kept


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        ("9.11亿元", ["9.11亿元", "911000000"]),
        ("30亿", ["30亿", "3000000000"]),
        ("1.6万亿", ["1.6万亿", "1600000000000"]),
        ("0.00001千", ["0.00001千"]),
        ("2646家", ["2646家"]),
        ("十城百店", ["十城百店"]),
    ],
)
def test_number_with_a_scale_is_also_searched_in_full(word, ways):
    assert ways_to_write(word) == ways


def test_search_is_short():
    assert words_of("一 二 三 四 五 六") == ["一", "二", "三", "四", "五"]
    assert words_of("很长" * 50) == ["很长" * 32]
    assert words_of("核\0桃") == ["核桃"]


@pytest.mark.parametrize(
    ("word", "query"),
    [
        ("桃", "'桃':*"),
        ("核桃", "'核桃'"),
        ("核桃园", "'核桃' & '桃园'"),
        ("a'\\", r"""'''\\' & 'a'''"""),
    ],
)
def test_word_is_asked_for_by_its_pairs(word, query):
    assert pairs_query(word) == query


PROJECT = "阿克苏市核桃加工園 ABC"


def found(words, *rows):
    """Which of some rows a search finds, in their order."""
    hits = {*type(rows[0]).objects.search(words)}
    return [row for row in rows if row in hits]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        *("核桃", "桃", "加工园", "加工園", "hetao", "HETAO", "htjg", "aksu", "abc", "ＡＢＣ"),
        *("阿克苏 核桃", "核桃 aksu", "園", "c"),
    ],
)
def test_project_is_found_however_it_is_written(words):
    project, other = make_project(name=PROJECT), make_project(name="和田市红枣地", code="X")
    assert found(words, project, other) == [project]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["核加", "核桃 红枣", "%", "_", "核_", "\\", "'", "':*", "!核桃"])
def test_project_is_not_found_by_what_it_does_not_hold(words):
    assert found(words, make_project(name=PROJECT)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("sign", list("%_'\\&|!:*()<>"))
def test_sign_is_a_character_like_others(sign):
    project = make_project(name=f"核{sign}桃")
    other = make_project(name="核桃")
    assert found(f"核{sign}桃", project, other) == [project]
    assert found(f"核{sign}", project, other) == [project]


@pytest.mark.django_db
def test_all_are_found_by_no_words():
    region = make_region(name="阿克苏市")
    assert region in Region.objects.search("  ")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    ["9.11亿", "9.11亿元", "911000000", "91100万", "911,000,000", "超过9.11亿元", "９.１１亿"],
)
def test_figure_is_found_by_its_words_and_its_value(words):
    series = make_series(metric=make_metric(unit="元"))
    observation = make_observation(printed="超过9.11 亿元", series=series)
    other = make_observation(printed="9.12亿元", series=series)
    assert found(words, observation, other) == [observation]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["9.11", "11亿", "1.2", "11000000"])
def test_number_is_not_found_within_a_longer_one(words):
    series = make_series(metric=make_metric(unit="元"))
    assert found(words, make_observation(printed="19.11亿元", series=series)) == []


@pytest.mark.django_db
def test_figure_is_found_by_what_it_is_about():
    metric = make_metric(name="核桃产量", aliases=["薄皮核桃收成"])
    observation = make_observation(
        series=make_series(metric=metric, name="温宿县的产量"),
        source=make_source(title="春天的报道"),
        attributed_to="林业局",
    )
    for words in ("wensu", "核桃产量", "薄皮", "chuntian", "林业局", "报道 温宿 薄皮"):
        assert found(words, observation) == [observation]
    assert found("报道 和田", observation) == []
    assert found("薄皮", observation.series) == [observation.series]


@pytest.mark.django_db
def test_series_renamed_is_found_with_its_figures_at_once():
    observation = make_observation()
    series = observation.series
    series.name, series.correction_reason = "塔里木河流量", "更名"
    series.save()
    assert found("塔里木", observation) == [observation]


@pytest.mark.django_db
def test_figures_of_very_many_series_are_found_too(monkeypatch):
    observation = make_observation(series=make_series(name="塔里木河流量"))
    make_series(name="塔里木河长度")
    monkeypatch.setattr("aidtracker.ground.search.FEW", 1)
    assert found("塔里木", observation) == [observation]


@pytest.mark.django_db
def test_official_and_batch_are_found_by_their_own_words():
    official = make_official(person="张三丰", organisation="发展改革委", post="主任")
    batch = make_batch(owner=make_region(name="新广东省"), number=10)
    assert found("zsf 主任", official) == [official]
    assert found("guangdong 第10批", batch) == [batch]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["100家", "温宿 100家", "绝无此词"])
def test_list_search_asks_equally_often_however_many_it_finds(client, words):
    make_observation(printed="100家", series=make_series(name="温宿县网点"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("observation-list"), {"q": words})
    for number in range(5):
        make_observation(printed="100家", series=make_series(name=f"温宿县网点{number}"))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("observation-list"), {"q": words})
    assert len(many) == len(few)


def test_columns_searched_have_an_index_of_pairs_on_postgresql(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite reads the column")
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%%_pairs'")
        found = {name for (name,) in cursor.fetchall()}
        assert is_searched(Project)
        assert "projects_project_search_text_pairs" in found
        assert "projects_observation_search_text_pairs" in found
        assert "projects_finding_computation_pairs" in found
        cursor.execute("SET enable_seqscan = off")
        rule = Project.objects.order_by().search("核桃")
        assert "projects_project_search_text_pairs" in rule.explain()
    assert FEW == 20_000


def test_names_in_a_text_are_found_by_indexes_on_postgresql(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite reads the column")
    rows = Project.objects.order_by().alias(begins=Left("name", BEGINNING), length=Length("name"))
    longer = Q(begins__among=beginnings_in("阿克苏地区人民医院"))
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        plan = rows.filter(longer | IS_NAMED_OTHERWISE).explain()
    assert "projects_project_name_begins" in plan
    assert "projects_project_named_otherwise" in plan


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Observation, "核桃"),
        (Observation, "核桃 吨"),
        (Observation, "没有这样的"),
        (Series, "核桃"),
        (ProgressReport, "核桃"),
        (Project, "核桃"),
    ],
)
def test_numbers_found_way_after_way_are_those_found_at_once(db, monkeypatch, model, words):
    project = make_project(name="核桃产业园")
    ProgressReport.objects.create(project=project, month=date(2026, 5, 1), review="published")
    rows = model.objects.search(words)
    at_once = {row.pk for row in rows}
    monkeypatch.setattr("aidtracker.ground.ways.MANY", 0)
    assert set(first_numbers(rows, 10_000)) == at_once
    assert set(first_numbers(rows.filter(pk__in=[]), 10_000)) == set()
    assert len(first_numbers(rows, 1)) == min(1, len(at_once))
    assert bool(at_once) is (words != "没有这样的")
