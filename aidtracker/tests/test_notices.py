"""What people are told, on their page and by mail."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from aidtracker.desk import mails
from aidtracker.desk.mails import MailChoice, send_mails
from aidtracker.testing import make_headquarters, make_staff
from aidtracker.trail import notices
from aidtracker.trail.notices import Notice, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    user = make_staff(make_headquarters(), permissions=["projects.view_project"])
    user.email = "clerk@example.org"
    user.save()
    return user


def notice(user, **said):
    said = {
        "kind": "comment",
        "about": "援疆项目 甲",
        "words": "请补充",
        "address": "/admin/",
    } | said
    tell([Notice(user=user, **said)])
    return Notice.objects.filter(user=user).latest("pk")


def test_home_counts_what_is_new_until_it_is_followed(client, clerk):
    row = notice(clerk)
    client.force_login(clerk)
    work = client.get("/admin/").context["own_work"]
    assert [(item["kind"], item["count"]) for item in work] == [("新通知", 1)]
    assert client.get(f"/admin/notices/{row.pk}/")["Location"] == "/admin/"
    assert client.get("/admin/").context["own_work"] == []


def test_notice_of_another_is_not_there(client, clerk):
    row = notice(make_staff(make_headquarters()))
    client.force_login(clerk)
    assert client.get(f"/admin/notices/{row.pk}/").status_code == 404
    assert "请补充" not in client.get("/admin/notices/").content.decode()
    client.post("/admin/notices/", {"seen": "1"})
    row.refresh_from_db()
    assert row.seen_at is None


def test_all_are_seen_at_once_and_the_oldest_go(client, clerk, monkeypatch):
    monkeypatch.setattr(notices, "MOST", 2)
    rows = [notice(clerk) for _ in range(4)]
    client.force_login(clerk)
    client.post("/admin/notices/", {"seen": "1"})
    assert {one.pk for one in Notice.objects.all()} == {one.pk for one in rows[2:]}
    assert not Notice.objects.unseen(clerk).exists()


def test_nobody_is_told_of_their_own(clerk):
    assert tell([Notice(user=clerk, by=clerk, kind="comment", about="甲", address="/admin/")]) == 0


# Mail

NOON = timezone.make_aware(datetime(2026, 5, 4, 12))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_mail_comes_once_a_day(clerk, settings):
    settings.SITE = settings.SITE | {"address": "https://example.org"}
    row = notice(clerk, at=NOON)
    assert send_mails(NOON) == (1, 0)
    assert "援疆项目 甲" in mail.outbox[0].body
    assert f"https://example.org{row.address}" in mail.outbox[0].body
    notice(clerk, at=NOON + MINUTE, words="又一条")
    assert send_mails(NOON + 2 * MINUTE) == (0, 0)
    assert send_mails(NOON + DAY) == (1, 0)
    assert "又一条" in mail.outbox[1].body
    assert "请补充" not in mail.outbox[1].body


def test_who_wants_it_at_once_has_it_within_the_day(clerk):
    MailChoice.objects.create(user=clerk, how="at_once")
    notice(clerk, at=NOON)
    assert send_mails(NOON) == (1, 0)
    notice(clerk, words="又一条", at=NOON + MINUTE)
    assert send_mails(NOON + MINUTE) == (1, 0)
    assert send_mails(NOON + 2 * MINUTE) == (0, 0)


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}, {"is_staff": False}])
def test_no_mail_for_who_cannot_have_it(clerk, change):
    notice(clerk)
    type(clerk).objects.filter(pk=clerk.pk).update(**change)
    assert send_mails() == (0, 0)


def test_mail_is_off_for_who_wants_none(client, clerk):
    notice(clerk)
    client.force_login(clerk)
    client.post("/admin/notices/", {"how": "off"})
    assert send_mails() == (0, 0)
    client.post("/admin/notices/", {"how": "hourly"})
    assert MailChoice.objects.get().how == "off"


def test_nothing_new_is_no_mail(clerk):
    assert send_mails() == (0, 0)


def test_what_is_due_is_told_once_a_day(clerk, monkeypatch):
    monkeypatch.setattr(mails, "DIGEST", [lambda user, day: [("要报的", [f"{day}"])]])
    assert send_mails(NOON) == (1, 0)
    assert "【要报的】\n- 2026-05-04" in mail.outbox[0].body
    assert send_mails(NOON + MINUTE) == (0, 0)
    assert send_mails(NOON + DAY) == (1, 0)


def test_mail_that_is_not_sent_is_tried_again(clerk, settings):
    notice(clerk)
    settings.EMAIL_BACKEND = "aidtracker.tests.test_notices.NoServer"
    with pytest.raises(CommandError, match="1 封没有发出"):
        call_command("send_mails")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_mails() == (1, 0)


def test_two_that_send_at_once_send_one(clerk):
    choice = mails.choice_of(clerk)
    before = {"sent_at": None, "told_on": None}
    now = {"sent_at": NOON, "told_on": NOON.date()}
    assert mails.noted(choice, before, now)
    assert not mails.noted(choice, before, now)


class NoServer:
    """A mail server that is not there."""

    def __init__(self, **settings):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError
