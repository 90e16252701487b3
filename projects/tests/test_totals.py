"""Sums of figures: what adds up and how it says so, and every sum that is refused."""

from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from aidtracker.testing import (
    make_activity,
    make_enterprise,
    make_headquarters,
    make_investment,
    make_metric,
    make_observation,
    make_outlet,
    make_program,
    make_project,
    make_region,
    make_series,
    make_site,
)
from projects.amounts.ledger_sums import explained_totals, sums_of, with_sums
from projects.models import Enterprise, Investment, Observation, Project, Series
from projects.sums.additivity import Rule
from projects.sums.overlaps import GROUNDS
from projects.sums.totals import Refusal, Total, total

pytestmark = pytest.mark.django_db

YEAR_2019 = {"period_start": date(2019, 1, 1), "period_end": date(2019, 12, 31)}
YEAR_2020 = {"period_start": date(2020, 1, 1), "period_end": date(2020, 12, 31)}
MID_2019 = {"as_of": date(2019, 6, 30)}


def figure(code, number):
    return Observation.objects.with_subjects().get(source__code__startswith=code, number=number)


def figures(*keys):
    return [figure(*key) for key in keys]


def flow(**kwargs):
    return make_metric(kind="flow", unit="元", **kwargs)


def yearly(series, printed="5元", period=YEAR_2019, **kwargs):
    kwargs.setdefault("accumulation", "period")
    return make_observation(series=series, printed=printed, **period, **kwargs)


codes = count(10**16)


def code():
    """A credit code that no other firm has."""
    return {"credit_code": f"9{next(codes):017d}"}


def added(observations):
    result = total(observations)
    assert isinstance(result, Total)
    return result


def refused(observations):
    result = total(observations)
    assert isinstance(result, Refusal)
    return result


def rules(observations):
    return [reason.rule for reason in refused(observations).reasons]


# What adds up


def test_total_of_two_sites_in_one_year():
    result = added(figures(("003", 22), ("003", 24)))

    assert (result.value, result.lower, result.upper) == (1350000, 1340000, 1360000)
    assert result.unit == "人次"
    assert result.formula == (
        "75万人次＋60万人次＝135万人次（134—136万人次）；"
        "2 个主体互不重叠（各是一处场所）；期间同为2023年。"
    )


def test_total_keeps_the_hedge_of_a_part_without_upper_bound():
    result = added(figures(("001", 35), ("001", 40)))

    assert (result.lower, result.upper) == (Decimal("14921750"), None)
    assert result.words == "不低于1492.175万人次"


def test_total_of_ranges_has_two_ends():
    series = make_series(metric=flow())
    parts = [yearly(series, "1—2万元"), yearly(series, "3万元", YEAR_2020)]

    assert added(parts).words == "4—5万元（3.5—5.5万元）"


def test_total_of_successive_cumulative_windows_says_so():
    series = make_series(metric=flow())
    parts = [
        yearly(series, "3元", accumulation="cumulative"),
        yearly(series, "4元", YEAR_2020, accumulation="cumulative"),
    ]

    assert added(parts).formula == (
        "3元＋4元＝7元（6—8元）；2 段累计前后相接、互不重叠（2019年、2020年），可以相加。"
    )


@pytest.mark.parametrize(
    ("printed", "bounds"),
    [
        (("350吨", "1.2吨"), ("350.650", "351.750")),
        (("43000亩", "4.32万亩"), ("85650", "86750")),
        (("3亿元", "2646元"), ("250002645.5", "350002646.5")),
        (("2646家", "1.2万家"), ("14146", "15146")),
        (("9家", "5家"), ("14", "14")),
        (("近200亿元", "1—2亿元"), ("18100000000", "20200000000")),
        (("近200亿元", "1.0亿元"), ("18095000000", "20105000000")),
        (("超过3亿元", "1.0亿元"), ("395000000", None)),
        (("不足3亿元", "1.0亿元"), ("95000000", "405000000")),
    ],
)
def test_bounds_of_a_sum_hold_the_printed_precision_of_every_part(printed, bounds):
    unit = printed[0].lstrip("0123456789.近超过不足万亿")
    metric = make_metric(kind="flow", unit=unit)
    series = (make_series(metric=metric, region=make_region()) for _ in printed)

    result = added([yearly(*pair) for pair in zip(series, printed, strict=True)])

    assert (result.lower, result.upper) == tuple(one and Decimal(one) for one in bounds)


