"""Rows without codes are known by name, place and year; what is doubtful a person decides."""

import pytest

from aidtracker import testing
from aidtracker.sheets import rehearse, resource_for
from aidtracker.sheets.reading.decisions import Decisions
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.storing.storing import store
from aidtracker.tests.sheet_helpers import messages, page
from projects.models import Award, Project, Site

pytestmark = pytest.mark.django_db

HEADINGS = ["项目名称", "建设地点", "计划开工", "总投资"]


@pytest.fixture
def headquarters():
    return testing.make_headquarters(name="甲指", slug="jia")


@pytest.fixture
def clerk(headquarters):
    return testing.make_staff(headquarters)


@pytest.fixture
def places():
    return [testing.make_region(name=name) for name in ("甲县", "乙县")]


def project(headquarters, code, name, *places, start=""):
    made = testing.make_project(
        headquarters=headquarters, code=code, name=name, planned_start=start
    )
    made.regions.set(places)
    return made


def tried(user, *rows, decisions=None, headings=HEADINGS, model=Project):
    resource = resource_for(model, user)
    return rehearse(resource, sheet_of(resource, [page(headings, *rows)], decisions=decisions))


def found(outcome):
    return [(one.number, one.code, one.how, one.why) for one in outcome.recognised]


def test_name_alone_is_enough_within_the_headquarters(clerk, headquarters):
    project(headquarters, "P-1", "第一中学（新建）")
    project(testing.make_headquarters(name="乙指"), "P-2", "第一中学（新建）")

    outcome = tried(clerk, ["第一中学 (新建)", "", "", "5"])

    assert found(outcome) == [(2, "P-1", "名称", "")]
    assert (outcome.new, outcome.written, messages(outcome)) == (0, 1, [])
    changes = [[change.heading for change in row.changes] for row in outcome.rows]
    assert changes == [["总投资（万元）"]]  # the name stays as it is


def test_alias_is_a_name(clerk, headquarters):
    testing.make_project(headquarters=headquarters, code="P-1", name="第一中学", aliases=["一中"])

    assert found(tried(clerk, ["一中", "", "", "5"])) == [(2, "P-1", "名称", "")]


def test_place_and_year_tell_equal_names_apart(clerk, headquarters, places):
    first, second = places
    project(headquarters, "P-1", "安居房", first, start="2023-05")
    project(headquarters, "P-2", "安居房", second, start="2023-05")
    project(headquarters, "P-3", "安居房", second, start="2024-03")

    outcome = tried(clerk, ["安居房", "甲县", "2023-06", ""], ["安居房", "乙县", "2024", ""])

    assert [(code, how) for _, code, how, _ in found(outcome)] == [
        ("P-1", "名称、地点和年份"),
        ("P-3", "名称、地点和年份"),
    ]


def test_equal_names_that_nothing_tells_apart_are_asked(clerk, headquarters):
    one = project(headquarters, "P-1", "安居房")
    project(headquarters, "P-2", "安居房")

    outcome = tried(clerk, ["安居房", "", "", "5"])
    assert found(outcome) == [(2, "", "", "同名的不止一条")]
    assert (outcome.can_be_stored, outcome.total) == (False, 0)
    decided = tried(clerk, ["安居房", "", "", "5"], decisions=Decisions(rows={"2": str(one.pk)}))
    assert found(decided) == [(2, "P-1", "您的选择", "同名的不止一条")]
    assert decided.can_be_stored


def test_equal_name_at_another_place_is_asked(clerk, headquarters, places):
    project(headquarters, "P-1", "安居房", places[0])

    outcome = tried(clerk, ["安居房", "乙县", "", "5"])

    assert found(outcome) == [(2, "", "", "同名，地点或年份却不同")]
    assert not any(is_likely for *_, is_likely in outcome.doubtful[0].choices)


def test_name_that_is_only_alike_is_asked(clerk, headquarters):
    project(headquarters, "P-1", "库车市第一中学教学楼")

    outcome = tried(clerk, ["库车市第一中学教学楼建设项目", "", "", "5"])

    assert found(outcome) == [(2, "", "", "名称相近")]
    ((_, words, is_likely), *_) = outcome.doubtful[0].choices
    assert (words, is_likely) == ("P-1 库车市第一中学教学楼", True)


@pytest.mark.parametrize(("said", "new"), [("new", 1), ("skip", 0)])
def test_doubtful_row_can_be_new_or_left_out(clerk, headquarters, said, new):
    project(headquarters, "P-1", "库车市第一中学教学楼")
    rows = [["库车市第一中学教学楼二期", "", "2026-03", "5"], ["别的", "", "2026-03", "6"]]

    outcome = tried(clerk, *rows, decisions=Decisions(rows={"2": said}))

    assert (outcome.new, outcome.can_be_stored) == (1 + new, True)


def test_row_of_others_cannot_be_chosen(clerk, headquarters):
    project(headquarters, "P-1", "安居房")
    project(headquarters, "P-2", "安居房")
    other = project(testing.make_headquarters(name="乙指"), "P-3", "安居房")

    outcome = tried(clerk, ["安居房", "", "", "5"], decisions=Decisions(rows={"2": str(other.pk)}))

    assert found(outcome) == [(2, "", "", "同名的不止一条")]


