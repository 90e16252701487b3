"""Logging in and out, being locked out, sessions that end, and passwords."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aidtracker import acts
from aidtracker.models import Act
from aidtracker.sessions import PROLONGED_AT
from aidtracker.testing import make_batch, make_staff
from aidtracker.tests.admin_pages import foreign_words, title

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
PASSWORD = "核桃-苹果-红枣-7"
LIMIT = settings.AXES_FAILURE_LIMIT


@pytest.fixture
def clerk():
    return make_staff(username="录入员", password=PASSWORD)


def log_in(client, name="录入员", password=PASSWORD, **extra):
    return client.post(f"{LOGIN}?next=/admin/", {"username": name, "password": password}, **extra)


def ways():
    """What was kept, oldest first: (way, user name, address)."""
    return [*kept().order_by("at").values_list("way", "user_name", "address")]


def kept():
    """The acts of the test, without the loading of the fixtures."""
    return Act.objects.exclude(way=acts.Way.COMMAND)


def is_logged_in(client):
    return client.get("/admin/").status_code == 200


# What is kept


def test_login_and_logout_are_kept(client, clerk):
    assert log_in(client).url == "/admin/"
    client.post("/admin/logout/")
    assert ways() == [("login", "录入员", "127.0.0.1"), ("logout", "录入员", "127.0.0.1")]


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


# Lock-out


def guess(client, name, times=LIMIT, **extra):
    return [log_in(client, name, "x", **extra).status_code for _ in range(times)]


def test_guessing_is_locked_out(client, clerk):
    assert guess(client, "录入员") == [200] * (LIMIT - 1) + [429]
    assert log_in(client).status_code == 429
    assert not is_logged_in(client)


def test_lock_out_is_kept_once(client, clerk):
    guess(client, "录入员", LIMIT + 2)
    assert [way for way, *_ in ways()].count("locked_out") == 1
    assert ways().count(("login_failed", "录入员", "127.0.0.1")) == LIMIT + 2


def test_answer_is_the_same_whether_or_not_the_name_exists(client, clerk):
    pages = {}
    for name in ("录入员", "无此人"):
        pages[name] = [log_in(client, name, "x") for _ in range(LIMIT + 1)]
    tokens = [
        [
            page.content.decode().replace(name, "").split("csrfmiddlewaretoken")[0]
            for page in answers
        ]
        for name, answers in pages.items()
    ]
    assert tokens[0] == tokens[1]
    assert [[page.status_code for page in answers] for answers in pages.values()] == [
        [200] * (LIMIT - 1) + [429, 429]
    ] * 2


def test_unknown_name_costs_a_hash_as_well(client, clerk, monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda user, raw: hashed.append(raw))
    log_in(client, "无此人", "y")
    assert hashed == ["y"]


def test_page_of_a_lock_out_is_chinese(client, clerk):
    guess(client, "录入员", LIMIT - 1)
    page = log_in(client, password="x")
    assert title(page) == "暂时不能登录 | 援疆记录后台"
    assert "连续输错 5 次" in page.content.decode()
    assert "15 分钟" in page.content.decode()
    assert page["Retry-After"] == "900"
    assert foreign_words(page) == []


def test_lock_out_is_of_one_name_at_one_address(client, clerk):
    make_staff(username="审核员", password=PASSWORD)
    guess(client, "录入员")
    assert log_in(Client(), "审核员").url == "/admin/"
    assert log_in(Client(REMOTE_ADDR="203.0.113.7")).url == "/admin/"


def test_lock_out_behind_a_proxy_is_by_the_visitors_address(client, clerk, settings):
    settings.BEHIND_PROXY = True
    guess(client, "录入员", headers={"x-forwarded-for": "203.0.113.7"})
    assert log_in(Client(), headers={"x-forwarded-for": "203.0.113.7"}).status_code == 429
    assert log_in(Client(), headers={"x-forwarded-for": "203.0.113.8"}).status_code == 302


def test_lock_out_is_not_evaded_by_another_browser(client, clerk):
    for number in range(LIMIT):
        log_in(client, password="x", headers={"user-agent": f"browser-{number}"})
    assert log_in(client).status_code == 429


def test_lock_out_ends_after_its_time_even_with_tries_during_it(client, clerk):
    guess(client, "录入员")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert log_in(client).status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in(client).url == "/admin/"


def test_failures_before_a_success_are_forgotten(client, clerk):
    guess(client, "录入员", LIMIT - 1)
    log_in(client)
    client.logout()
    assert guess(client, "录入员", LIMIT - 1) == [200] * (LIMIT - 1)


def test_new_password_ends_a_lock_out(client, clerk, admin_client):
    guess(client, "录入员")
    clerk.set_password("石榴-无花果-巴旦木-9")
    clerk.save()
    assert log_in(client, password="石榴-无花果-巴旦木-9").url == "/admin/"


def test_lock_outs_have_no_pages_of_their_own():
    assert [model for model in admin.site._registry if model._meta.app_label == "axes"] == []


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


# Sessions


def test_session_ends_after_thirty_minutes_and_with_the_browser(client, clerk):
    cookie = log_in(client).cookies["sessionid"]
    assert (cookie["expires"], cookie["max-age"]) == ("", "")
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def rewind(client, minutes):
    """Let the last activity of a client's session be so long ago."""
    session = client.session
    session[PROLONGED_AT] -= minutes * 60
    session.save()
    expires = timezone.now() + timedelta(minutes=30 - minutes)
    Session.objects.update(expire_date=expires)


