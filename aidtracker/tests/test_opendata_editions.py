"""Frozen editions: under a number, for good, with what changed since the one before."""

import csv
import hashlib
import io
import zipfile
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from aidtracker.opendata import releases
from aidtracker.opendata.models import Release
from aidtracker.storage import kept_files
from aidtracker.testing import make_headquarters, make_region, make_staff
from aidtracker.tests.test_opendata import folder  # noqa: F401 (each test has a storage of its own)
from aidtracker.trail.models import Act
from programs.models import Region
from projects.models import Observation

pytestmark = pytest.mark.django_db
SITE = "https://data.example"


def freeze(day, **options):
    with time_machine.travel(datetime.fromisoformat(f"{day}T04:00").replace(tzinfo=UTC)):
        call_command("freeze_edition", site=SITE, **options)


def file_of(client, number, name):
    response = client.get(f"/data/editions/{number}/aidtracker-{number}{name}")
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_edition_tells_what_came_went_and_changed(client):
    gone, other = make_region(name="要撤的"), make_region(name="旧名")
    freeze("2026-10-31")
    gone.delete()
    Region.objects.filter(pk=other.pk).update(name="新名")
    added = make_region(name="新来的")
    figure = Observation.objects.published().first()
    Observation.objects.filter(pk=figure.pk).update(status="withdrawn")
    freeze("2026-11-30")

    found = Release.objects.get(number="2026.11")

    assert found.previous == "2026.10"
    wanted = {"added": 1, "changed": 1, "removed": 1}
    assert {name: found.changes["regions"][name] for name in wanted} == wanted
    assert found.changes["observations"]["removed"] == 1
    lines = [
        *csv.reader(io.StringIO(file_of(client, "2026.11", "-changes.csv").decode("utf-8-sig")))
    ]
    assert ["regions", added.code, "added", ""] in lines
    assert ["regions", gone.code, "removed", ""] in lines
    assert ["regions", other.code, "changed", "name"] in lines
    # The one before stays as it was.
    before = zipfile.ZipFile(io.BytesIO(file_of(client, "2026.10", ".zip")))
    assert "要撤的" in before.read("regions.csv").decode()
    for name, one in found.files.items():
        content = file_of(client, "2026.11", name.removeprefix("aidtracker-2026.11"))
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one["size"], one["sha256"])
    page = client.get("/data/editions/2026.11/").content.decode()
    assert "与 2026.10 版相比" in page
    assert 'href="/data/editions/2026.11/aidtracker-2026.11-changes.csv">changes.csv</a>' in page
    unchanged = page.partition("没有变动的数据集：")[2].partition("</p>")[0]
    assert ("援疆项目</a>" in unchanged, "地区</a>" in unchanged) == (True, False)
    assert "2026.11 版）[DB/OL]" in page
    assert all(one["sha256"] in page for one in found.files.values())
    assert Act.objects.filter(subject="数据版本 2026.11").exists()


def test_month_has_one_edition_unless_asked_again(client, monkeypatch):
    monkeypatch.setattr(releases, "written", lambda *args: ("1", {}))
    freeze("2026-11-01")
    freeze("2026-11-30")
    assert [one.number for one in Release.objects.all()] == ["2026.11"]
    freeze("2026-11-30", again=True)
    assert {one.number for one in Release.objects.all()} == {"2026.11", "2026.11.2"}
    with pytest.raises(CommandError, match="SITE_ADDRESS"):
        call_command("freeze_edition")


def test_two_at_once_make_one_and_leave_no_files(monkeypatch, folder):  # noqa: F811
    monkeypatch.setattr(releases, "written", lambda place, *args: (make_file(place), {}))

    def make_file(place):
        number = releases.next_number()
        (place / f"aidtracker-{number}.zip").write_bytes(b"x")
        Release.objects.create(number=number, edition="1")  # the other one is quicker
        return "1"

    with pytest.raises(CommandError, match="已经有了"):
        freeze("2026-11-30")
    assert [one for one in (folder / "opendata").rglob("*") if one.is_file()] == []


def test_withdrawn_edition_keeps_its_number_alone(client):
    files = {"aidtracker-2026.11.zip": {"size": 1, "sha256": "00", "place": "editions/x"}}
    found = Release.objects.create(number="2026.11", edition="1", files=files)
    releases.withdraw(found, "误收了未公开的内容。")
    gone = client.get(f"/data/editions/2026.11/{next(iter(found.files))}")
    assert gone.status_code == 410
    assert "误收了未公开的内容。" in gone.content.decode()
    assert "停止提供" in client.get("/data/editions/2026.11/").content.decode()
    assert client.get("/data/editions/2026.09/").status_code == 404


def test_staff_who_run_the_site_freeze_and_stop_editions(admin_client, monkeypatch, settings):
    settings.WORKERS = False
    monkeypatch.setattr(releases, "written", lambda *args: ("1", {}))
    page = reverse("admin:editions")
    admin_client.post(page, {"freeze": "1"})
    found = Release.objects.get()
    assert found.number in admin_client.get(page).content.decode()
    assert Act.objects.get(subject=f"数据版本 {found}").user.username == "admin"

    admin_client.post(page, {"withdraw": found.number, "why": " "})
    found.refresh_from_db()
    assert found.withdrawn_at is None
    admin_client.post(page, {"withdraw": found.number, "why": "有误"})
    found.refresh_from_db()
    assert (found.withdrawn_at is not None, found.withdrawn_why) == (True, "有误")
    assert admin_client.post(page, {"withdraw": "2000.01", "why": "x"}).status_code == 404


def test_other_staff_do_not_freeze(client):
    client.force_login(make_staff(make_headquarters()))
    assert client.post(reverse("admin:editions"), {"freeze": "1"}).status_code == 403
    assert not Release.objects.exists()


def test_editions_are_in_the_backup_and_come_back(folder):  # noqa: F811
    storage = kept_files.storage_of("editions/x.zip")
    storage.save("editions/x.zip", ContentFile(b"bytes"))
    storage.save("other/y.csv", ContentFile(b"made again"))
    names = list(kept_files.editions_to_keep())
    with zipfile.ZipFile(folder / "backup.zip", "w") as archive:
        manifest = {"files": {name: kept_files.added(archive, name) for name in names}}
    storage.delete("editions/x.zip")
    kept_files.put_back(folder / "backup.zip", manifest)
    assert names == ["editions/x.zip"]
    with storage.open("editions/x.zip") as file:
        assert file.read() == b"bytes"
