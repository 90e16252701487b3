"""Backups hold one moment of a database in use; a restore puts back just that, or nothing."""

import errno
import json
import os
import signal
import sqlite3
import tempfile
import threading
import zipfile
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pyrage
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from aidtracker.desk.unsaved import UnsavedForm
from aidtracker.sheets.storing.models import State, Upload
from aidtracker.sheets.storing.running import queue
from aidtracker.storage import backups, postgres_copies, sqlite_copies
from aidtracker.testing import make_site
from projects.models.attachments import attach

pytestmark = pytest.mark.django_db(transaction=True)

IS_SQLITE = connection.vendor == "sqlite"
NOTES = "SELECT note FROM programs_region WHERE id = (SELECT min(id) FROM programs_region)"
CHANGE = (
    "UPDATE programs_region SET note = 'changed' WHERE id = (SELECT min(id) FROM programs_region)"
)


@contextmanager
def connected(name=None):
    """A connection of another process, as it were, to the database of the site or another."""
    name = str(name or connection.settings_dict["NAME"])
    if IS_SQLITE:
        with closing(sqlite3.connect(name, timeout=20, isolation_level=None)) as other:
            yield other
    else:
        parameters = connection.get_connection_params() | {"dbname": name}
        with closing(connection.Database.connect(**parameters, autocommit=True)) as other:
            yield other


def ask(sql, name=None):
    with connected(name) as other:
        return other.execute(sql).fetchall()


def execute(sql, name=None):
    with connected(name) as other:
        other.execute(sql)


def copy_to(path):
    """Write the test's database, which SQLite has in memory, into a file."""
    with closing(sqlite3.connect(path)) as target:
        target.execute("PRAGMA journal_mode = WAL")
        connection.connection.backup(target)


@pytest.fixture(autouse=True)
def _site(tmp_path, monkeypatch):
    """The test's database, where other processes can open it too."""
    if IS_SQLITE:
        path = tmp_path / "site" / "db.sqlite3"
        path.parent.mkdir()
        copy_to(path)
        monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
        yield
        return
    yield
    connection.close()
    made = "SELECT datname FROM pg_database WHERE datname LIKE %s"
    with connected("template1") as server:
        for (name,) in server.execute(made, [f"{connection.settings_dict['NAME']}_%"]).fetchall():
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "backups"
    path.mkdir()
    return path


@pytest.fixture
def backup(folder):
    """The file of a backup."""
    call("backup", "--to", str(folder))
    (file,) = folder.iterdir()
    return file


def call(*command):
    output = StringIO()
    call_command(*command, stdout=output, stderr=output)
    return output.getvalue()


def manifest_of(file):
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read("manifest.json"))


def rewritten(file, **changes):
    """The backup with another manifest."""
    manifest = manifest_of(file) | changes
    with zipfile.ZipFile(file) as archive:
        part = archive.read(manifest_of(file)["part"])
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr(manifest["part"], part)
    return file


def test_backup_says_what_it_holds(folder):
    said = call("backup", "--to", str(folder))
    (file,) = folder.iterdir()
    tables = manifest_of(file)["tables"]
    (regions,) = ask("SELECT count(*) FROM programs_region")
    assert tables["programs_region"][0] == regions[0] > 0
    assert said == f"已备份 {len(tables)} 张表、{sum(n for n, _ in tables.values())} 行：{file}\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_on_its_way_is_not_in_a_backup(folder, admin_user):
    upload = Upload.objects.create(user=admin_user, model="programs.Region", content=b"secret")
    assert queue(upload, State.WAITING)
    UnsavedForm.objects.create(
        user=admin_user, address="/admin/", typed={"name": ["secret"]}, kept_at=timezone.now()
    )
    if IS_SQLITE:
        copy_to(connection.settings_dict["NAME"])
    counts = [f"SELECT count(*) FROM {name}" for name in backups.LEFT_OUT]
    assert [ask(count)[0][0] for count in counts] == [1, 1, 1]

    call("backup", "--to", str(folder))

    (file,) = folder.iterdir()
    tables = manifest_of(file)["tables"]
    left_out = (Upload, DBTaskResult, UnsavedForm)
    assert set(backups.LEFT_OUT) == {model._meta.db_table for model in left_out}
    assert [tables[name][0] for name in backups.LEFT_OUT] == [0, 0, 0]
    with zipfile.ZipFile(file) as archive:
        assert b"secret" not in archive.read(manifest_of(file)["part"])
    call("restore", str(file), "--overwrite")
    assert [ask(count)[0][0] for count in counts] == [0, 0, 0]