def test_activity_prolongs_a_session(client, clerk):
    log_in(client)
    rewind(client, 29)
    assert client.get(reverse("alive")).status_code == 204
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=29)


def test_session_is_not_written_by_every_request(client, clerk, django_assert_num_queries):
    log_in(client)
    with django_assert_num_queries(2):  # the session and its user
        client.get(reverse("alive"))


def test_idle_session_has_ended_and_the_login_page_says_so(client, clerk):
    log_in(client)
    rewind(client, 31)
    response = client.get("/admin/programs/region/?q=wensu", follow=True)
    assert response.redirect_chain == [
        ("/admin/login/?next=/admin/programs/region/%3Fq%3Dwensu", 302)
    ]
    assert "登录已结束：超过 30 分钟没有操作" in response.content.decode()
    again = client.post(
        response.request["PATH_INFO"] + "?" + response.request["QUERY_STRING"],
        {"username": "录入员", "password": PASSWORD, "next": response.context["next"]},
    )
    assert again.url == "/admin/programs/region/?q=wensu"


def test_first_visit_is_not_told_of_an_end(client):
    assert "登录已结束" not in client.get("/admin/", follow=True).content.decode()


def test_alive_is_for_staff(client):
    assert client.get(reverse("alive")).status_code == 403


@pytest.mark.parametrize("address", ["/", "/projects/", "/search/?q=阿克苏"])
def test_public_page_sets_no_cookie_and_writes_no_session(client, address):
    response = client.get(address)
    assert (response.status_code, [*response.cookies]) == (200, [])
    assert not response.has_header("Vary") or "Cookie" not in response["Vary"]
    assert Session.objects.count() == 0


# Passwords


@pytest.mark.parametrize(
    "password",
    [
        "korotkij1",
        "1234567890",
        "password123",
        "买买提江2024-aks",
        "江买买提2024-aks",
        "MaiMaiTiJiang8",
        "luruyuan-01",
        "录入员录入员录入员1",
    ],
)
def test_password_that_is_easily_guessed_is_refused(password):
    user = User(username="luruyuan", last_name="买买提", first_name="江")
    if "录入员" in password:
        user.username = "录入员录入员录入员"
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize("name", [("买买提", "江"), ("", ""), ("李", "")])
def test_password_without_a_name_is_accepted(name):
    validate_password(PASSWORD, User(username="clerk", last_name=name[0], first_name=name[1]))


def change_own(client, user):
    client.force_login(user)
    new = "石榴-无花果-巴旦木-9"
    typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    client.post("/admin/password_change/", typed)


def change_by_admin(client, user):
    client.force_login(User.objects.create_superuser("admin"))
    new = "石榴-无花果-巴旦木-9"
    client.post(f"/admin/auth/user/{user.pk}/password/", {"password1": new, "password2": new})


def change_by_program(client, user):
    user.set_password("石榴-无花果-巴旦木-9")
    user.save()


@pytest.mark.parametrize("change", [change_own, change_by_admin, change_by_program])
def test_change_of_a_password_is_kept(client, clerk, change):
    long_ago = timezone.now() - timedelta(days=400)
    type(clerk.account).objects.update(password_changed_at=long_ago)
    change(client, clerk)
    clerk.refresh_from_db()
    assert clerk.check_password("石榴-无花果-巴旦木-9")
    assert clerk.account.password_changed_at > timezone.now() - timedelta(minutes=1)
    act = kept().get(way=acts.Way.ACCOUNT)
    assert (act.way, act.subject) == (acts.Way.ACCOUNT, "用户 录入员")
    assert act.details == [["密码", "", "已重设"]]
    assert "石榴" not in str([*Act.objects.values()])


@pytest.mark.parametrize(("days", "is_said"), [(0, False), (90, True), (800, False)])
def test_old_password_is_reminded_of(client, clerk, settings, days, is_said):
    settings.PASSWORD_REMINDER_DAYS = days
    long_ago = timezone.now() - timedelta(days=400)
    type(clerk.account).objects.update(password_changed_at=long_ago)
    log_in(client)
    words = f"密码已超过 {days} 天没有修改"
    assert (words in client.get("/admin/").content.decode()) == is_said
    assert words not in client.get("/admin/").content.decode()


def test_first_admin_can_log_in_at_the_page(client):
    call_command("create_first_admin", verbosity=0)
    admin_user = User.objects.get()
    admin_user.set_password(PASSWORD)
    admin_user.save()
    assert log_in(client, "admin").url == "/admin/"
