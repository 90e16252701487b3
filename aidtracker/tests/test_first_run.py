"""The first start of a site, and the ones after it."""

import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection
from django.urls import reverse

from aidtracker.ground.datasets import record_models
from programs.models import Region
from projects.models import Metric, SkippedPhrase, WarningRule
from projects.monthly.totals import metric_names

pytestmark = pytest.mark.django_db


def output_of(command: str) -> str:
    output = StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


def printed_password(words: str) -> str:
    return re.findall(r"密码：(\S{16})\n", words)[0]


def test_first_admin_can_log_in_with_the_printed_password():
    password = printed_password(output_of("create_first_admin"))

    user = authenticate(username="admin", password=password)

    assert user == get_user_model().objects.get(username="admin", is_superuser=True)


def test_first_admin_has_another_password_on_each_site():
    first = printed_password(output_of("create_first_admin"))
    get_user_model().objects.all().delete()

    assert printed_password(output_of("create_first_admin")) != first


def test_first_admin_is_not_created_beside_another_user():
    get_user_model().objects.create_user("clerk")

    assert output_of("create_first_admin") == "已有用户，不再创建管理员。\n"
    assert list(get_user_model().objects.values_list("username", flat=True)) == ["clerk"]


def test_prepare_site_creates_the_administrator_last():
    assert output_of("prepare_site").splitlines()[0] == "第一次运行：正在载入数据……"
    assert get_user_model().objects.get().username == "admin"


def test_prepare_site_leaves_a_completed_site_alone():
    get_user_model().objects.create_user("clerk")

    assert output_of("prepare_site") == ""


def test_each_start_lets_sqlite_look_at_its_tables():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL looks by itself")
    output_of("prepare_site")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
        output_of("prepare_site")
        cursor.execute("SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'projects_observation'")
        assert cursor.fetchone()[0] > 1


def test_empty_site_has_the_rules_and_none_of_the_facts():
    """Where they are gone already: what is not loaded anew stays gone."""
    rules, groups = WarningRule.objects.count(), Group.objects.count()
    for model in (SkippedPhrase, WarningRule, Group):
        model._default_manager.all().delete()

    words = StringIO()
    call_command("prepare_site", "--empty", stdout=words)

    assert (WarningRule.objects.count(), Group.objects.count()) == (rules, groups)
    assert not SkippedPhrase.objects.exists()
    assert "/admin/first-steps/" in words.getvalue()


def test_ready_rows_are_put_into_an_empty_site_at_once(admin_client):
    """All of them, with whatever a month is added up into; looked at first, as any file is."""
    known = {*Region.objects.values_list("code", "name", "level", "parent__code", "slug")}
    for model in reversed(record_models()):
        for link in model._meta.many_to_many:
            link.remote_field.through._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)
        model._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)
    for model, label in ((Metric, "projects_metric"), (Region, "programs_region")):
        address = reverse(f"admin:{label}_import")
        assert "预览现成的一份" in admin_client.get(address).content.decode()
        preview = admin_client.post(address, {"ready": "1"})
        assert not model.objects.exists()
        admin_client.post(address, {"token": preview.context["token"]})
        assert model.objects.count() == preview.context["outcome"].total

    assert {*Region.objects.values_list("code", "name", "level", "parent__code", "slug")} < known
    rows = {row.name: row for row in Metric.objects.all()}
    assert metric_names() <= rows.keys()
    assert rows["援疆资金到位率"].denominator == rows["援疆资金计划"]
    assert rows["到位资金"].not_above == rows["协议资金"]
    assert (
        "预览现成的一份"
        not in admin_client.get(reverse("admin:projects_project_import")).content.decode()
    )
