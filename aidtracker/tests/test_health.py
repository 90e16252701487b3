"""What monitoring is told of the database, its tables, the disk, the cache and the backups."""

import shutil
from collections import namedtuple
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from aidtracker.ground import schema
from aidtracker.storage import health
from aidtracker.storage.backups import STAMP, newest
from aidtracker.testing import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_known_of_the_tables():
    health.fits.until = 0


@pytest.fixture
def folder(settings, tmp_path):
    settings.BACKUP_DIR = tmp_path
    return tmp_path


def backup_made(folder, hours):
    at = timezone.localtime(timezone.now() - timedelta(hours=hours))
    (folder / f"aidtracker-{at.strftime(STAMP)}.zip").touch()


def test_site_that_works_says_so_without_details(client):
    for address in ("/healthz", "/readyz"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.json()["state"] == "ok"
        assert set(answer.json()["checks"].values()) == {"ok"}
        assert "no-store" in answer["Cache-Control"]


def test_asking_leaves_no_session_and_is_not_sent_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert not answer.cookies


def test_database_that_is_away_is_told(client, monkeypatch):
    def away(*args):
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", away)
    for address in ("/healthz", "/readyz"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert answer.json()["checks"]["database"] == "failed"


def test_process_before_its_migration_takes_no_visitors(client, monkeypatch):
    monkeypatch.setattr(schema, "differences", lambda: ["没有表 x"])
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_old_backup_is_told_and_no_reason_for_a_restart(client, folder):
    backup_made(folder, hours=50)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["state"]) == (200, "failed")
    assert answer.json()["checks"]["backup"] == "failed"
    backup_made(folder, hours=2)
    assert client.get("/healthz").json()["state"] == "ok"


@pytest.mark.parametrize("name", ["aidtracker-20260101-000000.zip.x", "aidtracker-x.zip", "a.zip"])
def test_what_is_no_backup_does_not_count(folder, name):
    (folder / name).touch()
    assert newest(folder) is None
    assert not health.backup().is_well


def test_full_disk_is_told(client, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(1, 1, 0))
    assert client.get("/healthz").json()["checks"]["disk"] == "failed"


def test_scanner_that_does_not_answer_is_told(client, settings, monkeypatch):
    monkeypatch.setattr(health.scanned, "until", 0)
    settings.VIRUS_SCAN = ["false"]
    assert client.get("/healthz").json()["checks"]["scanner"] == "failed"
    settings.VIRUS_SCAN = ["true"]
    assert not health.scanner().is_well  # asked once a minute
    health.scanned.until = 0
    assert health.scanner().words == "查毒程序有回答。"


def test_what_cannot_be_asked_is_not_well(client, monkeypatch):
    def broken(place):
        raise PermissionError

    monkeypatch.setattr(shutil, "disk_usage", broken)
    assert client.get("/healthz").json()["checks"]["disk"] == "failed"


def test_page_for_operators_says_what_to_do(client, folder):
    client.force_login(User.objects.create_superuser("admin"))
    page = client.get("/admin/status/").content.decode()
    assert "里还没有备份" in page
    assert "没有设定 VIRUS_SCAN" in page
    backup_made(folder, hours=1)
    page = client.get("/admin/status/").content.decode()
    assert "1 小时以前；还没有试恢复过" in page
    assert "要处理" not in page


def test_page_is_not_for_clerks():
    client = Client()
    client.force_login(make_staff(username="填报员"))
    assert client.get("/admin/status/").status_code == 403


def test_tables_that_fit_are_compared_once_a_minute(client, monkeypatch):
    compared = []
    monkeypatch.setattr(schema, "differences", lambda: compared.append(1) or [])
    for _ in range(3):
        assert client.get("/readyz").status_code == 200
    assert len(compared) == 1


def test_tables_that_do_not_fit_are_compared_each_time(client, monkeypatch):
    monkeypatch.setattr(schema, "differences", lambda: ["没有表 x"])
    assert client.get("/readyz").status_code == 503
    monkeypatch.setattr(schema, "differences", lambda: [])
    assert client.get("/readyz").status_code == 200
