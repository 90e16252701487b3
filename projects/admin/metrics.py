"""The admin of metrics and series."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import CheckboxFilter, ModelAdmin, ReadOnlyInline, form_of, group, link_to
from aidtracker.templatetags.formatting import UNKNOWN, names, period
from projects.admin.readings import reading
from projects.models import Metric, Observation, ScopeEntry, Series
from projects.models.metrics import SUBJECTS, any_of
from projects.models.scope_entries import SCOPES


class SeriesInline(ReadOnlyInline):
    model = Series
    fk_name = "metric"
    fields = readonly_fields = ("link", "scope_words", "has_complete_parts")

    @admin.display(description="范围")
    def scope_words(self, row):
        return row.scope_words


@admin.register(Metric)
class MetricAdmin(ModelAdmin):
    list_display = ("name", "unit", "kind", "sector", "direction", "formula", "updated_at")
    list_filter = (WorkToDo, "kind", "sector", "formula")
    inlines = (SeriesInline,)
    fieldsets = (
        group(
            "名称与类型",
            "name",
            "slug",
            "aliases",
            "definition",
            "unit",
            "kind",
            "direction",
            "sector",
        ),
        group("公式", "formula", "numerator", "denominator", "base", "not_above"),
        group("台账", "ledger_field", "counted_rows"),
        group("状态与采用", "correction_reason"),
        group("出处", "sources", "note", "maintainer"),
    )


@admin.register(ScopeEntry)
class ScopeEntryAdmin(ModelAdmin):
    list_display = ("name", "code", "effect", "aspect", "within", "aliases", "updated_at")
    list_filter = ("effect", "aspect")
    search_help_text = "名称、其他说法、拼音或首字母"
    fieldsets = (
        group("名称与类型", "code", "name", "aliases"),
        group("含义", "effect", "aspect", "within"),
        group("出处", "note", "maintainer", "correction_reason"),
    )


class ScopeFilter(CheckboxFilter):
    """Series by the entries that hold of them, in whichever place they stand."""

    title = "范围"
    parameter_name = "scope"

    def lookups(self, request, model_admin):
        return list(ScopeEntry.objects.order_by("code").values_list("code", "name"))

    def narrowed(self, rows, ticked):
        return rows.filter(any_of({f"{name}__code__in": ticked for name in SCOPES}))


class ObservationInline(ReadOnlyInline):
    """A series' figures: as printed, as read, when, from where."""

    model = Observation
    fields = readonly_fields = ("link", "read_as", "when", "nature", "status", "source")
    tab = False

    def get_queryset(self, request):
        return super().get_queryset(request).with_subjects().in_time_order()

    @admin.display(description="原文数字")
    def link(self, row):
        return link_to(form_of(row), row.printed)

    @admin.display(description="读作")
    def read_as(self, row):
        return reading(row)

    @admin.display(description="期间")
    def when(self, row):
        return period(row)


class PartInline(ReadOnlyInline):
    model = Series
    fk_name = "part_of"
    fields = readonly_fields = ("link", "metric")
    verbose_name_plural = "其中各部分"


@admin.register(Series)
class SeriesAdmin(ModelAdmin):
    list_display = (
        "name",
        "metric",
        "unit",
        "subject_names",
        "scope_words",
        "figures",
        "updated_at",
    )
    list_filter = ("metric", ScopeFilter, *SUBJECTS, "part_of", "has_complete_parts")
    list_select_related = ("metric",)
    search_help_text = "名称、拼音或首字母"
    readonly_fields = ("new_figure",)
    inlines = (ObservationInline, PartInline)
    fieldsets = (
        group("名称与类型", "name", "slug", "metric", "new_figure"),
        group("主体", *SUBJECTS),
        group("范围", *SCOPES, "scope_note"),
        group("其中", "part_of", "has_complete_parts", "parts_ground"),
        group("出处", "note", "maintainer", "correction_reason"),
    )

    def get_queryset(self, request):
        own = Observation.objects.filter(series=OuterRef("pk")).order_by()
        count = own.values("series").annotate(count=Count("pk")).values("count")
        rows = super().get_queryset(request).with_subjects()
        return rows.annotate(figure_count=Coalesce(Subquery(count), 0))

    @admin.display(description="单位", ordering="metric__unit")
    def unit(self, row):
        return row.metric.unit

    @admin.display(description="主体")
    def subject_names(self, row):
        return names(row.subjects)

    @admin.display(description="范围")
    def scope_words(self, row):
        return row.scope_words

    @admin.display(description="观测值", ordering="figure_count")
    def figures(self, row):
        return f"{row.figure_count} 条"

    @admin.display(description="观测值")
    def new_figure(self, row):
        """A way to the form of a new figure of this series."""
        if row.pk is None:
            return UNKNOWN
        address = reverse("admin:projects_observation_add", query={"series": row.pk})
        return link_to(address, "为这个序列新增观测值")
