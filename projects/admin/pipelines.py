"""The admin of pipelines, of what goes through them, and of the days on which it did."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, TabularInline, group
from aidtracker.ground.partial_dates import in_chinese
from aidtracker.templatetags.formatting import known
from projects.admin.inlines import ReviewedInline
from projects.admin.ledger_filters import OwnerFilter
from projects.admin.reviewing import ReviewedAdmin
from projects.models import FollowUp, Pipeline, PipelineCase, PipelineStage, StageEntry


class StageInline(TabularInline):
    model = PipelineStage
    fields = ("number", "name", "outcome", "stalled_after")
    ordering = ("number",)


@admin.register(Pipeline)
class PipelineAdmin(ModelAdmin):
    list_display = ("name", "kind", "program", "maintainer", "updated_at")
    list_filter = ("kind", "program", "maintainer")
    inlines = (StageInline,)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind"),
        group("关系", "program"),
        group("出处", "sources", "note", "maintainer"),
    )


@admin.register(PipelineStage)
class PipelineStageAdmin(ModelAdmin):
    list_display = ("name", "pipeline", "number", "outcome", "stalled_after", "updated_at")
    list_filter = ("pipeline", "outcome")
    search_help_text = "流程或阶段"
    fieldsets = (
        group("名称与类型", "pipeline", "number", "name"),
        group("含义", "outcome", "stalled_after"),
    )


class EntryInline(ReviewedInline):
    model = StageEntry
    fields = ("stage", "entered_on", "note", "review")
    ordering = ("stage__number",)


class FollowUpInline(TabularInline):
    model = FollowUp
    fields = ("handler", "next_step", "next_on")
    max_num = 1


@admin.register(PipelineCase)
class PipelineCaseAdmin(ReviewedAdmin, ModelAdmin):
    list_display = (
        *("name", "pipeline", "stage", "since", "headquarters", "next_step"),
        *("review", "updated_at"),
    )
    list_filter = (
        *(WorkToDo, "review", "pipeline", "headquarters", "region", "site"),
        *("activity", "program", "enterprise", "investment", "project"),
    )
    search_help_text = "名称、别名、编号、拼音或首字母"
    first_fields = (
        *("name", "code", "pipeline", "enterprise", "site", "region", "headquarters"),
        "activity",
    )
    inlines = (EntryInline, FollowUpInline)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "code", "pipeline"),
        group(
            "关系",
            *("enterprise", "site", "region", "headquarters", "program"),
            *("activity", "investment", "project"),
        ),
        group("日期", ("dropped_on", "dropped_reason")),
        group("状态与采用", "review", "review_comment", "correction_reason"),
        group("出处", "sources", "note"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).prefetch_related("follow_ups")
        return rows.with_stage(StageEntry.objects.standing())

    @admin.display(description="现在的阶段")
    def stage(self, row: PipelineCase) -> str:
        return f"{row.stage_words}（停滞）" if row.is_stalled else known(row.stage_words)

    @admin.display(description="下一步")
    def next_step(self, row: PipelineCase) -> str:
        return known(row.next_words)

    @admin.display(description="自")
    def since(self, row: PipelineCase) -> str:
        return known(in_chinese(row.entered_on))


@admin.register(FollowUp)
class FollowUpAdmin(ModelAdmin):
    list_display = ("case", "handler", "next_step", "next_on", "updated_at")
    list_filter = (OwnerFilter, "case")
    search_help_text = "推进事项、经办或下一步"
    fieldsets = (group(None, "case", "handler", ("next_step", "next_on")),)


@admin.register(StageEntry)
class StageEntryAdmin(ReviewedAdmin, ModelAdmin):
    list_display = ("case", "stage", "entered_on", "review", "updated_at")
    list_filter = ("review", OwnerFilter, "stage", "case")
    list_select_related = ("case", "stage__pipeline")
    search_help_text = "推进事项"
    fieldsets = (
        group("名称与类型", "case", "stage"),
        group("日期", "entered_on"),
        group("状态与采用", "review", "review_comment", "correction_reason", "note"),
    )
