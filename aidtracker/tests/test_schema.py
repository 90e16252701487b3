"""A database that does not fit the program is told in plain words, before anybody logs in."""

import logging
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from aidtracker.ground import schema

# A changed table stays one on PostgreSQL until the template is copied again.
pytestmark = pytest.mark.django_db(transaction=True)


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def _older():
    """A database of an earlier program: a column of regions is named otherwise."""
    execute("ALTER TABLE programs_region RENAME COLUMN city_code TO name_before")


def test_database_of_this_program_fits():
    assert schema.differences() == []


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "ALTER TABLE programs_region RENAME COLUMN city_code TO name_before",
            [
                "表 programs_region 缺少列 city_code",
                "表 programs_region 多出必填的列 name_before",
            ],
        ),
        ("ALTER TABLE axes_accessattempt RENAME TO elsewhere", ["没有表 axes_accessattempt"]),
        ("ALTER TABLE programs_region ADD COLUMN colour varchar(9)", []),
        ("ALTER TABLE programs_region ADD COLUMN colour varchar(9) NOT NULL DEFAULT ''", []),
    ],
)
def test_what_is_missing_is_named(sql, words):
    execute(sql)
    assert schema.differences() == words


def test_migrations_to_come_are_named(settings):
    settings.MIGRATION_MODULES = settings.MIGRATION_MODULES | {
        "sessions": "django.contrib.sessions.migrations"
    }
    assert list(schema.differences_of_migrations()) == ["迁移 sessions.0001_initial 还没有执行"]


def test_database_newer_than_the_program_is_told(settings):
    settings.MIGRATION_MODULES = settings.MIGRATION_MODULES | {
        "sessions": "django.contrib.sessions.migrations"
    }
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for name in ("0001_initial", "0002_of_tomorrow"):
        recorder.record_applied("sessions", name)
    assert list(schema.differences_of_migrations()) == [
        "迁移 sessions.0002_of_tomorrow 执行过，程序里却没有（程序比数据库旧）"
    ]


@pytest.mark.usefixtures("_older")
def test_start_warns_and_says_what_to_do(caplog):
    with caplog.at_level(logging.WARNING):
        schema.warn()
    (record,) = caplog.records
    assert record.getMessage() == (
        "数据库和程序不一致：表 programs_region 缺少列 city_code；"
        "表 programs_region 多出必填的列 name_before。"
        "请先停止网站，备份（manage.py backup --to 目录），再运行 manage.py migrate；"
        "之后仍然这样，见 docs/upgrading.md。"
    )


def test_start_says_nothing_of_a_database_that_fits(caplog):
    with caplog.at_level(logging.WARNING):
        schema.warn()
    assert caplog.records == []


@pytest.mark.usefixtures("_older")
def test_site_is_not_prepared_on_a_database_that_does_not_fit():
    with pytest.raises(CommandError, match="数据库和程序不一致：表 programs_region 缺少列"):
        call_command("prepare_site", stdout=StringIO())


@pytest.mark.usefixtures("_older")
def test_page_on_a_database_that_does_not_fit_says_so(client):
    page = client.get(reverse("region-list"))
    assert page.status_code == 503
    assert "数据库还没有升级到这一版程序" in page.content.decode()


def test_log_in_on_a_database_that_does_not_fit_says_so(client):
    execute("ALTER TABLE aidtracker_act RENAME COLUMN way TO door")
    sent = {"username": "somebody", "password": "correct-horse-9"}
    page = client.post(reverse("admin:login"), sent)
    assert page.status_code == 503
    assert "这次提交的内容没有保存" in page.content.decode()
    assert "correct-horse" not in page.content.decode()


def test_wrong_query_on_a_database_that_fits_stays_a_mistake(client, monkeypatch):
    def ask(*args, **kwargs):
        execute("SELECT no_such_column FROM programs_region")

    monkeypatch.setattr("projects.views.home.record_counts", ask)
    client.raise_request_exception = False
    assert client.get("/").status_code == 500
