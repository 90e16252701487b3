"""What is recorded of a case on its way: the stages it entered, and who pursues it."""

from typing import Self

from django.db import models
from django.db.models import Q

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import once, row_check, unfilled
from aidtracker.ground.fits import same
from aidtracker.ground.partial_dates import PartialDateField, partial_date_check
from aidtracker.ground.records import KeyedModel, KeyedQuerySet
from aidtracker.ground.relations import key_to
from aidtracker.review.reviewed import Review, Reviewed, standing
from projects.models.pipeline_cases import PipelineCase
from projects.models.pipelines import PipelineStage

OF_OTHERS = "“{one}”不是这个流程的阶段，请另选一个。"


class StageEntryQuerySet(KeyedQuerySet):
    def standing(self) -> Self:
        """Those that hold as far as the staff knows: all but those taken back."""
        return self.exclude(review=Review.WITHDRAWN)

    def for_fixtures(self) -> Self:
        return self.published()


class FollowUp(KeyedModel):
    """跟进: who pursues a case and what they do next; a working paper that nobody reviews."""

    KEY = ("case__code",)
    OWNERS = ("case__headquarters",)
    SEARCHED_IN = ("handler", "next_step")
    SEARCHED_WITH = ("case",)
    IS_SHARED = False
    IS_INTERNAL = True

    case = models.ForeignKey(
        PipelineCase, models.CASCADE, verbose_name="推进事项", related_name="follow_ups"
    )
    handler = models.CharField(
        "经办", max_length=120, blank=True, help_text="哪个处室或岗位在跟，不写个人姓名"
    )
    next_step = models.CharField("下一步", max_length=200, blank=True)
    next_on = models.DateField("下一步日期", null=True, blank=True, help_text="到期列在日程里")

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "跟进"
        ordering = ("next_on", "case")
        constraints = (
            once("follow_up_once", "该事项已有跟进，请改那一条。", "case"),
            row_check(
                "follow_up_next_step_said",
                Q(next_on=None) | ~Q(next_step=""),
                "填了下一步日期，请写下一步做什么。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case}的跟进"

    @property
    def words(self) -> str:
        """下一步：约谈（2026-05-03），产业处."""
        step = self.next_step and f"下一步：{self.next_step}"
        step += f"（{self.next_on:%Y-%m-%d}）" if self.next_on else ""
        return "，".join(filter(None, (step, self.handler)))


class StageEntry(Reviewed):
    """阶段记录: when something entered a stage; it stands in the furthest one."""

    KEY = ("case__code", "stage__name")
    OWNERS = ("case__headquarters",)
    PUBLIC_WITH = ("case",)
    SEARCHED_WITH = ("case",)
    FITS = {"stage": (same("pipeline", "case__pipeline", OF_OTHERS),)}
    IS_SHARED = False

    # Identification
    case = models.ForeignKey(
        PipelineCase, models.CASCADE, verbose_name="推进事项", related_name="entries"
    )
    stage = key_to(PipelineStage, "阶段", "entries")

    # Dates
    entered_on = PartialDateField("进入日期", is_past=True)

    # Standing
    review, review_comment, correction_reason = standing()
    note = WordsField("备注", blank=True)

    objects = StageEntryQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "阶段记录"
        ordering = ("case", "stage")
        indexes = (unfilled("stage_entry_without_date", "", "entered_on"),)
        constraints = (
            once("stage_entry_once", "该事项已有这一阶段的记录。", "case", "stage"),
            partial_date_check("stage_entry", "entered_on"),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.stage.name}"

    def clean(self) -> None:
        self.before_storing([self])
