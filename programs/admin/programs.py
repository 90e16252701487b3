"""The admin of programmes, classifications and policies."""

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, ReadOnlyInline, group
from programs.models import Category, Policy, Program


class ProgramPartInline(ReadOnlyInline):
    model = Program
    fk_name = "parent"
    fields = readonly_fields = ("link", "kind", "starts_on", "ends_on")
    verbose_name_plural = "包含的工程"


class ProgramVersionInline(ReadOnlyInline):
    model = Program
    fk_name = "predecessor"
    fields = readonly_fields = ("link", "kind", "starts_on", "ends_on")
    verbose_name_plural = "后续版本"


@admin.register(Program)
class ProgramAdmin(ModelAdmin):
    list_display = ("name", "kind", "sector", "headquarters", "parent", "starts_on", "updated_at")
    list_filter = (WorkToDo, "kind", "sector", "headquarters", "parent")
    inlines = (ProgramPartInline, ProgramVersionInline)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind", "sector"),
        group("关系", "parent", "predecessor", "headquarters", "regions"),
        group("日期", ("starts_on", "ends_on")),
        group("状态与采用", "correction_reason"),
        group("出处", "sources", "note", "maintainer"),
    )


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ("name", "scheme", "code", "plan_start", "plan_end", "updated_at")
    list_filter = (WorkToDo,)
    search_help_text = "名称、方案或代码"
    fieldsets = (
        group("名称与类型", "scheme", "code", "name"),
        group("日期", ("plan_start", "plan_end")),
        group("出处", "sources", "note"),
    )


@admin.register(Policy)
class PolicyAdmin(ModelAdmin):
    list_display = ("name", "issuer", "issued_on", "sector", "updated_at")
    list_filter = (WorkToDo, "sector")
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "issuer", "sector"),
        group("关系", "programs", "regions"),
        group("日期", "issued_on"),
        group("出处", "sources", "note", "maintainer"),
    )
