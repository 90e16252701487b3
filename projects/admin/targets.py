"""The admin of what is set out to do; its months are filled in on the page of the month."""

from typing import Any

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, group
from aidtracker.templatetags.formatting import known
from projects.admin.cautions import Cautioned
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import Target


@admin.register(Target)
class TargetAdmin(Cautioned, ReviewedAdmin, ModelAdmin):
    list_display = (
        *("name", "kind", "ends_on", "unit", "planned", "done", "share", "status"),
        *("cautions", "review", "headquarters", "program", "starts_on", "code"),
    )
    list_filter = (
        *(WorkToDo, "review", "kind", "status", WarnedFilter, "headquarters", "region"),
        *("program", "project", "site", "activity", "parent"),
    )
    list_select_related = ("program", "headquarters")
    search_help_text = "名称、别名、编号、拼音或首字母"
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "code", "kind", "status"),
        group(
            "关系",
            *("parent", "program", "project", "activity"),
            *("site", "region", "headquarters", "series", "parts_ground"),
        ),
        group("日期", ("starts_on", "ends_on")),
        group("计数", "unit", ("planned", "done")),
        group("状态与采用", "review", "review_comment", "correction_reason"),
        group("出处", "sources", "note"),
    )

    @admin.display(description="完成率")
    def share(self, row: Target) -> Any:
        return known(row.share_words)
