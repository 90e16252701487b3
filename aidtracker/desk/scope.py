"""Keeps every page of the admin within the headquarters of whoever is logged in."""

from typing import Any
from weakref import WeakKeyDictionary

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from aidtracker.desk.forms import ListForm, RecordForm
from aidtracker.desk.previews import is_hidden, preview
from aidtracker.ground.batches import prefetch_in_batches
from aidtracker.ground.scope import (
    changeable,
    is_scoped,
    keeps_any,
    readable,
    scope_of,
    visible,
)
from aidtracker.trail.conflicts import row_number

# What was answered during a request: {(question, model, number of a row): yes or no}.
ANSWERS: WeakKeyDictionary[HttpRequest, dict] = WeakKeyDictionary()


class ScopedChoices(admin.options.BaseModelAdmin):
    """For a ModelAdmin or an inline: rows, and choices of related rows, that the user may read."""

    def get_queryset(self, request):
        return readable(super().get_queryset(request), request.user)

    def get_field_queryset(self, db, db_field, request):
        rows = super().get_field_queryset(db, db_field, request)
        related = db_field.remote_field.model
        if not is_scoped(related):
            return rows
        return readable(related._default_manager.all() if rows is None else rows, request.user)


class ScopedAdmin(ScopedChoices, admin.ModelAdmin):
    """For a ModelAdmin: foreign rows are not there; rows of others that all may read stay as is."""

    # What a person may do

    def has_view_permission(self, request, obj=None):
        is_allowed = super().has_view_permission(request, obj)
        return is_allowed and (obj is None or is_readable(request, obj))

    def has_add_permission(self, request):
        return super().has_add_permission(request) and keeps_any(self.model, request.user)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_own(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.is_own(request, obj)

    def is_own(self, request, row):
        """Whether the user's headquarters keeps a stored row, or any rows at all for None."""
        if row is None or not keeps_any(self.model, request.user):
            return keeps_any(self.model, request.user)
        if not is_scoped(self.model) or scope_of(request.user).changes_all:
            return True
        return answer_once(request, "changeable", row, changeable)

    # Foreign rows are not there

    def get_object(self, request, object_id, from_field=None):
        """A row as the user may read it; Http404 for none, to who may open such rows at all."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            hide_foreign_links(row, request.user)
        elif self.has_view_or_change_permission(request) or self.has_delete_permission(request):
            raise Http404("No such row for this user.")
        return row

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        self.refuse_foreign(request, object_id)
        if object_id is not None and request.method == "POST":
            self.refuse_without(self.has_change_permission(request))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        self.refuse_foreign(request, object_id)
        self.refuse_without(self.has_delete_permission(request))
        row = self.get_object(request, unquote(object_id))
        # Before anything is said about the row, to whoever may not delete it either.
        self.refuse_without(self.has_delete_permission(request, row))
        return super().delete_view(request, object_id, extra_context)

    def refuse_without(self, right):
        """Raise PermissionDenied for what a user may do with no row, before one is looked for."""
        if not right:
            raise PermissionDenied

    def refuse_foreign(self, request, object_id):
        """Raise Http404 for the number of a row that the user may not read, whatever was asked."""
        if object_id is None or not is_scoped(self.model) or scope_of(request.user).reads_all:
            return
        try:
            row = self.model._base_manager.filter(pk=unquote(object_id)).only("pk").first()
        except (ValueError, ValidationError):
            return
        if row is not None and not is_readable(request, row):
            raise Http404("No such row for this user.")

    def get_form(self, request, obj=None, change=False, **kwargs):
        return made_for(request, super().get_form(request, obj, change=change, **kwargs))

    def get_changelist_form(self, request, **kwargs):
        form = super().get_changelist_form(request, **{"form": ListForm, **kwargs})
        return made_for(request, form)

    def may_change_parts(self, request, row):
        """Whether what is shown below a row, None for a new one, may be changed with it."""
        return True


class ScopedInline(ScopedChoices, admin.options.InlineModelAdmin):
    """For an inline: only rows that the user may read, and changes only of own rows."""

    form: Any = RecordForm

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and self.is_open(request, obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_open(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.is_open(request, obj)

    def is_open(self, request, row):
        """Whether the user may change any rows below a row."""
        whole: Any = self.admin_site.get_model_admin(self.parent_model)
        return keeps_any(self.model, request.user) and whole.may_change_parts(request, row)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        made_for(request, formset.form)
        return formset


class Frozen(admin.ModelAdmin):
    """For a ModelAdmin, first among its bases: nobody touches its rows by hand."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def made_for(request, form):
    """A class of forms that was made for one request, told whose that is."""
    if issubclass(form, RecordForm):
        form.user = request.user
    return form


def is_readable(request, row):
    """Whether the user who sent a request may read a stored row."""
    if not is_scoped(type(row)) or scope_of(request.user).reads_all:
        return True
    return answer_once(request, "readable", row, readable)


def answer_once(request, question, row, rows_of):
    """Whether `rows_of` has a stored row; asked once a request, so what the row was at first."""
    answers = ANSWERS.setdefault(request, {})
    key = question, type(row), row.pk
    if key not in answers:
        rows = type(row)._base_manager.filter(pk=row.pk)
        answers[key] = rows_of(rows, request.user).exists()
    return answers[key]


def answer_at_once(request, rows):
    """Ask of rows of one model, in two queries, what `answer_once` will be asked of each."""
    if not is_scoped(type(rows[0])) or scope_of(request.user).changes_all:
        return
    answers = ANSWERS.setdefault(request, {})
    stored = type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows])
    for question, rows_of in (("readable", readable), ("changeable", changeable)):
        found = set(rows_of(stored, request.user).values_list("pk", flat=True))
        answers |= {(question, type(row), row.pk): row.pk in found for row in rows}


def hide_foreign_links(row, user):
    """Let a row's many-to-many fields name only rows that a user may read.

    The others stay linked: saving a form compares with what it showed.
    """
    if scope_of(user).reads_all:
        return
    for field in row._meta.many_to_many:
        related = field.related_model
        if is_scoped(related) and not related.IS_SHARED:
            rows = readable(related._default_manager.all(), user)
            prefetch_in_batches([row], Prefetch(field.name, rows))


def view_on_site(request, content_type_id, object_id):
    """The way from a row in the admin to its public page, for rows that the user may see; of one
    that is not public, how its page will be."""
    if row_number(content_type_id) is None or row_number(object_id) is None:
        raise Http404("No number of a row.")
    kind = get_object_or_404(ContentType, pk=content_type_id)
    model = kind.model_class()
    if model is not None and is_scoped(model):
        rows = visible(model._base_manager.all(), request.user)
        row = get_object_or_404(rows, pk=object_id)
        if is_hidden(row):
            return preview(request, row)
    return shortcut(request, content_type_id, object_id)
