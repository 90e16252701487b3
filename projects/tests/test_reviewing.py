"""Who may take which step of the review, and what becomes of rows that are changed on the way."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from aidtracker import acts
from aidtracker.history import keep_links
from aidtracker.testing import (
    make_headquarters,
    make_observation,
    make_progress_report,
    make_project,
    make_project_party,
    make_region,
    make_reporting_period,
    make_staff,
)
from projects.models import Observation, Project, Review
from projects.models.periods import locked_months
from projects.models.reviews import Reviewed
from projects.reviewing import (
    APPROVE,
    OWN_ROW,
    PUBLISH,
    RETURN,
    STEPS,
    SUBMIT,
    WITHDRAW,
    entered_by,
    possible_steps,
    queues,
    steps_of,
    take_step,
)

pytestmark = pytest.mark.django_db
MAY = {"clerk": "change", "reviewer": "approve", "publisher": "publish"}


@pytest.fixture
def headquarters():
    return make_headquarters()


@pytest.fixture
def staff(headquarters):
    """A clerk, a reviewer and a publisher of one headquarters, and one who may do everything."""
    models = ("project", "progressreport")
    people = {
        who: make_staff(headquarters, permissions=[f"projects.{verb}_{one}" for one in models])
        for who, verb in MAY.items()
    }
    everything = [f"projects.{verb}_{one}" for verb in MAY.values() for one in models]
    return people | {"all": make_staff(headquarters, permissions=everything)}


@contextmanager
def by(user):
    """What is done in the block is done by a user, as if in a request of theirs."""
    with acts.doing(acts.Way.FORM) as act:
        act.user, act.user_name = user, user.get_username()
        yield


def entered(user, headquarters, **fields):
    """A project as a user entered it."""
    with by(user):
        return make_project(headquarters=headquarters, **({"review": Review.DRAFT} | fields))


def step(which, user, *rows, words=""):
    """Take a step as a user; the rows' states after it, and the reasons of refusals."""
    chosen = type(rows[0]).objects.filter(pk__in=[row.pk for row in rows])
    with by(user):
        outcome = take_step(which, chosen, user, words)
    for row in rows:
        row.refresh_from_db()
    return [row.review_state for row in rows], list(outcome.refused)


# Steps


def test_row_goes_from_draft_to_the_public_and_back(staff, headquarters):
    row = entered(staff["clerk"], headquarters)
    assert step(SUBMIT, staff["clerk"], row) == ([Review.SUBMITTED], [])
    assert step(APPROVE, staff["reviewer"], row) == ([Review.APPROVED], [])
    assert step(PUBLISH, staff["publisher"], row) == ([Review.PUBLISHED], [])
    assert step(WITHDRAW, staff["publisher"], row, words="重复") == ([Review.WITHDRAWN], [])
    assert (row.correction_reason, row.version) == ("重复", 5)
    states = row.history.order_by("history_id").values_list("review", "version", "act__way")
    assert [*states] == [
        ("draft", 1, "form"),
        ("submitted", 2, "action"),
        ("approved", 3, "action"),
        ("published", 4, "action"),
        ("withdrawn", 5, "action"),
    ]


STARTS = {
    SUBMIT: ("draft", "returned", "withdrawn"),
    APPROVE: ("submitted",),
    RETURN: ("submitted", "approved"),
    PUBLISH: ("approved",),
    WITHDRAW: ("published",),
}


@pytest.mark.parametrize("which", STEPS, ids=lambda one: one.name)
def test_step_is_taken_from_its_states_alone(staff, headquarters, which):
    rows = [make_project(headquarters=headquarters, review=state) for state in Review]
    step(which, staff["all"], *rows, words="理由")
    moved = [state for state, row in zip(Review, rows, strict=True) if row.version == 2]
    assert {*moved} == {*STARTS[which]}
    assert {row.review for row in rows if row.version == 2} == {which.target}


@pytest.mark.parametrize("which", STEPS, ids=lambda one: one.name)
def test_step_needs_its_right(headquarters, which):
    verbs = {"add", "change", "delete", "view", "import", "approve", "publish"} - {*which.verbs}
    user = make_staff(headquarters, permissions=[f"projects.{verb}_project" for verb in verbs])
    row = make_project(headquarters=headquarters, review=which.origins[0])
    assert step(which, user, row, words="理由") == (
        [which.origins[0]],
        [f"您没有{which.label}的权限"],
    )


@pytest.mark.parametrize("which", STEPS, ids=lambda one: one.name)
def test_step_with_rows_of_other_headquarters_is_refused(staff, which):
    row = make_project(review=which.origins[0])
    _, refused = step(which, staff["all"], row, words="理由")
    assert refused == ["不在您的范围之内"]


@pytest.mark.parametrize(
    ("which", "words"), [(RETURN, "请写明退回意见"), (WITHDRAW, "请写明撤回理由")]
)
def test_step_back_without_words_is_refused(staff, headquarters, which, words):
    row = make_project(headquarters=headquarters, review=which.origins[0])
    assert step(which, staff["all"], row, words="  ") == ([which.origins[0]], [words])


