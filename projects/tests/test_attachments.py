"""Photographs and documents: what is taken in, who may see it, where it goes."""

import os
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from aidtracker.ground.datasets import form_of
from aidtracker.ground.edition import watched
from aidtracker.storage import kept_files
from aidtracker.storage.kept_files import files_to_keep
from aidtracker.testing import (
    make_activity,
    make_headquarters,
    make_project,
    make_site,
    make_source,
    make_staff,
)
from aidtracker.tests.test_edition import next_transaction
from aidtracker.trail.models import Act
from projects.admin.attachments import address_of
from projects.models.attachments import Attachment
from projects.tests.review_pages import CLERK, said, staff, typed_form

pytestmark = pytest.mark.django_db

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A storage of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path, "base_url": None},
        }
    }
    return tmp_path


def photograph(kind="JPEG", size=(60, 40), mode="RGB", **said):
    """A picture as a camera writes it: lying on its side, with where and by what it was taken."""
    picture, file = Image.new(mode, size, "red"), BytesIO()
    exif = picture.getexif()
    exif[ORIENTATION], exif[MAKER] = 6, "SecretCamera"
    exif.get_ifd(GPS).update({1: "N", 2: (41.0, 10.0, 0.0), 3: "E", 4: (80.0, 15.0, 0.0)})
    picture.save(file, kind, exif=exif, **said)
    return file.getvalue()


def office(*names):
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def send(client, row, *files, **sent):
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    data = {"act": "add", "files": uploads} | sent
    return said(client.post(address_of(row), data, follow=True))


def press(client, row, act, one, **sent):
    return said(client.post(address_of(row), {"act": act, "file": one.pk} | sent, follow=True))


def fetched(client, address):
    """The answer to a request for a file, read to its end."""
    response = client.get(address)
    if response.streaming:
        response.getvalue()
    return response


@pytest.fixture
def row(headquarters):
    return make_project(headquarters=headquarters)


@pytest.fixture
def clerk(client, headquarters):
    user = staff(headquarters, *CLERK)
    client.force_login(user)
    return user


@pytest.fixture
def publisher(headquarters):
    return staff(headquarters, "view", "publish")


@pytest.fixture
def picture(client, clerk, row):
    """A photograph of a public project, not public yet."""
    send(client, row, ("厂房 正门.JPG", photograph()), caption="厂房正门")
    return Attachment.objects.get()


def public(client, row, one, publisher):
    client.force_login(publisher)
    press(client, row, "show", one)
    client.logout()


# What is taken in


@pytest.mark.parametrize(
    ("kind", "name", "kept"),
    [("JPEG", "a.jpg", "JPEG"), ("PNG", "a.png", "JPEG"), ("WEBP", "a.webp", "JPEG")],
)
def test_photograph_is_made_anew(client, clerk, row, folder, kind, name, kept):
    assert photograph(kind).count(b"SecretCamera") == 1
    assert send(client, row, (name, photograph(kind))) == ["已保存 1 个文件，还没有公开。"]
    one = Attachment.objects.get()
    assert (one.width, one.height, one.is_public, one.extension) == (40, 60, False, ".jpg")
    for variant in ("full", "small"):
        content = (folder / one.place(variant)).read_bytes()
        assert b"SecretCamera" not in content
        with Image.open(BytesIO(content)) as found:
            assert (found.format, dict(found.getexif()), found.size) == (kept, {}, (40, 60))


def test_large_photograph_is_made_smaller_and_keeps_what_shines_through(client, clerk, row, folder):
    send(client, row, ("a.png", photograph("PNG", (3000, 1000), "RGBA")))
    one = Attachment.objects.get()
    assert (one.width, one.height, one.extension) == (800, 2400, ".png")
    with Image.open(folder / one.place("small")) as small:
        assert (small.size, small.mode) == ((160, 480), "RGBA")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jpg", b"", "请选择文件|空的"),
        ("a.jpg", b"not a picture", "读不出来"),
        ("a.jpg", photograph()[:400], "读不出来"),
        ("a.svg", b"<svg onload='x()'/>", "不收"),
        ("a.html", b"<script>", "不收"),
        ("a.pdf", b"<html>", "内容不是 PDF"),
        ("a.docx", PDF, "内容不是 DOCX"),
        ("a.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin"), "带有宏"),
        ("a.jpg", b"x" * (1024 * 1024 + 1), "最大 1 MB"),
    ],
)
def test_what_is_not_taken_is_told(client, clerk, row, settings, folder, name, content, words):
    settings.ATTACHMENT_MB = 1
    (sentence,) = send(client, row, (name, content))
    assert any(one in sentence for one in words.split("|"))
    assert not Attachment.objects.exists()
    assert not any(path.is_file() for path in folder.rglob("*"))


def test_picture_of_too_many_pixels_is_not_unpacked(client, clerk, row, monkeypatch):
    monkeypatch.setattr("aidtracker.ground.attached_files.MOST_PIXELS", 1000)
    (sentence,) = send(client, row, ("a.png", photograph("PNG")))
    assert "像素太多" in sentence


