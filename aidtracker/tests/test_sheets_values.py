"""What people write in cells, and which value it becomes or how it is refused."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidtracker.sheets.columns import choices, dates, widgets
from aidtracker.sheets.columns.cells import cell_text, mark, plain_number, unmark
from programs.models.programs import Sector

YEARS = (1900, 2100)
YES_NO = widgets.YesNoWidget()
CHOICE = choices.ChoiceWidget(Sector.choices)
MONTH = dates.PartialDateWidget(YEARS)
DAY = dates.DayWidget(YEARS)
NUMBER = widgets.NumberWidget(15, 3)
WHOLE = widgets.NumberWidget()
LEDGER = widgets.LedgerWidget(15, 6)
YUAN = widgets.NumberWidget(15, 2, "元")
TONNES = widgets.NumberWidget(15, 3, "吨")
WHOLE_MONTH = dates.MonthWidget(YEARS)

READ = [
    (YES_NO, "是", True),
    (YES_NO, "否", False),
    (YES_NO, True, True),
    (YES_NO, 0.0, False),
    (YES_NO, "", None),
    (CHOICE, "就业", "employment"),
    (CHOICE, " employment ", "employment"),
    (MONTH, "2019年6月", "2019-06"),
    (MONTH, "2019.6", "2019-06"),
    (MONTH, "2019-06", "2019-06"),
    (MONTH, 2019.6, "2019-06"),
    (MONTH, 2019.12, "2019-12"),
    (MONTH, "2019年", "2019"),
    (MONTH, 2019.0, "2019"),
    (MONTH, "\uff12\uff10\uff11\uff19年4月12日", "2019-04-12"),
    (MONTH, "2019/4/12", "2019-04-12"),
    (MONTH, datetime.date(2019, 4, 12), "2019-04-12"),
    (MONTH, datetime.datetime(2019, 4, 12), "2019-04-12"),
    (MONTH, "2019-04-12 00:00:00", "2019-04-12"),
    (MONTH, 43617.0, "2019-06-01"),
    (MONTH, "43617", "2019-06-01"),
    (MONTH, "20190601", "2019-06-01"),
    (MONTH, datetime.datetime(2019, 4, 12, 8, 30), "2019-04-12"),
    (MONTH, "", ""),
    (WHOLE_MONTH, "2026年5月", datetime.date(2026, 5, 1)),
    (WHOLE_MONTH, "2026.5", datetime.date(2026, 5, 1)),
    (WHOLE_MONTH, datetime.date(2026, 5, 20), datetime.date(2026, 5, 1)),
    (WHOLE_MONTH, "", None),
    (DAY, "2019.4.12", datetime.date(2019, 4, 12)),
    (DAY, datetime.date(2019, 4, 12), datetime.date(2019, 4, 12)),
    (DAY, None, None),
    (NUMBER, "1,234.50", Decimal("1234.5")),
    (NUMBER, "\uff11\uff12\uff0e\uff15", Decimal("12.5")),
    (NUMBER, "-5", Decimal(-5)),
    (NUMBER, 0.1 + 0.2, Decimal("0.3")),
    (NUMBER, 911000000.0, Decimal(911000000)),
    (NUMBER, 0, Decimal(0)),
    (NUMBER, "", None),
    (WHOLE, 5.0, 5),
    (WHOLE, "12", 12),
    (LEDGER, "9.11 亿元", Decimal(91100)),
    (LEDGER, "3000万元", Decimal(3000)),
    (LEDGER, "500元", Decimal("0.05")),
    (LEDGER, "12.5", Decimal("12.5")),
    (LEDGER, "3,000元", Decimal("0.3")),
    (LEDGER, "￥1 234.5", Decimal("1234.5")),
    (LEDGER, "2百万元", Decimal(200)),
    (YUAN, "3.5万元", Decimal(35000)),
    (TONNES, "1.2万吨", Decimal(12000)),
    (TONNES, "5吨", Decimal(5)),
    (NUMBER, "1.5E+05", Decimal(150000)),
    (NUMBER, "1\u00a0234", Decimal(1234)),
    (LEDGER, "'500", Decimal(500)),
    (DAY, 43617.25, datetime.date(2019, 6, 1)),
    (DAY, "2019-06-03T23:30:00+08:00", datetime.date(2019, 6, 3)),
]

REFUSED = [
    (YES_NO, "也许", "只能是"),
    (CHOICE, "太空", "只能是：援疆资金、产业与招商"),
    (MONTH, "2019.1", "2019-01 或 2019-10"),
    (MONTH, 2019.1, "2019-01 或 2019-10"),
    (MONTH, "2019-02-30", "日历上没有"),
    (MONTH, "2019-13", "日历上没有"),
    (MONTH, "去年", "日期请写成"),
    (MONTH, "0001-01-01", "年份应在 1900 至 2100"),
    (DAY, "2019-04", "请写到日"),
    (NUMBER, "9" * 40, "最多 15 位"),
    (NUMBER, "1e400", "应为数字"),
    (NUMBER, "NaN", "应为数字"),
    (NUMBER, "1_000", "应为数字"),
    (NUMBER, "12,34", "应为数字"),
    (NUMBER, "约5", "应为数字"),
    (NUMBER, "0.1234", "最多 3 位小数"),
    (NUMBER, "1234567890123", "整数部分最多 12 位"),
    (WHOLE, "1.5", "应为整数"),
    (NUMBER, "12.5%", "百分数"),
    (NUMBER, "1.5E+99", "最多 15 位"),
    (WHOLE_MONTH, "2026", "请写到月"),
    (LEDGER, "近3亿元", "应为数字"),
    (LEDGER, "3美元", "应为数字"),
]


@pytest.mark.parametrize(("widget", "cell", "value"), READ)
def test_cell_becomes_a_value(widget, cell, value):
    assert widget.clean(cell) == value


@pytest.mark.parametrize(("widget", "cell", "words"), REFUSED)
def test_cell_is_refused_with_what_is_allowed(widget, cell, words):
    with pytest.raises(ValueError, match=words):
        widget.clean(cell)


@pytest.mark.parametrize("cell", ["甲；乙", "甲;乙", "甲|乙", "甲\n乙", " 甲 ；乙；甲；"])
def test_list_cell_is_split_at_every_usual_sign(cell):
    assert widgets.NameListWidget().clean(cell) == ["甲", "乙"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("911000000.000"), "911000000"),
        (Decimal("0.500"), "0.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.000"), "0"),
        (5.0, "5"),
        (1e-7, "0.0000001"),
        (100, "100"),
    ],
)
def test_number_is_written_plainly(number, text):
    assert plain_number(number) == text


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        ("\t1", "'\t1"),
        ("\r1", "'\r1"),
        ("'a", "'a"),
        ("a=1", "a=1"),
    ],
)
def test_formula_is_marked(text, marked):
    assert mark(text) == marked


@given(st.text(alphabet="'=+-@\t\ra1", max_size=6))
def test_marked_text_comes_back(text):
    assert unmark(mark(text)) == text


@given(st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=3))
def test_number_comes_back_through_text_and_through_excel(number):
    assert NUMBER.clean(cell_text(number)) == number
    assert NUMBER.clean(float(number)) == number
