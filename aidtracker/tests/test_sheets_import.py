"""Imports: what is new, what changes, what is refused, and where in the file."""

import pytest

from aidtracker import testing
from aidtracker.sheets.reading.pages import MAX_ROWS, SheetError
from aidtracker.tests.sheet_helpers import messages, rehearsal, sheet, stored
from programs.models import Batch, Headquarters, Pairing, Region
from projects.models import Award, Finding, Project

pytestmark = pytest.mark.django_db


# Columns and rows


def test_headings_may_be_chinese_or_codes_in_any_order():
    found = sheet(Region, ["note", "区划代码"], ["备", "9901"])

    assert found.columns == [("note", 0, ""), ("code", 1, "")]


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        (["省份"], "没有认出列名：前 30 行里应有一行列名。可用的列名：区划代码、"),
        (["名称"], "缺少列：区划代码"),
        (["区划代码", "名称", "name"], "列名重复：名称"),
    ],
)
def test_heading_that_is_not_right_is_an_error(headings, words):
    with pytest.raises(SheetError, match=words):
        sheet(Region, headings)


def test_cell_outside_the_columns_is_named_and_left_out():
    found = sheet(Region, ["区划代码", ""], ["9901"], ["9902", "", "甲"])

    assert found.notices == ["第 3 行在没有列名的地方有内容，没有读入。"]


def test_empty_file_is_an_error():
    with pytest.raises(SheetError, match="文件是空的"):
        sheet(Region, [], [])


@pytest.mark.once
def test_too_many_rows_are_an_error():
    with pytest.raises(SheetError, match="一次最多导入"):
        sheet(Region, ["区划代码"], *([["1"]] * (MAX_ROWS + 1)))


def test_blank_rows_are_skipped_and_counted():
    code = testing.make_region().code

    outcome = rehearsal(Region, ["区划代码", "级别"], ["", " "], [code, "太空"])

    assert (outcome.total, [problem.number for problem in outcome.problems]) == (1, [3])


def test_key_that_comes_twice_names_both_rows():
    region = testing.make_region()

    outcome = rehearsal(Region, ["区划代码"], [region.code], [""], [region.code])

    same = "与第 2 行重复：区划代码相同，一条记录只能占一行。"
    assert messages(outcome) == [(4, "区划代码", same)]


# What changes


def test_row_of_a_known_key_changes_only_the_columns_it_has():
    region = testing.make_region(name="旧名", note="留着", aliases=["甲"])

    outcome = stored(Region, ["区划代码", "名称"], [region.code, "新名"])

    region.refresh_from_db()
    assert (outcome.changed, region.name, region.note, region.aliases) == (
        1,
        "新名",
        "留着",
        ["甲"],
    )
    assert region.search_text.split()[0] == "新名"


def test_preview_shows_old_and_new_and_stores_nothing():
    project = testing.make_project(name="旧名", total_amount=5)

    outcome = rehearsal(Project, ["code", "name", "总投资"], [project.code, "新名", "9.11 亿元"])

    [row] = outcome.rows
    cells = [(change.heading, change.old, change.new, change.read) for change in row.changes]
    assert cells == [("名称", "旧名", "新名", ""), ("总投资（万元）", "5", "91100", "9.11 亿元")]
    project.refresh_from_db()
    assert (project.name, project.total_amount) == ("旧名", 5)


def test_new_row_gets_its_address_from_its_name():
    outcome = stored(
        Headquarters,
        ["名称", "级别", "支援方", "网址名", "别名"],
        ["新指挥部甲", "省级", testing.make_region().code, "", "甲；乙"],
    )

    row = Headquarters.objects.get(name="新指挥部甲")
    assert (outcome.new, row.slug, row.aliases) == (1, "xin-zhi-hui-bu-jia", ["甲", "乙"])


def test_empty_address_keeps_the_address_a_row_has():
    region = testing.make_region(slug="kept")

    assert rehearsal(Region, ["code", "slug"], [region.code, ""]).unchanged == 1


def test_empty_cell_means_unknown():
    project = testing.make_project(total_amount=5, status="building", note="记")

    stored(Project, ["code", "total_amount", "status", "note"], [project.code, "", "", ""])

    project.refresh_from_db()
    assert (project.total_amount, project.status, project.note) == (None, "", "")


