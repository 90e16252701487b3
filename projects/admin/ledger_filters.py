"""Filters of the ledgers: by month, by the headquarters that reports, by what began or ended."""

from django.db import connection
from django.db.models import OuterRef, Q, Subquery

from aidtracker.desk.skin import CheckboxFilter
from aidtracker.ground.months import in_chinese, last_complete_month, month_of, month_text, previous
from aidtracker.ground.scope import readable
from programs.models import Headquarters

MONTHS_OFFERED = 24


class MonthFilter(CheckboxFilter):
    """The months that the rows are about, the latest first."""

    title = "月份"
    parameter_name = "in_month"

    def lookups(self, request, model_admin):
        months = latest_months(readable(model_admin.model._default_manager.all(), request.user))
        return [(month_text(month), in_chinese(month)) for month in months]

    def queryset(self, request, queryset):
        months = [month for month in map(month_or_none, self.value() or ()) if month]
        return queryset.filter(month__in=months) if months else queryset

    def rule(self, rows, choice):
        return Q(month=month_of(choice))


# From one month to the next before it by the index: very many rows are of the same few months.
LATEST_MONTHS = """
    WITH RECURSIVE own(month) AS NOT MATERIALIZED ({}), found(month) AS (
        SELECT MAX(month) FROM own
        UNION ALL
        SELECT (SELECT MAX(own.month) FROM own WHERE own.month < found.month) FROM found
        WHERE found.month IS NOT NULL
    )
    SELECT month FROM found WHERE month IS NOT NULL LIMIT %s
"""


def latest_months(rows):
    """The latest months that rows of a ledger are about, each once."""
    sql, values = rows.order_by().values("month").query.sql_with_params()
    to_date = rows.model._meta.get_field("month").to_python
    with connection.cursor() as cursor:
        cursor.execute(LATEST_MONTHS.format(sql), [*values, MONTHS_OFFERED])
        return [to_date(month) for (month,) in cursor.fetchall()]


def month_or_none(text):
    """The month that an address names; None for none."""
    try:
        return month_of(text)
    except ValueError:
        return None


class OwnerFilter(CheckboxFilter):
    """The headquarters whose rows these are; only those that have some are offered."""

    title = "援疆指挥部"
    parameter_name = "command"

    def lookups(self, request, model_admin):
        rows = readable(model_admin.model._default_manager.all(), request.user)
        own = rows.filter(**{model_admin.model.OWNERS[0]: OuterRef("pk")}).order_by()
        # Each is asked for: all are named, by very many.
        found = Headquarters.objects.alias(first=Subquery(own.values("pk")[:1]))
        offered = found.filter(first__isnull=False).values_list("pk", "name")
        return [(str(pk), name) for pk, name in offered]

    def narrowed(self, rows, ticked):
        return rows.filter(**{f"{rows.model.OWNERS[0]}__in": ticked})

    def rule(self, rows, choice):
        return Q(**{rows.model.OWNERS[0]: choice})


class TurnoverFilter(CheckboxFilter):
    """Outlets that opened or closed in the month to report about, or in the one before."""

    title = "开业与关闭"
    parameter_name = "turnover"
    KINDS = (("opened_on", "开业"), ("closed_on", "关闭"))

    def lookups(self, request, model_admin):
        month = last_complete_month()
        return [
            (f"{name}:{month_text(one)}", f"{in_chinese(one)}{label}")
            for one in (month, previous(month))
            for name, label in self.KINDS
        ]

    def narrowed(self, rows, ticked):
        rule = Q()
        for choice in ticked:
            rule |= self.rule(rows, choice)
        return rows.filter(rule)

    def rule(self, rows, choice):
        name, month = choice.split(":")
        return Q(**{f"{name}__startswith": month})
