"""Imports of many rows: pages whose size is bounded, and reading that takes no shortcut wrongly."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from aidtracker import testing
from aidtracker.ground.records import twin
from aidtracker.sheets import resource_for
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.rehearsing.rehearsal import Rehearsal, rehearse
from aidtracker.sheets.rehearsing.rules import broken_checks
from aidtracker.tests.sheet_helpers import page, rehearsal, stored
from projects.models import Project

pytestmark = pytest.mark.django_db

# More rows must not make a page longer than the digits of its counts.
DIGITS = 200
MEGABYTE = 1_000_000


def preview_size(client, lines):
    content = "\r\n".join(["项目编号,名称,援疆指挥部,总投资", *lines]).encode()
    file = SimpleUploadedFile("名单.csv", content)
    address = reverse("admin:projects_project_import")
    return len(client.post(address, {"file": file}).content)


@pytest.mark.parametrize(
    "line",
    ["甲-{0:05},新{0:05},{1},5", "甲-{0:05},新{0:05},{1},差{0:05}"],
    ids=["new rows", "problems"],
)
def test_preview_page_is_bounded_whatever_the_rows(admin_client, line):
    headquarters = testing.make_headquarters().name

    few, many = (
        preview_size(admin_client, [line.format(number, headquarters) for number in range(count)])
        for count in (300, 900)
    )

    assert abs(many - few) < DIGITS
    assert many < MEGABYTE


def test_what_new_rows_say_alike_is_planned_once():
    name = testing.make_headquarters().name
    rows = [[f"甲-{number}", f"新{number}", name] for number in range(3)]
    resource = resource_for(Project)
    sheet = sheet_of(resource, [page(["项目编号", "名称", "援疆指挥部"], *rows)])

    found = Rehearsal(resource, sheet)
    found.run()

    by_code = [{one.column.attribute: one for one in plan.changes} for plan in found.planned]
    assert len({id(changes["headquarters"]) for changes in by_code}) == 1
    assert [changes["code"].new for changes in by_code] == ["甲-0", "甲-1", "甲-2"]


def test_conflict_tells_only_the_latest_changes():
    project = testing.make_project(note="0")
    for number in range(1, 7):
        project.note = str(number)
        project.save()

    outcome = rehearsal(Project, ["code", "note", "version"], [project.code, "文件", "1"])

    [conflict] = outcome.conflicts
    assert conflict.meanwhile[0] == "更早还有 3 次改动。"
    assert [line.rpartition("：")[2] for line in conflict.meanwhile[1:]] == [
        "“3” → “4”",
        "“4” → “5”",
        "“5” → “6”",
    ]


def test_number_under_another_unit_is_not_what_is_stored():
    project = testing.make_project(total_amount=5)

    outcome = stored(Project, ["项目编号", "总投资（亿元）"], [project.code, 5.0])

    project.refresh_from_db()
    assert (outcome.changed, project.total_amount) == (1, 50_000)


@pytest.mark.parametrize(
    ("old", "cell", "changed"),
    [("0.1", 0.1, 0), ("1234567.123456", 1234567.123456, 0), ("0.1", 0.100001, 1), ("2", 2.0, 0)],
)
def test_float_is_compared_to_the_last_of_its_digits(old, cell, changed):
    project = testing.make_project(total_amount=Decimal(old))

    outcome = rehearsal(Project, ["code", "total_amount"], [project.code, cell])

    assert (outcome.changed, outcome.unchanged) == (changed, 1 - changed)


def test_true_is_not_taken_for_a_number():
    projects = [testing.make_project(is_livelihood=None, total_amount=None) for _ in range(2)]
    rows = [[projects[0].code, True, 1.0], [projects[1].code, 1.0, True]]

    resource = resource_for(Project)
    pages = [page(["code", "is_livelihood", "total_amount"], *rows)]
    outcome = rehearse(resource, sheet_of(resource, pages))

    assert outcome.changed == 1
    assert [(problem.number, problem.value) for problem in outcome.problems] == [(3, "是")]


def test_negative_amount_in_the_table_breaks_its_rule():
    good, bad = (
        Project(code=code, total_amount=Decimal(amount), planned_start="2026")
        for code, amount in (("a", "1"), ("b", "-1"))
    )

    found = [(place, check.name) for place, check in broken_checks([good, bad], Project)]

    assert found == [(1, "project_amounts_not_negative")]


def test_stored_row_that_keeps_its_values_is_not_asked_again(django_assert_num_queries):
    project = testing.make_project(planned_start="2026-05", planned_completion="2026-09")
    before = twin(project)
    project.note = "改"
    with django_assert_num_queries(0):
        assert list(broken_checks([project], Project, [before])) == []

    project.planned_completion = "2026-01"
    names = [check.name for _, check in broken_checks([project], Project, [before])]
    assert names == ["project_planned_start_before_planned_completion"]


@pytest.mark.parametrize("text", ["—", "/", "--", "暂无", "\uff0f"])
def test_sign_for_nothing_is_nothing_in_numbers_and_text_in_texts(text):
    project = testing.make_project(total_amount=5, note="旧")

    outcome = stored(Project, ["code", "total_amount", "note"], [project.code, text, text])

    project.refresh_from_db()
    assert (outcome.changed, project.total_amount, project.note) == (1, None, text)


@pytest.mark.parametrize("code", [1234567890123456.0, "1.23E+17"])
def test_code_that_excel_shortened_is_refused(code):
    outcome = rehearsal(Project, ["code", "name"], [code, "新"])

    assert outcome.problems[0].message.startswith("编号被 Excel 当成数字")