def test_empty_cell_of_a_required_field_takes_the_default_in_a_new_row_only():
    donor, recipient = testing.make_region(), testing.make_region()
    headings = ["支援方", "受援地", "类型", "开始"]

    outcome = stored(Pairing, headings, [donor.code, recipient.code, "", "2010"])

    assert outcome.new == 1
    assert Pairing.objects.get(donor=donor).kind == Pairing.Kind.COMPREHENSIVE
    award = testing.make_award()
    outcome = rehearsal(Award, ["slug", "name"], [award.slug, ""])
    assert messages(outcome) == [(2, "名称", "不能留空。")]


def test_row_without_an_optional_key_is_new():
    region = testing.make_region()

    headings = ["网址名", "名称", "级别", "获得地区"]
    rows = [["", "新荣誉", "国家级", region.code]] * 2

    assert stored(Award, headings, *rows).new == 2
    assert Award.objects.filter(region=region).count() == 2


def test_related_row_may_be_named_by_a_name_that_only_it_has():
    region = testing.make_region(name="唯一之地", aliases=["唯一别名"])
    headquarters = testing.make_headquarters()

    for name in ("唯一之地", " 唯一别名 ", region.code):
        stored(Headquarters, ["name", "donor"], [headquarters.name, name])
        headquarters.refresh_from_db()
        assert headquarters.donor == region


def test_related_row_that_is_not_there_is_an_error():
    headquarters = testing.make_headquarters()

    outcome = rehearsal(Headquarters, ["名称", "支援方"], [headquarters.name, "无此地"])

    [problem] = outcome.problems
    assert (problem.number, problem.heading, problem.value) == (2, "支援方", "无此地")
    assert problem.message.startswith("没有找到地区“无此地”。可填区划代码，")


def test_name_of_several_related_rows_is_an_error_that_names_them():
    headquarters = testing.make_headquarters()
    testing.make_region(name="同名", code="9901")
    testing.make_region(name="同名", code="9902")

    outcome = rehearsal(Headquarters, ["名称", "支援方"], [headquarters.name, "同名"])

    assert messages(outcome) == [
        (2, "支援方", "“同名”对应不止一个地区：9901、9902；请填其中一个的区划代码。")
    ]


def test_related_row_may_come_earlier_in_the_same_file():
    headings = ["区划代码", "名称", "级别", "上级"]

    outcome = stored(
        Region, headings, ["9901", "新县", "县级", ""], ["9901-1", "新乡", "乡镇街道", "新县"]
    )

    assert outcome.new == 2
    assert Region.objects.get(code="9901-1").parent == Region.objects.get(code="9901")


def test_many_related_rows_are_replaced():
    old, new, other = (testing.make_source() for _ in range(3))
    batch = testing.make_batch(sources=[old])
    key = [batch.owner.code, batch.number]

    stored(Batch, ["owner", "number", "sources"], [*key, f"{new.code};{other.title}"])

    assert set(batch.sources.all()) == {new, other}


def test_key_of_several_parts_is_read():
    observation = testing.make_observation()
    finding = testing.make_finding()

    named = f"{observation.source.code} / {observation.number}"
    stored(Finding, ["核对键", "所涉观测值"], [finding.key, named])

    assert list(finding.observations.all()) == [observation]


def test_cells_that_excel_typed_become_codes_and_dates_again():
    region = testing.make_region(code="990901")

    stored(Region, ["code", "city_code", "valid_from"], [990901.0, 659002.0, 2019.0])

    region.refresh_from_db()
    assert (region.city_code, region.valid_from) == ("659002", "2019")


def test_known_row_refers_to_a_row_that_the_same_file_makes():
    known = testing.make_region()
    rows = [["9901", "新州", "地级", ""], [known.code, known.name, known.level, "9901"]]

    outcome = stored(Region, ["区划代码", "名称", "级别", "上级"], *rows)

    known.refresh_from_db()
    assert (outcome.problems, outcome.new, outcome.changed) == ([], 1, 1)
    assert known.parent == Region.objects.get(code="9901")
    assert known.history.latest("history_id").parent_id == known.parent_id
