"""What 安全管理员 is told of: much taken along, rights given, log-ins from new places."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.utils import timezone

from aidtracker.accounts.alerts import alert_of, recent_alerts
from aidtracker.testing import make_project, make_staff
from aidtracker.tests.log_ins import PASSWORD, kept, log_in
from aidtracker.trail import acts
from aidtracker.trail.models import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make_staff(username="录入员", password=PASSWORD)


@pytest.fixture
def told(settings):
    settings.SECURITY_EMAIL = ["security@aid.example"]
    return mail.outbox


def words():
    return [sentence for act, sentence in recent_alerts() if act.way != acts.Way.COMMAND]


def test_much_that_one_person_exports_is_told(admin_client, settings):
    settings.MASS_EXPORT_ROWS = 3
    make_project()
    address = "/admin/projects/project/export/"
    page = admin_client.get(f"{address}?format=csv")
    if page.status_code != 200:
        pytest.fail(f"no export: {page.status_code}")
    b"".join(page)
    [sentence] = words()
    assert sentence.startswith("一小时内导出了")


def test_exports_of_an_hour_are_added_up(clerk, settings):
    settings.MASS_EXPORT_ROWS = 100
    for rows in (40, 40, 40):
        acts.record(acts.Way.EXPORT, user=clerk, subject="援疆项目", details=[["行数", rows]])
    assert words() == ["一小时内导出了 120 行，最后是援疆项目"]
    Act.objects.filter(way=acts.Way.EXPORT).update(at=timezone.now() - timedelta(hours=2))
    acts.record(acts.Way.EXPORT, user=clerk, subject="援疆项目", details=[["行数", 40]])
    assert alert_of(Act.objects.filter(way=acts.Way.EXPORT).latest("at")) == ""


def test_alerts_are_asked_for_in_two_queries(clerk, settings, django_assert_num_queries):
    """However many log in and export: one for the acts, one for the exports around them."""
    settings.MASS_EXPORT_ROWS = 30
    for rows in (40, 50, 60):
        acts.record(acts.Way.EXPORT, user=clerk, subject="援疆项目", details=[["行数", rows]])
        acts.record(acts.Way.LOGIN, user=clerk, subject=str(rows))
    Act.objects.filter(way=acts.Way.LOGIN).update(address="203.0.113.7")
    with django_assert_num_queries(2):
        assert [sentence.split()[0] for sentence in words()] == [
            *("一小时内导出了", "一小时内导出了", "第一次登录", "一小时内导出了")
        ]


def test_little_that_is_exported_is_not_told(clerk):
    acts.record(acts.Way.EXPORT, user=clerk, subject="援疆项目", details=[["行数", 40]])
    assert words() == []


def test_export_of_the_trail_itself_is_told(admin_client):
    b"".join(admin_client.get("/admin/aidtracker/act/export/?format=csv"))
    assert words() == ["导出了操作记录"]


def test_given_rights_are_told_and_mailed(client, clerk, told, django_capture_on_commit_callbacks):
    officer = make_staff(username="安全员", password=PASSWORD)
    officer.groups.add(Group.objects.get(name="安全管理员"))
    client.force_login(officer)
    group = Group.objects.get(name="填报员")
    form = {"groups": [group.pk], "account-TOTAL_FORMS": "0", "account-INITIAL_FORMS": "0"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/auth/user/{clerk.pk}/change/", form)
    assert words() == ["改了用户 录入员的组"]
    [letter] = told
    assert letter.to == ["security@aid.example"]
    assert "安全员" in letter.body
    assert "改了用户 录入员的组" in letter.subject


def test_own_new_password_is_not_told(clerk):
    acts.keep(acts.Way.ACCOUNT, "用户 录入员", [["密码", "", "已重设"]])
    assert words() == []


def test_log_in_from_a_new_address_is_told(client, clerk, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        log_in(client)
        log_in(client)
        log_in(client, REMOTE_ADDR="203.0.113.7")
    new = "从没有用过的网络地址 203.0.113.7 登录"
    assert words() == [new, "第一次登录"]
    assert [new in letter.subject for letter in told] == [False, True]


def test_address_that_was_not_used_for_long_is_new_again(client, clerk):
    log_in(client)
    Act.objects.filter(way=acts.Way.LOGIN).update(at=timezone.now() - timedelta(days=91))
    log_in(client)
    assert words() == ["从没有用过的网络地址 127.0.0.1 登录"]


def test_mail_that_cannot_be_sent_holds_nobody_up(
    client, clerk, told, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with django_capture_on_commit_callbacks(execute=True):
        assert log_in(client).status_code == 302
    assert kept().filter(way=acts.Way.LOGIN).exists()


def test_nobody_is_mailed_where_no_address_is_set(
    client, clerk, settings, django_capture_on_commit_callbacks
):
    settings.SECURITY_EMAIL = []
    with django_capture_on_commit_callbacks(execute=True):
        log_in(client)
    assert mail.outbox == []


@pytest.mark.parametrize(("group", "sees"), [("安全管理员", True), ("系统管理员", False)])
def test_status_page_tells_who_grants_rights(client, clerk, group, sees):
    log_in(client, REMOTE_ADDR="203.0.113.7")
    officer = make_staff(username="某员", password=PASSWORD)
    officer.groups.add(Group.objects.get(name=group))
    client.force_login(officer)
    page = client.get("/admin/status/").content.decode()
    assert ("203.0.113.7" in page) == sees
