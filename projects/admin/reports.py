"""The admin of the monthly ledgers, one list for each kind of report."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html
from django.utils.text import Truncator

from aidtracker.desk.skin import ModelAdmin, group
from aidtracker.ground.months import in_chinese
from projects.admin.cautions import Cautioned
from projects.admin.ledger_filters import MonthFilter, OwnerFilter
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import (
    InvestmentReport,
    JobsReport,
    OutletReport,
    ProgressReport,
    TargetReport,
    TrainingReport,
)

SHOWN = 24  # characters of the progress in a list


class ReportAdmin(Cautioned, ReviewedAdmin, ModelAdmin):
    """A monthly ledger: `columns` of its list, `groups` of its form; the rest follows its key."""

    columns: ClassVar[tuple[str, ...]] = ()
    groups: ClassVar[tuple[Any, ...]] = ()

    def __init__(self, model, admin_site):
        about = [field.name for field in model.identity_fields()]
        self.list_display = (*self.columns, "cautions", "review")
        self.list_filter = (MonthFilter, "review", OwnerFilter, WarnedFilter, about[-1])
        self.fieldsets = (
            group("名称与类型", *about, "month"),
            *self.groups,
            group("状态与采用", "review", "review_comment", "correction_reason", "note"),
        )
        super().__init__(model, admin_site)

    @admin.display(description="进展")
    def progress(self, row):
        words = row.physical_progress
        return format_html('<span title="{}">{}</span>', words, Truncator(words).chars(SHOWN))

    @admin.display(description="月份", ordering="month")
    def in_month(self, row):
        return in_chinese(row.month)


@admin.register(ProgressReport)
class ProgressReportAdmin(ReportAdmin):
    columns = (
        *("project", "in_month", "progress", "work_done_month", "work_done_to_date"),
        *("received_to_date", "paid_to_date"),
    )
    search_help_text = "项目名称、编号、拼音或首字母"
    groups = (
        group("进度", "physical_progress", "problems", "next_step"),
        group(
            "资金（万元）",
            ("work_done_month", "work_done_to_date"),
            *("received_to_date", "disbursed_to_date", "paid_to_date"),
            "amount_figures",
        ),
    )


@admin.register(InvestmentReport)
class InvestmentReportAdmin(ReportAdmin):
    columns = ("investment", "in_month", "progress", "arrived_month", "arrived_to_date", "jobs")
    search_help_text = "招商项目名称、编号、拼音或首字母"
    groups = (
        group("进度", "physical_progress", "problems"),
        group("资金（万元）", ("arrived_month", "arrived_to_date"), "amount_figures"),
        group("就业", "jobs"),
    )


@admin.register(OutletReport)
class OutletReportAdmin(ReportAdmin):
    columns = ("outlet", "in_month", "tonnes", "sales", "problems")
    search_help_text = "网点名称、别名、拼音或首字母"
    groups = (group("销售", ("tonnes", "sales"), "amount_figures", "problems"),)


@admin.register(JobsReport)
class JobsReportAdmin(ReportAdmin):
    columns = ("site", "headquarters", "in_month", "jobs", "hired", "left")
    search_help_text = "场所或指挥部"
    groups = (group("就业", "jobs", ("hired", "left"), "attributed_to"),)


@admin.register(TrainingReport)
class TrainingReportAdmin(ReportAdmin):
    columns = ("headquarters", "kind", "in_month", "classes", "trainees", "person_days")
    search_help_text = "指挥部"
    groups = (group("培训", "classes", "trainees", "person_days"),)


@admin.register(TargetReport)
class TargetReportAdmin(ReportAdmin):
    columns = ("target", "in_month", "done", "done_to_date", "problems")
    search_help_text = "任务名称、编号、拼音或首字母"
    groups = (group("计数", ("done", "done_to_date"), "problems"),)
