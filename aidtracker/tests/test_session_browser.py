"""A session in a real browser: kept alive by typing, ended by idleness; nothing typed is lost."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from aidtracker.accounts.sessions import PROLONGED_AT
from aidtracker.desk.unsaved import UnsavedForm
from aidtracker.testing import make_headquarters, make_staff
from aidtracker.testing.browser import Person
from projects.models import Enterprise

pytestmark = pytest.mark.browser

PASSWORD = "correct-horse-9"
WARNING = "document.querySelector('.session-ended')"
RIGHTS = ["projects.add_enterprise", "projects.view_enterprise", "projects.change_enterprise"]
ADD = "/admin/projects/enterprise/add/"


def new_staff(name):
    return make_staff(make_headquarters(), username=name, password=PASSWORD, permissions=RIGHTS)


@pytest.fixture
def clerk(new_page):
    """Somebody has logged in and opened a form."""
    new_staff("clerk")
    clerk = Person(new_page())
    clerk.page.clock.install()
    clerk.open(reverse("admin:projects_enterprise_add"))
    log_in(clerk, "clerk")
    clerk.find("#id_name").wait_for()
    return clerk


def log_in(person, name):
    person.find("[name=username]").fill(name)
    person.find("[name=password]").fill(PASSWORD)
    person.find("#login-form [type=submit]").click()


def pass_minutes(clerk, minutes):
    """Let so many minutes pass for the session, then for the browser."""
    session = Session.objects.get()
    data = session.get_decoded()
    data[PROLONGED_AT] -= minutes * 60
    session.session_data = Session.objects.encode(data)
    session.expire_date -= timedelta(minutes=minutes)
    session.save()
    clerk.page.clock.fast_forward(minutes * 60_000)


def minutes_left():
    return (Session.objects.get().expire_date - timezone.now()) / timedelta(minutes=1)


def types(clerk, text):
    """Type into the name, and wait until the site has kept it."""
    with clerk.page.expect_response("**/admin/unsaved/*"):
        clerk.find("#id_name").press_sequentially(text)
        clerk.page.clock.run_for(3000)


def test_typing_keeps_a_session(clerk):
    pass_minutes(clerk, 20)
    with clerk.page.expect_response("**/admin/alive/"):
        clerk.find("#id_name").press_sequentially("某")
    assert minutes_left() > 28
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
    assert clerk.see(f"{WARNING}.textContent").startswith("登录已结束，现在填的内容不能保存")
    assert clerk.find("#id_name").input_value() == "某"


def test_end_is_told_five_minutes_before_without_an_input(clerk):
    pass_minutes(clerk, 26)
    clerk.wait(f"{WARNING} !== null")
    assert clerk.see(f"{WARNING}.textContent").startswith("登录将在")
    assert minutes_left() < 5
    clerk.find(".session-ended button").click()
    clerk.wait(f"{WARNING} === null")
    assert minutes_left() > 28


def test_window_logs_in_without_leaving_the_page(clerk):
    clerk.find("#id_kind").select_option("company")
    clerk.find("#id_name").press_sequentially("某公司")
    pass_minutes(clerk, 31)
    clerk.find("[name=_save]").click()
    clerk.find("#desk-password").fill("wrong")
    clerk.press("Enter")
    clerk.wait("document.querySelector('.desk-wrong').textContent !== ''")
    assert "用户名或密码不对" in clerk.find(".desk-wrong").text_content()
    clerk.find("#desk-password").fill(PASSWORD)
    clerk.press("Enter")
    clerk.wait_for(lambda: not clerk.page.url.endswith("/add/"))
    assert Enterprise.objects.get(name="某公司")


def test_what_was_typed_is_there_after_the_browser_has_gone(clerk, new_page):
    clerk.find("#id_kind").select_option("company")
    types(clerk, "某公司")
    clerk.page.context.close()
    again = Person(new_page())
    again.open(ADD)
    log_in(again, "clerk")
    again.find(".record-unsaved a").click()
    assert again.find("#id_name").input_value() == "某公司"
    assert "还没有保存" in again.find(".record-unsaved").text_content()
    assert not Enterprise.objects.filter(name="某公司").exists()
    again.find("[name=_save]").click()
    again.wait_for(lambda: not again.page.url.endswith("again=1"))
    assert Enterprise.objects.get(name="某公司")
    assert not UnsavedForm.objects.exists()


def test_another_person_at_the_same_machine_sees_nothing_of_it(clerk):
    types(clerk, "某公司")
    new_staff("other")
    clerk.page.context.clear_cookies()
    clerk.open(f"{ADD}?again=1")
    log_in(clerk, "other")
    assert clerk.find("#id_name").input_value() == ""
    assert clerk.find(".record-unsaved").count() == 0
    assert "某公司" not in clerk.page.content()


def test_page_of_one_person_is_not_sent_by_another(clerk):
    """Who logs in meanwhile in another window of the same browser."""
    clerk.find("#id_name").press_sequentially("某公司")
    new_staff("other")
    clerk.page.context.clear_cookies()
    elsewhere = Person(clerk.page.context.new_page())
    elsewhere.open("/admin/")
    log_in(elsewhere, "other")
    elsewhere.find("#own-work").wait_for()
    clerk.page.clock.fast_forward(120_000)
    clerk.find("[name=_save]").click()
    clerk.wait(f"{WARNING} !== null")
    assert clerk.see(f"{WARNING}.textContent").startswith("登录的已是另一个人")
    assert not Enterprise.objects.filter(name="某公司").exists()
