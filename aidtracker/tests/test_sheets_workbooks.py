"""Workbooks that go out are ready to read, to fill in and to print."""

import io

import openpyxl
import pytest

from aidtracker import testing
from aidtracker.sheets import download, resource_for, template_file
from aidtracker.tests.sheet_helpers import exported, imported
from aidtracker.tests.test_sheets import MODELS, names
from aidtracker.tests.test_sheets_forgiveness import response_bytes
from programs.models import Region
from projects.models import Project, Site

pytestmark = pytest.mark.django_db


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture
def project():
    region = testing.make_region(name="甲县")
    found = testing.make_project(
        code="P-1", name="一个名称很长的援疆项目，教学楼和宿舍楼", total_amount="12345.678901"
    )
    found.regions.add(region)
    return found


@pytest.fixture
def book(project):
    return opened(exported(Project.objects.filter(pk=project.pk), "xlsx", "label"))


def columns_of(sheet):
    return {cell.value: cell.column_letter for cell in sheet[1]}


def test_sheet_is_set_up_for_reading_and_printing(book):
    sheet = book["数据"]

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"


def test_columns_that_one_page_would_make_too_small_stand_on_several(book):
    sheet = book["数据"]

    assert sheet.page_setup.fitToWidth > 1
    assert sheet.print_title_cols == "$A:$B"
    assert book["说明"].page_setup.fitToWidth in (None, 1)


def test_columns_are_as_wide_as_what_they_hold(book):
    sheet, letters = book["数据"], columns_of(book["数据"])

    widths = {
        name: round(sheet.column_dimensions[letters[name]].width) for name in ("名称", "状态")
    }
    assert widths["名称"] > 35 > 15 > widths["状态"]


def test_amounts_are_numbers_with_separators(book):
    sheet = book["数据"]
    cell = sheet[f"{columns_of(sheet)['总投资（万元）']}2"]

    assert (cell.value, cell.number_format) == (12345.678901, "#,##0.00####")


def test_places_programmes_and_choices_are_chosen_from_lists(book):
    sheet, lists = book["数据"], book["选项"]
    letters = columns_of(sheet)
    rules = sheet.data_validations.dataValidation
    offered = {one.formula1.split("$")[1] for one in rules}

    for name in ("受援地名称", "所属工程", "状态", "援疆指挥部"):
        assert letters[name] in offered
    assert letters["受援地"] not in offered
    assert "甲县" in [cell.value for cell in lists[letters["受援地名称"]]]
    assert lists.sheet_state == "veryHidden"


def test_names_of_others_records_are_not_in_the_lists(book):
    testing.make_source(title="内部的文献")
    content = exported(Project.objects.all(), "xlsx", "label")

    assert "内部的文献" not in str([*opened(content)["选项"].values])


def test_meaning_of_each_column_stands_on_a_sheet_of_its_own(book):
    rows = {row[0]: row[1:] for row in book["说明"].values}

    assert rows["列"] == ("怎么填", "单位", "可以填的值", "含义")
    assert [*rows][1:] == [*columns_of(book["数据"])]
    assert rows["总投资（万元）"][1] == "万元"
    assert rows["名称"][0] == "必填。"
    assert rows["审核状态"][0] == "不用填：由审核的各步得出。"
    assert rows["状态"][2].startswith("储备、")
    assert rows["民生项目"][2] == "是、否"
    assert rows["受援地"][2] == "地区的名称或区划代码，可从下拉列表里选"


def test_units_stand_in_headings_and_are_read_again():
    site = testing.make_site(name="甲园", area="500")
    content = exported(Site.objects.filter(pk=site.pk), "xlsx", "label")

    assert "面积（平方米）" in columns_of(opened(content)["数据"])
    assert imported(Site, content, "xlsx").unchanged == 1


@pytest.mark.once(but=7)
@pytest.mark.parametrize("model", MODELS, ids=names)
def test_template_demands_only_what_a_new_record_lacks(model):
    resource = resource_for(model)
    book = opened(response_bytes(template_file(resource)))
    sheet = book["数据"]
    required = {cell.value for cell in sheet[1] if cell.fill.fgColor.rgb == "FFFDE68A"}

    assert "审核状态" not in required
    said = {row[0] for row in book["说明"].values if "必填" in str(row[1])}
    assert said == required


def test_public_file_explains_itself_and_offers_no_lists():
    content = download(Region.objects.all(), "xlsx", is_public=True).getvalue()

    assert opened(content).sheetnames == ["数据", "说明"]
