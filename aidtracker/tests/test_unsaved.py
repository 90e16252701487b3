"""What was typed and not saved: kept for its person alone, for a day; sent again after a log-in."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aidtracker.desk.unsaved import MOST_FORMS, MOST_LETTERS, UnsavedForm
from aidtracker.testing import make_headquarters, make_staff
from aidtracker.tests.log_ins import PASSWORD
from projects.models import Enterprise

pytestmark = pytest.mark.django_db

RIGHTS = [f"projects.{verb}_enterprise" for verb in ("add", "view", "change")]
ADD = "/admin/projects/enterprise/add/"
TYPED = {"name": "某公司", "kind": "company", "aliases": "", "note": "一\r\n二"}


@pytest.fixture
def clerk(client):
    user = make_staff(make_headquarters(), username="录入员", password=PASSWORD, permissions=RIGHTS)
    log_in(client, user)
    return user


def log_in(client, user, to="/admin/"):
    typed = {"username": user.username, "password": PASSWORD, "next": to}
    return client.post(reverse("admin:login"), typed)


def keep(client, at=ADD, **typed):
    return client.post(f"/admin/unsaved/?at={at}", TYPED | typed).status_code


def end_session():
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))


def field(response, name):
    return response.context["adminform"].form[name].value()


def test_form_sent_after_the_end_of_the_session_comes_back_after_logging_in(client, clerk):
    end_session()
    response = client.post(ADD, TYPED)
    assert response.url == "/admin/login/?next=/admin/projects/enterprise/add/%3Fagain%3D1"
    assert "填的内容都留着" in client.get(response.url).content.decode()
    assert log_in(client, clerk, f"{ADD}?again=1").url == f"{ADD}?again=1"
    page = client.get(f"{ADD}?again=1")
    assert [field(page, name) for name in TYPED] == [*TYPED.values()]
    assert not Enterprise.objects.filter(name="某公司").exists()


def test_form_sent_after_twelve_hours_comes_back(client, clerk):
    session = client.session
    session["started_at"] -= 13 * 3600
    session.save()
    assert client.post(ADD, TYPED).url.endswith("%3Fagain%3D1")
    assert UnsavedForm.objects.get().user == clerk


def test_what_was_sent_elsewhere_can_be_sent_once_more(client, clerk):
    end_session()
    sent = {"action": "delete_selected", "_selected_action": ["1", "2"]}
    way = client.post("/admin/projects/enterprise/", sent).url
    at = "%252Fadmin%252Fprojects%252Fenterprise%252F"
    assert way == f"/admin/login/?next=/admin/unsaved/%3Fat%3D{at}"
    log_in(client, clerk)
    page = client.get("/admin/unsaved/?at=/admin/projects/enterprise/").content.decode()
    assert page.count('name="_selected_action"') == 2
    assert 'action="/admin/projects/enterprise/"' in page
    assert "csrfmiddlewaretoken" in page


def test_saved_form_is_forgotten(client, clerk):
    keep(client)
    assert "在这里填过，没有保存" in client.get(ADD).content.decode()
    assert client.post(f"{ADD}?again=1", TYPED | {"name": ""}).status_code == 200
    assert UnsavedForm.objects.exists()
    assert client.post(f"{ADD}?again=1", TYPED).status_code == 302
    assert Enterprise.objects.get(name="某公司")
    assert not UnsavedForm.objects.exists()


def test_given_up_form_is_forgotten(client, clerk):
    keep(client)
    response = client.post(f"/admin/unsaved/?at={ADD}&drop=1")
    assert (response.url, UnsavedForm.objects.count()) == (ADD, 0)
    assert "没有保存" not in client.get(ADD).content.decode()


def test_kept_form_is_for_its_person_alone(client, clerk):
    keep(client)
    other = make_staff(
        make_headquarters(), username="另一人", password=PASSWORD, permissions=RIGHTS
    )
    client = Client()
    log_in(client, other)
    page = client.get(f"{ADD}?again=1")
    assert field(page, "name") is None
    assert "某公司" not in page.content.decode()
    assert "没有保存" not in page.content.decode()


def test_kept_form_of_a_row_that_others_changed_is_told_of_it(client, clerk):
    row = Enterprise.objects.create(name="旧名", maintainer=clerk.account.headquarters.first())
    page = client.get(f"/admin/projects/enterprise/{row.pk}/change/")
    shown = page.context["shown_versions"]
    keep(client, f"/admin/projects/enterprise/{row.pk}/change/", **dict(shown), name="我的名")
    row.refresh_from_db()
    row.note = "别人写的"
    row.save()
    page = client.get(f"/admin/projects/enterprise/{row.pk}/change/?again=1")
    assert "在您打开之后已被修改" in page.content.decode()
    assert field(page, "name") == "我的名"


def test_log_in_tells_of_forms_that_were_not_saved(client, clerk):
    keep(client)
    client.get(reverse("admin:index"))
    log_in(client, clerk)
    page = client.get(reverse("admin:index")).content.decode()
    assert f'有填了没有保存的：<a href="{ADD}?again=1" class="text-link">新增企业</a>' in page


@pytest.mark.parametrize(("is_shared", "left"), [(False, 1), (True, 0)])
def test_log_out_deletes_it_where_machines_are_shared(client, clerk, settings, is_shared, left):
    settings.SHARED_MACHINES = is_shared
    keep(client)
    client.post(reverse("admin:logout"))
    assert UnsavedForm.objects.count() == left


def test_passwords_and_long_texts_are_not_kept(client, clerk):
    assert keep(client, password1="secret") == 413
    assert keep(client, note="字" * MOST_LETTERS) == 413
    assert keep(client, "/projects/") == 403
    assert keep(Client()) == 403
    assert UnsavedForm.objects.count() == 0


def test_kept_forms_expire_and_are_limited(client, clerk, settings):
    keep(client)
    late = timezone.now() - timedelta(hours=settings.UNSAVED_HOURS + 1)
    UnsavedForm.objects.update(kept_at=late)
    assert field(client.get(f"{ADD}?again=1"), "name") is None
    for number in range(MOST_FORMS + 2):
        keep(client, f"/admin/projects/enterprise/{number + 1}/change/")
    assert UnsavedForm.objects.count() == MOST_FORMS
