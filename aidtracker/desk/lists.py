"""Lists: what they may be asked, which version of each row they show, what is done to the rows.

Actions leave out, and name, the rows of others and those that somebody changed meanwhile.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, ClassVar

from django.apps import apps
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldError, SuspiciousOperation
from django.core.paginator import InvalidPage
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from aidtracker.desk.columns import ChosenColumns, wide
from aidtracker.desk.list_views import VIEW, column_id, views_of
from aidtracker.desk.ranges import ENDS, field_at, further_fields, range_for
from aidtracker.ground.datasets import record_models
from aidtracker.ground.scope import changeable
from aidtracker.ground.search import is_searched, words_of
from aidtracker.ground.tallies import by_kind
from aidtracker.pages.paging import MOST_COUNTED, KeyPaginator, in_words
from aidtracker.trail import acts
from aidtracker.trail.conflicts import hold, is_versioned, marks, row_number, shown_version

# How the address may ask for a field; any other way could read fields letter by letter.
FILTER_LOOKUPS = ("__exact", "__in", "__isnull", "__id__exact")
MADE_AT = "list-made-at"
MOST_NAMES = 5
LATELY, MOST_CHOSEN = 50, 10  # of the rows a user saved last; of what these name


class VersionedList(ChangeList):
    """What a page of rows carries along: which versions it shows, and when it was made.

    Its rows are found by their numbers. Of very many rows neither they nor the choices of the
    filters are counted to the end.
    """

    result_list: Any
    model_admin: Any
    facets_refused = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        made_at = timezone.now()
        self.request = args[0]
        super().__init__(*args, **kwargs)
        self.made_at = made_at.isoformat() if is_versioned(self.model) else ""

    def get_results(self, request: HttpRequest) -> None:
        """With what the columns of facts, if there are any, say of rows: read for all at once."""
        self.find_page()
        names = [one for one in self.model_admin.facts_columns if one in self.list_display]
        view = self.model_admin.view_asked(request)
        if names or view:
            self.result_list = list(self.result_list)
            self.model_admin.read_links(request, self.result_list)
        self.facts = self.model_admin.facts_of(self.result_list) if names else {}
        self.show_as({one: saying(getattr(self.model_admin, one), self.facts) for one in names})
        widths = view.widths if view else {}
        sized = {one: widths.get(column_id(one), "") for one in self.list_display}
        self.show_as(
            {one: wide(self.model_admin, one, size) for one, size in sized.items() if size}
        )

    def show_as(self, others: dict[Any, Any]) -> None:
        """Let columns be shown by others."""
        for columns in ("list_display", "list_display_links", "sortable_by"):
            shown = getattr(self, columns) or ()
            setattr(self, columns, [others.get(one, one) for one in shown])

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Without what says how the list is shown, which is no condition of rows."""
        found = super().get_filters_params(params)
        found.pop(VIEW, None)
        return found

    def find_page(self) -> None:
        """The rows of the page: their numbers by an index, then these rows by key."""
        self.paginator = KeyPaginator(
            self.queryset, self.known_total, self.list_per_page, in_order=self.numbered
        )
        counted, is_open = self.paginator.counted, self.paginator.is_open
        self.result_count = in_words(counted) if is_open else counted
        self.full_result_count, self.show_full_result_count = None, False
        self.show_admin_actions = True
        self.can_show_all = self.result_count <= self.list_max_show_all
        self.multi_page = self.result_count > self.list_per_page
        is_whole = (self.show_all and self.can_show_all) or not self.multi_page
        rows = self.whole if is_whole else self.numbered_page()
        self.result_list = self.model_admin.with_named(self.request, rows)
        if counted > MOST_COUNTED:
            self.facets_refused = self.add_facets
            self.add_facets = self.is_facets_optional = False

    @property
    def whole(self) -> QuerySet:
        """All rows, on one page; where they were found already, by their numbers."""
        if self.paginator.total is not None or self.paginator.is_open:
            return self.queryset
        return self.apply_select_related(self.numbered(self.paginator.found))

    def numbered_page(self) -> QuerySet:
        """The rows of the page that was asked for."""
        try:
            keys = self.paginator.page(self.page_num).object_list
        except InvalidPage as error:
            raise IncorrectLookupParameters from error
        return self.apply_select_related(self.numbered(keys))

    def numbered(self, keys: list[Any]) -> QuerySet:
        """Rows by their numbers, in the order of the list."""
        rows = self.root_queryset.filter(pk__among=keys)
        return rows.order_by(*self.queryset.query.order_by)

    @property
    def known_total(self) -> int | None:
        """How many rows there are without conditions, which the database keeps; else None."""
        if self.queryset.query.where or self.model not in record_models():
            return None
        return sum(by_kind(self.model).values())

    # What the filters count

    def facets_of(self, spec: Any) -> dict[str, int]:
        """How many rows each choice of a filter would leave; nothing where these are very many."""
        if spec in self.idle_facets:
            return self.idle_facets[spec]
        rows = self.without(spec).order_by()
        if rows.values("pk")[: MOST_COUNTED + 1].count() > MOST_COUNTED:
            return {}
        return rows.aggregate(**spec.get_facet_counts(self.pk_attname, rows))

    @cached_property
    def idle_facets(self) -> dict[Any, dict[str, int]]:
        """The counts of all filters that are not in use, from one look at the rows."""
        rows = self.queryset.order_by()
        idle = [spec for spec in self.filter_specs if is_counted(spec) and not is_in_use(spec)]
        asked = {
            (spec, name): count
            for spec in idle
            for name, count in spec.get_facet_counts(self.pk_attname, rows).items()
        }
        names = {key: f"count_{at}" for at, key in enumerate(asked)}
        found = rows.aggregate(**{names[key]: count for key, count in asked.items()})
        counts: dict[Any, dict[str, int]] = {spec: {} for spec in idle}
        for (spec, name), place in names.items():
            counts[spec][name] = found[place]
        return counts

    def without(self, spec: Any) -> QuerySet:
        """The rows that all conditions but those of one filter leave."""
        rows = self.root_queryset
        for other in self.filter_specs:
            narrowed = None if other is spec else other.queryset(spec.request, rows)
            rows = rows if narrowed is None else narrowed
        return self.model_admin.get_search_results(spec.request, rows, self.query)[0]

    def shown_versions(self) -> list[tuple[str, int]]:
        """The hidden inputs for the rows that a list shows."""
        return marks(self.result_list)

    def conflicts(self) -> list[Any]:
        """The rows sent with cells that others changed meanwhile, as forms."""
        forms = self.formset.forms if self.formset else ()
        return [form for form in forms if form.missed]

    @property
    def views(self) -> list[Any]:
        """The views with names that a person has of the list."""
        return (
            [one for one in views_of(self.request, self.model) if one.name] if self.made_at else []
        )

    @property
    def view(self) -> Any:
        return self.model_admin.view_asked(self.request)

    @property
    def view_number(self) -> str:
        """The view as the address asks for it."""
        return self.request.GET.get(VIEW, "")

    @property
    def declared_specs(self) -> list[Any]:
        """The filters that a list is mostly narrowed by."""
        return [spec for spec in self.filter_specs if not self.is_further(spec)]

    @property
    def further_specs(self) -> list[Any]:
        """The others: by every other field."""
        return [spec for spec in self.filter_specs if self.is_further(spec)]

    @property
    def asks_further(self) -> bool:
        return any(map(is_in_use, self.further_specs))

    def is_further(self, spec: Any) -> bool:
        return getattr(spec, "field_path", "") in self.model_admin.further_filters

    @property
    def queue(self) -> Any:
        """What the list is narrowed down to because it waits for somebody; None for nothing."""
        queues = (getattr(spec, "queue", None) for spec in self.filter_specs)
        return next(filter(None, queues), None)


