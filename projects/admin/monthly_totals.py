"""The page that sums a headquarters' month: what is in each sum, and freezing them as figures."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from aidtracker.ground.months import in_chinese, last_complete_month, month_of, month_text
from aidtracker.ground.scope import scope_of
from programs.models import Headquarters
from projects.monthly.freezing import changes_since, editions, freeze
from projects.monthly.totals import monthly_report


class MonthForm(forms.Form):
    """Whose sums of which month."""

    headquarters = forms.ModelChoiceField(
        Headquarters.objects.none(),
        label="援疆指挥部",
        error_messages={"invalid_choice": "这个指挥部不在您的范围之内。"},
    )
    month = forms.CharField(label="月份", max_length=12)

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["headquarters"]
        choice.queryset = own_headquarters(user)
        if len(choice.queryset[:2]) == 1:
            choice.initial, choice.empty_label = choice.queryset[0], None

    def clean_month(self):
        try:
            return month_of(self.cleaned_data["month"])
        except ValueError as error:
            raise ValidationError(str(error)) from error


def own_headquarters(user):
    """The headquarters whose figures a user may enter."""
    scope, rows = scope_of(user), Headquarters.objects.order_by("name")
    return rows if scope.changes_all else rows.filter(pk__in=scope.headquarters)


def monthly_totals(request):
    """Ask for a month; show its sums; freeze them when that is confirmed."""
    if not request.user.has_perm("projects.add_observation"):
        raise PermissionDenied
    asked = request.POST or request.GET or None
    form = MonthForm(request.user, asked, initial={"month": month_text(last_complete_month())})
    context = {"form": form, "report": None, "title": "月报汇总"}
    if form.is_bound and form.is_valid():
        try:
            report = monthly_report(**form.cleaned_data)
            if request.method == "POST":
                return frozen(request, report)
            context |= preview(report)
        except ValidationError as error:
            messages.error(request, error.messages[0])
    context |= admin.site.each_context(request)
    return TemplateResponse(request, "admin/projects/monthly_totals.html", context)


def preview(report):
    """What would be frozen, and how it differs from what was frozen before."""
    before = editions(report)
    return {
        "report": report,
        "last": before[-1] if before else None,
        "changes": changes_since(before[-1], report) if before else [],
        "month": month_text(report.month),
        "month_words": in_chinese(report.month),
    }


def frozen(request, report):
    """Freeze a report, say what came of it, and lead to the figures."""
    source = freeze(report)
    if source is None:
        messages.info(request, f"{report.title}的合计没有变化，没有新增。")
        return redirect(f"{request.path}?{query_of(report)}")
    words = f"已生成《{source.title}》，{len(report.sums)} 个数字存为草稿，请提交审核。"
    if source.note:
        words += f"{source.note}旧版已公开的数字请撤回，或设为不再采用。"
    messages.success(request, words)
    figures = reverse("admin:projects_observation_changelist")
    return redirect(f"{figures}?source__id__exact={source.pk}")


def query_of(report):
    return f"headquarters={report.headquarters.pk}&month={month_text(report.month)}"
