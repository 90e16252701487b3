"""From a total that a headquarters reported down to the rows that it was summed from."""

from django.db import models

from aidtracker.ground.constraints import once
from aidtracker.ground.records import KeyedModel
from projects.models.observations import FigureField, Observation


class ObservationPart(KeyedModel):
    """合计明细: one row of a ledger in an observed total, frozen as it was then."""

    KEY = ("observation__source__code", "observation__number", "number")
    OWNERS = ("observation__maintainer",)
    PUBLIC_WITH = ("observation",)
    SEARCHED_IN = ("name", "row_key")
    IS_SHARED = False

    # Identification
    observation = models.ForeignKey(
        Observation, models.CASCADE, verbose_name="观测值", related_name="ledger_parts"
    )
    number = models.PositiveIntegerField("序号")

    # Row
    dataset = models.CharField("数据集", max_length=40, help_text="数据集的英文名")
    row_id = models.BigIntegerField("记录编号")
    row_key = models.CharField("记录", max_length=400)
    row_version = models.PositiveIntegerField("记录的版本")
    name = models.CharField("名称", max_length=300)
    amount = FigureField("数值")

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "合计明细"
        ordering = ("observation", "number")
        constraints = (
            once("observation_part_once", "这条观测值已有同序号的明细。", "observation", "number"),
        )

    def __str__(self):
        return self.name
