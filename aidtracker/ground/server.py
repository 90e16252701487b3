"""Whether the database server is set up for a site: told by `check --database` and at the start.

Only what costs whole seconds or whole rows: a default that fits a laptop, safety that was
switched off, a version that is too old.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.core.checks import Tags, Warning, register
from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

MB = 1024 * 1024
OLDEST = 15
# Settings of PostgreSQL, in bytes where they are sizes: (what is wrong with it, advice).
Rule = tuple[Callable[[str], bool], str]
RULES: dict[str, Rule] = {
    "jit": (lambda said: said == "on", "查询编译（jit）开着，一页会慢几秒：设为 off"),
    "shared_buffers": (
        lambda said: int(said) < 256 * MB,
        "共享内存 shared_buffers 不到 256MB：设为内存的四分之一",
    ),
    "work_mem": (
        lambda said: int(said) < 16 * MB,
        "排序内存 work_mem 不到 16MB：设为 16MB 至 64MB",
    ),
    "random_page_cost": (
        lambda said: float(said) > 2,
        "random_page_cost 大于 2，会不用索引：固态硬盘设为 1.1",
    ),
    "fsync": (lambda said: said == "off", "fsync 关着，断电会损坏数据库：设为 on"),
    "full_page_writes": (
        lambda said: said == "off",
        "full_page_writes 关着，断电会损坏数据库：设为 on",
    ),
    "synchronous_commit": (
        lambda said: said == "off",
        "synchronous_commit 关着，断电会丢失刚保存的记录：设为 on",
    ),
}
UNITS = {"8kB": 8 * 1024, "kB": 1024, "MB": MB}


def faults(database: BaseDatabaseWrapper) -> Iterator[str]:
    """What is badly set, each with advice."""
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
            if mode not in ("wal", "memory"):
                yield f"SQLite 的日志方式是 {mode}，读写会互相等待：设为 WAL"
            return
        version = database.connection.info.server_version // 10_000
        if version < OLDEST:
            yield f"PostgreSQL {version} 太旧：升级到 {OLDEST} 或更新的版本"
        marks = ", ".join(["%s"] * len(RULES))
        cursor.execute(
            f"SELECT name, setting, unit FROM pg_settings WHERE name IN ({marks})", [*RULES]
        )
        said = {name: in_bytes(setting, unit) for name, setting, unit in cursor.fetchall()}
    yield from (advice for name, (is_bad, advice) in RULES.items() if is_bad(said[name]))


def in_bytes(setting: str, unit: str | None) -> str:
    return str(int(setting) * UNITS[unit]) if unit in UNITS else setting


@register(Tags.database)
def check_server(
    app_configs: Any, databases: Collection[str] | None = None, **kwargs: Any
) -> list[Warning]:
    """Warn of how a server is set; asked for by `check --database default` and by `migrate`."""
    return [
        Warning(f"数据库设置：{fault}。", hint="docs/operations.md", id="server.W001")
        for alias in databases or ()
        for fault in faults(connections[alias])
    ]


def warn() -> None:
    """Log how the server is badly set, when the site starts."""
    database = connections["default"]
    try:
        for fault in faults(database):
            logging.getLogger(__name__).warning("数据库设置：%s。", fault)
    except Error:
        return  # a database that is away is told by the pages
    finally:
        database.close()
