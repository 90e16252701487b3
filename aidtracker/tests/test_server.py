"""What the site says of the database server, and how long it lets visitors use it."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from aidtracker.ground import server
from aidtracker.pages import views
from aidtracker.pages.failures import SLOW, failure_of
from aidtracker.pages.limits import limited

pytestmark = pytest.mark.django_db
ENDLESS = {
    "sqlite": """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n
    """,
    "postgresql": "SELECT pg_sleep(300)",
}
on_postgres = pytest.mark.skipif(connection.vendor == "sqlite", reason="settings of PostgreSQL")


def search_without_end(words: str) -> list:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ENDLESS[connection.vendor])
        return cursor.fetchall()


def test_query_is_ended_after_its_time_and_others_are_not() -> None:
    with pytest.raises(OperationalError) as failed, limited(0.05):
        search_without_end("")
    assert failure_of(failed.value) == SLOW
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1" if connection.vendor == "sqlite" else "SHOW statement_timeout")
        assert cursor.fetchone()[0] in (1, "0")


@pytest.fixture
def _impatient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VISITOR_SECONDS = 0.05
    monkeypatch.setattr(views, "search_everything", search_without_end)


@pytest.mark.usefixtures("_impatient")
def test_visitor_reads_what_to_do(client: Client) -> None:
    page = client.get("/search/?q=a")
    assert (page.status_code, SLOW.asked in page.content.decode()) == (503, True)
    assert client.get("/method/").status_code == 200


@pytest.mark.usefixtures("_impatient")
def test_cookie_of_nobody_is_no_way_around(client: Client) -> None:
    client.cookies["sessionid"] = "x" * 32
    assert client.get("/search/?q=a").status_code == 503


@pytest.mark.parametrize("path", ["/search/?q=a", "/admin/"])
def test_staff_have_no_limit(
    path: str, admin_client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    @contextlib.contextmanager
    def limit(seconds: float) -> Iterator[None]:
        asked.append(seconds)
        yield

    monkeypatch.setattr("aidtracker.pages.limits.limited", limit)
    assert admin_client.get(path).status_code == 200
    assert asked == []
    assert Client().get("/search/?q=a").status_code == 200
    assert asked == [settings.VISITOR_SECONDS]


@on_postgres
def test_connections_compile_no_queries() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


@on_postgres
@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("jit", "on", "off"),
        ("work_mem", "4MB", "16MB"),
        ("random_page_cost", "4", "1.1"),
        ("synchronous_commit", "off", "on"),
    ],
)
def test_bad_setting_is_told(name: str, bad: str, good: str) -> None:
    advice = server.RULES[name][1]
    with transaction.atomic(), connection.cursor() as cursor:
        for value, is_told in ((bad, True), (good, False)):
            cursor.execute(f"SET LOCAL {name} = '{value}'")
            assert (advice in list(server.faults(connection))) == is_told


@pytest.mark.parametrize(
    ("name", "said", "is_bad"),
    [
        ("shared_buffers", server.in_bytes("16384", "8kB"), True),
        ("shared_buffers", server.in_bytes("32768", "8kB"), False),
        ("work_mem", server.in_bytes("4096", "kB"), True),
        ("fsync", server.in_bytes("off", None), True),
        ("full_page_writes", server.in_bytes("on", None), False),
    ],
)
def test_sizes_are_compared_in_bytes(name: str, said: str, is_bad: bool) -> None:
    assert server.RULES[name][0](said) == is_bad


@pytest.mark.parametrize(("mode", "faults"), [("delete", 1), ("wal", 0)])
def test_sqlite_without_its_log_is_told(mode: str, faults: int, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "site.sqlite3")) as file:
        file.execute(f"PRAGMA journal_mode = {mode}")
        cursors = lambda: contextlib.closing(file.cursor())  # noqa: E731 (as Django's connections)
        database: Any = SimpleNamespace(vendor="sqlite", cursor=cursors)
        assert len(list(server.faults(database))) == faults


def test_check_is_part_of_the_command(capsys: pytest.CaptureFixture, monkeypatch: Any) -> None:
    monkeypatch.setattr(server, "faults", lambda database: iter(["太慢"]))
    call_command("check", databases=["default"])
    assert "数据库设置：太慢。" in capsys.readouterr().err


def test_start_of_the_site_tells(caplog: pytest.LogCaptureFixture, monkeypatch: Any) -> None:
    monkeypatch.setattr(server, "faults", lambda database: iter(["太慢"]))
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    server.warn()
    assert caplog.messages == ["数据库设置：太慢。"]
