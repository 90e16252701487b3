"""Logging in and out: who may, until when, and what is kept of it."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from aidtracker.testing import make_batch, make_staff
from aidtracker.tests.log_ins import LOGIN, PASSWORD, is_logged_in, log_in, ways
from aidtracker.trail.models import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make_staff(username="录入员", password=PASSWORD)


# What is kept


def test_login_and_logout_are_kept(client, clerk):
    assert log_in(client).url == "/admin/"
    client.post("/admin/logout/")
    assert ways() == [("login", "录入员", "127.0.0.1"), ("logout", "录入员", "127.0.0.1")]


def test_login_page_speaks_of_no_saving_and_logout_thanks_nobody(client, clerk):
    assert "没有保存" not in log_in(client, password="x").content.decode()
    log_in(client)
    farewell = client.post("/admin/logout/").content.decode()
    assert "重新登录" in farewell
    assert "美好时光" not in farewell


def test_failed_login_is_kept_with_the_account(client, clerk):
    log_in(client, password="x")
    assert ways() == [("login_failed", "录入员", "127.0.0.1")]


def test_word_typed_for_a_name_is_kept_nowhere(client):
    """People type their password into the field of the name."""
    log_in(client, name="mein-Passwort-1", password="x")
    assert ways() == [("login_failed", "", "127.0.0.1")]
    assert "mein-Passwort-1" not in str([*AccessAttempt.objects.values(), *Act.objects.values()])


def test_address_behind_a_proxy_is_the_visitors(client, clerk, settings):
    settings.BEHIND_PROXY = True
    log_in(client, headers={"x-forwarded-for": "10.0.0.1, 203.0.113.7"})
    assert ways() == [("login", "录入员", "203.0.113.7")]


def test_login_by_a_program_is_not_kept(client, clerk):
    client.force_login(clerk)
    assert client.login(username="录入员", password=PASSWORD)
    assert authenticate(username="录入员", password=PASSWORD) == clerk
    assert ways() == []


def test_right_password_of_no_staff_is_kept_as_failed(client):
    User.objects.create_user("读者", password=PASSWORD)
    log_in(client, name="读者")
    assert ways() == [("login_failed", "读者", "127.0.0.1")]


@pytest.mark.parametrize("name", ["录入员", "读者", "无此人"])
def test_failed_login_says_the_same_to_all(client, clerk, name):
    User.objects.create_user("读者", password=PASSWORD)
    page = log_in(client, name, PASSWORD if name == "读者" else "x").content.decode()
    assert "用户名或密码不对，请注意大小写。连续输错 5 次后须等待一段时间。" in page


def test_first_admin_can_log_in_at_the_page(client):
    call_command("create_first_admin", verbosity=0)
    admin_user = User.objects.get()
    admin_user.set_password(PASSWORD)
    admin_user.save()
    assert log_in(client, "admin").url == "/admin/"


# The end of an account


@pytest.fixture
def ended(clerk):
    clerk.account.ends_on = timezone.localdate() - timedelta(days=1)
    clerk.account.save()
    return clerk


def test_ended_account_cannot_log_in_and_is_told_why(client, ended):
    page = log_in(client)
    day = f"{ended.account.ends_on:%Y-%m-%d}"
    assert f"这个账号已于 {day} 到期" in page.content.decode()
    assert not is_logged_in(client)
    assert ways() == [("login_failed", "录入员", "127.0.0.1")]


def test_end_of_an_account_is_not_told_to_who_guesses(client, ended):
    assert "到期" not in log_in(client, password="x").content.decode()


def test_account_works_on_its_last_day(client, clerk):
    clerk.account.ends_on = timezone.localdate()
    clerk.account.save()
    assert log_in(client).url == "/admin/"
    assert is_logged_in(client)


def test_account_ends_with_its_batch(client, clerk):
    clerk.account.batch = make_batch(starts_on="2017-01", ends_on="2019-12")
    clerk.account.save()
    assert "已于 2019-12-31 到期" in log_in(client).content.decode()


@pytest.mark.parametrize("fields", [{"ends_on": "2020-01-01"}, {"batch": True}])
def test_running_session_ends_with_its_account(client, clerk, fields):
    log_in(client)
    assert is_logged_in(client)
    if "batch" in fields:
        fields = {"batch": make_batch(starts_on="2017-01", ends_on="2019-12")}
    type(clerk.account).objects.update(**fields)
    assert client.get("/admin/").url == f"{LOGIN}?next=/admin/"


def test_running_session_ends_when_its_user_is_deactivated(client, clerk):
    log_in(client)
    User.objects.update(is_active=False)
    assert not is_logged_in(client)