def test_total_says_how_many_periods_are_inferred():
    series = make_series(metric=flow())
    parts = [yearly(series), yearly(series, "6元", YEAR_2020, is_period_inferred=True)]

    assert added(parts).formula.endswith("；其中 1 项的期间系推断。")


def test_total_of_stocks_of_separate_places_on_one_day():
    metric = make_metric()
    parts = [make_observation(series=make_series(metric=metric), **MID_2019) for _ in range(2)]

    assert added(parts).value == 10


def test_total_of_complete_parts_is_the_whole():
    Series.objects.filter(name="浙江省援疆指挥部 援疆项目计划数").update(has_complete_parts=True)
    result = added(figures(*(("gmrb-2022-03-21", number) for number in (1, 3, 5, 7, 9))))

    assert result.value == figure("gmrb-2022-03-21", 11).value == 405
    assert result.formula.endswith("“浙江省援疆指挥部 援疆项目计划数”的各部分齐全，合计即整体。")


def test_total_of_some_of_the_complete_parts_is_not_the_whole():
    Series.objects.filter(name="浙江省援疆指挥部 援疆项目计划数").update(has_complete_parts=True)

    formula = added(figures(("gmrb-2022-03-21", 1), ("gmrb-2022-03-21", 3))).formula

    assert formula.endswith("还缺“浙江省援疆指挥部 援疆项目计划数”的 3 个部分，合计不是整体。")


def test_total_of_a_programme_and_its_successor_over_successive_windows():
    metric, first = flow(), make_program()
    second = make_program(predecessor=first)
    parts = [
        yearly(make_series(metric=metric, program=first), accumulation="cumulative"),
        yearly(
            make_series(metric=metric, program=second), "6元", YEAR_2020, accumulation="cumulative"
        ),
    ]

    assert added(parts).value == 11


def test_total_of_one_figure_adds_nothing():
    assert added([figure("001", 41)]).formula == "只有一个数：76.8%，没有相加。"


def test_total_of_nothing_is_unknown():
    result = added([])

    assert (result.value, result.words, result.formula) == (None, "—", "没有可以相加的数。")


def test_total_says_how_many_numbers_are_provisional():
    series = make_series(metric=flow())
    parts = [yearly(series), yearly(series, "6元", YEAR_2020, obs_status="provisional")]

    assert added(parts).formula.endswith("；其中 1 项是初步数。")


# What is left out


def test_total_names_a_figure_without_value_instead_of_taking_it_as_0():
    result = added(figures(("003", 20), ("003", 21)))

    assert result.value == 5
    assert [(one.observation.printed, one.reason) for one in result.excluded] == [
        ("几十位", "没有给出具体的数")
    ]


def test_total_leaves_out_what_is_not_public_or_out_of_use():
    series = make_series(metric=flow())
    parts = [
        yearly(series),
        yearly(series, "6元", status="draft"),
        yearly(series, "7元", rank="deprecated", rank_reason="文献已更正"),
    ]

    result = added(parts)

    assert result.value == 5
    assert [one.reason for one in result.excluded] == [
        "草稿，还不是公开的数字",
        "不再采用：文献已更正",
    ]


# What is refused: meaning


def test_refuses_agreed_and_arrived_funds():
    result = refused(figures(("001", 31), ("001", 32)))

    assert [reason.rule for reason in result.reasons] == [Rule.METRIC, Rule.NATURE]
    assert str(result) == ("不能相加：指标不同：“协议资金”、“到位资金”；性质不同：协议、完成。")


def test_refuses_visitors_and_revenue():
    assert rules(figures(("001", 40), ("001", 44))) == [Rule.METRIC, Rule.UNIT]


def test_refuses_actual_and_target():
    assert rules(figures(("001", 40), ("001", 42))) == [Rule.NATURE]


