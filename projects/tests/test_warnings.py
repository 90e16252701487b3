"""Warnings about the ledgers: rules as data, applied to rows."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from aidtracker.testing import (
    make_headquarters,
    make_investment,
    make_investment_report,
    make_jobs_report,
    make_milestone,
    make_outlet,
    make_outlet_report,
    make_progress_report,
    make_project,
    make_project_plan,
    make_reporting_period,
    make_site,
    make_staff,
    make_training_report,
    make_warning_rule,
)
from aidtracker.tests.admin_pages import send_form
from projects.admin.rules import TOO_MANY
from projects.models import (
    Investment,
    Milestone,
    Outlet,
    Project,
    ProjectPlan,
    Review,
    WarningRule,
)
from projects.models.reports import REPORTS
from projects.warnings import (
    TooManyError,
    evaluation,
    for_reports,
    for_rows,
    warned,
    warnings_for,
)
from projects.warnings.kinds import OF_OTHERS, is_winter

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 20)
WINTER = date(2026, 12, 1)


def said(headquarters, code, today=TODAY):
    """The sentences of one rule about the rows of a headquarters."""
    found = warnings_for([headquarters.pk], today)
    return [one.sentence for one in found if one.rule.code == code]


PROJECT_CASES: dict[str, Any] = {
    "project-received-over-plan": (
        {"received_amount": 12, "planned_amount": 10},
        {"received_amount": 10, "planned_amount": 10},
        "资金到位 12 万元，超过计划 10 万元。",
    ),
    "project-disbursed-over-received": (
        {"disbursed_amount": 12, "received_amount": 10},
        {"disbursed_amount": 12},
        "资金拨付 12 万元，超过到位 10 万元。",
    ),
    "project-paid-over-disbursed": (
        {"paid_amount": 3, "disbursed_amount": 2},
        {"paid_amount": 3},
        "资金支付 3 万元，超过拨付 2 万元。",
    ),
    "project-work-over-total": (
        {"work_done_amount": 12, "total_amount": 10},
        {"work_done_amount": 12},
        "完成投资 12 万元，超过总投资 10 万元。",
    ),
    "project-plan-over-total": (
        {"planned_amount": 12, "total_amount": 10},
        {"planned_amount": 12, "adjusted_amount": 9, "total_amount": 10},
        "援疆资金计划 12 万元，超过总投资 10 万元。",
    ),
    "project-started-before-approval": (
        {"actual_start": "2026-03", "approved_on": "2026-04-02"},
        {"actual_start": "2026", "approved_on": "2026-04-02"},
        "2026年3月已开工，早于批复（2026年4月2日）。",
    ),
    "project-start-late": (
        {"planned_start": "2026-05", "status": "planned"},
        {"planned_start": "2026-06", "status": "planned"},
        "计划2026年5月开工，已过 20 天，还没有实际开工日期。",
    ),
    "project-completion-late": (
        {"planned_completion": "2026-06-10"},
        {"planned_completion": "2026-06-10", "actual_completion": "2026-06-09"},
        "计划2026年6月10日完工，已过 10 天，还没有实际完工日期。",
    ),
}


@pytest.mark.parametrize("code", PROJECT_CASES)
def test_project_rule_warns_of_just_the_wrong_row(headquarters, code):
    wrong, right, sentence = PROJECT_CASES[code]
    make_project(headquarters=headquarters, **right)
    make_project(headquarters=headquarters)
    assert said(headquarters, code) == []

    make_project(headquarters=headquarters, **wrong)

    assert said(headquarters, code) == [sentence]


def test_received_is_compared_with_the_adjusted_plan(headquarters):
    amounts = {"received_amount": 12, "planned_amount": 10, "adjusted_amount": 15}
    make_project(headquarters=headquarters, **amounts)
    assert said(headquarters, "project-received-over-plan") == []


@pytest.mark.parametrize("status", ["paused", "cancelled", "building", "handed_over"])
def test_start_is_not_late_in_a_status_that_says_otherwise(headquarters, status):
    make_project(headquarters=headquarters, planned_start="2020", status=status)
    assert said(headquarters, "project-start-late") == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 14), False),
        (date(2026, 10, 15), True),
        (date(2027, 1, 1), True),
        (date(2027, 3, 31), True),
        (date(2027, 4, 1), False),
    ],
)
def test_winter_is_from_mid_october_to_march(day, expected):
    assert is_winter(day) is expected


@pytest.mark.parametrize(
    ("kind", "count"),
    [({"spend_nature": "fixed"}, 0), ({"construction": "new"}, 0), ({"spend_nature": "other"}, 1)],
)
def test_construction_is_not_late_in_winter(headquarters, kind, count):
    project = make_project(headquarters=headquarters, planned_completion="2026-11-01", **kind)
    make_milestone(project=project, planned_on="2026-11-01")

    assert len(said(headquarters, "project-completion-late", WINTER)) == count
    assert len(said(headquarters, "milestone-late", WINTER)) == count
    assert len(said(headquarters, "milestone-late", date(2027, 4, 1))) == 1


def test_month_after_its_due_day_misses_a_report(headquarters):
    project = make_project(headquarters=headquarters, status="building", actual_start="2026-04-20")
    assert said(headquarters, "progress-missing") == [
        "还没有提交2026年5月的月报。",
        "还没有提交2026年4月的月报。",
    ]

    make_progress_report(project=project, month=date(2026, 5, 1), review=Review.SUBMITTED)
    make_progress_report(project=project, month=date(2026, 4, 1), review=Review.DRAFT)

    assert said(headquarters, "progress-missing") == ["还没有提交2026年4月的月报。"]


def test_month_before_its_due_day_misses_nothing(headquarters):
    make_project(headquarters=headquarters, status="building", actual_start="2026-05-01")
    assert said(headquarters, "progress-missing", date(2026, 6, 5)) == []
    assert said(headquarters, "progress-missing", date(2026, 6, 6)) != []


def test_locked_month_misses_a_report_before_its_due_day(headquarters):
    make_project(headquarters=headquarters, status="building", actual_start="2026-05-01")
    make_reporting_period(headquarters=headquarters, due_on=date(2026, 7, 1))
    assert said(headquarters, "progress-missing") == []

    headquarters.reporting_periods.update(locked_on=TODAY)

    assert said(headquarters, "progress-missing") == ["还没有提交2026年5月的月报。"]


@pytest.mark.parametrize("status", ["", "completed", "reserve"])
def test_project_that_is_not_under_way_misses_no_report(headquarters, status):
    make_project(headquarters=headquarters, status=status)
    assert said(headquarters, "progress-missing") == []


def reports_of(project, *rows):
    return [
        make_progress_report(
            project=project,
            month=date(2026, number, 1),
            work_done_month=month,
            work_done_to_date=total,
        )
        for number, month, total in rows
    ]


def test_total_that_does_not_go_on_from_last_month_is_said(headquarters):
    project = make_project(headquarters=headquarters)
    reports_of(project, (3, 5, 5), (4, 2, 7), (5, 2, 10))
    assert said(headquarters, "progress-not-continuous") == [
        "累计完成投资 10 万元，不等于上月累计 7 加本月 2（应为 9 万元）。"
    ]
    assert said(headquarters, "progress-work-fell") == []


def test_total_is_not_compared_across_a_gap_or_with_an_unknown(headquarters):
    reports_of(make_project(headquarters=headquarters), (3, 5, 5), (5, 2, 10))
    reports_of(make_project(headquarters=headquarters), (3, 5, 5), (4, None, 9), (5, 2, None))
    assert said(headquarters, "progress-not-continuous") == []


def test_total_that_fell_is_said(headquarters):
    reports_of(make_project(headquarters=headquarters), (4, 5, 9), (5, None, 8))
    assert said(headquarters, "progress-work-fell") == [
        "累计完成投资 8 万元，比上月的 9 万元还小。"
    ]


def test_reports_at_hand_are_warned_of_as_in_the_whole(headquarters, django_assert_max_num_queries):
    project = make_project(headquarters=headquarters, total_amount=9)
    *_, last = reports_of(project, (4, 7, 7), (5, 2, 10))
    last = type(last).objects.get(pk=last.pk)

    with django_assert_max_num_queries(4):
        found = for_reports([last])

    assert found == {
        last.pk: [
            "累计完成投资 10 万元，不等于上月累计 7 加本月 2（应为 9 万元）。",
            "累计完成投资 10 万元，超过总投资 9 万元。",
        ]
    }


def test_no_reports_have_no_warnings():
    assert for_reports([]) == for_rows([]) == {}


def test_plans_at_hand_are_warned_of_as_in_the_whole(headquarters, django_assert_max_num_queries):
    one, two = (make_project(headquarters=headquarters, name="同名项目") for _ in range(2))
    first, _ = make_project_plan(project=one), make_project_plan(project=two)
    first = type(first).objects.get(pk=first.pk)

    with django_assert_max_num_queries(4):
        found = for_rows([first])

    assert found[first.pk] == ["同一年度计划里有 2 个项目都叫“同名项目”。"]


def test_milestones_at_hand_that_are_late_are_warned_of(headquarters):
    late = make_milestone(project=make_project(headquarters=headquarters), planned_on="2020-01")
    (words,) = for_rows([late])[late.pk]
    assert "还没有实际完成日期" in words


def test_same_name_twice_in_one_plan_is_said(headquarters):
    one, two = (
        make_project(headquarters=headquarters, name=name) for name in ("阿 克苏", "阿克苏")
    )
    make_project_plan(project=one)
    make_project_plan(project=two, year=2025)
    make_project_plan(project=one, number=2, reason="追加")
    assert said(headquarters, "plan-same-name") == []

    make_project_plan(project=two)

    assert len(said(headquarters, "plan-same-name")) == 3
    assert "同一年度计划里有 2 个项目都叫“阿克苏”。" in said(headquarters, "plan-same-name")


def plan(headquarters, amount, mark, **kwargs):
    project = make_project(headquarters=headquarters, is_livelihood=mark, is_local=True)
    return make_project_plan(project=project, amount=amount, **kwargs)


def test_livelihood_share_counts_latest_editions_and_leaves_out_unknowns(headquarters):
    plan(headquarters, 70, True)
    first = plan(headquarters, 10, False)
    plan(headquarters, 1000, None)
    assert said(headquarters, "plan-livelihood-share") == []

    make_project_plan(project=first.project, number=2, amount=30, reason="追加")

    assert said(headquarters, "plan-livelihood-share") == [
        "2026 年计划中民生项目占 70%（70÷100 万元），低于 80%；另有 1 项没有注明，未计入。"
    ]
    assert said(headquarters, "plan-county-share") == []


def test_investment_rules(headquarters):
    make_investment(headquarters=headquarters, agreed_amount=10, arrived_amount=12)
    make_investment(headquarters=headquarters, signed_on="2025-05", status="signed")
    assert said(headquarters, "investment-arrived-over-agreed") == [
        "到位资金 12 万元，超过协议资金 10 万元。"
    ]
    assert said(headquarters, "investment-nothing-arrived") == [
        "2025年5月签约，已过 385 天，还没有登记到位资金。"
    ]


def test_jobs_fall_beyond_the_threshold_is_said(headquarters):
    site = make_site()
    for month, jobs in ((3, 100), (4, 80), (5, 63)):
        make_jobs_report(
            headquarters=headquarters, site=site, month=date(2026, month, 1), jobs=jobs
        )
    assert said(headquarters, "jobs-fell") == ["月末在岗 63 人，上月 80 人，减少超过 20%。"]


def test_investment_total_goes_on_from_last_month(headquarters):
    investment = make_investment(headquarters=headquarters)
    for month, added, total in ((4, 3, 3), (5, 1, 5)):
        make_investment_report(
            investment=investment,
            month=date(2026, month, 1),
            arrived_month=added,
            arrived_to_date=total,
        )
    assert len(said(headquarters, "investment-not-continuous")) == 1


def test_outlet_that_sells_after_closing_is_said(headquarters):
    outlet = make_outlet(headquarters=headquarters, closed_on="2026-04", status="closed")
    make_outlet_report(outlet=outlet, month=date(2026, 4, 1), sales=5)
    make_outlet_report(outlet=outlet, month=date(2026, 5, 1), sales=Decimal("5.5"))
    assert said(headquarters, "outlet-sales-after-closing") == [
        "网点2026年4月已关闭，这个月仍填报销售 5.5。"
    ]


@pytest.mark.parametrize(("sales", "count"), [((0, 0, 0), 1), ((0, None, 0), 0), ((0, 1, 0), 0)])
def test_outlet_without_sales_for_three_months_is_said(headquarters, sales, count):
    outlet = make_outlet(headquarters=headquarters)
    for month, amount in enumerate(sales, 3):
        make_outlet_report(outlet=outlet, month=date(2026, month, 1), sales=amount)
    assert len(said(headquarters, "outlet-no-sales")) == count


def test_trainees_without_classes_are_said(headquarters):
    make_training_report(headquarters=headquarters, trainees=30)
    make_training_report(headquarters=headquarters, kind="officials", trainees=30, classes=1)
    assert said(headquarters, "training-without-classes") == ["填了培训 30 人次，没有填班次。"]


def test_withdrawn_rows_and_other_headquarters_are_not_looked_at(headquarters):
    wrong = {"received_amount": 12, "planned_amount": 10}
    make_project(headquarters=headquarters, review=Review.WITHDRAWN, **wrong)
    make_project(**wrong)
    assert said(headquarters, "project-received-over-plan") == []


def test_editing_a_rule_in_the_admin_changes_what_it_says(headquarters, client):
    make_project(headquarters=headquarters, received_amount=12, planned_amount=10)
    rule = WarningRule.objects.get(code="project-received-over-plan")
    staff = make_staff(
        reach="changes_all",
        permissions=("projects.change_warningrule", "projects.view_warningrule"),
    )
    client.force_login(staff)

    edit(client, rule, threshold="20")
    assert said(headquarters, rule.code) == []
    edit(client, rule, threshold="10", sentence="多了：{left}")
    assert said(headquarters, rule.code) == ["多了：12"]
    edit(client, rule, is_active="false")
    assert said(headquarters, rule.code) == []


def edit(client, rule, **changes):
    """Change a rule in its form."""
    address = reverse("admin:projects_warningrule_change", args=[rule.pk])
    send_form(client, address, **{"is_active": "on", **changes})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ledger": "users"}, "ledger"),
        ({"left": "password"}, "left"),
        ({"left": "headquarters__parent__nothing"}, "left"),
        ({"operator": ""}, "operator"),
        ({"kind": "share", "threshold": 80}, "kind"),
        ({"sentence": "{left.__class__}"}, "sentence"),
        ({"sentence": "{left!r}"}, "sentence"),
        ({"sentence": "{left:>9999999}"}, "sentence"),
        ({"sentence": "{days}"}, "sentence"),
        ({"sentence": "{left"}, "sentence"),
        ({"threshold": -1}, "__all__"),
    ],
)
def test_rule_that_cannot_be_applied_is_refused(changes, field):
    rule = make_warning_rule()
    for name, value in changes.items():
        setattr(rule, name, value)
    with pytest.raises(ValidationError) as refused:
        rule.full_clean()
    assert field in refused.value.error_dict


def test_every_rule_of_the_fixture_can_be_applied():
    for rule in WarningRule.objects.all():
        rule.full_clean()
    assert {rule.kind for rule in WarningRule.objects.all()} == set(WarningRule.Kind)


def test_number_of_queries_does_not_grow_with_rows(headquarters, django_assert_num_queries):
    def fill():
        for _ in range(3):
            project = make_project(headquarters=headquarters, status="building", planned_amount=1)
            make_project_plan(project=project)
            make_milestone(project=project, planned_on="2026-01-01")
            reports_of(project, (4, 5, 9), (5, None, 8))
            make_outlet_report(outlet=make_outlet(headquarters=headquarters), sales=0)

    fill()
    with django_assert_num_queries(14):
        first = warnings_for([headquarters.pk], TODAY)
    fill()
    with django_assert_num_queries(14):
        second = warnings_for([headquarters.pk], TODAY)
    assert len(second) > len(first)


def test_list_of_projects_is_narrowed_to_those_with_warnings(headquarters):
    wrong = make_project(headquarters=headquarters, received_amount=12, planned_amount=10)
    make_project(headquarters=headquarters)
    assert warned(type(wrong), [headquarters.pk]) == {wrong.pk}
    assert warned(type(wrong), [headquarters.pk], "project-paid-over-disbursed") == set()


WARNED: dict[str, Any] = {
    "project": (make_project, {"received_amount": 12, "planned_amount": 10}),
    "investment": (make_investment, {"agreed_amount": 1, "arrived_amount": 3}),
    "progressreport": (
        lambda headquarters, **values: make_progress_report(
            project=make_project(headquarters=headquarters), **values
        ),
        {"received_to_date": 1, "disbursed_to_date": 3},
    ),
}


@pytest.mark.parametrize("model", [Project, Investment, Outlet, *REPORTS])
def test_every_ledger_is_narrowed_to_what_a_rule_warns_of(admin_client, model):
    url = reverse(f"admin:projects_{model._meta.model_name}_changelist")
    filters = admin_client.get(url).context["cl"].filter_specs
    (found,) = [one for one in filters if one.title == "预警"]
    assert found.lookup_choices[0] == ("any", "有预警")


@time_machine.travel("2026-06-20T10:00:00+08:00")
@pytest.mark.parametrize("kind", WARNED)
def test_list_offers_the_rows_with_warnings(client, headquarters, kind):
    maker, values = WARNED[kind]
    wrong = maker(headquarters=headquarters, **values)
    foreign = maker(headquarters=make_headquarters(), **values)
    right = maker(headquarters=headquarters)
    found = {one.rule.code for one in warnings_for([headquarters.pk]) if one.row == wrong}
    client.force_login(make_staff(headquarters, permissions=[f"projects.view_{kind}"]))
    url = reverse(f"admin:projects_{kind}_changelist")

    def shown(**query):
        return {*client.get(url, query).context["cl"].queryset} & {wrong, right, foreign}

    others = {one.row for one in warnings_for([headquarters.pk])} - {wrong}
    assert found
    assert foreign not in shown()
    assert shown(warned="any") == {wrong} | (others & {right})
    assert shown(warned=sorted(found)) >= {wrong}
    assert shown(warned="nothing") == {wrong, right}


def test_where_too_many_rows_would_be_looked_at_the_list_says_what_to_do(
    admin_client, headquarters, monkeypatch
):
    kept = {"received_amount": 12, "planned_amount": 10}
    wrong = make_project(headquarters=headquarters, **kept)
    make_project(headquarters=make_headquarters(), **kept)
    monkeypatch.setattr(evaluation, "MOST_READ", 1)
    url = reverse("admin:projects_project_changelist")

    with pytest.raises(TooManyError):
        warned(Project, None)
    page = admin_client.get(url, {"warned": "any"})
    assert not page.context["cl"].queryset.exists()
    assert page.content.decode().count(TOO_MANY) == 1
    narrowed = {"warned": "any", "headquarters__id__exact": headquarters.pk}
    assert {*admin_client.get(url, narrowed).context["cl"].queryset} == {wrong}


def test_what_was_withdrawn_is_not_warned_of_at_hand(headquarters):
    late = make_milestone(
        project=make_project(headquarters=headquarters),
        planned_on="2020-01",
        review=Review.WITHDRAWN,
    )
    assert for_rows([late]) == {}


@pytest.mark.parametrize("rule", WarningRule.Kind)
def test_each_kind_of_rule_says_the_same_of_rows_at_hand(headquarters, rule):
    """Whether a list asks of its rows or the overview of the whole ledger."""
    for name in ("甲", "甲", "乙"):
        row = make_project(
            **{"headquarters": headquarters, "name": name, "received_amount": 12},
            **{"planned_amount": 10, "planned_start": "2020-01", "total_amount": 9},
        )
        make_project_plan(project=row)
        make_milestone(project=row, planned_on="2020-02")
    WarningRule.objects.exclude(kind=rule).update(is_active=False)
    for model in (Project, ProjectPlan, Milestone):
        rows = list(model.objects.all())
        whole = {
            (one.row.pk, one.sentence)
            for one in warnings_for([headquarters.pk])
            if type(one.row) is model and one.rule.kind not in OF_OTHERS
        }
        at_hand = {(pk, words) for pk, found in for_rows(rows).items() for words in found}
        assert at_hand == whole


def test_rule_that_looks_back_further_than_reports_are_read_says_nothing(headquarters):
    WarningRule.objects.filter(code="outlet-no-sales").update(threshold=999_999)
    report = make_outlet_report(outlet=make_outlet(headquarters=headquarters), sales=0)
    assert for_reports([report]) == {}
