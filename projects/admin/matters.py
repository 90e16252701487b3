"""The queue of what somebody raised: settled by whose row it is about, or by who entered it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, group, link_to
from aidtracker.ground.datasets import admin_page, dataset_model
from aidtracker.templatetags.formatting import UNKNOWN, day, known
from projects.models import Matter

NOT_FOR_YOU = "只对处理单位显示"
ERROR = Matter.Kind.ERROR
# What only the matters of readers have.
OF_READERS = {"page", "dataset", "row_id", "row_key", "way_to_row", "reachable"}
# What a reader has said stays as it was said.
SAID = ("kind", "raised_on", "raised_by", "enterprise", "site", "message", "basis")


@admin.register(Matter)
class MatterAdmin(ModelAdmin):
    list_display = (
        *("message", "kind", "about_what", "headquarters", "handler", "due"),
        *("state", "raised_on", "answered_on"),
    )
    list_filter = (WorkToDo, "kind", "state", "headquarters", "enterprise", "site")
    list_select_related = ("enterprise", "site", "headquarters")
    search_help_text = "回执号、记录、事由或答复中的字"
    readonly_fields = (
        *("number", "page", "dataset", "row_id", "row_key", "way_to_row"),
        *("reachable", "answered_on", "lateness"),
    )
    fieldsets = (
        group("名称与类型", "number", "kind", "raised_on", "raised_by"),
        group(
            "记录",
            *("page", "dataset", "row_id", "row_key", "way_to_row"),
            *("enterprise", "site"),
        ),
        group("事由", "message", "basis", "reachable"),
        group(
            "答复",
            *("headquarters", "handler", ("due_on", "lateness"), "steps"),
            *("state", "answer", "answered_on", "is_released"),
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_said = obj is not None and obj.kind == ERROR
        return (*super().get_readonly_fields(request, obj), *(SAID if is_said else ()))

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What readers say comes from their form alone."""
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        if db_field.name == "kind":
            others = [one for one in field.choices if one[0] != ERROR]
            field.initial, field.choices = "", [("", "请选择"), *others]
        return field

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and obj.kind == ERROR:
            return self.fieldsets
        # A receipt is given with the row: what an empty form would show is not kept.
        left = OF_READERS if obj is not None else {*OF_READERS, "number"}
        return [
            (name, {**options, "fields": [one for one in options["fields"] if one not in left]})
            for name, options in self.fieldsets
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The row knows for this page whether its reader may be reached by who looks at it."""
        if obj is not None:
            obj.may_be_reached = self.has_change_permission(request, obj)
        return super().get_form(request, obj, **kwargs)

    @admin.display(description="关于")
    def about_what(self, matter: Matter) -> Any:
        return known(matter.row_key or matter.enterprise or matter.site or matter.raised_by)

    @admin.display(description="期限", ordering="due_on")
    def due(self, matter: Matter) -> Any:
        """The day, and in words whether it has passed."""
        shown = known(day(matter.due_on))
        late = matter.overdue_words
        return format_html("{} <strong>{}</strong>", shown, late) if late else shown

    @admin.display(description="是否过期")
    def lateness(self, matter: Matter) -> str:
        return matter.overdue_words or ("没有过期" if matter.due_on else UNKNOWN)

    @admin.display(description="表单")
    def way_to_row(self, matter: Matter) -> str:
        """The way to the form of the row; whether it is there, and for whom, is said there."""
        if not matter.kind_of_row:
            return UNKNOWN
        address = admin_page(dataset_model(matter.dataset), "change", matter.row_id)
        return link_to(address, f"打开这条{matter.kind_of_row}")

    @admin.display(description="联系方式")
    def reachable(self, matter: Matter) -> str:
        return (matter.contact or UNKNOWN) if matter.may_be_reached else NOT_FOR_YOU
