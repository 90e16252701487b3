"""More rows at once than a database takes values in one question."""

import sqlite3

import pytest
from django.db import connection
from django.urls import reverse

from aidtracker.ground.months import last_complete_month, month_text
from aidtracker.review.steps import SUBMIT, take_step
from aidtracker.testing import make_headquarters, make_project, make_staff, make_warning_rule
from projects.models import ProgressReport, Project, Review

MANY = 1_100
MONTH = last_complete_month()
CLERK = [f"projects.{verb}_progressreport" for verb in ("view", "add", "change")]


@pytest.fixture
def few_values(db):
    """What the smallest builds of SQLite allow."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    kind = sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
    before = connection.connection.setlimit(kind, 999)
    yield
    connection.connection.setlimit(kind, before)


@pytest.fixture
def reports(db):
    """Drafts of a month about many projects of one headquarters, all of them over their plan."""
    headquarters = make_headquarters()
    first = make_project(headquarters=headquarters)
    projects = Project.objects.bulk_create(
        Project(name=f"项目{n}", slug=f"many-{n}", code=f"M-{n}", headquarters=headquarters)
        for n in range(MANY - 1)
    )
    return ProgressReport.objects.bulk_create(
        ProgressReport(project=project, month=MONTH, received_to_date=2, paid_to_date=3)
        for project in (first, *projects)
    )


def submitted():
    return ProgressReport.objects.filter(review=Review.SUBMITTED).count()


def test_a_step_is_taken_with_many_rows(reports, few_values, admin_user):
    outcome = take_step(SUBMIT, ProgressReport.objects.all(), admin_user)
    assert (len(outcome.done), dict(outcome.refused), submitted()) == (MANY, {}, MANY)


def test_a_grid_of_many_rows_is_handed_in(reports, few_values, client):
    headquarters = reports[0].project.headquarters
    client.force_login(make_staff(headquarters, permissions=CLERK))
    address = reverse("admin:projects_grid", query={"kind": "progress", "month": month_text(MONTH)})
    response = client.post(address, {"action": "submit"})
    assert (response.status_code, submitted()) == (302, MANY)


def test_many_rows_are_filtered_by_what_is_said_of_them(reports, few_values, admin_client):
    make_warning_rule(
        code="paid", ledger="progress_reports", left="paid_to_date", right="received_to_date"
    )
    address = reverse("admin:projects_progressreport_changelist", query={"warned": "any"})
    assert admin_client.get(address).context["cl"].result_count == MANY
