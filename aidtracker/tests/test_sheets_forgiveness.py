"""Files as staff really have them: what is forgiven, and what is said about it."""

import io
import re
import zipfile

import openpyxl
import pytest

from aidtracker import testing
from aidtracker.sheets import resource_for
from aidtracker.sheets.columns.example import example_of
from aidtracker.sheets.reading.pages import ManySheetsError, SheetError
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.sheets.rehearsing.rehearsal import rehearse
from aidtracker.sheets.writing.annotated import annotated_file
from aidtracker.sheets.writing.templates import template_file
from aidtracker.tests.sheet_helpers import page, rehearsal, sheet
from programs.models import Region
from projects.models import ProgressReport, Project

pytestmark = pytest.mark.django_db


def test_ledger_with_title_unit_totals_and_signature_is_read():
    project = testing.make_project(total_amount=None)

    found = sheet(
        Project,
        ["2026年援疆项目台账"],
        ["", "", "单位：万元"],
        ["序号", "项目编号", "总投资\n（亿元）", "＊状态", "我的列"],
        ["1", project.code, "9.11", "在建", "x"],
        [],
        ["序号", "项目编号", "总投资\n（亿元）", "＊状态", "我的列"],
        ["合计", "", "9.11"],
        ["制表人：某某", "", "审核：某某"],
    )

    assert [number for number, _ in found.rows] == [4]
    assert found.notices == [
        "第 3 行是列名，它上面的各行没有读入。",
        "“总投资\n（亿元）”一列以亿元计，没有写单位的数字按亿元换算。",
        "没有读入第 6 行：重复的列名。",
        "没有读入第 7 行：合计。",
        "没有读入第 8 行：制表人、注释等说明。",
    ]
    assert [(one.text, one.code) for one in found.mapped] == [("我的列", "")]
    [row] = rehearse(resource_for(Project), found).rows
    assert [(one.heading, one.new) for one in row.changes] == [
        ("总投资（万元）", "91100"),
        ("状态", "在建"),
    ]


@pytest.mark.parametrize("name", ["合计工程", "小计", "制表人培训", "备注"])
def test_record_that_looks_like_a_total_is_kept(name):
    found = sheet(Project, ["名称", "项目编号"], [name, "P-1"])

    assert len(found.rows) == 1


def test_heading_of_two_rows_takes_the_lower_or_the_group_with_it():
    found = sheet(
        Project,
        ["项目编号", "计划", "", "实际", ""],
        ["", "开工", "完工", "开工", "完工"],
        ["P-1", "2026", "2027", "", ""],
    )

    codes = [code for code, _, _ in found.columns]
    planned, actual = ["planned_start", "planned_completion"], ["actual_start", "actual_completion"]
    assert codes == ["code", *planned, *actual]


def test_unit_line_that_contradicts_the_columns_is_refused():
    with pytest.raises(SheetError, match=r"单位：元.*总投资"):
        sheet(Project, ["单位：元"], ["项目编号", "总投资"], ["P-1", "5"])


def test_invisible_signs_in_headings_and_keys_do_no_harm():
    project = testing.make_project(note="旧")

    outcome = rehearsal(
        Project, ["\u200b项目 编号\u202e", "备注"], [f"\ufeff{project.code}\u200f", "新"]
    )

    assert (outcome.changed, outcome.problems) == (1, [])


def test_report_is_found_by_the_code_of_its_project():
    report = testing.make_progress_report()

    headings = ["项目编号", "月份", "累计到位"]
    outcome = rehearsal(ProgressReport, headings, [report.project.code, "2026年5月", "5"])

    assert (outcome.changed, outcome.problems) == (1, [])


def test_amount_that_is_probably_in_yuan_is_doubted_and_goes_in():
    project = testing.make_project(total_amount=100)

    outcome = rehearsal(Project, ["项目编号", "总投资"], [project.code, "1000000"])

    [problem] = outcome.problems
    assert (problem.level, outcome.can_be_stored) == ("warning", True)
    assert problem.message == "是原值的 10000 倍；这一列以万元计，请核对是否填成了元。"


