"""Growth, multiples, shares, per head and completion: known contradictions and near-misses."""

from datetime import date

import pytest

from aidtracker import testing as make
from projects.tests.figure_sets import (
    counted,
    counted_at,
    flow,
    observed,
    rate_of,
    rated,
    results,
    since,
    verdicts_on,
)

# The rules are pure functions; that both databases give them the same is for test_checks.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def grown(printed, before, now, formula="growth", unit="%", **kwargs):
    """The result for a printed growth between two years' figures."""
    sales = make.make_series(metric=flow())
    if before:
        observed(sales, before, 2018)
    if now:
        observed(sales, now, 2019)
    rate = rated(rate_of(formula, sales.metric, unit=unit), sales, printed, **kwargs)
    return results(rate)


@pytest.mark.parametrize(
    ("printed", "before", "now", "result"),
    [
        ("50%", "2亿元", "3亿元", "holds"),
        ("50%", "2.00亿元", "3.50亿元", "contradiction"),
        ("76.8%", "超过600万元", "892.18万元", "contradiction"),
        ("40%", "超过600万元", "892.18万元", "holds"),
        ("53.3%", "39.31亿元", "51.73亿元", "contradiction"),
        ("31.6%", "39.31亿元", "51.73亿元", "holds"),
        ("近五成", "2.00亿元", "2.95亿元", "holds"),
        ("超过50%", "2.00亿元", "2.95亿元", "contradiction"),
        ("50%左右", "2.00亿元", "3.08亿元", "holds"),
        ("50%", None, "3.50亿元", "unchecked"),
        ("50%", "2.00亿元", None, "unchecked"),
        ("50%", None, None, "unchecked"),
        ("50%", "超过2亿元", "超过9亿元", "unchecked"),
        ("50%", "0元", "9亿元", "unchecked"),
    ],
)
def test_growth(printed, before, now, result):
    assert grown(printed, before, now) == [("growth", result)]


@pytest.mark.parametrize(
    ("printed", "now", "result"),
    [
        ("7.6倍", "8.6亿元", "holds"),
        ("7.6倍", "7.6亿元", "contradiction"),
        ("4倍", "5.0亿元", "holds"),
        ("4倍", "4.0亿元", "contradiction"),
        ("3倍多", "4.3亿元", "holds"),
    ],
)
def test_a_multiple_is_what_was_added(printed, now, result):
    assert grown(printed, "1.00亿元", now, "multiple", "倍") == [("growth", result)]


@pytest.mark.parametrize(
    ("now", "result"), [("0.50亿元", "holds"), ("1.50亿元", "contradiction"), (None, "unchecked")]
)
def test_decline(now, result):
    assert grown("50%", "1.00亿元", now, "decline") == [("growth", result)]


def test_growth_of_part_of_a_year_compares_the_same_months():
    sales = make.make_series(metric=flow())
    may = {"period_start": date(2024, 1, 1), "period_end": date(2024, 2, 29)}
    before = {"period_start": date(2023, 1, 1), "period_end": date(2023, 2, 28)}
    observed(sales, "1.50亿元", **may)
    observed(sales, "1.00亿元", **before)
    observed(sales, "9.00亿元", 2023)
    metric = rate_of("growth", sales.metric)
    assert results(rated(metric, sales, "50%", **may)) == [("growth", "holds")]


@pytest.mark.parametrize(
    ("base", "result"), [("first_year", "contradiction"), ("last_year", "unchecked")]
)
def test_growth_over_several_years_needs_a_stated_base(base, result):
    sales = make.make_series(metric=flow())
    observed(sales, "1.00亿元", 2016)
    observed(sales, "2.00亿元", 2019)
    metric = rate_of("growth", sales.metric, base=base)
    days = {"period_start": date(2016, 1, 1), "period_end": date(2019, 12, 31)}
    assert results(rated(metric, sales, "50%", **days)) == [("growth", result)]


def test_growth_of_a_stock_compares_ends_of_years():
    shops = make.make_series(metric=counted(unit="家"))
    counted_at(shops, "100家", 2018)
    counted_at(shops, "150家", 2019)
    metric = rate_of("growth", shops.metric)
    assert results(rated(metric, shops, "80%")) == [("growth", "contradiction")]


@pytest.mark.parametrize(
    "other",
    [
        {"nature": "target"},
        {"status": "draft"},
        {"status": "withdrawn"},
        {"period_start": date(2018, 1, 1), "period_end": date(2018, 6, 30)},
        {"accumulation": "unclear", "as_of": date(2018, 12, 31)},
    ],
)
def test_growth_takes_no_base_of_another_kind(other):
    sales = make.make_series(metric=flow())
    observed(sales, "2.00亿元", 2019)
    observed(sales, "1.00亿元", 2018, **other)
    rate = rated(rate_of("growth", sales.metric), sales, "50%")
    assert results(rate) == [("growth", "unchecked")]


def test_growth_takes_no_figures_of_another_scope():
    sales = make.make_series(metric=flow())
    apples = make.make_series(metric=sales.metric, region=sales.region, scope_note="仅苹果")
    observed(sales, "2.00亿元", 2019)
    observed(apples, "1.00亿元", 2018)
    rate = rated(rate_of("growth", sales.metric), sales, "50%")
    assert results(rate) == [("growth", "unchecked")]


