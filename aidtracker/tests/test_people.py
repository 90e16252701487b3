"""What people are called, in the corner of the admin and in the audit trail."""

import pytest

from aidtracker.ground.people import full_name, with_own_name
from aidtracker.testing import make_enterprise, make_headquarters, make_project, make_staff
from aidtracker.tests.admin_pages import address, shown_text
from aidtracker.trail import acts
from projects.models import Enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    codes = ("projects.view_enterprise", "projects.view_project", "aidtracker.view_act")
    names = {"username": "wenhua", "last_name": "欧阳", "first_name": "文华"}
    return make_staff(make_headquarters(), permissions=codes, **names)


@pytest.mark.parametrize(
    ("last", "first", "name"),
    [("欧阳", "文华", "欧阳文华"), ("Lee", "Ann", "Ann Lee"), ("", "", ""), ("", "阿依", "阿依")],
)
def test_chinese_name_has_the_family_name_first(last, first, name):
    assert full_name(last, first) == name
    assert with_own_name("x", last, first) == (f"{name}（x）" if name else "x")


def test_name_that_is_the_user_name_is_said_once():
    assert with_own_name("欧阳文华", "欧阳", "文华") == "欧阳文华"


def test_corner_shows_the_name(client, clerk):
    client.force_login(clerk)
    words = shown_text(client.get("/admin/"))
    assert "欧阳文华" in words
    assert "文华 欧阳" not in words


def test_histories_and_the_audit_trail_show_names(client, clerk):
    with acts.doing(acts.Way.FORM) as act:
        act.user, act.user_name = clerk, clerk.username
        row = make_enterprise()
    client.force_login(clerk)
    pages = [
        address(Enterprise, "history", row.pk),
        address(acts.Act, "changelist"),
        address(acts.Act, "change", act.pk),
    ]
    for page in pages:
        assert "欧阳文华（wenhua）" in shown_text(client.get(page)), page


def test_panel_of_the_review_shows_names(client, clerk):
    with acts.doing(acts.Way.FORM) as act:
        act.user, act.user_name = clerk, clerk.username
        row = make_project(headquarters=clerk.account.headquarters.get())
    client.force_login(clerk)
    assert "录入：欧阳文华" in shown_text(client.get(address(type(row), "change", row.pk)))
