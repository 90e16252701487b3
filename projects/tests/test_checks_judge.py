"""Contradictions and near-misses that were found by judging the rules with other figures."""

from datetime import date
from decimal import Decimal

import pytest

from aidtracker import testing as make
from programs.models import Region
from projects.tests.figure_sets import (
    counted_at,
    flow,
    observed,
    rate_of,
    rated,
    results,
    since,
    verdicts_on,
)

pytestmark = pytest.mark.django_db


@pytest.mark.once
@pytest.mark.parametrize("has_sides", [True, False])
def test_a_share_of_more_than_the_whole_says_why_it_cannot_be(has_sides):
    part = make.make_series(metric=flow("家"))
    whole = make.make_series(metric=flow("家"), region=part.region)
    if has_sides:
        observed(part, "120家")
        observed(whole, "100家")
    rate = rated(rate_of("share", part.metric, whole.metric), part, "120%")
    assert results(rate) == [("ratio", "contradiction")]
    assert "占比不可能这样高" in verdicts_on(rate)[0].computation


def test_a_share_of_the_whole_may_be_all_of_it():
    part = make.make_series(metric=flow("家"))
    whole = make.make_series(metric=flow("家"), region=part.region)
    observed(part, "100家")
    observed(whole, "100家")
    rate = rated(rate_of("share", part.metric, whole.metric), part, "100%")
    assert results(rate) == [("ratio", "holds")]


@pytest.mark.once
@pytest.mark.parametrize(
    ("accumulation", "start", "end", "result"),
    [
        ("period", 2018, 2020, [("parts", "contradiction")]),
        ("period", 2019, 2020, [("parts", "contradiction")]),
        ("cumulative", 2019, 2020, [("parts", "contradiction")]),
        ("period", 2020, 2020, []),
        ("cumulative", 2020, 2021, []),
    ],
)
def test_a_city_above_its_prefecture_in_a_longer_time(accumulation, start, end, result):
    prefecture = make.make_region(level=Region.Level.PREFECTURE)
    city = make.make_series(metric=flow("家"), region=make.make_region(parent=prefecture))
    above = make.make_series(metric=city.metric, region=prefecture)
    days = {"period_start": date(start, 1, 1), "period_end": date(end, 12, 31)}
    observed(above, "200家", accumulation=accumulation, **days)
    assert results(observed(city, "300家", accumulation=accumulation)) == result


@pytest.mark.parametrize(
    ("early", "result"),
    [
        ("8000万元", [("cumulative", "candidate"), ("ledger", "contradiction")]),
        ("3000万元", []),
    ],
)
def test_an_earlier_count_must_not_exceed_the_ledger(early, result):
    investment = make.make_investment(arrived_amount=Decimal(5000))
    metric = flow(ledger_field="arrived_amount")
    series = make.make_series(metric=metric, investment=investment)
    since(series, "5000万元", None, 2019)
    assert results(since(series, early, None, 2018)) == result


def test_an_earlier_state_may_have_been_above_the_ledger():
    metric = flow("人", ledger_field="jobs")
    series = make.make_series(metric=metric, investment=make.make_investment(jobs=100))
    counted_at(series, "100人", 2019)
    assert results(counted_at(series, "150人", 2018)) == []


def test_an_earlier_plan_may_have_been_above_the_ledger():
    metric = flow(ledger_field="planned_amount")
    project = make.make_project(planned_amount=Decimal(5000))
    series = make.make_series(metric=metric, project=project)
    since(series, "5000万元", None, 2019, nature="plan")
    assert results(since(series, "8000万元", None, 2018, nature="plan")) == []
