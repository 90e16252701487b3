"""The admin of sites and their phases."""

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, ReadOnlyInline, group
from projects.models import Site


class PhaseInline(ReadOnlyInline):
    model = Site
    fk_name = "predecessor"
    fields = readonly_fields = ("link", "kind", "opened_on", "area")
    verbose_name_plural = "后续各期"


class SitePartInline(ReadOnlyInline):
    model = Site
    fk_name = "parent"
    fields = readonly_fields = ("link", "kind", "opened_on", "area")
    verbose_name_plural = "包含的场所"


@admin.register(Site)
class SiteAdmin(ModelAdmin):
    list_display = ("name", "kind", "region", "operator", "opened_on", "area", "updated_at")
    list_filter = (WorkToDo, "kind", "region", "operator")
    list_select_related = ("region", "operator")
    inlines = (PhaseInline, SitePartInline)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind"),
        group("关系", "region", "parent", "predecessor", "operator", "headquarters", "programs"),
        group("日期", "opened_on"),
        group("规模", "area"),
        group("出处", "sources", "note", "maintainer"),
    )
