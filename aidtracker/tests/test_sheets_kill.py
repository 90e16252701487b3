"""An import that is killed at the moment of its commit leaves all of it or nothing."""

import contextlib
import os
import sqlite3
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

ROWS = 60
IMPORT = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from aidtracker.sheets.rehearsing.rehearsal import rehearse
from aidtracker.sheets.columns.resources import resource_for
from aidtracker.sheets.reading.pages import Page
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.storing.storing import store
from programs.models import Region

rows = [(n, [f"99{{n:04}}", f"新{{n}}", "县级"]) for n in range(2, {rows} + 2)]
grid = [(1, ["区划代码", "名称", "级别"]), *rows]
make = lambda: sheet_of(resource_for(Region), [Page("", grid)])
fingerprint = rehearse(resource_for(Region), make()).fingerprint
kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
commit = connection._commit
def killed():
    if {after}:
        commit()
    kill()
connection._commit = killed
store(resource_for(Region), make(), fingerprint, "名单.xlsx")
"""


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="copies the database as a file")
@pytest.mark.parametrize(("after", "kept"), [(False, 0), (True, ROWS)])
def test_import_killed_at_its_commit_is_whole_or_nothing(tmp_path, after, kept):
    database = tmp_path / "killed.sqlite3"
    connection.ensure_connection()
    database.write_bytes(connection.connection.serialize())
    before = counts(database)
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "aidtracker.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    }

    script = IMPORT.format(rows=ROWS, after=after)
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, timeout=300
    )

    assert done.returncode == -9, done.stderr.decode()[-2000:]
    more = [now - then for now, then in zip(counts(database), before, strict=True)]
    assert more == [kept, kept, kept // ROWS]


def counts(database):
    """How many places, states of places and acts a database holds."""
    tables = ("programs_region", "programs_historicalregion", "aidtracker_act")
    with contextlib.closing(sqlite3.connect(database)) as stored:
        return [stored.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables]
