"""Months, as monthly ledgers count them: kept as their first day, written 2026-05."""

import calendar
import re
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from aidtracker.ground.columns import PlainColumn
from aidtracker.ground.constraints import COMPARED, RowCheck

MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?(?:[-./]?0?1日?)?")
YEARS = (1997, 2100)


class MonthField(PlainColumn, models.DateField):
    """A month, as its first day."""

    description = "月份"


@models.DateField.register_lookup
class IsFirst(models.Lookup):
    """`__is_first`: the day is the first of its month; asked without a function of Django's."""

    lookup_name = "is_first"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"EXTRACT(DAY FROM {lhs}) = 1", params

    def as_sqlite(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"SUBSTR({lhs}, 9) = '01'", params


COMPARED[IsFirst.lookup_name] = lambda day, _: day.day == 1


def month_of(text):
    """The first day of the month a text names: 2026-05, 2026.5, 2026年5月. ValueError if none."""
    found = MONTH.fullmatch(text.strip())
    if not found or not YEARS[0] <= int(found[1]) <= YEARS[1]:
        raise ValueError("月份请写成 2026-05 或 2026年5月。")
    try:
        return date(int(found[1]), int(found[2]), 1)
    except ValueError as error:
        raise ValueError("月份在 1 到 12 之间。") from error


def month_text(month):
    """A month as 2026-05; empty for None."""
    return f"{month:%Y-%m}" if month else ""


def in_chinese(month):
    """A month as 2026年5月."""
    return f"{month.year}年{month.month}月"


def first_of_month(day):
    """The first day of a day's month."""
    return day.replace(day=1)


def last_of_month(day):
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def previous(month):
    """The month before, as its first day."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def following(month):
    """The month after, as its first day."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_between(first, last):
    """How many months one month is after another."""
    return (last.year - first.year) * 12 + last.month - first.month


def last_complete_month():
    """The month that ended last: the one to report about."""
    return previous(first_of_month(timezone.localdate()))


def month_check(model, name="month"):
    """A rule: the field holds first days of months of the ledgers' years."""
    return RowCheck(
        condition=Q(
            **{
                f"{name}__is_first": True,
                f"{name}__range": (date(YEARS[0], 1, 1), date(YEARS[1], 12, 31)),
            }
        ),
        name=f"{model}_month",
        violation_error_message="月份应在 1997 年至 2100 年之间。",
    )
