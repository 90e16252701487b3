"""The amounts of projects and investments follow what is published about them."""

from datetime import date
from decimal import Decimal

import pytest

from aidtracker.testing import (
    make_headquarters,
    make_investment,
    make_investment_report,
    make_progress_report,
    make_project,
    make_project_plan,
)
from projects.models import Review
from projects.monthly.ledger_follow import follow, plans_in_words

pytestmark = pytest.mark.django_db

APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))


def report(project, month, review=Review.PUBLISHED, **amounts):
    return make_progress_report(project=project, month=month, review=review, **amounts)


def plan(project, year, number, amount, review=Review.PUBLISHED):
    reason = "中期调整" if number > 1 else ""
    return make_project_plan(
        project=project, year=year, number=number, amount=amount, reason=reason, review=review
    )


def amounts(row, *names):
    row.refresh_from_db()
    return tuple(getattr(row, name) for name in names)


def test_amounts_are_those_of_the_latest_report_that_states_them():
    project = make_project(received_amount=1, paid_amount=3)
    report(project, APRIL, received_to_date=50, work_done_to_date=70)
    last = report(project, MAY, work_done_to_date=90)
    report(project, JUNE, Review.APPROVED, work_done_to_date=100)
    follow([last])
    found = amounts(project, "work_done_amount", "received_amount", "paid_amount")
    assert found == (Decimal(90), Decimal(50), Decimal(3))


@pytest.mark.parametrize("state", Review)
def test_amounts_follow_in_whichever_order_things_are_published(state):
    project = make_project(review=state)
    follow([report(project, MAY, work_done_to_date=90)])
    follow([plan(project, 2026, 1, 200)])
    assert amounts(project, "work_done_amount", "planned_amount") == (Decimal(90), Decimal(200))


def test_withdrawn_report_gives_way_to_the_one_before():
    project = make_project(work_done_amount=90)
    report(project, APRIL, work_done_to_date=70)
    withdrawn = report(project, MAY, Review.WITHDRAWN, work_done_to_date=90)
    follow([withdrawn])
    assert amounts(project, "work_done_amount") == (Decimal(70),)


def test_without_published_reports_nothing_changes():
    project = make_project(work_done_amount=90)
    assert follow([report(project, MAY, Review.WITHDRAWN, work_done_to_date=70)]) == []
    assert amounts(project, "work_done_amount", "version") == (Decimal(90), 1)


def test_plans_add_up_over_the_years():
    project = make_project()
    first = plan(project, 2025, 1, 100)
    plan(project, 2026, 1, 200)
    follow([first])
    assert amounts(project, "planned_amount", "adjusted_amount") == (Decimal(300), None)


def test_plan_of_one_year_leaves_what_the_project_states_for_all_years():
    project = make_project(planned_amount=6800)
    follow([plan(project, 2025, 1, 3000)])
    assert amounts(project, "planned_amount") == (Decimal(6800),)
    assert plans_in_words(project) == (
        "年初计划合计 3000 万元；项目填的援疆资金计划大于合计，是多年的总数，不随年度计划改动"
    )
    follow([plan(project, 2026, 1, 4000)])
    assert amounts(project, "planned_amount") == (Decimal(7000),)


def test_what_plans_added_up_to_follows_them_down_again():
    project = make_project()
    follow([plan(project, 2025, 1, 100)])
    later = plan(project, 2026, 1, 200)
    follow([later])
    assert amounts(project, "planned_amount") == (Decimal(300),)
    later.review = Review.WITHDRAWN
    later.save()
    project.save()
    follow([later])
    assert amounts(project, "planned_amount") == (Decimal(100),)
    assert plans_in_words(project).endswith("随合计更新")


def test_adjusted_plan_counts_the_latest_editions():
    project = make_project()
    plan(project, 2025, 1, 100)
    plan(project, 2026, 1, 200)
    adjusted = plan(project, 2026, 2, 150)
    plan(project, 2026, 3, 500, Review.SUBMITTED)
    follow([adjusted])
    assert amounts(project, "planned_amount", "adjusted_amount") == (Decimal(300), Decimal(250))


def test_investment_follows_its_reports():
    investment = make_investment(headquarters=make_headquarters())
    row = make_investment_report(
        investment=investment, review=Review.PUBLISHED, arrived_to_date=500, jobs=80
    )
    follow([row])
    assert amounts(investment, "arrived_amount", "jobs") == (Decimal(500), 80)


def test_change_is_a_state_of_the_history_and_a_version():
    project = make_project(name="水厂")
    changes = follow([report(project, MAY, paid_to_date=12)])
    assert [str(change) for change in changes] == ["水厂：资金支付 — → 12"]
    project.refresh_from_db()
    state = project.history.order_by("-history_id").first()
    assert (project.version, state.version, state.paid_amount) == (2, 2, Decimal(12))


def test_nothing_is_written_twice():
    project = make_project()
    row = report(project, MAY, paid_to_date=12)
    follow([row])
    assert follow([row]) == []
    assert amounts(project, "version") == (2,)


def test_many_rows_take_no_more_queries(django_assert_num_queries):
    rows = [report(make_project(), MAY, paid_to_date=12) for _ in range(3)]
    more = [report(make_project(), MAY, paid_to_date=12) for _ in range(30)]
    with django_assert_num_queries(20, exact=False) as few:
        follow(rows)
    with django_assert_num_queries(len(few) + 1, exact=False):  # SQLite writes in two batches
        follow(more)
