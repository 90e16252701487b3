"""What the checks say of the five documents: just what issue and documents call for."""

import pytest

from projects.checks.verdicts import Result
from projects.tests.figure_sets import verdicts

pytestmark = pytest.mark.django_db

SUMS_OF_FIVE_CATEGORIES = {
    ("parts", *sorted(f"{code}#{number}" for number in range(first, 13, 2)))
    for code in ("gmr", "cfg")
    for first in (1, 2)
}
PARK = "sites:aksu-ecommerce-park-2019"


def short(key):
    """`001#41` of `001_3c903b8bc122f77e#41`."""
    code, number = key.split("#")
    return f"{code[:3]}#{number}"


@pytest.fixture
def found(db):
    """The verdicts by rule and the figures they concern."""
    rows = verdicts()
    return {
        (one.kind.value, *sorted(short(row.key) for row in one.observations)): one for one in rows
    }


def of(found, result):
    return {key for key, one in found.items() if one.result == result}


def test_contradictions_are_just_these(found):
    assert of(found, Result.CONTRADICTION) == {
        ("growth", "001#35", "001#40", "001#41"),
        ("growth", "001#37", "001#44", "001#45"),
        ("parts", "000#15", "000#6"),
    }


def test_candidates_are_just_these(found):
    assert of(found, Result.CANDIDATE) == {
        ("lookalike", "000#19", "001#56"),
        ("lookalike", "002#2", "003#18"),
        ("lookalike", "000#16", "000#22"),
        ("dates",),
    }


def test_what_cannot_be_checked(found):
    assert of(found, Result.UNCHECKED) == {
        ("ratio", "003#14", "003#16"),
        ("growth", "000#20", "000#21"),
        ("growth", "001#35", "001#36"),
        ("growth", "001#37", "001#38"),
        ("growth", "003#22", "003#23"),
        ("growth", "003#24", "003#25"),
        ("ratio", "002#10", "002#9"),
    }


def test_what_holds(found):
    assert of(found, Result.HOLDS) == {
        ("ratio", "001#40", "001#42", "001#43"),
        ("ratio", "001#44", "001#46", "001#47"),
        ("ratio", "001#40", "001#44", "001#48"),
        ("ratio", "001#35", "001#37", "001#39"),
        ("growth", "003#13", "003#14", "003#15"),
        ("ledger", "003#35"),
        ("ledger", "003#36"),
        ("ledger", "003#40"),
        # Amounts of ledgers that name the figure they were taken from.
        ("ledger", "000#8"),
        ("ledger", "000#17"),
        ("ledger", "001#18"),
        ("ledger", "002#11"),
        *SUMS_OF_FIVE_CATEGORIES,
    }


@pytest.mark.once
@pytest.mark.parametrize(
    "silent",
    [
        ("001#3", "001#4", "001#5", "001#6"),
        ("000#17", "002#1", "003#26"),
        ("001#7", "002#7"),
        ("001#8", "002#8"),
        ("002#18", "002#30"),
        ("002#23", "002#25"),
    ],
)
def test_nothing_is_said_of_these_together(found, silent):
    assert [key for key in found if len({*key} & {*silent}) > 1] == []


def test_growth_of_visitors_cannot_be_what_is_printed(found):
    assert found["growth", "001#35", "001#40", "001#41"].computation == (
        "阿克苏地区 接待游客人次增长率（2019年）：892.18万÷600万以上 → 增长不超过48.7%，原文76.8%；"
        "要增长76.8%，2018年须约504.6万人次（504.5万人次至504.8万人次），"
        "或2019年须约1061万人次（不低于1061万人次）。"
    )


def test_growth_of_revenue_compares_two_names(found):
    assert found["growth", "001#37", "001#44", "001#45"].computation == (
        "阿克苏地区 旅游总收入增长率（2019年）：51.73亿÷39.31亿 → 增长31.6%，原文53.3%；"
        "39.31亿元：文献此处称旅游总消费，次年称旅游总收入；"
        "要增长53.3%，2018年须约33.74亿元（33.73亿元至33.76亿元），"
        "或2019年须约60.26亿元（60.23亿元至60.29亿元）。"
    )


def test_one_firm_has_more_jobs_than_its_park(found):
    assert found["parts", "000#15", "000#6"].computation == (
        "近2000人（阿克苏浙疆果业有限公司 就业人数（已投产项目），2018年6月—2020年6月，推断）"
        "至少1800人，"
        "高于它所在的上一级：475余人（浙江产业园(西工业园) 就业人数（已投产项目），"
        "2010年1月—2020年6月，推断）只有475人至476人；"
        "要相符，前者须不超过476人，或后者须不少于1800人。"
    )


