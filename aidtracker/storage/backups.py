"""Backups: one file with the whole database and a manifest that a restore verifies.

The manifest counts and hashes the rows of every table, as they were at the moment of the copy.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pyrage
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from aidtracker.storage.kept_files import (
    added,
    check_files,
    editions_to_keep,
    files_to_keep,
    put_back,
)
from aidtracker.storage.postgres_copies import PostgresCopies
from aidtracker.storage.sqlite_copies import SqliteCopies

MANIFEST = "manifest.json"
FORMAT = 1
UNFINISHED = ".aidtracker-unfinished-"
STAMP = "%Y%m%d-%H%M%S"
ENCRYPTED = ".age"
# Of backups, the newest of a day is kept for so many days, of a week and a month for so many.
KEPT = (("%Y-%m-%d", 14), ("%G-%V", 8), ("%Y-%m", 24))
VERIFIED = "verified.json"
# Whose rows `migrate` writes into an empty database.
OF_MIGRATIONS = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "aidtracker_editionstep",
}
# What is on its way: uploads that wait, forms not saved yet, and the queue. Only their empty tables
# are in a backup.
LEFT_OUT = (
    "aidtracker_upload",
    "aidtracker_unsavedform",
    "django_tasks_database_dbtaskresult",
)
DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, KeyError, TypeError, ValueError)


class Copies(Protocol):
    """What a kind of database does for its backups.

    Contents are {"tables": {name: [rows, hash]}, "migrations": [name]}.
    """

    part: str
    folder: Path
    """Where a restore unpacks."""

    def copy(self, target: Path, left_out: Collection[str] = ()) -> dict[str, Any]:
        """Write one moment of the database into a file, and return the contents of that moment.

        The tables `left_out` are empty there.
        """

    def filled(self) -> set[str]:
        """The tables that have rows; none if there is no database."""

    def prepared(self, part: Path) -> AbstractContextManager[dict[str, Any]]:
        """Restore into a new place, which is gone at the end if not switched; give contents."""

    def switch(self, part: Path, stamp: str) -> str:
        """Put what is prepared in place at once; return where the rows before are kept.

        Without a stamp there are none to keep.
        """


def copies() -> Copies:
    return SqliteCopies() if connection.vendor == "sqlite" else PostgresCopies()


def back_up(folder: Path, with_files: bool = True) -> tuple[Path, dict[str, Any]]:
    """Write a backup into a folder; return its file, which is whole or not there, and manifest."""
    if not folder.is_dir():
        raise CommandError(f"没有文件夹 {folder}。")
    now, database = timezone.localtime(), copies()
    end = ENCRYPTED if settings.BACKUP_RECIPIENT else ""
    target = folder / f"aidtracker-{now.strftime(STAMP)}.zip{end}"
    if target.exists():
        raise CommandError(f"{target} 已经存在。")
    try:
        return target, write(target, now.isoformat(), database, with_files)
    except OSError as error:
        raise CommandError(f"{folder} 里写不了备份：{error.strerror}。") from error


def finished(folder: Path) -> Iterator[tuple[Path, datetime]]:
    """The backups of a folder and when they were begun; only whole ones have such names."""
    for path in folder.glob("aidtracker-*.zip*"):
        stamp, _, end = path.name.removeprefix("aidtracker-").partition(".")
        if end in ("zip", f"zip{ENCRYPTED}"):
            with suppress(ValueError):
                yield path, timezone.make_aware(datetime.strptime(stamp, STAMP))


def newest(folder: Path) -> tuple[Path, datetime] | None:
    """The backup of a folder that was begun last; None if there is none."""
    return max(finished(folder), key=lambda backup: backup[1], default=None)


def extent(manifest: dict[str, Any]) -> str:
    """How much a backup holds, in words."""
    tables = manifest["tables"].values()
    files = f"、{len(manifest['files'])} 个附件" if manifest.get("files") else ""
    return f"{len(tables)} 张表、{sum(rows for rows, _ in tables)} 行{files}"


def outdated(backups: Iterable[tuple[Path, datetime]]) -> list[Path]:
    """Those that no day, week or month needs any more; the newest is always kept."""
    newest_first = sorted(backups, key=lambda backup: backup[1], reverse=True)
    kept: set[Path] = set()
    for period, number in KEPT:
        # The last of a period that is put in is its newest.
        of_period = {at.strftime(period): path for path, at in reversed(newest_first)}
        latest = sorted({at.strftime(period) for _, at in newest_first}, reverse=True)[:number]
        kept |= {of_period[name] for name in latest}
    return [path for path, _ in newest_first if path not in kept]


def verify(file: Path, identity: Path | None = None) -> dict[str, Any]:
    """Restore a backup into a new place, compare every table, and take the place away again.

    Nothing else is touched. Returns the manifest; leaves word beside the file that it was verified.
    """
    database = copies()
    with workplace(database.folder) as unfinished:
        archive = opened(file, unfinished, identity)
        manifest, part = unpack(archive, unfinished, database.part)
        check_files(archive, manifest)
        with database.prepared(part) as contents:
            check_same(manifest, contents)
    word = {"file": file.name, "at": timezone.localtime().isoformat()}
    with suppress(OSError):  # a folder that is only read is no reason to call a backup bad
        (file.parent / VERIFIED).write_text(json.dumps(word))
    return manifest


def write(
    target: Path, created_at: str, database: Copies, with_files: bool = True
) -> dict[str, Any]:
    """Make a backup beside its place and put it there when it is whole; return its manifest."""
    clear(database.folder)
    with workplace(target.parent) as unfinished:
        part, packed = unfinished / database.part, unfinished / "packed.zip"
        contents = database.copy(part, LEFT_OUT)
        manifest = {
            "format": FORMAT,
            "created_at": created_at,
            "part": database.part,
            "sha256": hash_of(part),
            **contents,
        }
        # After the database: no row of it names a file that is not here yet, and what is not
        # named any more stays for some days.
        pack(packed, part, manifest, [*files_to_keep(), *editions_to_keep()] if with_files else ())
        if settings.BACKUP_RECIPIENT:
            packed = encrypted(packed)
        packed.rename(target)
    return manifest


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """A private folder for what is not finished; what killed processes left of theirs goes."""
    clear(folder)
    made = tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder)
    with made as unfinished, locked(Path(unfinished)):
        yield Path(unfinished)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder until the end of the block, or of the process. Raises OSError if one does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def clear(folder: Path) -> None:
    """Remove the workplaces of which no process is left."""
    for unfinished in folder.glob(f"{UNFINISHED}*"):
        with suppress(OSError), locked(unfinished):
            shutil.rmtree(unfinished)


def pack(target: Path, part: Path, manifest: dict[str, Any], files: Iterable[str] = ()) -> None:
    """Write and reread the file; it holds what passwords were made into, so it is private.

    The manifest, which says the hash of each file, is written when all of them are.
    """
    with os.fdopen(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(part, part.name)
            manifest["files"] = {name: added(archive, name) for name in files}
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        file.flush()
        os.fsync(file.fileno())
    with zipfile.ZipFile(target) as archive:
        if archive.testzip():
            raise CommandError("备份写出后读不回来，没有保留；请检查磁盘。")


def encrypted(file: Path) -> Path:
    """A file that only the holder of BACKUP_RECIPIENT's other half can read, in the age format."""
    target = file.with_name(file.name + ENCRYPTED)
    try:
        recipient = pyrage.x25519.Recipient.from_str(settings.BACKUP_RECIPIENT)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
        pyrage.encrypt_file(str(file), str(target), [recipient])
    except (pyrage.RecipientError, pyrage.EncryptError) as error:
        raise CommandError(
            "BACKUP_RECIPIENT 不是 age 的公钥（age1…），没有备份。用 age-keygen 生成。"
        ) from error
    return target