class CountedAtOnce:
    """For a filter: its choices are counted with those of the others."""

    def get_facet_queryset(self, changelist: VersionedList) -> dict[str, int]:
        return changelist.facets_of(self)


def is_counted(spec: Any) -> bool:
    """Whether a filter says how many rows each of its choices would leave."""
    return isinstance(spec, CountedAtOnce)


def is_in_use(spec: Any) -> bool:
    """Whether the address asks a filter for anything."""
    return any(spec.request.GET.get(name) for name in spec.expected_parameters())


def saying(column: Callable[[Any, Any], Any], facts: dict[Any, Any]) -> Callable[[Any], Any]:
    """A column of facts that stand in no row: a function of the row and its fact, None for none."""

    @wraps(column)
    def said(row: Any) -> Any:
        return column(row, facts.get(row.pk))

    return said


class Lists(ChosenColumns):
    """For a ModelAdmin: what its list does to rows, it does to the rows as it showed them."""

    list_filter: ClassVar[Any] = ()
    facts_columns: ClassVar[tuple[str, ...]] = ()
    """The columns that say of a row what `facts_of` read: a method of the row and the fact each."""

    def facts_of(self, rows: list[Any]) -> dict[Any, Any]:
        """What is to be said of the rows of a page: {number of a row: fact}."""
        return {}

    # What is asked

    @cached_property
    def further_filters(self) -> list[str]:
        """The fields by which rows can be asked for, beside the filters that are declared."""
        return further_fields(self.model, [*self.list_filter]) if is_versioned(self.model) else []

    def lookup_allowed(self, lookup, value, request):
        """Only what the filters offer may be asked of rows through the address."""
        offered = [*self.list_filter, *self.further_filters]
        paths = [item[0] if isinstance(item, tuple) else item for item in offered]
        names = [item for item in paths if isinstance(item, str)]
        own = [item.parameter_name for item in paths if not isinstance(item, str)]
        own += [
            f"{name}_{end}"
            for name in names
            if range_for(field_at(self.model, name))
            for end, _ in ENDS
        ]
        ways = {name + way: (name, way) for name in names for way in FILTER_LOOKUPS}
        if lookup not in ways:
            return lookup in own
        name, way = ways[lookup]
        is_number = field_at(self.model, name).is_relation and way != "__isnull"
        return not is_number or all(map(is_row_number, value.split(",")))

    def get_search_results(self, request, queryset, search_term):
        if is_searched(self.model) and "/autocomplete/" in request.path:
            return queryset.best_for(search_term, lately_chosen(request)), False
        if is_searched(self.model):
            return queryset.search(search_term), False
        return super().get_search_results(request, queryset, " ".join(words_of(search_term)))

    # What is done

    def changelist_view(self, request, extra_context=None):
        if request.method != "POST" or not is_versioned(self.model):
            return super().changelist_view(request, extra_context)
        with transaction.atomic():
            if "_save" in request.POST:
                acts.describe(way=acts.Way.LIST, subject=str(self.opts.verbose_name_plural))
                cell = re.compile(rf"form-\d+-{self.opts.pk.name}")
                sent = (text for name, text in request.POST.items() if cell.fullmatch(name))
                hold(self.model, map(row_number, sent))
            return super().changelist_view(request, extra_context)

    def response_action(self, request, queryset, *args, **kwargs):
        picked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(map(is_row_number, picked)):
            raise SuspiciousOperation("A chosen row has no number.")
        own = self.own_rows(request, queryset, picked)
        some = self.unchanged_rows(request, own, picked) if is_versioned(self.model) else own
        if some is None:
            return None
        response = super().response_action(request, some, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            context = response.context_data or {}
            shown = marks(context.get("queryset", own.filter(pk__in=picked)))
            response.context_data = {"shown_versions": shown, **context}
        return response

    def own_rows(self, request: HttpRequest, rows: QuerySet, picked: list[str]) -> QuerySet:
        """The rows that are the user's; of the rest the page says that it stayed."""
        own = changeable(rows, request.user)
        if own is rows:
            return rows
        others = rows.filter(pk__in=picked).exclude(pk__in=own.values("pk")).count()
        if others:
            words = f"所选有 {others} 条不归您的指挥部维护，没有改动。"
            self.message_user(request, words, messages.WARNING)
        return own

    def unchanged_rows(
        self, request: HttpRequest, rows: QuerySet, picked: list[str]
    ) -> QuerySet | None:
        """The rows without those that are not as the list showed them; None if none is left."""
        acts.describe(
            way=acts.Way.ACTION,
            subject=self.action_name(request),
            reason=request.POST.get("reason", "").strip(),
        )
        gone = len(set(map(int, picked)) - hold(self.model, picked))
        if is_for_all(request.POST):
            hold(self.model, rows.order_by().values_list("pk", flat=True))
        changed = self.changed_rows(request, rows, picked)
        if gone:
            words = f"所选有 {gone} 条在您打开列表后已被删除。"
            self.message_user(request, words, messages.WARNING)
        if not changed:
            return rows
        self.warn_of_rows(request, changed)
        rest = rows.exclude(pk__among=[row.pk for row in changed])
        some = rest if is_for_all(request.POST) else rest.filter(pk__in=picked)
        return rest if some.exists() else None

    def changed_rows(self, request: HttpRequest, rows: QuerySet, picked: list[str]) -> list[Any]:
        """The chosen rows that are not as the list showed them, or were changed out of it."""
        chosen = self.get_queryset(request).filter(pk__in=picked)
        found = [row for row in chosen if self.is_outdated(request, row)]
        if is_for_all(request.POST):
            made_at = moment_of(request.POST.get(MADE_AT, ""))
            others = rows.exclude(pk__in=picked)
            found += others.filter(updated_at__gt=made_at) if made_at else others
        return found

    def is_outdated(self, request: HttpRequest, row: Any) -> bool:
        """Whether a row is not, or not provably, as the page that was sent showed it."""
        return shown_version(request.POST, self.model, row.pk) != row.version

    def warn_of_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        names = "、".join(f"“{row}”" for row in rows[:MOST_NAMES])
        more = "等" if len(rows) > MOST_NAMES else ""
        said = f"以下 {len(rows)} 条在您打开列表后已被修改，没有处理"
        words = f"{said}：{names}{more}，请核对后再选。"
        self.message_user(request, words, messages.WARNING)

    def action_name(self, request: HttpRequest) -> str:
        """The name of the action that was sent; empty for none."""
        sent = request.POST.getlist("action")
        place = row_number(request.POST.get("index", "")) or 0
        names = dict(self.get_action_choices(request))
        return str(names.get(sent[place if place < len(sent) else 0], "")) if sent else ""


def lately_chosen(request: HttpRequest) -> list[int]:
    """What the user chose most in the rows they saved last, of the field that asks for choices."""
    asked = [request.GET.get(name, "") for name in ("app_label", "model_name", "field_name")]
    try:
        model = apps.get_model(*asked[:2])
        kind = ContentType.objects.get_for_model(model)
        saved = LogEntry.objects.filter(user=request.user, content_type=kind).order_by("-pk")
        numbers = saved.values_list("object_id", flat=True)[:LATELY]
        rows = model._base_manager.filter(pk__in=[pk for pk in numbers if is_row_number(pk)])
        chosen = Counter(rows.values_list(asked[2], flat=True))
    except (LookupError, FieldError):
        return []
    return [pk for pk, _ in chosen.most_common(MOST_CHOSEN) if pk is not None]


def is_row_number(text):
    """Whether a text from an address or a form can be the number of a row."""
    return row_number(text) is not None


def is_for_all(data: Any) -> bool:
    """Whether an action is for all rows of a list, also those on its other pages."""
    return data.get("select_across", "") not in ("", "0")


def moment_of(text: str) -> Any:
    """The time that a page says it was made; None if it says none."""
    try:
        return parse_datetime(text)
    except ValueError:
        return None
