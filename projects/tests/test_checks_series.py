"""Conflicts, cumulative counts that fall, parts and levels: contradictions and near-misses."""

from datetime import date

import pytest

from aidtracker import testing as make
from projects.tests.figure_sets import (
    counted,
    counted_at,
    flow,
    observed,
    results,
    since,
    verdicts_on,
)

# The rules are pure functions; that both databases give them the same is for test_checks.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

CONFLICT = [("conflict", "contradiction")]
EXCESS = [("parts", "contradiction")]


LOOSE = [("conflict", "candidate")]


@pytest.fixture
def shops(db):
    return make.make_series(metric=flow("家"))


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ("5家", "6家", CONFLICT),
        ("5家", "5家", []),
        ("892.18万家", "892万家", []),
        ("892.18万家", "893万家", CONFLICT),
        ("超过600家", "655家", []),
        ("超过600家", "599家", CONFLICT),
        ("近600家", "560家", []),
        ("近600家", "530家", LOOSE),
        ("近600家", "470家", CONFLICT),
        ("600余家", "655家", []),
        ("600余家", "710家", LOOSE),
        ("600余家", "810家", CONFLICT),
        ("约600家", "650家", []),
        ("约600家", "700家", LOOSE),
        ("约600家", "730家", CONFLICT),
        ("475余家", "479家", LOOSE),
        ("475余家", "481家", CONFLICT),
        ("不足600家", "超过500家", []),
        ("不足600家", "超过700家", CONFLICT),
        ("5—7家", "6家", []),
        ("5—7家", "8家", CONFLICT),
        ("几十家", "50家", []),
        ("几十家", "500家", CONFLICT),
    ],
)
def test_two_figures_of_one_series_and_year(shops, one, other, result):
    first, second = observed(shops, one), observed(shops, other)
    assert results(first, second) == result


@pytest.mark.parametrize(
    "other",
    [
        {"year": 2018},
        {"nature": "target"},
        {"status": "draft"},
        {"period_start": None, "period_end": date(2019, 12, 31)},
    ],
)
def test_figures_for_something_else_do_not_conflict(shops, other):
    assert results(observed(shops, "5家"), observed(shops, "6家", **other)) == []


def test_figures_of_unknown_time_do_not_conflict(shops):
    unknown = {"period_start": None, "period_end": None}
    assert results(observed(shops, "5家", **unknown), observed(shops, "6家", **unknown)) == []


def test_another_scope_does_not_conflict(shops):
    other = make.make_series(metric=shops.metric, region=shops.region, scope_note="含兵团")
    assert results(observed(shops, "5家"), observed(other, "6家")) == []


def test_moments_conflict_only_on_the_same_day(shops):
    counted_at(shops, "5家", 2018)
    same = counted_at(shops, "6家", 2019)
    assert results(same) == []
    assert results(same, counted_at(shops, "7家", 2019)) == CONFLICT


def test_ranks_of_one_time_conflict():
    ranks = make.make_series(metric=counted(kind="rank", unit="位"))
    first = observed(ranks, "第三", accumulation="rank")
    assert results(first, observed(ranks, "首位", accumulation="rank")) == CONFLICT


def test_measures_printed_whole_are_rounded():
    income = make.make_series(metric=counted(kind="ratio", unit="元"))
    first, second = observed(income, "580元"), observed(income, "579.8元")
    assert results(first, second) == []


def test_unclear_accumulation_is_only_worth_a_look(shops):
    pair = [
        observed(shops, words, accumulation="unclear", as_of=date(2019, 6, 30))
        for words in ("5家", "6家")
    ]
    assert results(*pair) == [("conflict", "candidate")]


def test_conflict_shows_both_and_their_bounds():
    series = make.make_series(name="某地网点数", metric=flow("家"))
    first = observed(series, "超过600家", source=make.make_source(code="a"))
    observed(series, "300余家", source=make.make_source(code="b"))
    [verdict] = verdicts_on(first)
    assert verdict.title == "某地网点数（2019年）：超过600家与300余家"
    assert verdict.computation == (
        "某地网点数（2019年）：超过600家（不低于600家）与300余家（300家至400家）没有共同的取值；"
        "要相符，前者须300家至400家，或后者须不低于600家。"
    )


FALL = [("cumulative", "contradiction")]


