"""Two people edit one project in two real browsers; also one row below it."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from aidtracker.testing import make_headquarters, make_project, make_project_party
from aidtracker.tests.admin_pages import address
from projects.models import Project, Review

BROWSER, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(DRIVER).exists(), reason="no Chromium here"),
]
PARTY = "parties-0-organisation"


class Person:
    """A browser with somebody logged in."""

    def __init__(self, name, server):
        options = webdriver.ChromeOptions()
        options.binary_location = BROWSER
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.add_argument("--window-size=1280,900")
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
        client = Client()
        client.force_login(User.objects.create_superuser(name))
        self.driver.get(f"{server.url}/robots.txt")
        session = client.cookies["sessionid"].value
        self.driver.add_cookie({"name": "sessionid", "value": session})

    def open(self, url):
        self.driver.get(url)
        self.wait(lambda driver: driver.find_elements(By.NAME, "_save"))

    def wait(self, condition):
        WebDriverWait(self.driver, 20, 0.1).until(condition)

    def type(self, name, text):
        """Put a text into a field as typing would, whatever part of the page shows."""
        self.driver.execute_script(
            "const field = document.getElementsByName(arguments[0])[0];"
            "field.value = arguments[1];"
            "field.dispatchEvent(new Event('input', {bubbles: true}));"
            "field.dispatchEvent(new Event('change', {bubbles: true}));",
            name,
            text,
        )

    def value(self, name):
        return self.driver.find_element(By.NAME, name).get_attribute("value")

    def save(self):
        """Press 保存并继续编辑 and wait for the page that answers."""
        button = self.driver.find_element(By.NAME, "_continue")
        self.driver.execute_script("arguments[0].click()", button)
        self.wait(lambda driver: is_gone(button))
        self.wait(lambda driver: driver.find_elements(By.NAME, "_save"))

    def conflict(self):
        found = self.driver.find_elements(By.CSS_SELECTOR, ".record-conflict")
        return found[0].text if found else ""


def is_gone(element):
    try:
        element.is_enabled()
    except Exception:
        return True
    return False


@pytest.fixture
def people(live_server, transactional_db):
    found = [Person(name, live_server) for name in ("张三", "李四")]
    yield found
    for person in found:
        person.driver.quit()


@pytest.fixture
def project(transactional_db):
    headquarters = make_headquarters(name="甲指挥部")
    project = make_project(
        name="甲项目", code="J-1", headquarters=headquarters, review=Review.DRAFT
    )
    make_project_party(project=project, number=1, organisation="旧单位")
    return project


def open_by_both(people, server, project):
    for person in people:
        person.open(server.url + address(Project, "change", project.pk))


def test_second_editor_is_told_and_keeps_what_was_typed(people, live_server, project):
    first, second = people
    open_by_both(people, live_server, project)
    first.type("name", "甲项目（一期）")
    first.save()
    assert first.conflict() == ""
    second.type("name", "甲项目（新）")
    second.type("note", "李四写了很久的备注")
    second.save()

    assert "张三 于" in second.conflict()
    assert "把“名称”由“甲项目”改为“甲项目（一期）”" in second.conflict()
    typed = second.value("name"), second.value("note")
    assert typed == ("甲项目（新）", "李四写了很久的备注")
    project.refresh_from_db()
    assert (project.name, project.note) == ("甲项目（一期）", "")

    second.save()
    assert second.conflict() == ""
    project.refresh_from_db()
    assert (project.name, project.note) == typed


def test_row_below_edited_by_both_is_told(people, live_server, project):
    first, second = people
    open_by_both(people, live_server, project)
    first.type(PARTY, "新单位")
    first.save()
    second.type(PARTY, "李四的单位")
    second.save()

    assert "由“旧单位”改为“新单位”" in second.conflict()
    assert second.value(PARTY) == "李四的单位"
    assert project.parties.get().organisation == "新单位"

    second.save()
    assert project.parties.get().organisation == "李四的单位"
