"""Which unit, heading and row a sheet means: a wrong guess would be wrong ten thousand times."""

import pytest

from aidtracker.sheets import resource_for
from aidtracker.sheets.columns.quantities import factor_of
from aidtracker.sheets.reading.headings import find_heading
from aidtracker.sheets.reading.pages import Page, SheetError
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.reading.stated_units import unit_in
from aidtracker.tests.sheet_helpers import page, sheet
from projects.models import Project

pytestmark = pytest.mark.django_db

HEADINGS = ["项目编号", "总投资"]
ROW = ["P-1", "5"]


@pytest.mark.parametrize(
    "line",
    [
        ["单位：人民币元"],
        ["金额单位：亿元"],
        ["2026年台账（亿元）"],
        ["单位：万元", "", "单位：元"],
        ["单位：元", "", "单位：万元"],
    ],
)
def test_unit_above_that_contradicts_the_columns_is_refused(line):
    with pytest.raises(SheetError, match=r"而这些列以万元计：总投资"):
        sheet(Project, line, HEADINGS, ROW)


@pytest.mark.parametrize(
    "line", ["单位：人民币万元", "单位：万元、亩", "单价单位：元/吨", "（万元）"]
)
def test_unit_above_that_agrees_is_taken(line):
    assert sheet(Project, [line], HEADINGS, ROW).columns == [
        ("code", 0, ""),
        ("total_amount", 1, ""),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "总投资亿元",
        "总投资/亿元",
        "总投资，亿元",
        "*总投资（单位：亿元，含税）",
        "总投资(亿元)必填",
        *("总投资〔亿元〕", "总投资｛亿元｝", "总投资<亿元>", "总投资-亿元", "总投资|亿元"),
        *("总投资（以亿元计）", "总投资（億元）", "总投资（亿元为单位）"),
    ],
)
def test_unit_of_a_heading_is_found(heading):
    [(code, at, unit)] = sheet(Project, ["项目编号", heading], ROW).columns[1:]
    assert (code, at, factor_of(unit, "万元")) == ("total_amount", 1, 10_000)


@pytest.mark.parametrize(
    "heading",
    ["总投资（亿元以内）", "总投资（K）", "总投资（约亿）", "总投资（¥¥）"],
)
def test_unit_of_a_heading_that_nobody_knows_is_refused(heading):
    with pytest.raises(SheetError, match="像是写着单位，却认不出是什么"):
        sheet(Project, ["项目编号", heading], ROW)


def test_numbered_headings_are_known():
    found = sheet(Project, ["1.项目编号", "2、总投资（亿元）", "三、备注"], ROW)
    assert [code for code, _, _ in found.columns] == ["code", "total_amount", "note"]


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("开工时间（计划）", "planned_start"),
        ("开工时间（实际）", "actual_start"),
        ("完成投资（累计）", "work_done_amount"),
        ("援疆资金（调整后）", "adjusted_amount"),
        ("总投资（其中援疆资金）", ""),
        ("总投资（占比）", ""),
        ("总投资（同比增长）", ""),
        ("竣工时间（预计）", ""),
        ("总投资（概算）", "total_amount"),
    ],
)
def test_note_by_which_a_heading_is_another_column_counts(heading, code):
    columns = sheet(Project, ["项目编号", heading], ["P-1", ""]).columns
    assert [one for one, _, _ in columns[1:]] == ([code] if code else [])


def test_heading_may_be_said_by_its_group_the_other_way_round():
    rows = [["项目编号", "开工时间", ""], ["", "计划", "实际"], ["P-1", "2024-01", "2024-03"]]
    codes = [code for code, _, _ in sheet(Project, *rows).columns]
    assert codes == ["code", "planned_start", "actual_start"]


@pytest.mark.parametrize("text", ["单价（元/吨）", "美元账户（户）", "备注"])
def test_heading_without_a_unit_of_money_has_none(text):
    assert unit_in(text) == ""


