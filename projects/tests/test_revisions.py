"""Changes of published rows that others approve before they take effect."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.review.revisions import text_of
from aidtracker.review.steps import APPROVE, OWN_ROW, PUBLISH, SUBMIT, take_step
from aidtracker.testing import (
    make_observation,
    make_project,
    make_project_party,
    make_region,
    make_series,
    make_source,
)
from aidtracker.trail.differences import differences
from projects.corrections import corrections
from projects.models import Metric, Observation, Project, Revision
from projects.tests.review_pages import act, form_of, propose, said, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(headquarters):
    return staff(headquarters, "change")


@pytest.fixture
def publisher(headquarters):
    return staff(headquarters, "view", "approve", "publish")


def test_act_of_a_proposal_submitted_at_once_keeps_its_reason(client, clerk, headquarters):
    propose(client, clerk, make_project(headquarters=headquarters), name="新名", _submit="1")
    revision = Revision.objects.get()
    assert revision.review == "submitted"
    assert revision.history.first().act.reason == "原表有误"


def test_change_of_a_published_row_is_kept_as_a_proposal(client, clerk, headquarters):
    row = make_project(headquarters=headquarters, name="旧名", paid_amount=5)
    region = make_region()
    response = propose(client, clerk, row, name="新名", paid_amount="7.5", regions=[region.pk])
    row.refresh_from_db()
    revision = Revision.objects.get()
    assert (row.name, row.version, revision.review) == ("旧名", 1, "draft")
    assert said(response) == ["您的改动已存为变更申请，提交并审核、发布后生效。"]
    assert response.redirect_chain[-1][0] == form_of(revision)
    assert revision.values == {
        "name": ["旧名", "新名"],
        "paid_amount": ["5", "7.5"],
        "regions": [[], [[*region.natural_key()]]],
    }
    assert (revision.headquarters, revision.row_key, revision.number, revision.row_version) == (
        headquarters,
        row.code,
        1,
        1,
    )


def test_form_says_beforehand_that_the_change_is_a_proposal(client, clerk, headquarters):
    client.force_login(clerk)
    page = client.get(form_of(make_project(headquarters=headquarters)))
    assert "您的改动会存为变更申请" in page.content.decode()


def test_proposal_needs_a_reason(client, clerk, headquarters):
    row = make_project(headquarters=headquarters)
    response = propose(client, clerk, row, name="新名", correction_reason="")
    assert list(response.context["adminform"].form.errors) == ["correction_reason"]
    assert not Revision.objects.exists()


def test_form_saved_without_a_change_is_no_proposal(client, clerk, headquarters):
    row = make_project(headquarters=headquarters)
    assert said(propose(client, clerk, row)) == ["没有改动，也就没有变更申请。"]
    assert not Revision.objects.exists()


def test_proposal_that_would_not_be_valid_is_refused(client, clerk, headquarters):
    row = make_project(headquarters=headquarters)
    response = propose(client, clerk, row, paid_amount="-5")
    assert response.context["adminform"].form.errors
    assert not Revision.objects.exists()


def test_proposal_is_submitted_with_the_same_button(client, clerk, headquarters):
    row = make_project(headquarters=headquarters)
    propose(client, clerk, row, name="新名", _submit="1")
    assert Revision.objects.get().review == "submitted"


def test_what_belongs_to_a_published_row_is_only_shown(client, clerk, headquarters):
    party = make_project_party(project=make_project(headquarters=headquarters))
    client.force_login(clerk)
    page = client.get(form_of(party.project))
    inlines = page.context["inline_admin_formsets"]
    assert inlines
    assert not any(
        one.has_change_permission or one.has_add_permission or one.has_delete_permission
        for one in inlines
    )


def test_further_proposal_has_the_next_number(client, clerk, headquarters):
    row = make_project(headquarters=headquarters)
    propose(client, clerk, row, name="新名")
    propose(client, clerk, row, name="又一名")
    assert [*Revision.objects.order_by("number").values_list("number", flat=True)] == [1, 2]


# Taking effect


def publish(revision, publisher):
    """Approve and publish a revision; the sentences about it."""
    rows = Revision.objects.filter(pk=revision.pk)
    rows.update(review="approved")
    return [words for _, words in take_step(PUBLISH, rows, publisher).sentences("变更申请")]


def test_published_revision_changes_the_row(client, clerk, publisher, headquarters):
    region = make_region()
    row = make_project(headquarters=headquarters, paid_amount=5)
    propose(client, clerk, row, name="新名", paid_amount="7.5", regions=[region.pk])
    assert publish(Revision.objects.get(), publisher) == ["发布：1 条变更申请。"]
    row.refresh_from_db()
    assert (row.name, row.paid_amount, [*row.regions.all()]) == ("新名", Decimal("7.5"), [region])
    assert (row.review, row.version, row.correction_reason) == ("published", 2, "原表有误")
    assert row.history.latest().links["regions"]


def test_published_revision_of_a_figure_is_a_correction(client, clerk, publisher, headquarters):
    row = make_observation(maintainer=headquarters, printed="5家")
    propose(client, clerk, row, printed="6家")
    publish(Revision.objects.get(), publisher)
    row = Observation.objects.get(pk=row.pk)
    assert (row.printed, row.value) == ("6家", 6)
    assert [state.correction_reason for state in corrections()] == ["原表有误"]


def test_revision_of_a_field_that_was_changed_meanwhile_is_refused(
    client, clerk, publisher, headquarters
):
    row = make_project(headquarters=headquarters, name="旧名")
    propose(client, clerk, row, name="新名")
    Project.objects.filter(pk=row.pk).update(name="别名")
    assert publish(Revision.objects.get(), publisher) == [
        "1 条变更申请未发布：提出变更之后，“名称”已由“旧名”改为“别名”；"
        "请退回，按现在的内容重新提出。"
    ]
    row.refresh_from_db()
    assert (row.name, Revision.objects.get().review) == ("别名", "approved")


def test_revision_with_other_fields_changed_meanwhile_takes_effect(
    client, clerk, publisher, headquarters
):
    row = make_project(headquarters=headquarters)
    propose(client, clerk, row, name="新名")
    Project.objects.filter(pk=row.pk).update(paid_amount=3)
    publish(Revision.objects.get(), publisher)
    row.refresh_from_db()
    assert (row.name, row.paid_amount) == ("新名", 3)


@pytest.mark.parametrize("state", ["withdrawn", None])
def test_revision_of_a_row_that_is_not_public_is_refused(
    client, clerk, publisher, headquarters, state
):
    row = make_project(headquarters=headquarters)
    propose(client, clerk, row, name="新名")
    if state:
        Project.objects.filter(pk=row.pk).update(review=state)
    else:
        row.delete()
    assert publish(Revision.objects.get(), publisher) == [
        "1 条变更申请未发布：要变更的记录已不在发布状态。"
    ]


def test_one_bad_revision_does_not_keep_others_from_taking_effect(
    client, clerk, publisher, headquarters
):
    good, bad = (make_project(headquarters=headquarters) for _ in range(2))
    propose(client, clerk, good, name="新名")
    propose(client, clerk, bad, name="又一名")
    Project.objects.filter(pk=bad.pk).update(name="别名")
    Revision.objects.update(review="approved")
    outcome = take_step(PUBLISH, Revision.objects.all(), publisher)
    assert [row.row_id for row in outcome.done] == [good.pk]
    assert len(outcome.refused) == 1


def test_nobody_approves_their_own_proposal(client, headquarters):
    both = staff(headquarters, "change", "approve")
    propose(client, both, make_project(headquarters=headquarters), name="新名", _submit="1")
    outcome = take_step(APPROVE, Revision.objects.all(), both)
    assert list(outcome.refused) == [OWN_ROW]


def test_published_revision_is_not_withdrawn_or_changed(client, headquarters, clerk, publisher):
    row = make_project(headquarters=headquarters)
    propose(client, clerk, row, name="新名")
    publish(Revision.objects.get(), publisher)
    page = client.get(form_of(Revision.objects.get()))
    assert not page.context["has_change_permission"]
    assert [step.name for step in page.context["review"]["steps"]] == []
    assert take_step(SUBMIT, Revision.objects.all(), clerk).done == []


# What the form shows


def test_revision_shows_now_and_proposed_in_words(client, clerk, headquarters):
    row = make_project(headquarters=headquarters, name="旧名", status="building")
    propose(client, clerk, row, name="新名", status="completed")
    Project.objects.filter(pk=row.pk).update(name="别名")
    revision = Revision.objects.get()
    changes = {
        change.label: (change.before, change.now, change.proposed, change.is_stale)
        for change in revision.changes(revision.row)
    }
    assert changes == {
        "名称": ("旧名", "别名", "新名", True),
        "状态": ("在建", "在建", "完工", False),
    }
    assert "提出时为“旧名”，此后有改动" in client.get(form_of(revision)).content.decode()


def test_trail_of_a_proposal_is_in_words(client, clerk, headquarters):
    propose(client, clerk, make_project(headquarters=headquarters, name="旧名"), name="新名")
    [state] = Revision.objects.get().history.all()
    [found] = differences([(None, state)])
    said = {one.label: one.new for one in found}
    assert (said["数据集"], said["变更内容"]) == ("援疆项目", "名称：旧名 → 新名")


def test_list_names_what_is_to_be_changed(client, clerk, headquarters):
    for name in ("林果园", "卫生院"):
        propose(client, clerk, make_project(headquarters=headquarters, name=name), note="补充")
    page = client.get(reverse("admin:projects_revision_changelist")).content.decode()
    assert "林果园的第 1 次变更" in page
    assert "卫生院的第 1 次变更" in page


TEXT = "全市共有新企业271个。其中外来的约30家。"


def figure_at(words, headquarters, **kwargs):
    start = TEXT.index(words)
    place = {"start": start, "end": start + len(words), "printed": words}
    source = make_source(text=TEXT)
    return make_observation(source=source, maintainer=headquarters, **place, **kwargs)


@pytest.mark.parametrize("is_list", [True, False], ids=["list", "form"])
def test_reviewer_sees_the_sentence_of_a_figure_and_both_readings(
    client, clerk, headquarters, is_list
):
    row = figure_at("271个", headquarters)
    propose(
        client, clerk, row, printed="约30家", start=TEXT.index("约"), end=TEXT.index("家。") + 1
    )
    address = reverse("admin:projects_revision_changelist")
    client.force_login(staff(headquarters, "view", "approve"))
    page = client.get(address if is_list else form_of(Revision.objects.get())).content.decode()
    assert "全市共有新企业<mark>271个</mark>" in page
    assert "其中外来的<mark>约30家</mark>" in page
    said = {
        True: "“271个”读作 271家（确数） → “约30家”读作 30家（约）",
        False: "“约30家” → 数值 30 家，下界 27 家，上界 33 家（约）",
    }
    assert said[is_list] in page


def test_list_of_proposals_for_figures_asks_as_much_for_many(client, clerk, headquarters):
    address = reverse("admin:projects_revision_changelist")
    counts = []
    for _ in range(2):
        propose(client, clerk, figure_at("271个", headquarters), start="", end="")
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_proposal_for_a_figure_that_cannot_be_says_why(client, clerk, headquarters):
    row = figure_at("271个", headquarters, series=make_series())
    place = {"start": TEXT.index("约"), "end": TEXT.index("家。") + 1}
    propose(client, clerk, row, printed="约30家", **place)
    Metric.objects.filter(pk=row.series.metric_id).update(unit="吨")
    page = client.get(reverse("admin:projects_revision_changelist")).content.decode()
    assert "“约30家”的单位与指标单位“吨”不符" in page


def test_proposals_are_seen_before_they_are_approved(client, clerk, headquarters):
    propose(client, clerk, figure_at("271个", headquarters), note="改", _submit="1")
    revision = Revision.objects.get()
    client.force_login(staff(headquarters, "view", "approve"))
    act(client, "approve", revision)
    assert revision.review == "submitted"
    act(client, "approve", revision, seen="1")
    assert revision.review == "approved"


def test_revision_of_a_row_that_is_gone_still_opens(client, clerk, headquarters):
    row = make_project(headquarters=headquarters, code="P-旧")
    propose(client, clerk, row, name="新名")
    row.delete()
    page = client.get(form_of(Revision.objects.get()))
    assert "P-旧（已不存在）" in page.content.decode()


def test_revisions_are_not_entered_by_hand(admin_client):
    assert admin_client.get(reverse("admin:projects_revision_add")).status_code == 403


def test_values_are_kept_as_fixtures_write_them():
    row = make_project(actual_start="2019-06", aliases=["甲"], paid_amount=1)
    names = ("actual_start", "aliases", "paid_amount", "headquarters", "batch")
    assert [text_of(row, name) for name in names] == [
        "2019-06",
        ["甲"],
        "1",
        [row.headquarters.name],
        None,
    ]


def test_history_says_who_asked_beside_who_published(client, clerk, publisher, headquarters):
    row = make_project(headquarters=headquarters)
    propose(client, clerk, row, name="新名", _submit="1")
    client.force_login(publisher)
    for which in ("approve", "publish"):
        revision = Revision.objects.get()
        sent = {"step": which, "version": revision.version}
        client.post(reverse("admin:projects_revision_step", args=[revision.pk]), sent)
    words = client.get(reverse("admin:projects_project_history", args=[row.pk])).content.decode()
    assert f"{clerk.username}提出（第 1 次变更申请）" in words
    assert publisher.username in words
