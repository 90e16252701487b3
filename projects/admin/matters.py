"""The queue of what readers say is wrong: answered by whose row it is about."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, group, link_to
from aidtracker.ground.datasets import admin_page, dataset_model
from aidtracker.templatetags.formatting import UNKNOWN
from projects.models import Matter

NOT_FOR_YOU = "只对处理单位显示"


@admin.register(Matter)
class MatterAdmin(ModelAdmin):
    list_display = ("message", "row_key", "headquarters", "state", "raised_on", "answered_on")
    list_filter = (WorkToDo, "state", "headquarters")
    search_help_text = "回执号、记录、报错或答复中的字"
    readonly_fields = (
        *("number", "kind", "raised_on", "page", "dataset", "row_id", "row_key", "way_to_row"),
        *("message", "basis", "reachable", "answered_on"),
    )
    fieldsets = (
        group("名称与类型", "number", "kind", "raised_on"),
        group("记录", "page", "dataset", "row_id", "row_key", "way_to_row"),
        group("报错", "message", "basis", "reachable"),
        group("答复", "headquarters", "state", "answer", "answered_on"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Readers write it."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The row knows for this page whether its reader may be reached by who looks at it."""
        if obj is not None:
            obj.may_be_reached = self.has_change_permission(request, obj)
        return super().get_form(request, obj, **kwargs)

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
