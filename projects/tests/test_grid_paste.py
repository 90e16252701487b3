"""What is pasted from a sheet with an order of its own finds its rows and columns in the page."""

from datetime import date
from decimal import Decimal

import pytest

from projects.models import Review
from projects.monthly import grid
from projects.tests.test_grid_browser import (
    PROJECTS,
    clerk,
    headquarters,
    open_page,
    projects,
    pytestmark,
    reports,
)

__all__ = ["clerk", "headquarters", "open_page", "projects", "pytestmark"]

SHEET = "序号\t项目名称\t建设单位\t累计完成投资\t本月完成\t工程形象进度\n"


def status(clerk):
    return clerk.see("document.getElementById('grid-status').innerText")


def named(projects, *others):
    """A block in an order of its own, with a heading, a total and some rows of others."""
    lines = [f"{n}\t {p.name} \t某公司\t\t{n}\t主体{n}" for n, p in enumerate(projects)]
    return SHEET + "\n".join([*reversed(lines), *others, "\t合计\t\t\t999\t"]) + "\n"


def test_rows_and_columns_are_found_by_their_names(clerk, projects):
    clerk.go_to(projects[20], "note")
    clerk.paste(named(projects, "39\t别的项目\t\t\t5\t开工") + "制表人：某某\t\t\t审核：某某\n")
    clerk.wait_until_saved(PROJECTS)

    found = reports().values_list("work_done_month", "work_done_to_date", "physical_progress")
    assert [*found] == [(Decimal(n), Decimal(n + 100), f"主体{n}") for n in range(PROJECTS)]
    assert clerk.value(projects[20], "note") == ""
    said = status(clerk)
    assert f"已按名称贴入 {PROJECTS} 行、{3 * PROJECTS} 格。" in said
    assert "表头没有贴入，各栏按表头放置。跳过 1 行合计。" in said
    assert "跳过 1 行制表人、注释。" in said
    assert "这里没有这些栏，没有贴入：建设单位。" in said
    assert "“别的项目”：没有找到" in said


def test_line_whose_name_is_not_found_is_put_where_the_clerk_says(clerk, projects):
    clerk.go_to(projects[0], "problems")
    clerk.paste(SHEET + "1\t写错的名称\t\t\t5\t开工\n")
    clerk.find("#grid-status select").select_option("3")
    clerk.wait_until_saved(1)
    report = reports().get()
    assert (report.project, report.work_done_month) == (projects[3], Decimal(5))


def test_codes_place_rows_without_a_heading(clerk, projects):
    clerk.go_to(projects[0], "work_done_month")
    clerk.paste("P002\t2\nP001\t1\n")
    clerk.wait_until_saved(2)
    assert [report.work_done_month for report in reports()] == [Decimal(1), Decimal(2)]


def test_unit_of_the_heading_counts(clerk, projects):
    clerk.go_to(projects[0], "problems")
    names = [project.name for project in projects[:3]]
    lines = "".join(f"{name}\t{n}.5\t{n}\n" for n, name in enumerate(names, 1))
    clerk.paste("月报\t\t单位：元\n名称\t本月完成投资（亿元）\t累计到位\n" + lines)
    clerk.wait_until_saved(3)
    found = reports().values_list("work_done_month", "received_to_date")
    assert found[0] == (Decimal(15000), Decimal("0.0001"))


def test_unit_that_does_not_fit_is_refused_and_a_note_is_none(clerk, projects):
    clerk.go_to(projects[0], "problems")
    clerk.paste(
        "名称\t本月完成投资（万美元）\t累计到位（含税）\t累计拨付（千元）\n"
        f"{projects[0].name}\t5\t4\t3\n{projects[1].name}\t\t4\t3\n"
    )
    clerk.wait_until_saved(1)
    report = reports().get()
    assert (report.project, report.received_to_date) == (projects[1], Decimal(4))
    assert report.disbursed_to_date == Decimal("0.3")
    assert clerk.value(projects[0], "work_done_month") == "5万美元"


def test_heading_alone_places_columns_from_the_row_one_is_in(clerk, projects):
    clerk.go_to(projects[1], "note")
    clerk.paste("累计拨付\t累计到位\n3\t4\n5\t6\n")
    clerk.wait_until_saved(2)
    found = reports().values_list("project", "disbursed_to_date", "received_to_date")
    assert [*found] == [(projects[1].pk, 3, 4), (projects[2].pk, 5, 6)]


@pytest.mark.parametrize("way", ["key", "button"])
def test_whole_paste_is_taken_back(clerk, projects, way):
    clerk.go_to(projects[0], "problems")
    clerk.type("早上写的", "Enter")
    clerk.wait_until_saved(1)
    clerk.go_to(projects[5], "problems")
    clerk.paste("名称\t存在问题\t本月完成投资\n" + f"{projects[0].name}\t无\t7\n")
    clerk.wait("document.querySelector('tr[data-saving=saved] [data-version]')?.value === '2'")
    if way == "key":
        clerk.press("Control+z")
    else:
        clerk.page.get_by_role("button", name="撤销这次粘贴", exact=True).click()
    clerk.wait("document.querySelector('tr[data-saving=saved] [data-version]')?.value === '3'")
    report = reports().get()
    assert (report.problems, report.work_done_month, report.work_done_to_date) == (
        "早上写的",
        None,
        None,
    )
    assert "已撤销这次粘贴" in status(clerk)


def test_row_handed_in_keeps_what_it_has(clerk, projects):
    clerk.go_to(projects[0], "problems")
    clerk.type("缺电", "Enter")
    clerk.wait_until_saved(1)
    reports().update(review=Review.SUBMITTED)
    clerk.page.reload()
    clerk.wait("gridCells")
    clerk.go_to(projects[1], "problems")
    clerk.paste(f"名称\t存在问题\n{projects[0].name}\t无\n{projects[1].name}\t无\n")
    clerk.wait_until_saved(1)
    assert "有 1 行已提交或不能改" in status(clerk)
    assert [report.problems for report in reports()] == ["缺电", "无"]
    assert reports()[0].month == date(2026, 5, 1)


def test_sheet_of_all_pages_is_pasted_where_all_rows_are_shown(monkeypatch, open_page, projects):
    monkeypatch.setattr(grid, "PAGE_ROWS", 20)
    clerk = open_page()
    clerk.go_to(projects[0], "note")
    clerk.paste(named(projects))
    clerk.wait_until_saved(20)
    assert f"有 {PROJECTS - 20} 行在这一页没有，没有贴入" in status(clerk)
    counts = clerk.see("document.getElementById('grid-counts').innerText")
    assert counts == f"{PROJECTS} 项，已填 20，已提交 0"

    clerk.find("nav[aria-label=页] a:last-child").click()
    clerk.find(f'[name="{projects[-1].pk}:note"]').wait_for()
    clerk.go_to(projects[0], "note")
    clerk.paste(named(projects))
    clerk.wait_until_saved(PROJECTS)
    found = reports().values_list("work_done_month", "physical_progress")
    assert [*found] == [(Decimal(n), f"主体{n}") for n in range(PROJECTS)]
