"""The admin of figures: typed as printed, read before the clerk's eyes, reviewed in bulk."""

from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.forms import RecordForm
from aidtracker.desk.lists import CountedAtOnce
from aidtracker.desk.scope import Frozen
from aidtracker.desk.skin import ModelAdmin, PlainModelAdmin, RelatedFilter, group
from aidtracker.ground.inner_queries import Fixed
from aidtracker.templatetags.formatting import UNKNOWN, period
from projects.admin.cautions import Cautioned
from projects.admin.entry import EntryPages
from projects.admin.figure_words import all_in_full, in_few_words, in_full
from projects.admin.readings import read_aloud, series_of
from projects.admin.reviewing import ReviewedAdmin, Seen
from projects.models import Observation, ObservationPart, Series, SkippedPhrase
from projects.models.finding_kinds import TO_SETTLE, Result
from projects.models.observations import COMPUTED

# What a further document that says the same says alike.
SAID_ALIKE = (
    *("series", "nature", "accumulation", "obs_status", "price_basis"),
    *("period_start", "period_end", "as_of", "period_text"),
)
SHOWN_TITLE = 14  # characters of a document's title in a list


class Place(CountedAtOnce, admin.SimpleListFilter):
    """Figures that lost their place when their document got a text, or another one."""

    title = "原文位置"
    parameter_name = "place"

    def lookups(self, request, model_admin):
        return (("lost", "待重新定位"), ("none", "没有位置"))

    def queryset(self, request, rows):
        if self.value() == "lost":
            return rows.lost()
        return rows.placeless() if self.value() == "none" else rows


class AboutPlace(RelatedFilter):
    """Figures about a place, or about what stands in it."""

    def within(self, queryset, places):
        return queryset.filter(series__inside=Fixed(Series.objects.in_places(places)))


class ObservationForm(RecordForm):
    """A figure, as printed."""

    class Media:
        js = ("admin/figure_preview.js",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "printed" in self.fields:
            address = reverse("admin:projects_observation_read_figure")
            self.fields["printed"].widget.attrs |= {
                "data-read-figure": address,
                "autocomplete": "off",
                "placeholder": "超过30 亿元",
            }


@admin.register(Observation)
class ObservationAdmin(Cautioned, ReviewedAdmin, EntryPages, ModelAdmin):
    form = ObservationForm
    list_display = (
        "printed",
        "words",
        "series",
        "when",
        "nature",
        "accumulation",
        "cautions",
        "status",
        "short_source",
        "updated_at",
    )
    list_filter = (
        WorkToDo,
        Place,
        "status",
        "source",
        ("series__region", AboutPlace),
        "series__metric",
        "series__headquarters",
        "series",
        "nature",
        "accumulation",
        "obs_status",
        "price_basis",
        "qualifier",
        "rank",
        "is_period_inferred",
    )
    list_select_related = ("series__metric", "source")
    search_help_text = "原文数字、序列或文献"
    readonly_fields = (*COMPUTED, "paragraph", "in_sentence", "another_document")
    fieldsets = (
        group("原文位置", "source", "number", ("start", "end"), "paragraph", "another_document"),
        group(
            "数值",
            "printed",
            "in_sentence",
            ("value", "value_high"),
            ("lower", "upper"),
            "qualifier",
        ),
        group(
            "含义",
            "series",
            "printed_name",
            ("nature", "accumulation"),
            ("obs_status", "price_basis"),
        ),
        group("期间", ("period_start", "period_end"), "as_of", "period_text", "is_period_inferred"),
        group(
            "状态与采用",
            "attributed_to",
            "status",
            "review_comment",
            "rank",
            "rank_reason",
            "correction_reason",
            "note",
            "maintainer",
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).defer("source__text").with_words(is_public=False)

    def get_urls(self):
        view = self.admin_site.admin_view(self.read_figure)
        return [
            path("read-figure/", view, name="projects_observation_read_figure"),
            *super().get_urls(),
        ]

    def is_of_consequence(self, form):
        """A figure that is not public has no part in any finding."""
        return form.instance.is_published

    def facts_of(self, rows):
        """What checking the figures found and nobody has explained, in one query."""
        marked = Observation.objects.filter(pk__in=[row.pk for row in rows]).with_marks()
        marked = marked.order_by()
        found: dict = {}
        for figure, marks in marked.values_list("pk", "marks"):
            for mark in marks or ():
                if mark["result"] in TO_SETTLE:
                    result = Result(mark["result"])
                    words = f"{result.sign} {result.label}：{mark['computation']}"
                    found.setdefault(figure, []).append(words)
        return found

    def read_figure(self, request):
        """Answer what would be stored for `printed`, for the form to show while it is typed."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        printed = request.GET.get("printed", "").strip()
        series = series_of(request.GET.get("series", ""), request.user)
        is_readable, sentence = read_aloud(printed, series)
        return JsonResponse({"is_readable": is_readable, "sentence": sentence})

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST:  # the next figure is mostly of the same document
            return HttpResponseRedirect(f"{request.path}?source={obj.source_id}")
        return response

    @admin.display(description="原文与读作")
    def words(self, row):
        """The words in their sentence and what was read from them, for who has to judge them."""
        return in_few_words(row)

    @admin.display(description="所在句子")
    def in_sentence(self, row):
        return in_full(row) if row.pk else UNKNOWN

    def to_be_seen(self, rows):
        """Figures in their sentences, with what was read from them and what checks say of them."""
        found = self.facts_of(rows)
        words = all_in_full(rows)
        return [Seen(row, words[row.pk], found.get(row.pk, ())) for row in rows]

    @admin.display(description="另一份文献也这样说")
    def another_document(self, row):
        """The way to a form with the same meaning, for the words of a further document."""
        if row.pk is None:
            return UNKNOWN
        same = {name: getattr(row, f"{name}_id", getattr(row, name)) for name in SAID_ALIKE}
        query = urlencode({name: value for name, value in same.items() if value not in (None, "")})
        address = f"{reverse('admin:projects_observation_add')}?{query}"
        return format_html('<a href="{}">记下另一份文献的说法</a>（含义、期间照抄）', address)

    @admin.display(description="文献", ordering="source")
    def short_source(self, row):
        return format_html(
            '<span title="{}">{}</span>', row.source, Truncator(row.source).chars(SHOWN_TITLE)
        )

    @admin.display(description="期间", ordering="period_end")
    def when(self, row):
        return period(row)


@admin.register(SkippedPhrase)
class SkippedPhraseAdmin(ModelAdmin):
    list_display = ("__str__", "source", "start", "end", "reason", "note", "updated_at")
    list_filter = ("reason", "source")
    search_help_text = "文献或说明"
    fieldsets = (group(None, "source", "start", "end", "reason", "note", "maintainer"),)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("source__text")


@admin.register(ObservationPart)
class ObservationPartAdmin(Frozen, PlainModelAdmin):
    """The rows that a summed figure was summed from: frozen with it, changed by nobody."""

    list_display = ("observation", "number", "name", "amount", "row_version")
    list_display_links = ("observation", "name")
    list_filter = ("observation",)
    list_select_related = ("observation__series", "observation__source")
    search_help_text = "记录的名称或编号"
    # An input of that name would be taken for the skin's own.
    readonly_fields = ("dataset",)
    fieldsets = (
        group("名称与类型", "observation", "number"),
        group("记录", "dataset", "row_id", "row_key", "row_version", "name", "amount"),
    )
