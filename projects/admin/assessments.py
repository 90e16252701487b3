"""The admin of assessments: schemes with their criteria and rounds, outcomes with their points."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, TabularInline, group, link_to
from aidtracker.templatetags.formatting import UNKNOWN
from projects.admin.parts_of_reviewed import PartAdmin, PartForm
from projects.admin.reviewing import ReviewedAdmin
from projects.models import Assessment, AssessmentRound, AssessmentScheme, Criterion, Score
from projects.models.schemes import settled


class CriterionInline(TabularInline):
    model = Criterion
    form = PartForm
    fields = ("number", "name", "full_marks", "weight", "evidence")

    def is_open(self, request: HttpRequest, row: Any) -> bool:
        return super().is_open(request, row) and not (row and is_settled(row))


def is_settled(scheme: AssessmentScheme) -> bool:
    """Whether an assessment by a scheme is public; asked several times for a page."""
    if "is_settled" not in vars(scheme):
        vars(scheme)["is_settled"] = bool(settled([scheme.pk]))
    return vars(scheme)["is_settled"]


class RoundInline(TabularInline):
    model = AssessmentRound
    fields = ("year", "due_on", "granted_on", "basis")


@admin.register(AssessmentScheme)
class AssessmentSchemeAdmin(ReviewedAdmin, ModelAdmin):
    list_display = (
        "name",
        "assessed",
        "headquarters",
        "program",
        "award_name",
        "review",
        "updated_at",
    )
    list_filter = (WorkToDo, "review", "assessed", "headquarters", "program", "policy")
    search_help_text = "名称、别名、编号、拼音或首字母"
    inlines = (CriterionInline, RoundInline)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "code", "assessed"),
        group("关系", "headquarters", "program", "policy"),
        group("荣誉", "award_name", "level", "grantor"),
        group("状态与采用", "review", "review_comment", "correction_reason"),
        group("出处", "sources", "note"),
    )


@admin.register(Criterion)
class CriterionAdmin(PartAdmin, ModelAdmin):
    list_display = ("name", "scheme", "number", "full_marks", "weight", "updated_at")
    list_filter = ("scheme",)
    search_help_text = "办法或评分项"
    fieldsets = (
        group("名称与类型", "scheme", "number", "name"),
        group("分数", ("full_marks", "weight"), "evidence"),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_closed = obj is not None and is_settled(obj.scheme)
        return super().has_delete_permission(request, obj) and not is_closed


@admin.register(AssessmentRound)
class AssessmentRoundAdmin(ModelAdmin):
    list_display = ("scheme", "year", "due_on", "granted_on", "grid", "updated_at")
    list_filter = ("scheme", "year")
    search_help_text = "办法或公布依据"
    readonly_fields = ("grid",)
    fieldsets = (
        group("名称与类型", "scheme", "year", "grid"),
        group("日期", ("due_on", "granted_on")),
        group("出处", "basis", "note"),
        group("状态与采用", "correction_reason"),
    )

    @admin.display(description="评分表")
    def grid(self, row: AssessmentRound) -> str:
        if row.pk is None:
            return UNKNOWN
        return link_to(reverse("admin:projects_scoring", query={"round": row.pk}), "打开")


class ScoreInline(TabularInline):
    model = Score
    form = PartForm
    fields = ("criterion", "points", "evidence")

    def is_open(self, request: HttpRequest, row: Any) -> bool:
        return super().is_open(request, row) and not (row and row.is_published)


@admin.register(Assessment)
class AssessmentAdmin(ReviewedAdmin, ModelAdmin):
    list_display = (*("subject", "round", "number", "total", "outcome", "review", "updated_at"),)
    list_filter = (WorkToDo, "review", "outcome", "round", "outlet", "site")
    list_select_related = ("round__scheme", "outlet", "site")
    search_help_text = "网点或场所"
    inlines = (ScoreInline,)
    readonly_fields = ("total",)
    fieldsets = (
        group("名称与类型", "round", "number"),
        group("主体", "outlet", "site"),
        group("结果", "total", "outcome"),
        group("状态与采用", "review", "review_comment", "correction_reason", "note"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_totals()

    @admin.display(description="网点或场所")
    def subject(self, row: Assessment) -> str:
        return str(row.subject)

    @admin.display(description="总分", ordering="ranked")
    def total(self, row: Assessment) -> str:
        return row.total_words if hasattr(row, "ranked") else UNKNOWN


@admin.register(Score)
class ScoreAdmin(PartAdmin, ModelAdmin):
    list_display = ("assessment", "criterion", "points", "evidence", "updated_at")
    list_filter = ("criterion",)
    list_select_related = (
        *("assessment__round__scheme", "assessment__outlet", "assessment__site"),
        "criterion__scheme",
    )
    search_help_text = "评分项或依据"
    fieldsets = (
        group("名称与类型", "assessment", "criterion"),
        group("分数", "points", "evidence"),
    )
