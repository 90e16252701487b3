"""Series made while entering from a document, and what is proposed for a figure there."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from aidtracker.testing import (
    make_enterprise,
    make_metric,
    make_observation,
    make_region,
    make_series,
)
from projects.models import Series
from projects.tests.entry_pages import (
    CLERK,
    MONEY,
    OTHERS,
    PEOPLE,
    TEXT,
    address,
    errors,
    log_in,
    make_bulletin,
    make_jobs,
    message,
    typed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    return make_bulletin()


@pytest.fixture
def jobs():
    return make_jobs()


@pytest.fixture
def clerk(client):
    return log_in(client, *CLERK)


# Series


def new_series(**kwargs):
    return typed(PEOPLE, action="series", metric="用工", subject="地区：新县", **kwargs)


@pytest.fixture
def place():
    make_metric(name="用工", unit="人")
    return make_region(name="新县")


def test_series_is_made_without_leaving(clerk, source, place):
    response = clerk.post(address(source), new_series(scope_note="全年", note="记一笔"))
    series = Series.objects.get(region=place)
    assert (series.metric.name, series.scope_note) == ("用工", "全年")
    form = response.context["figure_form"]
    assert [form[name].value() for name in ("series", "printed", "note")] == [
        *(series.name, PEOPLE, "记一笔")
    ]
    kind = ContentType.objects.get_for_model(Series)
    assert LogEntry.objects.filter(content_type=kind, user=clerk.user).count() == 1


def test_series_may_have_two_subjects(clerk, source, place, jobs):
    clerk.post(address(source), new_series(second_subject="企业：甲公司"))
    assert Series.objects.get(region=place).enterprise.name == "甲公司"


def test_series_that_exists_is_chosen(clerk, source, place):
    clerk.post(address(source), new_series())
    response = clerk.post(address(source), new_series())
    assert message(response) == "已有这个序列，已选用：新县 用工。"
    assert Series.objects.filter(region=place).count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"metric": "没有"}, "没有叫“没有”的指标。请从列表中选择。"),
        ({"metric": ""}, "请选择指标。"),
        ({"subject": ""}, "请选择主体。"),
        ({"subject": "新县"}, "看不懂主体“新县”，请从列表中选择，写成“地区：某市”这样。"),
        ({"subject": "地区：旧县"}, "“地区：旧县”：没有这个主体，请从列表中选择。"),
        ({"second_subject": "地区：新县"}, "两个主体须是不同的种类。"),
    ],
)
def test_series_with_an_error_is_not_made(clerk, source, place, wrong, sentence):
    response = clerk.post(address(source), new_series() | wrong)
    assert errors(response) == [sentence]
    assert Series.objects.filter(region=place).count() == 0


# Proposals


def find(clerk, source, words, **kwargs):
    start = TEXT.index(words)
    place = {"start": start, "end": start + len(words), "printed": words}
    answer = clerk.get(address(source, "enter_find"), {**place, **kwargs}).json()
    return [option["value"] for option in answer["options"]]


def test_series_named_right_before_the_figure_comes_first(clerk, source, jobs):
    other = make_enterprise(name="乙公司")
    make_series(name="乙公司 招工人数", metric=jobs.metric, enterprise=other)
    assert find(clerk, source, PEOPLE)[0] == "甲公司 招工人数"
    assert find(clerk, source, OTHERS)[0] == "乙公司 招工人数"


def test_series_used_last_comes_first_if_its_unit_fits(clerk, source, jobs):
    last = make_series(name="别处 人数", metric=make_metric(unit="人"))
    make_observation(source=source, series=last, printed="3人")
    assert find(clerk, source, PEOPLE)[0] == "别处 人数"
    assert "别处 人数" not in find(clerk, source, MONEY)


def test_series_is_found_by_pinyin_initials(clerk, source, jobs):
    assert find(clerk, source, MONEY, q="jgszgrs") == ["甲公司 招工人数"]


def test_metric_whose_unit_fits_comes_first(clerk, source, jobs):
    make_metric(name="招工费", unit="元")
    assert find(clerk, source, PEOPLE, kind="metric", q="招工")[0] == "招工人数"
    assert find(clerk, source, MONEY, kind="metric", q="招工")[0] == "招工费"


def test_closest_name_comes_first_whatever_stands_around(clerk, source, jobs):
    """Typed in full, a name is meant, though another fits the words and the unit better."""
    for name in ("人数", "外出招工人数", "招工人数（年）"):
        make_metric(name=name, unit="家" if name == "人数" else "人")
    assert find(clerk, source, PEOPLE, kind="metric", q="人数")[0] == "人数"
    names = find(clerk, source, PEOPLE, kind="metric", q="招工人数")
    assert names == ["招工人数", "招工人数（年）", "外出招工人数"]
    make_series(name="甲", metric=jobs.metric, enterprise=jobs.enterprise, scope_note="甲")
    make_series(name="甲公司 招工", metric=make_metric(unit="元"))
    assert find(clerk, source, PEOPLE, q="甲")[0] == "甲"
    assert find(clerk, source, PEOPLE, q="甲公司 招工")[0] == "甲公司 招工"
    make_region(name="甲公")
    assert find(clerk, source, PEOPLE, kind="subject", q="甲公")[0] == "地区：甲公"


def test_of_equally_close_names_the_one_used_here_comes_first(clerk, source):
    rows = [make_metric(name=f"本季用工{letter}", unit="人") for letter in "丙丁"]
    for row in rows:
        make_observation(source=source, series=make_series(metric=row), printed="3人")
        assert find(clerk, source, MONEY, kind="metric", q="本季")[0] == row.name
        source.observations.all().delete()


def test_subject_used_last_is_offered_unless_another_is_named_close_by(clerk, source, jobs):
    place = make_region(name="别处")
    make_observation(source=source, series=make_series(region=place), printed="3家")
    assert find(clerk, source, PEOPLE, kind="subject") == ["企业：甲公司", "地区：别处"]
    assert find(clerk, source, "2019年", kind="subject") == ["地区：别处"]


def test_subject_is_found_by_name_with_or_without_its_kind(clerk, source, jobs):
    assert find(clerk, source, PEOPLE, kind="subject", q="甲公司") == ["企业：甲公司"]
    assert find(clerk, source, PEOPLE, kind="subject", q="企业：甲公司") == ["企业：甲公司"]
    assert find(clerk, source, PEOPLE, kind="subject")[0] == "企业：甲公司"


def test_period_is_proposed_as_inferred_and_not_filled_in(clerk, source):
    response = clerk.get(address(source))
    assert response.context["figure_form"]["period_text"].value() is None
    start = TEXT.index(PEOPLE)
    nearby = {"start": start, "end": start + 4}
    part = clerk.get(address(source, "enter_nearby"), nearby).content.decode()
    assert 'data-period_start="2019-01-01"' in part
    assert re.findall("推断</span> (.*?)：(.*)", part)[0] == (
        "2019年上半年",
        "2019年1月1日—2019年6月30日",
    )


@pytest.mark.parametrize("number", ["9" * 5000, "99999999999999999999", "-1", "一", ""])
@pytest.mark.parametrize("page", ["enter", "enter_find", "enter_nearby"])
def test_place_that_is_none_is_answered(clerk, source, page, number):
    asked = {"start": number, "end": number, "at": number, "q": "\0"}
    assert clerk.get(address(source, page), asked).status_code == 200


def test_figure_that_stands_at_a_place_is_shown(clerk, source, jobs):
    clerk.post(address(source), typed(PEOPLE, jobs))
    start = TEXT.index(PEOPLE)
    part = clerk.get(address(source, "enter_nearby"), {"start": start, "end": start + 1})
    assert "第 1 号“120人”" in part.content.decode()
