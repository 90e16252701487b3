"""The admin of headquarters, deployments and office holders."""

import re

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, TabularInline, group
from programs.models import Batch, Headquarters, Official, Pairing


class HeadquartersPairingInline(TabularInline):
    model = Pairing
    fields = ("donor", "recipient", "kind", "valid_from", "valid_to")


class OfficialInline(TabularInline):
    model = Official
    fields = ("person", "organisation", "post", "as_of")


@admin.register(Headquarters)
class HeadquartersAdmin(ModelAdmin):
    list_display = ("name", "full_name", "level", "donor", "parent", "updated_at")
    list_filter = (WorkToDo, "level", "donor", "parent")
    inlines = (HeadquartersPairingInline, OfficialInline)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "full_name", "level"),
        group("关系", "donor", "parent"),
        group("状态与采用", "correction_reason"),
        group("出处", "sources", "note", "maintainer"),
    )


@admin.register(Batch)
class BatchAdmin(ModelAdmin):
    list_display = ("__str__", "owner", "number", "starts_on", "ends_on", "national", "updated_at")
    list_filter = (WorkToDo, "owner")
    list_select_related = ("owner", "national__owner")
    search_help_text = "归属地或批次号"
    fieldsets = (
        group("名称与类型", "owner", "number", "national"),
        group("日期", ("starts_on", "ends_on")),
        group("出处", "sources", "note"),
    )

    def get_search_results(self, request, queryset, search_term):
        """With a name as it is shown, 中国第12批, taken for its place and its number."""
        words = re.sub(r"第(\d+)批次?", r" \1 ", search_term)
        return super().get_search_results(request, queryset, words)


@admin.register(Official)
class OfficialAdmin(ModelAdmin):
    list_display = ("person", "organisation", "post", "headquarters", "as_of", "updated_at")
    list_filter = (WorkToDo, "headquarters")
    search_help_text = "姓名、单位或职务"
    fieldsets = (
        group("名称与类型", "person", "organisation", "post", "headquarters"),
        group("日期", "as_of"),
        group("出处", "sources", "note"),
    )