def test_refuses_a_year_and_a_cumulative_figure():
    series = make_series(metric=flow())
    parts = [yearly(series), yearly(series, "6元", YEAR_2020, accumulation="cumulative")]

    assert rules(parts) == [Rule.ACCUMULATION]


def test_refuses_rates_of_successive_years():
    result = refused(figures(("001", 36), ("001", 41)))

    assert [reason.words for reason in result.reasons] == [
        "“阿克苏地区 接待游客人次增长率”：比率不能相加"
    ]


def test_refuses_ranks():
    parts = figures(("003", 1), ("003", 3))

    assert Rule.KIND in rules(parts)


def test_refuses_figures_whose_accumulation_is_unclear():
    metric = flow()
    parts = [yearly(make_series(metric=metric), accumulation="unclear") for _ in range(2)]

    assert rules(parts) == [Rule.KIND, Rule.KIND]


def test_refuses_comparable_and_current_prices():
    series = make_series(metric=flow())
    parts = [yearly(series, price_basis="comparable"), yearly(series, period=YEAR_2020)]

    assert str(refused(parts)) == "不能相加：价格不同：可比价、现价。"


@pytest.mark.parametrize("prices", ["comparable", "current"])
def test_adds_figures_at_the_same_prices(prices):
    series = make_series(metric=flow())
    parts = [
        yearly(series, price_basis=prices),
        yearly(series, "6元", YEAR_2020, price_basis=prices),
    ]

    assert added(parts).value == 11


def test_refuses_years_before_and_from_a_break():
    series = make_series(metric=flow())
    parts = [yearly(series, "6元", YEAR_2020, obs_status="break"), yearly(series)]

    assert str(refused(parts)) == (
        f"不能相加：“{series}”从2020年起口径改变，与2019年的数不能相加。"
    )


def test_adds_years_from_a_break_on():
    series = make_series(metric=flow())
    parts = [yearly(series, obs_status="break"), yearly(series, "6元", YEAR_2020)]

    assert added(parts).value == 11


# What is refused: scope


def pair(first, second):
    """Two figures of one metric and year about two subjects."""
    metric = flow()
    return [
        yearly(make_series(metric=metric, **first)),
        yearly(make_series(metric=metric, **second)),
    ]


def nested_regions():
    prefecture = make_region(level="prefecture")
    village = make_region(parent=make_region(parent=prefecture))
    return {"region": prefecture}, {"region": village}


def nested_headquarters():
    province = make_headquarters()
    return {"headquarters": province}, {"headquarters": make_headquarters(parent=province)}


def nested_programs():
    program = make_program()
    return {"program": program}, {"program": make_program(parent=program)}


def part_of_the_next_version():
    first = make_program()
    second = make_program(predecessor=first)
    return {"program": first}, {"program": make_program(parent=second)}


def nested_sites():
    park = make_site()
    return {"site": park}, {"site": make_site(parent=park)}


def one_subject_with_two_scope_notes():
    region = make_region()
    return {"region": region, "scope_note": "线上"}, {"region": region, "scope_note": "含兵团"}


def two_programs_of_one_place():
    region = make_region()
    return (
        {"program": make_program(), "region": region},
        {"program": make_program(), "region": region},
    )


def two_programs():
    return {"program": make_program()}, {"program": make_program()}


def investor_and_its_local_firm():
    deal = make_investment(investor=make_enterprise(**code()), local_enterprise=make_enterprise())
    Enterprise.objects.filter(pk=deal.local_enterprise_id).update(**code())
    return {"enterprise": deal.investor}, {"enterprise": deal.local_enterprise}


def investor_of_the_parent_of_a_firm():
    deal = make_investment(investor=make_enterprise(**code()), local_enterprise=make_enterprise())
    firm = make_enterprise(parent=deal.local_enterprise, **code())
    return {"enterprise": deal.investor}, {"enterprise": firm}


def firms_of_which_nothing_is_known():
    return {"enterprise": make_enterprise()}, {"enterprise": make_enterprise()}


def association_and_firm():
    association = make_enterprise(kind="association", **code())
    return {"enterprise": association}, {"enterprise": make_enterprise(**code())}


