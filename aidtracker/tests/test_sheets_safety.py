"""Imports overwrite nothing, touch nothing foreign, and publish nothing without the right to."""

import pytest

from aidtracker import testing
from aidtracker.tests.sheet_helpers import messages, rehearsal, stored
from aidtracker.trail import acts
from projects.models import Outlet, Project

pytestmark = pytest.mark.django_db
RIGHTS = ("projects.change_project", "projects.add_project", "projects.import_project")


def test_row_changed_since_its_export_is_a_conflict_and_stays():
    project = testing.make_project(name="旧", note="旧")
    other = testing.make_project(name="另一", note="旧")
    with acts.doing(acts.Way.FORM) as act:
        act.user_name = "张三"
        project.note = "别人写的"
        project.save()

    headings = ["项目编号", "备注", "版本"]
    outcome = stored(Project, headings, [project.code, "我写的", 1], [other.code, "新", 1])

    project.refresh_from_db()
    [conflict] = outcome.conflicts
    assert (outcome.is_stored, outcome.changed, outcome.conflicting) == (True, 1, 1)
    assert (project.note, project.version) == ("别人写的", 2)
    assert conflict.meanwhile[0].endswith("张三改动：备注：“旧” → “别人写的”")
    [change] = conflict.changes
    assert (change.old, change.new) == ("别人写的", "我写的")


def test_old_version_without_a_change_is_no_conflict():
    project = testing.make_project(note="旧")
    project.save()

    outcome = rehearsal(Project, ["项目编号", "备注", "版本"], [project.code, "旧", 1])

    assert (outcome.unchanged, outcome.conflicting) == (1, 0)


def test_import_counts_the_version_up_and_keeps_states_with_links():
    source = testing.make_source()
    project = testing.make_project(note="旧")

    stored(Project, ["code", "note", "sources"], [project.code, "新", source.code])

    project.refresh_from_db()
    state = project.history.latest("history_id")
    assert (project.version, state.version, state.note) == (2, 2, "新")
    assert (state.links, state.act.way) == ({"sources": [source.code]}, "import")


def test_foreign_row_is_refused_and_nothing_of_it_shown():
    foreign = testing.make_project(name="机密", total_amount=77)
    user = testing.make_staff(testing.make_headquarters(), permissions=RIGHTS)

    outcome = rehearsal(Project, ["code", "name"], [foreign.code, foreign.name], user=user)

    assert messages(outcome) == [(2, "整行", "这条记录属于其他指挥部，您不能导入。")]
    assert outcome.rows == []


def test_row_cannot_be_given_to_other_headquarters():
    own, other = testing.make_headquarters(), testing.make_headquarters()
    project = testing.make_project(headquarters=own, review="draft")
    user = testing.make_staff(own, permissions=RIGHTS)

    headings = ["code", "headquarters"]
    outcome = rehearsal(Project, headings, [project.code, other.name], user=user)

    assert outcome.error_count == 1


def test_new_row_belongs_to_the_only_headquarters_of_the_person():
    own = testing.make_headquarters()
    user = testing.make_staff(own, permissions=RIGHTS)

    outcome = stored(Project, ["code", "name", "review"], ["N-1", "新", "已发布"], user=user)

    row = Project.objects.get(code="N-1")
    assert (row.headquarters, row.review) == (own, "draft")
    assert outcome.warning_count == 1


def test_change_of_an_approved_row_makes_it_a_draft_again():
    own = testing.make_headquarters()
    project = testing.make_project(headquarters=own, review="approved")
    user = testing.make_staff(own, permissions=RIGHTS)

    stored(Project, ["code", "note"], [project.code, "新"], user=user)

    project.refresh_from_db()
    assert (project.review, project.note) == ("draft", "新")


def test_rule_between_columns_is_asked_before_anything_is_written():
    project = testing.make_project()

    outcome = rehearsal(Project, ["code", "计划开工", "计划完工"], [project.code, "2027", "2026"])

    assert messages(outcome) == [(2, "计划开工、计划完工", "计划完工不能早于计划开工。")]


def test_address_of_another_row_is_refused():
    first, second = testing.make_outlet(), testing.make_outlet()

    outcome = rehearsal(Outlet, ["name", "slug"], [second.name, first.slug])

    assert messages(outcome) == [(2, "网址名", "网址名与别的记录相同。")]
