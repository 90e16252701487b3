"""What people write in other words is known again: codes, places, lists, choices, dates."""

import pytest

from aidtracker import testing
from aidtracker.sheets.columns import choices, dates, widgets
from aidtracker.tests.sheet_helpers import messages, rehearsal
from projects.models import Project

pytestmark = pytest.mark.django_db

YEARS = (1900, 2100)
DATE, DAY = dates.PartialDateWidget(YEARS), dates.DayWidget(YEARS)
STATUS = choices.ChoiceWidget(Project.Status.choices)


def change(outcome, heading):
    [row] = outcome.rows
    return next(one.new for one in row.changes if one.heading == heading)


# Codes


@pytest.mark.parametrize("code", ["dd-1", "DD－1", "DD—1", "ＤＤ-1", "DD -1", "DD‑1"])
def test_code_that_differs_in_nothing_meant_is_the_stored_one(code):
    testing.make_project(code="DD-1", note="旧")

    outcome = rehearsal(Project, ["项目编号", "备注"], [code, "新"])

    assert (outcome.changed, outcome.new) == (1, 0)
    [(number, heading, words)] = messages(outcome)
    assert (number, heading) == (2, "项目编号")
    assert words.startswith("按已有的“DD-1”读")


def test_code_that_several_are_like_is_asked():
    for code in ("DD-1", "Dd-1"):
        testing.make_project(code=code)

    outcome = rehearsal(Project, ["项目编号", "备注"], ["dd-1", "新"])

    assert outcome.failed == 1
    assert "与“DD-1”、“Dd-1”只差大小写" in outcome.problems[0].message


@pytest.mark.parametrize("codes", [("DD-1", "dd-1"), ("dd-1", "DD-1"), ("n-1", "N-1")])
def test_rows_of_one_file_that_differ_in_nothing_meant_are_asked(codes):
    testing.make_project(code="DD-1", note="旧")

    outcome = rehearsal(Project, ["项目编号", "备注"], *([code, "新"] for code in codes))

    assert outcome.failed
    assert any("只差大小写" in words for _, _, words in messages(outcome))


def test_line_break_in_a_name_is_a_blank_and_stays_in_a_note():
    project = testing.make_project(name="旧", note="旧")

    outcome = rehearsal(
        Project, ["项目编号", "名称", "备注"], [project.code, "甲县\n乙厂", "一\n二"]
    )

    assert (change(outcome, "名称"), change(outcome, "备注")) == ("甲县 乙厂", "一\n二")


# Places and lists


@pytest.fixture
def places():
    """己区 > 丙地区 > 丁市, and a place of the same name elsewhere."""
    whole = testing.make_region(code="990000", name="己自治区", aliases=["己区"])
    area = testing.make_region(code="990100", name="丙地区", aliases=["丙州"], parent=whole)
    city = testing.make_region(code="990101", name="丁市", parent=area)
    other = testing.make_region(code="990200", name="戊地区", parent=whole)
    same = testing.make_region(code="990201", name="丁市", parent=other)
    return {one.code: one for one in (whole, area, city, other, same)}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("丙地区丁市", "990101"),
        ("丙州丁市", "990101"),
        ("己区丙地区丁市", "990101"),
        ("己自治区戊地区丁市", "990201"),
        ("丙地区 丁市", "990101"),
        ("己区丙地区", "990100"),
        ("全疆", "650000"),
        ("丙地区、戊地区", "990100；990200"),
        ("丙地区，丙地区丁市", "990100；990101"),
        ("丙地区/戊地区", "990100；990200"),
        ("丙地区\n戊地区", "990100；990200"),
        ("丙地区,戊地区；己区", "990000；990100；990200"),
        ("丙地区 戊地区", "990100；990200"),
        ("丙地区和戊地区", "990100；990200"),
        ("丙地区、戊地区。", "990100；990200"),
        ("丙地区-丁市", "990101"),
        ("丙地区·丁市", "990101"),
    ],
)
def test_places_are_found_as_they_are_written(places, text, codes):
    project = testing.make_project(regions=[testing.make_region()])

    outcome = rehearsal(Project, ["项目编号", "受援地"], [project.code, text])

    assert (messages(outcome), change(outcome, "受援地")) == ([], codes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("丁市", "对应不止一个地区"),
        ("江丙地区", "没有找到地区“江丙地区”"),
        ("戊地区丙地区", "没有找到地区"),
        ("丙地区、没有这里", "没有找到地区“没有这里”"),
        ("丙地取", "相近的有“丙地区”（990100）"),
    ],
)
def test_place_that_is_none_is_refused_with_what_is_near(places, text, words):
    project = testing.make_project()

    [problem] = rehearsal(Project, ["项目编号", "受援地"], [project.code, text]).problems

    assert words in problem.message
    assert problem.message.endswith("一格里写几个，用“；、，,/”或换行隔开。")


