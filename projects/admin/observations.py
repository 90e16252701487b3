"""The admin of figures: typed as printed, read before the clerk's eyes, reviewed in bulk."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from simple_history.utils import bulk_update_with_history

from aidtracker.admin_filters import WorkToDo
from aidtracker.admin_skin import ModelAdmin, ReasonActionForm, group
from aidtracker.changes import after_change
from aidtracker.templatetags.formatting import period, plain
from projects.admin.entry import EntryPages
from projects.admin.readings import read_aloud
from projects.models import Observation, SkippedPhrase
from projects.models.observations import COMPUTED

Status = Observation.Status
REASON_LENGTH = Observation._meta.get_field("correction_reason").max_length
SHOWN_TITLE = 14  # characters of a document's title in a list


class ObservationForm(forms.ModelForm):
    """A figure; left without a number it comes after the others of its document."""

    class Media:
        js = ("admin/figure_preview.js",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "printed" in self.fields:
            self.fields["number"].required = False
            self.fields["number"].help_text = "在文献中的先后；留空则排在最后"
            address = reverse("admin:projects_observation_read_figure")
            self.fields["printed"].widget.attrs |= {
                "data-read-figure": address,
                "autocomplete": "off",
                "placeholder": "超过30 亿元",
            }

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if data.get("number") is None and "number" not in self.errors and data.get("source"):
            last = data["source"].observations.aggregate(last=Max("number"))["last"]
            data["number"] = (last or 0) + 1
        return data


def moving_to(status):
    """A bulk action that moves the chosen figures to `status` and says how many it moved."""

    @admin.action(description=status.label, permissions=["change"])
    def move(model_admin, request, queryset):
        rows = list(queryset.order_by().exclude(status=status))
        public = [row for row in rows if row.status == Status.APPROVED]
        reason = request.POST.get("reason", "").strip()[:REASON_LENGTH]
        if public and not reason:
            words = (
                f"所选有 {len(public)} 条已公开，改为“{status.label}”须在操作旁写明理由。没有改动。"
            )
            model_admin.message_user(request, words, messages.ERROR)
            return
        for row in public:
            row.correction_reason = reason
        set_status(rows, status, request.user)
        LogEntry.objects.log_actions(
            request.user.pk, rows, CHANGE, [{"changed": {"fields": ["状态"]}}]
        )
        model_admin.message_user(
            request, f"已将 {len(rows)} 条观测值设为“{status.label}”。", messages.SUCCESS
        )

    move.__name__ = f"move_to_{status}"
    return move


def set_status(rows, status, user):
    """Save the new status of figures together with their history."""
    for row in rows:
        row.status, row.updated_at = status, timezone.now()
    fields = ["status", "correction_reason", "updated_at"]
    with transaction.atomic():
        bulk_update_with_history(rows, Observation, fields, default_user=user)
        after_change(Observation)


@admin.register(Observation)
class ObservationAdmin(EntryPages, ModelAdmin):
    form = ObservationForm
    action_form = ReasonActionForm
    actions = tuple(moving_to(to) for to in (Status.APPROVED, Status.RETURNED, Status.WITHDRAWN))
    list_display = (
        "printed",
        "series",
        "when",
        "nature",
        "accumulation",
        "status",
        "short_source",
        "updated_at",
    )
    list_filter = (
        WorkToDo,
        "status",
        "source",
        "series",
        "nature",
        "accumulation",
        "qualifier",
        "rank",
        "is_period_inferred",
    )
    list_select_related = ("series", "source")
    search_fields = ("printed", "series__search_text", "source__search_text", "attributed_to")
    search_help_text = "原文数字、序列或文献"
    readonly_fields = (*COMPUTED, "paragraph")
    readonly_preprocess_fields = dict.fromkeys(("value", "value_high", "lower", "upper"), plain)
    fieldsets = (
        group("原文位置", "source", "number", ("start", "end"), "paragraph"),
        group("数值", "printed", ("value", "value_high"), ("lower", "upper"), "qualifier"),
        group("含义", "series", "nature", "accumulation"),
        group("期间", ("period_start", "period_end"), "as_of", "period_text", "is_period_inferred"),
        group(
            "状态与采用",
            "attributed_to",
            "status",
            "rank",
            "rank_reason",
            "correction_reason",
            "note",
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).defer("source__text")

    def get_urls(self):
        view = self.admin_site.admin_view(self.read_figure)
        return [
            path("read-figure/", view, name="projects_observation_read_figure"),
            *super().get_urls(),
        ]

    def is_of_consequence(self, form):
        """A figure that neither is public nor was has no part in any finding."""
        return Status.APPROVED in (form.instance.status, form.initial.get("status"))

    def read_figure(self, request):
        """Answer what would be stored for `printed`, for the form to show while it is typed."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        printed = request.GET.get("printed", "").strip()
        is_readable, sentence = read_aloud(printed, request.GET.get("series", ""))
        return JsonResponse({"is_readable": is_readable, "sentence": sentence})

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST:  # the next figure is mostly of the same document
            return HttpResponseRedirect(f"{request.path}?source={obj.source_id}")
        return response

    @admin.display(description="文献", ordering="source")
    def short_source(self, row):
        return format_html(
            '<span title="{}">{}</span>', row.source, Truncator(row.source).chars(SHOWN_TITLE)
        )

    @admin.display(description="期间", ordering="period_end")
    def when(self, row):
        return period(row)


@admin.register(SkippedPhrase)
class SkippedPhraseAdmin(ModelAdmin):
    list_display = ("__str__", "source", "start", "end", "reason", "note", "updated_at")
    list_filter = ("reason", "source")
    list_select_related = ("source",)
    search_fields = ("source__search_text", "note")
    search_help_text = "文献或说明"
    fieldsets = (group(None, "source", "start", "end", "reason", "note"),)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("source__text")
