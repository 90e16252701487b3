from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.reading.figures import FigureError, parse
from projects.reading.phrases import coverage, find

SOURCES = Path(__file__).resolve().parents[3] / "shared" / "sources"

KINDS = {
    "figure": [
        "超过30 亿元", "475余人", "1—2万名", "2646 家", "4000—7000元", "2 万多个", "1000余元/户",
        "首破10亿", "1000 万个以上", "805.29 亿", "892.18 万人次", "37 亿千瓦时", "19省市",
        "50%左右", "5年多", "585\n\n人次", "1,234.5万元", "１２３家", "30%", "1/3", "3 万",
        "近六成", "一半以上", "过半", "近亿元", "破千万元", "千余人", "千万以上", "几十位",
        "五六名", "两年", "两批", "三种", "五张", "半个月", "近半个月", "一倍", "翻一番",
        "百分之五十以上", "三分之二", "上千家", "十几家", "好几家", "三至五年", "一个半月",
        "首位", "第一位", "排名第三", "近三十年", "1万多亿元", "5百多万人", "1亿3千多万人",
        "1个多亿", "6个多小时", "一点五亿元", "1万6千户", "1 200万元", "5 000余人",
        "18.3/10万以下", "110千伏", "三十五千瓦时",
        "超九成五", "三成五", "九成多", "-3.5%", "零下20℃", "约有300家", "约占30%", "10%到15%",
        "2000至3000元", "6.5%－7%", "一千五六百人", "2、3家", "百分之八至九", "千分之二点五",
        "最高达10万元", "最低3000元", "不止100家", "500元起", "30亿元出头", "100家（含）以上",
        "千人上下", "达百亿元", "四县", "半年", "十几万人", "一百几十人", "二十来万人", "30来家",
        "壹佰万元", "翻了近一番", "1:1.5", "80元/人·天", "5.6万人（次）", "1.2万㎡", "近万亿元",
        "12.5\n亿元", "3000万人民币", "半亿元", "2 000至3 000元", "US$300万",
        "翻了两番多", "5台（套）", "100多万只（羽）", "20几家", "直逼千亿元", "一半多",
    ],
    "date": [
        "2019年", "2012年3月", "4月18日", "2020年—2022年", "2020—2022年", "10月", "6月初",
        "2021年6月底", "2019年年底", "2019 年上半年", "7月中旬", "前5个月", "前五个月", "15:35:57",
        "2020年01月19日 15:35:57", "2020-01-19", "5月28日—30日", "两年前", "近十年来", "近三年",
        "二〇二〇年", "三月五日", "90年代", "2024", "3时30分", "19日", "19世纪", "2016—2020年",
        "2016—2020",
    ],
    "name": [
        "15115计划", "9810跨境电商模式", "120急救中心", "221团", "第一师", "一师", "第十四师",
        "三五九", "十城百店", "百村千厂", "万亩亿元", "一二三产", "长三角", "三大工程", "5·19",
        "2.0版", "4个+", "5A级", "G30",
        "60后", "3D", "PM2.5", "1+2", "7∶3", "0998-1234567", "13912345678",
    ],
    "ordinal": [
        "第5家", "第3个", "首批", "首期", "首个", "首家", "首届", "第十批", "第十一批",
        "第二、三次", "第七次", "第一个月", "二次", "一期", "十周年", "（1）",
    ],
}  # fmt: skip
CASES = [(text, kind) for kind, texts in KINDS.items() for text in texts]

IDIOMS = [
    "一起", "一些", "统一", "一边", "一产", "一线", "一样", "一体", "一家", "一份", "一个",
    "一批", "一系列", "一种", "一方面", "一批又一批", "一项项", "十分", "千方百计",
    "千山万水", "不近千山万水", "千家万户", "百年大计", "两地", "双方", "两省", "两岸",
    "四川", "三亚", "七台河", "一成不变", "统一成立", "大半", "上半年", "以上百姓",
    "成千上万", "近年来", "进一步", "许多", "万元", "第三方", "首先", "三年级", "几家",
]  # fmt: skip


def found(text, names=()):
    return [(phrase.text, phrase.kind) for phrase in find(text, names)]


@pytest.mark.parametrize(("text", "kind"), CASES, ids=[text for text, _ in CASES])
def test_find_kind_and_extent(text, kind):
    assert found(f"甲{text}，") == [(text, kind)]


@pytest.mark.parametrize("idiom", IDIOMS)
def test_find_nothing_in_words_that_only_contain_a_numeral(idiom):
    assert found(f"为{idiom}。") == []


@pytest.mark.parametrize("name", ["76331", "12345", "90后", "十三五", "双十一", "最多跑一次"])
def test_find_a_name_alone_in_quotation_marks(name):
    assert found(f"这是“{name}”的") == [(name, "name")]


def test_find_a_figure_within_a_quotation():
    assert found("“共有近200人参加”") == [("近200人", "figure")]


def test_find_numbers_that_touch_each_other():
    assert found("10栋1250平方米") == [("10栋", "figure"), ("1250平方米", "figure")]


