"""Nobody approves what they entered, changed or submitted themselves."""

import pytest

from aidtracker.review.steps import (
    APPROVE,
    OWN_ROW,
    PUBLISH,
    RETURN,
    SUBMIT,
    WITHDRAW,
    entered_by,
    possible_steps,
)
from aidtracker.testing import (
    make_progress_report,
    make_project,
    make_project_party,
    make_region,
)
from aidtracker.trail.history import keep_links
from projects.models import Project, Review
from projects.tests.review_steps import by, entered, reviewing_staff, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(headquarters):
    return reviewing_staff(headquarters)


def test_nobody_approves_what_they_entered(staff, headquarters):
    row = entered(staff["all"], headquarters)
    step(SUBMIT, staff["clerk"], row)
    assert step(APPROVE, staff["all"], row) == ([Review.SUBMITTED], [OWN_ROW])


def test_nobody_approves_what_they_submitted(staff, headquarters):
    row = entered(staff["clerk"], headquarters)
    step(SUBMIT, staff["all"], row)
    assert step(APPROVE, staff["all"], row) == ([Review.SUBMITTED], [OWN_ROW])


def test_nobody_approves_what_they_changed(staff, headquarters):
    row = entered(staff["clerk"], headquarters)
    with by(staff["all"]):
        row.name = "改名"
        row.save()
    step(SUBMIT, staff["clerk"], row)
    assert step(APPROVE, staff["all"], row)[1] == [OWN_ROW]


def test_superuser_does_not_approve_own_rows(admin_user, headquarters):
    row = entered(admin_user, headquarters, review="submitted")
    assert step(APPROVE, admin_user, row)[1] == [OWN_ROW]


def test_returning_a_row_does_not_make_it_ones_own(staff, headquarters):
    row = entered(staff["clerk"], headquarters)
    step(SUBMIT, staff["clerk"], row)
    step(RETURN, staff["reviewer"], row, words="金额？")
    step(SUBMIT, staff["clerk"], row)
    assert step(APPROVE, staff["reviewer"], row) == ([Review.APPROVED], [])


@pytest.mark.parametrize("change", ["add", "edit", "delete", "move"])
def test_changing_a_part_of_a_row_makes_it_ones_own(staff, headquarters, change):
    row = entered(staff["clerk"], headquarters, review="submitted")
    party = None
    if change != "add":
        with by(staff["clerk"]):
            party = make_project_party(project=row, organisation="甲单位")
    with by(staff["reviewer"]):
        party = party or make_project_party(project=row, organisation="甲单位")
        if change == "edit":
            party.organisation = "乙单位"
            party.save()
        elif change == "move":
            party.project = make_project(headquarters=headquarters)
            party.save()
        elif change == "delete":
            party.delete()
    assert step(APPROVE, staff["reviewer"], row) == ([Review.SUBMITTED], [OWN_ROW])


def test_part_changed_before_the_last_publication_does_not_count(staff, headquarters):
    row = entered(staff["clerk"], headquarters)
    with by(staff["reviewer"]):
        make_project_party(project=row, organisation="甲单位")
    for which, who in ((SUBMIT, "clerk"), (APPROVE, "all"), (PUBLISH, "publisher")):
        step(which, staff[who], row)
    step(WITHDRAW, staff["publisher"], row, words="重复")
    step(SUBMIT, staff["clerk"], row)
    assert step(APPROVE, staff["reviewer"], row) == ([Review.APPROVED], [])


def test_linking_a_row_makes_it_ones_own(staff, headquarters):
    row = entered(staff["clerk"], headquarters, review="submitted")
    with by(staff["reviewer"]):
        row.regions.add(make_region())
        keep_links(row)
    assert step(APPROVE, staff["reviewer"], row)[1] == [OWN_ROW]


def test_amounts_that_followed_make_no_row_ones_own(staff, headquarters):
    row = entered(staff["clerk"], headquarters, review="submitted")
    report = make_progress_report(project=row, review="approved", paid_to_date=12)
    step(PUBLISH, staff["all"], report)
    row.refresh_from_db()
    assert row.paid_amount == 12
    assert step(APPROVE, staff["all"], row) == ([Review.APPROVED], [])


def test_own_rows_are_found_in_one_query(staff, headquarters, django_assert_num_queries):
    entered(staff["all"], headquarters, review="submitted")
    with django_assert_num_queries(1):
        assert Project.objects.filter(entered_by(staff["all"], Project)).count() == 1


def test_what_was_done_before_the_last_publication_does_not_count(staff, headquarters):
    row = entered(staff["all"], headquarters)
    step(SUBMIT, staff["clerk"], row)
    step(APPROVE, staff["reviewer"], row)
    step(PUBLISH, staff["publisher"], row)
    step(WITHDRAW, staff["publisher"], row, words="重复")
    step(SUBMIT, staff["clerk"], row)
    assert step(APPROVE, staff["all"], row) == ([Review.APPROVED], [])


def test_form_says_why_the_own_row_can_not_be_approved(staff, headquarters):
    row = entered(staff["all"], headquarters, review="submitted")
    standing = possible_steps(row, staff["all"])
    assert (standing.steps, standing.note) == ([RETURN], f"{OWN_ROW}。")
