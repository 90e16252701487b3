"""A database that fails is told in plain words; nothing is half stored, nothing typed is lost."""

import errno
import sqlite3

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
)
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.urls import reverse

from aidtracker import testing
from aidtracker.pages.failures import AWAY, CLASH, FULL, TAKEN, failure_of
from aidtracker.sheets.writing.files import file_of
from aidtracker.tests.admin_pages import form_inputs
from programs.models import Region


def failed(kind, **of_cause):
    """An error as Django raises it: with that of the driver as its cause."""
    error = kind("words of the database")
    cause = sqlite3.OperationalError() if "sqlite_errorcode" in of_cause else Exception()
    for name, value in of_cause.items():
        setattr(cause, name, value)
    error.__cause__ = cause
    return error


@pytest.fixture
def broken(monkeypatch):
    """A function that lets the first page and every saved region fail with an error."""

    def break_with(error):
        def fail(*args, **kwargs):
            raise error

        monkeypatch.setattr(Region, "save_base", fail)
        monkeypatch.setattr("projects.views.home.record_counts", fail)

    return break_with


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (failed(IntegrityError), TAKEN),
        (failed(OperationalError, sqlstate="40P01"), CLASH),
        (failed(OperationalError, sqlite_errorcode=sqlite3.SQLITE_BUSY_SNAPSHOT), CLASH),
        (failed(OperationalError, sqlstate="57P01"), AWAY),
        (failed(OperationalError, sqlstate=None), AWAY),
        (failed(OperationalError, sqlite_errorcode=sqlite3.SQLITE_FULL), FULL),
        (failed(OperationalError, sqlstate="53100"), FULL),
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.ENOENT, "No such file"), None),
        (failed(InterfaceError), AWAY),
        (failed(InternalError, sqlstate=None), AWAY),
        (failed(InternalError, sqlstate="25006"), AWAY),
        (failed(InternalError, sqlstate="XX000"), None),
        (failed(OperationalError, sqlite_errorcode=sqlite3.SQLITE_ERROR), None),
        (failed(ProgrammingError, sqlstate="42P01"), None),
        (ValueError(), None),
    ],
)
def test_failure_is_told_from_a_mistake_of_the_program(error, failure):
    assert failure_of(error) == failure


@pytest.fixture
def typed(admin_client):
    """A region's form, with words typed into it: the address and what would be sent."""
    region = testing.make_region()
    address = reverse("admin:programs_region_change", args=[region.pk])
    return address, form_inputs(admin_client.get(address)) | {
        "name": "新<区>",
        "note": "第一行\n第二行",
    }


@pytest.mark.django_db
def test_form_that_met_a_dead_database_can_be_sent_again(admin_client, broken, typed):
    address, sent = typed
    broken(failed(OperationalError, sqlstate="57P01"))
    page = admin_client.post(f"{address}?_popup=1", sent)
    words = page.content.decode()
    assert (page.status_code, page["Retry-After"]) == (503, "30")
    assert "这次提交的内容没有保存" in words
    assert f'<form method="post" action="{address}?_popup=1">' in words
    assert 'name="name" value="新&lt;区&gt;"' in words
    assert 'name="note" value="第一行\n第二行"' in words


@pytest.mark.django_db(transaction=True)
def test_connection_lost_while_storing_leaves_it_open_whether_it_was(
    admin_client, typed, monkeypatch
):
    """The database may have stored it and not come to say so."""
    address, sent = typed
    database = type(connections["default"])
    commit = database._commit

    def cut_off(self):
        commit(self)
        raise failed(OperationalError, sqlstate=None)

    monkeypatch.setattr(database, "_commit", cut_off)
    page = admin_client.post(address, sent)
    monkeypatch.undo()
    assert page.status_code == 503
    words = page.content.decode()
    assert "不知道保存了没有" in words
    assert "没有保存，" not in words
    assert Region.objects.filter(name=sent["name"]).count() == 1


@pytest.mark.django_db
def test_two_of_one_name_at_once_are_a_conflict_and_no_error(admin_client, broken, typed):
    broken(failed(IntegrityError))
    page = admin_client.post(*typed)
    assert page.status_code == 409
    assert "同一时刻有人保存了同样名称或编号的记录" in page.content.decode()