def test_restore_puts_rows_back_and_keeps_those_before(backup):
    rows = ask("SELECT * FROM programs_region ORDER BY id")
    execute(CHANGE)
    said = call("restore", str(backup), "--overwrite")
    kept = said.split("另存为 ")[1].split("，")[0]
    assert ask("SELECT * FROM programs_region ORDER BY id") == rows
    assert ask(NOTES, kept) == [("changed",)]
    assert "逐表核对无误" in said


def test_restore_into_an_empty_database(backup, monkeypatch, tmp_path):
    rows = ask("SELECT * FROM programs_region ORDER BY id")
    place = str(tmp_path / "new.sqlite3")
    if not IS_SQLITE:
        place = f"{connection.settings_dict['NAME']}_empty"
        execute(f'CREATE DATABASE "{place}" TEMPLATE template0', "template1")
    with monkeypatch.context() as patched:
        patched.setitem(connection.settings_dict, "NAME", place)
        said = call("restore", str(backup))
        connection.close() if not IS_SQLITE else None
    assert ask("SELECT * FROM programs_region ORDER BY id", place) == rows
    assert "另存" not in said


def test_files_come_back_with_the_rows_that_name_them(settings, tmp_path, folder, admin_user):
    files = tmp_path / "files"
    place = {"location": files, "base_url": None}
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": place}
    settings.STORAGES = settings.STORAGES | {"attachments": local}
    content = b"%PDF-1.7\n%%EOF"
    stored = attach(make_site(), admin_user, "平面图.pdf", content, "园区平面图")
    if IS_SQLITE:
        copy_to(connection.settings_dict["NAME"])
    call("backup", "--to", str(folder))
    (file,) = folder.iterdir()
    execute("DELETE FROM projects_attachment")
    (files / stored.place()).unlink()

    call("restore", str(file), "--overwrite")

    assert ask("SELECT name, caption FROM projects_attachment") == [("平面图.pdf", "园区平面图")]
    assert (files / stored.place()).read_bytes() == content


def test_rows_are_not_replaced_unasked(backup):
    execute(CHANGE)
    with pytest.raises(CommandError, match="加 --overwrite"):
        call("restore", str(backup))
    assert ask(NOTES) == [("changed",)]


def cut(file):
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def change_a_byte(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.once(but=3)
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "已损坏"),
        (change_a_byte, "已损坏"),
        (lambda file: file.write_bytes(b""), "已损坏"),
        (lambda file: zipfile.ZipFile(file, "w").close(), "已损坏"),
        (lambda file: rewritten(file, sha256="0"), "校验值不符"),
        (lambda file: rewritten(file, tables=7), "已损坏"),
        (lambda file: rewritten(file, tables={}), "已损坏"),
        (lambda file: rewritten(file, created_at="昨天"), "已损坏"),
        (lambda file: rewritten(file, created_at=None), "已损坏"),
        (lambda file: rewritten(file, migrations=["programs.0009"]), "备份说的迁移不是"),
        (lambda file: rewritten(file, format=0), "别的版本"),
        (lambda file: rewritten(file, part="database.other"), "另一种数据库"),
        (Path.unlink, "打不开"),
    ],
    ids=[
        *("cut", "byte", "empty", "bare", "hash", "no tables", "empty tables", "day", "no day"),
        *("migrations", "format", "other", "missing"),
    ],
)
def test_damaged_backup_is_refused(backup, damage, words):
    execute(CHANGE)
    damage(backup)
    with pytest.raises(CommandError, match=words):
        call("restore", str(backup), "--overwrite")
    assert ask(NOTES) == [("changed",)]


def test_rows_that_are_not_those_of_the_manifest_are_not_put_in_place(backup):
    execute(CHANGE)
    tables = manifest_of(backup)["tables"]
    rows, hashed = tables["programs_region"]
    rewritten(backup, tables=tables | {"programs_region": [rows + 1, hashed], "gone": [0, ""]})
    with pytest.raises(CommandError, match="没有启用：gone、programs_region。"):
        call("restore", str(backup), "--overwrite")
    assert ask(NOTES) == [("changed",)]


