"""The admin of the monthly ledgers, one list for each kind of report."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html
from django.utils.text import Truncator

from aidtracker.desk.skin import ModelAdmin, group
from aidtracker.ground.months import in_chinese
from projects.admin.cautions import Cautioned
from projects.admin.ledger_filters import HeadquartersFilter, MonthFilter
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import (
    InvestmentReport,
    JobsReport,
    OutletReport,
    ProgressReport,
    TrainingReport,
)

SHOWN = 24  # characters of the progress in a list
STANDING = group("状态与采用", "review", "review_comment", "correction_reason", "note")


class ReportAdmin(Cautioned, ReviewedAdmin, ModelAdmin):
    """What the lists of all monthly reports have in common."""

    list_filter: ClassVar[Any] = (MonthFilter, "review", HeadquartersFilter, WarnedFilter)

    @admin.display(description="进展")
    def progress(self, row):
        words = row.physical_progress
        return format_html('<span title="{}">{}</span>', words, Truncator(words).chars(SHOWN))

    @admin.display(description="月份", ordering="month")
    def in_month(self, row):
        return in_chinese(row.month)


@admin.register(ProgressReport)
class ProgressReportAdmin(ReportAdmin):
    list_display = (
        "project",
        "in_month",
        "progress",
        "work_done_month",
        "work_done_to_date",
        "received_to_date",
        "paid_to_date",
        "cautions",
        "review",
    )
    list_filter = (*ReportAdmin.list_filter, "project")
    list_select_related = ("project",)
    search_fields = ("project__search_text",)
    search_help_text = "项目名称、编号、拼音或首字母"
    fieldsets = (
        group("名称与类型", "project", "month"),
        group("进度", "physical_progress", "problems", "next_step"),
        group(
            "资金（万元）",
            ("work_done_month", "work_done_to_date"),
            "received_to_date",
            "disbursed_to_date",
            "paid_to_date",
        ),
        STANDING,
    )


@admin.register(InvestmentReport)
class InvestmentReportAdmin(ReportAdmin):
    list_display = (
        "investment",
        "in_month",
        "progress",
        "arrived_month",
        "arrived_to_date",
        "jobs",
        "cautions",
        "review",
    )
    list_filter = (*ReportAdmin.list_filter, "investment")
    list_select_related = ("investment",)
    search_fields = ("investment__search_text",)
    search_help_text = "招商项目名称、编号、拼音或首字母"
    fieldsets = (
        group("名称与类型", "investment", "month"),
        group("进度", "physical_progress", "problems"),
        group("资金（万元）", ("arrived_month", "arrived_to_date")),
        group("就业", "jobs"),
        STANDING,
    )


@admin.register(OutletReport)
class OutletReportAdmin(ReportAdmin):
    list_display = ("outlet", "in_month", "tonnes", "sales", "problems", "cautions", "review")
    list_filter = (*ReportAdmin.list_filter, "outlet")
    list_select_related = ("outlet",)
    search_fields = ("outlet__search_text",)
    search_help_text = "网点名称、别名、拼音或首字母"
    fieldsets = (
        group("名称与类型", "outlet", "month"),
        group("销售", ("tonnes", "sales"), "problems"),
        STANDING,
    )


@admin.register(JobsReport)
class JobsReportAdmin(ReportAdmin):
    list_display = (
        *("site", "headquarters", "in_month", "jobs", "hired", "left"),
        *("cautions", "review"),
    )
    list_filter = (*ReportAdmin.list_filter, "site")
    list_select_related = ("site", "headquarters")
    search_fields = ("site__search_text", "headquarters__search_text")
    search_help_text = "场所或指挥部"
    fieldsets = (
        group("名称与类型", "headquarters", "site", "month"),
        group("就业", "jobs", ("hired", "left"), "attributed_to"),
        STANDING,
    )


@admin.register(TrainingReport)
class TrainingReportAdmin(ReportAdmin):
    list_display = (
        "headquarters",
        "kind",
        "in_month",
        "classes",
        "trainees",
        "person_days",
        "cautions",
        "review",
    )
    list_filter = (*ReportAdmin.list_filter, "kind")
    list_select_related = ("headquarters",)
    search_fields = ("headquarters__search_text",)
    search_help_text = "指挥部"
    fieldsets = (
        group("名称与类型", "headquarters", "kind", "month"),
        group("培训", "classes", "trainees", "person_days"),
        STANDING,
    )
