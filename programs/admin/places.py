"""The admin of places and of who aids whom."""

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, TabularInline, group
from programs.models import Pairing, Region


class PairingGivenInline(TabularInline):
    model = Pairing
    fk_name = "donor"
    fields = ("recipient", "headquarters", "kind", "valid_from", "valid_to")
    verbose_name_plural = "支援了谁"
    tab = True


class PairingReceivedInline(TabularInline):
    model = Pairing
    fk_name = "recipient"
    fields = ("donor", "headquarters", "kind", "valid_from", "valid_to")
    verbose_name_plural = "由谁支援"
    tab = True


@admin.register(Region)
class RegionAdmin(ModelAdmin):
    list_display = ("name", "code", "level", "parent", "replaced_by", "valid_from", "updated_at")
    list_filter = (WorkToDo, "level", "parent")
    search_help_text = "名称、别名、拼音、首字母或代码"
    inlines = (PairingReceivedInline, PairingGivenInline)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "code", "city_code", "level"),
        group("位置", "parent", "replaced_by"),
        group("日期", ("valid_from", "valid_to")),
        group("状态与采用", "correction_reason"),
        group("出处", "sources", "note", "maintainer"),
    )


@admin.register(Pairing)
class PairingAdmin(ModelAdmin):
    list_display = (
        "donor",
        "recipient",
        "headquarters",
        "kind",
        "valid_from",
        "valid_to",
        "updated_at",
    )
    list_filter = (WorkToDo, "kind", "donor", "recipient", "headquarters")
    search_help_text = "支援方、受援地或指挥部"
    fieldsets = (
        group("各方", "donor", "recipient", "headquarters", "kind"),
        group("日期", ("valid_from", "valid_to")),
        group("出处", "sources", "note"),
    )
