from decimal import Decimal

import pytest

from aidtracker.testing import make_project, make_site
from projects.amounts.ledger_sums import sums_of, with_sums
from projects.amounts.money_ladder import funding_ladder, ladder_of
from projects.models import Project, Site
from projects.sums.chains import phases

pytestmark = pytest.mark.django_db


def test_totals_leave_unknown_amounts_out_and_say_how_many():
    headquarters = make_project(total_amount=Decimal("100.5")).headquarters
    make_project(headquarters=headquarters, total_amount=Decimal("0"))
    make_project(headquarters=headquarters)
    rows = Project.objects.filter(headquarters=headquarters)
    (total,) = sums_of(list(with_sums(rows, ["total_amount"])), rows, ["total_amount"])
    assert (total.label, total.amount, total.known, total.unknown) == (
        "总投资",
        Decimal("100.5"),
        2,
        1,
    )


def test_total_of_unknown_amounts_is_unknown():
    rows = Project.objects.filter(pk=make_project().pk)
    (total,) = sums_of(list(with_sums(rows, ["total_amount"])), rows, ["total_amount"])
    assert total.amount is None


def shares(**amounts):
    rungs = funding_ladder(make_project(**amounts))
    return {rung.label: (rung.share, rung.working) for rung in rungs if rung.share is not None}


def test_ladder_measures_money_against_the_adjusted_plan_first():
    assert shares(planned_amount=100, adjusted_amount=200, received_amount=50) == {
        "资金到位": (Decimal("25.00"), "到位率＝资金到位÷调整后计划")
    }


def test_ladder_takes_the_plan_where_none_was_adjusted():
    assert shares(planned_amount=100, paid_amount=50, disbursed_amount=0) == {
        "资金拨付": (Decimal("0.00"), "拨付率＝资金拨付÷援疆资金计划"),
        "资金支付": (Decimal("50.00"), "支付率＝资金支付÷援疆资金计划"),
    }


def test_ladder_measures_work_done_against_the_whole_investment():
    assert shares(total_amount=3, work_done_amount=1) == {
        "完成投资": (Decimal("33.33"), "投资完成率＝完成投资÷总投资")
    }


@pytest.mark.parametrize(
    "amounts", [{"received_amount": 5}, {"planned_amount": 0, "paid_amount": 5}]
)
def test_ladder_has_no_share_without_a_base(amounts):
    assert shares(**amounts) == {}


def test_ladder_ends_with_what_arrived_and_is_not_paid():
    *_, balance = funding_ladder(make_project(received_amount=5, paid_amount=2))
    assert (balance.label, balance.amount, balance.working) == (
        "结余",
        Decimal(3),
        "资金到位－资金支付",
    )


def test_ladder_has_no_balance_without_both_amounts():
    *_, balance = funding_ladder(make_project(received_amount=5))
    assert balance.amount is None


def test_rates_of_many_count_only_projects_that_know_both_amounts(django_assert_num_queries):
    headquarters = make_project(planned_amount=100, received_amount=50).headquarters
    make_project(headquarters=headquarters, adjusted_amount=100, received_amount=100)
    make_project(headquarters=headquarters, planned_amount=1000)
    make_project(headquarters=headquarters, received_amount=1000, paid_amount=400)

    with django_assert_num_queries(1):
        rungs = {rung.label: rung for rung in ladder_of(headquarters.projects.all())}

    received = rungs["资金到位"]
    assert (received.amount, received.rate, received.share) == (1150, "到位率", Decimal("75.00"))
    assert received.working == (
        "3 项相加，另有 1 项金额未知，未计入。到位率：资金到位 150万元 ÷ "
        "计划（有调整的按调整后） 200万元，两者都已知的 2 项，另有 2 项有一个未知，未计入。"
    )
    assert (rungs["资金支付"].share, rungs["结余"].amount) == (None, 600)
    assert rungs["完成投资"].amount is None


def test_ladder_of_nothing_has_no_amounts():
    rungs = ladder_of(Project.objects.none())
    assert {rung.amount for rung in rungs} == {None}


def test_phases_stand_from_first_to_last_wherever_one_looks():
    first = make_site()
    second = make_site(predecessor=first)
    third = make_site(predecessor=second)
    make_site(predecessor=make_site())
    assert [phases(site) for site in (first, second, third)] == [[first, second, third]] * 3


def test_phases_of_a_site_without_any_are_none():
    assert phases(make_site()) == []


def test_phases_in_a_circle_end(django_assert_num_queries):
    first = make_site()
    second = make_site(predecessor=first)
    Site.objects.filter(pk=first.pk).update(predecessor=second)
    with django_assert_num_queries(1):
        assert set(phases(second)) == {first, second}
