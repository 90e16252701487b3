from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.reading.figures import FigureError, Qualifier, parse

# printed, value, lower, upper, qualifier, unit
PRINTED = [
    ("9.11 亿元", "911000000", "910500000", "911500000", "exact", "元"),
    ("25 万吨", "250000", "245000", "255000", "exact", "吨"),
    ("37 亿千瓦时", "3700000000", "3650000000", "3750000000", "exact", "千瓦时"),
    ("11.52 万亩", "115200", "115150", "115250", "exact", "亩"),
    ("1000万人次", "10000000", "9995000", "10005000", "exact", "人次"),
    ("805.29 亿", "80529000000", "80528500000", "80529500000", "exact", ""),
    ("2646 家", "2646", "2646", "2646", "exact", "家"),
    ("600 元", "600", "600", "600", "exact", "元"),
    ("579.8 元", "579.8", "579.75", "579.85", "exact", "元"),
    ("1,234.5元", "1234.5", "1234.45", "1234.55", "exact", "元"),
    ("１２３家", "123", "123", "123", "exact", "家"),
    ("585\n\n人次", "585", "585", "585", "exact", "人次"),
    ("76.8%", "76.8", "76.75", "76.85", "exact", "%"),
    ("50％", "50", "49.5", "50.5", "exact", "%"),
    ("12.345%", "12.345", "12.344", "12.346", "exact", "%"),
    ("0%", "0", "0", "0.5", "exact", "%"),
    ("7.6倍", "7.6", "7.55", "7.65", "exact", "倍"),
    ("4倍", "4", "3.5", "4.5", "exact", "倍"),
    ("1.2个百分点", "1.2", "1.15", "1.25", "exact", "个百分点"),
    ("百分之七点六", "7.6", "7.55", "7.65", "exact", "%"),
    ("三分之二", "66.667", "66.666", "66.668", "exact", "%"),
    ("六成", "60", "55", "65", "exact", "%"),
    ("一半", "50", "45", "55", "exact", "%"),
    ("翻一番", "1", "1", "1", "exact", "番"),
    ("翻番", "1", "1", "1", "exact", "番"),
    ("两年", "2", "2", "2", "exact", "年"),
    ("两批", "2", "2", "2", "exact", "批"),
    ("六大", "6", "6", "6", "exact", "大"),
    ("三十五家", "35", "35", "35", "exact", "家"),
    ("一百二十个", "120", "120", "120", "exact", "个"),
    ("一亿五千万元", "150000000", "149995000", "150005000", "exact", "元"),
    ("五千瓦", "5", "5", "5", "exact", "千瓦"),
    ("半个月", "0.5", "0.5", "0.5", "exact", "个月"),
    ("两年半", "2.5", "2.5", "2.5", "exact", "年"),
    ("1个半月", "1.5", "1.5", "1.5", "exact", "个月"),
    ("首位", "1", "1", "1", "exact", "位"),
    ("排名第三", "3", "3", "3", "exact", "位"),
    ("第3", "3", "3", "3", "exact", "位"),
    ("超过30 亿元", "3000000000", "3000000000", None, "over", "元"),
    ("突破600万人次", "6000000", "6000000", None, "over", "人次"),
    ("首破10亿大关", "1000000000", "1000000000", None, "over", ""),
    ("1000 万个以上", "10000000", "10000000", None, "over", "个"),
    ("千万以上", "10000000", "10000000", None, "over", ""),
    ("破千万元", "10000000", "10000000", None, "over", "元"),
    ("上千家", "1000", "1000", None, "over", "家"),
    ("一半以上", "50", "50", None, "over", "%"),
    ("过半", "50", "50", None, "over", "%"),
    ("不足百家", "100", "0", "100", "under", "家"),
    ("不超过3个", "3", "0", "3", "under", "个"),
    ("5%以内", "5", "0", "5", "under", "%"),
    ("20多家", "20", "20", "30", "more", "家"),
    ("2000 余家", "2000", "2000", "3000", "more", "家"),
    ("475余人", "475", "475", "476", "more", "人"),
    ("1000余元/户", "1000", "1000", "2000", "more", "元/户"),
    ("40多亿元", "4000000000", "4000000000", "5000000000", "more", "元"),
    ("190多亿元", "19000000000", "19000000000", "20000000000", "more", "元"),
    ("1100多亿元", "110000000000", "110000000000", "120000000000", "more", "元"),
    ("2 万多个", "20000", "20000", "30000", "more", "个"),
    ("50万余人", "500000", "500000", "600000", "more", "人"),
    ("1.5万多", "15000", "15000", "16000", "more", ""),
    ("千余人", "1000", "1000", "2000", "more", "人"),
    ("十几家", "10", "10", "20", "more", "家"),
    ("5年多", "5", "5", "6", "more", "年"),
    ("10年多", "10", "10", "11", "more", "年"),
    ("10多年", "10", "10", "20", "more", "年"),
    ("半年多", "0.5", "0.5", "1", "more", "年"),
    ("近2000人", "2000", "1800", "2000", "nearly", "人"),
    ("近亿元", "100000000", "90000000", "100000000", "nearly", "元"),
    ("近六成", "60", "54", "60", "nearly", "%"),
    ("近半个月", "0.5", "0.45", "0.5", "nearly", "个月"),
    ("约35万平方米", "350000", "315000", "385000", "about", "平方米"),
    ("100个左右", "100", "90", "110", "about", "个"),
    ("达4.3亿元", "430000000", "425000000", "435000000", "exact", "元"),
]

