"""How many rows each table of the record has, kept by the database itself.

A trigger on every table adds what came and takes off what went, in the transaction of the change,
whoever wrote. Rows are counted apart by their review and by what else a model says (`COUNTED_BY`).
How many the public may see follows: the published ones but for the few that name one it may not,
which an index finds. `manage.py check_summaries` counts everything anew and compares.
"""

from collections.abc import Container, Iterable, Iterator
from typing import Any

from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from aidtracker.ground.datasets import record_models
from aidtracker.ground.publication import PUBLISHED, concealed
from aidtracker.ground.triggers import Watch

PREFIX = "tally_"
BETWEEN = "|"


class Tally(models.Model):
    """行数: by how much the rows of a kind in a table became more; their sum is how many there are.

    On PostgreSQL each statement adds a row, so that no writer waits for another; now and then one
    puts the rows of earlier ones together. SQLite, where one writes at a time, has one row a kind.
    """

    name = models.CharField("表", max_length=63)
    kind = models.CharField("类", max_length=100)
    change = models.BigIntegerField("增减")

    class Meta:
        verbose_name = "行数"
        verbose_name_plural = "行数"
        ordering = ("name", "kind", "pk")
        indexes = (models.Index(fields=("name", "kind"), name="tally_name_kind"),)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} {self.kind}: {self.change}"


TABLE = Tally._meta.db_table

# What a truncated table had goes without a look at the rows. Only the own table's rows are put
# together: whoever counts it anew keeps all writers of it out, and so finds them all.
POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {{schema}}.{PREFIX}rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    came CONSTANT text := 'SELECT ' || TG_ARGV[0] || ' AS kind, 1 AS change FROM came';
    went CONSTANT text := 'SELECT ' || TG_ARGV[0] || ' AS kind, -1 AS change FROM went';
    changes text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM {{schema}}.{TABLE} WHERE name = TG_TABLE_NAME;
        RETURN NULL;
    END IF;
    changes := CASE TG_OP WHEN 'INSERT' THEN came WHEN 'DELETE' THEN went
        ELSE came || ' UNION ALL ' || went END;
    EXECUTE 'INSERT INTO {{schema}}.{TABLE} (name, kind, change) SELECT $1, kind, SUM(change)'
        || ' FROM (' || changes || ') AS each GROUP BY kind HAVING SUM(change) <> 0'
        USING TG_TABLE_NAME;
    IF random() < 0.03 AND current_setting('transaction_isolation') = 'read committed' THEN
        WITH old AS (
            DELETE FROM {{schema}}.{TABLE} WHERE id IN (
                SELECT id FROM {{schema}}.{TABLE} WHERE name = TG_TABLE_NAME FOR UPDATE SKIP LOCKED
            ) RETURNING kind, change
        )
        INSERT INTO {{schema}}.{TABLE} (name, kind, change)
            SELECT TG_TABLE_NAME, kind, SUM(change) FROM old GROUP BY kind HAVING SUM(change) <> 0;
    END IF;
    RETURN NULL;
