"""Months of headquarters: opened for all at once, due, locked and opened again."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.html import escape

from aidtracker.testing import (
    make_headquarters,
    make_progress_report,
    make_project,
    make_reporting_period,
    make_staff,
)
from aidtracker.trail.conflicts import marks
from aidtracker.trail.models import Act
from projects.models import ReportingPeriod
from projects.tests.review_pages import said

pytestmark = pytest.mark.django_db

LIST = reverse("admin:projects_reportingperiod_changelist")
OPEN = reverse("admin:projects_reportingperiod_open")
RIGHTS = tuple(f"projects.{verb}_reportingperiod" for verb in ("view", "add", "change", "delete"))


@pytest.fixture
def keeper(client, headquarters):
    """Who keeps the months of one headquarters; logged in."""
    user = make_staff(headquarters, permissions=RIGHTS)
    client.force_login(user)
    return user


def act(client, action, *rows, **sent):
    sent |= {"action": action, "_selected_action": [row.pk for row in rows]}
    sent |= dict(marks(rows))
    response = client.post(LIST, sent, follow=True)
    for row in rows:
        row.refresh_from_db()
    return said(response)


@pytest.mark.parametrize(
    ("due_on", "due"), [(None, date(2026, 6, 5)), (date(2026, 6, 8), date(2026, 6, 8))]
)
def test_month_is_due_on_the_fifth_of_the_next_unless_said_otherwise(due_on, due):
    assert ReportingPeriod(month=date(2026, 5, 1), due_on=due_on).due == due


def test_december_is_due_in_january():
    assert ReportingPeriod(month=date(2026, 12, 1)).due == date(2027, 1, 5)


def test_month_is_locked_and_kept_so_in_the_history(client, keeper, headquarters):
    row = make_reporting_period(headquarters=headquarters)
    assert act(client, "lock_periods", row) == ["已锁定 1 个账期；此后的改动须写明更正理由。"]
    state = row.history.latest()
    assert (row.is_locked, row.version, state.history_user) == (True, 2, keeper)


def test_month_locked_before_stays_locked_since(client, keeper, headquarters):
    row = make_reporting_period(headquarters=headquarters, locked_on=date(2026, 6, 10))
    act(client, "lock_periods", row)
    assert (row.locked_on, row.version) == (date(2026, 6, 10), 1)


def test_unlocking_needs_a_reason_and_keeps_it(client, keeper, headquarters):
    row = make_reporting_period(headquarters=headquarters, locked_on=date(2026, 6, 10))
    assert act(client, "unlock_periods", row) == ["解锁须在操作旁写明理由。没有改动。"]
    assert row.is_locked
    assert act(client, "unlock_periods", row, reason="补报") == ["已解锁 1 个账期。"]
    assert not row.is_locked
    assert Act.objects.get(pk=row.history.latest().act_id).reason == "补报"


def test_months_of_other_headquarters_are_not_locked(client, keeper):
    row = make_reporting_period()
    act(client, "lock_periods", row)
    assert not row.is_locked


def test_who_only_views_does_not_lock(client, headquarters):
    client.force_login(make_staff(headquarters, permissions=RIGHTS[:1]))
    row = make_reporting_period(headquarters=headquarters)
    act(client, "lock_periods", row)
    assert not row.is_locked


def test_month_is_opened_for_all_own_headquarters(client, headquarters):
    others = [make_headquarters(parent=headquarters), make_headquarters()]
    client.force_login(make_staff(headquarters, permissions=RIGHTS))
    make_reporting_period(headquarters=headquarters)
    response = client.post(OPEN, {"month": "2026年5月"}, follow=True)
    assert said(response) == ["2026年5月：新建 1 个账期。"]
    row = ReportingPeriod.objects.get(headquarters=others[0])
    assert (row.month, row.due_on) == (date(2026, 5, 1), date(2026, 6, 5))


def test_month_that_is_none_is_refused(client, keeper):
    assert said(client.post(OPEN, {"month": "五月"}, follow=True)) == [
        "月份请写成 2026-05 或 2026年5月。"
    ]


def test_opening_months_needs_the_right_and_a_button(client, headquarters):
    client.force_login(make_staff(headquarters, permissions=RIGHTS[:1]))
    assert client.post(OPEN, {"month": "2026-05"}).status_code == 403
    assert client.get(OPEN).status_code == 405


def test_locked_month_is_not_deleted(client, keeper, headquarters):
    row = make_reporting_period(headquarters=headquarters, locked_on=date(2026, 6, 10))
    address = reverse("admin:projects_reportingperiod_delete", args=[row.pk])
    assert client.get(address).status_code == 403


def test_locked_is_not_set_by_the_form(client, keeper, headquarters):
    add = reverse("admin:projects_reportingperiod_add")
    typed = {"headquarters": headquarters.pk, "month": "2026-05", "locked_on": "2026-06-10"}
    client.post(add, typed)
    assert ReportingPeriod.objects.get().locked_on is None


def test_month_is_typed_as_people_write_it(client, keeper, headquarters):
    add = reverse("admin:projects_reportingperiod_add")
    client.post(add, {"headquarters": headquarters.pk, "month": "2026年5月"})
    assert ReportingPeriod.objects.get().month == date(2026, 5, 1)


def test_whose_month_it_is_stays(client, keeper, headquarters):
    row = make_reporting_period(headquarters=headquarters)
    page = client.get(reverse("admin:projects_reportingperiod_change", args=[row.pk]))
    assert "month" not in page.context["adminform"].form.fields


WAYS = {
    "filling": ("projects.view_jobsreport", "projects_grid"),
    "totals": ("projects.add_observation", "projects_monthly_totals"),
}


@pytest.mark.parametrize("name", WAYS)
def test_month_leads_to_the_pages_that_its_reader_may_open(client, headquarters, name):
    right, page = WAYS[name]
    row = make_reporting_period(headquarters=headquarters)
    client.force_login(make_staff(headquarters, permissions=(*RIGHTS, right)))
    query = {"headquarters": headquarters.pk, "month": "2026-05"}
    link = escape(reverse(f"admin:{page}", query=query))
    form = reverse("admin:projects_reportingperiod_change", args=[row.pk])
    (other,) = {one for key, (_, one) in WAYS.items() if key != name}
    for address in (LIST, form):
        shown = client.get(address).content.decode()
        assert f'href="{link}"' in shown
        assert f"{reverse(f'admin:{other}')}?headquarters" not in shown
    assert client.get(reverse(f"admin:{page}", query=query)).status_code == 200


def test_month_with_reports_missing_is_locked_once_they_were_seen(client, keeper, headquarters):
    row = make_reporting_period(headquarters=headquarters, month=date(2026, 5, 1))
    project = make_project(headquarters=headquarters, name="水厂")
    other = make_project(headquarters=headquarters, name="学校")
    make_progress_report(project=project, month=row.month, review="submitted")
    make_progress_report(project=other, month=row.month, review="returned")
    sent = {"action": "lock_periods", "_selected_action": [row.pk]} | dict(marks([row]))
    page = client.post(LIST, sent)
    assert [gap.words for gap in page.context["gaps"]] == [
        "项目月报 1 份没有提交，其中退回 1 份：学校"
    ]
    assert not ReportingPeriod.objects.get().is_locked
    sent = dict(page.context["carried"]) | dict(page.context["shown_versions"])
    client.post(LIST, sent | {"_selected_action": page.context["picked"], "sure": "1"})
    assert ReportingPeriod.objects.get().is_locked
