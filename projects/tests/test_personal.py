"""我的这个月: what a person entered, what came back, how far the month is; on the first page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.ground.months import in_chinese, last_complete_month
from aidtracker.testing import make_progress_report, make_project, make_staff
from aidtracker.trail import acts
from aidtracker.trail.notices import Notice

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")
MONTH = last_complete_month()


@pytest.fixture
def clerk(headquarters):
    names = ("project", "progressreport")
    rights = [f"projects.{verb}_{one}" for verb in ("view", "add", "change") for one in names]
    return make_staff(headquarters, permissions=rights)


def shown(client, user):
    client.force_login(user)
    found = client.get(HOME).context["personal"]
    return {(one["kind"], one["what"]): one["count"] for one in found}


def test_own_month_is_counted_and_that_of_others_not(client, clerk, headquarters):
    other = make_staff(headquarters)
    for user, number in ((clerk, 2), (other, 3)):
        with acts.doing(acts.Way.FORM) as act:
            act.user = user
            for _ in range(number):
                row = make_project(headquarters=headquarters)
                row.note = "改"
                row.save()
    make_progress_report(project=row, month=MONTH, review="submitted")
    make_progress_report(
        project=make_project(headquarters=headquarters), month=MONTH, review="draft"
    )
    make_progress_report(month=MONTH, review="submitted")
    Notice.objects.create(user=clerk, kind="return", about="甲", address="/admin/")
    month = f"{in_chinese(MONTH)}报到哪里"
    assert shown(client, clerk) == {
        ("本月我填过", "援疆项目"): 2,
        ("本月退回给我", "退回"): 1,
        (month, "项目月报已交"): 1,
        (month, "项目月报还是草稿"): 1,
    }


def test_first_page_asks_no_more_for_it(client, clerk, headquarters, monkeypatch):
    client.force_login(clerk)
    client.get(HOME)
    with CaptureQueriesContext(connection) as asked:
        client.get(HOME)
    monkeypatch.setattr("aidtracker.desk.home.PERSONAL", [])
    with CaptureQueriesContext(connection) as without:
        client.get(HOME)
    assert len(asked) == len(without) <= 12