def headquarters_of_a_province_and_its_city():
    province = make_region(code="331998", level="province")
    city = make_region(code="331997", parent=province)
    return (
        {"headquarters": make_headquarters(donor=province)},
        {"headquarters": make_headquarters(donor=city)},
    )


def two_headquarters_of_one_donor():
    donor = make_region(code="331996")
    return (
        {"headquarters": make_headquarters(donor=donor)},
        {"headquarters": make_headquarters(donor=donor)},
    )


def prefecture_and_division():
    prefecture = make_region(code="652998", level="prefecture")
    return {"region": prefecture}, {"region": make_region(code="XPCC-98", level="division")}


def platform_and_shop():
    return {"outlet": make_outlet(kind="platform")}, {"outlet": make_outlet(kind="online")}


def fairs_of_one_week():
    return (
        {"activity": make_activity(starts_on="2019-05-01", ends_on="2019-05-07")},
        {"activity": make_activity(starts_on="2019-05")},
    )


def fairs_without_date():
    return {"activity": make_activity()}, {"activity": make_activity(starts_on="2019-05")}


def separate_places_with_two_scope_notes():
    return {"region": make_region(), "scope_note": "含兵团"}, {"region": make_region()}


def narrower_cut():
    headquarters = make_headquarters()
    return {"headquarters": headquarters}, {"headquarters": headquarters, "region": make_region()}


def subjects_of_different_kinds():
    return {"region": make_region()}, {"site": make_site()}


def donor_and_recipient():
    return {"region": make_region(code="331999")}, {"region": make_region(code="652999")}


def area_without_border():
    return {"region": make_region(level="area")}, {"region": make_region()}


@pytest.mark.once
@pytest.mark.parametrize(
    "subjects",
    [
        nested_regions,
        nested_headquarters,
        nested_programs,
        part_of_the_next_version,
        nested_sites,
        one_subject_with_two_scope_notes,
        two_programs_of_one_place,
        two_programs,
        investor_and_its_local_firm,
        investor_of_the_parent_of_a_firm,
        firms_of_which_nothing_is_known,
        association_and_firm,
        headquarters_of_a_province_and_its_city,
        two_headquarters_of_one_donor,
        prefecture_and_division,
        platform_and_shop,
        fairs_of_one_week,
        fairs_without_date,
        separate_places_with_two_scope_notes,
        narrower_cut,
        subjects_of_different_kinds,
        donor_and_recipient,
        area_without_border,
    ],
)
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_refuses_overlapping_scope(subjects, turned):
    first, second = subjects()
    parts = pair(second, first) if turned else pair(first, second)

    assert rules(parts) == [Rule.SCOPE]


def separate_places():
    return "region", make_region(), make_region()


def divisions():
    return "region", make_region(code="XPCC-91"), make_region(code="XPCC-92")


def separate_sites():
    return "site", make_site(), make_site()


def projects_of_the_ledger():
    return "project", make_project(), make_project()


def deals_of_the_ledger():
    return "investment", make_investment(), make_investment()


def donors():
    rows = [make_headquarters(donor=make_region(code=f"33199{number}")) for number in range(2)]
    return "headquarters", *rows


def firms_with_codes():
    return "enterprise", make_enterprise(**code()), make_enterprise(**code())


def shops():
    return "outlet", make_outlet(kind="online"), make_outlet(kind="counter")


def fairs_of_two_months():
    return "activity", make_activity(starts_on="2019-05"), make_activity(starts_on="2019-06")


@pytest.mark.parametrize(
    "subjects",
    [
        separate_places,
        divisions,
        separate_sites,
        projects_of_the_ledger,
        deals_of_the_ledger,
        donors,
        firms_with_codes,
        shops,
        fairs_of_two_months,
    ],
)
def test_adds_what_the_record_shows_to_be_separate_and_says_by_what(subjects):
    kind, one, other = subjects()

    result = added(pair({kind: one}, {kind: other}))

    assert result.value == 10
    assert f"2 个主体互不重叠（{GROUNDS[kind]}）" in result.formula


def test_adds_money_of_two_programmes_in_two_places():
    result = added(
        pair(
            {"program": make_program(), "region": make_region()},
            {"program": make_program(), "region": make_region()},
        )
    )

    assert f"（{GROUNDS['region']}）" in result.formula


