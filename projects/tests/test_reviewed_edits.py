"""What becomes of reviewed rows that are changed, and of reports of locked months."""

from datetime import date

import pytest
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from aidtracker.review.steps import (
    PUBLISH,
)
from aidtracker.testing import (
    make_observation,
    make_progress_report,
    make_project,
    make_reporting_period,
)
from projects.models import Observation, Project, Review
from projects.tests.review_steps import reviewing_staff, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(headquarters):
    return reviewing_staff(headquarters)


def falls_back(row, user, also=(), **changes):
    """Check a change of a stored row as a form does; whether what was handed on is a draft."""
    before = type(row)._base_manager.get(pk=row.pk)
    for name, value in changes.items():
        setattr(row, name, value)
    return row.check_edit(before, user, also=also)


def edit(row, user, also=(), **changes):
    """Check a change of a stored row; the errors by field."""
    try:
        falls_back(row, user, also, **changes)
    except ValidationError as error:
        return list(error.error_dict)
    return []


@pytest.mark.parametrize("state", ["submitted", "approved", "returned", "withdrawn"])
def test_changed_row_is_a_draft_again(staff, headquarters, state):
    row = make_project(headquarters=headquarters, review=state)
    fell_back = falls_back(row, staff["clerk"], name="改名")
    assert row.review_state == Review.DRAFT
    assert fell_back == (state in ("submitted", "approved"))


@pytest.mark.parametrize(
    ("who", "after"), [("clerk", Review.DRAFT), ("publisher", Review.APPROVED)]
)
def test_reason_changed_after_approval_is_reviewed_again(staff, headquarters, who, after):
    """It is made public with the row, so nobody slips in another one but who publishes it."""
    row = make_project(headquarters=headquarters, review="approved", correction_reason="原来")
    assert edit(row, staff[who], correction_reason="另一个") == []
    assert row.review_state == after


def test_row_saved_without_a_change_stays_as_it_is(staff, headquarters):
    row = make_project(headquarters=headquarters, review="approved")
    fell_back = falls_back(row, staff["clerk"])
    assert (row.review_state, fell_back) == (Review.APPROVED, False)


def test_change_of_links_alone_is_a_change(staff, headquarters):
    row = make_project(headquarters=headquarters, review="approved")
    edit(row, staff["clerk"], also=("regions",))
    assert row.review_state == Review.DRAFT


@pytest.mark.parametrize("state", ["published", "approved"])
def test_state_is_never_set_by_an_edit(staff, headquarters, state):
    new = Project(name="新", code="N-1", headquarters=headquarters, review=state)
    new.check_edit(None, staff["all"])
    row = make_project(headquarters=headquarters, review="draft")
    edit(row, staff["all"], review=state)
    assert (new.review_state, row.review_state) == (Review.DRAFT, Review.DRAFT)


def test_published_row_is_not_changed_without_the_right(staff, headquarters):
    row = make_project(headquarters=headquarters)
    assert edit(row, staff["clerk"], name="改名", correction_reason="理由") == [NON_FIELD_ERRORS]


def test_published_row_is_changed_for_a_new_reason(staff, headquarters):
    row = make_project(headquarters=headquarters, correction_reason="旧理由")
    assert edit(row, staff["publisher"], name="改名") == ["correction_reason"]
    assert edit(row, staff["publisher"], name="改名", correction_reason="新理由") == []
    assert row.review_state == Review.PUBLISHED


def test_note_of_a_public_figure_is_told_to_readers_and_needs_a_reason(admin_user):
    assert edit(make_observation(), admin_user, note="备注") == ["correction_reason"]
    assert edit(make_observation(), admin_user, printed="6家") == ["correction_reason"]


def test_state_of_a_figure_is_under_its_own_name():
    assert (Observation.REVIEW, Project.REVIEW) == ("status", "review")


# Locked months


@pytest.fixture
def report(headquarters):
    make_reporting_period(headquarters=headquarters, locked_on=date(2026, 6, 10))
    return make_progress_report(project=make_project(headquarters=headquarters))


def test_report_of_a_locked_month_is_changed_for_a_reason(staff, report):
    assert edit(report, staff["clerk"], note="改") == ["correction_reason"]
    assert edit(report, staff["clerk"], note="改", correction_reason="漏报") == []


def test_report_is_added_to_a_locked_month_for_a_reason(staff, report):
    report.pk = None
    with pytest.raises(ValidationError) as caught:
        report.check_edit(None, staff["clerk"], locks=type(report).locks())
    assert list(caught.value.error_dict) == ["correction_reason"]


def test_report_can_not_be_moved_out_of_a_locked_month(staff, report):
    assert edit(report, staff["clerk"], month=date(2026, 4, 1)) == ["correction_reason"]


def test_report_of_an_open_month_needs_no_reason(staff, headquarters):
    make_reporting_period(headquarters=headquarters)
    row = make_progress_report(project=make_project(headquarters=headquarters))
    assert edit(row, staff["clerk"], note="改") == []


def test_report_of_a_locked_month_is_published_with_a_reason_alone(staff, report):
    type(report).objects.update(review="approved")
    assert step(PUBLISH, staff["publisher"], report)[0] == [Review.APPROVED]
    type(report).objects.update(correction_reason="漏报")
    assert step(PUBLISH, staff["publisher"], report)[0] == [Review.PUBLISHED]
