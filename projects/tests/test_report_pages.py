"""Plans, monthly reports and the ladder of money on public pages."""

from datetime import date

import pytest

from aidtracker.testing import (
    make_investment_report,
    make_milestone,
    make_outlet_report,
    make_progress_report,
    make_project,
    make_project_plan,
)

pytestmark = pytest.mark.django_db


def test_project_page_shows_published_plans_reports_and_where_amounts_come_from(client):
    project = make_project(received_amount=8, paid_amount=3, planned_amount=10)
    make_project_plan(project=project, amount=10, review="published")
    later = {"number": 2, "amount": 12, "reason": "追加资金"}
    make_project_plan(project=project, review="published", **later)
    make_project_plan(project=project, number=3, amount=13, reason="还没批")
    make_milestone(project=project, name="主体封顶", planned_on="2026-09", review="published")
    make_progress_report(
        project=project,
        physical_progress="主体完成八成",
        received_to_date=8,
        paid_to_date=2,
        review="published",
    )
    make_progress_report(project=project, month=date(2026, 6, 1), problems="还没发布的")

    text = client.get(project.get_absolute_url()).content.decode()

    for words in (
        "第 2 版（调整）",
        "追加资金",
        "主体封顶",
        "主体完成八成",
        "结余",
        "2026年5月月报",
    ):
        assert words in text
    assert "台账；2026年5月月报为 2" in text
    assert "还没批" not in text
    assert "还没发布的" not in text


def test_headquarters_page_adds_the_money_of_its_published_projects(client):
    headquarters = make_project(planned_amount=100, received_amount=50).headquarters
    make_project(headquarters=headquarters, planned_amount=7351, review="draft")

    text = client.get(headquarters.get_absolute_url()).content.decode()

    assert "到位率：资金到位 50万元 ÷ 计划（有调整的按调整后） 100万元" in text
    assert "7351" not in text


def test_pages_of_investments_and_outlets_show_published_reports(client):
    investment = make_investment_report(review="published", physical_progress="厂房封顶").investment
    make_investment_report(investment=investment, month=date(2026, 6, 1), problems="还没发布的")
    outlet = make_outlet_report(review="published", sales=1234).outlet
    make_outlet_report(outlet=outlet, month=date(2026, 6, 1), sales=5678)

    of_investment = client.get(investment.get_absolute_url()).content.decode()
    of_outlet = client.get(outlet.get_absolute_url()).content.decode()

    assert "厂房封顶" in of_investment
    assert "还没发布的" not in of_investment
    assert "1234" in of_outlet
    assert "5678" not in of_outlet
