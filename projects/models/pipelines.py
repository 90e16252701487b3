"""What has to go through stages: deals, projects in reserve, firms that move into a park."""

from collections.abc import Sequence
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.records import KeyedModel, Record
from aidtracker.ground.relations import optional_key_to
from programs.models import Program

MOST_DAYS = 3650


class Pipeline(Record):
    """推进流程: the stages that things of one kind go through, one after the other."""

    class Kind(models.TextChoices):
        DEALS = "deals", "招商引资"
        RESERVE = "reserve", "项目储备"
        OCCUPANCY = "occupancy", "园区入驻"
        OTHER = "other", "其他"

    # Identification
    kind = models.CharField("类型", max_length=12, choices=Kind)

    # Relations
    program = optional_key_to(Program, "所属工程", "pipelines")

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "推进流程"
        constraints = (once("pipeline_name_once", "已有同名的推进流程。", "name"),)


class PipelineStage(KeyedModel):
    """流程阶段: one step of a pipeline, and for how long nothing may happen in it."""

    KEY = ("pipeline__name", "name")
    NUMBERED_IN = "pipeline"
    NAMED_AS = "{pipeline__name}·{name}"
    OWNERS = ("pipeline__maintainer",)
    SEARCHED_IN = ("name",)
    SEARCHED_WITH = ("pipeline",)

    class Outcome(models.TextChoices):
        DONE = "done", "达成"
        LEFT = "left", "退出"

    # Identification
    pipeline = models.ForeignKey(
        Pipeline, models.CASCADE, verbose_name="推进流程", related_name="stages"
    )
    number = models.PositiveSmallIntegerField("序号", help_text="从 1 开始，按先后")
    name = models.CharField("阶段", max_length=40)

    # Meaning
    outcome = models.CharField(
        "结果",
        max_length=8,
        choices=Outcome,
        blank=True,
        help_text="到了这一步算办成（达成）或离开（退出）；还要往下走的留空",
    )
    stalled_after = models.PositiveSmallIntegerField(
        "停滞天数",
        null=True,
        blank=True,
        help_text="单位：天；超过这么多天还没有进到下一阶段，算停滞；留空的不算",
    )

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "流程阶段"
        ordering = ("pipeline", "number")
        constraints = (
            once("pipeline_stage_number_once", "该流程已有同序号的阶段。", "pipeline", "number"),
            once("pipeline_stage_name_once", "该流程已有同名的阶段。", "pipeline", "name"),
            row_check(
                "pipeline_stage_numbered",
                ~Q(name="") & Q(number__gte=1),
                "阶段要有名称，序号从 1 开始。",
            ),
            row_check(
                "pipeline_stage_days",
                Q(stalled_after=None) | Q(stalled_after__range=(1, MOST_DAYS)),
                f"停滞天数应在 1 到 {MOST_DAYS} 之间，或留空。",
            ),
            row_check(
                "pipeline_stage_ends",
                Q(outcome="") | Q(stalled_after=None),
                "达成或退出的阶段不再计停滞，停滞天数请留空。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pipeline}·{self.name}"

    def clean(self) -> None:
        self.before_storing([self])

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        """A stage that something has reached stays in its pipeline."""
        numbers = [row.pk for row in rows if row.pk]
        reached = cls._base_manager.filter(pk__among=numbers, entries__isnull=False)
        kept = dict(reached.values_list("pk", "pipeline")) if numbers else {}
        for row in rows:
            if kept.get(row.pk, row.pipeline_id) != row.pipeline_id:
                raise ValidationError({"pipeline": f"已有事项到过“{row.name}”，不能改到别的流程。"})
