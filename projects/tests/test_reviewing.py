"""Who may take which step of the review, and what waits for whom."""

import pytest

from aidtracker.review.reviewed import Reviewed
from aidtracker.review.steps import (
    APPROVE,
    OWN_ROW,
    PUBLISH,
    RETURN,
    STEPS,
    SUBMIT,
    WITHDRAW,
    queues,
    steps_of,
    take_step,
)
from aidtracker.testing import (
    make_progress_report,
    make_project,
    make_staff,
)
from projects.models import ProgressReport, Project, Review, Subsidy
from projects.tests.review_steps import entered, reviewing_staff, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(headquarters):
    return reviewing_staff(headquarters)


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
        ("submitted", 2, "form"),
        ("approved", 3, "action"),
        ("published", 4, "action"),
        ("withdrawn", 5, "action"),
    ]


@pytest.mark.parametrize(
    ("state", "aside"),
    [("published", ""), ("draft", "；其中 1 条所属的记录还没有发布，公开页上暂时看不到")],
    ids=["public", "hidden"],
)
def test_publishing_says_what_the_public_does_not_see_yet(headquarters, state, aside):
    project = make_project(headquarters=headquarters, review=state)
    report = make_progress_report(project=project, review="approved")
    publisher = make_staff(headquarters, permissions=["projects.publish_progressreport"])
    rows = ProgressReport.objects.filter(pk=report.pk)
    outcome = take_step(PUBLISH, rows, publisher)
    assert [*outcome.sentences("项目月报")] == [(True, f"发布：1 条项目月报{aside}。")]


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
        (False, f"1 条援疆项目未审核通过（“{own}”）：{OWN_ROW}。"),
    ]


def test_many_rows_take_no_query_each(staff, headquarters, django_assert_num_queries):
    rows = [make_project(headquarters=headquarters, review="submitted") for _ in range(20)]
    user = staff["reviewer"]
    user.has_perm("projects.approve_project")
    chosen = Project.objects.filter(pk__in=[row.pk for row in rows])
    with django_assert_num_queries(13):
        take_step(APPROVE, chosen, user)


def test_published_report_is_followed_by_its_project(staff, headquarters):
    project = make_project(headquarters=headquarters)
    report = make_progress_report(project=project, paid_to_date=7, review="approved")
    step(PUBLISH, staff["publisher"], report)
    project.refresh_from_db()
    assert project.paid_amount == 7


# Queues


def waiting(user, model=Project):
    return {
        key: model.objects.filter(rule).count() for key, (_, rule) in queues(model, user).items()
    }


def test_queues_hold_what_waits_for_each_right(staff, headquarters):
    entered(staff["clerk"], headquarters)
    for state in ("submitted", "approved", "approved", "returned", "returned", "returned"):
        entered(staff["clerk"], headquarters, review=state)
    Subsidy.objects.all().delete()
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
    assert len(concrete) == 19
    for model in concrete:
        assert steps_of(model)[:4] == (SUBMIT, APPROVE, RETURN, PUBLISH)
        assert {*waiting(admin_user, model)} == {"returned", "draft", "approve", "publish"}


def all_below(classes):
    found = set(classes)
    for one in classes:
        found |= all_below(one.__subclasses__())
    return found
