"""A clerk fills in the month of 40 projects in a real browser; two clerks meet in one row."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from aidtracker.templatetags.formatting import plain
from aidtracker.testing import (
    make_headquarters,
    make_progress_report,
    make_project,
    make_staff,
)
from aidtracker.testing.browser import PATIENCE
from aidtracker.testing.pauses import Paced
from projects.models import ProgressReport

pytestmark = pytest.mark.browser

PROJECTS = 40
A_MONTH = 60  # seconds of a person, from paste to submitted
RIGHTS = [f"projects.{verb}_progressreport" for verb in ("view", "add", "change")]


class Clerk(Paced):
    """Somebody who has the page of a month open."""

    def go_to(self, project, column):
        self.find(f'[name="{project.pk}:{column}"]').focus()

    def value(self, project, column):
        return self.find(f'[name="{project.pk}:{column}"]').input_value()

    def paste(self, text):
        """As Ctrl+V does with a block of cells that was copied in a spreadsheet."""
        self.use(mouse=False)
        self.done["key"] += 2
        self.see(
            "text => {const data = new DataTransfer(); data.setData('text/plain', text);"
            "document.activeElement.dispatchEvent(new ClipboardEvent('paste',"
            " {clipboardData: data, bubbles: true, cancelable: true}))}",
            text,
        )

    def wait_until_saved(self, number):
        self.wait(f"document.querySelectorAll('tr[data-saving=saved]').length === {number}")

    def said(self, project):
        return self.find(f'tr[data-row="{project.pk}"] th').inner_text()


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
def open_page(new_page, projects, headquarters):
    """Let a clerk of the headquarters open the page in a browser."""

    def open_page():
        clerk = Clerk(new_page(make_staff(headquarters, permissions=RIGHTS)))
        clerk.open(reverse("admin:projects_grid", query={"month": "2026-05"}))
        clerk.find(".grid-copy").first.wait_for()
        return clerk

    return open_page


@pytest.fixture
def clerk(open_page):
    return open_page()


@pytest.fixture
def clerks(open_page):
    return open_page(), open_page()


def reports():
    return ProgressReport.objects.filter(month=date(2026, 5, 1)).order_by("project__code")


def test_month_of_40_projects_is_typed(clerk, projects):
    clerk.go_to(projects[0], "work_done_month")
    for number in range(PROJECTS):
        clerk.type(str(number + 1), "Enter")
    clerk.see("document.activeElement.blur()")
    clerk.wait_until_saved(PROJECTS)
    found = reports().values_list("work_done_month", "work_done_to_date")
    assert [*found] == [(Decimal(n + 1), Decimal(n + 101)) for n in range(PROJECTS)]
    assert clerk.see("document.getElementById('grid-counts').innerText") == (
        "40 项，已填 40，已提交 0"
    )


def test_table_shows_twenty_rows_adds_them_up_finds_and_fills_them(clerk, projects):
    clerk.page.set_viewport_size({"width": 1280, "height": 900})
    clerk.see("scrollTo(0, 0)")
    shown = (
        "Array.from(document.querySelectorAll('#grid tbody tr'))"
        ".map(one => one.getBoundingClientRect().bottom)"
        ".filter(end => end < document.getElementById('grid-totals').getBoundingClientRect().top)"
        ".length"
    )
    assert clerk.see(shown) >= 20
    clerk.go_to(projects[0], "work_done_month")
    clerk.type("12.5", "Enter")
    clerk.press("Control+Shift+d", "Control+Shift+d")
    assert clerk.value(projects[2], "work_done_month") == "12.5"
    total = "document.querySelector('[data-total=work_done_month]').textContent"
    clerk.wait(f"{total} === '37.5'")
    clerk.find("#grid-search").fill("p007")
    assert clerk.see("document.querySelectorAll('#grid tbody tr:not([hidden])').length") == 1
    clerk.find("#grid-search").press("Enter")
    assert clerk.see("document.activeElement.name") == f"{projects[7].pk}:physical_progress"


def test_first_total_follows_the_month_as_it_is_typed(open_page, headquarters):
    project = make_project(headquarters=headquarters, code="Q")
    clerk = open_page()
    clerk.go_to(project, "work_done_month")
    clerk.type("20")
    assert clerk.value(project, "work_done_to_date") == "20"


def test_month_of_40_projects_is_pasted_and_handed_in(clerk, projects):
    rows = [f'"主体{n}\n封顶 ""甲"""\t无\t继续\t1,23{n % 10}.5' for n in range(PROJECTS)]
    rows[7] = rows[7].replace("1,237.5", "约1,237.5")
    clerk.begin()
    clerk.click(f'[name="{projects[0].pk}:physical_progress"]')
    clerk.paste("\r\n".join(rows) + "\r\n")
    clerk.wait("document.querySelectorAll('tr[data-saving=wrong]').length === 1")
    clerk.wait_until_saved(PROJECTS - 1)
    clerk.look(2 + 2)  # at what is said of the paste and of the wrong cell; at two screens of rows
    clerk.click(f'[name="{projects[7].pk}:work_done_month"]')
    clerk.type("", "Control+a")
    clerk.type("1237.5", "Enter")
    clerk.wait_until_saved(PROJECTS)
    clerk.look(2)  # at the sums of this month and of all
    clerk.click("button[value=submit]")
    expect(clerk.find("tr[data-state=submitted]")).to_have_count(PROJECTS, timeout=PATIENCE * 1000)
    clerk.look()
    assert clerk.took("a month of 40 projects") <= A_MONTH
    last = reports().last()
    assert (last.physical_progress, last.work_done_month, last.work_done_to_date) == (
        '主体39\n封顶 "甲"',
        Decimal("1239.5"),
        Decimal("1339.5"),
    )
    assert {*reports().values_list("review", flat=True)} == {"submitted"}


