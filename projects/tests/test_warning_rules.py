"""Every rule of the fixture speaks of a row that is wrong, in its own sentence."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from aidtracker.testing import (
    make_batch,
    make_headquarters,
    make_investment,
    make_investment_report,
    make_jobs_report,
    make_outlet,
    make_progress_report,
    make_project,
    make_project_plan,
    make_reporting_period,
    make_site,
    make_training_report,
)
from projects.models import Review, WarningRule
from projects.models.rules import said_rule
from projects.tests.test_warnings import PROJECT_CASES, TODAY, said

pytestmark = pytest.mark.django_db

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)
# Rules with tests of their own in test_warnings and test_targets.
ELSEWHERE = {
    *("milestone-late", "progress-missing", "progress-not-continuous", "progress-work-fell"),
    *("plan-livelihood-share", "plan-same-name", "jobs-fell", "training-without-classes"),
    *("investment-arrived-over-agreed", "investment-nothing-arrived"),
    *("target-behind", "target-unfinished", "target-uncounted", "target-missing"),
    *("target-not-continuous", "target-over-plan"),
    *("target-month-over-plan", "target-month-over-total"),
    *("investment-not-continuous", "outlet-sales-after-closing", "outlet-no-sales"),
}
# Of a project and its reports of April and May: what they say, and the sentence about May's.
PROGRESS: dict[str, Any] = {
    "progress-received-over-plan": (
        {"planned_amount": 300, "adjusted_amount": "250.5"},
        {},
        {"received_to_date": 251},
        "累计到位 251 万元，超过计划 250.5 万元。",
    ),
    "progress-disbursed-over-received": (
        {},
        {},
        {"received_to_date": "911.05", "disbursed_to_date": "911.06"},
        "累计拨付 911.06 万元，超过累计到位 911.05 万元。",
    ),
    "progress-paid-over-disbursed": (
        {},
        {},
        {"disbursed_to_date": 5, "paid_to_date": 6},
        "累计支付 6 万元，超过累计拨付 5 万元。",
    ),
    "progress-work-over-total": (
        {"total_amount": 9},
        {},
        {"work_done_to_date": "9.5"},
        "累计完成投资 9.5 万元，超过总投资 9 万元。",
    ),
    "progress-month-over-total": (
        {},
        {},
        {"work_done_month": 6, "work_done_to_date": 5},
        "本月完成投资 6 万元，超过累计 5 万元。",
    ),
    "progress-month-over-whole": (
        {"total_amount": 5},
        {"work_done_month": 5},
        {"work_done_month": 6},
        "本月完成投资 6 万元，超过总投资 5 万元。",
    ),
    "progress-received-fell": (
        {},
        {"received_to_date": 7},
        {"received_to_date": 6},
        "累计到位 6 万元，比上月的 7 万元还小。",
    ),
    "progress-disbursed-fell": (
        {},
        {"disbursed_to_date": 7},
        {"disbursed_to_date": 6},
        "累计拨付 6 万元，比上月的 7 万元还小。",
    ),
    "progress-paid-fell": (
        {},
        {"paid_to_date": 7},
        {"paid_to_date": 6},
        "累计支付 6 万元，比上月的 7 万元还小。",
    ),
}
INVESTMENT: dict[str, Any] = {
    "investment-arrived-fell": (
        {},
        {"arrived_to_date": 7},
        {"arrived_to_date": 6},
        "累计到位资金 6 万元，比上月的 7 万元还小。",
    ),
    "investment-jobs-fell": (
        {},
        {"jobs": 100},
        {"jobs": 79},
        "月末就业 79 人，上月 100 人，减少超过 20%。",
    ),
    "investment-report-over-agreed": (
        {"agreed_amount": 5},
        {},
        {"arrived_to_date": 6},
        "累计到位资金 6 万元，超过协议资金 5 万元。",
    ),
    "investment-month-over-agreed": (
        {"agreed_amount": 5},
        {"arrived_month": 5},
        {"arrived_month": 6},
        "本月到位资金 6 万元，超过协议资金 5 万元。",
    ),
    "investment-month-over-total": (
        {},
        {"arrived_month": 5, "arrived_to_date": 5},
        {"arrived_month": 6, "arrived_to_date": 5},
        "本月到位资金 6 万元，超过累计 5 万元。",
    ),
}
MISSING = ("investment-missing", "outlet-missing", "jobs-missing", "training-missing")


@pytest.mark.parametrize("code", PROGRESS)
def test_progress_rule_warns_of_the_wrong_month(headquarters, code):
    values, before, now, sentence = PROGRESS[code]
    project = make_project(headquarters=headquarters, **values)
    make_progress_report(project=project, month=APRIL, **before)
    assert said(headquarters, code) == []
    make_progress_report(project=project, month=MAY, **now)
    assert said(headquarters, code) == [sentence]


@pytest.mark.parametrize("code", INVESTMENT)
def test_investment_rule_warns_of_the_wrong_month(headquarters, code):
    values, before, now, sentence = INVESTMENT[code]
    investment = make_investment(headquarters=headquarters, **values)
    make_investment_report(investment=investment, month=APRIL, **before)
    assert said(headquarters, code) == []
    make_investment_report(investment=investment, month=MAY, **now)
    assert said(headquarters, code) == [sentence]


def test_project_of_the_same_name_in_one_batch_is_said(headquarters):
    own: dict[str, Any] = {"headquarters": headquarters, "batch": make_batch()}
    make_project(**own, name="水厂", status="cancelled")
    make_project(**own, name="水厂")
    assert said(headquarters, "project-same-name") == []
    make_project(**own, name="水 厂")
    found = said(headquarters, "project-same-name")
    assert len(found) == 2
    assert "同一指挥部同一批次有 2 个项目都叫“水厂”。" in found


def test_county_share_is_of_the_money_that_says_where_it_goes(headquarters):
    for amount, is_local in ((79, True), (21, False), (500, None)):
        project = make_project(headquarters=headquarters, is_local=is_local)
        make_project_plan(project=project, amount=amount)
    assert said(headquarters, "plan-county-share") == [
        "2026 年计划中面向县及以下的占 79%（79÷100 万元），低于 80%；另有 1 项没有注明，未计入。"
    ]


def test_share_of_just_the_limit_is_enough(headquarters):
    for amount, is_local in ((80, True), (20, False)):
        project = make_project(headquarters=headquarters, is_local=is_local, is_livelihood=is_local)
        make_project_plan(project=project, amount=Decimal(amount))
    assert (
        said(headquarters, "plan-county-share") == said(headquarters, "plan-livelihood-share") == []
    )


def test_investment_and_outlet_without_a_report_are_said(headquarters):
    make_investment(headquarters=headquarters, status="signed", signed_on="2026-05-20")
    make_outlet(headquarters=headquarters, status="open", opened_on="2026-04")
    assert said(headquarters, "investment-missing") == ["还没有提交2026年5月的月报。"]
    assert said(headquarters, "outlet-missing") == [
        "还没有提交2026年5月的月报。",
        "还没有提交2026年4月的月报。",
    ]


def report_jobs(headquarters, site, month, **values):
    return make_jobs_report(headquarters=headquarters, site=site, month=month, **values)


def test_site_that_reported_lately_misses_its_next_month(headquarters):
    site = make_site()
    make_jobs_report(headquarters=headquarters, site=make_site(), month=date(2026, 1, 1))
    report_jobs(headquarters, site, APRIL, review=Review.SUBMITTED)
    report_jobs(make_headquarters(), site, MAY, review=Review.SUBMITTED)
    assert said(headquarters, "jobs-missing") == [
        "此后还没有提交2026年4月的月报。",
        "此后还没有提交2026年3月的月报。",
        "此后还没有提交2026年5月的月报。",
    ]
    assert said(headquarters, "jobs-missing", date(2026, 12, 1)) == []


def test_headquarters_that_trained_lately_misses_its_next_month(headquarters):
    make_training_report(headquarters=headquarters, month=APRIL, review=Review.SUBMITTED)
    assert said(headquarters, "training-missing") == ["此后还没有提交2026年5月的月报。"]
    make_training_report(
        headquarters=headquarters, kind="officials", month=MAY, review=Review.SUBMITTED
    )
    assert said(headquarters, "training-missing") == []
    make_reporting_period(headquarters=headquarters, month=date(2026, 6, 1), locked_on=TODAY)
    assert said(headquarters, "training-missing", date(2026, 7, 1)) == [
        "此后还没有提交2026年6月的月报。"
    ]


def test_every_rule_is_tested():
    tested = {*PROJECT_CASES, *PROGRESS, *INVESTMENT, *MISSING, *ELSEWHERE}
    tested |= {"project-same-name", "plan-county-share"}
    assert {rule.code for rule in WarningRule.objects.all()} == tested


def test_rules_are_read_and_written_in_chinese(admin_client):
    for rule in WarningRule.objects.all():
        stored = {name: getattr(rule, name) for name in said_rule(rule)}
        for name, words in said_rule(rule).items():
            assert not re.search("[a-z]", words), f"{rule.code}: {words}"
            setattr(rule, name, words)
        rule.clean()
        assert {name: getattr(rule, name) for name in stored} == stored
    page = admin_client.get(reverse("admin:projects_warningrule_changelist")).content.decode()
    assert "累计拨付 {左栏} 万元" in page
    assert "{left}" not in page
