"""What this app adds to the lists and forms of documents and headquarters."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from aidtracker.desk import home, mails
from aidtracker.desk.skin import WAYS_TO_ASK, group, link_to
from aidtracker.pages import refusals
from aidtracker.templatetags.formatting import UNKNOWN
from programs.admin.headquarters import HeadquartersAdmin
from programs.admin.sources import SourceAdmin
from programs.models import Headquarters, Source
from projects.admin import personal, requests, tasks
from projects.models import Observation
from projects.monthly.agenda import due_today

FIGURES = ("figures", "entry")

home.QUEUES.append(requests.waiting_requests)
home.QUEUES.append(tasks.tasks_to_fill_in)
mails.DIGEST.append(due_today)
home.PERSONAL.append(personal.own_month)
WAYS_TO_ASK.update(requests.ways_to_ask())
refusals.ASKED.append(requests.way_to_ask)
admin.site.unregister([Headquarters, Source])


@admin.register(Headquarters)
class HeadquartersWithDesk(HeadquartersAdmin):
    list_display = (*HeadquartersAdmin.list_display[:-1], "desk", "updated_at")

    @admin.display(description="指挥部一页")
    def desk(self, row):
        return link_to(reverse("admin:projects_desk", args=[row.slug]), "打开")


@admin.register(Source)
class SourceWithFigures(SourceAdmin):
    list_display = (*SourceAdmin.list_display[:-1], *FIGURES, "updated_at")
    ordering: ClassVar[Any] = Source._meta.ordering  # which counting figures would drop
    readonly_fields = (*SourceAdmin.readonly_fields, *FIGURES)
    fieldsets = tuple(
        group(title, *parts["fields"], *(FIGURES if title == "全文" else ()))
        for title, parts in SourceAdmin.fieldsets
    )

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        own = Observation.objects.filter(source=OuterRef("pk")).order_by()
        count = own.values("source").annotate(count=Count("pk")).values("count")
        return rows.annotate(figure_count=Coalesce(Subquery(count), 0))

    @admin.display(description="观测值", ordering="figure_count")
    def figures(self, row):
        if row.pk is None:
            return UNKNOWN
        address = reverse(
            "admin:projects_observation_changelist", query={"source__id__exact": row.pk}
        )
        return link_to(address, f"{row.figure_count} 条")

    @admin.display(description="录入")
    def entry(self, row):
        """The way to the page that enters figures beside the text."""
        if row.pk is None or not row.text_length:
            return UNKNOWN
        address = reverse("admin:projects_observation_enter", args=[row.code])
        return link_to(address, "边读边录")
