"""A new row begun with what another one says: shown in the form of a new one, saved as any."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from aidtracker.desk.forms import single_keys
from aidtracker.ground.records import NameListField, SlugFromPinyinField
from aidtracker.trail.conflicts import is_versioned, row_number

# In the address of the form of a new row: the number of the one it begins as.
COPIED = "copy"
# How a row was reviewed; of a figure, where it stands and what it reads there.
OWN = ("correction_reason", "review_comment", "number", "printed", "start", "end")
SAID = "照“{}”填好了；编号、网址名、别名等各有各的，请自己填。保存后是新的一条，原来的不动。"


class Copying(admin.ModelAdmin):
    """For a ModelAdmin: the form of a stored row leads to that of a new one like it."""

    def with_copied(self, request: HttpRequest, initial: dict[str, Any]) -> dict[str, Any]:
        """What the form of a new row begins with, and what the row says that it is to be like."""
        row = self.copied_row(request, initial.pop(COPIED, ""))
        if row is None:
            return initial
        if request.method == "GET":
            messages.info(request, SAID.format(row))
        return self.copied_values(request, row) | initial

    def copied_row(self, request: HttpRequest, number: str) -> Any:
        """The row that a new one begins as, which the user may read; None for none."""
        pk = row_number(str(number))
        if pk is None or not is_versioned(self.model) or not self.has_view_permission(request):
            return None
        return self.get_queryset(request).filter(pk=pk).first()

    def copied_values(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What a new row has of another one: all but what each row has for itself."""
        names = flatten_fieldsets(self.get_fieldsets(request))
        fixed = {*self.get_readonly_fields(request), *OWN, *single_keys(self.model)}
        found = {}
        for name in names:
            field = self.field_copied(name) if name not in fixed else None
            if field is None:
                continue
            if field.many_to_many:
                seen = self.get_field_queryset(None, field, request)
                own = getattr(row, name).all()
                kept = own if seen is None else own.filter(pk__in=seen.values("pk"))
                found[name] = [one.pk for one in kept]
            else:
                found[name] = field.value_from_object(row)
        return found

    def field_copied(self, name: str) -> models.Field | None:
        try:
            field: Any = self.opts.get_field(name)
        except FieldDoesNotExist:
            return None
        if field.auto_created or not field.serialize:
            return None
        return None if isinstance(field, SlugFromPinyinField | NameListField) else field

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["copy_address"] = ""
        is_row = change and obj is not None and is_versioned(self.model)
        if is_row and self.has_add_permission(request):
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_add"
            context["copy_address"] = f"{reverse(name)}?{COPIED}={obj.pk}"
        return super().render_change_form(request, context, add, change, form_url, obj)
