"""A session in a real browser: kept alive by typing, ended by idleness, and the page says so."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from aidtracker.accounts.sessions import PROLONGED_AT
from aidtracker.testing import make_headquarters, make_staff

BROWSER, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(DRIVER).exists(), reason="no Chromium here"),
]
PASSWORD = "correct-horse-9"
WARNING = "document.querySelector('.session-ended')"


@pytest.fixture(scope="module")
def driver():
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def form(driver, live_server, transactional_db):
    """Somebody has logged in and opened a form."""
    rights = ["projects.add_enterprise", "projects.view_enterprise"]
    make_staff(make_headquarters(), username="clerk", password=PASSWORD, permissions=rights)
    driver.get(live_server.url + reverse("admin:projects_enterprise_add"))
    driver.find_element(By.NAME, "username").send_keys("clerk")
    driver.find_element(By.NAME, "password").send_keys(PASSWORD)
    driver.find_element(By.ID, "login-form").submit()
    WebDriverWait(driver, 30).until(lambda driver: driver.find_elements(By.ID, "id_name"))
    return driver


def pass_minutes(driver, minutes):
    """Let so many minutes pass for the browser and for the session."""
    driver.execute_script(
        "const now = Date.now; Date.now = () => now() + arguments[0]", minutes * 6e4
    )
    session = Session.objects.get()
    data = session.get_decoded()
    data[PROLONGED_AT] -= minutes * 60
    session.session_data = Session.objects.encode(data)
    session.expire_date -= timedelta(minutes=minutes)
    session.save()


def minutes_left():
    return (Session.objects.get().expire_date - timezone.now()) / timedelta(minutes=1)


def test_typing_keeps_a_session(form):
    pass_minutes(form, 20)
    form.find_element(By.ID, "id_name").send_keys("某")
    WebDriverWait(form, 30).until(lambda driver: minutes_left() > 29)
    assert form.execute_script(f"return {WARNING}") is None


def test_open_page_alone_does_not_keep_a_session(form):
    pass_minutes(form, 20)
    time.sleep(1)
    assert minutes_left() < 10


def test_events_of_scripts_do_not_keep_a_session(form):
    pass_minutes(form, 20)
    for sign in ("input", "keydown", "click"):
        script = "document.body.dispatchEvent(new Event(arguments[0], {bubbles: true}))"
        form.execute_script(script, sign)
    time.sleep(1)
    assert minutes_left() < 10


def test_typing_is_not_told_every_time(form):
    pass_minutes(form, 4)
    form.find_element(By.ID, "id_name").send_keys("某")
    time.sleep(1)
    assert minutes_left() < 27


def test_who_comes_back_too_late_is_told_before_typing_more(form):
    pass_minutes(form, 31)
    form.find_element(By.ID, "id_name").send_keys("某")
    WebDriverWait(form, 30).until(lambda driver: driver.execute_script(f"return {WARNING}"))
    words = form.execute_script(f"return {WARNING}.textContent")
    assert words.startswith("登录已结束，现在填的内容不能保存。")
    assert form.find_element(By.ID, "id_name").get_property("value") == "某"
