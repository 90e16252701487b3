"""All problems of a row are named at once, and none that only follows from another."""

import pytest

from aidtracker import testing
from aidtracker.tests.sheet_helpers import messages, rehearsal
from aidtracker.trail.history import CHANGED, copy_states
from projects.models import Project

pytestmark = pytest.mark.django_db
BROKEN = "计划完工不能早于计划开工。"


def named(outcome):
    return {(heading, message[:16]) for _, heading, message in messages(outcome)}


def headings_of(outcome):
    return sorted(heading for _, heading, _ in messages(outcome))


@pytest.mark.parametrize("is_new", [True, False])
def test_bad_cells_and_a_broken_rule_are_all_named(is_new):
    row = testing.make_project()
    code = "N-1" if is_new else row.code

    headings = ["code", "name", "headquarters", "总投资", "状态", "计划开工", "计划完工"]
    cells = [code, "新", row.headquarters.name, "许多", "飞行中", "2027", "2026"]
    outcome = rehearsal(Project, headings, cells)

    assert headings_of(outcome) == ["总投资", "状态", "计划开工、计划完工"]
    assert ("计划开工、计划完工", BROKEN) in named(outcome)
    assert outcome.failed == 1


def test_rule_about_a_cell_that_cannot_be_read_is_not_said_to_be_broken():
    row = testing.make_project(planned_start="2027", planned_completion="2028")

    outcome = rehearsal(Project, ["code", "计划开工", "计划完工"], [row.code, "某年", "2026"])

    assert headings_of(outcome) == ["计划开工"]


def test_other_cells_of_a_row_without_a_readable_key_are_read():
    row = testing.make_project()

    outcome = rehearsal(
        Project, ["code", "总投资", "状态"], [row.code, "1", ""], [row.code, "许多", "飞行中"]
    )

    assert headings_of(outcome) == ["总投资", "状态", "项目编号"]


def test_new_row_that_lacks_something_is_told_of_its_bad_cells_as_well():
    outcome = rehearsal(Project, ["code", "总投资", "状态"], ["N-1", "许多", "飞行中"])

    bad = {"总投资", "状态"}
    lacking = [(heading, said) for _, heading, said in messages(outcome) if heading not in bad]
    assert bad <= set(headings_of(outcome))
    assert lacking
    assert all(said.startswith(f"新记录必须有“{heading}”") for heading, said in lacking)


def test_scope_and_rules_are_both_named():
    own, other = testing.make_headquarters(), testing.make_headquarters()
    row = testing.make_project(headquarters=own, review="draft")
    rights = ("projects.change_project", "projects.add_project", "projects.import_project")
    user = testing.make_staff(own, permissions=rights)

    headings = ["code", "headquarters", "计划开工", "计划完工"]
    outcome = rehearsal(Project, headings, [row.code, other.name, "2027", "2026"], user=user)

    assert len(outcome.problems) == 2
    assert ("计划开工、计划完工", BROKEN) in named(outcome)


def test_copied_state_is_the_row_as_it_stands():
    row = testing.make_project(total_amount="7.5", aliases=["甲"], actual_start="2019-06")

    copy_states([row], CHANGED)

    first, copied = row.history.order_by("history_id")
    names = [field.attname for field in row.history.model.tracked_fields]
    assert [getattr(copied, name) for name in names] == [getattr(first, name) for name in names]
    assert (copied.history_type, copied.links, copied.act_id) == ("~", {}, first.act_id)
    assert copied.history_date >= first.history_date