def test_withdrawing_for_the_reason_of_an_earlier_correction_is_refused(staff, headquarters):
    row = make_project(headquarters=headquarters, correction_reason="看错")
    assert step(WITHDRAW, staff["all"], row, words="看错")[0] == [Review.PUBLISHED]


def test_comment_is_kept_until_the_row_is_approved(staff, headquarters):
    row = make_project(headquarters=headquarters, review=Review.SUBMITTED)
    step(RETURN, staff["reviewer"], row, words="金额？")
    step(SUBMIT, staff["clerk"], row)
    assert row.review_comment == "金额？"
    step(APPROVE, staff["reviewer"], row)
    assert row.review_comment == ""


def test_outcome_says_how_many_and_why_not(staff, headquarters):
    rows = [make_project(headquarters=headquarters, review="submitted") for _ in range(2)]
    own = entered(staff["all"], headquarters, review="submitted")
    chosen = Project.objects.filter(pk__in=[*(row.pk for row in rows), own.pk])
    outcome = take_step(APPROVE, chosen, staff["all"])
    assert list(outcome.sentences("援疆项目")) == [
        (True, "审核通过：2 条援疆项目。"),
        (False, f"1 条援疆项目未审核通过：{OWN_ROW}。"),
    ]


def test_many_rows_take_no_query_each(staff, headquarters, django_assert_num_queries):
    rows = [make_project(headquarters=headquarters, review="submitted") for _ in range(20)]
    user = staff["reviewer"]
    user.has_perm("projects.approve_project")
    chosen = Project.objects.filter(pk__in=[row.pk for row in rows])
    with django_assert_num_queries(13):
        take_step(APPROVE, chosen, user)


# One's own rows


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
    steps, note = possible_steps(row, staff["all"])
    assert (steps, note) == ([RETURN], f"{OWN_ROW}。")


# Queues


def waiting(user, model=Project):
    return {
        key: model.objects.filter(rule).count() for key, (_, rule) in queues(model, user).items()
    }


def test_queues_hold_what_waits_for_each_right(staff, headquarters):
    entered(staff["clerk"], headquarters)
    for state in ("submitted", "approved", "approved", "returned", "returned", "returned"):
        entered(staff["clerk"], headquarters, review=state)
    Project.objects.filter(review="published").delete()
    assert waiting(staff["clerk"]) == {"returned": 3, "draft": 1}
    assert waiting(staff["reviewer"]) == {"approve": 1}
    assert waiting(staff["publisher"]) == {"publish": 2}
    assert waiting(staff["all"])["draft"] == 0


def test_own_rows_do_not_wait_for_approval(staff, headquarters):
    entered(staff["all"], headquarters, review="submitted")
    assert waiting(staff["all"])["approve"] == 0


def test_every_reviewed_model_has_steps_and_queues(admin_user):
    models = Reviewed.__subclasses__()
    concrete = [one for one in all_below(models) if hasattr(one, "_meta") and one.__module__]
    concrete = [one for one in concrete if not one._meta.abstract and hasattr(one, "history")]
    assert len(concrete) == 12
    for model in concrete:
        assert steps_of(model)[:4] == (SUBMIT, APPROVE, RETURN, PUBLISH)
        assert {*waiting(admin_user, model)} == {"returned", "draft", "approve", "publish"}


def all_below(classes):
    found = set(classes)
    for one in classes:
        found |= all_below(one.__subclasses__())
    return found


# Editing


def edit(row, user, also=(), **changes):
    """Check a change of a stored row as a form does; the errors by field."""
    before = type(row)._base_manager.get(pk=row.pk)
    for name, value in changes.items():
        setattr(row, name, value)
    try:
        row.check_edit(before, user, also=also)
    except ValidationError as error:
        return list(error.error_dict)
    return []


@pytest.mark.parametrize("state", ["submitted", "approved", "returned", "withdrawn"])
def test_changed_row_is_a_draft_again(staff, headquarters, state):
    row = make_project(headquarters=headquarters, review=state)
    assert edit(row, staff["clerk"], name="改名") == []
    assert row.review_state == Review.DRAFT
    assert row.fell_back == (state in ("submitted", "approved"))


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
    assert edit(row, staff["clerk"]) == []
    assert (row.review_state, row.fell_back) == (Review.APPROVED, False)


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


def test_note_of_a_public_figure_needs_no_reason(admin_user):
    assert edit(make_observation(), admin_user, note="备注") == []
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
        report.check_edit(None, staff["clerk"], locked=locked_months())
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


def test_published_report_is_followed_by_its_project(staff, headquarters):
    project = make_project(headquarters=headquarters)
    report = make_progress_report(project=project, paid_to_date=7, review="approved")
    step(PUBLISH, staff["publisher"], report)
    project.refresh_from_db()
    assert project.paid_amount == 7
