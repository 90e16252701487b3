"""Findings are computed again without losing what a person wrote."""

from io import StringIO

import pytest
from django.core.management import call_command

from aidtracker import testing as make
from projects.checks.recomputing import recompute
from projects.models import Finding, Observation
from projects.tests.figure_sets import flow, observed

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(db):
    """Two figures of one series and year that cannot both be true."""
    series = make.make_series(metric=flow())
    return observed(series, "600元"), observed(series, "700元")


def finding_of(pair):
    return Finding.objects.get(kind="conflict", observations=pair[0])


def explain(finding, state="explained"):
    Finding.objects.filter(pk=finding.pk).update(state=state, explanation="两处口径不同。")


def test_recompute_links_the_figures(pair):
    recompute()
    finding = finding_of(pair)
    assert set(finding.observations.all()) == set(pair)
    assert (finding.result, finding.state, finding.is_current) == ("contradiction", "open", True)


def test_recompute_twice_changes_nothing(pair):
    recompute()
    before = list(Finding.objects.order_by("key").values())
    links = Finding.observations.through.objects.count()
    recompute()
    assert list(Finding.objects.order_by("key").values()) == before
    assert Finding.observations.through.objects.count() == links


def test_explanation_survives_recomputation(pair):
    recompute()
    explain(finding_of(pair))
    recompute()
    finding = finding_of(pair)
    assert (finding.state, finding.explanation) == ("explained", "两处口径不同。")


def test_what_no_longer_follows_is_deleted_if_nobody_touched_it(pair):
    recompute()
    Observation.objects.filter(pk=pair[1].pk).update(status="withdrawn")
    recompute()
    assert not Finding.objects.filter(observations=pair[0]).exists()


def test_what_no_longer_follows_is_kept_if_a_person_worked_on_it(pair):
    recompute()
    explain(finding_of(pair), "corrected")
    Observation.objects.filter(pk=pair[1].pk).update(status="withdrawn")
    recompute()
    kept = finding_of(pair)
    assert (kept.is_current, kept.state) == (False, "corrected")
    assert kept not in Finding.objects.current()
    Observation.objects.filter(pk=pair[1].pk).update(status="published")
    recompute()
    assert finding_of(pair).is_current is True


def test_a_settled_finding_that_turned_worse_is_open_again():
    region, metric = make.make_region(), flow()
    series = make.make_series(metric=metric, region=region)
    growth = flow("%", formula="growth", numerator=metric)
    rate = observed(make.make_series(metric=growth, region=region), "50%", accumulation="rate")
    observed(series, "2.00亿元", 2019)
    recompute()
    explain(Finding.objects.get(observations=rate))
    observed(series, "1.90亿元", 2018)
    recompute()
    finding = Finding.objects.get(observations=rate)
    assert (finding.result, finding.state) == ("contradiction", "open")
    assert finding.explanation == "两处口径不同。"
    assert finding.observations.count() == 3


def test_linked_records_are_rows(pair):
    recompute()
    finding = Finding.objects.get(kind="dates")
    assert [row._meta.model_name for row in finding.linked_records] == [
        "activity",
        "activity",
        "site",
    ]


def test_command_prints_a_count_for_each_result():
    out = StringIO()
    call_command("check_figures", stdout=out)
    assert out.getvalue() == "核对完毕：矛盾3条，待看4条，无法核对7条，相符17条。\n"


def test_recompute_needs_few_queries(django_assert_max_num_queries, pair):
    recompute()
    with django_assert_max_num_queries(70):
        recompute()
