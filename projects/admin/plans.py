"""The admin of what projects are to cost in a year, and of their steps."""

from django.contrib import admin

from aidtracker.desk.skin import ModelAdmin, group
from aidtracker.templatetags.formatting import plain
from projects.admin.cautions import Cautioned
from projects.admin.ledger_filters import OwnerFilter
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import Milestone, Project, ProjectPlan
from projects.monthly.ledger_follow import plans_in_words


@admin.register(ProjectPlan)
class ProjectPlanAdmin(Cautioned, ReviewedAdmin, ModelAdmin):
    list_display = (
        *("project", "year", "number", "amount", "target", "reason"),
        *("cautions", "review", "updated_at"),
    )
    list_filter = ("review", OwnerFilter, WarnedFilter, "project", "source")
    list_select_related = ("project", "source")
    search_help_text = "项目或调整理由"
    readonly_fields = ("in_all",)
    fieldsets = (
        group("名称与类型", "project", ("year", "number")),
        group("资金（万元）", "amount", "in_all", "amount_figures"),
        group("含义", "target", "reason", "source"),
        group("状态与采用", "review", "review_comment", "correction_reason", "note"),
    )

    @admin.display(description="项目的计划")
    def in_all(self, plan: ProjectPlan) -> str:
        """What the project states, and how its published plans stand to that."""
        if plan.pk is None:
            return "发布后计入项目各年的合计；项目自己填的总数大于合计时，不随之改动"
        stated = plain(plan.project.planned_amount)
        return f"援疆资金计划 {stated} 万元；{plans_said(plan.project)}"


def plans_said(project: Project) -> str:
    """What the plans of a project add up to; the skin asks several times for what is only read."""
    if "plans_said" not in vars(project):
        project.plans_said = plans_in_words(project)
    return project.plans_said


@admin.register(Milestone)
class MilestoneAdmin(Cautioned, ReviewedAdmin, ModelAdmin):
    list_display = (
        *("name", "project", "number", "planned_on", "actual_on"),
        *("cautions", "review", "updated_at"),
    )
    list_filter = ("review", OwnerFilter, WarnedFilter, "project")
    search_help_text = "项目或节点"
    fieldsets = (
        group("名称与类型", "project", "number", "name"),
        group("日期", ("planned_on", "actual_on")),
        group("状态与采用", "review", "review_comment", "correction_reason", "note"),
    )