@pytest.mark.parametrize("unit", ["人", "名", "户"])
@pytest.mark.parametrize("subjects", [projects_of_the_ledger, separate_sites, shops])
def test_refuses_people_who_may_have_been_at_both(unit, subjects):
    kind, one, other = subjects()
    metric = make_metric(kind="flow", unit=unit)
    parts = [yearly(make_series(metric=metric, **{kind: row}), f"5{unit}") for row in (one, other)]

    assert rules(parts) == [Rule.SCOPE]
    assert "各计一次" in str(refused(parts))


@pytest.mark.parametrize(
    ("subjects", "unit", "kind"),
    [
        (separate_sites, "人次", "flow"),
        (separate_sites, "人", "stock"),
        (separate_places, "人", "flow"),
        (separate_sites, "家", "flow"),
    ],
)
def test_adds_people_who_can_be_counted_only_once(subjects, unit, kind):
    name, one, other = subjects()
    metric = make_metric(kind=kind, unit=unit)
    parts = [yearly(make_series(metric=metric, **{name: row}), f"5{unit}") for row in (one, other)]

    assert added(parts).value == 10


def parts_of_a_whole(subjects, metric=None, **whole):
    """Two figures of series that are parts of one whole."""
    metric = metric or flow()
    above = make_series(metric=metric, **whole)
    return [yearly(make_series(metric=metric, part_of=above, **row)) for row in subjects]


def test_adds_programmes_of_one_place_on_a_stated_ground():
    parts = parts_of_a_whole(two_programs_of_one_place(), parts_ground="学员名单没有重复")

    result = added(parts)

    assert result.value == 10
    whole = parts[0].series.part_of
    assert "2 个主体互不重叠（依据：学员名单没有重复）" in result.formula
    assert result.formula.endswith(f"“{whole}”的各部分不一定齐全，合计不一定是整体。")


def test_adds_people_of_two_programmes_only_on_a_stated_ground():
    people = make_metric(kind="flow", unit="人")
    metrics = {"metric": people}
    bare = [
        yearly(make_series(**metrics, **subjects), "5人")
        for subjects in two_programs_of_one_place()
    ]
    assert rules(bare) == [Rule.SCOPE]

    whole = make_series(**metrics, parts_ground="学员名单没有重复")
    stated = [
        yearly(make_series(**metrics, part_of=whole, **subjects), "5人")
        for subjects in two_programs_of_one_place()
    ]
    assert added(stated).value == 10


@pytest.mark.parametrize("statement", [{"parts_ground": "已核"}, {"has_complete_parts": True}])
@pytest.mark.parametrize("subjects", [nested_regions, investor_and_its_local_firm])
def test_no_statement_makes_separate_what_stands_one_in_the_other(subjects, statement):
    assert rules(parts_of_a_whole(subjects(), **statement)) == [Rule.SCOPE]


def test_an_investment_that_is_not_public_is_not_told_by_a_sum():
    deal = make_investment(
        investor=make_enterprise(**code()),
        local_enterprise=make_enterprise(**code()),
        review_state="draft",
    )

    parts = pair({"enterprise": deal.investor}, {"enterprise": deal.local_enterprise})

    assert added(parts).value == 10


def test_refuses_a_series_and_a_part_of_its_part():
    whole = make_series(metric=flow())
    middle = make_series(metric=whole.metric, part_of=whole)
    part = make_series(metric=whole.metric, part_of=middle)

    result = refused([yearly(whole), yearly(part)])

    assert [reason.words for reason in result.reasons] == [f"“{part}”是“{whole}”的其中一部分"]


def test_adds_separate_subjects_of_one_headquarters():
    headquarters = make_headquarters()
    parts = pair(
        {"headquarters": headquarters, "region": make_region()},
        {"headquarters": headquarters, "region": make_region()},
    )

    assert added(parts).value == 10


def test_refuses_outlets_and_kinds_that_do_not_make_them_up():
    result = refused(figures(("001", 4), ("001", 5), ("001", 6)))

    assert [reason.words for reason in result.reasons] == [
        "“十城百店·浙江省 营销网点数”的“其中”不齐全，各部分之和不是整体，彼此也可能重叠"
    ]
    assert rules(figures(("001", 3), ("001", 4))) == [Rule.SCOPE]


