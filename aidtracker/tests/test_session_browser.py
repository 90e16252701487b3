"""A session in a real browser: kept alive by typing, ended by idleness, and the page says so."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from aidtracker.accounts.sessions import PROLONGED_AT
from aidtracker.testing import make_headquarters, make_staff
from aidtracker.testing.browser import Person

pytestmark = pytest.mark.browser

PASSWORD = "correct-horse-9"
WARNING = "document.querySelector('.session-ended')"


@pytest.fixture
def clerk(new_page):
    """Somebody has logged in and opened a form."""
    rights = ["projects.add_enterprise", "projects.view_enterprise"]
    make_staff(make_headquarters(), username="clerk", password=PASSWORD, permissions=rights)
    clerk = Person(new_page())
    clerk.open(reverse("admin:projects_enterprise_add"))
    clerk.find("[name=username]").press_sequentially("clerk")
    clerk.find("[name=password]").press_sequentially(PASSWORD)
    clerk.press("Enter")
    clerk.find("#id_name").wait_for()
    return clerk


def pass_minutes(clerk, minutes):
    """Let so many minutes pass for the browser and for the session."""
    clerk.see("ms => {const now = Date.now; Date.now = () => now() + ms}", minutes * 60_000)
    session = Session.objects.get()
    data = session.get_decoded()
    data[PROLONGED_AT] -= minutes * 60
    session.session_data = Session.objects.encode(data)
    session.expire_date -= timedelta(minutes=minutes)
    session.save()


def minutes_left():
    return (Session.objects.get().expire_date - timezone.now()) / timedelta(minutes=1)


def test_typing_keeps_a_session(clerk):
    pass_minutes(clerk, 20)
    clerk.find("#id_name").press_sequentially("某")
    clerk.wait_for(lambda: minutes_left() > 29)
    assert clerk.see(WARNING) is None


def test_open_page_alone_does_not_keep_a_session(clerk):
    pass_minutes(clerk, 20)
    time.sleep(1)
    assert minutes_left() < 10


def test_events_of_scripts_do_not_keep_a_session(clerk):
    pass_minutes(clerk, 20)
    for sign in ("input", "keydown", "click"):
        clerk.see("sign => document.body.dispatchEvent(new Event(sign, {bubbles: true}))", sign)
    time.sleep(1)
    assert minutes_left() < 10


def test_typing_is_not_told_every_time(clerk):
    pass_minutes(clerk, 4)
    clerk.find("#id_name").press_sequentially("某")
    time.sleep(1)
    assert minutes_left() < 27


def test_who_comes_back_too_late_is_told_before_typing_more(clerk):
    pass_minutes(clerk, 31)
    clerk.find("#id_name").press_sequentially("某")
    clerk.wait(f"{WARNING} !== null")
    assert clerk.see(f"{WARNING}.textContent").startswith("登录已结束，现在填的内容不能保存。")
    assert clerk.find("#id_name").input_value() == "某"
