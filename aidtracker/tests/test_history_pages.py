"""The history of each row: what changed, by whom; a state beside the present row; going back."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.testing import (
    make_enterprise,
    make_finding,
    make_headquarters,
    make_milestone,
    make_project,
    make_region,
    make_series,
    make_source,
    make_staff,
)
from aidtracker.tests.admin_pages import (
    address,
    send_form,
    shown_text,
    versions_of,
)
from aidtracker.trail import acts
from aidtracker.trail.history import keep_states
from aidtracker.trail.models import Act
from programs.models import Region
from projects.models import Enterprise, Finding, Milestone, Project, Review, Revision, Series

pytestmark = pytest.mark.django_db

RIGHTS = ("projects.view_project", "projects.change_project")


@pytest.fixture
def desk(admin_client):
    return admin_client


@pytest.fixture
def row():
    """An enterprise with two states: 旧牌, then 新牌 of 乙县."""
    row = make_enterprise(name="甲厂", brand="旧牌")
    with acts.doing(acts.Way.PROGRAM):
        acts.describe(reason="更名通知")
        row.brand, row.region = "新牌", make_region(name="乙县")
        row.save()
    return row


def first_state(row):
    return row.history.order_by("history_id").first()


def test_row_that_no_history_knows_has_an_empty_one(desk):
    row = make_finding()
    row.history.all().delete()
    response = desk.get(address(Finding, "history", row.pk))
    assert (response.status_code, response.context["steps"]) == (200, [])


def state_address(row, state=None):
    number = (state or first_state(row)).history_id
    return address(type(row), "state", row.pk, number)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def restore(client, row, reason="改回", **extra):
    url = state_address(row)
    return client.post(url, {"reason": reason, **versions_of(row), **extra}, follow=True)


# Reading


def test_history_says_what_changed_in_words(desk, row):
    words = " ".join(shown_text(desk.get(address(Enterprise, "history", row.pk))).split())
    assert "品牌： 旧牌 → 新牌" in words
    assert "经营地： — → 乙县" in words or "乙县" in words
    assert "程序 · 修改" in words
    assert "更名通知" in words


def test_history_asks_the_same_queries_for_more_states(desk, row):
    def queries():
        with CaptureQueriesContext(connection) as found:
            desk.get(address(Enterprise, "history", row.pk))
        return len(found)

    few = queries()
    for number in range(6):
        row.region, row.brand = make_region(), f"牌{number}"
        row.save()
    assert queries() == few


def test_history_of_many_states_has_pages(desk, row, monkeypatch):
    monkeypatch.setattr("aidtracker.desk.history.PER_PAGE", 1)
    url = address(Enterprise, "history", row.pk)
    first, second = desk.get(url), desk.get(url, {"p": "2"})
    assert "第 1 页，共 2 页，2 条" in " ".join(shown_text(first).split())
    assert "旧牌 → 新牌" in " ".join(shown_text(first).split())
    assert "新增" in shown_text(second)


def test_state_stands_beside_the_present_row(desk, row):
    response = desk.get(state_address(row))
    differing = {line.label: (line.then, line.now) for line in response.context["lines"] if line[3]}
    assert differing["品牌"] == ("旧牌", "新牌")
    assert "名称" not in differing


def test_row_is_shown_as_it_was_at_the_end_of_a_day(desk, row):
    first, last = row.history.order_by("history_id")
    moments = (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), datetime(2026, 3, 4, 2, tzinfo=UTC))
    for state, moment in zip((first, last), moments, strict=True):
        state.history_date = moment
        state.save()
    page = address(Enterprise, "history", row.pk)
    states = [address(Enterprise, "state", row.pk, one.history_id) for one in (first, last)]
    asked = {"2026-03-01": states[0], "2026-03-03": states[0], "2026-03-04": states[1]}
    for day, found in (asked | {"2026-02-28": page, "明天": page, "0001-01-01": page}).items():
        assert desk.get(page, {"on": day})["Location"] == found, day


def test_history_of_a_deleted_row_can_be_read(desk, row):
    send_form(desk, address(Enterprise, "delete", row.pk))
    listed = desk.get(address(Enterprise, "deleted"))
    assert "甲厂" in shown_text(listed)
    words = shown_text(desk.get(address(Enterprise, "history", row.pk)))
    assert "这一条已被删除" in words
    last = Enterprise.history.filter(id=row.pk).latest("history_id")
    page = desk.get(address(Enterprise, "state", row.pk, last.history_id))
    assert "恢复为这一版" not in shown_text(page)


def test_deleted_row_is_named_though_its_project_is_gone(desk):
    step = make_milestone(name="封顶")
    pk = step.pk
    step.delete()
    Project.objects.filter(pk=step.project_id).delete()
    assert f"（编号 {pk}）" in shown_text(desk.get(address(Milestone, "deleted")))


# Going back


def test_row_goes_back_to_a_state_as_a_new_version(desk, row):
    response = restore(desk, row)
    assert "已恢复为这一版" in shown_text(response)
    row.refresh_from_db()
    assert (row.brand, row.region, row.version) == ("旧牌", None, 3)
    act = row.history.latest("history_id").act
    assert (act.way, act.reason, act.user_name) == (acts.Way.REVERT, "改回", "admin")


def test_links_go_back_too(desk):
    source = make_source(code="甲", title="甲文献")
    row = make_enterprise(name="甲厂")
    send_form(desk, address(Enterprise, "change", row.pk), sources=[source.pk])
    linked = row.history.latest("history_id")
    send_form(desk, address(Enterprise, "change", row.pk), sources=[])
    assert row.sources.count() == 0
    row.refresh_from_db()
    data = {"reason": "改回", **versions_of(row)}
    desk.post(state_address(row, linked), data)
    assert list(row.sources.all()) == [source]
    assert row.history.latest("history_id").links == {"sources": ["甲"]}


def test_going_back_needs_a_reason(desk, row):
    assert "请写明恢复的理由" in shown_text(restore(desk, row, reason=" "))
    row.refresh_from_db()
    assert row.brand == "新牌"


def test_going_back_to_the_present_state_changes_nothing(desk):
    project = make_project(review=Review.DRAFT, name="甲项目")
    response = restore(desk, project, reason="再来一次")
    assert "与现在相同，没有改动。" in shown_text(response)
    project.refresh_from_db()
    assert (project.version, project.correction_reason) == (1, "")
    assert (project.history.count(), Act.objects.filter(way="revert").count()) == (1, 0)


def test_present_state_offers_no_way_back(desk):
    project = make_project()
    page = desk.get(state_address(project))
    assert "这一版与现在相同。" in shown_text(page)
    assert "恢复为这一版" not in shown_text(page)


def test_saving_an_unchanged_form_makes_no_version(desk):
    project = make_project(review=Review.SUBMITTED, aliases=["甲"], paid_amount="1.50")
    project.regions.add(make_region())
    send_form(desk, address(Project, "change", project.pk))
    project.refresh_from_db()
    assert (project.version, project.review, project.history.count()) == (1, "submitted", 1)


def test_going_back_is_refused_if_the_row_changed_meanwhile(desk, row):
    shown = versions_of(row)
    row.brand = "更新的牌"
    row.save()
    desk.post(state_address(row), {"reason": "改回", **shown})
    row.refresh_from_db()
    assert row.brand == "更新的牌"


def test_going_back_is_refused_if_the_old_name_is_taken(desk):
    row = make_region(name="甲县", code="990001")
    row.code = "990002"
    row.save()
    make_region(name="乙县", code="990001")
    assert "没有恢复" in shown_text(restore(desk, row))
    row.refresh_from_db()
    assert row.code == "990002"


def test_going_back_leaves_the_review_to_the_review(desk):
    project = make_project(review=Review.PUBLISHED, name="甲项目")
    project.review, project.name = Review.DRAFT, "乙项目"
    project.save()
    restore(desk, project)
    project.refresh_from_db()
    assert (project.name, project.review) == ("甲项目", Review.DRAFT)


CLERK = (*RIGHTS, "projects.view_revision")


def renamed(state, **kwargs):
    """A project in a state of the review that was called otherwise before."""
    row = make_project(name="甲项目", review=state, **kwargs)
    row.name = "乙项目"
    row.save()
    return row


def names_after(client, row, reason="改回"):
    """What a row is called, how far it is, and why, once its first state is restored."""
    restore(client, row, reason)
    row.refresh_from_db()
    return row.name, row.review, row.correction_reason


@pytest.mark.parametrize("state", [Review.SUBMITTED, Review.APPROVED, Review.WITHDRAWN])
def test_going_back_makes_a_draft_of_what_was_handed_on(state):
    row = renamed(state)
    clerk = client_of(make_staff(row.headquarters, permissions=RIGHTS))
    assert names_after(clerk, row) == ("甲项目", Review.DRAFT, "改回")


def test_going_back_never_publishes_what_was_published_once():
    row = make_project(name="甲项目", review=Review.PUBLISHED)
    row.review = Review.APPROVED
    row.name = "乙项目"
    row.save()
    rights = (*RIGHTS, "projects.publish_project", "projects.approve_project")
    client = client_of(make_staff(row.headquarters, permissions=rights))
    assert names_after(client, row)[1] == Review.DRAFT


def test_going_back_with_a_public_row_is_proposed_by_who_does_not_publish():
    row = renamed(Review.PUBLISHED)
    clerk = client_of(make_staff(row.headquarters, permissions=CLERK))
    assert names_after(clerk, row) == ("乙项目", Review.PUBLISHED, "")
    assert Revision.objects.get().values == {"name": ["乙项目", "甲项目"]}


def test_going_back_with_a_public_row_needs_a_reason_of_its_own():
    row = renamed(Review.PUBLISHED, correction_reason="更名")
    rights = (*RIGHTS, "projects.publish_project")
    publisher = client_of(make_staff(row.headquarters, permissions=rights))
    assert names_after(publisher, row, "更名")[0] == "乙项目"
    assert names_after(publisher, row, "改回") == ("甲项目", Review.PUBLISHED, "改回")


# Whose


@pytest.fixture
def project():
    project = make_project(name="甲项目", review=Review.DRAFT)
    project.name = "乙项目"
    project.save()
    return project


def test_viewer_sees_history_but_no_way_back(project):
    viewer = client_of(make_staff(project.headquarters, permissions=RIGHTS[:1]))
    assert viewer.get(address(Project, "history", project.pk)).status_code == 200
    page = viewer.get(state_address(project))
    assert "恢复为这一版" not in shown_text(page)
    assert restore(viewer, project).status_code == 403


def test_own_staff_goes_back(project):
    clerk = client_of(make_staff(project.headquarters, permissions=RIGHTS))
    restore(clerk, project)
    project.refresh_from_db()
    assert project.name == "甲项目"


def test_foreign_history_is_not_there(project):
    stranger = client_of(make_staff(make_headquarters(), permissions=RIGHTS))
    for url in (address(Project, "history", project.pk), state_address(project)):
        assert stranger.get(url).status_code == 404
    assert restore(stranger, project).status_code == 404
    project.refresh_from_db()
    assert project.name == "乙项目"


def test_history_of_a_deleted_row_is_for_its_own_headquarters(project):
    own = client_of(make_staff(project.headquarters, permissions=RIGHTS))
    stranger = client_of(make_staff(make_headquarters(), permissions=RIGHTS))
    pk = project.pk
    project.delete()
    url = address(Project, "history", pk)
    assert (own.get(url).status_code, stranger.get(url).status_code) == (200, 404)
    assert "乙项目" in shown_text(own.get(address(Project, "deleted")))
    assert "乙项目" not in shown_text(stranger.get(address(Project, "deleted")))


def test_deleted_row_does_not_tell_of_a_hidden_one(project):
    """A series is shared by all staff, but not one about a draft of another headquarters."""
    series = make_series(project=project)
    pk = series.pk
    series.delete()
    rights = ("projects.view_series",)
    own = client_of(make_staff(project.headquarters, permissions=rights))
    stranger = client_of(make_staff(make_headquarters(), permissions=rights))
    url = address(Series, "history", pk)
    assert (own.get(url).status_code, stranger.get(url).status_code) == (200, 404)
    listed = [own.get(address(Series, "deleted")), stranger.get(address(Series, "deleted"))]
    assert [len(response.context["page"]) for response in listed] == [1, 0]


def test_history_without_any_right_is_forbidden(project):
    nobody = client_of(make_staff(project.headquarters))
    assert nobody.get(address(Project, "history", project.pk)).status_code == 403
    assert nobody.get(address(Project, "deleted")).status_code == 403


@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_history_of_no_row_is_not_found(desk, number):
    base = reverse("admin:projects_enterprise_changelist")
    assert desk.get(f"{base}{number}/history/").status_code == 404


def test_state_of_another_row_is_not_found(desk, row):
    other = make_enterprise()
    assert desk.get(state_address(other, first_state(row))).status_code == 404


def test_page_to_change_links_to_the_history(desk, row):
    page = desk.get(address(Enterprise, "change", row.pk)).content.decode()
    assert address(Enterprise, "history", row.pk) in page


def test_places_are_named_in_the_history_not_their_codes(admin_client):
    project = make_project()
    project.regions.set([Region.objects.get(code="652901")])
    with acts.doing(acts.Way.PROGRAM):
        keep_states([project])
    page = admin_client.get(f"/admin/projects/project/{project.pk}/history/").content.decode()
    assert "受援地：<del>—</del> → <ins>阿克苏市</ins>" in page
    assert "652901" not in page
