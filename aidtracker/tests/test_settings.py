"""The settings as a production site would read them, and what they mean for SQLite."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.test import Client

from aidtracker.settings import secret

PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "example.org",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """A SQLite file opened with the site's own options, whatever database the tests run on."""
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "db.sqlite3"),
        "OPTIONS": settings.SQLITE_OPTIONS,
    }
    connection = ConnectionHandler({"default": database})["default"]
    yield connection
    connection.close()


def test_check_deploy_is_clean_when_debug_is_off():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert (result.returncode, result.stderr) == (0, "")


def test_settings_refuse_the_development_key_when_debug_is_off():
    result = manage("check", DEBUG="0", SECRET_KEY="")

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].endswith(
        "Set the environment variable SECRET_KEY when DEBUG is off."
    )


def test_secrets_are_taken_from_files_and_never_from_two_places(tmp_path, monkeypatch):
    assert secret("EMAIL_PASSWORD") == ""
    (tmp_path / "EMAIL_PASSWORD").write_text("handed over\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secret("EMAIL_PASSWORD") == "handed over"
    monkeypatch.setenv("EMAIL_PASSWORD", "in the environment")
    assert secret("EMAIL_PASSWORD") == "in the environment"
    monkeypatch.setenv("EMAIL_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match="exclude each other"):
        secret("EMAIL_PASSWORD")
    monkeypatch.delenv("EMAIL_PASSWORD")
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        secret("EMAIL_PASSWORD")


def test_settings_refuse_a_flag_that_is_neither_yes_nor_no():
    result = manage("check", DEBUG="maybe")

    assert result.stderr.splitlines()[-1].endswith("DEBUG must be 1 or 0, not 'maybe'.")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", "LocMemCache django.contrib.sessions.backends.db"),
        ("redis://cache:6379/1", "RedisCache django.contrib.sessions.backends.cached_db"),
    ],
    ids=["one process", "several machines"],
)
def test_cache_and_sessions_are_shared_where_the_site_names_a_cache(address: str, expected: str):
    words = (
        "from django.conf import settings; from django.core.cache import caches;"
        "print(type(caches['default']).__name__, settings.SESSION_ENGINE)"
    )
    result = manage("shell", "--no-imports", "-c", words, CACHE_URL=address)

    assert result.stdout.strip() == expected


def test_settings_refuse_a_cache_of_another_kind():
    result = manage("check", CACHE_URL="memcached://cache")

    assert result.stderr.splitlines()[-1].endswith(
        "CACHE_URL must be redis://…, rediss://… or unix://…."
    )


def test_static_files_can_be_collected_with_hashed_names(tmp_path: Path):
    result = manage("collectstatic", "--noinput", STATIC_ROOT=str(tmp_path), **PRODUCTION)

    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "staticfiles.json").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("busy_timeout", 20_000), ("foreign_keys", 1)],
)
def test_sqlite_is_opened_with(sqlite: BaseDatabaseWrapper, pragma: str, value: str | int):
    with sqlite.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")

        assert cursor.fetchone() == (value,)


def test_sqlite_transactions_take_their_lock_at_the_start(sqlite: BaseDatabaseWrapper):
    sqlite.get_connection_params()

    assert vars(sqlite)["transaction_mode"] == "IMMEDIATE"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "script_sources"),
    [
        ("/", None),
        ("/admin/login/", "script-src 'self' 'unsafe-eval'"),
    ],
)
def test_content_security_policy_is_relaxed_for_the_admin_only(
    client: Client, path: str, script_sources: str | None
):
    policy = client.get(path)["Content-Security-Policy"].split("; ")

    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in str(policy)
    assert "camera=()" in client.get(path)["Permissions-Policy"]
    assert next((part for part in policy if part.startswith("script-src")), None) == script_sources


@pytest.mark.parametrize(("said", "expected"), [("", "False"), ("1", "True")])
def test_browsers_know_of_tls_beforehand_only_where_the_site_chooses_that(said: str, expected: str):
    words = "from django.conf import settings; print(settings.SECURE_HSTS_PRELOAD)"
    done = manage("shell", "--no-imports", "--command", words, HSTS_PRELOAD=said)

    assert done.stdout.split() == [expected]


@pytest.mark.parametrize(("https", "expected"), [("1", "__Host-"), ("0", "")])
def test_cookies_are_bound_to_this_host_where_there_is_tls(https: str, expected: str):
    words = (
        "from django.conf import settings as s;"
        " print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.SESSION_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN)"
    )
    done = manage("shell", "--no-imports", "--command", words, HTTPS=https)

    names = [f"{expected}sessionid", f"{expected}csrftoken"]
    assert done.stdout.split() == [*names, str(https == "1"), "/", "None", "None"]
