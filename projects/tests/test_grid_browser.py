"""A clerk fills in the month of 38 projects in a real browser; two clerks meet in one row."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from aidtracker.testing import (
    make_headquarters,
    make_progress_report,
    make_project,
    make_staff,
)
from projects.models import ProgressReport

BROWSER, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(DRIVER).exists(), reason="no Chromium here"),
]

PROJECTS = 38
RIGHTS = [f"projects.{verb}_progressreport" for verb in ("view", "add", "change")]


class Clerk:
    """Hands on a keyboard and eyes that wait for what the page answers."""

    def __init__(self, driver):
        self.driver = driver

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def see(self, script):
        return self.driver.execute_script(f"return {script}")

    def wait(self, script):
        WebDriverWait(self.driver, 30, 0.05).until(lambda driver: self.see(script), script)

    def go_to(self, project, column):
        self.driver.execute_script(
            "document.querySelector(arguments[0]).focus()", f'[name="{project.pk}:{column}"]'
        )

    def value(self, project, column):
        return self.see(f"document.querySelector('[name=\"{project.pk}:{column}\"]').value")

    def paste(self, text):
        """As Ctrl+V does with a block of cells that was copied in a spreadsheet."""
        self.driver.execute_script(
            "const data = new DataTransfer(); data.setData('text/plain', arguments[0]);"
            "document.activeElement.dispatchEvent(new ClipboardEvent('paste',"
            " {clipboardData: data, bubbles: true, cancelable: true}))",
            text,
        )

    def wait_until_saved(self, number):
        self.wait(f"document.querySelectorAll('tr[data-saving=saved]').length === {number}")

    def said(self, project):
        return self.see(f"document.querySelector('tr[data-row=\"{project.pk}\"] th').innerText")


def new_driver():
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--window-size=1400,900")
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))


@pytest.fixture(scope="module")
def drivers():
    both = [new_driver(), new_driver()]
    yield both
    for driver in both:
        driver.quit()


@pytest.fixture
def headquarters(transactional_db):
    return make_headquarters()


@pytest.fixture
def projects(headquarters):
    """Projects of a headquarters, each with a report of the month before."""
    found = [make_project(headquarters=headquarters, code=f"P{n:03}") for n in range(PROJECTS)]
    for project in found:
        make_progress_report(project=project, month=date(2026, 4, 1), work_done_to_date=100)
    return found


@pytest.fixture
def clerks(drivers, projects, headquarters, live_server):
    """Two clerks of the headquarters, each with the page open in a browser."""
    return [open_page(driver, headquarters, live_server) for driver in drivers]


def open_page(driver, headquarters, live_server):
    client = Client()
    client.force_login(make_staff(headquarters, permissions=RIGHTS))
    driver.get(f"{live_server.url}/robots.txt")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "path": "/"}
    driver.add_cookie(cookie)
    driver.get(live_server.url + reverse("admin:projects_grid", query={"month": "2026-05"}))
    clerk = Clerk(driver)
    clerk.wait(
        "document.querySelector('.grid-copy') && !document.querySelector('.grid-copy').hidden"
    )
    return clerk


@pytest.fixture
def clerk(drivers, projects, headquarters, live_server):
    return open_page(drivers[0], headquarters, live_server)


def reports():
    return ProgressReport.objects.filter(month=date(2026, 5, 1)).order_by("project__code")


def test_month_of_38_projects_is_typed(clerk, projects):
    clerk.go_to(projects[0], "work_done_month")
    for number in range(PROJECTS):
        clerk.press(str(number + 1), Keys.ENTER)
    clerk.driver.execute_script("document.activeElement.blur()")
    clerk.wait_until_saved(PROJECTS)
    found = reports().values_list("work_done_month", "work_done_to_date")
    assert [*found] == [(Decimal(n + 1), Decimal(n + 101)) for n in range(PROJECTS)]
    assert clerk.see("document.getElementById('grid-counts').innerText") == (
        "38 项，已填 38，已提交 0"
    )


def test_month_of_38_projects_is_pasted(clerk, projects):
    rows = [f'"主体{n}\n封顶 ""甲"""\t无\t继续\t1,23{n % 10}.5' for n in range(PROJECTS)]
    clerk.go_to(projects[0], "physical_progress")
    clerk.paste("\r\n".join(rows) + "\r\n")
    clerk.wait_until_saved(PROJECTS)
    last = reports().last()
    assert (last.physical_progress, last.work_done_month, last.work_done_to_date) == (
        '主体37\n封顶 "甲"',
        Decimal("1237.5"),
        Decimal("1337.5"),
    )