def test_one_bad_file_holds_up_no_other(client, clerk, row):
    (sentence,) = send(client, row, ("a.jpg", photograph()), ("b.svg", b"x"), ("c.pdf", PDF))
    assert sentence.startswith("“b.svg”不收")
    assert sentence.endswith("其余 2 个已保存。")
    assert [one.name for one in Attachment.objects.all()] == ["a.jpg", "c.pdf"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["sh", "-c", "cat >/dev/null; exit 0"], "已保存 1 个"),
        (["sh", "-c", "cat >/dev/null; exit 1"], "有病毒"),
        (["sh", "-c", "cat >/dev/null; exit 2"], "查毒程序出错"),
        (["/nowhere/scanner"], "没有回答"),
        (["sh", "-c", "grep -q EICAR && exit 1; exit 0"], "已保存 1 个"),
    ],
)
def test_scanner_decides(client, clerk, row, settings, command, words):
    settings.VIRUS_SCAN = command
    (sentence,) = send(client, row, ("a.pdf", PDF))
    assert words in sentence
    assert Attachment.objects.exists() == ("已保存" in words)


def test_scanner_decides_of_sheets_and_texts_as_well(admin_client, settings):
    settings.VIRUS_SCAN = ["false"]  # answers 1
    sheet = SimpleUploadedFile("表.csv", "名称\n甲".encode())
    page = admin_client.post(reverse("admin:projects_project_import"), {"file": sheet})
    assert "查毒程序认为“表.csv”有病毒" in page.content.decode()
    source = make_source()
    text = SimpleUploadedFile("文.txt", "一篇文章".encode())
    sent = typed_form(admin_client, source, text_file=text)
    page = admin_client.post(form_of(source), sent)
    assert "查毒程序认为“文.txt”有病毒" in page.content.decode()
    settings.VIRUS_SCAN = ["true"]
    sheet.seek(0)
    page = admin_client.post(reverse("admin:projects_project_import"), {"file": sheet})
    assert "查毒程序" not in page.content.decode()


def test_name_is_only_a_name(client, clerk, row):
    send(client, row, ("../../etc/很长" + "长" * 150 + ".pdf", PDF))
    name = Attachment.objects.get().name
    assert (len(name), "/" in name, name[-4:]) == (120, False, ".pdf")


# Who may see


def test_draft_is_for_the_staff_of_its_headquarters(client, picture, row):
    admin_address = f"/admin/projects/attachments/{picture.key}/full/"
    assert fetched(client, admin_address).status_code == 200
    assert fetched(client, picture.get_absolute_url()).status_code == 404
    assert "厂房正门" not in client.get(row.get_absolute_url()).content.decode()
    client.force_login(staff(make_headquarters(), "view", "change"))
    hidden = make_project(headquarters=row.headquarters, review="draft")
    picture.project = hidden
    picture.save()
    assert fetched(client, admin_address).status_code == 404
    assert client.get(address_of(hidden)).status_code == 404
    client.logout()
    assert fetched(client, admin_address).status_code == 302


def test_clerk_does_not_make_it_public(client, picture, row, publisher):
    assert press(client, row, "show", picture) == ["公开或撤下，由有权发布这条记录的人办。"]
    client.force_login(publisher)
    assert press(client, row, "show", picture) == ["已公开。"]
    client.logout()
    page = client.get(row.get_absolute_url()).content.decode()
    assert f'src="/files/{picture.key}/small"' in page
    assert "厂房正门" in page


def test_public_file_is_gone_with_its_row(client, picture, row, publisher):
    public(client, row, picture, publisher)
    shown = fetched(client, picture.get_absolute_url())
    assert (shown.status_code, shown["Cache-Control"]) == (200, "no-cache")
    known = {"HTTP_IF_NONE_MATCH": shown["ETag"]}  # whoever has it asks again
    assert client.get(picture.get_absolute_url(), **known).status_code == 304
    next_transaction()
    row.review = "withdrawn"
    row.save()
    assert client.get(picture.get_absolute_url(), **known).status_code == 404


def test_kept_pages_follow_what_becomes_public():
    assert Attachment._meta.db_table in {table for table, _ in watched()}


def test_without_a_caption_nothing_becomes_public(client, clerk, row, publisher):
    send(client, row, ("a.jpg", photograph()))
    one = Attachment.objects.get()
    client.force_login(publisher)
    assert press(client, row, "show", one) == ["公开的照片和附件要有说明。"]
    with transaction.atomic(), pytest.raises(IntegrityError):
        Attachment.objects.update(is_public=True)


def test_clerk_changes_drafts_alone(client, picture, row, publisher, clerk):
    assert press(client, row, "say", picture, caption="北门") == ["说明已保存。"]
    public(client, row, picture, publisher)
    client.force_login(clerk)
    for act in ("say", "hide", "remove"):
        assert press(client, row, act, picture) == ["公开或撤下，由有权发布这条记录的人办。"]
    picture.refresh_from_db()
    assert (picture.caption, picture.is_public, picture.removed_at) == ("北门", True, None)


