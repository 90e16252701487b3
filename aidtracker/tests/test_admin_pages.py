"""Every page of the admin opens, speaks Chinese, and asks no more of the database for more rows."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.desk.theme import menu
from aidtracker.ground.datasets import record_models
from aidtracker.tests.admin_pages import (
    address,
    foreign_words,
    make,
    title,
    words_of_choice,
    words_of_data,
    words_of_row,
)
from aidtracker.trail.models import Act
from programs.models import Region
from projects.models import Finding, Matter, Observation, ObservationPart, Revision

pytestmark = pytest.mark.django_db

RECORDS = record_models()
MODELS: list[Any] = [*RECORDS, User, Group]
SITE = "援疆记录后台"


MADE_BY_THE_PROGRAM = (Finding, Matter, ObservationPart, Revision)


def model_ids(model):
    return model.__name__


@pytest.fixture
def clerk(admin_client, admin_user):
    """A logged-in superuser with a Chinese name, whose history names nothing in English."""
    User.objects.filter(pk=admin_user.pk).update(username="管理员", email="")
    return admin_client


@pytest.fixture(params=MODELS, ids=model_ids)
def model(request):
    return request.param


@pytest.fixture
def row(model):
    if model is User:
        return User.objects.create(username="录入员")
    if model is Group:
        return Group.objects.create(name="录入组")
    return make(model)


def test_all_datasets_are_in_the_admin():
    assert [model for model in MODELS if not admin.site.is_registered(model)] == []


def test_menu_has_every_list_once():
    listed = [label for entries in menu().values() for label in entries]
    staff = ("auth.User", "auth.Group", "aidtracker.Act")
    assert sorted(listed) == sorted([*(model._meta.label for model in record_models()), *staff])


@pytest.mark.once(but=7)
def test_page_of_a_list_opens(clerk, model, row):
    response = clerk.get(address(model, "changelist"))
    assert title(response) == f"{model._meta.verbose_name} | {SITE}"
    assert foreign_words(response, words_of_data()) == []


@pytest.mark.once
def test_page_to_add_opens(clerk, model):
    if model in MADE_BY_THE_PROGRAM:
        pytest.skip("computed or proposed from elsewhere, never added")
    response = clerk.get(address(model, "add"))
    assert title(response) == f"新增{model._meta.verbose_name} | {SITE}"
    assert foreign_words(response, words_of_choice(model)) == []


@pytest.mark.once(but=7)
def test_page_to_change_opens(clerk, model, row):
    """With a real row where the fixtures have one."""
    shown = model.objects.exclude(pk=row.pk).order_by("pk").last() or row
    response = clerk.get(address(model, "change", shown.pk))
    verb = "查看" if model is ObservationPart else "修改"
    assert title(response) == f"{shown} | {verb}{model._meta.verbose_name} | {SITE}"
    assert foreign_words(response, words_of_data() | words_of_row(shown)) == []
    has_page = hasattr(shown, "get_absolute_url")
    assert ("在网站上查看" in response.content.decode()) == has_page


def test_page_to_delete_opens(clerk, model, row):
    if model is ObservationPart:
        pytest.skip("frozen: goes with its observation alone")
    if model is Observation:  # published ones are withdrawn, not deleted
        model.objects.filter(pk=row.pk).update(status="draft")
    response = clerk.get(address(model, "delete", row.pk))
    assert title(response) == f"删除 | {SITE}"
    assert foreign_words(response, words_of_data()) == []


@pytest.mark.once(but=7)
def test_page_of_history_opens(clerk, model, row):
    response = clerk.get(address(model, "history", row.pk))
    assert title(response) == f"变更历史： {row} | {SITE}"
    people = {*Act.objects.values_list("user_name", flat=True)}
    assert foreign_words(response, words_of_data() | words_of_row(row) | people) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("index", f"首页 | {SITE}"),
        ("password_change", f"密码修改 | {SITE}"),
        ("password_change_done", f"密码更改成功 | {SITE}"),
    ],
)
def test_page_of_the_site_opens(clerk, name, expected):
    response = clerk.get(reverse(f"admin:{name}"))
    assert title(response) == expected
    assert foreign_words(response) == []


@pytest.mark.parametrize("app", ["programs", "projects", "auth"])
def test_page_of_an_app_opens(clerk, app):
    response = clerk.get(reverse("admin:app_list", args=[app]))
    assert response.status_code == 200
    assert foreign_words(response) == []


def test_page_to_log_in_is_chinese(client):
    response = client.get(reverse("admin:login"))
    assert title(response) == f"登录 | {SITE}"
    assert foreign_words(response) == []


def test_page_after_logging_out_is_chinese(clerk):
    response = clerk.post(reverse("admin:logout"))
    assert foreign_words(response) == []


def test_page_of_a_password_is_chinese(clerk, admin_user):
    response = clerk.get(reverse("admin:auth_user_password_change", args=[admin_user.pk]))
    assert title(response) == f"修改密码：管理员 | {SITE}"
    assert foreign_words(response) == []


def test_empty_list_is_chinese(clerk):
    response = clerk.get(address(Region, "changelist"), {"q": "没有这样的记录"})
    assert foreign_words(response) == []


@pytest.mark.parametrize("record", RECORDS, ids=model_ids)
def test_list_asks_the_same_queries_for_more_rows(clerk, record, monkeypatch):
    for _ in range(8):
        make(record)
    monkeypatch.setattr(admin.site.get_model_admin(record), "list_per_page", 2)
    few = queries_of_list(clerk, record)
    monkeypatch.setattr(admin.site.get_model_admin(record), "list_per_page", 7)
    assert queries_of_list(clerk, record) == few
    assert few <= 11  # three are for the warnings, where a list has any


def queries_of_list(client, model):
    with CaptureQueriesContext(connection) as queries:
        client.get(address(model, "changelist"))
    return len(queries)


def test_link_to_the_site_leads_to_the_rows_page(clerk):
    region = make(Region)
    kind = ContentType.objects.get_for_model(Region).pk
    response = clerk.get(reverse("admin:view_on_site", args=[kind, region.pk]))
    assert response.url == f"http://testserver{region.get_absolute_url()}"
