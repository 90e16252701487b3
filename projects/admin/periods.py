"""The admin of the months that headquarters report about: opened for all at once, then locked."""

from itertools import chain, islice

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from aidtracker.desk.lists import MADE_AT
from aidtracker.desk.skin import ModelAdmin, ReasonActionForm, group, link_to
from aidtracker.desk.theme import may_open_page
from aidtracker.ground.months import in_chinese, last_complete_month, month_of, month_text
from aidtracker.trail import acts
from projects.admin.ledger_filters import MonthFilter
from projects.admin.monthly_totals import own_headquarters
from projects.datasets import GRID
from projects.models import ReportingPeriod
from projects.monthly.due import Gap, gaps
from projects.monthly.period_locks import lock, unlock


class PeriodActionForm(ReasonActionForm):
    """The box of the list's actions."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["placeholder"] = "理由（解锁时必填）"


SURE = "sure"
MOST_GAPS = 60  # that are listed before locking


@admin.action(description="锁定", permissions=["change"])
def lock_periods(model_admin, request, queryset):
    """Lock months; if reports are missing, only once somebody has seen which."""
    if SURE not in request.POST:
        opened = queryset.filter(locked_on=None).select_related("headquarters")
        found = list(islice(chain.from_iterable(map(gaps, opened)), MOST_GAPS + 1))
        if found:
            return model_admin.page_before_locking(request, queryset, found)
    number = lock(queryset, request.user)
    messages.success(request, f"已锁定 {number} 个账期；此后的改动须写明更正理由。")
    return None


@admin.action(description="解锁", permissions=["change"])
def unlock_periods(model_admin, request, queryset):
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, "解锁须在操作旁写明理由。没有改动。")
        return
    number = unlock(queryset, request.user, reason)
    messages.success(request, f"已解锁 {number} 个账期。")


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(ModelAdmin):
    action_form = PeriodActionForm
    actions = (lock_periods, unlock_periods)
    change_list_template = "admin/projects/periods.html"
    list_display = ("headquarters", "which_month", "due", "standing", "note")
    list_filter = ("headquarters", MonthFilter)
    search_help_text = "指挥部"
    readonly_fields = ("locked_on",)
    fieldsets = (
        group("名称与类型", "headquarters", "month"),
        group("日期", "due_on", "locked_on"),
        group("出处", "note"),
    )

    def get_urls(self):
        view = self.admin_site.admin_view(self.open_month)
        return [path("open/", view, name="projects_reportingperiod_open"), *super().get_urls()]

    def get_readonly_fields(self, request, obj=None):
        """Whose month it is stays: what was locked can not become another month."""
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "headquarters", "month", *self.ways_on(request)) if obj else fixed

    def has_delete_permission(self, request, obj=None):
        """A locked month is unlocked first, with a reason."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and not (obj is not None and obj.is_locked)

    def changelist_view(self, request, extra_context=None):
        offer = {"month": month_text(last_complete_month()), "may_open": self.may_open(request)}
        return super().changelist_view(request, offer | (extra_context or {}))

    def page_before_locking(
        self, request: HttpRequest, periods: QuerySet, found: list[Gap]
    ) -> TemplateResponse:
        """What is missing of the months that shall be locked."""
        names = ("action", MADE_AT, "select_across")
        context = {
            **self.admin_site.each_context(request),
            "title": f"锁定账期 {periods.count()} 个",
            "opts": self.opts,
            "gaps": found[:MOST_GAPS],
            "has_more": len(found) > MOST_GAPS,
            "picked": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "carried": [(name, request.POST.get(name, "")) for name in names],
            "address": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/projects/lock_periods.html", context)

    def may_open(self, request):
        return self.has_add_permission(request)

    @method_decorator(require_POST)
    def open_month(self, request):
        """Add a month for every headquarters of the user that does not have it yet."""
        if not self.may_open(request):
            raise PermissionDenied
        try:
            month = month_of(request.POST.get("month", ""))
        except ValueError as error:
            messages.error(request, str(error))
        else:
            with transaction.atomic():
                acts.describe(subject=f"建立{in_chinese(month)}的账期")
                own = own_headquarters(request.user)
                new = ReportingPeriod.objects.open_month(month, own)
            messages.success(request, f"{in_chinese(month)}：新建 {len(new)} 个账期。")
        return HttpResponseRedirect(reverse("admin:projects_reportingperiod_changelist"))

    def get_list_display(self, request):
        return [*super().get_list_display(request), *self.ways_on(request)]

    def get_fieldsets(self, request, obj=None):
        ways = self.ways_on(request) if obj else []
        more = [group("这个月的月报", *ways)] if ways else []
        return [*super().get_fieldsets(request, obj), *more]

    def ways_on(self, request):
        """Which pages of a month this user may open."""
        found = ["filling"] if may_open_page(GRID, request) else []
        return [*found, "totals"] if request.user.has_perm("projects.add_observation") else found

    @admin.display(description="按月填报")
    def filling(self, period):
        return way_to("projects_grid", "填报", period)

    @admin.display(description="月报汇总")
    def totals(self, period):
        return way_to("projects_monthly_totals", "汇总", period)

    @admin.display(description="月份", ordering="month")
    def which_month(self, period):
        return in_chinese(period.month)

    @admin.display(description="填报截止", ordering="due_on")
    def due(self, period):
        return f"{period.due:%Y-%m-%d}"

    @admin.display(description="状况", ordering="locked_on")
    def standing(self, period):
        if period.is_locked:
            return f"{period.locked_on:%Y-%m-%d} 锁定"
        return "已过截止" if period.due < timezone.localdate() else "填报中"


def way_to(name, words, period):
    """A link to a page about the month of a period."""
    about = {"headquarters": period.headquarters_id, "month": month_text(period.month)}
    return link_to(reverse(f"admin:{name}", query=about), words)
