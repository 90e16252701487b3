"""Keeps every page of the admin within the headquarters of whoever is logged in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, prefetch_related_objects
from django.forms.models import InlineForeignKeyField
from django.http import Http404
from django.shortcuts import get_object_or_404

from aidtracker.ground.scope import (
    FOREIGN,
    changeable,
    check_owner,
    fill_owner,
    is_scoped,
    keeps_any,
    may_change,
    owner_field,
    readable,
    scope_of,
    visible,
)


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
        return super().has_view_permission(request, obj) and self.is_there(request, obj)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and keeps_any(self.model, request.user)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_own(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.is_own(request, obj)

    def is_there(self, request, row):
        """Whether a stored row can be read by the user."""
        return row is None or is_readable(request, row)

    def is_own(self, request, row):
        """Whether the user's headquarters keeps a stored row, or any rows at all for None."""
        if row is None or not keeps_any(self.model, request.user):
            return keeps_any(self.model, request.user)
        if not is_scoped(self.model) or scope_of(request.user).changes_all:
            return True
        return answer_once(request, "changeable", row, changeable)

    # Foreign rows are not there

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            hide_foreign_links(row, request.user)
        return row

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404("No such row for this user.")

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        self.refuse_foreign(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        self.refuse_foreign(request, object_id)
        row = self.get_object(request, unquote(object_id))
        # Before anything is said about the row, to whoever may not delete it either.
        if row is not None and not self.has_delete_permission(request, row):
            raise PermissionDenied
        return super().delete_view(request, object_id, extra_context)

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

    # Own rows only

    def get_form(self, request, obj=None, change=False, **kwargs):
        return scoped_form(super().get_form(request, obj, change=change, **kwargs), request.user)

    def get_changelist_form(self, request, **kwargs):
        return scoped_form(super().get_changelist_form(request, **kwargs), request.user)

    def response_action(self, request, queryset, *args, **kwargs):
        """Actions change only what is the user's; of the rest the page says that it stayed."""
        if not is_scoped(self.model) or scope_of(request.user).changes_all:
            return super().response_action(request, queryset, *args, **kwargs)
        own = changeable(queryset, request.user)
        chosen = queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        others = chosen.exclude(pk__in=own.values("pk")).count()
        if others:
            words = f"所选有 {others} 条不归您的指挥部维护，没有改动。"
            self.message_user(request, words, messages.WARNING)
        return super().response_action(request, own, *args, **kwargs)


class ScopedInline(ScopedChoices, admin.options.InlineModelAdmin):
    """For an inline: only rows that the user may read, and changes only of own rows."""

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and keeps_any(self.model, request.user)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and keeps_any(self.model, request.user)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and keeps_any(self.model, request.user)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        form = scoped_form(formset.form, request.user)
        return type(formset.__name__, (ScopedFormSet, formset), {"form": form})


class ScopedForm(forms.ModelForm):
    """For a form of a row: own rows stay own, and rows of others are not changed."""

    user: Any = None
    do_not_call_in_templates = True  # the skin names the class; forms may need more to be made

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = owner_field(self._meta.model)
        home = scope_of(self.user).home
        if field is not None and home and is_free(self.fields.get(field.name), field):
            self.fields[field.name].required = False
            if self.instance._state.adding and not self.initial.get(field.name):
                self.initial[field.name] = home
        if is_scoped(self._meta.model) and not scope_of(self.user).reads_all:
            self.keep_choices()

    def keep_choices(self):
        """What the row refers to already stays a choice, even if it is no longer the user's."""
        fields: dict[str, Any] = self.fields
        for name, field in fields.items():
            rows = getattr(field, "queryset", None)
            stored = getattr(self.instance, f"{name}_id", None)
            if rows is not None and stored and is_scoped(rows.model) and not rows.model.IS_SHARED:
                field.queryset = rows | rows.model._default_manager.filter(pk=stored)

    def clean(self):
        """Left without an owner, a row is taken for the user's only headquarters."""
        data = super().clean()
        field, home = owner_field(self._meta.model), scope_of(self.user).home
        found = self.cleaned_data if data is None else data
        if field is not None and home and is_free(self.fields.get(field.name), field):
            found[field.name] = found.get(field.name) or field.related_model(pk=home)
        return data

    def _post_clean(self):
        """After the row has taken the new values, see whether it was and stays the user's."""
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if self.errors or not is_scoped(self._meta.model):
            return
        row, field = self.instance, owner_field(self._meta.model)
        if not row._state.adding and self.has_changed() and not may_change(row, self.user):
            self.add_error(None, f"这条{row._meta.verbose_name}{FOREIGN}没有改动。")
            return
        fill_owner(row, self.user)
        try:
            check_owner(row, self.user)
        except ValidationError as error:
            self.add_error(field.name if field and field.name in self.fields else None, error)


class ScopedFormSet(forms.BaseModelFormSet):
    """For a set of forms: rows of others are not deleted."""

    def clean(self):
        super().clean()
        stored: list[Any] = self.initial_forms
        for form in stored:
            is_to_go = getattr(form, "cleaned_data", {}).get("DELETE")
            if is_to_go and is_scoped(self.model) and not may_change(form.instance, form.user):
                raise ValidationError(f"“{form.instance}”{FOREIGN}不能删除。")


def scoped_form(form, user):
    """The class of a form, made to keep within the scope of `user`."""
    if not is_scoped(form._meta.model):
        return form
    return type(form.__name__, (ScopedForm, form), {"user": user})


def is_free(form_field, field):
    """Whether a form lets its user choose the owner, and the owner is a headquarters itself."""
    is_given = form_field is None or isinstance(form_field, InlineForeignKeyField)
    return not is_given and "__" not in field.model.OWNERS[0]


def is_readable(request, row):
    """Whether the user who sent a request may read a stored row."""
    if not is_scoped(type(row)) or scope_of(request.user).reads_all:
        return True
    return answer_once(request, "readable", row, readable)


def answer_once(request, question, row, rows_of):
    """Whether `rows_of` has a stored row; asked once a request, so what the row was at first."""
    answers = request.__dict__.setdefault("scope_answers", {})
    key = question, type(row), row.pk
    if key not in answers:
        rows = type(row)._base_manager.filter(pk=row.pk)
        answers[key] = rows_of(rows, request.user).exists()
    return answers[key]


def answer_at_once(request, rows):
    """Ask of rows of one model, in two queries, what `answer_once` will be asked of each."""
    if not is_scoped(type(rows[0])) or scope_of(request.user).changes_all:
        return
    answers = request.__dict__.setdefault("scope_answers", {})
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
            prefetch_related_objects([row], Prefetch(field.name, rows))


def view_on_site(request, content_type_id, object_id):
    """The way from a row in the admin to its public page, for rows that the user may see."""
    if not (content_type_id + object_id).isdecimal():
        raise Http404("No number of a row.")
    kind = get_object_or_404(ContentType, pk=content_type_id)
    model = kind.model_class()
    if model is not None and is_scoped(model):
        get_object_or_404(visible(model._base_manager.all(), request.user), pk=object_id)
    return shortcut(request, content_type_id, object_id)
