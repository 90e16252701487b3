"""The admin of what projects are to cost in a year, and of their steps."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from aidtracker.desk.skin import ModelAdmin, group
from aidtracker.sheets import Sheet, rehearse, resource_for, store
from aidtracker.templatetags.formatting import plain
from aidtracker.trail import acts
from projects.admin.cautions import Cautioned
from projects.admin.ledger_filters import OwnerFilter
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import Milestone, Project, ProjectPlan
from projects.models.plans import latest_editions
from projects.monthly.ledger_follow import plans_in_words

# What the plan of a year takes from that of the year before; on what it rests is its own.
COPIED = ("project", "year", "number", "amount", "target")


def sheet_of_next_year(plans: list[ProjectPlan]) -> Sheet:
    """First plans of the year after each, as a file would bring them."""
    rows = [
        (at, [plan.project.code, str(plan.year + 1), "1", plain(plan.amount), plan.target])
        for at, plan in enumerate(plans, 1)
    ]
    return Sheet("", [(name, at, "") for at, name in enumerate(COPIED)], rows)


@admin.action(description="照抄为下一年的计划", permissions=["add"])
def copy_to_next_year(
    model_admin: "ProjectPlanAdmin", request: HttpRequest, queryset: QuerySet
) -> None:
    """Drafts of next year's first plans; projects that have a plan of that year keep it."""
    plans = latest_editions(queryset.select_related("project"))
    years = {plan.year + 1 for plan in plans}
    there = {*ProjectPlan.objects.filter(year__in=years).values_list("project", "year")}
    wanted = [plan for plan in plans if (plan.project_id, plan.year + 1) not in there]
    if left := len(plans) - len(wanted):
        messages.warning(request, f"{left} 个项目已有下一年的计划，没有照抄。")
    if not wanted:
        return
    sheet = sheet_of_next_year(wanted)
    outcome = rehearse(resource_for(ProjectPlan, request.user), sheet)
    if outcome.can_be_stored:
        resource, seen = resource_for(ProjectPlan, request.user), outcome.fingerprint
        subject = f"照抄为下一年的计划 {outcome.new} 条"
        outcome = store(resource, sheet, seen, subject, way=acts.Way.ACTION)
    if not outcome.is_stored:
        why = "；".join(dict.fromkeys(one.message for one in outcome.problems if one.is_error))
        messages.error(request, f"没有照抄：{why or '数据有变，请再试一次。'}")
        return
    words = '已照抄 {} 条，都是草稿，金额和目标请核对。<a href="{}">查看或撤销</a>'
    trail = reverse("admin:aidtracker_act_change", args=[acts.current().pk])
    messages.success(request, format_html(words, outcome.new, trail))


@admin.register(ProjectPlan)
class ProjectPlanAdmin(Cautioned, ReviewedAdmin, ModelAdmin):
    actions = (*ReviewedAdmin.actions, copy_to_next_year)
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