def test_refuses_tons_of_two_scopes_in_successive_windows():
    result = refused(figures(("001", 7), ("002", 7)))

    assert [reason.words for reason in result.reasons] == [
        "范围说明不同：“阿克苏特色农产品”和“含第一师阿拉尔市”"
    ]


def test_refuses_park_funds_of_two_headquarters_and_scopes():
    result = refused(figures(("000", 17), ("002", 1)))

    assert {reason.rule for reason in result.reasons} == {
        Rule.METRIC,
        Rule.SCOPE,
        Rule.UNKNOWN_PERIOD,
    }


def test_refuses_prefecture_and_city():
    metric = flow()
    prefecture = figure("001", 35).series.region
    city = figure("000", 22).series.region

    result = refused(
        [
            yearly(make_series(metric=metric, region=prefecture)),
            yearly(make_series(metric=metric, region=city)),
        ]
    )

    assert str(result) == ("不能相加：“阿克苏地区”和“阿克苏市”是上下级或整体与部分，范围重叠。")


# What is refused: time


def test_refuses_a_stock_at_two_times():
    parts = figures(("003", 17), ("003", 18))

    result = refused(parts)

    assert [reason.words for reason in result.reasons] == [
        f"“{parts[0].series}”是存量，两个时间的数（2014年、截至2024年6月底）不能相加"
    ]


def test_refuses_cumulative_windows_that_overlap():
    series = make_series(metric=flow())
    longer = {"period_start": date(2019, 1, 1), "period_end": date(2020, 12, 31)}
    parts = [
        yearly(series, accumulation="cumulative"),
        yearly(series, "9元", longer, accumulation="cumulative"),
    ]

    result = refused(parts)

    assert [reason.words for reason in result.reasons] == [
        f"“{series}”的期间重叠：2019年和2019—2020年"
    ]


def years(first, last=None):
    return {"period_start": date(first, 1, 1), "period_end": date(last or first, 12, 31)}


@pytest.mark.parametrize("accumulation", ["period", "cumulative"])
@pytest.mark.parametrize(
    "periods",
    [
        [years(2016), years(2019)],
        [years(2014, 2016), years(2018)],
        [years(2016), years(2017), years(2019)],
        [
            {"period_start": date(2019, 1, 1), "period_end": date(2019, 6, 30)},
            {"period_start": date(2019, 8, 1), "period_end": date(2019, 12, 31)},
        ],
    ],
)
def test_refuses_periods_with_a_gap_between_them(periods, accumulation):
    series = make_series(metric=flow())

    result = refused([yearly(series, "5元", one, accumulation=accumulation) for one in periods])

    assert [reason.rule for reason in result.reasons] == [Rule.PERIOD]
    assert "没有数字" in str(result)
    assert "前后相接" not in str(result)


def test_refuses_versions_of_a_programme_with_a_gap_between_them():
    metric, first = flow(), make_program()
    series = (
        make_series(metric=metric, program=one) for one in (first, make_program(predecessor=first))
    )

    parts = [yearly(next(series), "5元", years(2016)), yearly(next(series), "6元", years(2019))]

    assert rules(parts) == [Rule.PERIOD]


def test_adds_halves_of_a_year_that_meet():
    series = make_series(metric=flow())
    halves = [
        {"period_start": date(2019, 1, 1), "period_end": date(2019, 6, 30)},
        {"period_start": date(2019, 7, 1), "period_end": date(2019, 12, 31)},
    ]

    assert "前后相接" in added([yearly(series, "5元", half) for half in halves]).formula


def test_refuses_two_statements_about_one_year():
    series = make_series(metric=flow())

    result = refused([yearly(series), yearly(series, "6元")])

    assert [reason.words for reason in result.reasons] == [
        f"“{series}”在2019年有两个说法（5元、6元），只能取一个"
    ]


def test_refuses_a_programme_and_its_successor_over_one_year():
    first = make_program()

    assert rules(pair({"program": first}, {"program": make_program(predecessor=first)})) == [
        Rule.PERIOD
    ]


