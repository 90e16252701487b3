"""The leader's page of a headquarters."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from aidtracker.testing import (
    make_category,
    make_finding,
    make_headquarters,
    make_investment,
    make_jobs_report,
    make_milestone,
    make_observation,
    make_progress_report,
    make_project,
    make_project_plan,
    make_series,
    make_site,
    make_staff,
    make_training_report,
)
from aidtracker.trail.acts import Way, doing
from aidtracker.trail.models import Act
from projects.monthly.kinds import KINDS
from projects.monthly.ledger_follow import follow
from projects.monthly.overview import Desk

pytestmark = pytest.mark.django_db

VIEW = ("projects.view_project",)
TODAY = date(2026, 6, 20)


@pytest.fixture
def headquarters():
    return make_headquarters(name="某某指挥部")


def address(headquarters):
    return reverse("admin:projects_desk", args=[headquarters.slug])


def fill(headquarters):
    project = make_project(
        headquarters=headquarters,
        status="building",
        category=make_category(name="产业"),
        planned_amount=100,
        received_amount=120,
        planned_completion="2020",
    )
    make_project_plan(project=project, year=timezone.localdate().year, amount=90)
    make_milestone(project=project, planned_on="2021-05")
    make_progress_report(project=project, month=date(2026, 4, 1), review="submitted")
    figure = make_observation(series=make_series(headquarters=headquarters))
    make_finding(result="contradiction", observations=[figure])
    return project


def test_desk_counts_by_status_and_category_and_leaves_withdrawn_rows_out(headquarters):
    fill(headquarters)
    make_project(headquarters=headquarters, review="draft")
    make_project(headquarters=headquarters, review="withdrawn", status="building")
    make_project(status="building")
    desk = Desk(headquarters, TODAY)

    assert desk.counts == (2, 1)
    assert [(line.label, line.count) for line in desk.statuses] == [("在建", 1), ("未填", 1)]
    assert sorted((line.label, line.count) for line in desk.categories) == [
        ("产业", 1),
        ("未填", 1),
    ]


def test_desk_plan_takes_the_latest_edition_of_each_project(headquarters):
    project = make_project(headquarters=headquarters)
    make_project_plan(project=project, amount=10)
    make_project_plan(project=project, amount=15, number=2, reason="追加")
    make_project_plan(project=make_project(headquarters=headquarters), amount=20)
    make_project_plan(project=project, amount=7, year=2025)

    assert Desk(headquarters, TODAY).plan == {
        "projects": 2,
        "first": Decimal(30),
        "adjusted": 1,
        "amount": Decimal(35),
    }


def test_desk_lists_late_and_wrong_rows_and_missing_reports(headquarters):
    project = fill(headquarters)
    desk = Desk(headquarters, TODAY)

    late = [(group.rule.code, group.count) for group in desk.late]
    assert late == [("project-completion-late", 1), ("milestone-late", 1)]
    assert [group.rule.code for group in desk.wrong] == ["project-received-over-plan"]
    assert [line.subjects for line in desk.missing] == [[project], *[[]] * (len(KINDS) - 1)]
    make_progress_report(project=project, month=date(2026, 5, 1), review="submitted")
    assert [line.count for line in Desk(headquarters, TODAY).missing] == [0] * len(KINDS)


def test_desk_misses_jobs_and_training_that_were_reported_before(headquarters):
    site = make_site(name="产业园")
    make_jobs_report(headquarters=headquarters, site=site, month=date(2026, 4, 1))
    make_training_report(headquarters=headquarters, month=date(2026, 4, 1))
    make_jobs_report(headquarters=headquarters, site=site, month=date(2026, 5, 1), review="draft")
    missing = {line.kind.key: line.subjects for line in Desk(headquarters, TODAY).missing}
    assert (missing["jobs"], missing["training"]) == ([site], [headquarters])


def test_what_was_due_last_leads_and_investments_come_after_projects(headquarters):
    for signed in ("2012", "2024-06"):
        make_investment(headquarters=headquarters, signed_on=signed, status="signed")
    for planned in ("2019", "2026-05", "2025-03-01"):
        make_project(headquarters=headquarters, planned_completion=planned, status="building")
    found = {group.rule.code: group.found for group in Desk(headquarters, TODAY).late}
    assert [*found] == ["project-completion-late", "investment-nothing-arrived"]
    days = [one.row.planned_completion for one in found["project-completion-late"]]
    assert days == ["2026-05", "2025-03-01", "2019"]


def test_desk_says_who_changed_what_this_week(headquarters):
    project = make_project(headquarters=headquarters)
    other = make_project()
    staff = make_staff(headquarters, username="填报的人")
    with doing_as(staff):
        project.status = "building"
        project.save()
        other.save()

    lines = [line for line in Desk(headquarters, TODAY).changes if line.person == "填报的人"]

    assert [(line.ledger, line.way, line.rows) for line in lines] == [("援疆项目", "表单", 1)]


def test_amounts_that_followed_from_a_report_are_counted_apart(headquarters):
    project = make_project(headquarters=headquarters, work_done_amount=1)
    make_progress_report(project=project, work_done_to_date=7, review="published")
    with doing_as(make_staff(headquarters, username="发布的人")):
        follow(project.progress_reports.all())
        project.refresh_from_db()
        project.name = "水厂"
        project.save()

    lines = [line for line in Desk(headquarters, TODAY).changes if line.person == "发布的人"]

    assert sorted((line.ledger, line.way, line.rows) for line in lines) == [
        ("援疆项目", "表单", 1),
        ("援疆项目", "随月报、计划更新", 1),
    ]


def doing_as(user):
    """What is saved in the block, the user does in a form."""
    request = RequestFactory().post("/")
    request.user = user
    return doing(Way.FORM, request=request)


def test_desk_lists_open_findings_and_the_queue(headquarters):
    fill(headquarters)
    make_finding(result="contradiction", observations=[make_observation()])
    make_project(headquarters=headquarters, review="returned")
    desk = Desk(headquarters, TODAY)

    assert len(desk.findings) == 1
    queue = {line.label: line.counts for line in desk.queue}
    assert queue["援疆项目"] == (1, 0, 0, 0)
    assert queue["项目月报"] == (0, 1, 0, 0)


def test_page_shows_the_headquarters(headquarters, client):
    fill(headquarters)
    client.force_login(make_staff(headquarters, permissions=VIEW))

    text = client.get(address(headquarters)).content.decode()

    for words in ("某某指挥部", "在建", "到位率", "120", "资金到位 120 万元，超过计划 100 万元。"):
        assert words in text


def test_page_of_another_headquarters_is_not_there(headquarters, client):
    client.force_login(make_staff(make_headquarters(), permissions=VIEW))
    assert client.get(address(headquarters)).status_code == 404
    assert client.get(address(headquarters), {"download": "csv"}).status_code == 404


def test_page_of_a_headquarters_below_is_open(headquarters, client):
    below = make_headquarters(parent=headquarters)
    client.force_login(make_staff(headquarters, permissions=VIEW))
    assert below.name in client.get(address(below)).content.decode()


def test_observer_opens_every_page(headquarters, client):
    client.force_login(make_staff(reach="reads_all", permissions=VIEW))
    assert client.get(address(headquarters)).status_code == 200


def test_page_needs_the_right_to_see_projects(headquarters, client):
    client.force_login(make_staff(headquarters))
    assert client.get(address(headquarters)).status_code == 403
    assert client.get(reverse("admin:projects_desks")).status_code == 403


def test_visitor_is_led_to_the_login(headquarters, client):
    assert client.get(address(headquarters)).status_code == 302


def test_choice_leads_to_the_only_headquarters(headquarters, client):
    client.force_login(make_staff(headquarters, permissions=VIEW))
    assert client.get(reverse("admin:projects_desks")).url == address(headquarters)


def test_choice_leads_to_the_headquarters_above_the_others(headquarters, client):
    below = make_headquarters(parent=headquarters)
    client.force_login(make_staff(headquarters, permissions=["projects.view_project"]))
    assert client.get(reverse("admin:projects_desks")).url == address(headquarters)
    assert below.name in client.get(address(headquarters)).content.decode()


def test_choice_lists_only_covered_headquarters(headquarters, client):
    other, foreign = make_headquarters(), make_headquarters(name="别处的")
    client.force_login(make_staff(headquarters, other, permissions=VIEW))

    text = client.get(reverse("admin:projects_desks")).content.decode()

    assert (headquarters.name in text, other.name in text, foreign.name in text) == (
        True,
        True,
        False,
    )


def test_downloads_have_the_numbers_of_the_page_and_are_noted(headquarters, client):
    fill(headquarters)
    user = make_staff(headquarters, permissions=VIEW)
    client.force_login(user)

    csv = b"".join(client.get(address(headquarters), {"download": "csv"})).decode("utf-8-sig")
    xlsx = b"".join(client.get(address(headquarters), {"download": "xlsx"}))

    rows = CalamineWorkbook.from_filelike(io.BytesIO(xlsx)).get_sheet_by_index(0).to_python()
    assert ["资金", "到位率", 120.0, "%"] in [row[:4] for row in rows]
    assert "资金,到位率,120" in csv
    assert len(csv.splitlines()) == len(rows)
    assert Act.objects.filter(way="export", user=user).count() == 2


def test_number_of_queries_does_not_grow_with_rows(headquarters, client, django_assert_num_queries):
    client.force_login(make_staff(headquarters, permissions=VIEW))
    fill(headquarters)
    client.get(address(headquarters))
    with django_assert_num_queries(100, exact=False) as first:
        client.get(address(headquarters))
    for _ in range(5):
        fill(headquarters)
    with django_assert_num_queries(len(first)):
        client.get(address(headquarters))


def test_trend_adds_up_what_was_handed_in_month_by_month(headquarters):
    project = make_project(headquarters=headquarters)
    for month, amount, review in ((3, 5, "published"), (4, 1200, "submitted"), (5, 7, "draft")):
        day = date(2026, month, 1)
        make_progress_report(project=project, month=day, work_done_month=amount, review=review)
    desk = Desk(headquarters, TODAY, date(2026, 5, 1))
    found = [(line.month.month, line.reports, line.work_done) for line in desk.trend[:3]]
    assert found == [(5, 0, None), (4, 1, 1200), (3, 1, 5)]


def test_month_is_chosen_and_amounts_have_separators(admin_client, headquarters):
    project = make_project(headquarters=headquarters, name="水厂", planned_amount="12345.60")
    make_progress_report(project=project, month=date(2026, 3, 1), review="submitted")
    for month, missing in (("2026-03", []), ("2026-04", [project])):
        page = admin_client.get(address(headquarters), {"month": month})
        assert page.context["desk"].missing[0].subjects == missing
        assert f"?month={month}&amp;download=xlsx" in page.content.decode()
    assert ">12,345.6<" in page.content.decode()


def test_what_is_not_printed_is_counted(admin_client, headquarters):
    """On paper three rows of a rule stand; the sentence below them counts the others."""
    for _ in range(7):
        make_project(headquarters=headquarters, planned_completion="2020-01", status="started")
    page = admin_client.get(address(headquarters))
    [group] = [one for one in page.context["desk"].late if one.count == 7]
    assert f'<p class="desk-on-paper">其余 {group.count - 3} 条' in page.content.decode()
