"""The queue of what checking the figures found: settled by a person, computed by nobody."""

from copy import copy

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.html import format_html_join

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.forms import RecordForm
from aidtracker.desk.skin import ModelAdmin, ReasonActionForm, form_of, group, link_to
from aidtracker.ground.scope import readable, scope_of
from aidtracker.review.proposals import Proposal, propose_many
from aidtracker.review.reviewed import REASON_LENGTH
from aidtracker.templatetags.formatting import UNKNOWN
from projects.admin.figure_words import all_in_full
from projects.models import Finding
from projects.models.findings import COMPUTED

State = Finding.State


def ask_explanation(form: RecordForm) -> None:
    """Whatever is not open says why."""
    state = form.cleaned_data.get("state", State.OPEN)
    if state != State.OPEN and not form.cleaned_data.get("explanation", "").strip():
        words = f"设为“{State(state).label}”时，请写下说明：据什么这样判断。"
        raise ValidationError({"explanation": words})


class Lookalikes(admin.SimpleListFilter):
    """Of figures that are easily confused only those most alike, unless somebody asks for all."""

    title = "容易混淆"
    parameter_name = "lookalikes"
    ASKED = ("kind__exact", "observations__id__exact", "q")

    def lookups(self, request, model_admin):
        return (("all", "全部列出"),)

    def choices(self, changelist):
        choices = list(super().choices(changelist))
        return [{**choices[0], "display": "只列最相近的"}, *choices[1:]]

    def queryset(self, request, queryset):
        is_asked = self.value() == "all" or any(request.GET.get(name) for name in self.ASKED)
        return queryset if is_asked else queryset.without_lesser_lookalikes()


def take_reason(form: RecordForm) -> None:
    """Left as it was, the reason is what is newly explained."""
    data = form.cleaned_data
    if "explanation" in form.changed_data and "correction_reason" not in form.changed_data:
        data["correction_reason"] = data.get("explanation", "")[:REASON_LENGTH]


class FindingForm(RecordForm):
    """How a person settles a finding."""

    typed_checks = (ask_explanation, take_reason, *RecordForm.typed_checks)


class SettleActionForm(ReasonActionForm):
    """The box of the queue's actions, with room for the explanation."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = {"placeholder": "说明（必填，公开）", "aria-label": "说明"}
        self.fields["reason"].widget.attrs |= words


def proposals_of(rows, state, explanation, user):
    """What a user may only propose of settling findings: what stands beside published figures."""
    home = scope_of(user).home
    for before in rows:
        row = copy(before)
        row.state, row.explanation = state, explanation
        if row.is_proposed(before, user):
            reason = explanation[:REASON_LENGTH]
            yield Proposal(before, row, Finding.SHOWN, reason=reason, home=home)


def settling_as(state):
    """A bulk action that settles the chosen findings with one explanation."""

    @admin.action(description=f"设为“{state.label}”", permissions=["change"])
    def settle(model_admin, request, queryset):
        explanation = request.POST.get("reason", "").strip()
        if not explanation:
            words = f"设为“{state.label}”须在操作旁写下说明。没有改动。"
            model_admin.message_user(request, words, messages.ERROR)
            return
        rows = list(queryset.order_by())
        Finding.ask_at_once(rows)
        proposals = list(proposals_of(rows, state, explanation, request.user))
        proposed = {one.row.pk for one in proposals}
        settled = [row for row in rows if row.pk not in proposed]
        try:
            with transaction.atomic():
                propose_many(proposals)
                Finding.objects.settle(settled, state, explanation)
                fields = [{"changed": {"fields": ["处理", "说明"]}}]
                LogEntry.objects.log_actions(request.user.pk, settled, CHANGE, fields)
        except ValidationError as error:
            model_admin.message_user(request, "".join(error.messages), messages.ERROR)
            return
        if settled:
            words = f"已将 {len(settled)} 条核对设为“{state.label}”。"
            model_admin.message_user(request, words, messages.SUCCESS)
        if proposed:
            words = (
                f"{len(proposed)} 条核对的说明公开在已发布的数字旁，已存为变更申请，"
                "提交并审核、发布后生效。"
            )
            model_admin.message_user(request, words, messages.SUCCESS)

    settle.__name__ = f"settle_as_{state}"
    return settle


@admin.register(Finding)
class FindingAdmin(ModelAdmin):
    form = FindingForm
    action_form = SettleActionForm
    actions = tuple(settling_as(to) for to in (State.EXPLAINED, State.DISMISSED))
    list_display = ("outcome", "kind", "computation", "handling", "explanation", "updated_at")
    list_display_links = ("outcome", "computation")
    list_filter = (WorkToDo, Lookalikes, "result", "state", "kind", "is_current", "observations")
    search_help_text = "计算、说明或核对键"
    readonly_fields = (*COMPUTED, "figures")
    fieldsets = (
        group("名称与类型", "kind", "result", "figures"),
        group("计算", "title", "computation", "is_current"),
        group("说明", "state", "explanation", "correction_reason"),
    )

    def get_queryset(self, request):
        return readable(Finding.objects.worst_first(), request.user)

    def get_ordering(self, request):
        """The worst first and, of each result, the open ones."""
        return ("severity", "-state", "kind", "weight", "key")

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        """What stands beside published figures is no more deleted than they are."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_relied_on)

    def save_model(self, request, obj, form, change):
        Finding.objects.filter(pk=obj.pk).remember()
        super().save_model(request, obj, form, change)

    def get_object(self, request, object_id, from_field=None):
        found = super().get_object(request, object_id, from_field)
        if found:
            found.reader = request.user
        return found

    @admin.display(description="所涉数字和记录")
    def figures(self, row):
        """The figures, each in its sentence, and other records, each leading to its form."""
        figures = list(row.figures_in_words())
        said = all_in_full(one for one in figures if one.quote)
        lines = [
            *((link_to(form_of(one), one), said.get(one.pk, "")) for one in figures),
            *((link_to(form_of(one), one), "") for one in row.linked_records),
        ]
        return format_html_join("", "<div>{} {}</div>", lines) or UNKNOWN

    @admin.display(description="结果", ordering="severity")
    def outcome(self, row):
        return f"{row.sign} {row.get_result_display()}"

    @admin.display(description="处理", ordering="state")
    def handling(self, row):
        return row.state_words or UNKNOWN
