"""The months a headquarters reports about, each open until it is locked."""

from django.db import models

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import once
from aidtracker.ground.months import MonthField, following, in_chinese, month_check
from aidtracker.ground.records import KeyedModel, KeyedQuerySet
from aidtracker.ground.relations import key_to
from programs.models import Headquarters

DUE_DAY = 5  # of the month after


class PeriodQuerySet(KeyedQuerySet):
    """Months of headquarters."""

    def locked(self):
        return self.filter(locked_on__isnull=False)

    def open_month(self, month, headquarters):
        """Add the month for those headquarters that do not have it; returns the new periods."""
        there = self.filter(month=month).values_list("headquarters_id", flat=True)
        missing = [one for one in headquarters if one.pk not in {*there}]
        rows = [self.model(headquarters=one, month=month, due_on=due_day(month)) for one in missing]
        for row in rows:
            row.full_clean()
            row.save()
        return rows


class ReportingPeriod(KeyedModel):
    """账期: a month of a headquarters; once locked, its reports change only with a reason."""

    KEY = ("headquarters__name", "month")
    OWNERS = ("headquarters",)
    SEARCHED_WITH = ("headquarters",)
    IS_SHARED = False

    # Identification
    headquarters = key_to(Headquarters, "援疆指挥部", "reporting_periods")
    month = MonthField("月份")

    # Dates
    due_on = models.DateField("填报截止", null=True, blank=True, help_text="留空则为次月 5 日")
    locked_on = models.DateField(
        "锁定日期", null=True, blank=True, help_text="锁定后，这个月的月报只能写明理由更正"
    )

    # Provenance
    note = WordsField("备注", blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "账期"
        ordering = ("-month", "headquarters")
        constraints = (
            once("reporting_period_once", "这个指挥部的这个月已有账期。", "headquarters", "month"),
            month_check("reporting_period"),
        )

    def __str__(self):
        return f"{self.headquarters} {in_chinese(self.month)}"

    @property
    def is_locked(self):
        return self.locked_on is not None

    @property
    def due(self):
        """The last day for the month's reports."""
        return self.due_on or due_day(self.month)


def due_day(month):
    """The day until which a month is reported about unless a period says otherwise."""
    return following(month).replace(day=DUE_DAY)