RANGES = [
    ("1—2万名", "10000", "20000", "10000", "20000", "名"),
    ("4000—7000元", "4000", "7000", "4000", "7000", "元"),
    ("4000元至7000元", "4000", "7000", "4000", "7000", "元"),
    ("5000—1万元", "5000", "10000", "5000", "10000", "元"),
    ("5%-10%", "5", "10", "5", "10", "%"),
    ("五到七成", "50", "70", "50", "70", "%"),
    ("五六名", "5", "6", "5", "6", "名"),
    ("三五个", "3", "5", "3", "5", "个"),
    ("十五六岁", "15", "16", "15", "16", "岁"),
    ("七八百万元", "7000000", "8000000", "7000000", "8000000", "元"),
    ("三至五百家", "300", "500", "300", "500", "家"),
    ("约1—2万", "10000", "20000", "9000", "22000", ""),
    ("20—30余家", "20", "30", "20", "40", "家"),
    ("2—3万元以上", "20000", "30000", "20000", None, "元"),
]

NO_FIGURES = {
    "": "应有1到40个字",
    "元": "不认识",
    "近": "不认识",
    "亿元": "前面缺少数字",
    "NaN": "不认识",
    "1e9": "不认识",
    "-5元": "不认识",
    "负5家": "不认识",
    "第3家": "不认识",
    "数据": "没有写出数字",
    "三五九": "不是一个数",
    "一百二家": "两种读法",
    "0余家": "0 不能带",
    "1234567890123456元": "数字多于15位",
    "12.3456元": "小数多于三位",
    "1万亿元": "达到一万亿",
    "9999多亿元": "达到一万亿",
    "3—1家": "前一个数应小于后一个数",
    "3家—5元": "单位不一致",
    "超过5家以内": "互相矛盾",
    "零分之一": "分母不能是0",
    "1" * 41: "应有1到40个字",
}


def decimal(text):
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(("printed", "value", "lower", "upper", "qualifier", "unit"), PRINTED)
def test_parse_single_figures(printed, value, lower, upper, qualifier, unit):
    expected = (decimal(value), None, decimal(lower), decimal(upper), Qualifier(qualifier), unit)
    assert parse(printed).meaning == expected


@pytest.mark.parametrize(("printed", "value", "high", "lower", "upper", "unit"), RANGES)
def test_parse_ranges(printed, value, high, lower, upper, unit):
    bounds = (decimal(lower), decimal(upper))
    expected = (decimal(value), decimal(high), *bounds, Qualifier.RANGE, unit)
    assert parse(printed).meaning == expected


def test_parse_a_vague_number_has_bounds_and_no_value():
    expected = (None, None, Decimal(20), Decimal(100), Qualifier.ABOUT, "位")
    assert parse("几十位").meaning == expected


def test_parse_keeps_the_printed_words_and_the_scale():
    figure = parse(" 超过30 亿元 ")
    assert (figure.printed, figure.scale) == ("超过30 亿元", Decimal(10**8))


@pytest.mark.parametrize(
    ("printed", "qualifier"),
    [
        ("近3万以上", "over"),
        ("约20余家", "more"),
        ("近100个左右", "about"),
        ("不足20余家", "under"),
    ],
)
def test_parse_of_two_hedges_follows_the_one_that_allows_more(printed, qualifier):
    assert parse(printed).qualifier == qualifier


@pytest.mark.parametrize("printed", NO_FIGURES)
def test_parse_refuses_with_a_reason_and_an_example(printed):
    with pytest.raises(FigureError) as caught:
        parse(printed)
    message = str(caught.value)
    assert NO_FIGURES[printed] in message
    assert message.endswith("可以写成“9.11亿元”“超过30亿元”“475余人”“1—2万名”“近六成”这样。")


HEDGES = ["", "超过", "不足", "近", "约", "达"]
SCALES = ["", "百", "千", "万", "亿", "百万"]
UNITS = ["", "元", "家", "人次", "元/户", "%", "倍", "个百分点", "千瓦时", "成", "年", "个月"]
AFTER = ["", "以上", "左右", "多", "半"]
NUMERALS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.decimals(0, 10**4, places=2).map(str),
    st.sampled_from(["两", "十", "三十五", "一百二十", "千", "万", "七点六", "半", "几十", "五六"]),
)
NUMBERS = st.one_of(NUMERALS, st.builds("{}—{}".format, NUMERALS, NUMERALS))


@st.composite
def printed_figures(draw):
    parts = (HEDGES, None, ["", "多", "余"], SCALES, UNITS, AFTER)
    return "".join(draw(st.sampled_from(part) if part else NUMBERS) for part in parts)


def parse_or_none(printed):
    try:
        return parse(printed)
    except FigureError:
        return None


@given(printed_figures())
def test_bounds_hold_the_value_and_fit_the_column(printed):
    figure = parse_or_none(printed)
    if figure is None or figure.value is None:
        return
    highest = figure.value_high or figure.value
    assert 0 <= figure.lower <= figure.value <= highest
    assert figure.upper is None or highest <= figure.upper < 10**12
    assert figure.value == figure.value.quantize(Decimal("0.001"))


@given(
    st.text(alphabet="0123456789.,-—eN 一二两三十百千万亿半几数多余近约第分之成元个%/", max_size=45)
)
def test_parse_of_any_characters_raises_nothing_but_figure_error(printed):
    parse_or_none(printed)
