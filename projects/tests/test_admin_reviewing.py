"""The steps of the review in the admin: buttons of a form, actions of a list."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from aidtracker.testing import (
    make_headquarters,
    make_observation,
    make_progress_report,
    make_project,
    make_revision,
    make_staff,
    make_warning_rule,
)
from aidtracker.trail.conflicts import marks
from projects.models import Observation, Project, Review, Revision
from projects.tests.review_pages import (
    CLERK,
    LIST,
    act,
    form_of,
    panel,
    press,
    said,
    staff,
    typed_form,
)

pytestmark = pytest.mark.django_db


# Buttons


@pytest.mark.parametrize(
    ("verbs", "state", "buttons"),
    [
        (CLERK, "draft", ["提交"]),
        (CLERK, "submitted", []),
        (("view", "approve"), "submitted", ["审核通过", "退回"]),
        (("view", "approve"), "draft", []),
        (("view", "publish"), "approved", ["退回", "发布"]),
        (("view", "publish"), "published", ["撤回"]),
        (("view",), "submitted", []),
    ],
)
def test_form_offers_the_steps_that_are_possible(client, headquarters, verbs, state, buttons):
    client.force_login(staff(headquarters, *verbs))
    row = make_project(headquarters=headquarters, review=state)
    assert [step.label for step in panel(client, row)["steps"]] == buttons


def test_button_takes_the_step(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    row = make_project(headquarters=headquarters, review="submitted")
    response = press(client, row, "approve")
    assert (row.review, said(response)) == ("approved", ["审核通过：1 条援疆项目。"])
    assert response.redirect_chain[-1][0] == form_of(row)


def test_returned_row_shows_the_comment_to_the_clerk(client, headquarters):
    row = make_project(headquarters=headquarters, review="submitted")
    client.force_login(staff(headquarters, "view", "approve"))
    press(client, row, "return", reason="金额与批复不符")
    client.force_login(staff(headquarters, *CLERK))
    page = client.get(form_of(row))
    assert page.context["review"]["comment"] == "金额与批复不符"
    assert "<strong>退回意见：</strong>金额与批复不符" in page.content.decode()


def test_button_of_an_outdated_form_does_nothing(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    row = make_project(headquarters=headquarters, review="submitted")
    response = press(client, row, "approve", version=row.version + 1)
    assert row.review == "submitted"
    assert said(response) == ["您打开之后，这条记录有改动；请核对现在的内容再操作。"]


@pytest.mark.parametrize("step", ["", "unknown"])
def test_unknown_step_is_not_there(admin_client, step):
    assert press(admin_client, make_project(), step).status_code == 404


def test_step_is_not_taken_by_following_a_link(admin_client):
    address = reverse("admin:projects_project_step", args=[make_project().pk])
    assert admin_client.get(address).status_code == 405


def test_row_of_other_headquarters_is_not_there(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    row = make_project(review="submitted")
    assert press(client, row, "approve").status_code == 404
    assert row.review == "submitted"


def test_form_tells_who_did_what(client, headquarters):
    reviewer = staff(headquarters, "view", "approve")
    client.force_login(reviewer)
    row = make_project(headquarters=headquarters, review="submitted")
    press(client, row, "approve")
    story = [(moment.what, moment.who) for moment in panel(client, row)["story"]]
    assert story == [("录入", "—"), ("审核通过", reviewer.username)]


def test_reviewer_reads_amounts_and_warnings_of_a_report(client, headquarters):
    make_warning_rule(ledger="progress-reports", left="disbursed_to_date", right="received_to_date")
    row = make_progress_report(
        project=make_project(headquarters=headquarters),
        received_to_date="500",
        disbursed_to_date="600.5",
        review="submitted",
    )
    codes = ["projects.view_progressreport", "projects.approve_progressreport"]
    client.force_login(make_staff(headquarters, permissions=codes))
    page = client.get(form_of(row))
    assert len(page.context["review"]["warnings"]) == 1
    assert ">600.5<" in page.content.decode()
    assert f"{row.month.month}月1日" not in page.content.decode()


def test_reader_of_a_project_reads_its_other_names(client, headquarters):
    client.force_login(staff(headquarters, "view"))
    row = make_project(headquarters=headquarters, aliases=["甲", "乙"])
    assert "甲、乙" in client.get(form_of(row)).content.decode()


# Lists


def test_list_offers_the_steps_of_the_users_rights(client, headquarters):
    make_project(headquarters=headquarters)
    client.force_login(staff(headquarters, "view", "publish"))
    choices = dict(client.get(LIST).context["action_form"].fields["action"].choices)
    assert [name for name in choices if name.startswith("take_")] == [
        "take_return",
        "take_publish",
        "take_withdraw",
    ]


def test_action_takes_the_step_with_all_chosen_rows(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    rows = [make_project(headquarters=headquarters, review="submitted") for _ in range(3)]
    assert act(client, "approve", *rows) == ["审核通过：3 条援疆项目。"]
    assert {row.review for row in rows} == {"approved"}


def test_action_leaves_out_rows_in_other_states(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    rows = [make_project(headquarters=headquarters, review=one) for one in ("draft", "submitted")]
    assert act(client, "approve", *rows) == [
        "审核通过：1 条援疆项目。",
        f"1 条援疆项目未审核通过（“{rows[0]}”）：现在的状态是“草稿”。",
    ]


def test_action_back_needs_words(client, headquarters):
    client.force_login(staff(headquarters, "view", "publish"))
    row = make_project(headquarters=headquarters)
    assert act(client, "withdraw", row) == ["1 条援疆项目未撤回：请写明撤回理由。"]
    assert act(client, "withdraw", row, reason="重复") == ["撤回：1 条援疆项目。"]
    assert row.correction_reason == "重复"


def test_list_shows_states_as_labels(admin_client):
    make_project(review="returned")
    page = admin_client.get(LIST).content.decode()
    assert '<span class="review-state" data-state="returned">退回</span>' in page


def test_list_is_filtered_by_what_waits(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    row = make_project(headquarters=headquarters, review="submitted")
    make_project(headquarters=headquarters, review="draft")
    assert [*client.get(LIST, {"todo": "approve"}).context["cl"].queryset] == [row]


# One's own rows, by every way


@pytest.fixture
def own(client, headquarters):
    """A project that the user who is logged in, with all rights, entered and submitted."""
    client.force_login(staff(headquarters, *CLERK, "approve", "publish"))
    row = make_project(headquarters=headquarters, review="draft")
    client.post(form_of(row), typed_form(client, row, name="我改的", _submit="1"))
    row.refresh_from_db()
    assert row.review == "submitted"
    return row


def test_own_row_is_not_approved_by_the_button(client, own):
    assert "审核通过" not in [step.label for step in panel(client, own)["steps"]]
    response = press(client, own, "approve")
    assert own.review == "submitted"
    assert said(response) == ["1 条援疆项目未审核通过：您录入、修改或提交过，须由他人审核。"]


def test_own_row_is_not_approved_by_an_action(client, own):
    act(client, "approve", own)
    assert own.review == "submitted"


def test_own_row_is_not_approved_through_its_form(client, own):
    client.post(form_of(own), typed_form(client, own, review="approved", note="又改"))
    own.refresh_from_db()
    assert own.review == "draft"


def test_new_row_is_not_published_through_its_form(admin_client):
    headquarters = make_headquarters()
    address = reverse("admin:projects_project_add")
    row = make_project(headquarters=headquarters, review="draft")
    sent = typed_form(admin_client, row, name="新", code="N-1", slug="", review="published")
    admin_client.post(address, sent)
    assert Project.objects.get(code="N-1").review == "draft"


def test_own_proposal_is_not_approved_by_button_or_action(client, headquarters):
    client.force_login(staff(headquarters, *CLERK, "approve"))
    row = make_project(headquarters=headquarters)
    typed = {"name": "新名", "correction_reason": "原表有误", "_submit": "1"}
    client.post(form_of(row), typed_form(client, row, **typed))
    revision = Revision.objects.get()
    press(client, revision, "approve")
    act(client, "approve", revision)
    assert revision.review == "submitted"


# Other models


def test_figure_has_the_same_steps(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    row = make_observation(maintainer=headquarters, status="submitted")
    press(client, row, "approve")
    assert Observation.objects.get(pk=row.pk).status == Review.APPROVED


def test_reviewed_models_have_their_rights():
    codes = Permission.objects.filter(codename__regex="^(approve|publish)_").count()
    assert codes == 38


def test_revision_opens_for_a_reviewer_with_its_steps(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    row = make_project(headquarters=headquarters)
    revision = make_revision(row=row, review="submitted")
    assert [step.label for step in panel(client, revision)["steps"]] == ["审核通过", "退回"]


@pytest.mark.parametrize("page", ["change", "changelist", "state"])
def test_no_form_of_a_revision_sends_what_the_skin_takes_for_its_own(admin_client, page):
    """The skin looks for chosen rows in whatever has an input called dataset."""
    row = make_revision()
    numbers = {"changelist": (), "change": (row.pk,), "state": (row.pk, row.history.get().pk)}
    address = reverse(f"admin:projects_revision_{page}", args=numbers[page])
    assert 'name="dataset"' not in admin_client.get(address).content.decode()


@pytest.mark.once(but=7)
@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_no_model_has_an_input_called_dataset(rf, admin_user, model):
    request = rf.get("/")
    request.user = admin_user
    assert "dataset" not in admin.site.get_model_admin(model).get_form(request).base_fields


def test_rows_returned_without_words_stay_chosen_and_may_have_words_of_their_own(
    client, headquarters
):
    """Of three that were chosen one cannot be returned; the page asks about the other two."""
    client.force_login(staff(headquarters, "view", "approve"))
    rows = [
        make_project(headquarters=headquarters, review=state)
        for state in ("submitted", "submitted", "draft")
    ]
    chosen = {"action": "take_return", "_selected_action": [row.pk for row in rows]}
    page = client.post(LIST, chosen | dict(marks(rows)))
    assert page.context["rows"] == rows[:2]
    assert {row.review for row in stored(rows)} == {"submitted", "draft"}
    sent = dict(page.context["carried"]) | dict(page.context["shown_versions"])
    sent |= {"_selected_action": [row.pk for row in rows[:2]], "reason": "金额与批复不符"}
    client.post(LIST, sent | {f"reason-{rows[1].pk}": "缺批文"})
    assert [(row.review, row.review_comment) for row in stored(rows)] == [
        ("returned", "金额与批复不符"),
        ("returned", "缺批文"),
        ("draft", ""),
    ]


# The queue


def test_next_row_of_the_queue_opens_after_a_step(client, headquarters):
    """Only for who came from the queue; after its last row the list says that it is done."""
    client.force_login(staff(headquarters, "view", "approve"))
    rows = [
        make_project(headquarters=headquarters, review="submitted", code=f"P{number}")
        for number in range(3)
    ]
    page = client.get(LIST, {"todo": "approve"})
    first, second, third = page.context["cl"].result_list
    opened = client.get(form_of(second), {"_changelist_filters": "todo=approve"})
    queue = {"queue": opened.context["review"]["queue"]}
    for row, following in ((second, third), (third, first)):
        response = press(client, row, "approve", **queue)
        address, _, query = response.redirect_chain[-1][0].partition("?")
        assert (address, query) == (form_of(following), "_changelist_filters=todo%3Dapprove")
    response = press(client, first, "return", reason="缺批文", **queue)
    assert response.redirect_chain[-1][0] == f"{LIST}?todo=approve"
    assert said(response)[-1] == "这个队列办完了。"
    assert {row.review for row in stored(rows)} == {"approved", "returned"}


def test_step_that_is_refused_stays_at_its_row(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    row = make_project(headquarters=headquarters, review="submitted")
    make_project(headquarters=headquarters, review="submitted")
    response = press(client, row, "return", queue="todo=approve")
    assert response.redirect_chain[-1][0].partition("?")[0] == form_of(row)


@pytest.mark.parametrize("queue", ["review__exact=x", "todo=approve&o=zz", "todo=approve&a__b=1"])
def test_queue_that_is_none_is_answered(client, headquarters, queue):
    client.force_login(staff(headquarters, "view", "approve"))
    row = make_project(headquarters=headquarters, review="submitted")
    assert press(client, row, "approve", queue=queue).status_code in (200, 400)


def test_who_judges_again_reads_what_was_changed_since(client, headquarters):
    clerk, reviewer = staff(headquarters, *CLERK), staff(headquarters, "view", "approve")
    client.force_login(clerk)
    row = make_project(headquarters=headquarters, review="draft", planned_amount=100)
    press(client, row, "submit")
    client.force_login(reviewer)
    assert panel(client, row)["since"] is None
    press(client, row, "return", reason="金额与批复不符")
    client.force_login(clerk)
    assert panel(client, row)["since"] == []
    assert "金额与批复不符" in client.get(LIST).content.decode()
    client.post(form_of(row), typed_form(client, row, planned_amount="120"))
    row.refresh_from_db()
    press(client, row, "submit")
    client.force_login(reviewer)
    changes = [(one.old, one.new) for one in panel(client, row)["since"]]
    assert changes == [("100", "120")]


def test_page_that_is_only_read_offers_nothing_to_submit(client, headquarters):
    codes = ["projects.view_observation", "projects.change_revision"]
    client.force_login(make_staff(headquarters, permissions=codes))
    page = client.get(form_of(make_observation(maintainer=headquarters)))
    assert (page.status_code, "保存并提交" in page.content.decode()) == (200, False)


# What would stay unseen


@pytest.fixture
def report_of_a_hidden_project(headquarters):
    project = make_project(headquarters=headquarters, review="approved", name="水厂")
    return make_progress_report(project=project, review="approved")


@pytest.fixture
def publisher(client, headquarters):
    codes = [f"projects.{verb}_{one}" for verb in ("view", "publish") for one in PUBLISHED]
    client.force_login(make_staff(headquarters, permissions=codes))
    return client


PUBLISHED = ("project", "progressreport")


def test_form_tells_before_publishing_what_stays_unseen(publisher, report_of_a_hidden_project):
    report = report_of_a_hidden_project
    shown = panel(publisher, report)
    assert (shown["hidden"], shown["wholes"]) == ([report.project], [report.project])
    assert "连同水厂一起发布" in publisher.get(form_of(report)).content.decode()
    press(publisher, report, "publish", wholes="1")
    report.project.refresh_from_db()
    assert (report.review, report.project.review) == ("published", "published")


@pytest.mark.parametrize("together", [True, False])
def test_list_asks_before_publishing_what_stays_unseen(
    publisher, report_of_a_hidden_project, together
):
    report = report_of_a_hidden_project
    address = reverse("admin:projects_progressreport_changelist")
    sent = {"action": "take_publish", "_selected_action": [report.pk]} | dict(marks([report]))
    page = publisher.post(address, sent)
    assert page.context["hidden"] == page.context["wholes"] == [report.project]
    sent = dict(page.context["carried"]) | dict(page.context["shown_versions"]) | {"seen": "1"}
    sent |= {"_selected_action": page.context["picked"]} | ({"wholes": "1"} if together else {})
    publisher.post(address, sent)
    [stored_report], [stored_project] = stored([report]), stored([report.project])
    assert stored_report.review == "published"
    assert stored_project.review == ("published" if together else "approved")


# Corrections by who publishes


def corrected(client, row, **typed):
    response = client.post(form_of(row), typed_form(client, row, **typed), follow=True)
    row.refresh_from_db()
    return response


def test_who_only_publishes_corrects_a_published_row_for_a_reason(client, headquarters):
    client.force_login(staff(headquarters, "view", "publish"))
    row = make_project(headquarters=headquarters, name="旧名")
    corrected(client, row, name="新名")
    assert row.name == "旧名"
    corrected(client, row, name="新名", correction_reason="原表有误")
    assert (row.name, row.review) == ("新名", "published")


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "withdrawn"])
def test_who_only_publishes_changes_nothing_else(client, headquarters, state):
    client.force_login(staff(headquarters, "view", "publish"))
    row = make_project(headquarters=headquarters, name="旧名", review=state)
    assert client.post(form_of(row), {"name": "新名"}).status_code == 403
    foreign = make_project(name="旧名")
    assert client.post(form_of(foreign), {"name": "新名"}).status_code == 404


def test_two_people_correct_and_publish_where_the_site_wants_that(client, headquarters, settings):
    settings.SEPARATE_PUBLISHER = True
    client.force_login(staff(headquarters, "view", "approve", "publish", "change"))
    row = make_project(headquarters=headquarters, review="submitted")
    press(client, row, "approve")
    assert said(press(client, row, "publish")) == [
        "1 条援疆项目未发布：您审核通过的，须由他人发布。"
    ]
    client.force_login(staff(headquarters, "view", "publish", "change"))
    press(client, row, "publish")
    assert row.review == "published"
    corrected(client, row, name="新名", correction_reason="原表有误")
    assert row.name != "新名"
    assert Revision.objects.get().values["name"][1] == "新名"


def stored(rows):
    return [type(row).objects.get(pk=row.pk) for row in rows]