def test_reader_of_the_admin_changes_nothing(client, picture, row, headquarters):
    client.force_login(staff(headquarters, "view"))
    page = client.get(address_of(row)).content.decode()
    assert 'type="file"' not in page
    assert send(client, row, ("b.pdf", PDF)) == ["您不能改动这条记录的附件。"]
    assert press(client, row, "remove", picture) == ["您不能改动这条记录的附件。"]
    assert Attachment.objects.count() == 1


def test_file_of_another_row_is_not_reached_through_ones_own(client, picture, headquarters):
    other = make_project(headquarters=headquarters)
    assert press(client, other, "remove", picture) == ["这个文件已经不在了。"]


@pytest.mark.parametrize(("kind", "make"), [("site", make_site), ("activity", make_activity)])
def test_sites_and_activities_have_them_too(client, headquarters, kind, make):
    row = make(maintainer=headquarters)
    rights = [f"projects.view_{kind}", f"projects.change_{kind}"]
    client.force_login(make_staff(headquarters, permissions=rights))
    send(client, row, ("a.jpg", photograph()), caption="现场")
    press(client, row, "show", Attachment.objects.get())
    client.logout()
    assert "现场" in client.get(row.get_absolute_url()).content.decode()


def test_headers_let_a_file_do_nothing(client, picture, row, publisher):
    send(client, row, ("表.pdf", PDF), caption="验收表")
    document = Attachment.objects.latest("pk")
    for one in (picture, document):
        public(client, row, one, publisher)
    found = {one: fetched(client, one.get_absolute_url()) for one in (picture, document)}
    for one, response in found.items():
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Type"] == one.content_type
    kinds = [one["Content-Disposition"].partition(";")[0] for one in found.values()]
    assert kinds == ["inline", "attachment"]
    assert fetched(client, f"/files/{document.key}/small").status_code == 404
    assert client.get(f"/files/{picture.key}/other").status_code == 404


def test_page_asks_no_more_for_files(client, picture, row, publisher, django_assert_num_queries):
    bare = make_project(headquarters=row.headquarters)
    public(client, row, picture, publisher)
    client.get(bare.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        client.get(bare.get_absolute_url())
    with django_assert_num_queries(len(asked)):
        assert "厂房正门" in client.get(row.get_absolute_url()).content.decode()


# What stays, and for how long


def test_what_is_removed_stays_some_days(client, picture, row, folder):
    row.review = "draft"
    row.save()
    assert press(client, row, "remove", picture) == ["已删除“厂房 正门.JPG”。"]
    assert fetched(client, f"/admin/projects/attachments/{picture.key}/full/").status_code == 404
    call_command("forget_files", stdout=StringIO())
    assert (folder / picture.place()).exists()
    Attachment.objects.update(removed_at=timezone.now() - timedelta(days=8))
    age(folder)
    call_command("forget_files", stdout=StringIO())
    assert list(files_to_keep()) == []
    assert not Attachment.objects.exists()


def age(folder):
    """Let all files be of long ago."""
    for path in folder.rglob("*"):
        os.utime(path, (0, 0))


def test_old_file_with_a_row_stays_and_one_without_goes(client, picture, folder):
    storages["attachments"].save("zz/left-behind.jpg", BytesIO(b"x"))
    age(folder)
    call_command("forget_files", stdout=StringIO())
    assert list(files_to_keep()) == sorted([picture.place(), picture.place("small")])


def test_row_with_files_is_not_deleted(picture, row):
    with pytest.raises(ProtectedError):
        row.delete()
    picture.remove()
    row.delete()


def test_every_change_is_in_the_trail(client, picture, row, publisher):
    press(client, row, "say", picture, caption="北门")
    public(client, row, picture, publisher)
    acts = Act.objects.filter(subject=f"附件：援疆项目 {row}").order_by("at")
    assert [one.details for one in acts] == [
        [["新增", "", "厂房 正门.JPG"]],
        [["厂房 正门.JPG 的说明", "厂房正门", "北门"]],
        [["厂房 正门.JPG", "草稿", "公开"]],
    ]


# In the backup


def test_files_are_in_the_backup_and_come_back(client, picture, folder, tmp_path_factory):
    target = tmp_path_factory.mktemp("backup") / "files.zip"
    contents = {name: (folder / name).read_bytes() for name in files_to_keep()}
    with zipfile.ZipFile(target, "w") as archive:
        manifest = {"files": {name: kept_files.added(archive, name) for name in contents}}
    kept_files.check_files(target, manifest)
    (folder / picture.place()).unlink()
    (folder / picture.place("small")).write_bytes(b"newer")
    kept_files.put_back(target, manifest)
    assert (folder / picture.place()).read_bytes() == contents[picture.place()]
    assert (folder / picture.place("small")).read_bytes() == b"newer"
    manifest["files"][picture.place()] = "0" * 64
    with pytest.raises(CommandError, match="附件已损坏"):
        kept_files.check_files(target, manifest)
