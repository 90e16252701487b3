"""Findings follow every change of figures, through whichever door it comes."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from aidtracker.review.steps import PUBLISH, WITHDRAW, take_step
from aidtracker.storage.fixtures import load_fixtures
from aidtracker.testing import (
    make_finding,
    make_investment,
    make_observation,
    make_outlet,
    make_project,
    make_series,
)
from aidtracker.tests.admin_pages import versions_of
from aidtracker.tests.sheet_helpers import stored
from projects.checks.recomputing import recompute
from projects.models import Award, Finding, Observation
from projects.tests.figure_sets import flow, observed

pytestmark = pytest.mark.django_db

FIGURES = reverse("admin:projects_observation_changelist")
QUEUE = reverse("admin:projects_finding_changelist")


@pytest.fixture
def pair(db):
    """Two figures that cannot both be true, which nobody has checked yet."""
    series = make_series(metric=flow())
    return observed(series, "600元"), observed(series, "700元")


def are_at_odds(pair):
    return Finding.objects.current().filter(kind="conflict", observations=pair[0]).exists()


def change(row):
    return reverse(f"admin:projects_{row._meta.model_name}_change", args=[row.pk])


def form_values(client, row):
    """What the form of a row would send unchanged."""
    form = client.get(change(row)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None}


def post_changed(client, row, **changes):
    values = form_values(client, row) | changes
    response = client.post(change(row), values | versions_of(row) | {"_save": "1"})
    assert response.status_code == 302, response.context["adminform"].form.errors


def act(client, url, action, rows, **data):
    chosen = {"_selected_action": [row.pk for row in rows], **versions_of(*rows)}
    return client.post(url, {"action": action, "index": 0, **chosen, **data})


def test_form_of_a_figure(admin_client, pair):
    post_changed(admin_client, pair[0], correction_reason="核对原文")
    assert are_at_odds(pair)
    post_changed(admin_client, pair[1], printed="600元", correction_reason="原文是600元")
    assert not are_at_odds(pair)


def test_form_of_a_draft_computes_nothing(admin_client, pair):
    draft = make_observation(series=make_series(metric=flow()), printed="5元", status="draft")
    post_changed(admin_client, draft, note="再看")
    assert not are_at_odds(pair)


def test_form_of_a_series(admin_client, pair):
    series = pair[0].series
    inlines = {
        f"{name}-{count}": 0
        for name in ("observations", "parts")
        for count in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    post_changed(admin_client, series, note="再看", correction_reason="再看", **inlines)
    assert are_at_odds(pair)


def test_published_figure_is_withdrawn_and_not_deleted(admin_client, pair):
    recompute()
    address = reverse("admin:projects_observation_delete", args=[pair[1].pk])
    answer = admin_client.post(address, {"post": "yes", **versions_of(pair[1])})
    act(admin_client, FIGURES, "delete_selected", pair[1:], post="yes")
    assert (answer.status_code, are_at_odds(pair)) == (403, True)
    assert Observation.objects.filter(pk=pair[1].pk).exists()


def test_publishing_and_withdrawing_chosen_figures(admin_client, pair):
    Observation.objects.filter(pk=pair[1].pk).update(status="approved")
    act(admin_client, FIGURES, "take_publish", pair[1:])
    assert are_at_odds(pair)
    act(admin_client, FIGURES, "take_withdraw", pair[1:], reason="重复")
    assert not are_at_odds(pair)


def test_import(pair, django_assert_max_num_queries):
    region = pair[0].series.region
    outcome = stored(type(region), ["code", "name"], [region.code, "改了名的地区"], reason="更名")
    assert (outcome.is_stored, are_at_odds(pair)) == (True, True)


def test_fixtures(pair):
    load_fixtures()
    assert are_at_odds(pair)


def test_loaddata(pair):
    call_command("loaddata", "sources", verbosity=0)
    assert are_at_odds(pair)


def test_fixtures_keep_only_what_a_person_worked_on():
    make_finding(state="explained", explanation="口径不同")
    make_finding()
    kept = Finding.objects.for_fixtures()
    assert [row.explanation for row in kept] == ["口径不同"]


def test_award_that_is_deleted_changes_the_count(admin_client):
    recompute()
    award = Award.objects.get(slug="national-ecommerce-base-2021")
    address = reverse("admin:projects_award_delete", args=[award.pk])
    admin_client.post(address, {"post": "yes", **versions_of(award)})
    figure = Observation.objects.get(source__code="003_f7175b00e1a29747", number=36)
    assert Finding.objects.get(kind="ledger", observations=figure).result != "holds"


# The queue


def settle(client, finding, **changes):
    sent = {"state": "explained", "explanation": "", **versions_of(finding)}
    return client.post(change(finding), sent | changes)


def test_settling_without_a_word_is_refused(admin_client):
    finding = make_finding()
    form = settle(admin_client, finding).context["adminform"].form
    assert form.errors["explanation"] == ["设为“已说明”时，请写下说明：据什么这样判断。"]


def test_settling_keeps_what_was_computed(admin_client):
    finding = make_finding()
    settle(admin_client, finding, explanation="口径不同", computation="改掉", result="holds")
    finding.refresh_from_db()
    assert (finding.state, finding.explanation) == ("explained", "口径不同")
    assert (finding.result, finding.computation) == ("candidate", "甲 5 家，乙 6 家")


@pytest.mark.parametrize(
    ("reason", "states"), [("", ["open", "open"]), ("两处口径不同", ["dismissed", "dismissed"])]
)
def test_settling_many_needs_a_reason(admin_client, reason, states):
    rows = [make_finding(), make_finding()]
    act(admin_client, QUEUE, "settle_as_dismissed", rows, reason=reason)
    found = Finding.objects.filter(pk__in=[row.pk for row in rows])
    assert [(row.state, row.explanation) for row in found] == [(s, reason) for s in states]


def test_findings_are_not_added_by_hand(admin_client):
    assert admin_client.get(reverse("admin:projects_finding_add")).status_code == 403


def test_queue_shows_open_contradictions_first(admin_client):
    rows = list(admin_client.get(QUEUE).context["cl"].result_list)
    assert [row.result for row in rows[:4]] == ["contradiction"] * 3 + ["candidate"]


def test_first_page_counts_open_contradictions(admin_client):
    work = admin_client.get(reverse("admin:index")).context["own_work"]
    assert [one["count"] for one in work if one["kind"] == "矛盾待处理"] == [3]


SUBJECTS = {"project": make_project, "investment": make_investment, "outlet": make_outlet}


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_is_withdrawn_takes_its_figures_out_of_the_findings(admin_user, name):
    subject = SUBJECTS[name]()
    series = make_series(metric=flow(), name="甲", **{name: subject})
    rows = observed(series, "600元"), observed(series, "700元")
    recompute()
    assert are_at_odds(rows)
    chosen = type(subject).objects.filter(pk=subject.pk)
    take_step(WITHDRAW, chosen, admin_user, "重复登记")
    assert not are_at_odds(rows)
    chosen.update(review="approved")
    take_step(PUBLISH, chosen, admin_user)
    assert are_at_odds(rows)
