"""The admin of events, agreements and awards."""

from django.contrib import admin

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, ReadOnlyInline, group
from aidtracker.templatetags.formatting import known
from projects.admin.attachments import WithAttachments
from projects.models import Activity, Agreement, Award


class AgreementInline(ReadOnlyInline):
    model = Agreement
    fields = readonly_fields = ("link", "kind", "signed_on", "subject")
    verbose_name_plural = "签订的协议"


@admin.register(Activity)
class ActivityAdmin(WithAttachments, ModelAdmin):
    list_display = ("name", "kind", "edition", "starts_on", "region", "site", "updated_at")
    list_filter = (WorkToDo, "kind", "region", "site", "headquarters", "programs")
    inlines = (AgreementInline,)
    readonly_fields = ("attachments",)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind", "edition", "step"),
        group("日期", ("starts_on", "ends_on")),
        group("关系", "region", "site", "organisers", "headquarters", "enterprises", "programs"),
        group("状态与采用", "correction_reason"),
        group("出处", "sources", "attachments", "note", "maintainer"),
    )


@admin.register(Agreement)
class AgreementAdmin(ModelAdmin):
    list_display = ("name", "kind", "subject", "signed_on", "activity", "updated_at")
    list_filter = (WorkToDo, "kind", "regions", "headquarters", "enterprises", "activity")
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind", "subject"),
        group("日期", "signed_on"),
        group("各方", "regions", "headquarters", "enterprises", "activity"),
        group("出处", "sources", "note", "maintainer"),
    )


@admin.register(Award)
class AwardAdmin(ModelAdmin):
    list_display = ("name", "level", "holder", "grantor", "granted_on", "updated_at")
    list_filter = (WorkToDo, "level", "region", "site", "enterprise", "outlet")
    list_select_related = ("site", "region", "enterprise", "outlet")
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "level", "grantor", "edition"),
        group("获得者", "site", "region", "enterprise", "outlet"),
        group("依据", "assessment"),
        group("日期", "granted_on"),
        group("出处", "sources", "note", "maintainer"),
    )

    @admin.display(description="获得者")
    def holder(self, row):
        return known(row.holder)
