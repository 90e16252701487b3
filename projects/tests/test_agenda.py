"""日程: what is due, by page and by mail; who has not reported, and reminding them."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.months import last_complete_month, previous
from aidtracker.testing import (
    make_assessment_round,
    make_assessment_scheme,
    make_headquarters,
    make_jobs_report,
    make_matter,
    make_milestone,
    make_progress_report,
    make_project,
    make_reporting_period,
    make_site,
    make_staff,
    make_target,
    make_training_report,
)
from aidtracker.trail.notices import Notice
from projects.models.tasks import CollectionTask, CollectionUnit
from projects.monthly.agenda import agenda, remind, silent
from projects.monthly.due import missing_of, without_report
from projects.monthly.due_rows import MOST
from projects.monthly.kinds import KINDS
from projects.tests.review_pages import said

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:projects_agenda")
RIGHTS = [
    *(f"projects.{verb}_progressreport" for verb in ("view", "add", "change")),
    *(f"projects.view_{name}" for name in ("milestone", "target", "matter", "assessmentround")),
]


@pytest.fixture
def clerk(headquarters):
    user = make_staff(headquarters, permissions=RIGHTS)
    user.email = "clerk@example.org"
    user.save()
    return user


@pytest.fixture
def project(headquarters):
    return make_project(headquarters=headquarters, name="农贸市场改造", status="building")


def due(user, today=None):
    found = agenda(user, today or timezone.localdate())
    return [(one.kind, one.what, one.is_late) for one in found]


def test_agenda_has_steps_until_they_are_reached(clerk, headquarters, project):
    today = date(2026, 5, 20)
    make_milestone(project=project, name="封顶", planned_on="2026-05-25")
    make_milestone(project=project, name="开工", planned_on="2026-04")
    make_milestone(project=project, name="验收", planned_on="2026-05-21", actual_on="2026-05-19")
    make_milestone(project=project, name="移交", planned_on="2027-05-21")
    make_milestone(name="别人的", planned_on="2026-05-25")
    found = [one for one in due(clerk, today) if one[0] == "节点"]
    assert found == [
        ("节点", "农贸市场改造 开工", True),
        ("节点", "农贸市场改造 封顶", False),
    ]


def test_agenda_has_what_was_set_out_to_do_until_it_is_reached(clerk, headquarters):
    own = {"headquarters": headquarters, "unit": "场"}
    make_target(name="义诊", ends_on="2026-12", planned=9, done=4, **own)
    make_target(name="讲座", ends_on="2026", **own)
    make_target(name="演出", ends_on="2027", **own)
    make_target(name="培训", ends_on="2026-12", planned=9, done=9, **own)
    make_target(name="结对", ends_on="2026-12", status="finished", **own)
    make_target(name="别人的", ends_on="2026-12", unit="场")
    assert due(clerk, date(2027, 1, 2)) == [
        ("目标任务", "讲座到期", True),
        ("目标任务", "义诊到期", True),
    ]
    assert due(clerk, date(2026, 11, 30)) == []


def test_agenda_has_matters_and_rounds_with_their_days(clerk, headquarters):
    today = date(2026, 5, 20)
    make_site(headquarters=[headquarters])
    scheme = make_assessment_scheme(headquarters=headquarters, assessed="site", name="示范")
    make_assessment_round(scheme=scheme, year=2026, due_on=date(2026, 6, 1))
    matter = {"kind": "freight", "raised_on": date(2026, 1, 1), "headquarters": headquarters}
    make_matter(message="运费", due_on=date(2026, 2, 1), **matter)
    make_matter(message="运力", due_on=date(2026, 8, 1), **matter)
    assert due(clerk, today) == [
        ("问题", "本站：运费", True),
        ("评定", "示范 2026 年评分截止，应评 1 家，还有 1 家没有评全", False),
    ]


def test_old_matters_leave_room_for_what_is_coming(clerk, headquarters, project):
    today = date(2026, 5, 20)
    make_milestone(project=project, name="封顶", planned_on="2026-05-25")
    for number in range(MOST + 1):
        due_on = today - timedelta(100 + number)
        make_matter(headquarters=headquarters, raised_on=due_on, due_on=due_on)
    kinds = [kind for kind, *_ in due(clerk, today)]
    assert (kinds.count("问题"), kinds.count("节点")) == (MOST, 1)


def test_agenda_has_tasks_locked_months_and_the_end_of_the_account(clerk, headquarters):
    today = timezone.localdate()
    task = CollectionTask.objects.create(
        title="收报表", dataset="projects", due_on=today + timedelta(days=3), made_by=clerk
    )
    CollectionUnit.objects.create(task=task, headquarters=headquarters)
    make_reporting_period(headquarters=headquarters, month=date(2026, 1, 1), locked_on=today)
    clerk.account.ends_on = today + timedelta(days=10)
    clerk.account.save()
    kinds = [(kind, what) for kind, what, _ in due(clerk)]
    assert ("报表任务", f"{headquarters}：收报表") in kinds
    assert ("已锁定", f"{headquarters} 2026年1月") in kinds
    assert ("账号", "您的账号到期") in kinds


def test_ends_of_others_are_for_who_sets_them(clerk, headquarters):
    today = timezone.localdate()
    clerk.account.ends_on = today + timedelta(days=10)
    clerk.account.save()
    keeper = make_staff(headquarters, permissions=["programs.change_account"])
    other = make_staff(headquarters, permissions=["projects.view_milestone"])
    assert [what for _, what, _ in due(keeper)] == [f"{clerk.username}的账号到期"]
    assert due(other) == []


def test_report_that_is_due_is_told_by_mail_and_by_page(client, clerk, project):
    client.force_login(clerk)
    assert "项目月报还有 1 份没填" in client.get(PAGE).content.decode()
    call_command("send_mails", stdout=StringIO())
    (sent,) = mail.outbox
    assert "项目月报还有 1 份没填" in sent.body
    assert sent.to == ["clerk@example.org"]


# Who has not reported


@pytest.fixture
def collector(headquarters):
    return make_staff(headquarters, permissions=["projects.add_reportingperiod"])


def test_who_has_not_reported_is_reminded_by_one_press(client, clerk, collector, project):
    month = last_complete_month()
    client.force_login(collector)
    (one,) = client.get(PAGE).context["silent"]
    assert one.words == "项目月报 1 份"
    (words,) = said(client.post(PAGE, {"headquarters": one.headquarters.pk}, follow=True))
    assert words == "已发出 1 条催报通知。"
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.kind) == (clerk, "reminder")
    assert "kind=progress" in notice.address
    make_progress_report(project=project, month=month, review="submitted")
    assert client.get(PAGE).context["silent"] == []


def test_draft_is_no_report_and_a_locked_month_is_over(clerk, headquarters, project):
    month = last_complete_month()
    make_progress_report(project=project, month=month, review="draft")
    assert [one.headquarters for one in silent(month, [headquarters])] == [headquarters]
    make_reporting_period(headquarters=headquarters, month=month, locked_on=date(2026, 1, 1))
    assert silent(month, [headquarters]) == []


def test_missing_reports_of_each_kind_are_counted_as_they_are_listed(clerk, headquarters, project):
    """One site and one headquarters that reported twice lately miss one report each."""
    month, site = last_complete_month(), make_site()
    for before in (previous(month), previous(previous(month))):
        make_jobs_report(headquarters=headquarters, site=site, month=before)
        make_training_report(headquarters=headquarters, month=before)
    make_project(headquarters=headquarters, status="building")
    found = missing_of(KINDS.values(), [headquarters.pk], month, handed_in=True)
    listed = {
        key: len(without_report(kind, [headquarters.pk], month, handed_in=True))
        for key, kind in KINDS.items()
    }
    assert {key: count[headquarters.pk] for key, count in found.items()} == listed
    assert {key: n for key, n in listed.items() if n} == {"progress": 2, "jobs": 1, "training": 1}


def test_nobody_to_remind_is_said(headquarters, project, collector):
    words = remind(last_complete_month(), [headquarters], collector)
    assert words == f"已发出 0 条催报通知。没有人填报、催不到的：{headquarters}。"


def test_only_who_collects_reminds_and_only_their_own(client, clerk, collector, project):
    make_project(status="building")
    client.force_login(clerk)
    assert client.get(PAGE).context["silent"] == []
    assert said(client.post(PAGE, {"headquarters": "all"}, follow=True)) == ["没有可以催的指挥部。"]
    client.force_login(collector)
    other = make_headquarters()
    assert said(client.post(PAGE, {"headquarters": other.pk}, follow=True)) == [
        "没有可以催的指挥部。"
    ]
    assert not Notice.objects.exists()


def test_page_asks_no_more_for_more_headquarters(client, headquarters, project):
    kinds = [f"projects.add_{kind.model._meta.model_name}" for kind in KINDS.values()]
    more = ["projects.add_reportingperiod", "programs.change_account", *kinds]
    boss = make_staff(headquarters, permissions=[*RIGHTS, *more])
    client.force_login(boss)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _ in range(5):
        below = make_headquarters(parent=headquarters)
        make_project(headquarters=below, status="building")
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(PAGE).context["silent"]) == 6
    assert len(many) <= len(few) <= 12
