"""The history of a row in the admin: its states, what changed from one to the next, going back."""

from datetime import date, datetime, time
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.timezone import get_current_timezone

from aidtracker.ground.datasets import admin_page
from aidtracker.review.proposals import askers
from aidtracker.trail import acts
from aidtracker.trail.conflicts import (
    hold,
    is_versioned,
    mark,
    marks,
    name_in,
    row_number,
    state_now,
)
from aidtracker.trail.differences import value_in
from aidtracker.trail.links import numbers_by_key
from aidtracker.trail.states import StateInWords, deleted_rows, lines, steps

PER_PAGE = 50
NO_REASON = "请写明恢复的理由。"
NOTHING_SAVED = "没有改动，没有保存新的版本。"
UNCHANGED = "与现在相同，没有改动。"
# What a form says about a change, which alone is none.
REASONS = {"correction_reason"}
IN_THE_WAY = "数据库不允许恢复为这一版（编号、名称可能已被别的记录占用），没有改动。"


class HistoryPages(admin.ModelAdmin):
    """For a ModelAdmin: the list of a row's states, and one state beside the present one."""

    def get_urls(self):
        if not is_versioned(self.model):
            return super().get_urls()
        pages = (
            ("deleted", "deleted/", self.deleted_page),
            ("state", "<path:object_id>/history/<int:state_id>/", self.state_page),
            ("history", "<path:object_id>/history/", self.history_page),
        )
        own = [
            path(route, self.admin_site.admin_view(view), name=self.page_name(name))
            for name, route, view in pages
        ]
        return own + super().get_urls()

    def page_name(self, page):
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def address(self, page, *args):
        return admin_page(self.model, page, *args)

    # What was just done

    def message_user(self, request, message, level=messages.INFO, *args, **kwargs):
        """What was done says how to look at it and to take it back; or that it was nothing."""
        act = acts.current()
        if level == messages.SUCCESS and is_versioned(self.model):
            if not act._state.adding:
                way = reverse("admin:aidtracker_act_change", args=[act.pk])
                message = format_html('{} <a href="{}">查看或撤销</a>', message, way)
            elif act.way in (acts.Way.FORM, acts.Way.LIST):
                message, level = NOTHING_SAVED, messages.INFO
        super().message_user(request, message, level, *args, **kwargs)

    # Whose history

    def row_and_states(self, request, object_id):
        """A row, None if it was deleted, and its states; Http404 for what the user may not see."""
        number = row_number(object_id)
        if number is None:
            raise Http404("No number of a row.")
        row = self.get_queryset(request).filter(pk=number).first()
        if row is None and self.last_state(request, object_id) is None:
            raise Http404("No such row for this user.")
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        states = self.model.history.filter(**{self.opts.pk.attname: number})
        return row, states.select_related("act__user").order_by("-history_id")

    def last_state(self, request, object_id):
        """The last state of a deleted row that the user might read; None for any other row."""
        found = deleted_rows(self.model, request.user)
        return found.filter(**{self.opts.pk.attname: row_number(object_id)}).first()

    # Pages

    def history_page(self, request, object_id):
        """All states of a row, newest first; or the one in which it was at the end of a day."""
        row, states = self.row_and_states(request, object_id)
        if asked := request.GET.get("on"):
            return self.state_on(request, object_id, states, asked)
        page = self.page_of(request, states)
        shown = list(page)
        earlier = states.filter(history_id__lt=shown[-1].history_id).first() if shown else None
        name = row or name_in(states.first())
        context = {"page": page, "object_id": object_id}
        context["steps"] = steps(shown, earlier, askers(shown))
        return self.page(request, "states", f"变更历史： {name}", row=row, **context)

    def state_on(self, request, object_id, states, asked):
        """To the state of a row at the end of a day; back with a word where there is none."""
        try:
            day = date.fromisoformat(asked)
        except ValueError:
            words = "请写成 2026-05-01 这样的日期。"
        else:
            end = datetime.combine(day, time.max, get_current_timezone())
            if state := states.filter(history_date__lte=end).first():
                return HttpResponseRedirect(self.address("state", object_id, state.history_id))
            words = f"{asked} 时还没有这条记录。"
        messages.info(request, words)
        return HttpResponseRedirect(self.address("history", object_id))

    def deleted_page(self, request):
        """The rows that were deleted, each with the way to its history."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        page = self.page_of(request, deleted_rows(self.model, request.user))
        title = f"已删除的{self.opts.verbose_name_plural}"
        return self.page(
            request, "deleted", title, page=page, steps=[StateInWords(state, []) for state in page]
        )

    def state_page(self, request, object_id, state_id):
        """One state beside the present row, and the way back to it."""
        row, states = self.row_and_states(request, object_id)
        state = states.filter(history_id=state_id).first()
        if state is None:
            raise Http404("No such state of this row.")
        may_restore = self.may_restore(request, row, state)
        compared = lines(state, state_now(row) if row else None)
        if request.method == "POST":
            if not may_restore:
                raise PermissionDenied
            return self.restore(request, row, state)
        return self.page(
            request,
            "state",
            f"{name_in(state)} 的第 {state.version} 版",
            row=row,
            step=StateInWords(state, []),
            lines=compared,
            is_present=row is not None and not any(line.differs for line in compared),
            may_restore=may_restore,
            shown_versions=marks([row] if row else []),
            object_id=object_id,
        )

    def page(self, request, template, title, row=None, **context):
        request.current_app = self.admin_site.name
        context |= {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "row": row,
            "list_address": self.address("changelist"),
            "form_address": self.address("change", row.pk) if row else "",
            "state_page": f"admin:{self.page_name('state')}",
            "history_page": f"admin:{self.page_name('history')}",
        }
        return TemplateResponse(request, f"admin/history/{template}.html", context)

    def page_of(self, request, states):
        paginator = self.get_paginator(request, states, PER_PAGE)
        return paginator.get_page(request.GET.get(PAGE_VAR))

    # Going back

    def may_restore(self, request, row, state):
        is_past = row is not None and not StateInWords(state, []).is_deletion
        return is_past and self.has_change_permission(request, row)

    def restore(self, request, row, state):
        """Send the row's own form as it was in a state: what may not be so, the form refuses."""
        here = HttpResponseRedirect(request.path)
        reason = request.POST.get("reason", "").strip()[: acts.REASON_LENGTH]
        if not reason:
            messages.error(request, NO_REASON)
            return here
        try:
            with transaction.atomic():
                hold(self.model, [row.pk])
                response = self.restore_held(request, row.pk, state, reason)
        except DatabaseError:
            messages.error(request, IN_THE_WAY)
            return here
        return response or here

    def restore_held(self, request, pk, state, reason):
        """Restore a row that is held; None, with messages, if its form refuses."""
        row: Any = self.get_object(request, str(pk))
        version = row.version
        acts.describe(
            way=acts.Way.REVERT, subject=f"{self.opts.verbose_name}：{row}", reason=reason
        )
        form = self.form_of(request, row, state, reason)
        if not set(form.changed_data) - REASONS and not any(missing_links(form, state)):
            messages.info(request, UNCHANGED)
            return HttpResponseRedirect(self.address("history", pk))
        problems = [*missing_links(form, state), *all_errors(form)]
        if problems:
            messages.error(request, f"没有恢复：{'；'.join(problems)}")
            return None
        saved = self.save_form(request, form, change=True)
        self.save_model(request, saved, form, change=True)
        self.save_related(request, form, formsets=[], change=True)
        if row.version == version and not form.is_unchanged:
            return self.response_change(request, saved)
        messages.success(request, "已恢复为这一版。" if row.version != version else UNCHANGED)
        return HttpResponseRedirect(self.address("history", pk))

    def form_of(self, request, row, state, reason):
        """The row's form, filled in with what a state says."""
        names = flatten_fieldsets(self.get_fieldsets(request, row))
        form_class = self.get_form(request, row, change=True, fields=names)
        data = form_data(form_class(instance=row), state)
        shown = mark(self.model, row.pk)
        data[shown] = request.POST.get(shown, "")
        if "correction_reason" in data:
            data["correction_reason"] = reason
        return form_class(data, MultiValueDict(), instance=row)


