"""Copies of a SQLite database, taken and put back while others read and write."""

import hashlib
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection

SECONDS = 60
TRIES = 5
BUSY = "一直有人在写数据库，没有恢复。请先停止网站。"
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SqliteCopies:
    """The file of the site, opened without Django."""

    part = "database.sqlite3"

    def __init__(self) -> None:
        self.path = Path(connection.settings_dict["NAME"])
        self.folder = self.path.parent

    def copy(self, target: Path, left_out: Collection[str] = ()) -> dict[str, Any]:
        if not self.path.exists():
            raise CommandError(f"没有数据库 {self.path}。")
        with opened(self.path) as source:
            write_copy(source, target)
        if left_out:
            empty(target, left_out)
        return contents_of(target)

    def filled(self) -> set[str]:
        if not self.path.exists():
            return set()
        with opened(self.path) as file:
            first = {name: f'SELECT 1 FROM "{name}" LIMIT 1' for name in tables(file)}
            return {name for name, query in first.items() if file.execute(query).fetchone()}

    @contextmanager
    def prepared(self, part: Path) -> Iterator[dict[str, Any]]:
        """The unpacked file is the new place."""
        yield contents_of(part)

    def switch(self, part: Path, stamp: str) -> str:
        """Write all pages in one transaction: processes that have the file open go on with it.

        A file put under its name would leave them, and the log beside it, with the old one.
        """
        before = self.path.with_name(f"{self.path.name}.before-{stamp}")
        with opened(part) as source, opened(self.path) as target:
            if stamp:
                self.keep(target, part.parent, before)
            source.backup(target, progress=waiting_until(time.monotonic() + SECONDS))
        return str(before) if stamp else ""

    def keep(self, file: sqlite3.Connection, folder: Path, before: Path) -> None:
        """Copy the rows as they are, sound or not, and anew if somebody stored more meanwhile."""
        for number in range(TRIES):
            unfinished = folder / f"{before.name}-{number}"
            version = version_of(file)
            write_copy(file, unfinished)
            if version_of(file) == version:
                shutil.copymode(self.path, unfinished)
                unfinished.rename(before)
                return
            unfinished.unlink()
        raise CommandError(BUSY)


def write_copy(file: sqlite3.Connection, target: Path) -> None:
    try:
        file.execute("VACUUM INTO ?", [str(target)])
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
            raise
        raise CommandError(f"磁盘已满：{target.parent} 里放不下数据库的拷贝。") from error


def version_of(file: sqlite3.Connection) -> int:
    """A number that is another one after any other connection has stored something."""
    return file.execute("PRAGMA data_version").fetchone()[0]


def empty(path: Path, names: Collection[str]) -> None:
    """Take all rows out of some tables of a copy, and what they were out of the file."""
    with opened(path) as file:
        for name in names:
            file.execute(f'DELETE FROM "{name}"')
        file.execute("VACUUM")


def waiting_until(end: float) -> Any:
    """What ends a wait for somebody who goes on writing."""

    def report(status: int, remaining: int, total: int) -> None:
        if status != sqlite3.SQLITE_DONE and time.monotonic() > end:
            raise CommandError(BUSY)

    return report


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(path, timeout=SECONDS, isolation_level=None)) as file:
            yield file
    except sqlite3.Error as error:
        # The lower byte says which error, the upper ones which kind of it; none: of Python's own.
        is_damaged = getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED
        advice = "请把它和旁边的 -wal、-shm 文件移到别处，再恢复。" if is_damaged else ""
        raise CommandError(f"{path} 不能用：{error}。{advice}") from error


def tables(file: sqlite3.Connection) -> list[str]:
    names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in names if not name.startswith("sqlite_")]


def contents_of(path: Path) -> dict[str, Any]:
    """Count and hash each table. Raises CommandError if the file is not whole."""
    with opened(path) as file:
        faults = [word for (word,) in file.execute("PRAGMA integrity_check") if word != "ok"]
        if faults or file.execute("PRAGMA foreign_key_check").fetchone():
            words = "；".join(faults) or "有记录引用不存在的记录"
            raise CommandError(f"数据库不完整：{words}。")
        names = tables(file)
        migrations = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
        done = file.execute(migrations).fetchall() if "django_migrations" in names else []
        file.text_factory = bytes
        return {
            "tables": {name: counted(file, name) for name in names},
            "migrations": [name for (name,) in done],
        }


def counted(file: sqlite3.Connection, name: str) -> list[Any]:
    """How many rows a table has, and the hash of all of them."""
    digest, rows = hashlib.sha256(), 0
    for row in file.execute(f'SELECT * FROM "{name}"'):
        digest.update(repr(row).encode())
        rows += 1
    return [rows, digest.hexdigest()]