def opened(file: Path, folder: Path, identity: Path | None) -> Path:
    """The backup itself; one that is encrypted is decrypted into the folder first."""
    if file.suffix != ENCRYPTED:
        return file
    if identity is None:
        raise CommandError(f"{file} 是加密的备份，请用 --identity 指明私钥文件。")
    target = folder / "opened.zip"
    try:
        lines = identity.read_text().splitlines()
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if is_key(line)]
        pyrage.decrypt_file(str(file), str(target), keys)
    except OSError as error:
        raise CommandError(f"{error.filename or file} 打不开：{error.strerror}。") from error
    except (pyrage.IdentityError, pyrage.DecryptError) as error:
        raise CommandError(f"{file} 用这个私钥解不开，或者已经损坏。") from error
    return target


def is_key(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore(
    file: Path, overwrite: bool, identity: Path | None = None
) -> tuple[dict[str, Any], str]:
    """Put a backup in place of the database: verified first, then switched at once.

    Returns the manifest and where the rows before are kept.
    """
    database = copies()
    with workplace(database.folder) as unfinished:
        archive = opened(file, unfinished, identity)
        manifest, part = unpack(archive, unfinished, database.part)
        check_files(archive, manifest)
        is_filled = bool(database.filled() - OF_MIGRATIONS)
        if is_filled and not overwrite:
            raise CommandError(
                "数据库里已有记录，没有恢复。确定要用备份代替它们，请加 --overwrite。"
            )
        with database.prepared(part) as contents:
            check_same(manifest, contents)
            stamp = timezone.localtime().strftime(STAMP) if is_filled else ""
            put_back(archive, manifest)
            return manifest, database.switch(part, stamp)


def unpack(file: Path, folder: Path, wanted: str) -> tuple[dict[str, Any], Path]:
    """Manifest and database out of a backup. Raises CommandError if it is damaged or another's."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise CommandError(f"{file} 是别的版本的程序写的备份。")
            if manifest["part"] != wanted:
                raise CommandError(f"{file} 是另一种数据库的备份：{manifest['part']}。")
            datetime.fromisoformat(manifest["created_at"])
            tables = dict(manifest["tables"])
            part = Path(archive.extract(wanted, folder))
            if hash_of(part) != manifest["sha256"] or not tables:
                raise ValueError("数据库的校验值不符")
    except OSError as error:
        raise CommandError(f"{file} 打不开，或没有地方解压：{error.strerror}。") from error
    except DAMAGES as error:
        raise CommandError(f"备份 {file} 已损坏，没有恢复：{error}。") from error
    return manifest, part


def check_same(manifest: dict[str, Any], contents: dict[str, Any]) -> None:
    """Raise CommandError, naming the tables, if what was restored is not what was backed up."""
    wanted, found = manifest["tables"], contents["tables"]
    names = sorted(
        name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)
    )
    if names:
        raise CommandError(f"恢复出来的记录和备份时不同，没有启用：{'、'.join(names)}。")
    if manifest.get("migrations") != contents["migrations"]:
        raise CommandError("备份说的迁移不是数据库里的迁移，没有启用。")
