"""Lists: what they may be asked, which version of each row they show, what is done to the rows.

Actions leave out, and name, the rows of others and those that somebody changed meanwhile.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from aidtracker.ground.scope import changeable
from aidtracker.ground.search import is_searched, words_of
from aidtracker.trail import acts
from aidtracker.trail.conflicts import hold, is_versioned, marks, row_number, shown_version

# How the address may ask for a field; any other way could read fields letter by letter.
FILTER_LOOKUPS = ("__exact", "__in", "__isnull", "__id__exact")
MADE_AT = "list-made-at"
MOST_NAMES = 5


class VersionedList(ChangeList):
    """What a page of rows carries along: which versions it shows, and when it was made."""

    result_list: Any
    model_admin: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        made_at = timezone.now()
        super().__init__(*args, **kwargs)
        self.made_at = made_at.isoformat() if is_versioned(self.model) else ""

    def get_results(self, request: HttpRequest) -> None:
        """With what the column of facts, if there is one, says of rows: read for all at once."""
        super().get_results(request)
        name = self.model_admin.facts_column
        if name not in self.list_display:
            return
        self.result_list = list(self.result_list)
        self.facts = self.model_admin.facts_of(self.result_list)
        column = saying(getattr(self.model_admin, name), self.facts)
        for columns in ("list_display", "list_display_links", "sortable_by"):
            shown = getattr(self, columns) or ()
            setattr(self, columns, [column if one == name else one for one in shown])

    def shown_versions(self) -> list[tuple[str, int]]:
        """The hidden inputs for the rows that a list shows."""
        return marks(self.result_list)

    def conflicts(self) -> list[Any]:
        """The rows sent with cells that others changed meanwhile, as forms."""
        forms = self.formset.forms if self.formset else ()
        return [form for form in forms if form.missed]

    @property
    def queue(self) -> Any:
        """What the list is narrowed down to because it waits for somebody; None for nothing."""
        queues = (getattr(spec, "queue", None) for spec in self.filter_specs)
        return next(filter(None, queues), None)


def saying(column: Callable[[Any, Any], Any], facts: dict[Any, Any]) -> Callable[[Any], Any]:
    """A column of facts that stand in no row: a function of the row and its fact, None for none."""

    @wraps(column)
    def said(row: Any) -> Any:
        return column(row, facts.get(row.pk))

    return said


class Lists(admin.ModelAdmin):
    """For a ModelAdmin: what its list does to rows, it does to the rows as it showed them."""

    list_filter: ClassVar[Any] = ()
    facts_column: ClassVar[str] = ""
    """The column that says of a row what `facts_of` read: its method takes the row and the fact."""

    def facts_of(self, rows: list[Any]) -> dict[Any, Any]:
        """What is to be said of the rows of a page: {number of a row: fact}."""
        return {}

    # What is asked

    def lookup_allowed(self, lookup, value, request):
        """Only what `list_filter` offers may be asked of rows through the address."""
        names = [item for item in self.list_filter if isinstance(item, str)]
        own = [item.parameter_name for item in self.list_filter if not isinstance(item, str)]
        ways = {name + way: (name, way) for name in names for way in FILTER_LOOKUPS}
        if lookup not in ways:
            return lookup in own
        name, way = ways[lookup]
        is_number = self.opts.get_field(name).is_relation and way != "__isnull"
        return not is_number or all(map(is_row_number, value.split(",")))

    def get_search_results(self, request, queryset, search_term):
        if is_searched(self.model):
            is_choice = "/autocomplete/" in request.path
            return queryset.search(search_term, best_first=is_choice), False
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
        index = request.POST.get("index", "0")
        place = int(index) if index.isdecimal() and int(index) < len(sent) else 0
        names = dict(self.get_action_choices(request))
        return str(names.get(sent[place], "")) if sent else ""


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
