"""Names beside codes go out and come back; public files, too, change nothing when imported."""

import csv
from itertools import product

import pytest

from aidtracker import testing
from aidtracker.sheets import download, rehearse, resource_for, sheet_of
from aidtracker.tests.sheet_helpers import exported, imported, messages, page
from aidtracker.tests.test_sheets import MODELS, make_full, maker, names
from projects.models import ProgressReport, Project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_public_file_imported_again_changes_nothing(model):
    empty, full = maker(model)(), make_full(model, "=1+1；普通")
    rows = model.objects.filter(pk__in=[empty.pk, full.pk])

    for file_format, headers in product(["csv", "xlsx"], ["label", "code"]):
        response = download(rows, file_format, headers, is_public=True, site="https://e.org")
        outcome = imported(model, response.getvalue(), file_format)
        assert outcome.problems == []
        assert outcome.mapped == []
        assert (outcome.written, outcome.unchanged) == (0, 2)


@pytest.mark.parametrize("is_public", [False, True], ids=["staff", "public"])
def test_real_projects_imported_again_change_nothing(is_public):
    response = download(Project.objects.all(), "xlsx", is_public=is_public)

    outcome = imported(Project, response.getvalue(), "xlsx")

    assert (outcome.problems, outcome.written) == ([], 0)
    assert outcome.unchanged == Project.objects.count() > 50


def test_staff_file_has_names_beside_codes():
    batch = testing.make_batch(owner=testing.make_region(name="甲省"), number=10)
    region = testing.make_region(name="乙县")
    project = testing.make_project(batch=batch)
    project.regions.add(region)
    content = exported(Project.objects.filter(pk=project.pk), "csv", "label")

    headings, cells = csv.reader(content.decode("utf-8-sig").splitlines())
    row = dict(zip(headings, cells, strict=True))
    assert (row["批次名称"], row["受援地名称"]) == ("甲省第10批", "乙县")


# Changed by people


@pytest.fixture
def places():
    return {name: testing.make_region(name=name) for name in ("甲县", "乙县", "丙县", "丙县 ")}


@pytest.fixture
def project(places):
    found = testing.make_project(code="P-1", name="一中", review="draft")
    found.regions.add(places["甲县"])
    return found


def tried(*rows):
    resource = resource_for(Project)
    headings = ["项目编号", "受援地", "受援地名称"]
    return rehearse(resource, sheet_of(resource, [page(headings, *rows)]))


def changes(outcome):
    return [(one.heading, one.old, one.new) for row in outcome.rows for one in row.changes]


def test_name_is_changed_instead_of_the_code(project, places):
    outcome = tried(["P-1", places["甲县"].code, "乙县"])

    assert changes(outcome) == [("受援地", places["甲县"].code, places["乙县"].code)]
    assert messages(outcome) == []


def test_code_is_changed_and_the_name_left(project, places):
    outcome = tried(["P-1", places["乙县"].code, "甲县"])

    assert changes(outcome) == [("受援地", places["甲县"].code, places["乙县"].code)]
    assert messages(outcome) == []


def test_code_is_emptied_and_the_name_left(project, places):
    assert changes(tried(["P-1", "", "甲县"])) == [("受援地", places["甲县"].code, "")]


def test_name_is_added_to_a_list(project, places):
    outcome = tried(["P-1", places["甲县"].code, "甲县；乙县"])

    both = "；".join(sorted(places[name].code for name in ("甲县", "乙县")))
    assert changes(outcome) == [("受援地", places["甲县"].code, both)]


def test_code_and_name_that_were_changed_to_different_rows_are_an_error(project, places):
    testing.make_region(name="丁县")
    outcome = tried(["P-1", places["乙县"].code, "丁县"])

    assert messages(outcome) == [(2, "受援地", "与旁边的名称“丁县”对不上；请改正其中一个。")]


@pytest.mark.parametrize("name", ["没有的县", "丙县"])
def test_name_of_no_row_or_of_several_is_told_and_not_read(project, places, name):
    outcome = tried(["P-1", places["甲县"].code, name])

    assert outcome.written == 0
    ((_, heading, message),) = messages(outcome)
    assert (heading, message.startswith(f"代码旁的名称“{name}”没有找到")) == ("受援地", True)


def test_new_row_is_named_by_the_name_alone(places):
    headings = ["项目编号", "项目名称", "援疆指挥部", "受援地", "受援地名称"]
    office = testing.make_headquarters(name="甲指")
    resource = resource_for(Project)
    rows = [headings, ["P-9", "新", office.name, "", "乙县"]]

    outcome = rehearse(resource, sheet_of(resource, [page(*rows)]))

    assert ("受援地", "", places["乙县"].code) in changes(outcome)
    assert messages(outcome) == []


def test_report_is_named_by_its_projects_name_alone(project):
    headings = ["援疆项目", "援疆项目名称", "月份", "存在问题"]
    resource = resource_for(ProgressReport)
    rows = [headings, ["", "一中", "2026-03", "无"]]

    outcome = rehearse(resource, sheet_of(resource, [page(*rows)]))

    assert (outcome.new, messages(outcome)) == (1, [])
