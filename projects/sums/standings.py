"""How what was set out to do stands on a day, in SQL.

By the counts of the ledger; where it lacks one, by what a document says of the same time. A hedge
counts as its words allow: 超过1000 reaches a plan of 1000, but says nothing about one of 5000. A
plan is the number that was printed, whatever its hedge.
"""

from datetime import date
from functools import partial
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DecimalField,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Left, Length, Substr
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils import timezone

from aidtracker.ground.made_once import MadeExpression
from projects.models import Observation, Target
from projects.models.figure_queries import MOMENT

PLANS = ("target", "plan", "agreement")
DONE = ("actual",)


class Standing(TextChoices):
    """How what is done stands to what was planned on a day."""

    REACHED = "reached", "达到计划"
    OPEN = "open", "未到期"
    LATE = "late", "到期未达到"
    UNKNOWN = "unknown", "无法判断"


class Ground(TextChoices):
    """What a standing rests on."""

    LEDGER = "ledger", "台账"
    DOCUMENT = "document", "文献"


class Number(Func):
    """A figure in its unit: SQLite keeps whole thousandths."""

    output_field: Any = DecimalField(max_digits=18, decimal_places=3)
    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s / 1000.0)", **extra)


class Day(Func):
    """A day as partial dates are kept, which are no dates to a database."""

    output_field: Any = CharField()
    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "TO_CHAR(%(expressions)s, 'YYYY-MM-DD')"
        return self.as_sql(compiler, connection, template=template, **extra)


def with_standing(rows: QuerySet, today: date | None = None) -> QuerySet:
    """Targets with their `standing` today, and the `ground` it rests on; empty if it is unknown."""
    day = f"{today or timezone.localdate():%Y-%m-%d}"
    name = "standing", day
    standing = MadeExpression(name, Target, partial(standing_on, day), CharField())
    ground = Case(
        When(standing=Standing.UNKNOWN, then=Value("")),
        When(planned__isnull=False, done__isnull=False, then=Value(Ground.LEDGER)),
        default=Value(Ground.DOCUMENT),
        output_field=CharField(),
    )
    return rows.annotate(standing=standing).annotate(ground=ground)


def standing_on(today: str) -> Case:
    """How a target stands on a day."""
    day = Value(today)
    is_over = ~Q(ends_on="") & Q(LessThan(F("ends_on"), Left(day, Length("ends_on"))))
    done = in_time()
    plan = Coalesce("planned", first(planned_then(), Number("value")))
    low = Coalesce("done", first(done, end_of("lower")))
    high = Coalesce("done", first(done, end_of("upper")))
    is_whole = Case(When(done__isnull=False, then=True), default=first(done, F("is_whole")))
    is_late = Q(is_over) & Q(Exact(is_whole, True)) & Q(LessThan(high, plan))
    return Case(
        When(GreaterThanOrEqual(low, plan), then=Value(Standing.REACHED)),
        When(is_late, then=Value(Standing.LATE)),
        When(~Q(is_over) & Q(LessThan(low, plan)), then=Value(Standing.OPEN)),
        default=Value(Standing.UNKNOWN),
        output_field=CharField(),
    )


def said() -> QuerySet:
    """What documents say of a target of an outer query, in its unit, the best first."""
    public = Observation.objects.published().in_use()
    figures = public.filter(series=OuterRef("series"), series__metric__unit=OuterRef("unit"))
    return figures.annotate(day=Day(MOMENT)).best_first()


def planned_then() -> QuerySet:
    return said().filter(Q(day=None) | is_of_time(), nature__in=PLANS)


def in_time() -> QuerySet:
    """What was reached in the time of a target, and whether in all of it.

    The last days of a month or year count as its end. Where nobody said when a target starts, it
    is at the latest with the year that it ends in.
    """
    start, end = OuterRef("starts_on"), OuterRef("ends_on")
    last = Concat(end, Substr(Value("-12-28"), Length(end) - 3))
    start = Case(
        When(Exact(start, Value("")), then=Left(end, 4)), default=start, output_field=CharField()
    )
    first_day = Concat(start, Substr(Value("-01-01"), Length(start) - 3))
    is_whole = Q(GreaterThanOrEqual(F("day"), last)) & (
        Q(period_start=None) | Q(LessThanOrEqual(Day("period_start"), first_day))
    )
    return (
        said()
        .filter(is_of_time(), nature__in=DONE)
        .annotate(
            is_whole=Case(When(is_whole, then=True), default=False, output_field=BooleanField())
        )
    )


def is_of_time() -> Q:
    """Whether a figure speaks of the time that a target ends with; of one without an end, any."""
    end = OuterRef("ends_on")
    return Q(Exact(end, Value(""))) | Q(Exact(Left("day", Length(end)), end))


def end_of(bound: str) -> Any:
    """How much a figure says at least or at most; nothing where its words set no bound."""
    return Case(When(qualifier="exact", then=Number("value")), default=Number(bound))


def first(figures: QuerySet, value: Any) -> Subquery:
    return Subquery(figures.values(found=value)[:1])
