"""The admin of the monthly ledgers, one list for each kind of report."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from aidtracker.admin_skin import ChangeList, ModelAdmin, group
from aidtracker.months import in_chinese
from projects.admin.ledger_filters import CommandFilter, MonthFilter
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import (
    InvestmentReport,
    JobsReport,
    OutletReport,
    ProgressReport,
    TrainingReport,
)
from projects.warnings import for_reports

SHOWN = 24  # characters of the progress in a list
STANDING = group("状态与采用", "review", "review_comment", "correction_reason", "note")


class ReportList(ChangeList):
    """A page of reports, each with what the rules say of it, in three queries for the page."""

    result_list: Any

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        warnings = for_reports(self.result_list)
        for report in self.result_list:
            report.warnings = warnings.get(report.pk, [])


class ReportAdmin(ReviewedAdmin, ModelAdmin):
    """What the lists of all monthly reports have in common."""

    list_filter: ClassVar[Any] = (MonthFilter, "review", CommandFilter, WarnedFilter)

    def get_changelist(self, request, **kwargs):
        return ReportList

    @admin.display(description="预警")
    def cautions(self, row):
        """A sign for who approves, and behind it what the rules say."""
        if not row.warnings:
            return ""
        lines = format_html_join("", "<li>{}</li>", ((words,) for words in row.warnings))
        return format_html(
            '<details class="review-caution"><summary title="{}">⚠ {} 条</summary>'
            "<ul>{}</ul></details>",
            "\n".join(row.warnings),
            len(row.warnings),
            lines,
        )

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
