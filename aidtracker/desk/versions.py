"""Nothing overwritten: who saves a row that somebody changed meanwhile is told what and by whom."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CASCADE, Model, QuerySet
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from aidtracker.desk.forms import RecordForm, stored_by
from aidtracker.desk.history import HistoryPages
from aidtracker.desk.lists import Lists
from aidtracker.templatetags.formatting import names
from aidtracker.trail import acts
from aidtracker.trail.conflicts import (
    author,
    hold,
    is_versioned,
    marks,
    missed,
    name_in,
    row_number,
    shown_version,
)
from aidtracker.trail.history import keep_links

LEFT_OUT = ("version", "updated_at", "search_text")


class VersionedAdmin(Lists, HistoryPages):
    """For a ModelAdmin: its pages know which version of a row they show."""

    form: Any = RecordForm

    # Forms

    def change_view(self, request, object_id, form_url="", extra_context=None):
        rest = (request, object_id, form_url, extra_context)
        if request.method != "POST" or not is_versioned(self.model):
            return super().change_view(*rest)
        with transaction.atomic():
            is_there = hold(self.model, [row_number(object_id)])
            if not is_there and self.is_gone(request, object_id):
                return self.gone_page(request, object_id)
            return super().change_view(*rest)

    def is_gone(self, request, object_id):
        """Whether a row was there that the user might change."""
        may_change = self.has_change_permission(request)
        return may_change and self.last_state(request, object_id) is not None

    def gone_page(self, request, object_id):
        """What was typed into the form of a row that has been deleted meanwhile, to be copied."""
        state = self.last_state(request, object_id)
        row = state.instance
        shown = flatten_fieldsets(self.get_fieldsets(request, row))
        form = self.get_form(request, row, change=True, fields=shown)(
            request.POST, request.FILES, instance=row
        )
        typed = [(field.label, spoken(field)) for field in form if not field.is_hidden]
        context = {
            **self.admin_site.each_context(request),
            "title": f"已被删除：{name_in(state)}",
            "opts": self.opts,
            "name": name_in(state),
            "deleted_by": author(state),
            "history": self.address("history", object_id),
            "typed": [(label, value) for label, value in typed if value],
        }
        return TemplateResponse(request, "admin/versions/gone.html", context, status=409)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        formsets = context["inline_admin_formsets"]
        forms = [
            form
            for inline in formsets
            if inline.has_change_permission or inline.has_delete_permission
            for form in inline.formset.initial_forms
        ]
        if obj is not None:
            forms.insert(0, context["adminform"].form)
        context |= {
            "shown_versions": marks(form.instance for form in forms),
            "conflicts": [form for form in forms if getattr(form, "missed", None)],
            "lost_rows": [words for inline in formsets for words in inline.formset.lost],
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Saving

    def save_model(self, request, obj, form, change):
        """Save a row that was changed, under its own name in the trail; leave any other alone."""
        if not is_versioned(self.model):
            super().save_model(request, obj, form, change)
            return
        if acts.current().way == acts.Way.FORM:
            reason = obj.correction_reason if obj.REVIEW and form.changed_data else ""
            acts.describe(subject=f"{self.opts.verbose_name}：{obj}", reason=reason)
        form.is_unchanged = change and not is_changed(obj, form)
        if not form.is_unchanged:
            super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        for row in stored_by(form, formsets):
            if is_versioned(type(row)) and row._meta.many_to_many:
                keep_links(row)

    # Deleting

    def delete_view(self, request, object_id, extra_context=None):
        if not is_versioned(self.model):
            return super().delete_view(request, object_id, {"shown_versions": []})
        with transaction.atomic():
            if request.method == "POST":
                hold(self.model, [row_number(object_id)])
            row = self.get_object(request, unquote(object_id))
            along = rows_along(row) if row else []
            if request.method == "POST" and row and self.warn_of_unseen(request, row, along):
                return HttpResponseRedirect(request.get_full_path())
            shown = {"shown_versions": marks([row, *along] if row else [])}
            return super().delete_view(request, object_id, {**(extra_context or {}), **shown})

    def delete_model(self, request, obj):
        acts.describe(subject=f"删除{self.opts.verbose_name}：{obj}")
        super().delete_model(request, obj)

    def warn_of_unseen(self, request, row, along):
        """Say what is not as the page showed it, of a row or of those that go along with it."""
        lines = []
        if self.is_outdated(request, row):
            lines = missed(row, shown_version(request.POST, self.model, row.pk)).lines
        lines += [
            f"{one._meta.verbose_name}“{one}”是您打开这一页之后新增或改过的"
            for one in along
            if shown_version(request.POST, type(one), one.pk) != one.version
        ]
        if lines:
            words = f"没有删除：{'；'.join(lines)}。请核对后再决定。"
            self.message_user(request, words, messages.ERROR)
        return bool(lines)

    # The history of rows takes the place of Django's log.

    def log_addition(self, request, obj, message):
        return self.log(super().log_addition, request, obj, message)

    def log_change(self, request, obj, message):
        return self.log(super().log_change, request, obj, message)

    def log_deletions(self, request, queryset):
        return self.log(super().log_deletions, request, queryset)

    def log(self, write, *args):
        return None if is_versioned(self.model) else write(*args)


def rows_along(row):
    """The versioned rows that are deleted with a row."""
    return [
        one
        for relation in row._meta.related_objects
        if relation.on_delete is CASCADE and is_versioned(relation.related_model)
        for one in relation.related_model._base_manager.filter(**{relation.field.name: row})
    ]


def is_changed(row, form):
    """Whether a row that is about to be saved differs from what is stored, its links included."""
    links = {field.name for field in row._meta.many_to_many}
    if links & set(form.changed_data):
        return True
    left_out = {*LEFT_OUT, *row.get_deferred_fields()}
    compared = [
        field.attname
        for field in row._meta.concrete_fields
        if not {field.name, field.attname} & left_out
    ]
    stored = row.stored()
    return any(getattr(row, name) != getattr(stored, name) for name in compared)


def spoken(bound):
    """What was sent for a field of a form, in words."""
    try:
        value = bound.field.clean(bound.data)
    except ValidationError:
        return str(bound.data or "")
    if isinstance(value, QuerySet | list):
        return names(value) if value else ""
    if isinstance(value, Model):
        return str(value)
    choices = dict(getattr(bound.field, "choices", ()))
    return str(choices.get(value, bound.data or "")) if value not in (None, "") else ""
