"""The admin of enterprises."""

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, group
from projects.models import Enterprise


@admin.register(Enterprise)
class EnterpriseAdmin(ModelAdmin):
    list_display = ("name", "kind", "region", "origin", "industry", "parent", "updated_at")
    list_filter = (WorkToDo, "kind", "region", "origin", "parent")
    list_select_related = ("region", "origin", "parent")
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind", "credit_code", "brand", "industry"),
        group("关系", "parent", "origin", "region"),
        group("日期", "founded_on"),
        group("出处", "sources", "note", "maintainer"),
    )
