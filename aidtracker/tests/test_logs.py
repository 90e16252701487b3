"""The log: one line an event with the number of its request, and nothing that people typed."""

import json
import logging
import re
import subprocess
import sys

import pytest
from django.core import mail
from django.db import connection
from django.test import RequestFactory

from aidtracker.trail import logs

pytestmark = pytest.mark.django_db


def test_each_answer_says_the_number_of_its_request(client, settings):
    numbers = {client.get("/regions/")["X-Request-ID"] for _ in range(2)}
    assert len(numbers) == 2
    assert (
        client.get("/regions/", headers={"x-request-id": "abcdef0123"})["X-Request-ID"]
        != "abcdef0123"
    )
    settings.BEHIND_PROXY = True
    assert (
        client.get("/regions/", headers={"x-request-id": "abcdef0123"})["X-Request-ID"]
        == "abcdef0123"
    )
    bad = client.get("/regions/", headers={"x-request-id": "<script>"})["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", bad)


def test_slow_pages_and_queries_are_told_without_what_was_asked(client, settings, caplog):
    settings.SLOW_PAGE_SECONDS = settings.SLOW_QUERY_SECONDS = 0
    client.get("/regions/?q=温宿县的某人")
    said = [record.getMessage() for record in caplog.records if record.name == logs.__name__]
    assert any(words.startswith("Slow page: GET /regions/ answered 200") for words in said)
    assert any(words.startswith("Slow query: ") for words in said)
    assert "某人" not in "".join(said)


def test_quick_pages_are_not_told(client, caplog):
    client.get("/regions/")
    assert not [record for record in caplog.records if record.name == logs.__name__]


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("/regions/", headers={"host": "evil.example"}),
        lambda client: client.get("/admin/programs/region/?password__startswith=a"),
    ],
)
def test_what_a_visitor_made_up_is_no_mistake_of_the_program(admin_client, caplog, ask):
    caplog.handler.addFilter(logs.Context())
    assert ask(admin_client).status_code == 400
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not [record for record in caplog.records if record.exc_info]


@pytest.fixture
def broken(monkeypatch, settings, client):
    """A page that fails by a mistake of the program's, and somebody who is told."""
    settings.ADMINS = [("", "operator@example.org")]
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("projects.views.home.record_counts", fail)
    return client


def test_operator_is_mailed_of_a_mistake_once_and_without_what_was_typed(broken):
    for _ in range(3):
        assert broken.get("/?q=secret-words").status_code == 500
    (letter,) = mail.outbox
    assert "ZeroDivisionError" in letter.subject
    assert "projects/views/home.py" in letter.body
    assert "secret-words" not in letter.body


def test_nobody_is_mailed_where_nobody_is_named(broken, settings):
    settings.ADMINS = []
    broken.get("/")
    assert not mail.outbox


def test_mail_that_cannot_be_sent_breaks_nothing(broken, settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    assert broken.get("/").status_code == 500


def test_log_can_be_read_by_programs(tmp_path):
    code = (
        "import django, logging; django.setup();"
        "logging.getLogger('projects').warning('核对 %s', '完成')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"DJANGO_SETTINGS_MODULE": "aidtracker.settings", "LOG_FORMAT": "json", "PATH": "/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    line = json.loads(done.stderr)
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "projects", "核对 完成")
    assert line["request_id"] == "-"


def test_query_fails_as_it_did(settings):
    settings.SLOW_QUERY_SECONDS = 10
    request = RequestFactory().get("/")
    with pytest.raises(Exception, match="no_such_table"):
        logs.Numbered(lambda request: connection.cursor().execute("SELECT * FROM no_such_table"))(
            request
        )
    assert logs.number.get() == "-"
