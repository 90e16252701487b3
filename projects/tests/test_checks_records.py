"""Look-alikes, ledgers, counts, printed words and dates: true ones and near-misses."""

from datetime import date
from decimal import Decimal

import pytest

from aidtracker import testing as make
from projects.models import Observation
from projects.tests.figure_sets import (
    counted,
    counted_at,
    flow,
    observed,
    results,
    since,
    verdicts,
    verdicts_on,
)

# The rules are pure functions; that both databases give them the same is for test_checks.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

LOOKALIKE = [("lookalike", "candidate")]


def beside(one, other, metric=None, **subject):
    """Results for two figures of two metrics of one sector, or of what is given.

    They are of one region, if nothing is said of the second one's subject.
    """
    region = make.make_region()
    first = observed(make.make_series(metric=flow(), region=region), one)
    about = subject or {"region": region}
    second = observed(make.make_series(metric=metric or flow(), **about), other)
    return results(first, second)


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ("4.2亿元", "4.2亿元", LOOKALIKE),
        ("首破10亿元", "10亿元", LOOKALIKE),
        ("3万余元", "3万余元", LOOKALIKE),
        ("3万余元", "3.2万元", LOOKALIKE),
        ("近2000元", "2000元", LOOKALIKE),
        ("约2000元", "2100元", LOOKALIKE),
        ("1—2万元", "1.5万元", LOOKALIKE),
        ("超过2600元", "2646元", LOOKALIKE),
        ("超过2600元", "3600元", []),
        ("近2000元", "2000余元", []),
        ("4亿元", "4.2亿元", []),
        ("4.2亿元", "4.3亿元", []),
        ("999元", "999元", []),
        ("几千元", "5000元", []),
    ],
)
def test_two_numbers_of_related_metrics(one, other, result):
    assert beside(one, other) == result


def test_an_equal_number_alone_is_no_ground():
    assert beside("4.2亿元", "4.2亿元", region=make.make_region()) == []
    assert beside("超过2600元", "2646元", region=make.make_region()) == []


def test_equal_numbers_of_one_metric_look_alike_whatever_they_are_about():
    metric = flow()
    rows = [observed(make.make_series(metric=metric), "4.2亿元") for _ in range(2)]
    assert results(*rows) == LOOKALIKE


@pytest.mark.parametrize("is_hedged", [False, True])
def test_numbers_of_a_thing_and_of_what_it_stands_in(is_hedged):
    """The park's 4.2亿 and the prefecture's; 2646 within 超过2600 only of the same subject."""
    prefecture = make.make_region()
    county = make.make_region(parent=prefecture)
    park = make.make_site(region=county)
    words = ("超过2600元", "2646元") if is_hedged else ("4.2亿元", "4.2亿元")
    low = observed(make.make_series(metric=flow(), region=None, site=park), words[0])
    high = observed(make.make_series(metric=flow(), region=prefecture), words[1])
    assert results(low, high) == ([] if is_hedged else LOOKALIKE)


def test_metrics_of_another_sector_or_unit_are_not_related():
    assert beside("1500万元", "1500万元", flow(sector="energy")) == []
    assert beside("4.2万元", "4.2万吨", flow("吨")) == []


def test_one_series_looks_alike_only_at_another_known_time():
    series = make.make_series(metric=flow())
    unknown = {"period_start": None, "period_end": None}
    first = observed(series, "4.2亿元", 2018)
    assert results(first, observed(series, "4.2亿元", 2018)) == []
    assert results(first, observed(series, "4.2亿元", **unknown)) == []
    assert results(first, observed(series, "4.2亿元", 2018, nature="target")) == []
    assert verdicts_on(observed(series, "4.2亿元", 2019))[0].kind.value == "lookalike"


def test_a_plan_looks_like_an_actual_figure_only_if_the_number_is_the_same():
    region = make.make_region()
    series = [make.make_series(metric=flow(), region=region) for _ in range(2)]
    actual = observed(series[0], "近1亿元")
    assert results(actual, observed(series[1], "9391万元", nature="plan")) == []
    assert results(actual, observed(series[1], "1亿元", nature="plan")) == LOOKALIKE


def test_a_number_that_is_everywhere_gives_a_short_list():
    region = make.make_region()
    rows = [observed(make.make_series(metric=flow(), region=region), "3000元") for _ in range(20)]
    assert len(verdicts_on(*rows)) == 19


