"""The admin of sales points."""

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, group
from projects.admin.inlines import SalesInline
from projects.admin.ledger_filters import TurnoverFilter
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import Outlet


@admin.register(Outlet)
class OutletAdmin(ReviewedAdmin, ModelAdmin):
    list_display = (
        "name",
        "kind",
        "headquarters",
        "city",
        "operator",
        "program",
        "status",
        "review",
        "updated_at",
    )
    list_filter = (
        WorkToDo,
        WarnedFilter,
        TurnoverFilter,
        "review",
        "kind",
        "status",
        "headquarters",
        "city",
        "program",
        "operator",
    )
    list_select_related = ("headquarters", "city", "operator", "program")
    inlines = (SalesInline,)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind", "status"),
        group("关系", "city", "platform", "operator", "program", "headquarters"),
        group("日期", ("opened_on", "closed_on")),
        group("状态与采用", "review", "review_comment", "correction_reason"),
        group("出处", "sources", "note"),
    )
