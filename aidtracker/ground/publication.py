"""Which rows the public may see: one rule for pages, downloads, totals, counts and searches.

A row that names others is seen with them. Nearly all can be seen, so the database is asked for the
few that cannot, once for a query, instead of joining what each row names.
"""

from collections.abc import Iterator
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet

from aidtracker.ground import edition
from aidtracker.ground.features import PUBLISHED
from aidtracker.ground.inner_queries import Fixed, Sql, sql_of

MOST_KNOWN = 50_000  # of hidden rows whose numbers go along in queries


class Hidden(Fixed):
    """The rows that the public may not see: asked for once where a page of an edition is made.

    Each query would find them anew, which takes longer than all else where many figures are. Which
    they are changes only with the edition. Elsewhere, as in a transaction, they are asked for in
    the query: to know them first costs more than a few dozen queries save. SQLite finds them once
    for a query and holds so few that it does not matter.
    """

    known: tuple[str, Sql] = ("", ("", ()))

    def sql(self, connection: Any) -> Sql:
        if connection.vendor != "postgresql" or connection.in_atomic_block:
            return super().sql(connection)
        if not (number := edition.known()):
            return super().sql(connection)
        known = self.known
        if known[0] != number:
            with edition.held(""):  # what it asks for itself is no part of what is remembered
                known = self.known = number, self.numbers(connection)
        return known[1]

    def numbers(self, connection: Any) -> Sql:
        """The numbers in the text of the query; of very many, the query for them."""
        sql, parameters = super().sql(connection)
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT {MOST_KNOWN + 1}", parameters)
            found = sorted(number for (number,) in cursor.fetchall())
        if len(found) > MOST_KNOWN:
            return sql, parameters
        return sql_of(found, connection.vendor), ()


@cache
def public_rule(model: type[Any], path: str = "") -> Q:
    """The condition that the public may see a row of `model`, which stands at the end of `path`.

    A reviewed row must be published, and so must the rows of `PUBLIC_WITH`, where it names them;
    some kinds of rows have a condition of their own.
    """
    prefix = f"{path}__" if path else ""
    rule = Q(**{f"{prefix}{model.REVIEW}": PUBLISHED}) if model.REVIEW else Q()
    rule &= model.public_condition(prefix)
    for name, named in named_with(model):
        seen = Q(**{f"{prefix}{name}__outside": fixed_hidden(named)})
        is_open = model._meta.get_field(name).null
        rule &= (Q(**{f"{prefix}{name}": None}) | seen) if is_open else seen
    return rule


def hidden(model: type[Any]) -> QuerySet:
    """The rows that the public may not see; the contrary of `public_rule`, for an index to find."""
    return model._base_manager.filter(reduce(or_, reasons_to_hide(model), Q(pk__in=())))


@cache
def fixed_hidden(model: type[Any]) -> Hidden:
    """`hidden`, for conditions of rows that name one of them."""
    return Hidden(hidden(model))


def concealed(model: type[Any]) -> QuerySet | None:
    """The published rows that the public may not see all the same; None if there can be none."""
    reasons = [*further_reasons(model)]
    if not reasons:
        return None
    rows = model._base_manager.filter(**{model.REVIEW: PUBLISHED} if model.REVIEW else {})
    return rows.filter(reduce(or_, reasons))


def reasons_to_hide(model: type[Any]) -> Iterator[Q]:
    """The conditions for any of which the public may not see a row, each with an index."""
    if model.REVIEW:
        # An index finds what is smaller or greater, but not what is other.
        yield Q(**{f"{model.REVIEW}__lt": PUBLISHED})
        yield Q(**{f"{model.REVIEW}__gt": PUBLISHED})
    yield from further_reasons(model)


def further_reasons(model: type[Any]) -> Iterator[Q]:
    """The conditions, besides its review, for any of which the public may not see a row."""
    if condition := model.public_condition(""):
        yield ~condition
    for name, named in named_with(model):
        yield Q(**{f"{name}__inside": fixed_hidden(named)})


def named_with(model: type[Any]) -> list[tuple[str, type[Model]]]:
    """The foreign keys to rows that may be hidden, and this one with them, and their models."""
    found = [(name, model._meta.get_field(name).related_model) for name in model.PUBLIC_WITH]
    return [(name, named) for name, named in found if can_be_hidden(named)]


def can_be_hidden(model: type[Any]) -> bool:
    return bool(model.REVIEW or model.public_condition("") or named_with(model))