def all_errors(form):
    """What a form refuses, each with the field's name in words."""
    found = []
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}：" if name in form.fields else ""
        found += [f"{label}{error}" for error in errors]
    return found


# A state as what a person would have to type to restore it


def form_data(form, state):
    """The data with which a row's unbound form would store what a state says.

    Fields of the form that are none of the row, like uploads, stay empty.
    """
    data = QueryDict(mutable=True)
    meta = state.instance_type._meta
    fields = {field.name: field for field in (*meta.concrete_fields, *meta.many_to_many)}
    for name in form.fields.keys() & fields.keys():
        if fields[name].many_to_many:
            data.setlist(name, link_numbers(fields[name], state))
        else:
            data[name] = typed(form[name], fields[name], state)
    return data


def typed(bound, field, state):
    """What would be typed into a field; what histories leave out stays as it is in the row."""
    is_kept = hasattr(state, field.attname)
    value = bound.field.prepare_value(value_in(state, field)) if is_kept else bound.value()
    return "" if value is None else str(value)


def link_numbers(field, state):
    """The rows that a state's links name, by number, as texts."""
    keys = value_in(state, field) or []
    return [str(pk) for pk in numbers_by_key(field.related_model, keys).values()]


def missing_links(form, state):
    """A sentence for each many-to-many field of a form that named rows which are gone."""
    for field in state.instance_type._meta.many_to_many:
        keys = value_in(state, field) or []
        there = numbers_by_key(field.related_model, keys) if keys else {}
        gone = [key for key in keys if key not in there]
        if gone and field.name in form.fields:
            yield f"“{field.verbose_name}”里的 {'、'.join(gone)} 已不存在"
