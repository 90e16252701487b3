"""The admin of what checking the figures found."""

from django.contrib import admin

from aidtracker.admin_filters import WorkToDo
from aidtracker.admin_skin import ModelAdmin, group
from projects.models import Finding


@admin.register(Finding)
class FindingAdmin(ModelAdmin):
    list_display = ("__str__", "kind", "result", "state", "updated_at")
    list_filter = (WorkToDo, "result", "state", "kind", "observations")
    search_fields = ("key", "computation", "explanation")
    search_help_text = "核对键、计算或说明"
    fieldsets = (
        group("名称与类型", "key", "kind", "result", "observations"),
        group("计算", "computation"),
        group("说明", "state", "explanation"),
    )
