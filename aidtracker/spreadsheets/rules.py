"""The rules of a table, asked of many rows that are not stored yet, in a few queries.

The database itself evaluates them over the rows' values, so that an import hears the same answer
before it writes as it would hear afterwards.
"""

from django.db import connections, models, router
from django.db.models.sql import Query

BATCH = 400
NUMERIC = (models.DecimalField, models.IntegerField, models.ForeignKey, models.BigAutoField)


def broken_checks(rows, model):
    """Yield (place in `rows`, CheckConstraint) for each check that a row breaks."""
    checks = [rule for rule in model._meta.constraints if isinstance(rule, models.CheckConstraint)]
    if not checks:
        return
    connection = connections[router.db_for_write(model)]
    names = {name for check in checks for name in check.condition.referenced_base_fields}
    fields = [field for field in model._meta.concrete_fields if field.name in names]
    conditions, params = [], []
    for check in checks:
        query = Query(model, alias_cols=False)
        sql, values = query.build_where(check.condition).as_sql(
            query.get_compiler(connection=connection), connection
        )
        conditions.append(f"NOT ({sql})")
        params += values
    for start in range(0, len(rows), BATCH):
        head, given = candidates(rows[start : start + BATCH], fields, connection)
        verdicts = ", ".join(f"CASE WHEN {one} THEN 1 ELSE 0 END" for one in conditions)
        sql = f"{head} SELECT place, {verdicts} FROM typed WHERE {' OR '.join(conditions)}"
        with connection.cursor() as cursor:
            cursor.execute(sql, [*given, *params, *params])
            for place, *broken in cursor.fetchall():
                yield from (
                    (start + place, check)
                    for check, is_broken in zip(checks, broken, strict=True)
                    if is_broken
                )


def candidates(rows, fields, connection):
    """SQL that names the rows' values `typed`, a table with the model's own columns."""
    quote = connection.ops.quote_name
    plain = ", ".join(f"c{number}" for number in range(len(fields)))
    typed = ", ".join(
        f"{cast(f'c{number}', field, connection)} AS {quote(field.column)}"
        for number, field in enumerate(fields)
    )
    marks = ", ".join(["%s"] * (len(fields) + 1))
    values = ", ".join([f"({marks})"] * len(rows))
    given = []
    for place, row in enumerate(rows):
        given.append(place)
        given += [
            field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields
        ]
    return (
        f"WITH raw (place, {plain}) AS (VALUES {values}),"
        f" typed AS (SELECT CAST(place AS integer) AS place, {typed} FROM raw)"
    ), given


def cast(name, field, connection):
    """A column of VALUES with its type; SQLite takes a text for a number only when told."""
    if connection.vendor == "sqlite" and not isinstance(field, NUMERIC):
        return name
    return f"CAST({name} AS {field.db_type(connection).removesuffix(' unsigned')})"


def unique_sets(model):
    """The sets of fields whose values must be unique, with the message: (fields, rule, message)."""
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield (field,), None, f"{field.verbose_name}与别的记录相同。"
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and rule.fields:
            fields = tuple(map(model._meta.get_field, rule.fields))
            yield fields, rule, rule.violation_error_message


def repeated(rows, model, touched):
    """Yield (place in `rows`, fields, message) for each row whose values another row has already.

    `touched` says of each row which fields it sets: all of a new row's.
    """
    key = {path.partition("__")[0] for path in model.KEY}
    own = {row.pk for row in rows if row.pk}
    for fields, rule, message in unique_sets(model):
        names = {field.name for field in fields}
        if names == key:
            continue
        wanted: dict[tuple, int] = {}
        for place, row in enumerate(rows):
            values = tuple(getattr(row, field.attname) for field in fields)
            if not names & touched[place] or is_exempt(values, rule):
                continue
            if values in wanted:
                yield place, fields, message
            wanted.setdefault(values, place)
        for values in stored_values(model, fields, wanted, own):
            if values in wanted:
                yield wanted[values], fields, message


def is_exempt(values, rule):
    """Whether values are too empty to be compared."""
    if rule is None or rule.condition is not None:
        return any(value in (None, "") for value in values)
    return rule.nulls_distinct is not False and None in values


def stored_values(model, fields, wanted, own):
    """The values of stored rows, besides the `own`, that begin as one of those wanted does."""
    firsts = sorted({values[0] for values in wanted if values[0] is not None}, key=str)
    names = [field.attname for field in fields]
    for start in range(0, len(firsts), BATCH):
        rows = model._base_manager.filter(**{f"{names[0]}__in": firsts[start : start + BATCH]})
        for pk, *values in rows.values_list("pk", *names):
            if pk not in own:
                yield tuple(values)
