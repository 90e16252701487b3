"""What a project is to cost in a year, adjusted now and then, and its steps on the way."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import once, row_check, unfilled
from aidtracker.ground.money import LedgerAmountField, not_negative_check
from aidtracker.ground.partial_dates import PartialDateField, partial_date_check
from aidtracker.ground.relations import key_to, optional_key_to
from aidtracker.review.reviewed import Reviewed, standing
from programs.models import Source
from projects.models.amount_figures import amount_figures
from projects.models.projects import Project


class ProjectPlan(Reviewed):
    """年度计划: aid money planned for a project in a year; an adjustment is a further edition."""

    KEY = ("project__code", "year", "number")
    OWNERS = ("project__headquarters",)
    PUBLIC_WITH = ("project",)
    SEARCHED_IN = ("reason",)
    SEARCHED_WITH = ("project",)
    IS_SHARED = False

    # Identification
    project = key_to(Project, "援疆项目", "plans")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField(
        "版次", default=1, help_text="1 是年初计划，2 起是中期调整"
    )

    # Money
    amount = LedgerAmountField("计划援疆资金", null=False, blank=False, help_text="单位：万元")
    amount_figures = amount_figures()

    # Meaning
    target = WordsField("年度目标", blank=True)
    reason = models.CharField("调整理由", max_length=200, blank=True, help_text="第 2 版起必填")
    source = optional_key_to(Source, "依据文件", "plans")

    # Standing
    review, review_comment, correction_reason = standing()
    note = WordsField("备注", blank=True)

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "年度计划"
        ordering = ("project", "year", "number")
        constraints = (
            once(
                "project_plan_edition_once",
                "这个项目的这一年已有同版次的计划。",
                "project",
                "year",
                "number",
            ),
            row_check(
                "project_plan_year",
                Q(year__range=(1997, 2100)) & Q(number__gte=1),
                "年度应在 1997 年至 2100 年之间，版次从 1 开始。",
            ),
            row_check(
                "project_plan_adjusted_for_a_reason",
                Q(number=1) | ~Q(reason=""),
                "调整计划请写明理由。",
            ),
            not_negative_check("project_plan", "amount"),
        )

    def __str__(self):
        return f"{self.project} {self.year} 年第 {self.number} 版计划"


def latest_editions(plans: Iterable[ProjectPlan]) -> list[ProjectPlan]:
    """Of each project and year, the plan as it was adjusted last."""
    found = {(plan.project_id, plan.year): plan for plan in sorted(plans, key=lambda p: p.number)}
    return list(found.values())


class Milestone(Reviewed):
    """节点: a step of a project, when it was to be reached and when it was."""

    KEY = ("project__code", "number")
    NUMBERED_IN = "project"
    OWNERS = ("project__headquarters",)
    PUBLIC_WITH = ("project",)
    SEARCHED_IN = ("name",)
    SEARCHED_WITH = ("project",)
    IS_SHARED = False

    # Identification
    project = models.ForeignKey(
        Project, models.CASCADE, verbose_name="援疆项目", related_name="milestones"
    )
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("节点", max_length=120, help_text="如：主体封顶、竣工验收")

    # Dates
    planned_on = PartialDateField("计划完成")
    actual_on = PartialDateField("实际完成", is_past=True)

    # Standing
    review, review_comment, correction_reason = standing()
    note = WordsField("备注", blank=True)

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "项目节点"
        ordering = ("project", "number")
        indexes = (unfilled("milestone_without_dates", "", "planned_on", "actual_on"),)
        constraints = (
            once("milestone_number_once", "该项目已有同序号的节点。", "project", "number"),
            row_check("milestone_has_a_name", ~Q(name=""), "节点要有名称。"),
            partial_date_check("milestone", "planned_on", "actual_on"),
        )

    def __str__(self):
        return f"{self.project} {self.name}"
