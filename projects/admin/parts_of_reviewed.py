"""The forms of what belongs to a reviewed row: closed to most once that row was approved."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import cached_property

from aidtracker.desk.forms import RecordForm, has_saved


def ask_whole(form: "PartForm") -> None:
    """What the row belongs to, or belonged, says whether the user may change it."""
    if form.has_changed():
        form.instance.check_edit(form.before, form.user)


class PartForm(RecordForm):
    """A part of a reviewed row."""

    row_checks = (*RecordForm.row_checks, ask_whole)

    @cached_property
    def before(self) -> Any:
        """The row as it was when its whole was asked, which is before it is saved."""
        return self.instance.stored()


class PartAdmin(admin.ModelAdmin):
    """For the ModelAdmin of a PartOfReviewed. Put it first among the bases."""

    form = PartForm

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if has_saved(form, formsets):
            self.review_wholes(request, [part for part in (form.before, form.instance) if part])

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        self.review_wholes(request, [obj])

    def delete_queryset(self, request, queryset):
        parts = list(queryset)
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            self.review_wholes(request, parts)

    def review_wholes(self, request, parts):
        """What changed parts belong to is reviewed again; the user is told."""
        for whole in self.model.review_wholes(parts):
            words = f"{whole._meta.verbose_name}“{whole}”的内容有改动，已回到草稿；请重新提交。"
            messages.warning(request, words)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and is_open(obj, request.user)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and is_open(obj, request.user)


def is_open(row, user):
    """Whether a user may change what a row belongs to; None stands for rows not known yet."""
    try:
        if row is not None:
            row.check_whole(user)
    except ValidationError:
        return False
    return True
