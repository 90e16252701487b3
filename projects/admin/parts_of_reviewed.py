"""The forms of what belongs to a reviewed row: closed to most once that row was approved."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError


class PartForm(forms.ModelForm):
    """Added to the form of a part: asks the row whether `user` may change what it belongs to."""

    user: Any = None

    def _post_clean(self):
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        row: Any = self.instance
        if self.errors or not self.has_changed():
            return
        before = type(row)._base_manager.filter(pk=row.pk).first() if row.pk else None
        try:
            row.check_edit(before, self.user)
        except ValidationError as error:
            self.add_error(None, error)


class PartAdmin(admin.ModelAdmin):
    """For the ModelAdmin of a PartOfReviewed. Put it first among the bases."""

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (PartForm, form), {"user": request.user})

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
