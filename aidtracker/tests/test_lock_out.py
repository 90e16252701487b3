"""Guessing passwords: what stops it, and whom that does not harm."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from aidtracker.testing import make_staff
from aidtracker.tests.admin_pages import foreign_words, title
from aidtracker.tests.log_ins import LIMIT, PASSWORD, guess, is_logged_in, kept, log_in, ways
from aidtracker.trail import acts

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make_staff(username="录入员", password=PASSWORD)


# Lock-out


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


def guess_names(client, number, **extra):
    """Wrong passwords for so many names, one each."""
    return [log_in(client, f"名字{one}", "x", **extra).status_code for one in range(number)]


@pytest.fixture
def few(settings):
    """Ten wrong passwords from one address are too many."""
    settings.ADDRESS_FAILURE_LIMIT = 10


def test_fifty_failures_are_too_many_for_one_address(settings):
    assert (settings.ADDRESS_FAILURE_LIMIT, settings.AXES_FAILURE_LIMIT) == (50, 5)


def test_address_is_locked_out_after_many_names(client, clerk, few):
    assert guess_names(client, 10) == [200] * 9 + [429]
    assert log_in(client).status_code == 429
    assert log_in(client, "无此人").status_code == 429


def test_address_below_its_limit_harms_nobody_behind_it(client, clerk, few):
    guess_names(client, 9)
    assert log_in(client).url == "/admin/"
    client.logout()
    assert guess_names(client, 1) == [429]


def test_lock_out_of_an_address_harms_nobody_elsewhere(client, clerk, few):
    running = Client()
    log_in(running)
    guess_names(client, 10)
    assert log_in(Client(REMOTE_ADDR="203.0.113.7")).url == "/admin/"
    assert is_logged_in(running)


def test_guessing_from_everywhere_locks_nobody_out(client, clerk, few):
    for number in range(25):
        guess(client, "录入员", 1, REMOTE_ADDR=f"203.0.113.{number}")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(seconds=31))
    assert log_in(Client(REMOTE_ADDR="198.51.100.1")).url == "/admin/"


def test_lock_out_of_an_address_says_the_same_for_every_name(client, clerk, few):
    guess_names(client, 10)
    pages = [log_in(client, name, "x").content.decode() for name in ("录入员", "无此人")]
    assert pages[0].replace("录入员", "") == pages[1].replace("无此人", "")
    assert "从这个网络地址一共输错 10 次" in pages[0]


def test_lock_out_of_an_address_is_kept_once_and_ends(client, clerk, few):
    guess_names(client, 12)
    locked = kept().filter(way=acts.Way.LOCKED_OUT)
    assert [(act.subject, act.address) for act in locked] == [("整个网络地址", "127.0.0.1")]
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in(client).url == "/admin/"


# One name from many addresses


@pytest.fixture
def slow(settings):
    """Four wrong passwords for one name are many."""
    settings.NAME_FAILURE_LIMIT = 4


def guess_from_afar(number):
    return [
        log_in(Client(REMOTE_ADDR=f"203.0.113.{at + 1}"), password="x").status_code
        for at in range(number)
    ]


def test_name_guessed_at_from_many_addresses_is_slowed_not_locked(clerk, slow):
    assert guess_from_afar(6) == [200, 200, 200, 429, 429, 429]
    page = log_in(Client(REMOTE_ADDR="198.51.100.1"))
    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= 30
    assert "秒后再试" in page.content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(seconds=31))
    assert log_in(Client(REMOTE_ADDR="198.51.100.1")).url == "/admin/"


def test_who_logged_in_from_there_lately_is_not_slowed(clerk, slow):
    own = Client(REMOTE_ADDR="198.51.100.9")
    log_in(own)
    own.logout()
    guess_from_afar(6)
    assert log_in(Client(REMOTE_ADDR="198.51.100.9")).url == "/admin/"


def test_slowing_tells_nothing_of_who_exists(clerk, slow):
    for name in ("录入员", "无此人"):
        codes = [
            log_in(Client(REMOTE_ADDR=f"203.0.113.{at + 1}"), name, "x").status_code
            for at in range(5)
        ]
        assert codes == [200, 200, 200, 429, 429]


def test_other_names_are_not_slowed(clerk, slow):
    guess_from_afar(6)
    make_staff(username="审核员", password=PASSWORD)
    assert log_in(Client(REMOTE_ADDR="198.51.100.1"), "审核员").url == "/admin/"


def test_tries_that_wait_are_no_lock_outs_in_the_trail(clerk, slow):
    guess_from_afar(6)
    assert "locked_out" not in [way for way, *_ in ways()]