def test_what_does_not_fit_is_told_and_kept(clerk, projects):
    clerk.go_to(projects[-1], "note")
    clerk.paste("放得下\t右边\n下面\t")
    clerk.wait_until_saved(1)
    assert clerk.see("document.querySelector('#grid-status textarea').value") == "右边\n下面"
    assert reports().get().note == "放得下"


def test_wrong_amount_stays_with_its_sentence(clerk, projects):
    clerk.go_to(projects[0], "work_done_month")
    clerk.press("若干", Keys.ENTER)
    clerk.wait("document.querySelectorAll('tr[data-saving=wrong]').length === 1")
    assert clerk.value(projects[0], "work_done_month") == "若干"
    assert (
        clerk.see("document.querySelector('[data-error]:not(:empty)').innerText")[:4] == "应为数字"
    )
    assert not reports().exists()


def test_form_with_a_wrong_amount_says_so_and_is_not_sent(clerk, projects):
    clerk.go_to(projects[0], "work_done_month")
    clerk.press("abc")
    clerk.see("document.querySelector('#grid .is-main').click()")
    clerk.wait("document.getElementById('grid-status').innerText.includes('有 1 行没有存上')")
    assert clerk.see("document.activeElement.value") == "abc"
    assert not reports().exists()


def test_escape_restores_and_undo_takes_back(clerk, projects):
    clerk.go_to(projects[0], "problems")
    clerk.press("缺水泥", Keys.ESCAPE)
    assert clerk.value(projects[0], "problems") == ""
    clerk.press("缺电", Keys.ARROW_DOWN)
    clerk.press(Keys.ARROW_UP)
    ActionChains(clerk.driver).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()
    assert clerk.value(projects[0], "problems") == ""


def test_typing_survives_a_lost_connection(clerk, projects):
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    clerk.driver.execute_cdp_cmd("Network.enable", {})
    clerk.driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    clerk.go_to(projects[0], "problems")
    clerk.press("缺电", Keys.ENTER)
    clerk.wait("document.querySelectorAll('tr[data-saving=waiting]').length === 1")
    online = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    clerk.driver.execute_cdp_cmd("Network.emulateNetworkConditions", online)
    clerk.wait_until_saved(1)
    assert reports().get().problems == "缺电"


@pytest.mark.parametrize(("button", "kept"), [("用我的", "我的话"), ("用对方的", "对方的话")])
def test_two_clerks_in_one_row_are_told(clerks, projects, button, kept):
    first, second = clerks
    for clerk, words in ((first, "对方的话"), (second, "我的话")):
        clerk.go_to(projects[0], "problems")
        clerk.press(words, Keys.ENTER)
        clerk.wait("document.querySelector('tr[data-saving=saved], tr[data-saving=conflict]')")
    assert reports().get().problems == "对方的话"
    said = second.said(projects[0])
    assert ("对方：对方的话" in said, "我的：我的话" in said) == (True, True)
    second.driver.find_element("xpath", f"//button[text()='{button}']").click()
    second.wait_until_saved(1)
    assert (reports().get().problems, second.value(projects[0], "problems")) == (kept, kept)


@pytest.mark.parametrize("is_saved", [False, True])
def test_all_drafts_are_handed_in(clerk, projects, is_saved):
    clerk.go_to(projects[0], "problems")
    clerk.press("缺电")
    if is_saved:
        clerk.press(Keys.ENTER)
        clerk.wait_until_saved(1)
    clerk.driver.find_element("css selector", "button[value=submit]").click()
    clerk.wait("document.querySelectorAll('tr[data-state=submitted]').length === 1")
    assert reports().get().review == "submitted"
