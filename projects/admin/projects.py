"""The admin of aid projects and those who take part in them."""

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.forms import RecordForm
from aidtracker.desk.formsets import RecordFormSet
from aidtracker.desk.skin import ModelAdmin, TabularInline, group
from aidtracker.templatetags.formatting import UNKNOWN, names
from projects.admin.attachments import WithAttachments
from projects.admin.inlines import MilestoneInline, PlanInline, ProgressInline
from projects.admin.parts_of_reviewed import PartAdmin
from projects.admin.plans import plans_said
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import Project, ProjectParty
from projects.models.projects import AMOUNTS


class PartyForm(RecordForm):
    """A party; left without a number it comes after the others."""

    def __init__(self, *args, next_number=1, **kwargs):
        super().__init__(*args, **kwargs)
        self.next_number = next_number
        self.fields["number"].required = False
        self.fields["number"].help_text = "留空则排在最后"

    def clean_number(self):
        number = self.cleaned_data["number"]
        return self.next_number if number is None else number


class PartyFormSet(RecordFormSet):
    def get_form_kwargs(self, index):
        last = max((party.number for party in self.get_queryset()), default=0)
        ahead = 0 if index is None else index - self.initial_form_count()
        return {**super().get_form_kwargs(index), "next_number": last + ahead + 1}


class PartyInline(TabularInline):
    model = ProjectParty
    form = PartyForm
    formset = PartyFormSet
    fields = ("number", "role", "enterprise", "headquarters", "organisation")


@admin.register(Project)
class ProjectAdmin(WithAttachments, ReviewedAdmin, ModelAdmin):
    list_display = (
        "name",
        "headquarters",
        "places",
        "status",
        "total_amount",
        "planned_amount",
        "review",
        "updated_at",
    )
    list_filter = (
        WorkToDo,
        WarnedFilter,
        "review",
        "status",
        "headquarters",
        "regions",
        "programs",
        "category",
        "batch",
        "is_livelihood",
        "is_local",
    )
    search_help_text = "名称、别名、编号、拼音或首字母"
    first_fields = (
        *("name", "code", "headquarters", "category", "construction", "status", "regions"),
        *("planned_start", "planned_completion", "total_amount", "planned_amount", "sources"),
    )
    readonly_fields = ("plans_in_all", "attachments")
    inlines = (PartyInline, PlanInline, MilestoneInline, ProgressInline)
    fieldsets = (
        group(
            "名称与类型",
            "name",
            "slug",
            "aliases",
            "code",
            "category",
            "delivery",
            "spend_nature",
            "construction",
            "tier",
            "status",
            ("is_livelihood", "is_local"),
        ),
        group("关系", "headquarters", "batch", "regions", "programs", "site"),
        group(
            "日期",
            "approved_on",
            ("planned_start", "planned_completion"),
            "actual_start",
            "actual_completion",
        ),
        group("资金（万元）", *AMOUNTS, "plans_in_all", "amount_figures"),
        group("状态与采用", "review", "review_comment", "correction_reason"),
        group("出处", "sources", "attachments", "note"),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("regions")

    @admin.display(description="年度计划")
    def plans_in_all(self, row: Project) -> str:
        return plans_said(row) if row.pk else UNKNOWN

    @admin.display(description="受援地")
    def places(self, row):
        return names(row.regions.all())


@admin.register(ProjectParty)
class ProjectPartyAdmin(PartAdmin, ModelAdmin):
    list_display = ("project", "number", "role", "party_name", "updated_at")
    list_filter = ("role", "project", "enterprise", "headquarters")
    list_select_related = ("project", "enterprise", "headquarters")
    search_help_text = "项目、企业、指挥部或单位"
    fieldsets = (
        group(None, "project", "number", "role", "enterprise", "headquarters", "organisation"),
    )

    @admin.display(description="参与方")
    def party_name(self, row):
        return row.party_name