def test_what_does_not_fit_is_told_and_kept(clerk, projects):
    clerk.go_to(projects[-1], "note")
    clerk.paste("放得下\t右边\n下面\t")
    clerk.wait_until_saved(1)
    assert clerk.see("document.querySelector('#grid-status textarea').value") == "右边\n下面"
    assert reports().get().note == "放得下"


def test_wrong_amount_stays_with_its_sentence(clerk, projects):
    clerk.go_to(projects[0], "work_done_month")
    clerk.type("若干", "Enter")
    clerk.wait("document.querySelectorAll('tr[data-saving=wrong]').length === 1")
    assert clerk.value(projects[0], "work_done_month") == "若干"
    assert (
        clerk.see("document.querySelector('[data-error]:not(:empty)').innerText")[:4] == "应为数字"
    )
    assert not reports().exists()


NO_NUMBER = "应为数字，如 1234.5，不带“约”等文字；不知道请留空。"
# As typed in a sheet, of four projects; what is stored of it, or what is said at its cell.
BLOCK = (
    (("1,200.5", "1200.5"), ("１，３００", "1300"), ("—", ""), ("无", ""), ("", "")),
    (("5万元", "5"), ("1.2亿元", "12000"), ("三百万元", "300"), ("-", ""), ("暂无", "")),
    (
        ("约20", NO_NUMBER),
        ("20余", NO_NUMBER),
        ("超过20", NO_NUMBER),
        ("20—30", NO_NUMBER),
        ("无", ""),
    ),
    (
        ("12a", NO_NUMBER),
        ("-5", "金额不能是负数。"),
        ("20%", "这一列不填百分数。"),
        ("3万美元", "应为数字，单位是万元；“万美元”不能换算成万元，请换算后再填。"),
        ("1.2345678", "最多 6 位小数。"),
    ),
)
AMOUNTS = [
    *("work_done_month", "work_done_to_date"),
    *("received_to_date", "disbursed_to_date", "paid_to_date"),
]


