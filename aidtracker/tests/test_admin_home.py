"""The admin's first page: what waits for this person, what may wait, and every list."""

from datetime import date

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from aidtracker.desk.filters import kinds_of_work
from aidtracker.desk.home import models_with_work
from aidtracker.ground.months import following, last_complete_month, month_text
from aidtracker.review.reviewed import Reviewed
from aidtracker.testing import (
    make_finding,
    make_headquarters,
    make_investment,
    make_jobs_report,
    make_observation,
    make_progress_report,
    make_project,
    make_reporting_period,
    make_site,
    make_staff,
    make_training_report,
)
from aidtracker.trail import acts
from projects.monthly.due import reports_due

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")


@pytest.fixture
def headquarters():
    return make_headquarters()


def staff(headquarters, *verbs, models=("project",)):
    return make_staff(
        headquarters, permissions=[f"projects.{verb}_{one}" for verb in verbs for one in models]
    )


def waiting(client, user):
    """What the page says waits for a user, with the link of each line."""
    client.force_login(user)
    own = client.get(HOME).context["own_work"]
    return {(item["what"], item["kind"]): item["count"] for item in own}


def test_each_right_has_its_queue(client, headquarters):
    for state in ("submitted", "approved", "approved", "returned", "returned", "returned"):
        make_project(headquarters=headquarters, review=state)
        make_project(review=state)
    queues = {
        "change": {("援疆项目", "退回给我的"): 3},
        "approve": {("援疆项目", "等我审核"): 1},
        "publish": {("援疆项目", "等我发布"): 2},
    }
    for verb, queue in queues.items():
        assert waiting(client, staff(headquarters, "view", verb)) == queue


def test_own_drafts_are_listed_and_own_rows_do_not_wait_for_approval(client, headquarters):
    user = staff(headquarters, "view", "change", "approve")
    with acts.doing(acts.Way.FORM) as act:
        act.user = user
        make_project(headquarters=headquarters, review="draft")
        make_project(headquarters=headquarters, review="submitted")
    make_project(headquarters=headquarters, review="draft")
    assert waiting(client, user) == {("援疆项目", "我的草稿"): 1}


def test_what_is_to_do_is_said_once_for_all_kinds_of_records(client, headquarters):
    for make in (make_project, make_investment):
        make(headquarters=headquarters, review="submitted")
    kinds = ("project", "investment")
    client.force_login(staff(headquarters, "view", "approve", models=kinds))
    page = client.get(HOME)
    assert len(page.context["own_work"]) == 2
    assert page.content.decode().count("<h3>等我审核</h3>") == 1


def test_every_line_leads_to_a_list_of_as_many_rows(admin_client):
    make_observation(status="submitted")
    make_observation(status="returned")
    context = admin_client.get(HOME).context
    lines = [*context["own_work"], *context["work"]]
    assert len(lines) > 5
    for line in lines:
        assert admin_client.get(line["link"]).context["cl"].result_count == line["count"]


def test_page_counts_what_the_filters_find(admin_client, admin_user):
    make_observation(status="submitted")
    context = admin_client.get(HOME).context
    models = models_with_work()
    rows = {
        (model._meta.verbose_name_plural, label): model.objects.filter(rule).distinct().count()
        for model in models
        for label, rule in kinds_of_work(model, admin_user).values()
    }
    lines = [*context["own_work"], *context["work"]]
    counted = {(item["what"], item["kind"]): item["count"] for item in lines}
    assert counted == {kind: count for kind, count in rows.items() if count}


def test_work_is_looked_for_in_every_reviewed_list():
    reviewed = {model._meta.label for model in apps.get_models() if issubclass(model, Reviewed)}
    assert len(reviewed) == 19
    assert reviewed <= {model._meta.label for model in models_with_work()}


def test_findings_of_other_headquarters_do_not_wait(client, headquarters):
    user = staff(headquarters, "view", "change", models=("finding",))
    for maintainer in (headquarters, make_headquarters()):
        figures = [make_observation(maintainer=maintainer)]
        make_finding(result="contradiction").observations.set(figures)
    assert waiting(client, user) == {("核对", "矛盾待处理"): 1}


def test_what_a_person_may_and_covers_is_asked_each_time(client, headquarters):
    make_project(headquarters=headquarters, review="submitted")
    user = staff(headquarters, "view", "approve")
    one, two = {("援疆项目", "等我审核"): 1}, {("援疆项目", "等我审核"): 2}
    assert waiting(client, user) == one
    make_project(headquarters=headquarters, review="submitted")
    assert waiting(client, user) == two
    user.account.headquarters.set([make_headquarters()])
    assert waiting(client, User.objects.get(pk=user.pk)) == {}
    user.account.headquarters.set([headquarters])
    assert waiting(client, User.objects.get(pk=user.pk)) == two
    user.user_permissions.remove(Permission.objects.get(codename="approve_project"))
    assert waiting(client, User.objects.get(pk=user.pk)) == {}


def test_nothing_to_do_is_said(client, headquarters):
    client.force_login(staff(headquarters, "view", "change"))
    page = client.get(HOME)
    assert page.context["own_work"] == []
    assert "<p>没有待办。</p>" in page.content.decode()


