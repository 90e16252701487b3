"""The admin of subsidies."""

from typing import Any

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, group
from aidtracker.templatetags.formatting import known
from projects.admin.reviewing import ReviewedAdmin
from projects.models import Subsidy


@admin.register(Subsidy)
class SubsidyAdmin(ReviewedAdmin, ModelAdmin):
    list_display = (
        *("name", "kind", "recipient", "region", "headquarters", "starts_on"),
        *("amount", "moved_amount", "leverage", "review", "updated_at"),
    )
    list_filter = (
        *(WorkToDo, "review", "kind", "moved", "headquarters", "region"),
        *("program", "project", "policy", "enterprise"),
    )
    list_select_related = ("enterprise", "region", "headquarters")
    search_help_text = "名称、别名、编号、拼音或首字母"
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "code", "kind"),
        group(
            "关系",
            *("enterprise", "beneficiaries", "region", "headquarters"),
            *("program", "project", "policy", "basis"),
        ),
        group("日期", ("starts_on", "ends_on")),
        group("资金（万元）", "amount", ("moved", "moved_amount"), "amount_figures"),
        group("状态与采用", "review", "review_comment", "correction_reason"),
        group("出处", "sources", "note"),
    )

    @admin.display(description="受补方")
    def recipient(self, row: Subsidy) -> Any:
        return known(row.recipient)

    @admin.display(description="杠杆")
    def leverage(self, row: Subsidy) -> Any:
        return known(row.leverage_words)
