"""The admin of investments that a headquarters brought in."""

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, group
from projects.admin.inlines import ArrivalInline
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import Investment


@admin.register(Investment)
class InvestmentAdmin(ReviewedAdmin, ModelAdmin):
    list_display = (
        "name",
        "investor",
        "region",
        "headquarters",
        "status",
        "agreed_amount",
        "arrived_amount",
        "review",
        "updated_at",
    )
    list_filter = (
        WorkToDo,
        WarnedFilter,
        "review",
        "status",
        "kind",
        "headquarters",
        "region",
        "origin",
        "programs",
    )
    search_help_text = "名称、别名、编号、拼音或首字母"
    inlines = (ArrivalInline,)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "code", "kind", "status"),
        group(
            "关系",
            "investor",
            "local_enterprise",
            "origin",
            "region",
            "site",
            "headquarters",
            "programs",
        ),
        group("日期", "signed_on", "started_on", "producing_on"),
        group("资金（万元）", ("agreed_amount", "arrived_amount"), "amount_figures"),
        group("就业", "jobs"),
        group("状态与采用", "review", "review_comment", "correction_reason"),
        group("出处", "sources", "note"),
    )
