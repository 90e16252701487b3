"""The admin of enterprises, of sites and their phases, and of sales points."""

from django.contrib import admin
from django.db.models import Q

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, ReadOnlyInline, RelatedFilter, group
from aidtracker.ground.scope import readable
from projects.admin.attachments import WithAttachments
from projects.admin.inlines import SalesInline
from projects.admin.ledger_filters import TurnoverFilter
from projects.admin.reviewing import ReviewedAdmin
from projects.admin.rules import WarnedFilter
from projects.models import Enterprise, Investment, Outlet, Site


class AtSite(RelatedFilter):
    """The firms of a park: that invest there or were founded by it, in it or its parts, and that
    run it; as far as the user may read of it."""

    def queryset(self, request, queryset):
        number = self.value()
        if not number:
            return queryset
        sites = Site.objects.filter(Q(pk=number) | Q(parent=number) | Q(parent__parent=number))
        deals = readable(Investment.objects.all(), request.user).filter(site__in=sites).order_by()
        rule = Q(pk__in=sites.order_by().values("operator"))
        for name in ("investor", "local_enterprise"):
            rule |= Q(pk__in=deals.values(name))
        return queryset.filter(rule)


@admin.register(Enterprise)
class EnterpriseAdmin(ModelAdmin):
    list_display = ("name", "kind", "region", "origin", "industry", "parent", "updated_at")
    list_filter = (
        WorkToDo,
        "kind",
        "region",
        ("investments_received__site", AtSite),
        "origin",
        "parent",
    )
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind", "credit_code", "brand", "industry"),
        group("关系", "parent", "origin", "region"),
        group("日期", "founded_on"),
        group("状态与采用", "correction_reason"),
        group("出处", "sources", "note", "maintainer"),
    )


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
class SiteAdmin(WithAttachments, ModelAdmin):
    list_display = ("name", "kind", "region", "operator", "opened_on", "area", "updated_at")
    list_filter = (WorkToDo, "kind", "region", "operator")
    inlines = (PhaseInline, SitePartInline)
    readonly_fields = ("attachments",)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind"),
        group("关系", "region", "parent", "predecessor", "operator", "headquarters", "programs"),
        group("日期", "opened_on"),
        group("规模", "area", "amount_figures"),
        group("状态与采用", "correction_reason"),
        group("出处", "sources", "attachments", "note", "maintainer"),
    )


@admin.register(Outlet)
class OutletAdmin(ReviewedAdmin, ModelAdmin):
    list_display = (
        "name",
        "kind",
        "headquarters",
        "city",
        "operator",
        "program",
        "status",
        "review",
        "updated_at",
    )
    list_filter = (
        WorkToDo,
        WarnedFilter,
        TurnoverFilter,
        "review",
        "kind",
        "status",
        "headquarters",
        "city",
        "program",
        "operator",
    )
    inlines = (SalesInline,)
    fieldsets = (
        group("名称与类型", "name", "slug", "aliases", "kind", "status"),
        group("关系", "city", "platform", "operator", "program", "headquarters"),
        group("日期", ("opened_on", "closed_on")),
        group("状态与采用", "review", "review_comment", "correction_reason"),
        group("出处", "sources", "note"),
    )