@pytest.mark.parametrize("accumulation", ["period", "point", "unclear"])
def test_growth_is_known_by_its_metric_however_it_accumulates(accumulation):
    sales = make.make_series(metric=flow())
    observed(sales, "2.00亿元", 2018)
    observed(sales, "3.00亿元", 2019)
    own = make.make_series(metric=rate_of("growth", sales.metric), region=sales.region)
    assert results(observed(own, "80%", accumulation=accumulation)) == [("growth", "contradiction")]


def test_growth_prefers_the_figures_of_its_own_document():
    sales, source = make.make_series(metric=flow()), make.make_source()
    observed(sales, "2.00亿元", 2018, source=source)
    observed(sales, "3.00亿元", 2019, source=source)
    observed(sales, "2.50亿元", 2018)
    rate = rated(rate_of("growth", sales.metric), sales, "50%", source=source)
    assert results(rate) == [("growth", "holds")]


def test_a_target_for_growth_is_made_of_the_target_and_last_years_actual():
    sales = make.make_series(metric=flow())
    observed(sales, "2.00亿元", 2018)
    observed(sales, "2.20亿元", 2019, nature="target")
    rate = rated(rate_of("growth", sales.metric), sales, "30%", nature="target")
    assert results(rate) == [("growth", "contradiction")]


def test_percentage_points_are_no_growth():
    assert grown("5个百分点", "2.00亿元", "3.00亿元", unit="个百分点") == []


def per_head(printed, sales, visitors, **kwargs):
    money = make.make_series(metric=flow())
    people = make.make_series(metric=flow("人次"), region=money.region)
    observed(money, sales)
    observed(people, visitors, **kwargs)
    metric = rate_of("ratio", money.metric, people.metric, "元")
    return results(rated(metric, money, printed))


@pytest.mark.parametrize(
    ("printed", "sales", "visitors", "result"),
    [
        ("579.8元", "51.73亿元", "892.18万人次", "holds"),
        ("580元", "51.73亿元", "892.18万人次", "holds"),
        ("570元", "51.73亿元", "892.18万人次", "contradiction"),
        ("600元", "39.31亿元", "突破600万人次", "holds"),
        ("700元", "39.31亿元", "突破600万人次", "contradiction"),
        ("约600元", "51.73亿元", "892.18万人次", "holds"),
    ],
)
def test_per_head(printed, sales, visitors, result):
    assert per_head(printed, sales, visitors) == [("ratio", result)]


@pytest.mark.parametrize("other", [{"nature": "target"}, {"year": 2018}])
def test_per_head_takes_no_other_nature_or_year(other):
    assert per_head("570元", "51.73亿元", "892.18万人次", **other) == [("ratio", "unchecked")]


def completed(printed, done, targets, **kwargs):
    """A completion rate for the first half of 2021 or for what is given."""
    days = kwargs or {"period_start": date(2021, 1, 1), "period_end": date(2021, 6, 30)}
    money = make.make_series(metric=flow())
    observed(money, done, **days)
    for words, more in targets:
        observed(money, words, **{"nature": "target", **more})
    return results(rated(rate_of("completion", money.metric), money, printed, **days))


@pytest.mark.parametrize(
    ("printed", "targets", "result"),
    [
        ("50%", [("2.00亿元", {"year": 2021})], "holds"),
        ("50%", [("2.00亿元", {"year": 2021, "nature": "plan"})], "holds"),
        ("60%", [("2.00亿元", {"year": 2021})], "contradiction"),
        ("50%", [("2.00亿元", {"year": 2022})], "unchecked"),
        ("50%", [("2.00亿元", {"year": 2021, "nature": "actual"})], "unchecked"),
        ("50%", [], "unchecked"),
    ],
)
def test_completion_of_the_years_target_by_june(printed, targets, result):
    assert completed(printed, "1.00亿元", targets) == [("ratio", result)]


def test_completion_takes_the_target_of_its_own_time_first():
    half = {"period_start": date(2021, 1, 1), "period_end": date(2021, 6, 30)}
    targets = [("2.00亿元", {"year": 2021}), ("1.00亿元", half)]
    assert completed("100%", "1.00亿元", targets) == [("ratio", "holds")]


def test_completion_of_a_target_of_several_years():
    shops = make.make_series(metric=flow("家"))
    since(shops, "600家", 2020, 2021)
    since(shops, "共1000家", 2020, 2022, nature="target")
    metric = rate_of("completion", shops.metric)
    days = {"period_start": date(2020, 1, 1), "period_end": date(2021, 12, 31)}
    assert results(rated(metric, shops, "80%", **days)) == [("ratio", "contradiction")]


