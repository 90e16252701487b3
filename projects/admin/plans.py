"""The admin of what projects are to cost in a year, and of their steps."""

from django.contrib import admin

from aidtracker.desk.skin import ModelAdmin, group
from projects.admin.cautions import Cautioned
from projects.admin.ledger_filters import OwnerFilter
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import Milestone, ProjectPlan


@admin.register(ProjectPlan)
class ProjectPlanAdmin(Cautioned, ReviewedAdmin, ModelAdmin):
    list_display = (
        *("project", "year", "number", "amount", "target", "reason"),
        *("cautions", "review", "updated_at"),
    )
    list_filter = ("review", OwnerFilter, WarnedFilter, "project", "source")
    list_select_related = ("project", "source")
    search_help_text = "项目或调整理由"
    fieldsets = (
        group("名称与类型", "project", ("year", "number")),
        group("资金（万元）", "amount", "amount_figures"),
        group("含义", "target", "reason", "source"),
        group("状态与采用", "review", "review_comment", "correction_reason", "note"),
    )


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
