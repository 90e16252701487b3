"""Whether the database has the tables and columns that the program's models name.

Asked when the site starts, and when a query names what is not there: after a program was replaced
and its database was not, people read what to do instead of an error at log-in.
"""

import logging
import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from django.apps import apps
from django.db import DatabaseError, Error, connection
from django.db.migrations.executor import MigrationExecutor

from aidtracker.ground import triggers

SHOWN = 5
ADVICE = (
    "请先停止网站，备份（manage.py backup --to 目录），再运行 manage.py migrate；"
    "之后仍然这样，见 docs/upgrading.md。"
)
COLUMNS = {
    "sqlite": """
        SELECT stored.name, info.name, info."notnull" AND info.dflt_value IS NULL
        FROM sqlite_master AS stored, pragma_table_info(stored.name) AS info
        WHERE stored.type = 'table'
    """,
    "postgresql": """
        SELECT table_name, column_name,
            is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
        FROM information_schema.columns WHERE table_schema = CURRENT_SCHEMA()
    """,
}
# What PostgreSQL calls a table and a column that are not there, and how SQLite words it.
UNDEFINED = {"42P01", "42703"}
NOT_THERE = ("no such table", "no such column", "has no column named")


def differences() -> list[str]:
    """How the database differs from what the program expects, in words; empty if it fits."""
    return [*differences_of_migrations(), *differences_of_tables(), *differences_of_triggers()]


def differences_of_migrations() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    loader = executor.loader
    for migration, _ in executor.migration_plan(loader.graph.leaf_nodes()):
        yield f"迁移 {migration} 还没有执行"
    for app, name in sorted(loader.applied_migrations.keys() - loader.disk_migrations.keys()):
        if app in loader.migrated_apps:
            yield f"迁移 {app}.{name} 执行过，程序里却没有（程序比数据库旧）"


def differences_of_tables() -> Iterator[str]:
    """A column too many matters only if every new row has to fill it."""
    stored = stored_columns()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        table = model._meta.db_table
        if table not in stored:
            yield f"没有表 {table}"
            continue
        wanted = {field.column for field in model._meta.local_concrete_fields}
        if missing := wanted - stored[table].keys():
            yield f"表 {table} 缺少列 {'、'.join(sorted(missing))}"
        for name, is_required in stored[table].items():
            if is_required and name not in wanted:
                yield f"表 {table} 多出必填的列 {name}"


def differences_of_triggers() -> Iterator[str]:
    """Without them, pages and counts stay as they are whatever is published."""
    for table in sorted(triggers.missing()):
        yield f"表 {table} 缺少触发器"


def stored_columns() -> dict[str, dict[str, bool]]:
    """The columns of each table, and whether a row must fill them.

    Django's own introspection trips over our constraints on SQLite, and asks table by table.
    """
    tables: dict[str, dict[str, bool]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS[connection.vendor])
        for table, column, is_required in cursor.fetchall():
            tables[table][column] = bool(is_required)
    return tables


def in_words(found: list[str]) -> str:
    """One paragraph that says how the database differs and what to do."""
    rest = f"……共 {len(found)} 处" if len(found) > SHOWN else ""
    return f"数据库和程序不一致：{'；'.join(found[:SHOWN])}{rest}。{ADVICE}"


def warn() -> None:
    """Log how the database differs, when the site starts; one that is away is told by its pages."""
    try:
        if found := differences():
            logging.getLogger(__name__).warning(in_words(found))
    except Error:
        return
    finally:
        # A server that starts others must not share its connection with them.
        connection.close()


def is_outdated(error: Exception) -> bool:
    """Whether an error comes from a database that does not fit; not so for a wrong query."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        is_about_names = any(words in str(cause) for words in NOT_THERE)
    else:
        is_about_names = getattr(cause, "sqlstate", None) in UNDEFINED
    try:
        return is_about_names and bool(differences())
    except DatabaseError:
        return False