def test_share_of_the_prefecture_says_what_its_sales_would_be(found):
    assert found["ratio", "003#14", "003#16"].computation == (
        "阿克苏市 网络零售额占比（占阿克苏地区）（2023年）：34.24亿÷？，原文近六成；"
        "没有阿克苏地区 网络零售额（2023年）的数，要相符须约57.07亿元（57.06亿元至63.42亿元）。"
    )


def test_growth_without_a_base_says_what_it_would_be(found):
    assert found["growth", "001#35", "001#36"].computation == (
        "阿克苏地区 接待游客人次增长率（2018年）：600万以上÷？，原文50%；"
        "没有阿克苏地区 接待游客人次（2017年）的数，要相符须约400万人次（不低于398.7万人次）。"
    )
    assert found["growth", "000#20", "000#21"].computation == (
        "阿克苏市 活跃电商数增长率（2016年1月1日—2020年6月13日，推断）："
        "2600以上（2020年1月1日—2020年6月13日，推断）÷？，原文45%；"
        "没有阿克苏市 活跃电商数（2016年）的数，要相符须约1793家（不低于1787家）。"
    )


@pytest.mark.once
@pytest.mark.parametrize(
    ("key", "computation"),
    [
        (
            ("ratio", "001#40", "001#42", "001#43"),
            "阿克苏地区 接待游客人次目标完成率（2019年）：892.18万÷1000万 → 89.2%，原文89.2%。",
        ),
        (
            ("ratio", "001#44", "001#46", "001#47"),
            "阿克苏地区 旅游总收入目标完成率（2019年）：51.73亿÷56亿 → 92.4%，原文92.4%。",
        ),
        (
            ("ratio", "001#40", "001#44", "001#48"),
            "阿克苏地区 旅游人均消费（2019年）：51.73亿÷892.18万 → 579.8元，原文579.8 元。",
        ),
        (
            ("growth", "003#13", "003#14", "003#15"),
            "阿克苏市 网络零售额增长倍数（2014—2023年）：34.24亿÷4亿 → 增长7.6倍，原文7.6倍。",
        ),
        (
            ("ratio", "001#35", "001#37", "001#39"),
            "阿克苏地区 旅游人均消费（2018年）：39.31亿÷600万以上 → 不超过655.3元，原文600 元；"
            "相符要求阿克苏地区 接待游客人次（2018年）约655.2万人次（654.5万人次至655.8万人次）。",
        ),
        (
            ("ledger", "003#40"),
            "阿克苏地区 国家级电商进农村综合示范县数（截至2020年底）：原文5个，荣誉台账5项："
            "阿克苏市（2015年7月）、库车市（2016年）、乌什县（2016年）、柯坪县（2017年）、"
            "新和县（2020年）。",
        ),
    ],
)
def test_what_holds_shows_its_computation(found, key, computation):
    assert found[key].computation == computation


def test_seven_awards_to_six_counties_are_seven(found):
    verdict = found["ledger", "003#35"]
    assert len(verdict.records) == 7
    assert verdict.computation.count("乌什县") == 2


def test_the_park_opened_in_march_and_in_may(found):
    verdict = found["dates",]
    assert verdict.key == f"dates:opened:{PARK}"
    assert verdict.computation == (
        "同一件事有不同的日期：阿克苏市电商产业园新园启用，"
        "2019年3月（活动“阿克苏市电商搬入新电商大楼”），"
        "2019年5月（活动“阿克苏市电商产业园新园启用”），2019年5月（场所记录）。"
    )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (("lookalike", "000#19", "001#56"), "数字相同，指标、主体、期间不同"),
        (("lookalike", "000#16", "000#22"), "数字相同，指标不同"),
        (("lookalike", "002#2", "003#18"), "数字相同，指标、主体、范围、期间不同"),
    ],
)
def test_lookalikes_say_what_differs(found, key, words):
    assert found[key].computation.split("：")[-1] == f"{words}，不要混用。"


def test_keys_are_short_and_each_rule_names_its_figures(found):
    keys = [one.key for one in found.values()]
    assert len(set(keys)) == len(keys)
    assert max(map(len, keys)) <= 200
    assert found["growth", "001#35", "001#40", "001#41"].key == "growth:001_3c903b8bc122f77e#41"
