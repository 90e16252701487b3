"""Processes beside the one of the tests, with nothing in common but the database."""

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What tells a process of the test's database, and to be no other's."""
    if connection.vendor == "sqlite":
        path = tmp_path / "site.sqlite3"
        path.write_bytes(connection.connection.serialize())
        url = f"sqlite:///{path}"
    else:
        server = connection.settings_dict
        who = quote(server["USER"]) + f":{quote(server['PASSWORD'])}" * bool(server["PASSWORD"])
        port = f":{server['PORT']}" * bool(server["PORT"])
        url = f"postgresql://{who}@{quote(server['HOST'], safe='')}{port}/{server['NAME']}"
    return os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "aidtracker.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
        "WORKERS": "1",
    }
