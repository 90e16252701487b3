"""Stretches of time within each other, of one series."""

from datetime import date

import pytest

from aidtracker import testing as make
from projects.tests.figure_sets import counted_at, flow, observed, results, since

pytestmark = [pytest.mark.django_db, pytest.mark.once]

WINDOWS = [("windows", "contradiction")]


def found_on(*rows):
    """What is found but for figures that are easily confused."""
    return [one for one in results(*rows) if one[0] != "lookalike"]


HALF = {"period_start": date(2018, 1, 1), "period_end": date(2018, 6, 30)}


@pytest.fixture
def sales(db):
    return make.make_series(metric=flow("元"))


@pytest.mark.parametrize(
    ("half", "year", "found"),
    [
        ("8.0亿元", "5.0亿元", WINDOWS),
        ("5.0亿元", "8.0亿元", []),
        ("5.0亿元", "5.0亿元", []),
        ("近8亿元", "7.5亿元", []),
        ("超过8亿元", "5.0亿元", WINDOWS),
    ],
)
def test_half_a_year_is_not_above_its_year(sales, half, year, found):
    assert found_on(observed(sales, half, **HALF), observed(sales, year, 2018)) == found


def test_plans_are_not_compared_with_what_was_done(sales):
    plan = observed(sales, "8.0亿元", nature="plan", **HALF)
    assert found_on(plan, observed(sales, "5.0亿元", 2018)) == []


def test_one_year_is_not_above_a_total_of_three(sales):
    year, total = observed(sales, "8.0亿元", 2018), since(sales, "5.0亿元", 2017, 2019)
    assert found_on(year, total) == WINDOWS


@pytest.mark.parametrize(
    ("total", "found"),
    [("6.0亿元", []), ("9.0亿元", WINDOWS), ("4.0亿元", WINDOWS), ("约6.5亿元", [])],
)
def test_years_make_their_total(sales, total, found):
    years = [observed(sales, "2.0亿元", year) for year in (2017, 2018, 2019)]
    assert found_on(since(sales, total, 2017, 2019), *years) == found


def test_years_with_a_gap_make_nothing(sales):
    years = [observed(sales, "2.0亿元", year) for year in (2017, 2019)]
    assert found_on(since(sales, "9.0亿元", 2017, 2019), *years) == []


@pytest.mark.parametrize(("other", "found"), [("5.0亿元", WINDOWS), ("3.0亿元", [])])
def test_one_stretch_is_one_number_whether_called_period_or_total(sales, other, found):
    period, total = observed(sales, "3.0亿元", 2019), since(sales, other, 2019, 2019)
    assert found_on(period, total) == found


def test_what_took_the_place_of_another_does_not_contradict_it(sales):
    old = observed(sales, "3.0亿元", 2019, rank="deprecated", rank_reason="初步数")
    assert found_on(old, observed(sales, "3.5亿元", 2019)) == []


def test_points_are_no_stretches(db):
    people = make.make_series(metric=flow("人"))
    assert found_on(counted_at(people, "8人", 2018), counted_at(people, "5人", 2019)) == []
