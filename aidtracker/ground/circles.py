"""Rows that name others of their own table: none may stand above, or before, itself."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models

from aidtracker.ground.inner_queries import Above

CLASS = 0x6C6F6F70  # sets these locks apart from others of the application
CIRCLE = "这样“{label}”就绕成了一个圈，一条记录会在自己的上面或前面；请改正其中一条。"


def own_keys(model: type[models.Model]) -> list[models.Field]:
    """The fields by which rows name others of their own table."""
    return [field for field in model._meta.concrete_fields if field.related_model is model]


def hold_order(model: type[models.Model]) -> None:
    """Let nobody else put rows of a model above each other until the transaction ends.

    Two people who each put one of two rows above the other would not see each other; so the second
    waits for the first one's commit, and sees it. On SQLite a transaction that writes is alone.
    """
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            asked = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
            cursor.execute(asked, [CLASS, model._meta.db_table])


def circle_closed(label: str) -> str:
    return CIRCLE.format(label=label)


def check_circles(row: Any, exclude: set[str]) -> None:
    """Refuse a row that would stand above itself; what it names as it is stored keeps the rule.

    Raises ValidationError.
    """
    rows, before = type(row)._base_manager, row.as_read
    for field in own_keys(type(row)) if row.pk is not None else ():
        above = getattr(row, field.attname)
        is_kept = before is not None and getattr(before, field.attname) == above
        if above is None or is_kept or field.name in exclude:
            continue
        hold_order(type(row))
        reached = Above(rows.filter(pk=above), field.name)
        if rows.filter(pk=row.pk, pk__inside=reached).exists():
            raise ValidationError({field.name: circle_closed(str(field.verbose_name))})


def circles(rows: Sequence[Any], model: type[models.Model]) -> Iterator[tuple[int, models.Field]]:
    """Yield (place in `rows`, field) for each of many rows that would stand above itself.

    Each row is looked at once, however long the chains are.
    """
    for field in own_keys(model):
        above = dict(model._base_manager.order_by().values_list("pk", field.attname))
        places = {}
        for place, row in enumerate(rows):
            places[node(row)] = place
            at_hand = field.get_cached_value(row, None)
            above[node(row)] = node(at_hand) if at_hand else getattr(row, field.attname)
        for one in in_circles(above, places):
            yield places[one], field


def node(row: Any) -> Any:
    """What stands for a row: its number, or for a new one the object itself."""
    return row.pk or ("new", id(row))


def in_circles(above: dict, starts: dict) -> Iterator[Any]:
    """Those of `starts` from which following `above` leads back to them."""
    done: set = set()
    for start in starts:
        path: dict = {}
        one = start
        while one is not None and one not in done and one not in path:
            path[one] = len(path)
            one = above.get(one)
        if one in path:
            yield from (other for other in path if path[other] >= path[one] and other in starts)
        done |= path.keys()
