"""Units around numbers: what fits a column is converted and said, what does not is refused."""

from decimal import Decimal

import pytest

from aidtracker import testing
from aidtracker.ground.units import multiple_of
from aidtracker.sheets import resource_for
from aidtracker.sheets.columns import widgets
from aidtracker.sheets.reading.pages import SheetError
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.reading.stated_units import unit_behind
from aidtracker.tests.sheet_helpers import page, rehearsal, sheet
from projects.models import InvestmentReport, Project, Site, TrainingReport

pytestmark = pytest.mark.django_db

LEDGER = widgets.LedgerWidget()
AREA = widgets.NumberWidget(15, 3, "平方米")
PEOPLE = widgets.NumberWidget(unit="人")
YEAR = widgets.YearWidget()


@pytest.mark.parametrize(
    ("widget", "cell", "value"),
    [
        (LEDGER, "1亿2000万元", 12000),
        (LEDGER, "100万元整", 100),
        (LEDGER, "人民币100万元", 100),
        (LEDGER, "三百万元", 300),
        (LEDGER, "5 百万元", 500),
        (LEDGER, "￥1,200.50", Decimal("1200.5")),
        (AREA, "500平方米", 500),
        (AREA, "1.2万㎡", 12000),
        (AREA, "500 M2", 500),
        (AREA, "1.5公顷", 15000),
        (AREA, "10亩", Decimal("6666.667")),
        (PEOPLE, "320人", 320),
        (PEOPLE, "1.2万人", 12000),
        (PEOPLE, "1万2千人", 12000),
        (YEAR, "2019年", 2019),
        (YEAR, "2019年度", 2019),
        (YEAR, 2019.0, 2019),
    ],
)
def test_unit_in_a_cell_is_converted(widget, cell, value):
    assert widget.clean(cell) == value


@pytest.mark.parametrize(
    ("widget", "cell", "words"),
    [
        (LEDGER, "3万美元", "“万美元”不能换算成万元"),
        (LEDGER, "500平方米", "“平方米”不能换算成万元"),
        (LEDGER, "5元/年", "不能换算成万元"),
        (LEDGER, "（1,200）", "不能是负数"),
        (LEDGER, "万元", "应为数字"),
        (LEDGER, "12 34万元", "应为数字"),
        (LEDGER, "5余万元", "应为数字"),
        (LEDGER, "100W", "不能换算成万元"),
        (AREA, "5元", "“元”不能换算成平方米"),
        (AREA, "500米", "“米”不能换算成平方米"),
        (PEOPLE, "200户", "“户”不能换算成人"),
        (YEAR, "2019-03", "只填年份"),
    ],
)
def test_unit_in_a_cell_that_does_not_fit_is_refused(widget, cell, words):
    with pytest.raises(ValueError, match=words):
        widget.clean(cell)


def test_multiples_are_named_in_any_width():
    assert multiple_of("万ｍ²") == multiple_of("万平方米".replace("平方米", "㎡"))
    assert [multiple_of(one) for one in ("含税", "必填", "万泰铢", "")] == [None] * 4


def first(model, key, heading, cell):
    """The value that a new row would have in the column of a heading."""
    [row] = rehearsal(model, [*key, heading], [*key.values(), cell]).rows
    return next(one.new for one in row.changes if heading.startswith(one.heading[:2]))


@pytest.mark.parametrize(
    ("heading", "cell", "value"),
    [
        ("面积（亩）", 10.0, "6666.667"),
        ("面积（公顷）", 10.0, "100000"),
        ("面积(万平方米)", "1.5", "15000"),
        ("面积（平方公里）", 2.0, "2000000"),
        ("面积/亩", "3", "2000"),
        ("面积（单位：万㎡）", "1", "10000"),
        ("面积（亩）", "500平方米", "500"),
        ("面积（㎡）", 500.0, "500"),
    ],
)
def test_unit_of_a_heading_of_areas_converts_and_is_said(heading, cell, value):
    assert first(Site, {"名称": "甲园", "类型": "产业园"}, heading, cell) == value
    found = sheet(Site, ["名称", heading], ["甲园", cell]).notices
    assert bool(found) == ("㎡）" not in heading or "万" in heading)


def test_unit_of_a_heading_of_people_converts():
    report = testing.make_investment_report(jobs=1)
    key = {"招商项目": report.investment.code, "月份": "2026-05"}
    month = f"{report.month:%Y-%m}"

    for heading, value in (("月末就业人数（万人）", "20000"), ("月末就业人数（千人）", "2000")):
        outcome = rehearsal(InvestmentReport, [*key, heading], [report.investment.code, month, "2"])
        assert [one.new for one in outcome.rows[0].changes][:1] == [value]


@pytest.mark.parametrize(
    "heading",
    [
        *("总投资（万美元）", "总投资（美元）", "总投资（%）", "总投资（吨）", "总投资（亿元/年）"),
        *("总投资（$）", "总投资（US$万）", "总投资（万€）", "总投资（HKD）", "总投资（USD万）"),
        *("总投资（元/吨）", "总投资（户）", "总投资（万泰铢）", "总投资/亩", "总投资（平方米）"),
    ],
)
def test_unit_of_a_heading_that_does_not_fit_is_refused(heading):
    with pytest.raises(SheetError, match=r"第 1 行“总投资.*不能换算成万元；请换算成万元"):
        sheet(Project, ["项目编号", heading], ["P-1", "5"])


