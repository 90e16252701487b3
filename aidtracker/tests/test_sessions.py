"""Sessions of the staff: how long they last, and what ends them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aidtracker.accounts.sessions import PROLONGED_AT, STARTED_AT
from aidtracker.testing import make_staff
from aidtracker.tests.log_ins import NEW_PASSWORD, PASSWORD, change_own, is_logged_in, log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make_staff(username="录入员", password=PASSWORD)


# Sessions


def test_session_ends_after_thirty_minutes_and_with_the_browser(client, clerk):
    cookie = log_in(client).cookies["sessionid"]
    assert (cookie["expires"], cookie["max-age"]) == ("", "")
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_one_log_in_too_many_ends_that_which_was_not_used_for_longest(clerk, settings):
    settings.SESSIONS_AT_ONCE = 3
    clients = [Client() for _ in range(4)]
    for one in clients[:3]:
        log_in(one)
    now = timezone.now()
    for minutes, one in zip((20, 5, 25), clients[:3], strict=True):
        expires = now + timedelta(minutes=minutes)
        Session.objects.filter(pk=one.session.session_key).update(expire_date=expires)
    log_in(clients[3])
    assert [is_logged_in(one) for one in clients] == [True, False, True, True]


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


# The longest a session lasts


def start_hours_ago(client, hours):
    session = client.session
    session[STARTED_AT] -= hours * 3600
    session.save()


def test_busy_session_ends_after_twelve_hours(client, clerk):
    log_in(client)
    start_hours_ago(client, 11)
    assert is_logged_in(client)
    start_hours_ago(client, 1)
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain == [("/admin/login/?next=/admin/", 302)]
    assert "登录已满 12 小时" in response.content.decode()
    assert not is_logged_in(client)


def test_old_session_is_not_kept_alive_by_typing(client, clerk):
    log_in(client)
    start_hours_ago(client, 12)
    assert client.get(reverse("alive")).status_code == 403
    assert not is_logged_in(client)


def test_new_log_in_begins_a_new_session(client, clerk):
    log_in(client)
    start_hours_ago(client, 11)
    log_in(client)
    start_hours_ago(client, 11)
    assert is_logged_in(client)


# What ends the other sessions of a user


def test_new_password_of_ones_own_ends_the_other_sessions(client, clerk):
    other = Client()
    log_in(other)
    log_in(client)
    change_own(client, clerk)
    assert (is_logged_in(client), is_logged_in(other)) == (True, False)


def test_password_set_by_somebody_else_ends_all_sessions(client, clerk, admin_client):
    log_in(client)
    typed = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    admin_client.post(f"/admin/auth/user/{clerk.pk}/password/", typed)
    assert not is_logged_in(client)
