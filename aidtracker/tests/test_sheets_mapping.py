"""What headings are read as that are no column's label, decided by a person and remembered."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from aidtracker import testing
from aidtracker.sheets import resource_for
from aidtracker.sheets.columns.synonyms import ALSO_CALLED
from aidtracker.sheets.reading.decisions import Decisions
from aidtracker.sheets.reading.headings import Known
from aidtracker.sheets.reading.pages import MissingKeyError
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.storing.models import RememberedColumns
from aidtracker.tests.sheet_helpers import page, rehearsal, sheet
from projects.models import Enterprise, Investment, Outlet, ProgressReport, Project

pytestmark = pytest.mark.django_db

ADDRESS = "admin:projects_project_import"
HEADINGS = ["项目编号", "项目名称", "援疆款"]
ROW = ["P-1", "一中", "500"]
RIGHTS = [f"projects.{verb}_project" for verb in ("view", "add", "change", "import")]


def decided(model, decisions, *rows):
    return sheet_of(resource_for(model), [page(*rows)], decisions=decisions)


@pytest.mark.parametrize(
    ("model", "heading", "column"),
    [
        (Project, "援疆资金", "planned_amount"),
        (Project, "到位资金", "received_amount"),
        (Project, "拨付资金（万元）", "disbursed_amount"),
        (Project, "开工时间", "actual_start"),
        (Project, "竣工日期", "actual_completion"),
        (Project, "项目状态", "status"),
        (Investment, "建设单位", "local_enterprise"),
        (Investment, "到位资金", "arrived_amount"),
        (Enterprise, "所属行业", "industry"),
        (Enterprise, "信用代码", "credit_code"),
        (Outlet, "店名", "name"),
    ],
)
def test_heading_that_clerks_use_is_known(model, heading, column):
    key = {"项目编号": "P-1"} if model in (Project, Investment) else {}
    named = {} if column == "name" else {"名称": "甲"}
    cells = key | named | {heading: "x"}
    found = sheet(model, list(cells), list(cells.values()))

    assert (column, len(cells) - 1) in [(code, at) for code, at, _ in found.columns]


def test_end_of_a_name_is_no_unit():
    found = sheet(ProgressReport, ["项目名称", "月份", "本月完成"], ["一中", "2026-03", "5"])

    assert found.columns[-1] == ("work_done_month", 2, "")


def test_no_synonym_is_the_label_of_the_same_column():
    assert [label for label, others in ALSO_CALLED.items() if label in others] == []


def test_unknown_heading_comes_with_guesses_and_its_first_cells():
    (found,) = sheet(Project, HEADINGS, ROW, ["P-2", "二中", "600"]).mapped[:1]

    assert (found.text, found.known, found.samples) == ("援疆款", Known.NOT, ["500", "600"])
    assert found.undecided


def test_money_that_nobody_decided_stops_the_import():
    outcome = rehearsal(Project, HEADINGS, ROW)

    assert outcome.undecided == ["援疆款"]
    assert not outcome.can_be_stored


@pytest.mark.parametrize("heading", ["投资亿元", "面积（亩）", "备用金说明"])
def test_words_beside_money_do_not_stop_the_import(heading):
    outcome = rehearsal(Project, ["项目编号", "项目名称", heading], ["P-1", "一中", "无"])

    assert outcome.undecided == []


def test_decided_heading_is_read_and_one_left_out_is_not():
    taken = decided(Project, Decisions({"援疆款": "planned_amount"}), HEADINGS, ROW)
    left = decided(Project, Decisions({"援疆款": ""}), HEADINGS, ROW)

    assert taken.columns[-1] == ("planned_amount", 2, "")
    assert [code for code, *_ in left.columns] == ["code", "name"]
    assert [one.undecided for one in left.mapped if one.text == "援疆款"] == [False]


def test_decision_for_no_column_is_none():
    found = decided(Project, Decisions({"援疆款": "nothing"}), HEADINGS, ROW)

    assert [one.undecided for one in found.mapped if one.text == "援疆款"] == [True]


def test_file_without_any_known_heading_can_be_mapped():
    rows = [["甲", "乙", "丙"], ["P-1", "一中", "500"]]
    with pytest.raises(MissingKeyError) as error:
        sheet(Project, *rows)
    assert [one.text for one in error.value.mapped] == ["甲", "乙", "丙"]

    found = decided(Project, Decisions({"甲": "code", "乙": "name"}), *rows)
    assert [code for code, *_ in found.columns] == ["code", "name"]


# As a person does it


@pytest.fixture
def headquarters():
    return testing.make_headquarters(name="甲指")


@pytest.fixture
def clerk(client, headquarters):
    client.force_login(testing.make_staff(headquarters, permissions=RIGHTS))
    return client


def upload(client, *rows):
    text = "\n".join(",".join(row) for row in rows).encode()
    return client.post(reverse(ADDRESS), {"file": SimpleUploadedFile("台账.csv", text)})


def decide(client, response, **answers):
    token = {"token": response.context["token"], "step": "decide"}
    return client.post(reverse(ADDRESS), token | answers)


def confirm(client, response):
    return client.post(reverse(ADDRESS), {"token": response.context["token"]}, follow=True)


def test_decision_is_remembered_for_the_headquarters_and_for_no_other(clerk, client):
    seen = upload(clerk, HEADINGS, ROW)
    assert "确认导入" not in seen.content.decode()
    seen = decide(clerk, seen, heading="援疆款", column="planned_amount")
    confirm(clerk, seen)

    assert Project.objects.get(code="P-1").planned_amount == Decimal(500)
    again = upload(clerk, HEADINGS[::-1], ["600", "一中", "P-1"])
    assert again.context["outcome"].can_be_stored
    other = testing.make_staff(testing.make_headquarters(name="乙指"), permissions=RIGHTS)
    client.force_login(other)
    assert upload(client, HEADINGS, ["P-2", "二中", "5"]).context["outcome"].undecided == ["援疆款"]


def test_decision_is_not_remembered_before_it_is_confirmed(clerk):
    decide(clerk, upload(clerk, HEADINGS, ROW), heading="援疆款", column="planned_amount")

    assert not RememberedColumns.objects.exists()


def test_later_decision_takes_the_place_of_an_earlier_one(clerk):
    for column in ("planned_amount", "received_amount"):
        seen = decide(clerk, upload(clerk, HEADINGS, ROW), heading="援疆款", column=column)
        confirm(clerk, seen)

    assert Project.objects.get(code="P-1").received_amount == Decimal(500)
    assert [one.decisions["columns"] for one in RememberedColumns.objects.all()] == [
        {"援疆款": "received_amount"}
    ]


def test_file_without_a_key_asks_which_column_it_is(clerk):
    seen = upload(clerk, ["甲", "乙"], ["P-1", "一中"])
    assert "缺少列：项目编号" in seen.content.decode()

    seen = decide(clerk, seen, heading=["甲", "乙"], column=["code", "name"])
    assert seen.context["outcome"].new == 1


def test_broken_answers_decide_nothing(clerk):
    seen = upload(clerk, HEADINGS, ROW)
    seen = decide(clerk, seen, heading="援疆款", column="id", **{"rows:x": "9", "fixed:pk": "1"})

    assert seen.context["outcome"].undecided == ["援疆款"]
