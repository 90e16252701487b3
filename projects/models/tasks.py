"""报表任务: what headquarters are asked to fill in, until when, and how far each has come."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from aidtracker.ground.columns import WordsField
from aidtracker.ground.datasets import Dataset, datasets, declared
from aidtracker.ground.months import MonthField, in_chinese, month_check
from aidtracker.ground.scope import may, scope_of
from programs.models import Headquarters
from projects.models.periods import ReportingPeriod


def collectable() -> list[Dataset]:
    """The datasets of which each row is one headquarters' own, and that sheets bring in."""
    found = (one for one in declared() if one.is_imported)
    return [one for one in found if one.model.REVIEW and owner_path(one.model)]


def owner_path(model: Any) -> str:
    """The lookup path to the one headquarters whose a row is; empty where there may be several."""
    if not model.OWNERS or len(model.OWNERS) > 1 or model.IS_SHARED:
        return ""
    return model.OWNERS[0]


def may_collect(user: Any) -> bool:
    """Who opens and locks months asks for what is filled in."""
    return may(user, "add", ReportingPeriod)


class TaskQuerySet(models.QuerySet):
    def visible(self, user: Any) -> Self:
        """Tasks that concern a headquarters of the user's."""
        scope = scope_of(user)
        if scope.reads_all or scope.changes_all:
            return self
        units = CollectionUnit.objects.filter(headquarters__in=scope.headquarters)
        return self.filter(pk__in=units.order_by().values("task"))


class CollectionTask(models.Model):
    """报表任务: rows of one dataset, maybe of a month, wanted of some headquarters by a day."""

    title = models.CharField("名称", max_length=120)
    dataset = models.CharField("填哪份台账", max_length=60)
    month = MonthField("月份", null=True, blank=True)
    due_on = models.DateField("截止")
    instruction = WordsField("要求", blank=True, max_length=2000)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="布置人", related_name="+"
    )
    made_at = models.DateTimeField("布置时间", default=timezone.now)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报表任务"
        ordering = ("-pk",)
        default_permissions = ()
        constraints = (month_check("collection_task"),)

    def __str__(self) -> str:
        return self.title

    @property
    def model(self) -> Any:
        return datasets()[self.dataset].model

    @property
    def what(self) -> str:
        """What is filled in, in words."""
        name = str(self.model._meta.verbose_name)
        return f"{in_chinese(self.month)}{name}" if self.month else name

    @property
    def is_late(self) -> bool:
        return self.closed_at is None and self.due_on < timezone.localdate()


class UnitQuerySet(models.QuerySet):
    def of(self, user: Any) -> Self:
        """Those of the user's headquarters; all for who reads all."""
        scope = scope_of(user)
        is_all = scope.reads_all or scope.changes_all
        return self if is_all else self.filter(headquarters__in=scope.headquarters)

    def open(self) -> Self:
        """Those that still have to be handed in."""
        waiting = (CollectionUnit.State.WAITING, CollectionUnit.State.RETURNED)
        return self.filter(Q(state__in=waiting), task__closed_at=None)


class CollectionUnit(models.Model):
    """任务单位: one headquarters that a task asks, and how far it has come."""

    class State(models.TextChoices):
        WAITING = "waiting", "待报"
        SENT = "sent", "已报送"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已收下"

    task = models.ForeignKey(
        CollectionTask, models.CASCADE, verbose_name="报表任务", related_name="units"
    )
    headquarters = models.ForeignKey(
        Headquarters, models.CASCADE, verbose_name="援疆指挥部", related_name="+"
    )
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    words = models.CharField("退回意见", max_length=300, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="报送人",
        null=True,
        blank=True,
        related_name="+",
    )
    sent_at = models.DateTimeField("报送时间", null=True, blank=True)
    reminded_at = models.DateTimeField("上次催报", null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务单位"
        ordering = ("task", "headquarters__name")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("task", "headquarters"),
                name="collection_unit_once",
                violation_error_message="这个指挥部已经在这份任务里。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.headquarters}：{self.task}"

    @property
    def is_waiting(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RETURNED)