@pytest.mark.django_db
def test_public_page_without_a_database_says_when_to_come_back(client, broken):
    broken(failed(OperationalError, sqlstate=None))
    page = client.get("/")
    assert page.status_code == 503
    assert "请过几分钟刷新" in page.content.decode()


@pytest.mark.django_db
def test_password_is_never_sent_back(client, monkeypatch):
    def fail(*args, **kwargs):
        raise failed(OperationalError, sqlstate=None)

    monkeypatch.setattr("aidtracker.accounts.logins.StaffBackend.authenticate", fail)
    sent = {"username": "somebody", "password": "correct-horse-9"}
    page = client.post(reverse("admin:login"), sent)
    assert page.status_code == 503
    assert "correct-horse" not in page.content.decode()


@pytest.mark.django_db
def test_mistake_of_the_program_stays_one(client, broken):
    broken(ValueError("a mistake"))
    client.raise_request_exception = False
    assert client.get("/").status_code == 500


@pytest.mark.django_db
def test_session_that_cannot_be_read_is_a_dead_database(client, monkeypatch):
    client.force_login(testing.make_staff(testing.make_headquarters()))

    def fail(*args, **kwargs):
        raise failed(OperationalError, sqlstate=None)

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    client.raise_request_exception = False
    page = client.get(reverse("admin:index"))
    assert (page.status_code, "暂时打不开" in page.content.decode()) == (503, True)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such switch")
def test_database_that_only_reads_stores_nothing_and_says_so(admin_client, typed):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        try:
            page = admin_client.post(*typed)
        finally:
            cursor.execute("PRAGMA query_only = OFF")
    assert page.status_code == 503
    assert "这次提交的内容没有保存" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL is not asked")
def test_reader_does_not_wait_for_a_writer_to_learn_what_sqlite_can(tmp_path):
    path = tmp_path / "locked.sqlite3"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    settings = {**connection.settings_dict, "NAME": path, "OPTIONS": {"timeout": 0}}
    reader = DatabaseWrapper(settings, "default")
    with reader.cursor():
        assert vars(reader.features)["supports_json_field"] is True
    reader.close()
    writer.close()


@pytest.mark.django_db
def test_full_disk_while_a_file_is_read_is_told(admin_client, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("aidtracker.sheets.reading.uploads.tempfile.TemporaryDirectory", fail)
    content = file_of("a.xlsx", ["名称"], [["甲"]]).getvalue()
    file = SimpleUploadedFile("a.xlsx", content)
    page = admin_client.post(reverse("admin:programs_region_import"), {"file": file})
    assert page.status_code == 503
    assert "磁盘满了" in page.content.decode()
    assert "要重新选" in page.content.decode()


@pytest.mark.django_db
def test_full_disk_while_an_upload_is_kept_is_told(admin_client, monkeypatch, settings):
    def fail(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1
    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", fail)
    file = SimpleUploadedFile("a.xlsx", b"x" * 2000)
    admin_client.raise_request_exception = False
    page = admin_client.post(reverse("admin:programs_region_import"), {"file": file})
    assert page.status_code == 503
    assert "磁盘满了" in page.content.decode()


def test_database_that_goes_before_a_session_is_stored_is_told(admin_client, monkeypatch):
    """The page is made, and what was sent in may be stored: it was no mistake of the request's."""
    session = admin_client.session
    session["prolonged_at"] = 0
    session.save()

    def fail(*args, **kwargs):
        raise failed(OperationalError, sqlstate="57P01")

    monkeypatch.setattr(Session, "save_base", fail)
    asked, sent = admin_client.get("/admin/"), admin_client.post("/admin/programs/region/add/", {})
    assert (asked.status_code, sent.status_code) == (503, 503)
    assert "暂时打不开" in asked.content.decode()
    assert "不知道有没有保存" in sent.content.decode()


def test_session_that_was_ended_meanwhile_is_no_failure_of_the_database(admin_client, monkeypatch):
    session = admin_client.session
    session["prolonged_at"] = 0
    session.save()

    def fail(*args, **kwargs):
        raise DatabaseError("Forced update did not affect any rows.")

    monkeypatch.setattr(Session, "save_base", fail)
    assert admin_client.get("/admin/").status_code == 400
