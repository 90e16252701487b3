"""Dumps of a whole database, kept so that later programs prove that they can upgrade it.

They hold the fixtures and, for every table, at least one row that has been changed once.
"""

import lzma
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from aidtracker import testing
from aidtracker.sheets.storing.models import State, Upload
from aidtracker.sheets.storing.running import queue
from aidtracker.storage.postgres_copies import PostgresCopies, run
from aidtracker.trail.acts import doing
from aidtracker.trail.models import Act

FOLDER = settings.BASE_DIR / "aidtracker" / "tests" / "dumps"


def dump_path() -> Path:
    """The dump for the kind of database in use."""
    return FOLDER / f"{connection.vendor}.sql.xz"


def make() -> None:
    """Fill an empty database, migrated by this program, and dump it."""
    call_command("migrate", verbosity=0)
    call_command("load_fixtures", verbosity=0)
    user = testing.make_staff(testing.make_headquarters())
    fill(user)
    dump()


def fill(user: User) -> None:
    """Make rows of all kinds by acts of a user: made, changed, linked."""
    for name in sorted(vars(testing)):
        if name.startswith("make_") and name != "make_staff":
            with doing(Act.Way.FORM, subject=name) as act:
                act.user, act.user_name = user, user.username
                change(getattr(testing, name)())
    for model in apps.get_models():
        link(model)
    group = Group.objects.create(name="一组")
    group.permissions.add(Permission.objects.first())
    user.groups.add(group)
    user.user_permissions.add(Permission.objects.first())
    Session.objects.create(session_key="a" * 32, session_data="x", expire_date=timezone.now())
    upload = Upload.objects.create(user=user, model="programs.Region", content=b"x")
    queue(upload, State.WAITING)
    testing.make_source().text_versions.create(text="旧文", reason="替换")
    LogEntry.objects.create(user=user, object_repr="一条", action_flag=CHANGE)


def change(row: Model) -> None:
    """Give a row a second state."""
    if hasattr(row, "note"):
        row.note = "改过一次：第一行\n第二行"
    row.save()


def link(model: type[Model]) -> None:
    """Let some row of a model have every kind of link."""
    for field in model._meta.many_to_many:
        through = field.remote_field.through._base_manager
        row, target = model._base_manager.last(), field.related_model._base_manager.last()
        if row and target and not through.exists():
            getattr(row, field.name).add(target)


def dump() -> None:
    sql = sql_of_sqlite() if connection.vendor == "sqlite" else sql_of_postgres()
    dump_path().parent.mkdir(exist_ok=True)
    dump_path().write_bytes(lzma.compress(sql.encode(), preset=9 | lzma.PRESET_EXTREME))


def sql_of_sqlite() -> str:
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as file:
        return "\n".join(file.iterdump())


def sql_of_postgres() -> str:
    database = PostgresCopies()
    with database.connected(database.name) as server, TemporaryDirectory() as folder:
        path = Path(folder, "dump.sql")
        run("pg_dump", server, "--rows-per-insert=500", f"--file={path}")
        lines = path.read_text().splitlines()
    # Commands for psql alone.
    return "\n".join(line for line in lines if not line.startswith(("\\restrict", "\\unrestrict")))