def test_names_in_one_cell_are_apart_at_the_widest_sign():
    names = widgets.NameListWidget()

    assert names.clean("甲、乙") == ["甲", "乙"]
    assert names.clean("甲，乙；丙") == ["甲，乙", "丙"]
    assert names.clean("ABC Co., Ltd.") == ["ABC Co., Ltd."]


# Choices


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *(("已完工", "完工"), ("竣工", "完工"), ("已竣工", "完工"), ("完 工", "完工")),
        *(("在建中", "在建"), ("正在建设", "在建"), ("在建项目", "在建"), ("停工", "暂停")),
        *(("前期工作", "前期"), ("已验收", "验收")),
    ],
)
def test_choice_in_other_words_is_known(text, status):
    assert STATUS.clean(text) == STATUS.values[status]


@pytest.mark.parametrize("text", ["未开工", "未完工", "基本完工", "拟开工", "开工或在建"])
def test_choice_that_is_another_is_refused(text):
    with pytest.raises(ValueError, match="只能是"):
        STATUS.clean(text)


# Dates


@pytest.mark.parametrize(
    ("text", "iso", "loose"),
    [
        ("2024年底", "2024", "底"),
        ("2024年第一季度", "2024", "第一季度"),
        ("2024Q3", "2024", "Q3"),
        ("2024年上半年", "2024", "上半年"),
        ("2024年3月底", "2024-03", "底"),
        ("2024.3中旬", "2024-03", "中旬"),
        ("2024年3月份", "2024-03", ""),
        ("2024年度", "2024", ""),
        ("二〇二四年三月", "2024-03", ""),
        ("二○二四年十二月五日", "2024-12-05", ""),
        ("二零二四年底", "2024", "底"),
        ("2024年3月5号", "2024-03-05", ""),
        ("2024年3月5", "2024-03-05", ""),
        ("'2024-03", "2024-03", ""),
        ("2024.3月", "2024-03", ""),
    ],
)
def test_date_in_words_is_read_as_far_as_it_is_sure(text, iso, loose):
    assert DATE.clean(text) == iso
    assert DATE.remark(text).startswith(f"“{loose}”没有读入") == bool(loose)


def test_what_is_not_read_of_a_date_is_said():
    project = testing.make_project(planned_start="")

    outcome = rehearsal(Project, ["项目编号", "计划开工"], [project.code, "2024年底"])

    [problem] = outcome.problems
    assert (problem.is_error, change(outcome, "计划开工")) == (False, "2024")


@pytest.mark.parametrize(
    "text",
    [
        *("2024年前", "2024年以后", "去年底"),
        *("2024年1-3月", "2024-1-3月", "2024.1-3", "2024年3-5"),
    ],
)
def test_date_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="日期请写成"):
        DATE.clean(text)


def test_quarter_is_no_year():
    with pytest.raises(ValueError, match="只填年份"):
        widgets.YearWidget().clean("2024年第一季度")


# Nothing


def test_words_for_nothing_are_empty_but_no_is_no():
    project = testing.make_project(planned_start="", total_amount=None, is_livelihood=None)
    headings = ["项目编号", "计划开工", "总投资", "民生项目"]

    outcome = rehearsal(Project, headings, [project.code, "无", "无", "无"])

    [row] = outcome.rows
    assert [(one.heading, one.new) for one in row.changes] == [("民生项目", "否")]


def test_cell_that_clears_is_said():
    project = testing.make_project(total_amount=5, note="旧")

    outcome = rehearsal(Project, ["项目编号", "总投资", "备注"], [project.code, "—", ""])

    assert [one.heading for one in outcome.problems] == ["总投资", "备注"]
    assert not outcome.error_count
    assert outcome.problems[0].message.startswith("原来有内容，文件里是空的")
