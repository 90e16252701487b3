"""Dates as documents give them: 2014年, 2012年3月 or 2019年4月12日, as precise as they are."""

import calendar
import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Least, Left, Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from aidtracker.ground import patterns  # noqa: F401 (registers the lookup)
from aidtracker.ground.columns import PlainColumn
from aidtracker.ground.constraints import RowCheck

ISO_PATTERN = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
# The same for the database: a year, with a month, with a day.
YEAR, DAYS = "[0-9]" * 4, ("0[1-9]", "[12][0-9]", "3[01]")
YEAR_MONTHS = [f"{YEAR}-{month}" for month in ("0[1-9]", "1[0-2]")]
ISO_FORMS = "|".join([YEAR, *YEAR_MONTHS, *(f"{one}-{day}" for one in YEAR_MONTHS for day in DAYS)])
HELP = "精确到哪一级就填到哪一级：2014、2012-03 或 2019-04-12；文献没有说就留空"
ERROR = "日期请写成 2014、2012-03 或 2019-04-12"
# As people write them; 2019.1 is left alone, it may be what Excel made of 2019.10.
WRITTEN = re.compile(
    r"(?![0-9]{4}\.1$)([0-9]{4})(?:年|[年./-]([0-9]{1,2})(?:月|[月./-]([0-9]{1,2})日?)?)"
)
LONGEST = 20


def first_day(text):
    """The first day a partial date covers, as a `date`; None for an unknown date."""
    if not text:
        return None
    year, month, day = (*map(int, text.split("-")), 1, 1)[:3]
    return date(year, month, day)


def last_day(text):
    """The last day a partial date covers, as a `date`; None for an unknown date."""
    if not text:
        return None
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    month = parts[1] if len(parts) == 2 else 12
    return date(parts[0], month, calendar.monthrange(parts[0], month)[1])


def in_chinese(text):
    """`2012-03` as 2012年3月; an unknown date as an empty text."""
    return "".join(
        f"{int(part)}{unit}" for part, unit in zip(text.split("-"), "年月日", strict=False) if part
    )


def as_iso(text):
    """2026年5月, 2026.5 or 2026/5/3 in ISO; anything else as it is."""
    parts = WRITTEN.fullmatch(text.strip()) if isinstance(text, str) else None
    return "-".join(part.zfill(2) for part in parts.groups() if part) if parts else text


def validate_written(text):
    """Refuse what is no date, saying one thing about it."""
    RegexValidator(ISO_PATTERN, ERROR)(text)
    validate_calendar(text)


def validate_calendar(text):
    """Refuse 2019-02-30, which the pattern lets through."""
    try:
        first_day(text)
    except ValueError as error:
        raise ValidationError(f"日历上没有 {text} 这一天。") from error


def validate_past(text: str) -> None:
    """Refuse a day, month or year that has not begun; for dates of what has happened."""
    try:
        day = first_day(text)
    except ValueError:  # is no date, which another validator says
        return
    if day and day > timezone.localdate():
        raise ValidationError("这一天还没有到，请核对日期。")


class PartialDateField(PlainColumn, models.CharField):
    """A date with its precision, kept as ISO 8601 of reduced precision (`2014`, `2012-03`).

    Text of this form sorts and compares as dates do; an unknown date is the empty text.
    """

    description = "日期（可只到年或月）"

    def __init__(self, *args, is_past=False, **kwargs):
        self.is_past = is_past
        kwargs["max_length"] = 10
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("help_text", HELP)
        super().__init__(*args, **kwargs)
        self.validators = [validate_written, *([validate_past] if is_past else [])]

    def to_python(self, value):
        return value.isoformat() if isinstance(value, date) else super().to_python(value)

    def clean(self, value, model_instance):
        return super().clean(as_iso(value), model_instance)

    def formfield(self, **kwargs):
        """With room for a date as people write it."""
        return super().formfield(**{"max_length": LONGEST} | kwargs)


PartialDateField.register_lookup(Length)


def partial_date_check(model, *names):
    """A rule that holds the named fields of `model` to the ISO forms."""
    rule = Q()
    for name in names:
        rule &= Q(**{name: ""}) | Q(**{f"{name}__glob": ISO_FORMS})
    return RowCheck(condition=rule, name=f"{model}_dates", violation_error_message=ERROR)


def order_check(model, earlier, later, message):
    """A rule: `later` does not end before `earlier` begins, as far as both are known.

    2014 and 2014-03 may be in either order: only the precision both have is compared.
    """
    shared = Least(Length(earlier), Length(later))
    in_order = LessThanOrEqual(Left(earlier, shared), Left(later, shared))
    return RowCheck(
        condition=Q(**{earlier: ""}) | Q(**{later: ""}) | Q(in_order),
        name=f"{model}_{earlier}_before_{later}",
        violation_error_message=message,
    )