@pytest.mark.parametrize("heading", ["总投资（含税）", "总投资（估算）", "总投资（2021—2025年）"])
def test_note_in_a_heading_that_is_no_unit_leaves_the_columns_own(heading):
    assert sheet(Project, ["项目编号", heading], ["P-1", "5"]).columns[1] == ("total_amount", 1, "")


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "本月完成",
            "累计完成",
            "总投资本年",
            "到位资金本月",
            "建设周期年",
            "就业人数",
            "培训班次",
        ),
        *("占地里", "完成率", "收购干果两", "实施天", "单位", "批次", "层级", "本月人次"),
    ],
)
def test_end_of_a_heading_that_is_no_unit_is_none(heading):
    assert unit_behind(heading) == ""


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        *(
            ("总投资万元", "万元"),
            ("总投资元", "元"),
            ("占地面积亩", "亩"),
            ("面积/平方米", "平方米"),
        ),
        *(
            ("总投资：亿元", "亿元"),
            ("面积㎡", "m2"),
            ("销量万吨", "万吨"),
            ("投资 单位：千元", "千元"),
        ),
    ],
)
def test_unit_at_the_end_of_a_heading_is_found(heading, unit):
    assert unit_behind(heading) == unit


def test_unit_of_a_heading_of_words_says_nothing():
    assert sheet(Project, ["项目编号", "名称（个）"], ["P-1", "甲"]).columns[1] == ("name", 1, "")


@pytest.mark.parametrize(
    "line", [["单位：亩"], ["面积单位：万平方米"], ["", "计量单位:公顷、人"], ["园区名录（亩）"]]
)
def test_unit_above_that_contradicts_areas_is_refused(line):
    with pytest.raises(SheetError, match=r"而这些列以平方米计：面积.*“面积（"):
        sheet(Site, line, ["名称", "面积"], ["甲园", "5"])


@pytest.mark.parametrize("line", [["单位：万美元"], ["金额单位：美元"]])
def test_other_money_above_is_refused(line):
    with pytest.raises(SheetError, match=r"而这些列以万元计：总投资"):
        sheet(Project, line, ["项目编号", "总投资"], ["P-1", "5"])


def test_unit_below_the_table_is_seen():
    with pytest.raises(SheetError, match=r"表上写着“单位：元”"):
        sheet(Project, ["项目编号", "总投资"], ["P-1", "5"], ["注：本表金额单位为元"])


@pytest.mark.parametrize("name", ["项目台账-亿元", "台账（亿元）", "2024年项目（单位：亿元）"])
def test_unit_in_the_name_of_the_sheet_or_the_file_is_seen_without_the_word(name):
    rows = [["项目编号", "总投资"], ["P-1", "5"]]
    by_file = page(*rows)
    by_file.title = name
    for one in (page(*rows, name=name), by_file):
        with pytest.raises(SheetError, match="单位：亿元"):
            sheet_of(resource_for(Project), [one])


@pytest.mark.parametrize("name", ["各单元", "公元", "项目台账（万元）", "多元化", "千户万亩"])
def test_name_of_a_sheet_that_states_no_other_unit_says_nothing(name):
    found = sheet_of(resource_for(Project), [page(["项目编号", "总投资"], ["P-1", "5"], name=name)])
    assert found.columns[1] == ("total_amount", 1, "")


@pytest.mark.parametrize(
    "line", ["亿元", "以亿元为单位", "表中金额以亿元计", "金额均以亿元为单位", "单位；亿元"]
)
def test_unit_above_in_other_words_is_seen(line):
    with pytest.raises(SheetError, match="单位：亿元"):
        sheet(Project, ["台账"], ["", line], ["项目编号", "总投资"], ["P-1", "5"])


@pytest.mark.parametrize(("title", "units"), [("单位", ("亿元", "万元")), ("币种", ("美元",))])
def test_unit_in_a_column_beside_is_seen(title, units):
    rows = [["项目编号", "总投资", title], *([f"P-{one}", "5", one] for one in units)]
    with pytest.raises(SheetError, match=f"单位：{units[0]}"):
        sheet(Project, *rows)
    sheet(Project, ["项目编号", "总投资", "单位"], ["P-1", "5", "万元"], ["P-2", "5", "某局"])


def test_unit_in_the_name_of_the_sheet_is_seen():
    rows = page(["项目编号", "总投资"], ["P-1", "5"], name="台账（单位：元）")
    with pytest.raises(SheetError, match=r"表上写着“单位：元”"):
        sheet_of(resource_for(Project), [rows])


def test_unit_of_a_group_is_of_those_columns_that_it_fits():
    found = sheet(
        Site,
        ["名称", "规模（亩）", "", "备注"],
        ["", "面积", "区域", ""],
        ["甲园", "3", "乙", ""],
    )

    assert ("area", 1, "亩") in found.columns


def test_group_of_other_money_is_refused():
    with pytest.raises(SheetError, match="不能换算成万元"):
        sheet(
            Project,
            ["项目编号", "投资（万美元）", ""],
            ["", "总投资", "资金到位"],
            ["P-1", "5", "4"],
        )


def test_row_of_units_below_the_heading_is_read():
    found = sheet(Site, ["名称", "面积", "启用"], ["—", "亩", "年"], ["甲园", "3", "2024"])

    assert [cells[1] for _, cells in found.rows] == ["3"]
    assert ("area", 1, "亩") in found.columns


def test_trainees_are_counted_by_attendance_or_heads():
    assert sheet(
        TrainingReport, ["援疆指挥部", "月份", "培训类型", "培训人次（人）"], ["a", "b", "c", "3"]
    )
