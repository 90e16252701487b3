"""List pages: filter, search, sort, page and download, with the whole state in the address."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import django_filters
from django import forms
from django.conf import settings
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from aidtracker import sheets as spreadsheets
from aidtracker.ground.datasets import dataset_of, is_dataset
from aidtracker.ground.records import Record
from aidtracker.ground.search import SEARCH_LENGTH, closeness
from aidtracker.ground.tallies import public_totals
from aidtracker.pages.asking import HARMLESS, understood, unknown
from aidtracker.pages.cards import CARD, card_response
from aidtracker.pages.charts import CHART, Chart, file_response
from aidtracker.pages.choosing import AMBIGUOUS, choices_of_rows
from aidtracker.pages.citing import FORMATS as REFERENCES
from aidtracker.pages.citing import Citation, own_reference
from aidtracker.pages.data_files import (
    CHARTS,
    LISTS,
    about_page,
    chart_data,
    described_by,
    documents_of,
)
from aidtracker.pages.kept import is_made_again
from aidtracker.pages.paging import KeyPage, KeyPaginator, kept
from aidtracker.pages.pictures import can_draw
from aidtracker.pages.problems import Problem
from aidtracker.pages.sections import EMPTY
from aidtracker.pages.sharing import Sharing, downloads, whole_files
from aidtracker.pages.site import absolute, origin
from aidtracker.pages.tables import Column, Heading, Item, Layout, joined, table
from aidtracker.pages.terms import about
from aidtracker.sheets import WITH_WORDS, About, taken_rows
from aidtracker.trail import acts

LONGEST_VALUE = 200
MOST_VALUES = 40
MOST_KEPT = 100_000  # rows whose order is kept
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
FORMATS = {"csv": "CSV", "xlsx": "Excel", "json": "JSON", "zip": "ZIP（附说明）"}
CONTROLS = {"page", "sort", "download", "cite"}


SEARCH_BOX = forms.TextInput({"type": "search", "maxlength": SEARCH_LENGTH})


class ListFilter(django_filters.FilterSet):
    """The search box every list has; `further` are conditions that few ask for, folded away.

    `of_states` are those with a method that earlier states of rows meet as rows do.
    """

    further: tuple[str, ...] = ()
    of_states: tuple[str, ...] = ()

    q = django_filters.CharFilter(method="search", label="检索", widget=SEARCH_BOX)

    def search(self, queryset, name, value):
        return queryset.search(value)

    @cached_property
    def row_choices(self):
        return kept(f"choices {type(self).__qualname__}", partial(choices_of_rows, self))

    @property
    def first_fields(self):
        return [one for one in self.form.visible_fields() if one.name not in self.further]

    @property
    def further_fields(self):
        return [one for one in self.form.visible_fields() if one.name in self.further]

    @property
    def is_further_used(self):
        return any(name in self.data for name in self.further)


def clean_parameters(raw):
    """The address's parameters without unprintable characters and at a sensible length.

    Returns the parameters as a mutable `QueryDict` and a Chinese sentence for each thing ignored.
    """
    kept, notices = QueryDict(mutable=True), []
    for name, values in list(raw.lists())[:MOST_VALUES]:
        value = values[-1]
        if UNPRINTABLE.search(name + value):
            notices.append("地址中有不能识别的字符，已忽略这一条件。")
        elif len(value) > LONGEST_VALUE:
            notices.append(f"“{value[:12]}……”太长，已忽略这一条件（最多 {LONGEST_VALUE} 字）。")
        elif value.strip():
            kept[name] = value.strip()
    return kept, list(dict.fromkeys(notices))


def chosen_in_words(field: forms.Field, value: Any) -> str:
    """What a condition says, as the form shows it."""
    if isinstance(value, QuerySet):
        return "、".join(str(one) for one in value)
    is_row = isinstance(field, forms.ModelChoiceField) or not isinstance(value, str)
    known = {} if is_row else dict(getattr(field, "choices", ()))
    return str(known.get(value, value))


def record_download(request: HttpRequest, title: str, query: str, file_format: str) -> None:
    """Keep in the trail what staff took along of a page; of readers nothing is kept."""
    is_known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_staff
    if is_known and not is_made_again(request):
        details = [["格式", file_format], ["筛选", unquote(query)]]
        subject = f"公开页面：{title}"
        acts.record(acts.Way.EXPORT, request=request, subject=subject, details=details)


@dataclass(frozen=True)
class Links:
    """The neighbours of a page of a long list, and where it stands."""

    here: int
    last: int
    previous_url: str
    next_url: str
    first_shown: int
    last_shown: int
    total: int
    is_open: bool  # there are more rows than are counted, and so no last page


class ListPage(View):
    """A list page: name the model, its columns and its filters; the rest is the same for all.

    Other pages link to it with conditions that its form does not offer; it says which.
    """

    model: Any
    lead = ""
    unit = ""
    empty = EMPTY
    shows_all = True  # whether `rows` are all public rows of the model
    columns: tuple[Column, ...] = ()
    filterset_class: type[ListFilter] = ListFilter
    see_also: tuple[tuple[str, str], ...] = ()  # titles and address names of related lists
    template_name = "list.html"
    drawn: Callable[[], Chart | None] | None = None  # what makes the chart of all its rows
    file = ""  # the name of what is asked for behind the list's address, not the list

    @classmethod
    def add_column(cls, after: str, column: Column) -> None:
        """Let a column of another app stand behind the one with this label."""
        at = [one.label for one in cls.columns].index(after) + 1
        cls.columns = (*cls.columns[:at], column, *cls.columns[at:])

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)

    def rows(self):
        """All public rows, in the order in which the list shows them first."""
        return self.model.objects.published()

    def read(self, rows):
        """Some rows with all that the list shows of them."""
        return joined(rows, self.columns)

    def get(self, request):
        self.parameters, self.notices = clean_parameters(request.GET)
        if self.file == CARD:
            return card_response(self.sharing)
        if self.file in CHARTS:
            said = about_page(self.title, f"{origin(request)}{self.place}", self.citation)
            return chart_data(request, self.chart, self.file, said)
        if self.file and self.file not in LISTS:
            return file_response(request, self.chart, self.file)
        chosen = LISTS.get(self.file) or self.parameters.get("download", "")
        if problem := self.problem:
            return problem.response()
        if chosen in FORMATS:
            response = self.explained(self.download(chosen))
            conditions = self.parameters.copy()
            conditions.pop("download", None)
            record_download(self.request, self.title, conditions.urlencode(), chosen)
            return response
        if (chosen := self.parameters.get("cite", "")) in REFERENCES:
            return self.citation.file(chosen)
        page = self.page()
        context = {"list": self, "table": self.table(page), "links": self.links(page)}
        return render(request, self.template_name, context | self.extra_context(page))

    @property
    def place(self) -> str:
        """The address of the whole list, also where a file behind it is asked for."""
        return self.request.path.removesuffix(self.file)

    @property
    def chart(self) -> Chart | None:
        """The picture of all rows, on the first page of the whole list."""
        drawn = type(self).drawn
        if drawn is None or self.is_filtered or self.parameters.get("page", "1") != "1":
            return None
        found = kept(f"{self.model._meta.label} chart", drawn)
        return found and replace(found, address=f"{self.place}{CHART}")

    def download(self, file_format):
        """All rows that meet the conditions, in the order shown, as a file."""
        site = self.request.build_absolute_uri("/").rstrip("/")
        rows, chosen = self.sorted_rows, self.chosen_words
        if file_format in WITH_WORDS:
            return taken_rows(rows, file_format, self.about, chosen, site)
        return spreadsheets.download(
            rows, file_format, is_public=True, site=site, about=self.about, chosen=chosen
        )

    @property
    def problem(self) -> Problem | None:
        """Why the file that is asked for by its address is not that of its conditions."""
        if self.file not in LISTS:
            return None
        known = {*self.filterset_class.base_filters, *CONTROLS}
        try:
            if self.notices:
                raise Problem(HTTPStatus.BAD_REQUEST, "invalid-parameter", self.notices[0])
            for name in self.parameters:
                if name not in known and not name.startswith(HARMLESS):
                    raise unknown(name, known - CONTROLS)
            understood(self.filterset, self.parameters)
        except Problem as problem:
            return problem
        return None

    def explained(self, response):
        """A file that leads to the dictionary of its dataset, where that is open."""
        if not is_dataset(self.model) or not dataset_of(self.model).is_open:
            return response
        page = reverse("data-set", args=[dataset_of(self.model).name])
        package = reverse("data-package")
        return described_by(response, (page, "text/html"), (package, "application/json"))

    @property
    def chosen_words(self) -> list[str]:
        """The conditions as a file's name says them; those that were not met are not among them."""
        self.filtered_rows  # noqa: B018 (what is not understood is left out)
        met = self.filterset.form.cleaned_data
        pairs = [
            (name, self.parameters[name])
            for name in self.parameters
            if met.get(name) not in (None, "")
        ]
        return [word for pair in pairs for word in pair]

    @property
    def about(self) -> About:
        """What goes along with a file of the rows; which documents they name is asked once."""
        address = absolute(self.request, self.whole_address)
        return about(self.title, address, self.conditions, self.documents)

    def documents(self) -> list[str]:
        """The public documents that the rows name."""
        return documents_of(self.filtered_rows)

    @property
    def whole_address(self) -> str:
        """The address of the list with its conditions alone."""
        parameters = self.parameters.copy()
        for name in CONTROLS:
            parameters.pop(name, None)
        query = parameters.urlencode()
        return f"{self.place}?{query}" if query else self.place

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """The conditions in words, each with its label."""
        form = self.filterset.form
        self.filtered_rows  # noqa: B018 (what is not understood is left out)
        given = [(name, form.cleaned_data.get(name)) for name in form.fields]
        found = [
            (str(form.fields[name].label), chosen_in_words(form.fields[name], value))
            for name, value in given
            if value not in (None, "")
        ]
        left_out = [("没有照办", words) for words in self.notices if "忽略" in words]
        return (*found, *left_out)

    def extra_context(self, page):
        """What a page with a template of its own shows besides."""
        return {}

    @cached_property
    def filterset(self):
        return self.filterset_class(self.parameters, self.rows(), request=self.request)

    @cached_property
    def filtered_rows(self):
        """The rows that meet every condition that can be understood."""
        form = self.filterset.form
        if not form.is_valid():
            for name, (error, *_) in form.errors.as_data().items():
                words = f"“{form.fields[name].label}”没有这一选项，"
                words = f"{error.message}" if error.code == AMBIGUOUS else words
                self.notices.append(f"{words}已忽略这一条件。")
                form.cleaned_data[name] = None
        unseen = [field.name for field in form.hidden_fields()]
        unseen += [name for name, field in form.fields.items() if getattr(field, "is_long", False)]
        chosen = [(form.fields[name].label, form.cleaned_data[name]) for name in unseen]
        rows = [(label, row) for label, row in chosen if row and not isinstance(row, QuerySet)]
        self.notices += [f"只显示{label}为“{row}”的记录。" for label, row in rows]
        return self.filterset.filter_queryset(self.rows())

    @cached_property
    def sorted_rows(self):
        return self.in_order(self.filtered_rows)

    def in_order(self, rows):
        """Some rows in the order that is asked for."""
        if self.order:
            if self.is_order_computed(rows):
                rows = self.read(rows)
            return rows.order_by(*self.order, "pk")
        found = rows if rows.ordered else rows.order_by(*self.model._meta.ordering)
        words = self.parameters.get("q", "")
        if not words or not issubclass(self.model, Record):
            return found
        # What is called so stands before what only has it in its name.
        return found.order_by(closeness(self.model, words), *found.query.order_by)

    @property
    def order(self):
        """The fields to sort by, from `?sort=3` or `?sort=-3` (the column's number)."""
        wanted = self.parameters.get("sort", "")
        for number, column in enumerate(self.columns, start=1):
            if wanted.removeprefix("-") == str(number):
                sign = "-" if wanted.startswith("-") else ""
                return tuple(f"{sign}{name}" for name in column.sort)
        return ()

    def is_order_computed(self, rows) -> bool:
        """Whether the list is sorted by what is no column, as by a count."""
        name = self.order[0].removeprefix("-").partition("__")[0]
        is_column = any(name == field.name for field in self.model._meta.get_fields())
        return not is_column and name not in rows.query.annotations

    @property
    def is_order_kept(self) -> bool:
        """Whether all rows are sorted by what is computed of each, and few enough to remember."""
        if not self.order or not self.is_order_computed(self.filtered_rows):
            return False
        return (total := self.total) is not None and total <= MOST_KEPT

    def kept_numbers(self) -> list[Any]:
        """The numbers of all rows in the order asked for, computed once for each edition."""
        name = f"{self.model._meta.label} by {','.join(self.order)}"
        return kept(name, lambda: list(self.sorted_rows.values_list("pk", flat=True)))

    @property
    def total(self) -> int | None:
        """How many rows there are without conditions, which is known; else None."""
        if self.is_filtered:
            return None
        name = f"{self.model._meta.label} list"
        if self.shows_all:
            return kept(name, lambda: public_totals([self.model])[self.model])
        return kept(name, self.rows().order_by().count)

    def page(self) -> KeyPage:
        paginator = KeyPaginator(
            self.sorted_rows,
            self.total,
            in_order=lambda numbers: self.in_order(self.rows().filter(pk__among=numbers)),
            numbers=self.kept_numbers if self.is_order_kept else None,
        )
        wanted = self.parameters.get("page", "1")
        page = paginator.get_page(wanted)
        if wanted != str(page.number):
            self.notices.append(f"没有这一页，显示的是第 {page.number} 页。")
        rows = self.model._default_manager.filter(pk__in=page.object_list)
        if self.shows_all:  # told with the rows: a query less
            rows = rows.annotate(list_changed=Subquery(self.changes()[:1]))
        found = {row.pk: row for row in self.read(rows)}
        page.object_list = [found[key] for key in page.object_list if key in found]
        if self.shows_all:
            self.updated_at = next((row.list_changed for row in page.object_list), None)
        return page

    def table(self, page):
        layout = Layout(unit=self.unit, first_number=max(page.start_index(), 1))
        shown = table(self.title, self.columns, page.object_list, layout)
        headings = tuple(
            self.heading(number, column)
            for number, column in enumerate(self.columns, start=1)
            if column.label not in shown.folded
        )
        return replace(shown, headings=headings)

    def heading(self, number, column):
        if not column.sort:
            return Heading(column.label, column.is_number)
        current = self.parameters.get("sort", "")
        direction = {str(number): "ascending", f"-{number}": "descending"}.get(current, "")
        following = f"-{number}" if direction == "ascending" else str(number)
        url = self.address(sort=following, page=None)
        return Heading(column.label, column.is_number, url, direction)

    def links(self, page):
        before = page.number - 1 if page.has_previous() else None
        after = page.number + 1 if page.has_next() else None
        return Links(
            here=page.number,
            last=page.paginator.num_pages,
            previous_url=self.address(page=before) if before else "",
            next_url=self.address(page=after) if after else "",
            first_shown=page.start_index(),
            last_shown=page.end_index(),
            total=page.paginator.count,
            is_open=page.paginator.is_open,
        )

    def address(self, **changes):
        """This page's address with some parameters changed; None takes one away."""
        parameters = self.parameters.copy()
        for name, value in changes.items():
            parameters.pop(name, None)
            if value is not None:
                parameters[name] = str(value)
        query = parameters.urlencode()
        return f"{self.request.path}?{query}" if query else self.request.path

    @property
    def downloads(self):
        """The rows as files, at addresses that stay; the order goes along, and no condition that
        the page leaves out."""
        self.filtered_rows  # noqa: B018 (what is not understood is left out)
        met = self.filterset.form.cleaned_data
        unmet = {name: None for name in self.parameters if met.get(name) in (None, "")}
        query = self.address(**(unmet | self.kept_order)).partition("?")[2]
        behind = f"?{query}" if query else ""
        return [Item(label, f"{self.place}table.{code}{behind}") for code, label in FORMATS.items()]

    @property
    def kept_order(self) -> dict[str, str]:
        return {"sort": self.parameters["sort"]} if "sort" in self.parameters else {}

    @cached_property
    def updated_at(self) -> datetime | None:
        """When a row of the list was last changed; a page of rows tells it."""
        return self.changes().first() if self.shows_all else None

    def changes(self) -> QuerySet:
        """When the public rows of the list were changed, the last first."""
        rows = self.model.objects.published().order_by("-updated_at")
        return rows.values_list("updated_at", flat=True)

    @property
    def citation(self) -> Citation:
        """How the list is cited, with the conditions that it is narrowed by."""
        updated = timezone.localtime(self.updated_at).date() if self.updated_at else None
        address = absolute(self.request, self.address(page=None, cite=None))
        reference = own_reference(self.title, address, updated, timezone.localdate())
        words = f"{self.title}{'（有筛选条件，见网址）' if self.is_filtered else ''}。"
        return Citation(f"{words}据{reference.publisher}。", (reference,), address)

    @property
    def canonical(self) -> str:
        """The one address of what is listed: each page of the whole list, whatever its order."""
        page = self.parameters.get("page", "")
        is_further = page.isdecimal() and page != "1"
        return absolute(self.request, f"{self.request.path}{f'?page={page}' if is_further else ''}")

    @property
    def references(self) -> list[Item]:
        """The references as files."""
        return [
            Item(label, self.address(cite=code, page=None))
            for code, (label, _) in REFERENCES.items()
        ]

    @property
    def sharing(self) -> Sharing:
        here, whole = origin(self.request), self.place
        opened = dataset_of(self.model) if is_dataset(self.model) else None
        is_open = opened is not None and opened.is_open
        files = {"distribution": downloads(here, whole)}
        facts = whole_files(here, opened.name) if is_open else files
        return Sharing(
            title=self.title,
            lead=self.lead,
            address=f"{here}{whole}",
            origin=here,
            kind="Dataset",
            updated=self.updated_at,
            picture=f"{here}{whole}{CARD}" if can_draw() else "",
            facts=facts,
        )

    @property
    def related_lists(self):
        return [Item(title, reverse(name)) for title, name in self.see_also]

    @property
    def orders(self):
        """Every order as (value, label, is chosen), for screens that show no headings."""
        chosen = self.parameters.get("sort", "")
        signs = (("", "升序"), ("-", "降序"))
        return [
            (f"{sign}{number}", f"{column.label}，{words}", chosen == f"{sign}{number}")
            for number, column in enumerate(self.columns, start=1)
            if column.sort
            for sign, words in signs
        ]

    @property
    def is_filtered(self):
        return any(name not in CONTROLS for name in self.parameters)
