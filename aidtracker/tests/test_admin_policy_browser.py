"""What the browser refuses on the pages of the admin: nothing, as they need nothing refused."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from aidtracker.ground.datasets import admin_page
from aidtracker.testing.browser import Person
from aidtracker.trail.models import Act
from projects.models import Observation, Project

pytestmark = pytest.mark.browser

# Pages that test_admin_looking_browser.py does not look at; what it opens must be refused nothing.
PAGES = ("own_security", "add_app", "password_change", "projects_desks")
RICH = (Observation, User)
STAFF = (User, Group, Act)


def addresses() -> Iterator[str]:
    for name in PAGES:
        yield reverse(f"admin:{name}")
    for model in STAFF:
        yield admin_page(model, "changelist")
    for model in RICH:
        row = model._default_manager.first()
        yield from (admin_page(model, page, row.pk) for page in ("change", "history"))
        yield admin_page(model, "add")


@pytest.fixture
def told(new_page, admin_user):
    """A person with all rights, and what their browser tells of what it refused or could not do."""
    page = new_page(admin_user)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    return Person(page), refused


def test_browser_refuses_nothing_where_something_opens(told):
    """What the skin unfolds only when somebody clicks: menus, choices, dates, chosen rows."""
    person, refused = told
    person.open(reverse("admin:projects_project_change", args=[Project.objects.first().pk]))
    person.find(".select2-selection").first.click()
    person.find(".select2-results__option").first.wait_for()
    person.press("Escape")
    for link in person.find(".datetimeshortcuts a").all()[:2]:
        link.click()
    person.press("Escape")
    person.open(reverse("admin:projects_project_changelist"))
    person.find("#action-toggle").check()
    person.find("[name=action]").first.select_option(index=1)
    person.find("#changelist-search, [name=q]").first.press_sequentially("核桃")
    person.page.wait_for_timeout(300)
    assert refused == []


def test_browser_refuses_nothing_on_other_pages_of_the_admin(told):
    person, refused = told
    found = {}
    for address in addresses():
        person.open(address)
        person.page.wait_for_timeout(100)
        if refused:
            found[address] = sorted(set(refused))
            refused.clear()
    assert found == {}