@pytest.mark.parametrize(
    ("early", "late", "result"),
    [
        ("600家", "1288家", []),
        ("600家", "500家", FALL),
        ("600家", "600家", []),
        ("超过600家", "500家", FALL),
        ("约600家", "560家", []),
        ("600余家", "605家", []),
        ("600家", "近600家", []),
        ("600家", "超过500家", []),
        ("600.4万家", "600万家", []),
    ],
)
def test_a_count_since_one_day(shops, early, late, result):
    first, second = since(shops, early, 2017, 2019), since(shops, late, 2017, 2021)
    assert results(first, second) == result


@pytest.mark.parametrize(
    ("start", "nature"), [(2020, "actual"), (None, "actual"), (2017, "target"), (2017, "plan")]
)
def test_counts_of_another_window_or_nature_may_be_lower(shops, start, nature):
    since(shops, "600家", 2017, 2019)
    assert results(since(shops, "500家", start, 2021, nature=nature)) == []


def test_counts_since_unknown_days_that_fall_are_only_worth_a_look(shops):
    since(shops, "600家", None, 2019)
    late = since(shops, "500家", None, 2021)
    assert results(late) == [("cumulative", "candidate")]


def test_a_fall_is_told_from_the_highest_before(shops):
    since(shops, "600家", 2017, 2018)
    highest = since(shops, "900家", 2017, 2019)
    low = since(shops, "700家", 2017, 2020)
    [verdict] = verdicts_on(low)
    assert {figure.pk for figure in verdict.observations} == {highest.pk, low.pk}


def parted(whole, *parts, is_complete=False, **kwargs):
    """Results for a whole of 2019 and its parts."""
    series = make.make_series(metric=flow("家"), has_complete_parts=is_complete)
    rows = [observed(series, whole)]
    for number, words in enumerate(parts):
        part = make.make_series(
            metric=series.metric, region=series.region, scope_note=f"{number}", part_of=series
        )
        if words:
            rows.append(observed(part, words, **kwargs))
    return results(*rows)


@pytest.mark.parametrize(
    ("whole", "parts", "result"),
    [
        ("600家", ("15家", "41家", "136家"), []),
        ("600家", ("700家",), EXCESS),
        ("超过30家", ("700家",), []),
        ("近600家", ("600家",), []),
        ("9.1亿家", ("9.14亿家",), []),
        ("600家", ("超过600家",), []),
        ("600家", ("超过601家",), EXCESS),
        ("600家", ("400家", "300家"), [("parts", "candidate")]),
    ],
)
def test_parts_that_need_not_be_complete(whole, parts, result):
    assert parted(whole, *parts) == result


@pytest.mark.parametrize(
    ("whole", "parts", "result"),
    [
        ("405家", ("64家", "106家", "89家", "64家", "82家"), "holds"),
        ("405家", ("64家", "106家", "89家", "64家", "83家"), "contradiction"),
        ("400家", ("64家", "106家", "89家", "64家", "82家"), "contradiction"),
        ("17.56亿家", ("0.87亿家", "4.62亿家", "5.83亿家", "1.16亿家", "5.08亿家"), "holds"),
        ("17.6亿家", ("8.7亿家", "8.8亿家"), "holds"),
        ("405家", ("64家", "超过106家"), "holds"),
        ("405家", ("64家", None), "unchecked"),
        ("405家", ("500家", None), "contradiction"),
    ],
)
def test_parts_that_are_said_to_be_complete(whole, parts, result):
    assert ("parts", result) in parted(whole, *parts, is_complete=True)


def test_parts_of_another_year_or_nature_are_not_compared():
    assert parted("600家", "700家", year=2018) == []
    assert parted("600家", "700家", nature="target") == []


def test_missing_part_says_what_it_would_have_to_be():
    series = make.make_series(name="计划数", metric=flow("家"), has_complete_parts=True)
    whole = observed(series, "405家")
    parts = [
        make.make_series(
            name=f"第{number}类", metric=series.metric, scope_note=str(number), part_of=series
        )
        for number in (1, 2)
    ]
    observed(parts[0], "64家")
    [verdict] = verdicts_on(whole)
    assert verdict.computation == (
        "计划数（2019年）：64 → 64家，原文合计405家；没有第2类的数，要相符须341家。"
    )


@pytest.fixture
def prefecture(db):
    return make.make_region()


def below(prefecture, city_words, words, city=None, region=None, **kwargs):
    """Results for a city beside its prefecture."""
    metric = flow("家")
    city = make.make_series(
        metric=metric, region=region or make.make_region(parent=prefecture), **(city or {})
    )
    rows = [observed(make.make_series(metric=metric, region=prefecture), words)]
    return results(*rows, observed(city, city_words, **kwargs))