def test_new_rows_get_the_next_codes_by_the_rule(clerk, headquarters, settings):
    project(headquarters, "jia-2026-007", "旧的")

    rows = [["甲路", "", "2026-03", "5"], ["乙桥", "", "2026-04", "6"], ["丙渠", "", "2025-04", ""]]
    assert [code for _, code, *_ in found(tried(clerk, *rows))] == [
        *("jia-2026-008", "jia-2026-009"),
        "jia-2025-001",
    ]
    settings.CODE_RULE = "{year}{number:04}"
    assert [code for _, code, *_ in found(tried(clerk, *rows))][:2] == ["20260001", "20260002"]


def test_next_code_does_not_go_on_from_those_of_others_with_the_same_initials(settings):
    """Else it would tell how many rows they have."""
    names = ("湖南省对口支援吐鲁番工作前方指挥部", "河南省对口支援吐鲁番工作前方指挥部")
    own, other = (testing.make_headquarters(name=name) for name in names)
    project(other, "hnsdkzytlfgzqfzhb-2026-041", "别处的")
    user = testing.make_staff(own)
    rows = [["甲路", "", "2026-03", "5"]]
    assert [code for _, code, *_ in found(tried(user, *rows))] == [
        f"hnsdkzytlfgzqfzhb{own.pk}-2026-001"
    ]


def test_codes_are_taken_anew_if_somebody_was_quicker(clerk, headquarters):
    rows = [["甲路", "", "2026-03", "5"]]
    resource = resource_for(Project, clerk)
    seen = tried(clerk, *rows).fingerprint
    project(headquarters, "jia-2026-001", "别人的")

    outcome = store(resource, sheet_of(resource, [page(HEADINGS, *rows)]), seen)

    assert not outcome.is_stored
    assert found(outcome) == [(2, "jia-2026-002", "new", "")]


def test_codes_that_the_file_itself_has_are_not_proposed(clerk):
    rows = [["甲路", "jia-2026-001", "2026-03"], ["乙桥", "", "2026-03"]]
    outcome = tried(clerk, *rows, headings=["项目名称", "项目编号", "计划开工"])

    assert found(outcome) == [(3, "jia-2026-002", "new", "")]


def test_same_new_row_twice_is_asked(clerk):
    outcome = tried(clerk, ["甲路", "", "2026", "5"], ["甲路", "", "2026", "6"])

    assert found(outcome)[1][3] == "与第 2 行名称、地点、年份都相同"


def test_same_record_twice_is_an_error(clerk, headquarters):
    project(headquarters, "P-1", "安居房")

    outcome = tried(clerk, ["安居房", "", "", "5"], ["安居房", "", "", "6"])

    same = "与第 2 行是同一条记录（P-1），只能占一行。"
    assert messages(outcome) == [(3, "名称", same)]


def test_file_without_codes_is_stored_and_changes_nothing_the_second_time(clerk, headquarters):
    rows = [["甲路", "", "2026-03", "5"], ["乙桥", "", "2026-04", "6"]]
    resource = resource_for(Project, clerk)
    seen = tried(clerk, *rows).fingerprint
    assert store(resource, sheet_of(resource, [page(HEADINGS, *rows)]), seen).is_stored

    again = tried(clerk, *rows)

    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert [how for _, _, how, _ in found(again)] == ["名称", "名称"]


def test_award_without_an_address_is_known_by_name_and_holder():
    site = testing.make_site(name="甲园")
    testing.make_award(name="示范基地", site=site, region=None, level="national")
    headings = ["名称", "级别", "获得场所", "授予单位"]

    outcome = tried(None, ["示范基地", "国家级", "甲园", "商务部"], headings=headings, model=Award)

    assert (outcome.changed, messages(outcome)) == (1, [])


@pytest.mark.parametrize(
    "name",
    ["库车大峡谷景区", "库车大峡谷风景旅游区", "库车大峡谷国家级旅游景区", "库车大峡谷 景区"],
)
def test_kind_behind_a_name_is_asked_where_names_are_keys(name):
    site = testing.make_site(name="库车大峡谷试", kind="scenic")
    name = name.replace("峡谷", "峡谷试")
    rows, headings = [[name, "景区", "500"]], ["景区名称", "类型", "面积"]

    asked = tried(None, *rows, headings=headings, model=Site)
    assert found(asked) == [(2, "", "", "名称相近")]
    assert not asked.can_be_stored
    one = Decisions(rows={"2": str(site.pk)})
    known = tried(None, *rows, headings=headings, model=Site, decisions=one)
    assert (known.new, known.written, messages(known)) == (0, 1, [])
    new = tried(None, *rows, headings=headings, model=Site, decisions=Decisions(rows={"2": "new"}))
    assert (new.new, messages(new)) == (1, [])


def test_table_of_attractions_is_read_with_joined_places():
    names = [f"试景{number}" for number in range(40)]
    places = ["阿克苏地区库车市", "喀什地区喀什市", "巴州若羌县", "新疆阿克苏地区温宿县"]
    rows = [[name, "4A", places[at % 4], "2015年"] for at, name in enumerate(names)]
    headings = ["景区名称", "等级", "所在地", "开放时间"]

    outcome = tried(
        None, *rows, headings=headings, model=Site, decisions=Decisions(fixed={"kind": "景区"})
    )

    assert (outcome.new, messages(outcome)) == (40, [])


def test_two_rows_of_one_record_are_told_at_their_names(clerk, headquarters):
    project(headquarters, "P-1", "第一中学（新建）")

    outcome = tried(clerk, ["第一中学（新建）", "", "", "5"], ["第一中学新建", "", "", "6"])

    assert messages(outcome) == [(3, "名称", "与第 2 行是同一条记录（P-1），只能占一行。")]
    assert outcome.problems[0].letter == "A"