END $$
"""
POSTGRES_EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS came",
    "UPDATE": "REFERENCING NEW TABLE AS came OLD TABLE AS went",
    "DELETE": "REFERENCING OLD TABLE AS went",
    "TRUNCATE": "",
}


def counted_by(model: type[Any]) -> list[models.Field]:
    """The columns by whose values rows of a model are counted apart."""
    names = [model.REVIEW] if model.REVIEW else model.COUNTED_BY
    return [model._meta.get_field(name) for name in names]


def kind_sql(model: type[Any], row: str = "") -> str:
    """The kind of a row as it is counted, in SQL; `row` is what the row is called there."""
    place = f"{row}." if row else ""
    parts = []
    for field in counted_by(model):
        said = f'{place}"{field.column}"'
        is_flag = isinstance(field, models.BooleanField)
        parts.append(f"CAST(CAST({said} AS integer) AS text)" if is_flag else said)
    return f" || '{BETWEEN}' || ".join(parts) or "''"


def kind_of(model: type[Any], **values: Any) -> str:
    """The kind of rows with these values, as it is counted."""
    said = (values[field.name] for field in counted_by(model))
    return BETWEEN.join(str(int(one) if isinstance(one, bool) else one) for one in said)


def triggers(vendor: str) -> Iterator[tuple[str, str]]:
    """Each table with the SQL of one of its triggers."""
    make = sqlite_triggers if vendor == "sqlite" else postgres_triggers
    return ((model._meta.db_table, sql) for model in record_models() for sql in make(model))


def postgres_triggers(model: type[Any]) -> Iterator[str]:
    call = "EXECUTE FUNCTION {}rows({})".format(
        PREFIX, "'{}'".format(kind_sql(model).replace("'", "''"))
    )
    for event, rows in POSTGRES_EVENTS.items():
        if event != "UPDATE" or counted_by(model):
            yield f'AFTER {event} ON "{model._meta.db_table}" {rows} FOR EACH STATEMENT {call}'


def sqlite_triggers(model: type[Any]) -> Iterator[str]:
    table, new, old = model._meta.db_table, kind_sql(model, "NEW"), kind_sql(model, "OLD")
    # No ON CONFLICT: what the statement outside says of conflicts would hold for it, too.
    came = f"""
        INSERT INTO {TABLE} (name, kind, change) SELECT '{table}', {new}, 0 WHERE NOT EXISTS
            (SELECT 1 FROM {TABLE} WHERE name = '{table}' AND kind = {new});
        UPDATE {TABLE} SET change = change + 1 WHERE name = '{table}' AND kind = {new};
    """
    went = f"UPDATE {TABLE} SET change = change - 1 WHERE name = '{table}' AND kind = {old};"
    yield f'AFTER INSERT ON "{table}" FOR EACH ROW BEGIN {came} END'
    yield f'AFTER DELETE ON "{table}" FOR EACH ROW BEGIN {went} END'
    if names := ", ".join(f'"{field.column}"' for field in counted_by(model)):
        event = f'AFTER UPDATE OF {names} ON "{table}" FOR EACH ROW WHEN {new} <> {old}'
        yield f"{event} BEGIN {came} {went} END"


def count_anew(database: BaseDatabaseWrapper, tables: Container[str] | None = None) -> None:
    """Count the rows of all or some tables, one after the other; who writes to it waits."""
    for model in record_models():
        table = model._meta.db_table
        if tables is not None and table not in tables:
            continue
        with transaction.atomic(database.alias), database.cursor() as cursor:
            if database.vendor == "postgresql":
                cursor.execute(f'LOCK TABLE "{table}" IN SHARE MODE')
            cursor.execute(f"DELETE FROM {TABLE} WHERE name = %s", [table])
            cursor.execute(
                f"INSERT INTO {TABLE} (name, kind, change)"
                f' SELECT %s, {kind_sql(model)}, COUNT(*) FROM "{table}" GROUP BY 2',
                [table],
            )


TALLIES = Watch(PREFIX, Tally, POSTGRES_FUNCTION, triggers, count_anew)


# What is known


def by_kind(model: type[Any]) -> dict[str, int]:
    """How many rows of each kind a model has."""
    rows = Tally.objects.filter(name=model._meta.db_table).order_by().values_list("kind")
    return {kind: many for kind, many in rows.annotate(many=Sum("change")) if many}


def public_totals(several: Iterable[type[Any]]) -> dict[type[Any], int]:
    """How many rows of each model the public may see: one query, and so of one moment."""
    found = list(several)
    parts = [part for at, model in enumerate(found) for part in parts_of(at, model)]
    totals = dict.fromkeys(found, 0)
    for at, many in parts[0].union(*parts[1:], all=True) if parts else ():
        totals[found[at]] += many
    return totals


def parts_of(at: int, model: type[Any]) -> Iterator[QuerySet]:
    """The published rows of a model, and what is to be taken off: (`at`, number)."""
    rows = Tally.objects.filter(name=model._meta.db_table)
    if model.REVIEW:
        rows = rows.filter(kind=kind_of(model, **{model.REVIEW: PUBLISHED}))
    yield numbered(at, rows, Coalesce(Sum("change"), 0))
    if (away := concealed(model)) is not None:
        yield numbered(at, away, -Count("pk"))


def numbered(at: int, rows: QuerySet, many: Any) -> QuerySet:
    return (
        rows.order_by()
        .annotate(at=Value(at))
        .values("at")
        .annotate(many=many)
        .values_list("at", "many")
    )
