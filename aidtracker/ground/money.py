"""Money of ledgers: 万元, exact to the 分."""

from django.db import models
from django.db.models import Q

from aidtracker.ground.columns import PlainColumn
from aidtracker.ground.constraints import RowCheck


class LedgerAmountField(PlainColumn, models.DecimalField):
    """An amount in 万元 with at most 15 digits: SQLite would change longer ones silently."""

    def __init__(self, *args, **kwargs):
        kwargs.update(max_digits=15, decimal_places=6)
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("help_text", "单位：万元；不知道就留空，不要填 0")
        super().__init__(*args, **kwargs)


def labelled(field):
    """A field's label, that of an amount with its unit."""
    unit = "（万元）" if isinstance(field, LedgerAmountField) else ""
    return f"{field.verbose_name}{unit}"


def not_negative_check(model, *names):
    """A rule: none of the named amounts of `model` is below zero."""
    rule = Q()
    for name in names:
        rule &= Q(**{name: None}) | Q(**{f"{name}__gte": 0})
    return RowCheck(
        condition=rule,
        name=f"{model}_amounts_not_negative",
        violation_error_message="金额、面积和人数不能是负数。",
    )