def test_bounds_within_which_there_are_many_numbers_give_nothing():
    region = make.make_region()
    hedged = observed(make.make_series(metric=flow(), region=region), "3万余元")
    for number in range(20):
        observed(make.make_series(metric=flow(), region=region), f"3.{number + 10}万元")
    assert verdicts_on(hedged) == []


def kept(field, ledger, printed, subject="investment", **kwargs):
    """Results for a figure of an investment or a project beside its ledger."""
    maker = {"investment": make.make_investment, "project": make.make_project}[subject]
    row = maker(**{field: ledger})
    metric = flow(ledger_field=kwargs.pop("ledger_field", field))
    scope = kwargs.pop("scope_note", "")
    series = make.make_series(metric=metric, scope_note=scope, **{subject: row})
    return results(since(series, printed, 2010, 2019, **kwargs))


@pytest.mark.parametrize(
    ("ledger", "printed", "result"),
    [
        (Decimal(91100), "9.11亿元", "holds"),
        (Decimal("91104.5"), "9.11亿元", "holds"),
        (Decimal(91200), "9.11亿元", "contradiction"),
        (Decimal(100000), "超过9亿元", "holds"),
        (Decimal(80000), "超过9亿元", "contradiction"),
        (Decimal(0), "9亿元", "contradiction"),
    ],
)
def test_agreed_amount_of_the_ledger(ledger, printed, result):
    assert kept("agreed_amount", ledger, printed, nature="agreement") == [("ledger", result)]


@pytest.mark.parametrize(
    "other",
    [
        {"nature": "target"},
        {"scope_note": "一期"},
        {"ledger_field": ""},
        {"ledger_field": "arrived_amount"},
    ],
)
def test_another_thing_is_not_compared_with_the_ledger(other):
    assert kept("agreed_amount", Decimal(1), "9.11亿元", **other) == []


def test_project_ledger():
    assert kept("paid_amount", Decimal(100), "200万元", "project") == [("ledger", "contradiction")]
    planned = kept("planned_amount", Decimal(300), "300万元", "project", nature="plan")
    assert planned == [("ledger", "holds")]


def test_only_the_latest_count_must_agree_with_the_ledger():
    row = make.make_investment(arrived_amount=Decimal(5000))
    series = make.make_series(metric=flow(ledger_field="arrived_amount"), investment=row)
    early, late = since(series, "3000万元", 2010, 2018), since(series, "5000万元", 2010, 2019)
    assert results(early) == []
    assert results(late) == [("ledger", "holds")]


@pytest.mark.parametrize(
    ("printed", "result"), [("3000万元", []), ("6000万元", [("ledger", "contradiction")])]
)
def test_one_year_must_only_not_exceed_the_ledger(printed, result):
    row = make.make_investment(arrived_amount=Decimal(5000))
    series = make.make_series(metric=flow(ledger_field="arrived_amount"), investment=row)
    assert results(observed(series, printed)) == result


def awarded(printed, *dates, at=2020, elsewhere=0, **kwargs):
    """Results for a printed count of awards granted on these dates in a region."""
    region = make.make_region()
    county = make.make_region(parent=region)
    for day in dates:
        make.make_award(name="某示范县", region=county, granted_on=day)
    make.make_award(name="别的称号", region=county, granted_on="2016")
    for _ in range(elsewhere):
        make.make_award(name="某示范县", granted_on="2016")
    metric = counted(counted_rows="awards?name=某示范县")
    series = make.make_series(metric=metric, region=region)
    return results(counted_at(series, printed, at, **kwargs))


@pytest.mark.parametrize(
    ("printed", "dates", "result"),
    [
        ("2个", ("2016", "2016-07"), "holds"),
        ("2个", ("2016", "2020-12", "2021-07"), "holds"),
        ("3个", ("2016", "2017"), "contradiction"),
        ("1个", ("2016", "2017"), "contradiction"),
        ("超过1个", ("2016", "2017"), "holds"),
        ("2个", ("2016", ""), "unchecked"),
        ("3个", ("2016", ""), "contradiction"),
        ("2个", (), "unchecked"),
    ],
)
def test_a_count_against_the_rows_it_counts(printed, dates, result):
    assert awarded(printed, *dates) == [("ledger", result)]


def test_rows_elsewhere_and_promised_counts_are_left_out():
    assert awarded("2个", "2016", "2017", elsewhere=3) == [("ledger", "holds")]
    assert awarded("9个", "2016", nature="target") == []


