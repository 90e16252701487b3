"""Actions on rows of a list leave out those that somebody changed since the list was made."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from aidtracker.trail import acts
from aidtracker.trail.conflicts import hold, is_versioned, marks, row_number, shown_version

MADE_AT = "list-made-at"
MOST_NAMES = 5


class VersionedActions(admin.ModelAdmin):
    """For a ModelAdmin: its list says which version of each row it shows, its actions ask."""

    def get_changelist_instance(self, request):
        """The list, with when it was made and what it shows, for a page to carry along."""
        made_at = timezone.now()
        changelist: Any = super().get_changelist_instance(request)
        changelist.made_at = made_at.isoformat() if is_versioned(self.model) else ""
        changelist.shown_versions = partial(shown_versions, changelist)
        changelist.conflicts = partial(conflicts, changelist)
        queues = (getattr(spec, "queue", None) for spec in changelist.filter_specs)
        changelist.queue = next(filter(None, queues), None)
        return changelist

    def changelist_view(self, request, extra_context=None):
        if request.method != "POST" or not is_versioned(self.model):
            return super().changelist_view(request, extra_context)
        with transaction.atomic():
            if "_save" in request.POST:
                acts.describe(way=acts.Way.LIST, subject=str(self.opts.verbose_name_plural))
                hold(self.model, map(row_number, self._get_edited_object_pks(request, "form")))
            return super().changelist_view(request, extra_context)

    def response_action(self, request, queryset, *args, **kwargs):
        if not is_versioned(self.model):
            response = super().response_action(request, queryset, *args, **kwargs)
        else:
            response = self.act_on_unchanged(request, queryset, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            context = response.context_data or {}
            picked = queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
            shown = marks(context.get("queryset", picked))
            response.context_data = {"shown_versions": shown, **context}
        return response

    def act_on_unchanged(self, request, queryset, *args, **kwargs):
        """Let an action have the chosen rows that are as the list showed them; name the others."""
        acts.describe(
            way=acts.Way.ACTION,
            subject=self.action_name(request),
            reason=request.POST.get("reason", "").strip(),
        )
        picked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        gone = len(set(map(int, picked)) - hold(self.model, picked))
        if is_for_all(request.POST):
            hold(self.model, queryset.order_by().values_list("pk", flat=True))
        changed = self.changed_rows(request, queryset, picked)
        if gone:
            words = f"所选有 {gone} 条在您打开列表后已被删除。"
            self.message_user(request, words, messages.WARNING)
        if not changed:
            return super().response_action(request, queryset, *args, **kwargs)
        self.warn_of_rows(request, changed)
        rest = queryset.exclude(pk__in=[row.pk for row in changed])
        is_across = is_for_all(request.POST)
        some = rest if is_across else rest.filter(pk__in=picked)
        if not some.exists():
            return None
        return super().response_action(request, rest, *args, **kwargs)

    def changed_rows(self, request, queryset, picked):
        """The chosen rows that are not as the list showed them, or were changed out of it."""
        rows = self.get_queryset(request).filter(pk__in=picked)
        found = [row for row in rows if self.is_outdated(request, row)]
        if is_for_all(request.POST):
            made_at = moment_of(request.POST.get(MADE_AT, ""))
            others = queryset.exclude(pk__in=picked)
            found += others.filter(updated_at__gt=made_at) if made_at else others
        return found

    def is_outdated(self, request, row):
        """Whether a row is not, or not provably, as the page that was sent showed it."""
        return shown_version(request.POST, self.model, row.pk) != row.version

    def warn_of_rows(self, request, rows):
        names = "、".join(f"“{row}”" for row in rows[:MOST_NAMES])
        more = "等" if len(rows) > MOST_NAMES else ""
        said = f"以下 {len(rows)} 条在您打开列表后已被修改，没有处理"
        words = f"{said}：{names}{more}，请核对后再选。"
        self.message_user(request, words, messages.WARNING)

    def action_name(self, request):
        """The name of the action that was sent; empty for none."""
        sent = request.POST.getlist("action")
        index = request.POST.get("index", "0")
        place = int(index) if index.isdecimal() and int(index) < len(sent) else 0
        names = dict(self.get_action_choices(request))
        return str(names.get(sent[place], "")) if sent else ""


def is_for_all(data):
    """Whether an action is for all rows of a list, also those on its other pages."""
    return data.get("select_across", "") not in ("", "0")


def shown_versions(changelist):
    """The hidden inputs for the rows that a list shows."""
    return marks(changelist.result_list)


def conflicts(changelist):
    """The rows sent with cells that others changed meanwhile, as forms."""
    forms = changelist.formset.forms if changelist.formset else ()
    return [form for form in forms if getattr(form, "missed", None)]


def moment_of(text):
    """The time that a page says it was made; None if it says none."""
    try:
        return parse_datetime(text)
    except ValueError:
        return None
