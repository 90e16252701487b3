"""A SQLite file of the site can be read, checked and copied by ordinary tools."""

import sqlite3
from contextlib import closing

import pytest
from django.db import connection

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite's file")


@pytest.fixture(scope="module")
def site_file(django_db_setup, django_db_blocker, tmp_path_factory):
    """The test's database as a file."""
    path = tmp_path_factory.mktemp("plain") / "site.sqlite3"
    with django_db_blocker.unblock(), closing(sqlite3.connect(path)) as target:
        # Before any test opens a transaction: SQLite would wait for its end.
        connection.connection.backup(target)
    return path


@pytest.fixture
def plain(site_file):
    """The file, opened without any function of Django's; what is written is never committed."""
    with closing(sqlite3.connect(site_file)) as opened:
        yield opened


def test_file_is_whole_and_can_be_copied(plain, tmp_path):
    assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    copy = tmp_path / "copy.sqlite3"
    plain.execute("VACUUM INTO ?", [str(copy)])
    count = "SELECT count(*) FROM programs_region"
    with closing(sqlite3.connect(copy)) as copied:
        assert copied.execute(count).fetchone() == plain.execute(count).fetchone() != (0,)


def test_every_table_can_be_read(plain):
    names = plain.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    for (name,) in names.fetchall():
        plain.execute(f'SELECT * FROM "{name}"').fetchall()


@pytest.mark.parametrize(
    ("table", "column", "good", "bad"),
    [
        ("programs_region", "code", "650000X", "x-65"),
        ("programs_region", "code", "65", "6"),
        ("programs_region", "valid_from", "2014-03", "2014-13"),
        ("programs_source", "sha256", "0" * 63 + "f", "0" * 63 + "F"),
        ("projects_enterprise", "credit_code", "91320000MA1K0000XY", "91320000MA1K0000XI"),
    ],
)
def test_rules_of_form_hold_in_any_tool(plain, table, column, good, bad):
    first = f'UPDATE "{table}" SET "{column}" = ? WHERE id = (SELECT min(id) FROM "{table}")'
    plain.execute(first, [good])
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        plain.execute(first, [bad])


def test_month_is_its_first_day_in_any_tool(plain):
    add = (
        "INSERT INTO projects_reportingperiod (month, headquarters_id, note, updated_at, version)"
        " SELECT ?, min(id), '', '2026-01-01', 1 FROM programs_headquarters"
    )
    plain.execute(add, ["2026-05-01"])
    for wrong in ("2026-05-02", "1996-12-01", "2101-01-01"):
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            plain.execute(add, [wrong])