def test_a_city_above_its_prefecture(prefecture):
    assert below(prefecture, "700家", "600家") == EXCESS
    assert below(prefecture, "600家", "600家") == []
    assert below(prefecture, "700家", "超过600家") == []
    assert below(prefecture, "近660家", "600家") == []


def test_a_village_above_its_prefecture(prefecture):
    county = make.make_region(parent=prefecture)
    assert below(prefecture, "9家", "6家", region=make.make_region(parent=county)) == EXCESS


def test_half_a_year_of_a_city_above_the_prefectures_year(prefecture):
    late = {"period_start": date(2019, 7, 1), "period_end": date(2019, 12, 31)}
    assert below(prefecture, "700家", "600家", **late) == EXCESS


@pytest.mark.parametrize(
    "other",
    [
        {"year": 2018},
        {"nature": "target"},
        {"accumulation": "cumulative"},
        {"period_start": date(2018, 1, 1), "period_end": date(2019, 12, 31)},
        {"city": {"scope_note": "含兵团"}},
    ],
)
def test_other_time_nature_or_scope_is_not_compared(prefecture, other):
    assert below(prefecture, "700家", "600家", **other) == []


def test_a_division_is_not_inside_the_prefecture(prefecture):
    division = make.make_region(code="XPCC-99", level="division")
    assert below(prefecture, "700家", "600家", region=division) == []


def test_rates_and_ranks_of_a_city_may_be_higher(prefecture):
    for kind, unit, words in (("ratio", "%", ("9%", "5%")), ("rank", "位", ("第三", "首位"))):
        metric = counted(kind=kind, unit=unit)
        city = make.make_series(metric=metric, region=make.make_region(parent=prefecture))
        upper = make.make_series(metric=metric, region=prefecture)
        assert results(observed(city, words[0]), observed(upper, words[1])) == []


def jobs(park_words, firm_words, *investments):
    """Results for the jobs of a park and of a firm with these investments in it or elsewhere."""
    metric, park, firm = counted(unit="人"), make.make_site(), make.make_enterprise()
    for is_inside, status in investments:
        site = park if is_inside else make.make_site()
        make.make_investment(local_enterprise=firm, site=site, status=status)
    rows = [
        counted_at(make.make_series(metric=metric, site=park), park_words, 2019),
        counted_at(make.make_series(metric=metric, enterprise=firm), firm_words, 2019),
    ]
    return results(*rows)


@pytest.mark.parametrize(
    ("park", "investments", "result"),
    [
        ("475余人", [(True, "producing")], EXCESS),
        ("475余人", [(True, "")], EXCESS),
        ("475余人", [(True, "producing"), (False, "")], EXCESS),
        ("475余人", [(True, "producing"), (False, "started")], [("parts", "candidate")]),
        ("超过475人", [(True, "producing")], []),
        ("475余人", [(False, "producing")], []),
        ("475余人", [], []),
    ],
)
def test_a_firm_above_the_park_it_stands_in(park, investments, result):
    assert jobs(park, "近2000人", *investments) == result


def test_a_firm_known_by_its_workshop_in_the_park():
    metric, park, firm = counted(unit="人"), make.make_site(), make.make_enterprise()
    make.make_site(kind="factory", parent=park, operator=firm)
    upper = counted_at(make.make_series(metric=metric, site=park), "475人", 2019)
    counted_at(make.make_series(metric=metric, enterprise=firm), "2000人", 2019)
    assert results(upper) == EXCESS


def test_a_site_above_the_site_and_the_city_around_it():
    metric, city = counted(unit="人"), make.make_region()
    park = make.make_site(region=city)
    part = counted_at(
        make.make_series(metric=metric, site=make.make_site(parent=park)), "900人", 2019
    )
    counted_at(make.make_series(metric=metric, site=park), "500人", 2019)
    counted_at(make.make_series(metric=metric, region=city), "600人", 2019)
    assert results(part) == EXCESS * 2


def test_successive_windows_of_two_series_are_not_compared(prefecture):
    metric = flow("吨")
    early = make.make_series(metric=metric, region=prefecture)
    city = make.make_series(metric=metric, region=make.make_region(parent=prefecture))
    rows = since(early, "25万吨", 2017, 2019), since(city, "35万吨", 2020, 2021)
    assert results(*rows) == []