# Reports that are due

MONTH = date(2026, 5, 1)
REPORTERS = ("projects.add_progressreport", "projects.add_investmentreport")


def due(user):
    return [(one.kind.key, one.count, one.due_on) for one in reports_due(user, MONTH)]


def test_what_is_not_reported_about_the_month_is_due(headquarters):
    user = make_staff(headquarters, permissions=REPORTERS)
    done, _, cancelled = (make_project(headquarters=headquarters) for _ in range(3))
    make_progress_report(project=done, month=MONTH)
    make_progress_report(project=cancelled, month=date(2026, 4, 1))
    cancelled.status = "cancelled"
    cancelled.save()
    make_project()
    make_investment(headquarters=headquarters)
    assert due(user) == [("progress", 1, date(2026, 6, 5)), ("investment", 1, date(2026, 6, 5))]


def test_reports_are_due_when_the_period_says(headquarters):
    user = make_staff(headquarters, permissions=REPORTERS)
    make_project(headquarters=headquarters)
    make_reporting_period(headquarters=headquarters, month=MONTH, due_on=date(2026, 6, 8))
    assert due(user) == [("progress", 1, date(2026, 6, 8))]


def test_nothing_is_due_for_a_locked_month(headquarters):
    user = make_staff(headquarters, permissions=REPORTERS)
    make_project(headquarters=headquarters)
    make_reporting_period(headquarters=headquarters, month=MONTH, locked_on=date(2026, 6, 10))
    assert due(user) == []


def test_nothing_is_due_from_who_enters_no_reports(headquarters):
    make_project(headquarters=headquarters)
    assert due(make_staff(headquarters)) == []


def test_what_was_reported_lately_is_due_again(headquarters):
    codes = ["projects.add_jobsreport", "projects.add_trainingreport"]
    user = make_staff(headquarters, permissions=codes)
    lately, long_ago = date(2026, 2, 1), date(2026, 1, 1)
    for kind in ("vocational", "cadre"):
        make_training_report(headquarters=headquarters, kind=kind, month=lately)
    again, done, old = (make_site() for _ in range(3))
    for site in (again, done):
        make_jobs_report(headquarters=headquarters, site=site, month=lately)
    make_jobs_report(headquarters=headquarters, site=again, month=date(2026, 3, 1))
    make_jobs_report(headquarters=headquarters, site=done, month=MONTH)
    make_jobs_report(headquarters=headquarters, site=old, month=long_ago)
    make_jobs_report(site=again, month=MONTH)
    assert [each[:2] for each in due(user)] == [("jobs", 1), ("training", 1)]
    make_training_report(headquarters=headquarters, month=MONTH)
    assert [each[:2] for each in due(user)] == [("jobs", 1)]


@pytest.mark.parametrize("kind", ["progress", "investment", "outlet", "jobs", "training"])
def test_reader_of_any_ledger_is_led_to_the_page_of_the_month(client, headquarters, kind):
    user = make_staff(headquarters, permissions=[f"projects.view_{kind}report"])
    client.force_login(user)
    response = client.get(HOME)
    titles = [each["title"] for group in response.context["groups"] for each in group["lists"]]
    assert "按月填报" in titles
    assert f'href="{reverse("admin:projects_grid")}"' in response.content.decode()


# Before the 28th, on which the month's reports are due.
@time_machine.travel("2026-05-15T10:00:00+08:00")
def test_line_of_due_reports_leads_to_the_page_of_the_month(client, headquarters):
    user = make_staff(headquarters, permissions=[*REPORTERS, "projects.view_progressreport"])
    make_project(headquarters=headquarters)
    month = last_complete_month()
    last_day = following(month).replace(day=28)
    make_reporting_period(headquarters=headquarters, month=month, due_on=last_day)
    client.force_login(user)
    (line,) = client.get(HOME).context["own_work"]
    query = {"kind": "progress", "month": month_text(month)}
    assert line["link"] == reverse("admin:projects_grid", query=query)
    assert line["kind"].startswith(f"{month.year}年{month.month}月要报，")
    assert line["kind"].endswith("月28日截止")


# The rest of the page


def test_page_shows_only_what_a_person_may_open(client):
    clerk = User.objects.create(username="录入员", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_region"))
    client.force_login(clerk)
    context = client.get(HOME).context
    assert context["groups"] == [
        {
            "title": "谁援助谁",
            "lists": [{"title": "地区", "link": "/admin/programs/region/", "add_link": ""}],
        },
        {
            "title": "审计",
            "lists": [{"title": "操作记录", "link": "/admin/aidtracker/act/", "add_link": ""}],
        },
    ]
    assert (context["own_work"], context["work"]) == ([], [])


def test_page_asks_one_query_for_the_work_in_all_lists(admin_client, django_assert_num_queries):
    admin_client.get(HOME)
    with django_assert_num_queries(4):
        admin_client.get(HOME)


def test_page_asks_two_queries_more_for_each_kind_of_report(
    client, headquarters, django_assert_max_num_queries
):
    client.force_login(make_staff(headquarters, permissions=REPORTERS))
    with django_assert_max_num_queries(12):
        client.get(HOME)
