"""The lists that reviewers work through: which queue it is, and what is needed to decide."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.testing import (
    make_finding,
    make_observation,
    make_progress_report,
    make_project,
    make_project_plan,
    make_staff,
    make_warning_rule,
)
from projects.tests.review_pages import LIST, staff
from projects.warnings import for_reports

pytestmark = pytest.mark.django_db


def test_list_says_which_queue_it_is_and_stays_in_it(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    make_project(headquarters=headquarters, review="submitted")
    page = client.get(LIST, {"todo": "approve", "q": "没有这样的项目"})
    assert page.context["cl"].queue.label == "等我审核"
    words = page.content.decode()
    assert "<strong>等我审核：援疆项目 0 条</strong>" in words
    assert '<a class="text-link" href="?todo=approve">显示全部等我审核</a>' in words
    assert '<input type="hidden" name="todo" value="approve">' in words


def test_list_of_no_queue_says_nothing_of_one(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    page = client.get(LIST, {"todo": "unknown"})
    assert page.context["cl"].queue is None
    assert "review-queue" not in page.content.decode()


REPORTS = reverse("admin:projects_progressreport_changelist")


@pytest.fixture
def report(client, headquarters):
    """A submitted report that a rule warns of, before its reviewer, who is logged in."""
    make_warning_rule(ledger="progress-reports", left="disbursed_to_date", right="received_to_date")
    codes = ["projects.view_progressreport", "projects.approve_progressreport"]
    client.force_login(make_staff(headquarters, permissions=codes))
    return make_progress_report(
        project=make_project(headquarters=headquarters),
        physical_progress="主体封顶",
        received_to_date="500",
        disbursed_to_date="600.5",
        review="submitted",
    )


def test_reviewer_reads_progress_and_warnings_in_the_list(client, report):
    [sentence] = for_reports([report])[report.pk]
    words = client.get(REPORTS).content.decode()
    assert f'<summary title="{sentence}">⚠ 1 条</summary><ul><li>{sentence}</li></ul>' in words
    assert '<span title="主体封顶">主体封顶</span>' in words


def test_warnings_of_a_list_cost_the_same_for_more_rows(client, headquarters, report):
    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(REPORTS)
        return len(found)

    client.get(REPORTS)
    before = queries()
    for _ in range(5):
        make_progress_report(
            project=make_project(headquarters=headquarters),
            received_to_date=5,
            disbursed_to_date=6,
        )
    assert queries() == before


def test_plans_of_one_name_and_figures_at_odds_are_marked_in_their_lists(client, headquarters):
    paths = {"left": "project__headquarters_id/year", "right": "project__name"}
    make_warning_rule(
        ledger="project-plans", kind="duplicate", sentence="{count} 个“{name}”", **paths
    )
    for _ in range(2):
        make_project_plan(project=make_project(headquarters=headquarters, name="同名项目"))
    figure = make_observation(status="published")
    make_finding(result="contradiction", computation="600≠700").observations.add(figure)
    names = ("view_projectplan", "view_observation", "view_project")
    client.force_login(make_staff(headquarters, permissions=[f"projects.{n}" for n in names]))

    plans = client.get(reverse("admin:projects_projectplan_changelist")).content.decode()
    page = client.get(
        reverse("admin:projects_observation_changelist"),
        {"source__id__exact": figure.source_id},
    )

    assert plans.count("⚠ 1 条") == 2
    assert "≠ 矛盾：600≠700" in page.content.decode()