def workbook(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        target = book.create_sheet(name)
        for row in rows:
            target.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_sheet_whose_heading_fits_is_read():
    content = workbook(("说明", [["请填表"]]), ("项目", [["区划代码", "名称"], ["9901", "甲"]]))

    found = sheet_of(resource_for(Region), read_upload("a.xlsx", content))

    assert (found.name, found.notices) == ("项目", ["读取工作表“项目”。"])


def test_several_sheets_that_fit_are_asked_about():
    rows = [["区划代码", "名称"], ["9901", "甲"]]
    pages = [page(*rows, name="一"), page(*rows, name="二")]

    with pytest.raises(ManySheetsError) as error:
        sheet_of(resource_for(Region), pages)

    assert error.value.names == ["一", "二"]
    assert sheet_of(resource_for(Region), pages, "二").name == "二"


def test_merged_cells_read_as_their_first():
    book = openpyxl.Workbook()
    for row in (["区划代码", "名称", "级别"], ["9901", "甲", "县级"], ["9902", "乙", None]):
        book.active.append(row)
    book.active.merge_cells("C2:C3")
    content = io.BytesIO()
    book.save(content)

    [found] = read_upload("a.xlsx", content.getvalue())

    assert [cells[2] for _, cells in found.rows] == ["级别", "县级", "县级"]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_csv_of_another_separator_is_read(sign):
    [found] = read_upload("a.csv", f"区划代码{sign}名称\n9901{sign}甲，乙\n".encode())

    assert found.rows[1] == (2, ["9901", "甲，乙"])


# What goes back to people


def response_bytes(response):
    with response.file_to_stream as file:
        return file.read()


@pytest.mark.parametrize("model", [Project, ProgressReport, Region])
def test_template_left_as_it_is_has_no_records(model):
    testing.make_project()
    content = response_bytes(template_file(resource_for(model)))

    with pytest.raises(SheetError, match="下面没有记录"):
        sheet_of(resource_for(model), read_upload("模板.xlsx", content))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book["选项"].sheet_state == "veryHidden"
    assert book["数据"]["A1"].comment.text.startswith("必填。")


def test_example_is_of_ones_own_headquarters():
    own, _ = testing.make_headquarters(name="乙指挥部"), testing.make_headquarters(name="甲指挥部")
    resource = type(resource_for(Project))(testing.make_staff(own))
    assert example_of(resource)["headquarters"] == "乙指挥部"


def test_example_whose_mark_was_deleted_is_still_known():
    example = example_of(resource_for(Region))

    with pytest.raises(SheetError, match="下面没有记录"):
        sheet(Region, ["区划代码", "名称"], [example["code"], example["name"]])
    assert len(sheet(Region, ["区划代码", "名称"], [example["code"], "示例村"]).rows) == 1


def test_example_that_was_written_over_is_not_skipped():
    headings = ["区划代码", "名称", "级别", "版本"]

    with pytest.raises(SheetError, match="清空这一行的“版本”"):
        sheet(Region, headings, ["9901", "新县", "县级", "示例"])


def test_annotated_copy_marks_the_cell_and_says_why():
    content = workbook(("甲", [["标题"], ["区划代码", "级别"], ["9901", "太空"]]))

    marked = response_bytes(annotated_file(resource_for(Region), "a.xlsx", content))

    cells = openpyxl.load_workbook(io.BytesIO(marked))["甲"]
    assert [cells["A1"].value, cells["B3"].value, cells["C2"].value] == ["标题", "太空", "问题"]
    assert cells["B3"].fill.fgColor.rgb == "FFFCA5A5"
    assert cells["B3"].comment.text.startswith("只能是：")
    assert "级别：只能是" in cells["C3"].value


def test_annotated_copy_is_the_same_workbook_without_ways_out():
    book = openpyxl.Workbook()
    page = book.active
    for row in (["区划代码", "级别"], ["9901", "太空"], ["9902", "县级", "=1+2"]):
        page.append(row)
    page["D3"], page["E3"] = "=HYPERLINK(1)", "=[1]a!B1"
    page["B1"].font = openpyxl.styles.Font(color="FF112233")
    page.merge_cells("B4:B5")
    book.create_sheet("附表")["A1"] = "=2+3"

    written = marked(calculated(book))

    cells = written["Sheet"]
    assert [cells[at].value for at in ("C3", "B1", "B2")] == ["=1+2", "级别", "太空"]
    assert [cells[at].data_type for at in ("C3", "D3", "E3")] == ["f", "s", "s"]
    assert (cells["B1"].font.color.rgb, cells["B2"].fill.fgColor.rgb) == ("FF112233", "FFFCA5A5")
    assert cells["B2"].comment.text.startswith("只能是：")
    assert (written["附表"]["A1"].value, str(cells.merged_cells)) == ("=2+3", "B4:B5")


def calculated(book):
    """The bytes of a workbook whose formulas all have the result 3, as if Excel had saved it."""
    content, result = io.BytesIO(), io.BytesIO()
    book.save(content)
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"<v ?/>|<v></v>", b"<v>3</v>", old.read(name)))
    return result.getvalue()


def marked(content):
    """The annotated copy of a workbook of regions, as openpyxl reads it."""
    response = annotated_file(resource_for(Region), "a.xlsx", content)
    return openpyxl.load_workbook(io.BytesIO(response_bytes(response)))


def test_annotated_copy_of_very_many_problems_has_no_comments(monkeypatch):
    monkeypatch.setattr("aidtracker.sheets.writing.annotated.MAX_COMMENTS", 1)
    rows = [["区划代码", "级别"], ["9901", "太空"], ["9902", "海洋"]]

    cells = marked(workbook(("甲", rows)))["甲"]

    assert (cells["B3"].fill.fgColor.rgb, cells["B3"].comment) == ("FFFCA5A5", None)
    assert "级别：只能是" in cells["C3"].value


def test_annotated_copy_is_written_anew_if_the_workbook_is_large(monkeypatch):
    monkeypatch.setattr("aidtracker.sheets.writing.annotated.MAX_CELLS", 1)
    sheets = [("甲", [["区划代码", "级别"], ["9901", "太空"]]), ("说明", [["请填表"]])]

    written = marked(workbook(*sheets))

    assert (written.sheetnames, written["甲"]["B2"].fill.fgColor.rgb) == (["甲"], "FFFCA5A5")