def test_find_two_figures_where_one_becomes_the_other():
    assert found("从300家到800家") == [("300家", "figure"), ("800家", "figure")]


@pytest.mark.parametrize("mark", ["1.", "1．", "2、", "（3）"])
def test_find_the_number_of_a_heading_is_no_figure(mark):
    assert [kind for _, kind in found(f"概况\n{mark} 完善机制")] == ["ordinal"]


def test_find_four_months_earlier_but_not_the_first_four_months():
    assert found("提前4个月完工，前4个月") == [("4个月", "figure"), ("前4个月", "date")]


def test_find_does_not_join_the_cells_of_a_table():
    assert found("12\t亿元\t3   万吨") == [("12", "figure"), ("3", "figure")]


def test_find_numbers_of_a_list_share_the_scale_and_unit_of_the_last():
    phrases = find("投资3.1、3.5、4.2亿元，增长1.7、0.2和4.0个百分点，15家、41家")
    assert [(phrase.text, phrase.shared) for phrase in phrases] == [
        ("3.1", "亿元"),
        ("3.5", "亿元"),
        ("4.2亿元", ""),
        ("1.7", "个百分点"),
        ("0.2", "个百分点"),
        ("4.0个百分点", ""),
        ("15家", ""),
        ("41家", ""),
    ]
    assert parse(phrases[0].printed).meaning == parse("3.1亿元").meaning


def test_find_a_rank_before_which_its_field_is_named():
    assert found("居全国第三，") == [("第三", "figure")]


def test_find_given_names_first_and_the_longer_before_the_shorter():
    names = ["千企", "千企入疆2期", "无数字", ""]
    assert found("千企入疆2期共3家，千企", names) == [
        ("千企入疆2期", "name"),
        ("3家", "figure"),
        ("千企", "name"),
    ]


def test_find_a_name_does_not_reach_into_a_larger_number():
    assert found("共1234家", ["234"]) == [("1234家", "figure")]


def test_find_reports_where_phrases_stand():
    phrase = find("共有2646 家。")[0]
    assert (phrase.start, phrase.end) == (2, 8)


def test_coverage_sorts_figures_by_the_spans_that_overlap():
    text = "2019年有15家、41家、136家、408家"
    phrases = find(text)
    places = {phrase.text: (phrase.start, phrase.end) for phrase in phrases}
    result = coverage(
        phrases,
        recorded_spans=[places["15家"], places["41家"]],
        skipped_spans=[(places["41家"][0] - 1, places["136家"][1] - 1), (0, 4)],
    )
    assert [phrase.text for phrase in result.recorded] == ["15家", "41家"]
    assert [phrase.text for phrase in result.skipped] == ["136家"]
    assert [phrase.text for phrase in result.open] == ["408家"]


def test_coverage_of_spans_that_only_touch_leaves_a_figure_open():
    phrases = find("共15家。")
    assert coverage(phrases, [(0, 1), (4, 5)], []).open == phrases


ATOMS = [
    "1", "2", "30", "2019", "1,234", "9.11", "一", "二", "两", "三", "十", "百", "千", "万",
    "亿", "零", "半", "几", "数", "多", "余", "近", "约", "超过", "第", "首", "以上", "左右",
    "—", "至", "到", "年", "月", "日", "个", "家", "元", "%", "成", "倍", "/", "·", ":",
    "“", "”", "。", "第一", "前", "居", "A", " ", "\n",
]  # fmt: skip


def assert_digits_are_covered_once(text, phrases):
    assert all(before.end <= after.start for before, after in pairwise(phrases))
    assert all(text[phrase.start : phrase.end] == phrase.text for phrase in phrases)
    covered = {index for phrase in phrases for index in range(phrase.start, phrase.end)}
    digits = {index for index, character in enumerate(text) if character.isdecimal()}
    assert digits <= covered


@given(st.lists(st.sampled_from(ATOMS), max_size=30).map("".join))
def test_find_covers_every_digit_once(text):
    assert_digits_are_covered_once(text, find(text))


@pytest.mark.parametrize("piece", ["1", "1,", "一", "“一", "第一、"])
def test_find_does_not_stall_on_a_long_text(piece):
    text = piece * (200_000 // len(piece))
    assert_digits_are_covered_once(text, find(text))


def source_texts():
    paths = sorted(SOURCES.glob("*.txt")) if SOURCES.is_dir() else []
    return [pytest.param(path.read_bytes().decode(), id=path.stem[:3]) for path in paths]


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source documents are not here")
@pytest.mark.parametrize("text", source_texts())
def test_find_covers_every_digit_of_the_documents_once(text):
    assert_digits_are_covered_once(text, find(text))


def is_readable(printed):
    try:
        parse(printed)
    except FigureError:
        return False
    return True


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source documents are not here")
@pytest.mark.parametrize("text", source_texts())
def test_find_figures_of_the_documents_that_can_be_read(text):
    figures = [phrase.text for phrase in find(text) if phrase.kind == "figure"]
    assert [printed for printed in figures if not is_readable(printed)] == []


def test_find_of_two_names_of_one_length_takes_the_earlier():
    assert found("千企入百村", ["入百村", "千企入"]) == [("千企入", "name")]
