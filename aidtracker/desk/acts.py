"""The audit trail in the admin: who did what, what it changed, taking it back, taking it along."""

from datetime import datetime, time, timedelta

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.dateparse import parse_date
from django.utils.decorators import method_decorator
from django.utils.timezone import localtime, make_aware
from django.views.decorators.http import require_safe

from aidtracker.desk.scope import Frozen
from aidtracker.desk.skin import DropdownFilter, PlainModelAdmin, RangeDateFilter
from aidtracker.ground.people import with_own_name
from aidtracker.sheets import FORMATS, file_name, file_of
from aidtracker.trail import acts
from aidtracker.trail.conflicts import row_number
from aidtracker.trail.effects import (
    Touched,
    act_facts,
    changes_of,
    detail_words,
    kept_counts_of,
    may_be_undone,
    plan_rows,
    trail,
)
from aidtracker.trail.undo import UndoError, plan_for, undo

MOST_IN_EXCEL = 100_000
SHOWN_OBSTACLES = 50


class ByPerson(DropdownFilter):
    title = "用户"
    parameter_name = "person"

    def lookups(self, request, model_admin):
        """Everybody; nobody, and so no filter, for those who see only their own acts."""
        if not (sees_all(request) or model_admin.oversees_accounts(request.user)):
            return []
        people = User.objects.filter(is_staff=True).order_by("username")
        names = people.values_list("pk", "username", "last_name", "first_name")
        return [(str(pk), with_own_name(*name)) for pk, *name in names]

    def queryset(self, request, queryset):
        number = row_number(self.value() or "")
        return queryset if number is None else queryset.filter(user=number)


class Days(RangeDateFilter):
    """From one day to another, both included."""

    def queryset(self, request, queryset):
        first, last = (parse_day(self.used_parameters.get(f"at_{end}")) for end in ("from", "to"))
        if first:
            queryset = queryset.filter(at__gte=first)
        return queryset.filter(at__lt=last + timedelta(days=1)) if last else queryset


def parse_day(text):
    """The beginning of a day here; None for no day."""
    try:
        day = parse_date((text or "").replace("/", "-"))
    except ValueError:
        return None
    return make_aware(datetime.combine(day, time.min)) if day else None


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由",
        max_length=acts.REASON_LENGTH,
        error_messages={"required": "请写明撤销的理由。"},
        widget=forms.TextInput(attrs={"class": "record-reason", "autocomplete": "off"}),
    )


def sees_all(request):
    """Whether a person sees all acts of others, too."""
    return request.user.has_perm("aidtracker.view_act")


def undo_label(act):
    return "撤销本次导入" if act.way == acts.Way.IMPORT else "撤销"


class ActAdmin(Frozen, PlainModelAdmin):
    """操作记录, for whoever may see it; others see their own acts, and whose work they oversee.

    Registered by who knows who oversees the accounts.
    """

    list_display = ("when", "who", "way", "what", "address", "rows_changed", "reason")
    list_display_links = ("when",)
    facts_columns = ("rows_changed",)
    list_select_related = ("user",)
    list_filter = ("way", ByPerson)
    search_fields = ("user_name", "subject")
    search_help_text = "用户名或对象"
    ordering = ("-at", "id")
    actions = None
    change_list_template = "admin/acts/list.html"

    # Who may see it

    def has_view_permission(self, request, obj=None):
        return obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if sees_all(request):
            return rows
        own = Q(user=request.user)
        oversees = self.oversees_accounts(request.user)
        return rows.filter(own | Q(way__in=acts.ABOUT_ACCOUNTS) if oversees else own)

    def oversees_accounts(self, user: User) -> bool:
        """Whether a person sees all log-ins and changes of accounts."""
        raise NotImplementedError

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("export/", wrap(self.export_view), name="aidtracker_act_export"),
            path("<uuid:pk>/undo/", wrap(self.undo_view), name="aidtracker_act_undo"),
            *super().get_urls(),
        ]

    # The list

    def facts_of(self, rows):
        """How many rows each act changed, in one query."""
        counts = {act: own.values() for act, own in kept_counts_of(rows).items() if own}
        return {act: Touched(*map(sum, zip(*own, strict=True))) for act, own in counts.items()}

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), ("at", Days)]

    def lookup_allowed(self, lookup, value, request):
        return lookup in ("at_from", "at_to") or super().lookup_allowed(lookup, value, request)

    @admin.display(description="时间", ordering="at")
    def when(self, act):
        return f"{localtime(act.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description="用户")
    def who(self, act):
        return act.who or None

    @admin.display(description="对象")
    def what(self, act):
        return act.subject or None

    @admin.display(description="改动")
    def rows_changed(self, act, touched):
        return str(touched) if touched else None

    # One act

    @method_decorator(require_safe)
    def change_view(self, request, object_id, form_url="", extra_context=None):
        act = self.act_or_404(request, object_id)
        context = {
            "title": str(act),
            "act": act,
            "facts": act_facts(act),
            "details": [detail_words(item) for item in act.details],
            "changes": list(changes_of(act)),
            "undo_label": undo_label(act) if may_be_undone(act, request.user) else "",
        }
        return self.act_page(request, "admin/acts/act.html", context)

    def history_view(self, request, object_id, extra_context=None):
        raise Http404("The trail has no history of its own.")

    def act_or_404(self, request, pk):
        act = self.get_object(request, str(pk))
        if act is None or not self.has_view_permission(request, act):
            raise Http404("No such act for this user.")
        return act

    def act_page(self, request, template, context):
        return TemplateResponse(
            request,
            template,
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
        )

    # Undo

    def undo_view(self, request, pk):
        """What undoing an act would do, with the question why; then the undoing itself."""
        act = self.act_or_404(request, pk)
        form = ReasonForm(request.POST or None)
        found = []
        if request.method == "POST" and form.is_valid():
            try:
                plan = undo(act, request.user, form.cleaned_data["reason"])
            except UndoError as error:
                found = error.messages
            else:
                messages.success(request, f"已撤销：{act}。")
                for words in plan.notes[:SHOWN_OBSTACLES]:
                    messages.warning(request, words)
                return redirect("admin:aidtracker_act_change", acts.current().pk)
        plan = plan_for(act, request.user)
        found = found or plan.obstacles
        context = {
            "title": f"撤销{act}",
            "act": act,
            "form": form,
            "changes": list(plan_rows(plan)),
            "obstacles": found[:SHOWN_OBSTACLES],
            "more_obstacles": max(0, len(found) - SHOWN_OBSTACLES),
            "notes": plan.notes[:SHOWN_OBSTACLES],
        }
        return self.act_page(request, "admin/acts/undo.html", context)

    # Export

    @method_decorator(require_safe)
    def export_view(self, request):
        """The acts of the list, with its filters, as a file: a line for each row changed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.GET.copy()
        file_format = (query.pop("format", None) or ["xlsx"])[-1]
        query.pop("p", None)
        asked, request.GET = query.urlencode(), query
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseBadRequest("没有这样的筛选。")
        if file_format not in FORMATS:
            return HttpResponseBadRequest("只有 csv 和 xlsx 两种格式。")
        if file_format == "xlsx" and rows.order_by()[: MOST_IN_EXCEL + 1].count() > MOST_IN_EXCEL:
            return HttpResponseBadRequest(
                f"超过 {MOST_IN_EXCEL} 次操作，Excel 装不下：请缩小日期范围，或导出 CSV。"
            )
        details = [["格式", file_format], ["筛选", asked]]
        acts.record(acts.Way.EXPORT, request=request, subject="操作记录", details=details)
        return file_of(file_name("acts", file_format), *trail(rows))