def test_each_wrong_cell_of_a_block_says_so_at_its_place_and_nothing_is_lost(clerk, projects):
    clerk.go_to(projects[0], AMOUNTS[0])
    clerk.paste("\n".join("\t".join(typed for typed, _ in row) for row in BLOCK) + "\n")
    clerk.wait("document.querySelectorAll('tr[data-saving=wrong]').length === 2")
    clerk.wait_until_saved(2)
    for project, row in zip(projects, BLOCK, strict=False):
        is_wrong = any(len(result) > len("1200.5") for _, result in row)
        for name, (typed, result) in zip(AMOUNTS, row, strict=True):
            place = f'td:has([name="{project.pk}:{name}"]) [data-error]'
            said = result if is_wrong and typed != "无" else ""
            assert clerk.find(place).inner_text() == said, typed
            kept = typed if is_wrong else result
            assert clerk.value(project, name) == kept, typed
    for name, total in (("work_done_month", "1205.5"), ("work_done_to_date", "13300")):
        clerk.wait(f"document.querySelector('[data-total={name}]').textContent === '{total}'")
    found = reports().values_list(*AMOUNTS)
    assert [["" if one is None else plain(one) for one in row] for row in found] == [
        [result for _, result in row] for row in BLOCK[:2]
    ]


def test_form_with_a_wrong_amount_says_so_and_is_not_sent(clerk, projects):
    clerk.go_to(projects[0], "work_done_month")
    clerk.type("abc")
    clerk.see("document.querySelector('#grid .is-main').click()")
    clerk.wait("document.getElementById('grid-status').innerText.includes('有 1 行没有存上')")
    assert clerk.see("document.activeElement.value") == "abc"
    assert not reports().exists()


def test_wrong_row_stays_while_the_others_are_handed_in(clerk, projects):
    clerk.go_to(projects[0], "problems")
    clerk.type("缺电", "Enter")
    clerk.wait_until_saved(1)
    clerk.go_to(projects[1], "work_done_month")
    clerk.type("abc")
    clerk.find("button[value=submit]").click()
    expect(clerk.find("tr[data-state=submitted]")).to_have_count(1, timeout=PATIENCE * 1000)
    assert clerk.value(projects[1], "work_done_month") == "abc"
    assert clerk.find("[data-error]:not(:empty)").inner_text()[:4] == "应为数字"


def test_escape_restores_and_undo_takes_back(clerk, projects):
    clerk.go_to(projects[0], "problems")
    clerk.type("缺水泥", "Escape")
    assert clerk.value(projects[0], "problems") == ""
    clerk.type("缺电", "ArrowDown")
    clerk.press("ArrowUp")
    clerk.press("Control+z")
    assert clerk.value(projects[0], "problems") == ""


def test_typing_survives_a_lost_connection(clerk, projects):
    clerk.page.context.set_offline(True)
    clerk.go_to(projects[0], "problems")
    clerk.type("缺电", "Enter")
    clerk.wait("document.querySelectorAll('tr[data-saving=waiting]').length === 1")
    clerk.page.context.set_offline(False)
    clerk.wait_until_saved(1)
    assert reports().get().problems == "缺电"


@pytest.mark.parametrize(("button", "kept"), [("用我的", "我的话"), ("用对方的", "对方的话")])
def test_two_clerks_in_one_row_are_told(clerks, projects, button, kept):
    first, second = clerks
    for clerk, words in ((first, "对方的话"), (second, "我的话")):
        clerk.go_to(projects[0], "problems")
        clerk.type(words, "Enter")
        clerk.wait("document.querySelector('tr[data-saving=saved], tr[data-saving=conflict]')")
    assert reports().get().problems == "对方的话"
    said = second.said(projects[0])
    assert ("对方：对方的话" in said, "我的：我的话" in said) == (True, True)
    second.page.get_by_role("button", name=button, exact=True).click()
    second.wait_until_saved(1)
    assert (reports().get().problems, second.value(projects[0], "problems")) == (kept, kept)


@pytest.mark.parametrize("is_saved", [False, True])
def test_all_drafts_are_handed_in(clerk, projects, is_saved):
    clerk.go_to(projects[0], "problems")
    clerk.type("缺电")
    if is_saved:
        clerk.press("Enter")
        clerk.wait_until_saved(1)
    clerk.find("button[value=submit]").click()
    expect(clerk.find("tr[data-state=submitted]")).to_have_count(1, timeout=PATIENCE * 1000)
    assert reports().get().review == "submitted"
