"""Copies of a PostgreSQL database, by the server's own programs, while others read and write."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection

DEBIAN = Path("/usr/lib/postgresql")
TRIES = 5
# PostgreSQL cuts names after 63 bytes: what stands beside a longer one could be called as it is.
LONGEST_NAME = 40
SEND_AWAY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = %s AND backend_type = 'client backend'
"""
# Parameters that only Django's driver knows.
OF_DRIVER = {"context", "cursor_factory", "prepare_threshold"}
# Nobody's names and rights: whoever restores owns what is restored.
OF_NOBODY = ("--no-owner", "--no-privileges")
NO_ROWS = [0, hashlib.sha256().hexdigest()]
# The same rows are written alike whatever the server's settings.
AS_TEXT = "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'"


class PostgresCopies:
    """The database of the site, and a new one beside it while one is restored."""

    part = "database.dump"

    def __init__(self) -> None:
        self.name = connection.settings_dict["NAME"]
        self.new = f"{self.name}_restoring"
        self.folder = Path(tempfile.gettempdir())

    @contextmanager
    def connected(self, name: str) -> Iterator[Any]:
        """A connection of its own, in which each statement is a transaction."""
        connect = connection.Database.connect
        parameters = connection.get_connection_params() | {"dbname": name}
        try:
            with connect(**parameters, autocommit=True) as server:
                yield server
        except connection.Database.Error as error:
            raise CommandError(f"PostgreSQL：{error}") from error

    def beside(self) -> Any:
        """Connected to the cluster, but not to the database of the site."""
        return self.connected("template1" if self.name == "postgres" else "postgres")

    def copy(self, target: Path, left_out: Collection[str] = ()) -> dict[str, Any]:
        with self.connected(self.name) as server:
            server.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            (snapshot,) = server.execute("SELECT pg_export_snapshot()").fetchone()
            options = ["--format=custom", f"--snapshot={snapshot}", f"--file={target}"]
            options += [f"--exclude-table-data={name}" for name in left_out]
            run("pg_dump", server, *options)
            return contents_of(server, left_out)

    def filled(self) -> set[str]:
        with self.connected(self.name) as server:
            first = {name: f'SELECT 1 FROM "{name}" LIMIT 1' for name in tables(server)}
            return {name for name, query in first.items() if server.execute(query).fetchone()}

    @contextmanager
    def prepared(self, part: Path) -> Iterator[dict[str, Any]]:
        if len(self.name.encode()) > LONGEST_NAME:
            raise CommandError(f"数据库名 {self.name} 太长，没有恢复。请改成 40 个字节以内的。")
        with self.beside() as server:
            drop = f'DROP DATABASE IF EXISTS "{self.new}"'
            server.execute(drop)
            self.create(server)
            try:
                with self.connected(self.new) as new:
                    run("pg_restore", new, "--exit-on-error", "--single-transaction", str(part))
                    new.execute("ANALYZE")  # a copy has no statistics, and queries take seconds
                    contents = contents_of(new)
                yield contents
            finally:
                server.execute(drop)

    def create(self, server: Any) -> None:
        """Make the new database, which sorts texts as the one before does."""
        locale = "SELECT datcollate, datctype FROM pg_database WHERE datname = %s"
        collate, ctype = server.execute(locale, [self.name]).fetchone()
        options = f"ENCODING 'UTF8' LC_COLLATE '{collate}' LC_CTYPE '{ctype}'"
        try:
            server.execute(f'CREATE DATABASE "{self.new}" TEMPLATE template0 {options}')
        except connection.Database.errors.InsufficientPrivilege as error:
            raise CommandError(
                "这个数据库用户不能建立新数据库，没有恢复。"
                f"请让管理员执行 ALTER ROLE {server.info.user} CREATEDB。"
            ) from error

    def switch(self, part: Path, stamp: str) -> str:
        """Exchange both databases' names in one transaction; who is connected is sent away."""
        before = f"{self.name}_before_{stamp}"
        connection.close()
        with self.beside() as server:
            for _ in range(TRIES):
                server.execute(SEND_AWAY, [self.name])
                try:
                    with server.transaction():
                        server.execute(f'ALTER DATABASE "{self.name}" RENAME TO "{before}"')
                        server.execute(f'ALTER DATABASE "{self.new}" RENAME TO "{self.name}"')
                except connection.Database.errors.ObjectInUse:
                    continue
                if not stamp:
                    server.execute(f'DROP DATABASE "{before}"')
                return before if stamp else ""
        raise CommandError("一直有人连接数据库，没有恢复。请先停止网站。")


def tables(server: Any) -> list[str]:
    named = "SELECT tablename FROM pg_tables WHERE schemaname = CURRENT_SCHEMA() ORDER BY 1"
    return [name for (name,) in server.execute(named).fetchall()]


def contents_of(server: Any, left_out: Collection[str] = ()) -> dict[str, Any]:
    """Count and hash each table; those `left_out` as if they had no rows."""
    server.execute(AS_TEXT)
    names = tables(server)
    migrations = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
    done = server.execute(migrations).fetchall() if "django_migrations" in names else []
    return {
        "tables": {name: NO_ROWS if name in left_out else counted(server, name) for name in names},
        "migrations": [name for (name,) in done],
    }


def counted(server: Any, name: str) -> list[Any]:
    """How many rows a table has, and the hash of all, in an order that no locale changes."""
    digest, rows = hashlib.sha256(), 0
    query = f'SELECT one.* FROM "{name}" AS one ORDER BY one::text COLLATE "C"'
    with server.cursor().copy(f"COPY ({query}) TO STDOUT") as lines:
        for line in lines:
            digest.update(line)
            rows += bytes(line).count(b"\n")
    return [rows, digest.hexdigest()]


def run(name: str, server: Any, *options: str) -> None:
    """Call a program of PostgreSQL on the database that a connection has open."""
    program = found(name, server.info.server_version // 10_000)
    parameters = connection.get_connection_params() | {"dbname": server.info.dbname}
    # A password among the options could be read by everybody on this machine.
    password = parameters.pop("password", None)
    given = {key: value for key, value in parameters.items() if key not in OF_DRIVER}
    database = connection.Database.conninfo.make_conninfo(**given)
    result = subprocess.run(
        [program, f"--dbname={database}", "--no-password", *OF_NOBODY, *options],
        env=os.environ | ({"PGPASSWORD": password} if password else {}),
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise CommandError(f"{name} 失败：{result.stderr.strip()}")


def found(name: str, server: int) -> Path:
    """The newest of a program, in PATH or where Debian has it; not older than the server."""
    paths = [*DEBIAN.glob(f"*/bin/{name}")]
    if on_path := shutil.which(name):
        paths.append(Path(on_path))
    if not paths:
        raise CommandError(f"找不到 {name}。请安装 PostgreSQL {server} 的客户端程序。")
    newest = max(paths, key=version_of)
    if version_of(newest) < server:
        raise CommandError(
            f"{name} 是 {version_of(newest)} 版，比服务器的 {server} 版旧。"
            f"请安装 PostgreSQL {server} 的客户端程序。"
        )
    return newest


def version_of(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    number = re.search(r"(\d+)", said)
    return int(number[1]) if number else 0
