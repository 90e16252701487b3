"""Figures of one shape are entered in one go: 甲县120人、乙县45人、丙县30人."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aidtracker.testing import make_metric, make_region, make_series, make_source
from projects.models import Observation, Series
from projects.tests.entry_pages import CLERK, address, log_in, message

pytestmark = pytest.mark.django_db
TEXT = (
    "今年招工：极北县120人、极南县45人、极西县30人，投资3亿元，极东县9人。明年极北县计划招工7人。"
)


@pytest.fixture
def places():
    return [make_region(name=f"极{one}县") for one in "北南西东"]


@pytest.fixture
def source():
    return make_source(text=TEXT, published_on="2024-06")


@pytest.fixture
def series(places):
    return make_series(
        name="极北县招工", metric=make_metric(name="招工", unit="人"), region=places[0]
    )


def first(client, source, series, **more):
    """The first figure is entered by hand."""
    start = TEXT.index("120人")
    page = client.get(address(source))
    sent = {
        "action": "save",
        "start": start,
        "end": start + 4,
        "printed": "120人",
        "series": series.name,
        "nature": "actual",
        "accumulation": "period",
        "period_start": "2024-01-01",
        "text_sha256": page.context["figure_form"].initial["text_sha256"],
    }
    client.post(address(source), sent | more)
    return Observation.objects.get(source=source)


def offered(client, source):
    return client.get(address(source, "enter_nearby"), {"start": 0, "end": 2}).context["alike"]


def test_figures_of_the_sentence_are_offered_with_their_subjects(client, source, series, places):
    clerk = log_in(client, *CLERK)
    assert offered(clerk, source) == []
    there = make_series(name="极南县招工", metric=series.metric, region=places[1])
    first(clerk, source, series)
    found = offered(clerk, source)
    assert [(one.printed, one.subject) for one in found] == [
        ("45人", places[1]),
        ("30人", places[2]),
        ("9人", places[3]),
    ]
    assert [one.is_new for one in found] == [False, True, True]
    assert found[0].series == there


def test_those_ticked_are_stored_as_the_last_one_was(client, source, series, places):
    clerk = log_in(client, *CLERK)
    last = first(clerk, source, series)
    keys = [one.key for one in offered(clerk, source)]
    clerk.post(address(source), {"action": "alike", "alike": keys[:2]})
    rows = [*Observation.objects.filter(source=source).order_by("start")]
    assert [row.printed for row in rows] == ["120人", "45人", "30人"]
    assert [row.series.region for row in rows] == places[:3]
    assert {row.period_start for row in rows} == {last.period_start}
    assert {(row.nature, row.accumulation, row.status) for row in rows} == {
        ("actual", "period", "draft")
    }
    assert [TEXT[row.start : row.end] for row in rows] == [row.printed for row in rows]
    assert len({row.history.get().act for row in rows[1:]}) == 1
    assert clerk.get(address(source)).context["last_entry"] == "第 3 号“30人”"


def test_nothing_is_stored_if_one_cannot_be_or_is_no_longer_there(client, source, series):
    clerk = log_in(client, *CLERK)
    first(clerk, source, series)
    keys = [one.key for one in offered(clerk, source)]
    page = clerk.post(address(source), {"action": "alike", "alike": [keys[0], "1-2"]})
    assert message(page).startswith("没有录")
    assert Observation.objects.filter(source=source).count() == 1
    assert Series.objects.filter(metric=series.metric).count() == 1


def test_who_may_not_add_series_is_refused(client, source, series):
    clerk = log_in(client, "add_observation")
    first(clerk, source, series)
    keys = [one.key for one in offered(clerk, source)]
    answer = clerk.post(address(source), {"action": "alike", "alike": keys})
    assert answer.status_code == 403
    assert Observation.objects.filter(source=source).count() == 1


def test_asking_costs_the_same_for_few_and_many(client, source, series):
    clerk = log_in(client, *CLERK)
    first(clerk, source, series)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            offered(clerk, source)
        return len(captured)

    many = asked()
    keys = [one.key for one in offered(clerk, source)]
    clerk.post(address(source), {"action": "alike", "alike": keys[:1]})
    assert asked() == many <= 12