@pytest.mark.parametrize(
    ("printed", "upper", "result"),
    [
        ("近六成", "60.00亿元", "holds"),
        ("近六成", "90.00亿元", "contradiction"),
        ("60%以上", "90.00亿元", "contradiction"),
        ("60%以上", "40.00亿元", "holds"),
        ("60%", None, "unchecked"),
    ],
)
@pytest.mark.parametrize("scope", ["", "占某地区", "占别名"])
def test_share_of_the_upper_level(printed, upper, result, scope):
    prefecture = make.make_region(name="某地区", aliases=["别名"])
    city = make.make_series(metric=flow(), region=make.make_region(parent=prefecture))
    observed(city, "34.24亿元")
    if upper:
        observed(make.make_series(metric=city.metric, region=prefecture), upper)
    metric = rate_of("share", city.metric, city.metric)
    own = make.make_series(metric=metric, region=city.region, scope_note=scope)
    assert results(observed(own, printed, accumulation="rate")) == [("ratio", result)]


def test_share_of_a_place_that_is_not_known_cannot_be_checked():
    city = make.make_series(metric=flow(), region=make.make_region(parent=make.make_region()))
    observed(city, "34.24亿元")
    observed(make.make_series(metric=city.metric, region=city.region.parent), "90.00亿元")
    metric = rate_of("share", city.metric, city.metric)
    own = make.make_series(metric=metric, region=city.region, scope_note="占别处")
    assert results(observed(own, "60%", accumulation="rate")) == [("ratio", "unchecked")]


def test_share_of_another_metric_is_of_the_same_subject():
    part = make.make_series(metric=flow())
    whole = make.make_series(metric=flow(), region=part.region)
    observed(part, "40.00亿元")
    observed(whole, "80.00亿元")
    rate = rated(rate_of("share", part.metric, whole.metric), part, "90%")
    assert results(rate) == [("ratio", "contradiction")]


def test_missing_side_says_what_it_would_have_to_be():
    region = make.make_region(name="某县")
    part = make.make_series(metric=flow(name="某资金"), region=region)
    observed(part, "45.0亿元")
    rate = rated(rate_of("share", part.metric, flow(name="全部资金"), name="比重"), part, "90%")
    [verdict] = verdicts_on(rate)
    assert verdict.computation.split("；")[1] == (
        "没有某县 全部资金（2019年）的数，要相符须约50亿元（49.67亿元至50.34亿元）。"
    )


def test_a_rate_without_a_time_cannot_be_checked():
    sales = make.make_series(metric=flow())
    observed(sales, "2.00亿元", 2018)
    rate = rated(rate_of("growth", sales.metric), sales, "50%", period_start=None, period_end=None)
    [verdict] = verdicts_on(rate)
    assert verdict.computation.split("；")[1] == "没有写明是什么时间的比率，无从核对。"


def test_side_whose_time_was_inferred_says_so():
    sales = make.make_series(metric=flow())
    observed(sales, "2.00亿元", 2018, is_period_inferred=True)
    observed(sales, "3.00亿元", 2019)
    rate = rated(rate_of("growth", sales.metric), sales, "50%")

    [verdict] = verdicts_on(rate)
    assert "：3亿÷2亿（2018年，推断） → 增长50%" in verdict.computation


LEVELS = {2013: "9.0亿元", 2014: "10.0亿元", 2019: "20.0亿元"}


def grown_yearly(printed, *years, period_text=""):
    """The result for a yearly growth of 2014 to 2019 beside what is known of some years."""
    sales = make.make_series(metric=flow())
    for year in years:
        observed(sales, LEVELS[year], year)
    metric = rate_of("growth", sales.metric, base="yearly")
    days = {"period_start": date(2014, 1, 1), "period_end": date(2019, 12, 31)}
    rate = rated(metric, sales, printed, period_text=period_text, **days)
    [verdict] = verdicts_on(rate)
    return verdict.result.value, verdict.computation


@pytest.mark.parametrize(
    ("printed", "years", "period_text", "result"),
    [
        # From 2014 in five years 14.9 %, from 2013 in six years 14.2 %.
        ("14.9%", (2014, 2019), "2014—2019年", "holds"),
        ("14.9%", (2013, 2014, 2019), "", "holds"),
        ("14.2%", (2013, 2014, 2019), "", "holds"),
        ("14.2%", (2013, 2019), "2014—2019年", "holds"),
        ("20%", (2013, 2014, 2019), "2014—2019年", "contradiction"),
        ("20%", (2014, 2019), "2014年至2019年", "contradiction"),
        ("20%", (2014, 2019), "2014—2019年", "candidate"),
        ("20%", (2014, 2019), "“十三五”期间", "candidate"),
        ("20%", (2013, 2019), "2014—2019年", "candidate"),
        ("20%", (2019,), "2014—2019年", "unchecked"),
    ],
)
def test_yearly_growth_is_false_only_if_it_is_from_both_years(printed, years, period_text, result):
    assert grown_yearly(printed, *years, period_text=period_text)[0] == result


def test_yearly_growth_names_the_year_that_it_may_be_told_from():
    _, words = grown_yearly("20%", 2014, 2019, period_text="2014—2019年")
    assert "5年平均" in words
    assert "也可能从2013年起算，没有那一年的数" in words
    _, words = grown_yearly("14.2%", 2013, 2014, 2019)
    assert "6年平均" in words
