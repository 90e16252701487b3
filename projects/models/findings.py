"""What checking the figures against each other found, with a person's explanation."""

from django.db import models
from django.db.models import Q

from aidtracker.records import KeyedModel
from projects.models.observations import Observation


class Finding(KeyedModel):
    """核对: figures that cannot all be true, may be confused, cannot be checked, or do follow."""

    KEY = ("key",)

    class Kind(models.TextChoices):
        CONFLICT = "conflict", "同一序列不一致"
        GROWTH = "growth", "增长率"
        RATIO = "ratio", "比率"
        PARTS = "parts", "部分与整体"
        CUMULATIVE = "cumulative", "累计减少"
        LOOKALIKE = "lookalike", "容易混淆"
        LEDGER = "ledger", "与台账不符"
        PRINTED = "printed", "与原文不符"
        DATES = "dates", "日期不一致"

    class Result(models.TextChoices):
        CONTRADICTION = "contradiction", "矛盾"
        CANDIDATE = "candidate", "待看"
        UNCHECKED = "unchecked", "无法核对"
        HOLDS = "holds", "相符"

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        EXPLAINED = "explained", "已说明"
        CORRECTED = "corrected", "已更正"
        DISMISSED = "dismissed", "不是差错"

    # Identification
    key = models.CharField(
        "核对键", max_length=200, unique=True, help_text="规则与所涉观测值，重算时据此认出同一条"
    )
    kind = models.CharField("规则", max_length=12, choices=Kind)
    result = models.CharField("结果", max_length=16, choices=Result)
    observations = models.ManyToManyField(
        Observation, verbose_name="所涉观测值", related_name="findings"
    )

    # Computation
    computation = models.TextField("计算", help_text="由哪些数、怎样算、得到什么")

    # Explanation
    state = models.CharField("处理", max_length=12, choices=State, default=State.OPEN)
    explanation = models.TextField("说明", blank=True, help_text="重算时保留")

    class Meta(KeyedModel.Meta):
        verbose_name = "核对"
        verbose_name_plural = "核对"
        ordering = ("result", "kind", "key")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(explanation=""),
                name="finding_explained",
                violation_error_message="处理核对结果时，请写下说明。",
            ),
        )

    def __str__(self):
        return f"{self.get_kind_display()}:{self.computation[:40]}"
