"""Pages of a list of any length: the numbers of the rows by an index, then only these rows.

What no index counts quickly is counted only up to a bound. Rows are told apart by their order, so
the far half of a list whose length is known is read from its end.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from django.core.paginator import EmptyPage, Page, Paginator
from django.db import connection
from django.db.models import Expression, IntegerField, QuerySet

from aidtracker.ground import edition
from aidtracker.ground.inner_queries import expecting_many
from aidtracker.ground.ways import first_numbers

PAGE_SIZE = 50
MOST_COUNTED = 10_000
DAY = 24 * 3600
NEAR = 3  # pages on either side that a list without end leads to


def in_transaction() -> bool:
    return connection.in_atomic_block


def kept(name: str, count: Callable[[], Any]) -> Any:
    """What changes only with the record, counted once for each edition of it."""
    if in_transaction():  # whose own changes need not be another edition yet
        return count()
    # First the edition, then the count: it may be newer than its name, not older.
    key = f"{name}:{edition.of_request()}".replace(" ", "-")
    found = caches["default"].get(key)
    if found is None:
        found = count()
        caches["default"].set(key, found, DAY)
    return found


class MoreThan(int):
    """As far as was counted, where there is more."""

    def __str__(self) -> str:
        return f"超过 {int(self)}"


def in_words(counted: int, most: int = 0) -> int:
    """A count up to the bound, and of more than that the bound, which says so."""
    most = most or MOST_COUNTED
    return MoreThan(most) if counted > most else counted


class CountedUpTo(Expression):
    """How many rows a query finds, or one more than are counted.

    Its SQL is made apart, and once: of dozens beside each other Django would take each apart again.
    """

    output_field: Any = IntegerField()

    def __init__(self, rows: QuerySet, most: int = 0) -> None:
        super().__init__()
        self.rows = rows.order_by().values("pk")[: (most or MOST_COUNTED) + 1]
        self.made: dict[str, tuple[str, Any]] = {}  # which copies share

    @property
    def identity(self) -> tuple[Any, ...]:
        return type(self), id(self.rows)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        if connection.vendor not in self.made:
            self.made[connection.vendor] = self.make(connection)
        return self.made[connection.vendor]

    def make(self, connection: Any) -> tuple[str, Any]:
        try:
            sql, parameters = self.rows.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            return "0", ()
        return f"(SELECT COUNT(*) FROM ({sql}) AS counted)", parameters


class KeyPaginator(Paginator):
    """Pages of row numbers; `total` says how many rows there are, if that is known.

    `is_open`: there are more rows than are counted, and so no last page. Those of fewer rows are
    sorted by `in_order` once their numbers are known, if it is given: what a database expects of
    conditions is often wrong, and it then goes through all rows in order to find a few.
    `numbers` has those of all rows in order, where they are kept.
    """

    def __init__(
        self,
        rows: QuerySet,
        total: int | None = None,
        size: int = 0,
        in_order: Callable[[list[Any]], QuerySet] | None = None,
        numbers: Callable[[], list[Any]] | None = None,
    ) -> None:
        super().__init__(rows, size or PAGE_SIZE)
        self.total, self.in_order, self.numbers = total, in_order, numbers

    @cached_property
    def found(self) -> list[Any]:
        """The numbers of the rows, in no order; at most one more than are counted."""
        return first_numbers(self.object_list, MOST_COUNTED + 1)

    @cached_property
    def sorted(self) -> list[Any]:
        """Those numbers in order: all, as for the first of them a database may again go through
        all rows there are, in order."""
        return list(self.in_order(self.found).values_list("pk", flat=True)) if self.in_order else []

    @cached_property
    def counted(self) -> int:
        """How many rows there are, or one more than are counted."""
        if self.total is not None:
            return self.total
        if self.in_order:
            return len(self.found)
        # Without what is said of each: counted in a part, it would be read.
        return self.object_list.order_by().values("pk")[: MOST_COUNTED + 1].count()

    @property
    def is_open(self) -> bool:
        return self.total is None and self.counted > MOST_COUNTED

    @property
    def count(self) -> int:
        return min(self.counted, MOST_COUNTED) if self.is_open else self.counted

    def validate_number(self, number: Any) -> int:
        """As in any list; in an open one, every page that has rows."""
        try:
            return super().validate_number(number)
        except EmptyPage:
            if not self.is_open or int(number) < 1:
                raise
            if not self.keys((int(number) - 1) * self.per_page, 1):
                self.total = self.counted = self.object_list.order_by().count()
                self.__dict__.pop("num_pages", None)  # kept from the bound
                raise
            return int(number)

    def get_elided_page_range(self, number: Any = 1, **kwargs: Any) -> Iterator[Any]:
        """Without a last page: the first, and those around this one."""
        if not self.is_open:
            yield from super().get_elided_page_range(number, **kwargs)
            return
        number = self.validate_number(number)
        first, last = max(number - NEAR, 1), min(number + NEAR, self.count // self.per_page)
        if last <= number:
            last = number + bool(self.keys(number * self.per_page, 1))
        yield from [1, self.ELLIPSIS][: first - 1]
        yield from range(first, last + 1)
        yield self.ELLIPSIS

    def page(self, number: Any) -> "KeyPage":
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = self.keys(start, self.per_page + 1)
        return KeyPage(keys, number, self)

    def keys(self, start: int, size: int) -> list[Any]:
        """The numbers of some rows, read from whichever end of the list is nearer."""
        if not self.counted:
            return []
        if self.numbers:
            return self.numbers()[start : start + size]
        if self.in_order and self.total is None and not self.is_open:
            return self.sorted[start : start + size]
        rows = self.object_list.values_list("pk", flat=True)
        if self.is_open:
            with expecting_many():
                return list(rows[start : start + size])
        if start <= self.counted // 2:
            return list(rows[start : start + size])
        end = self.counted - start
        return list(rows.reverse()[max(end - size, 0) : end])[::-1]


class KeyPage(Page):
    """One page of row numbers; `keys` has one more where rows follow."""

    def __init__(self, keys: list[Any], number: int, paginator: KeyPaginator) -> None:
        super().__init__(keys[: paginator.per_page], number, paginator)
        self.has_more = len(keys) > paginator.per_page

    def has_next(self) -> bool:
        return self.has_more

    def end_index(self) -> int:
        return self.start_index() + len(self.object_list) - 1 if self.object_list else 0