def test_a_count_within_a_window_counts_its_rows():
    program = make.make_program()
    for day in ("2018", "2019-03", "2021"):
        make.make_outlet(program=program, opened_on=day, kind="flagship")
    make.make_outlet(program=program, opened_on="2019", kind="franchise")
    metric = counted(counted_rows="outlets?kind=flagship")
    series = make.make_series(metric=metric, program=program)
    assert results(since(series, "1家", 2019, 2020)) == [("ledger", "holds")]
    assert results(since(series, "3家", 2018, 2020)) == [("ledger", "contradiction")]


@pytest.mark.parametrize(
    "rule", ["prizes?name=甲", "awards?colour=red", "awards?level", "sources?title=甲"]
)
def test_a_rule_for_rows_that_no_ledger_has_is_refused(rule):
    metric = counted(counted_rows=rule)
    with pytest.raises(Exception, match="数据集\\?栏=值"):
        metric.full_clean()


def changed(words, **stored):
    """Results for a figure whose stored values were changed behind its printed words."""
    row = observed(make.make_series(metric=flow()), words)
    Observation.objects.filter(pk=row.pk).update(**stored)
    return results(row)


@pytest.mark.parametrize(
    "stored",
    [
        {"value": 700},
        {"lower": 500},
        {"upper": 700},
        {"qualifier": "about"},
        {"value": None},
        {"printed": "超过700元"},
        {"printed": "超过600吨"},
    ],
)
def test_stored_values_that_are_not_what_is_printed(stored):
    assert changed("超过600元", **stored) == [("printed", "contradiction")]


def test_printed_words_that_cannot_be_read():
    assert changed("超过600元", printed="许多钱") == [("printed", "unchecked")]


@pytest.mark.parametrize("printed", ["600 元", "六百元", "600.0元", "超过600元以上", "6百元"])
def test_stored_values_follow_from_any_spelling(printed):
    assert changed(printed) == []


def dated():
    """What is found of dates, besides the real park."""
    return [
        one for one in verdicts() if one.kind.value == "dates" and "aksu" not in one.records[-1]
    ]


@pytest.mark.parametrize(
    ("opened", "starts", "ends", "is_found"),
    [
        ("2019-05", "2019-03", "", True),
        ("2019-05", "2019-05-20", "", False),
        ("2019", "2019-03", "", False),
        ("2019-05", "2020", "", True),
        ("2019-05", "2019-04", "2019-06", False),
        ("", "2019-03", "", False),
        ("2019-05", "", "", False),
    ],
)
def test_an_opening_dated_twice(opened, starts, ends, is_found):
    site = make.make_site(opened_on=opened)
    make.make_activity(site=site, step="opened", starts_on=starts, ends_on=ends)
    assert [one.result.value for one in dated()] == ["candidate"] * is_found


def test_two_openings_of_one_site():
    site = make.make_site()
    for day in ("2019-03", "2019-05"):
        make.make_activity(site=site, step="opened", starts_on=day)
    [verdict] = dated()
    assert len(verdict.records) == 2


def test_another_step_or_site_may_have_another_date():
    site = make.make_site(opened_on="2019-05")
    make.make_activity(site=site, step="", starts_on="2019-03")
    make.make_activity(site=make.make_site(), step="opened", starts_on="2019-03")
    make.make_activity(site=site, step="founded", starts_on="2019-03")
    assert dated() == []


def test_a_founding_and_a_signing_dated_twice():
    firm = make.make_enterprise(founded_on="2011-12")
    make.make_activity(enterprises=[firm], step="founded", starts_on="2012-03")
    signing = make.make_activity(kind="signing", starts_on="2020-05-19")
    make.make_agreement(signed_on="2020-05-20", activity=signing)
    make.make_agreement(signed_on="2020-05", activity=signing)
    assert len(dated()) == 2


def test_figures_that_are_not_approved_are_not_looked_at():
    series = make.make_series(metric=flow())
    for status in ("draft", "submitted", "returned", "withdrawn"):
        row = observed(series, "600元", status=status)
        Observation.objects.filter(pk=row.pk).update(value=700, upper=None)
        assert results(row) == []


def test_half_a_year_is_not_the_year():
    series = make.make_series(metric=flow())
    half = {"period_start": date(2019, 1, 1), "period_end": date(2019, 6, 30)}
    assert results(observed(series, "4.1亿元"), observed(series, "2.0亿元", **half)) == []
