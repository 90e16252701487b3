"""What stands below the form of a project, an investment or an outlet: plans, steps, reports."""

from django.contrib import admin

from aidtracker.desk.skin import ReadOnlyInline, TabularInline
from aidtracker.ground.months import in_chinese
from projects.models import InvestmentReport, Milestone, OutletReport, ProgressReport, ProjectPlan


class ReviewedInline(TabularInline):
    """Rows with a review of their own: new ones are added here, present ones have a form."""

    readonly_fields = ("review",)
    can_delete = False

    def has_change_permission(self, request, obj=None):
        return False


class PlanInline(ReviewedInline):
    model = ProjectPlan
    fields = ("year", "number", "amount", "reason", "source", "review")


class MilestoneInline(ReviewedInline):
    model = Milestone
    fields = ("number", "name", "planned_on", "actual_on", "review")


class ReportInline(ReadOnlyInline):
    """The latest monthly reports; they are entered on the page of the month."""

    per_page = 6
    ordering = ("-month",)

    @admin.display(description="月份")
    def in_month(self, row):
        return in_chinese(row.month)


class ProgressInline(ReportInline):
    model = ProgressReport
    fields = readonly_fields = (
        "in_month",
        "physical_progress",
        "work_done_month",
        "work_done_to_date",
        "received_to_date",
        "review",
    )


class ArrivalInline(ReportInline):
    model = InvestmentReport
    fields = readonly_fields = ("in_month", "arrived_month", "arrived_to_date", "jobs", "review")


class SalesInline(ReportInline):
    model = OutletReport
    fields = readonly_fields = ("in_month", "tonnes", "sales", "review")
