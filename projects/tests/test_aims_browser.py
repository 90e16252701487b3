"""How long a person takes for what a clerk does most, counted while browsers do it: a new project,
a return that is answered, reports collected from ten units.

A figure and a month are counted where they are tried: test_entry_browser.py, test_grid_browser.py.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from aidtracker.review.comments import Comment
from aidtracker.review.steps import RETURN
from aidtracker.testing import make_headquarters, make_progress_report, make_project, make_staff
from aidtracker.testing.pauses import Paced
from programs.models import Category, Region
from projects.models import ProgressReport, Project
from projects.models.tasks import CollectionTask, CollectionUnit
from projects.monthly import collecting
from projects.tests.review_steps import step
from projects.tests.test_tasks import column_of, downloaded

pytestmark = pytest.mark.browser

# Seconds of a person.
A_PROJECT, A_RETURN, A_COLLECTION = 90, 20, 180
UNITS = 10
COMMENT = "总投资与批复不一致，请按批复核对后再报。"


def rights(name, *verbs):
    return [f"projects.{verb}_{name}" for verb in verbs]


class Clerk(Paced):
    """Somebody who goes through a form by Tab."""

    def pick(self, words):
        """Open the list of a choice, type what is looked for, take the first that is found."""
        self.press("Enter")
        self.find_row(words)

    def find_row(self, words):
        self.type(words)
        self.wait(
            f"(document.querySelector('.select2-results__option--highlighted')?.textContent || '')"
            f".includes('{words}')"
        )
        self.press("Enter")


def test_new_project_and_its_return(new_page, transactional_db):
    home = make_headquarters()
    category, county = Category.objects.first(), Region.objects.get(name="库车市")
    clerk = Clerk(new_page(make_staff(home, groups=[Group.objects.get(name="填报员")])))
    clerk.open(reverse("admin:projects_project_add"))
    clerk.wait("document.activeElement?.name === 'name'")

    clerk.begin()
    clerk.type("库车市第三小学教学楼", "Tab")
    clerk.type("ZJ-2026-031", "Tab", "Tab")  # past the headquarters, which is one's own
    clerk.pick(category.name[:4])
    clerk.press("Tab", "Tab", "ArrowDown", "Tab")
    clerk.look()
    clerk.press("ArrowDown", "ArrowDown", "Tab")
    clerk.look()
    clerk.find_row("库车市")
    clerk.press("Tab", "Tab")
    clerk.type("2026-05", "Tab")
    clerk.type("2027-08", "Tab")
    clerk.type("4200", "Tab")
    clerk.type("3000")
    clerk.look(2)  # over the whole
    with clerk.page.expect_navigation():
        clerk.press("Control+Enter")
    took = clerk.took("a new project, handed in")
    row = Project.objects.get(name="库车市第三小学教学楼", review="submitted")
    assert (row.headquarters, row.category, [*row.regions.all()]) == (home, category, [county])
    assert (row.total_amount, row.planned_amount) == (Decimal(4200), Decimal(3000))
    assert took <= A_PROJECT

    for answer, change in (("批复已附在备注", ""), ("", "4150")):
        step(RETURN, make_staff(home, permissions=rights("project", "approve")), row, words=COMMENT)
        clerk.open("/admin/")
        clerk.begin()
        clerk.click("a[href*='todo=returned']")
        clerk.click(clerk.find("#result_list tbody th a").first)
        clerk.read(COMMENT)
        if change:
            clerk.click("#id_total_amount")
            clerk.press("Control+a")
            clerk.type(change)
        else:
            clerk.wait("document.activeElement?.name === 'answer'")
            clerk.type(answer)
        with clerk.page.expect_navigation():
            clerk.press("Control+Enter" if change else "Enter")
        assert clerk.took("a return answered") <= A_RETURN
        row.refresh_from_db()
        assert row.review == "submitted"
        assert row.total_amount == Decimal(change or 4200)
    assert Comment.objects.get().words == "批复已附在备注"


def test_task_of_ten_units_until_it_is_sent_in(new_page, client, transactional_db, tmp_path):
    """By who collects: made, each unit's workbook uploaded, all sent in at once.

    Two are uploaded in the browser, which takes as long for each; the others are there already.
    """
    above = make_headquarters()
    units = [make_headquarters(parent=above) for _ in range(UNITS)]
    projects = [make_project(headquarters=one, status="building") for one in units]
    clerks = Group.objects.get(name="填报员")
    user = make_staff(above, groups=[clerks], permissions=["projects.add_reportingperiod"])
    clerk = Clerk(new_page(user))
    clerk.open(reverse("admin:projects_tasks"))

    clerk.begin()
    clerk.click("#id_title")
    clerk.type("十月项目月报")
    clerk.click(clerk.page.get_by_label(str(above), exact=True))  # all are chosen but for one's own
    clerk.click("#id_due_on")
    clerk.type(f"{timezone.localdate() + timedelta(days=5):%m%d%Y}")
    with clerk.page.expect_navigation():
        clerk.click(".record-asking button")
    made = clerk.took("a task made")

    client.force_login(user)
    task = CollectionTask.objects.get()
    for project in projects[2:]:
        make_progress_report(project=project, month=task.month, work_done_month=12)
    by_browser = task.units.filter(headquarters__in=units[:2])
    clerk.open(collecting.address_of(task))
    took = [upload(clerk, *filled_in(client, tmp_path, one)) for one in by_browser]
    clerk.begin()
    with clerk.page.expect_navigation():
        clerk.click("button[value=hand_in_all]")
    clerk.look()
    sent = clerk.took("all sent in")
    assert {*task.units.values_list("state", flat=True)} == {CollectionUnit.State.SENT}
    assert ProgressReport.objects.filter(review="submitted", work_done_month=12).count() == UNITS
    assert len({*took}) == 1
    assert made + UNITS * took[0] + sent <= A_COLLECTION


def filled_in(client, folder, unit):
    """A unit's workbook, with what the unit types into it; and where it lies."""
    book = downloaded(client, unit.task, unit)
    sheet = book["数据"]
    column = column_of(sheet, "本月完成投资（万元）")
    sheet.cell(2, column, 12)
    path = folder / f"{unit.pk}.xlsx"
    book.save(path)
    return unit, path


def upload(clerk, unit, path):
    """Choose a unit's file, look at what it would do, store it; back on the board."""
    clerk.begin()
    section = clerk.find(f"section[aria-labelledby=unit-{unit.pk}]")
    with clerk.page.expect_navigation():
        clerk.point()  # to the field, and to the file among others
        clerk.point()
        section.locator("input[type=file]").set_input_files(path)
    clerk.look()
    with clerk.page.expect_navigation():
        clerk.click("form:has([name=token]) button[type=submit] >> nth=0")
    return clerk.took("a workbook uploaded")
