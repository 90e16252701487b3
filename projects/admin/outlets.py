"""The admin of sales points."""

from django.contrib import admin

from aidtracker.admin_filters import WorkToDo
from aidtracker.admin_skin import ModelAdmin, group
from projects.models import Outlet


@admin.register(Outlet)
class OutletAdmin(ModelAdmin):
    list_display = (
        "name",
        "kind",
        "headquarters",
        "city",
        "operator",
        "program",
        "status",
        "updated_at",
    )
    list_filter = (WorkToDo, "kind", "status", "headquarters", "city", "program", "operator")
    list_select_related = ("headquarters", "city", "operator", "program")
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind", "status"),
        group("关系", "city", "platform", "operator", "program", "headquarters"),
        group("日期", ("opened_on", "closed_on")),
        group("出处", "sources", "note"),
    )