@pytest.mark.parametrize(
    "rows",
    [
        [["项目编号", "投资（亿元）", ""], ["", "总投资", "资金到位"]],
        [["项目编号", "总投资", "资金到位"], ["", "（亿元）", "亿元"]],
        [["项目编号", "总投资", "资金到位"], ["项目编号", "亿元", "亿元"]],
    ],
    ids=["group above", "row below", "row below a merged heading"],
)
def test_unit_of_a_group_or_a_row_below_is_the_columns(rows):
    found = sheet(Project, *rows, ["P-1", "5", "4"])

    assert [unit for *_, unit in found.columns] == ["", "亿元", "亿元"]
    assert [cells for _, cells in found.rows] == [["P-1", "5", "4"]]


def test_heading_of_three_rows_is_read():
    rows = [
        ["编码", "投资", "投资", "时间", "时间"],
        ["编码", "总投资", "资金到位", "计划", "计划"],
        ["编码", "总投资", "资金到位", "开工", "完工"],
    ]
    rows = [["项目编号", *row[1:]] for row in rows]

    heading = find_heading(resource_for(Project), page(*rows).rows)

    amounts = ["total_amount", "received_amount"]
    assert [code for code, *_ in heading.columns] == [
        *("code", *amounts),
        *("planned_start", "planned_completion"),
    ]
    assert heading.number == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["城区小计", "9"], "合计"),
        (["合计（2个项目）", "9"], "合计"),
        (["共计2项", "9"], "合计"),
        (["合计", "共5个项目"], "合计"),
        (["县城小计", "9", "共2项"], "合计"),
        (["一、产业援疆类（2个）"], "分类、分段的标题"),
        (["一、产业援疆类", "90", "(2个)"], "分类、分段的标题"),
        (["（二）民生类"] * 3, "分类、分段的标题"),
        (["其中：甲县", "5"], "分类、分段的标题"),
        (["1、本表数据截至五月底。"], "制表人、注释等说明"),
        (["甲", "乙", "1"], "栏次"),
        (["1", "2", "（3）"], "栏次"),
    ],
)
def test_row_that_is_no_record_is_left_out_and_named(row, reason):
    found = sheet(Project, [*HEADINGS, "备注"], ROW, row)

    assert ([number for number, _ in found.rows], found.notices) == (
        [2],
        [f"没有读入第 3 行：{reason}。"],
    )


@pytest.mark.parametrize(
    ("row", "is_record"),
    [
        (["一", "", "产业援疆类（2个）", "90"], False),
        (["（一）", "", "民生领域", "90"], False),
        (["一", "", "安居房建设", "90"], True),
        (["一", "P-1", "产业援疆类", "90"], True),
        (["合计", "共5个项目", "", "90"], False),
        (["合计", "P-1", "", "90"], True),
        (["一、二期工程", "P-1", "一、二期工程", "90"], True),
        (["", "P-1", "（一）期工程", "90"], True),
        (["", "", "一、产业援疆类", "90"], False),
    ],
)
def test_title_of_a_section_is_no_record(row, is_record):
    found = sheet(Project, ["序号", "项目编号", "名称", "总投资"], ["1", "P", "甲", "5"], row)

    assert (len(found.rows) == 2) == is_record
    assert bool(found.notices) != is_record


def test_partial_total_with_other_words_is_kept():
    assert (
        len(sheet(Project, [*HEADINGS, "备注"], ["小计工程", "9"], ["甲小计", "9", "词"]).rows) == 2
    )


def test_amount_merged_over_several_rows_is_refused():
    merged = Page("", page(HEADINGS, ROW, ["P-2", "5"]).rows, joint=[[2, 3, 1, 1]])

    with pytest.raises(SheetError, match="第 2–3 行“总投资”是合并的单元格"):
        sheet_of(resource_for(Project), [merged])


def test_cell_under_no_heading_is_named():
    found = sheet(Project, ["项目编号", "", "总投资"], ["P-1", "x", "5"])

    assert found.notices == ["第 2 行在没有列名的地方有内容，没有读入。"]


def test_hidden_sheet_is_left_out_and_named_unless_it_alone_fits():
    shown, hidden = page(HEADINGS, ROW, name="明"), page(HEADINGS, ROW, name="暗")
    other = page(["说明"], name="说明")
    hidden.is_hidden = True
    resource = resource_for(Project)

    assert sheet_of(resource, [shown, hidden]).notices == [
        "没有读入隐藏的工作表：暗。",
        "读取工作表“明”。",
    ]
    assert sheet_of(resource, [other, hidden]).notices == ["读取隐藏的工作表“暗”。"]