def test_refuses_separate_subjects_over_different_years():
    metric = flow()
    parts = [
        yearly(make_series(metric=metric)),
        yearly(make_series(metric=metric), period=YEAR_2020),
    ]

    assert rules(parts) == [Rule.PERIOD]


def test_refuses_stocks_of_separate_places_on_different_days():
    metric = make_metric()
    parts = [
        make_observation(series=make_series(metric=metric), as_of=date(2019, month, 1))
        for month in (1, 2)
    ]

    assert rules(parts) == [Rule.PERIOD]


@pytest.mark.parametrize(
    ("accumulation", "period", "missing"),
    [
        ("period", {}, "没有注明期间"),
        ("point", {}, "没有注明时间"),
        ("cumulative", {"as_of": date(2019, 12, 31)}, "没有注明从何时起累计"),
    ],
)
def test_refuses_an_unknown_period(accumulation, period, missing):
    metric = flow()
    parts = [
        make_observation(
            series=make_series(metric=metric), printed="5元", accumulation=accumulation, **period
        )
        for _ in range(2)
    ]

    result = refused(parts)

    assert [reason.rule for reason in result.reasons] == [Rule.UNKNOWN_PERIOD, Rule.UNKNOWN_PERIOD]
    assert missing in result.reasons[0].words


# Explanations


def test_explanation_of_a_total_links_its_parts():
    explanation = added(figures(("003", 22), ("003", 24))).explain()

    assert explanation.amount == "135万人次（134—136万人次）"
    assert [(line.name, line.words) for line in explanation.parts] == [
        ("库车大峡谷 接待游客人次（2023年）", "75万人次"),
        ("库车王府 接待游客人次（2023年）", "60万人次"),
    ]
    assert explanation.parts[0].url == figure("003", 22).get_absolute_url()


def test_explanation_of_a_refusal_is_kept_short():
    metric, region = flow(), make_region()
    parts = [
        yearly(make_series(metric=metric, region=region, scope_note=f"范围{number}"))
        for number in range(5)
    ]

    explanation = total(parts).explain()

    assert len(explanation.reasons) == 7
    assert explanation.reasons[-1] == "另有 4 处"


def test_total_asks_few_queries(django_assert_num_queries):
    parts = figures(*(("gmrb-2022-03-21", number) for number in (1, 3, 5, 7, 9)))

    with django_assert_num_queries(6):
        total(parts)


# Ledgers


def ledger_total(rows, name):
    (found,) = sums_of(list(with_sums(rows, [name])), rows, [name])
    return found


def test_ledger_total_counts_what_is_unknown():
    for amount in (Decimal("100.5"), Decimal(0), None):
        make_project(code=f"LT-{amount}", total_amount=amount)

    result = ledger_total(Project.objects.filter(code__startswith="LT-"), "total_amount")

    assert (result.amount, result.known, result.unknown) == (Decimal("100.5"), 2, 1)
    assert result.formula == "“总投资”2 项合计，另有 1 项金额未知，未计入。"


def test_ledger_total_of_unknown_amounts_is_not_0():
    row = make_investment(code="LI-1")

    result = ledger_total(Investment.objects.filter(pk=row.pk), "agreed_amount")

    assert (result.amount, result.words) == (None, "1 项没有给出金额")
    assert result.formula == "1 项的金额都未知，没有相加。"


def test_ledger_total_of_no_rows():
    assert ledger_total(Project.objects.none(), "total_amount").formula == "没有记录。"


def test_ledger_total_explains_itself(django_assert_num_queries):
    small = make_project(code="LX-1", total_amount=1)
    large = make_project(code="LX-2", total_amount=20000)
    blank = make_project(code="LX-3")
    rows = Project.objects.filter(code__startswith="LX-")

    with django_assert_num_queries(1):
        ((_, explanation),) = explained_totals(rows, ["total_amount"])

    assert [(line.name, line.words) for line in explanation.parts] == [
        (large.name, "2亿元"),
        (small.name, "1万元"),
    ]
    assert [line.name for line in explanation.exclusions] == [blank.name]
    assert explanation.unshown == 0