def test_interrupted_restore_changes_nothing(backup, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    execute(CHANGE)
    monkeypatch.setattr(backups, "check_same", interrupt)
    with pytest.raises(KeyboardInterrupt):
        call("restore", str(backup), "--overwrite")
    assert ask(NOTES) == [("changed",)]
    if IS_SQLITE:
        folder = Path(connection.settings_dict["NAME"]).parent
        assert not [path.name for path in folder.iterdir() if "before" in path.name]
    else:
        made = "SELECT count(*) FROM pg_database WHERE datname LIKE '%_restoring'"
        assert ask(made, "template1") == [(0,)]


def test_interrupted_backup_leaves_no_file(folder, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(backups, "hash_of", interrupt)
    with pytest.raises(KeyboardInterrupt):
        call("backup", "--to", str(folder))
    assert list(folder.iterdir()) == []


def test_backup_onto_a_full_disk_says_so_and_leaves_no_file(folder, monkeypatch):
    def fill_up(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backups, "pack", fill_up)
    with pytest.raises(CommandError, match="写不了备份：No space left on device"):
        call("backup", "--to", str(folder))
    assert list(folder.iterdir()) == []


def kill_at(name, monkeypatch, *command):
    """Let a command's own process be killed when it comes to a function."""
    with monkeypatch.context() as patched:
        patched.setattr(backups, name, lambda *args: os.kill(os.getpid(), signal.SIGKILL))
        child = os.fork()
        if child == 0:
            try:
                call(*command)
            finally:
                os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def unfinished_in(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(backups.UNFINISHED)]


@pytest.mark.parametrize("again", ["restore", "backup"])
def test_next_run_removes_what_a_killed_restore_left(backup, monkeypatch, tmp_path, again):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    place = backups.copies().folder
    kill_at("check_same", monkeypatch, "restore", str(backup), "--overwrite")
    assert len(unfinished_in(place)) == 1
    if again == "restore":
        call("restore", str(backup), "--overwrite")
    else:
        backup.unlink()
        call("backup", "--to", str(backup.parent))
    assert unfinished_in(place) == []


def test_next_backup_removes_what_a_killed_one_left(folder, monkeypatch):
    kill_at("pack", monkeypatch, "backup", "--to", str(folder))
    assert len(unfinished_in(folder)) == 1
    call("backup", "--to", str(folder))
    (file,) = folder.iterdir()
    assert file.suffix == ".zip"


def test_unfinished_files_of_a_living_process_stay(folder):
    with backups.workplace(folder) as one, backups.workplace(folder) as other:
        assert one.is_dir()
        assert other.is_dir()
    assert list(folder.iterdir()) == []


def test_backup_wants_a_folder_that_is_there(tmp_path):
    with pytest.raises(CommandError, match="没有文件夹"):
        call("backup", "--to", str(tmp_path / "nowhere"))


def write_pairs(stop, failures):
    """Two rows in each transaction, until told to stop: no moment has one without the other."""
    try:
        with connected() as other:
            number = 0
            while not stop.is_set():
                number += 1
                other.execute("BEGIN")
                for half in "ab":
                    other.execute(
                        "INSERT INTO django_session VALUES"
                        f" ('{half}{number}', '{'x' * 200}', '2026-01-01')"
                    )
                other.execute("COMMIT")
    except Exception as error:
        failures.append(error)


def test_backup_is_one_moment_while_people_write(folder):
    stop, failures = threading.Event(), []
    writer = threading.Thread(target=write_pairs, args=(stop, failures))
    writer.start()
    try:
        while ask("SELECT count(*) FROM django_session") < [(10,)]:
            pass
        call("backup", "--to", str(folder))
    finally:
        stop.set()
        writer.join()
    (file,) = folder.iterdir()
    ((written,),) = ask("SELECT count(*) FROM django_session")
    call("restore", str(file), "--overwrite")
    halves = dict(ask("SELECT substr(session_key, 1, 1), count(*) FROM django_session GROUP BY 1"))
    assert failures == []
    assert halves["a"] == halves["b"]
    assert 10 <= sum(halves.values()) == manifest_of(file)["tables"]["django_session"][0] < written


@pytest.mark.skipif(not IS_SQLITE, reason="PostgreSQL sends those away who are connected")
def test_who_has_the_file_open_goes_on_with_the_rows_put_back(backup):
    with connected() as other:
        other.execute(CHANGE)
        call("restore", str(backup), "--overwrite")
        assert other.execute(NOTES).fetchall() != [("changed",)]
        other.execute(CHANGE)
    assert ask(NOTES) == [("changed",)]


@pytest.mark.skipif(IS_SQLITE, reason="SQLite lets them go on")
def test_who_is_connected_is_sent_away_and_comes_back(backup):
    with connected() as other:
        other.execute(CHANGE)
        call("restore", str(backup), "--overwrite")
        with pytest.raises(connection.Database.OperationalError):
            other.execute(NOTES)
    assert ask(NOTES) != [("changed",)]


def names_beside():
    """What stands in the folder of SQLite's file besides it and its logs."""
    path = Path(connection.settings_dict["NAME"])
    own = {path.name, f"{path.name}-wal", f"{path.name}-shm"}
    return sorted({other.name for other in path.parent.iterdir()} - own)


@pytest.mark.skipif(not IS_SQLITE, reason="PostgreSQL keeps the database itself")
def test_rows_stored_while_those_before_are_kept_are_kept_too(backup, monkeypatch):
    written = sqlite_copies.write_copy
    changes = iter([CHANGE, "DELETE FROM django_session"])

    def write_and_be_late(file, target):
        written(file, target)
        if change := next(changes, None):
            execute(change)

    monkeypatch.setattr(sqlite_copies, "write_copy", write_and_be_late)
    kept = call("restore", str(backup), "--overwrite").split("另存为 ")[1].split("，")[0]
    assert ask(NOTES, kept) == [("changed",)]


@pytest.mark.skipif(not IS_SQLITE, reason="PostgreSQL sends writers away")
def test_who_writes_on_and_on_keeps_a_restore_back(backup, monkeypatch):
    written = sqlite_copies.write_copy

    def write_and_be_late(file, target):
        written(file, target)
        execute("UPDATE programs_region SET note = note || '!'")

    execute("UPDATE programs_region SET note = ''")
    monkeypatch.setattr(sqlite_copies, "write_copy", write_and_be_late)
    with pytest.raises(CommandError, match="一直有人在写数据库"):
        call("restore", str(backup), "--overwrite")
    assert ask(NOTES) == [("!" * sqlite_copies.TRIES,)]
    assert names_beside() == []


@pytest.mark.skipif(not IS_SQLITE, reason="about SQLite's file")
def test_interrupted_keeping_of_rows_leaves_no_file(backup, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    execute(CHANGE)
    monkeypatch.setattr(sqlite_copies.shutil, "copymode", interrupt)
    with pytest.raises(KeyboardInterrupt):
        call("restore", str(backup), "--overwrite")
    assert ask(NOTES) == [("changed",)]
    assert names_beside() == []


@pytest.mark.skipif(not IS_SQLITE, reason="PostgreSQL holds its references always")
def test_database_with_a_broken_reference_can_be_replaced(backup):
    """The day on which a restore is needed most."""
    rows = ask("SELECT * FROM programs_region ORDER BY id")
    execute("UPDATE programs_region SET parent_id = 987654321 WHERE parent_id IS NOT NULL")
    kept = call("restore", str(backup), "--overwrite").split("另存为 ")[1].split("，")[0]
    assert ask("SELECT * FROM programs_region ORDER BY id") == rows
    broken = "SELECT count(*) > 0 FROM programs_region WHERE parent_id = 987654321"
    assert ask(broken, kept) == [(1,)]


@pytest.mark.skipif(not IS_SQLITE, reason="about SQLite's file")
def test_full_disk_is_not_called_a_damaged_file(tmp_path):
    path = tmp_path / "full"

    def fill_up():
        with sqlite_copies.opened(path) as file:
            file.execute("CREATE TABLE rows (words text)")
            file.execute("PRAGMA max_page_count = 2")
            file.execute("INSERT INTO rows VALUES (zeroblob(99999))")

    with pytest.raises(CommandError) as told:
        fill_up()
    assert str(told.value) == f"{path} 不能用：database or disk is full。"


@pytest.mark.skipif(IS_SQLITE, reason="PostgreSQL cuts long names")
def test_name_that_leaves_no_room_beside_it_is_refused(backup, monkeypatch):
    copies = postgres_copies.PostgresCopies()
    copies.name = "x" * 41
    with pytest.raises(CommandError, match="太长"), copies.prepared(backup):
        pass


@pytest.mark.skipif(not IS_SQLITE, reason="about SQLite's file")
def test_damaged_file_of_the_site_is_to_be_moved_away_first(backup):
    Path(connection.settings_dict["NAME"]).write_bytes(b"no database at all" * 99)
    with pytest.raises(CommandError, match="移到别处"):
        call("restore", str(backup), "--overwrite")


def test_programs_of_postgres_are_looked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres_copies, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="找不到 pg_dump。请安装 PostgreSQL 15 的客户端程序。"):
        postgres_copies.found("pg_dump", 15)


def test_newest_program_is_taken_unless_older_than_the_server(monkeypatch, tmp_path):
    for version in (13, 14):
        program = tmp_path / str(version) / "bin" / "pg_dump"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.1'\n")
        program.chmod(0o700)
    monkeypatch.setattr(postgres_copies, "DEBIAN", tmp_path)
    monkeypatch.setattr(postgres_copies.shutil, "which", lambda name: None)
    assert postgres_copies.found("pg_dump", 14) == program
    with pytest.raises(CommandError, match="14 版，比服务器的 15 版旧"):
        postgres_copies.found("pg_dump", 15)


# Backup as a habit


@pytest.fixture
def keys(settings, tmp_path):
    """The file of a private key; backups are for its public one."""
    identity = pyrage.x25519.Identity.generate()
    settings.BACKUP_RECIPIENT = str(identity.to_public())
    path = tmp_path / "key.txt"
    path.write_text(f"# a comment\n{identity}\n")
    return path


def test_backup_for_a_recipient_is_read_by_nobody_else(folder, keys, tmp_path):
    rows = ask("SELECT * FROM programs_region ORDER BY id")
    call("backup", "--to", str(folder))
    (file,) = folder.iterdir()
    assert file.name.endswith(".zip.age")
    assert file.stat().st_mode & 0o777 == 0o600
    assert not zipfile.is_zipfile(file)
    with pytest.raises(CommandError, match="--identity"):
        call("restore", str(file), "--overwrite")
    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(CommandError, match="解不开"):
        call("restore", str(file), "--overwrite", "--identity", str(other))
    execute(CHANGE)
    call("restore", str(file), "--overwrite", "--identity", str(keys))
    assert ask("SELECT * FROM programs_region ORDER BY id") == rows


@pytest.mark.parametrize("recipient", ["age1x", "ssh-ed25519 AAAA", "用户"])
def test_wrong_recipient_leaves_no_backup(folder, settings, recipient):
    settings.BACKUP_RECIPIENT = recipient
    with pytest.raises(CommandError, match="公钥"):
        call("backup", "--to", str(folder))
    assert not [*folder.iterdir()]


@pytest.mark.parametrize("content", [None, "", "AGE-SECRET-KEY-1X"])
def test_wrong_identity_is_told(folder, keys, content):
    call("backup", "--to", str(folder))
    (file,) = folder.iterdir()
    keys.unlink() if content is None else keys.write_text(content)
    with pytest.raises(CommandError):
        call("restore", str(file), "--overwrite", "--identity", str(keys))


def test_newest_backup_is_verified_and_nothing_else_changes(backup, folder):
    (folder / "aidtracker-20200101-000000.zip").touch()
    execute(CHANGE)
    assert "备份可以恢复" in call("restore", str(folder), "--verify")
    assert ask(NOTES) == [("changed",)]
    assert json.loads((folder / backups.VERIFIED).read_text())["file"] == backup.name


def test_damaged_backup_is_not_verified(backup, folder):
    rewritten(backup, sha256="0")
    with pytest.raises(CommandError, match="已损坏"):
        call("restore", str(folder), "--verify")
    assert not (folder / backups.VERIFIED).exists()


def test_folder_without_backups_is_told(folder):
    with pytest.raises(CommandError, match="没有备份"):
        call("restore", str(folder), "--verify")


def test_dry_run_writes_and_deletes_nothing(folder):
    old = folder / "aidtracker-20200101-000000.zip"
    for name in (old.name, "aidtracker-20200101-120000.zip"):
        (folder / name).touch()
    before = {*folder.iterdir()}
    said = call("backup", "--to", str(folder), "--rotate", "--dry-run")
    assert f"会删除旧备份：{old}" in said
    assert {*folder.iterdir()} == before


def test_old_backups_go_when_a_new_one_is_whole(folder, monkeypatch):
    start = datetime(2026, 1, 1, 1, tzinfo=UTC)
    made = [(Path(str(number)), start + timedelta(hours=12 * number)) for number in range(2000)]
    gone = {*backups.outdated(made)}
    kept = [at for path, at in made if path not in gone]
    days = {at.date() for _, at in made}
    assert max(at for _, at in made) in kept
    # Fourteen days, eight weeks and 24 months, of which some are the same backup.
    assert 24 + 8 <= len(kept) <= 24 + 8 + 14
    assert {*sorted(days)[-14:]} <= {at.date() for at in kept}
    with monkeypatch.context() as patch:
        patch.setattr(backups, "write", fail_to_write)
        (folder / "aidtracker-20200101-000000.zip").touch()
        (folder / "aidtracker-20200101-120000.zip").touch()
        with pytest.raises(CommandError):
            call("backup", "--to", str(folder), "--rotate")
    assert len([*folder.iterdir()]) == 2
    call("backup", "--to", str(folder), "--rotate")
    assert len([*folder.iterdir()]) == 2


def fail_to_write(*args):
    raise OSError(errno.ENOSPC, "No space left on device")
