"""Two people edit one project in two real browsers; also one row below it."""

import pytest
from django.contrib.auth.models import User

from aidtracker.testing import make_headquarters, make_project, make_project_party
from aidtracker.testing.browser import Person
from aidtracker.tests.admin_pages import address
from projects.models import Project, Review

pytestmark = pytest.mark.browser
PARTY = "parties-0-organisation"
TYPE = """([name, text]) => {
    const field = document.getElementsByName(name)[0];
    field.value = text;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    field.dispatchEvent(new Event("change", {bubbles: true}));
}"""


class Editor(Person):
    """Somebody who has the form of a project open."""

    def open(self, address):
        super().open(address)
        self.find("[name=_save]").wait_for()

    def fill(self, name, text):
        """Put a text into a field as typing would, whatever part of the page shows."""
        self.see(TYPE, [name, text])

    def value(self, name):
        return self.find(f"[name={name}]").input_value()

    def save(self):
        """Press 保存并继续编辑 and wait for the page that answers."""
        with self.page.expect_navigation():
            self.see("document.getElementsByName('_continue')[0].click()")
        self.find("[name=_save]").wait_for()

    def conflict(self):
        found = self.find(".record-conflict")
        return found.first.inner_text() if found.count() else ""


@pytest.fixture
def people(new_page):
    return [Editor(new_page(User.objects.create_superuser(name))) for name in ("张三", "李四")]


@pytest.fixture
def project(transactional_db):
    headquarters = make_headquarters(name="甲指挥部")
    project = make_project(
        name="甲项目", code="J-1", headquarters=headquarters, review=Review.DRAFT
    )
    make_project_party(project=project, number=1, organisation="旧单位")
    return project


def open_by_both(people, project):
    for person in people:
        person.open(address(Project, "change", project.pk))


def test_second_editor_is_told_and_keeps_what_was_typed(people, project):
    first, second = people
    open_by_both(people, project)
    first.fill("name", "甲项目（一期）")
    first.save()
    assert first.conflict() == ""
    second.fill("name", "甲项目（新）")
    second.fill("note", "李四写了很久的备注")
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


def test_row_below_edited_by_both_is_told(people, project):
    first, second = people
    open_by_both(people, project)
    first.fill(PARTY, "新单位")
    first.save()
    second.fill(PARTY, "李四的单位")
    second.save()

    assert "由“旧单位”改为“新单位”" in second.conflict()
    assert second.value(PARTY) == "李四的单位"
    assert project.parties.get().organisation == "新单位"

    second.save()
    assert project.parties.get().organisation == "李四的单位"
