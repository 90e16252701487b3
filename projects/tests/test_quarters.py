"""季度资金: a quarter is the difference of two cumulative amounts, or is not counted and said."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.testing import (
    make_headquarters,
    make_progress_report,
    make_project,
    make_project_plan,
    make_staff,
)
from projects.monthly.quarters import Quarter, QuarterMoney, last_quarters

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:projects_quarters")


def reported(project, amounts, **fields):
    for month, amount in amounts.items():
        said = {"received_to_date": amount, "review": "submitted"} | fields
        make_progress_report(project=project, month=date.fromisoformat(f"{month}-01"), **said)


def line_of(money, label):
    return next(line for line in money.lines if line.label == label)


def test_quarter_is_compared_with_that_of_the_year_before(headquarters):
    both = make_project(headquarters=headquarters)
    new = make_project(headquarters=headquarters)
    reported(both, {"2025-06": 10, "2025-09": 25, "2026-06": 100, "2026-09": 140})
    reported(new, {"2026-06": 0, "2026-09": 7})
    make_project_plan(project=both, year=2026, amount=300)
    make_project_plan(project=both, year=2026, number=2, amount=250, reason="调整")
    make_project_plan(project=both, year=2025, amount=200)
    money = QuarterMoney(Quarter(2026, 3), [headquarters])
    received, planned = line_of(money, "到位"), line_of(money, "援疆资金计划")
    assert (received.sums, received.numbers) == ((Decimal(47), Decimal(15)), (2, 1))
    assert received.change == Decimal(25)  # of the project that has both
    assert (planned.sums, planned.change) == ((Decimal(250), Decimal(200)), Decimal(50))


def test_what_is_not_known_is_not_counted_and_said(headquarters):
    """A draft is no report; a report that says nothing of an amount is none for that."""
    silent = make_project(headquarters=headquarters, name="甲项目")
    draft = make_project(headquarters=headquarters, name="乙项目")
    reported(silent, {"2026-06": 5, "2026-09": None})
    reported(draft, {"2026-06": 5})
    reported(draft, {"2026-09": 9}, review="draft")
    money = QuarterMoney(Quarter(2026, 3), [headquarters])
    assert line_of(money, "到位").sums == (None, None)
    said = {str(one): words for words, projects in money.left_out for one in projects}
    assert "2026年9月月报没有累计到位" in said["甲项目"]
    assert "2026年9月没有提交的月报" in said["乙项目"]
    assert "没有2026年计划" in said["乙项目"]


def test_first_quarter_goes_on_from_december():
    assert (Quarter(2026, 1).before, Quarter(2026, 1).last) == (date(2025, 12, 1), date(2026, 3, 1))
    found = [one.key for one in last_quarters(date(2026, 2, 3), 3)]
    assert found == ["2025-4", "2025-3", "2025-2"]


def test_page_and_sheet_are_of_the_own_headquarters(client, headquarters):
    mine = make_project(headquarters=headquarters, name="本部项目")
    make_project(headquarters=make_headquarters(), name="别处项目")
    reported(mine, {"2026-06": 5, "2026-09": 9})
    client.force_login(make_staff(headquarters, permissions=["projects.view_project"]))
    asked = {"quarter": "2026-3"}
    page = client.get(PAGE, asked).content.decode()
    sheet = b"".join(client.get(PAGE, asked | {"download": "csv"})).decode("utf-8-sig")
    assert ("本部项目" in page, "别处项目" in page) == (True, False)
    assert "本部项目,到位,2026年三季度,5,9,4," in sheet
    assert "别处项目" not in sheet
    assert client.get(PAGE, asked | {"headquarters": make_headquarters().pk}).status_code == 404
    assert client.get(PAGE, {"quarter": "2026-9", "headquarters": "x"}).status_code == 404
    client.force_login(make_staff(headquarters))
    assert client.get(PAGE).status_code == 403


def test_page_asks_no_more_for_more_projects(client, headquarters):
    client.force_login(make_staff(headquarters, permissions=["projects.view_project"]))

    def asked():
        with CaptureQueriesContext(connection) as found:
            client.get(PAGE, {"quarter": "2026-3"})
        return len(found)

    make_project(headquarters=headquarters)
    asked()
    few = asked()
    for _ in range(5):
        reported(make_project(headquarters=headquarters), {"2026-06": 5, "2026-09": 9})
    assert asked() <= few <= 12
