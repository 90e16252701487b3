"""Detail pages: key facts, sections with anchors, key figures, sources, a date."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from aidtracker.ground.features import Paged
from aidtracker.ground.made_once import asked_for
from aidtracker.ground.records import Record
from aidtracker.pages.cards import CARD, Figure, card_response
from aidtracker.pages.charts import CHART, Chart, file_response
from aidtracker.pages.citing import FORMATS as REFERENCES
from aidtracker.pages.citing import Citation, own_reference
from aidtracker.pages.data_files import CHARTS, TABLES, about_page, chart_data, table_file
from aidtracker.pages.former import present_key
from aidtracker.pages.pictures import can_draw
from aidtracker.pages.sections import (
    CHART_OF,
    Fact,
    Part,
    Related,
    Section,
    facts,
    list_item,
    name_of,
)
from aidtracker.pages.sharing import Sharing
from aidtracker.pages.site import absolute, origin
from aidtracker.pages.tables import Column, Item, Table, joined
from aidtracker.pages.told import rows_behind, told_of, with_told
from aidtracker.trail.merged import present_number

CARDS = 4
SOURCE_FIELDS = ("code", "title", "short_title", "publisher", "published_on")


class DetailPage(View):
    """A row's page: name the model, its key facts and its parts; the rest is the same for all.

    Apps that stand above a model's add their parts to its page with `add_parts`.
    """

    model: Any
    key = "<slug:slug>"  # what names the row in the page's address
    template_name = "detail.html"
    columns: tuple[Column, ...] = ()
    parts: tuple[Part, ...] = ()
    reads: tuple[Callable[[QuerySet], QuerySet], ...] = ()  # what parts added need of the rows
    ways: tuple[Callable[[Any], Item], ...] = ()  # where else the row can be looked at
    feeds: Callable[[Any], str] | None = None  # where news of the row can be followed
    quoted: Callable[[list[Any]], list[Any]] = list  # adds to figures the words around them
    file = ""  # the name of what is asked for behind the page's address, not the page

    @classmethod
    def add_parts(cls, after: str, *parts: Part) -> None:
        """Let parts of another app stand behind the part of this name, or first for ""."""
        at = [name_of(part) for part in cls.parts].index(after) + 1 if after else 0
        cls.parts = (*cls.parts[:at], *parts, *cls.parts[at:])

    def rows(self) -> QuerySet:
        """All rows that have a page."""
        return self.model.objects.published()

    def named(self, key: dict[str, Any]) -> Q:
        """The condition that a row is the one that an address names."""
        return Q(**key)

    def find(self, **key: Any) -> Any:
        """The row at an address."""
        found = next(iter(asked_for(type(self), self.model, self.told, key)), None)
        if found is None:
            raise Http404("No such row.")
        return found

    def told(self, key: dict[str, Any]) -> QuerySet:
        """The row at an address with all that is told of it in the same query."""
        rows = joined(self.rows(), self.columns)
        if issubclass(self.model, Record):
            seen = rows_behind(self.model, "sources").published().order_by("code")
            rows = with_told(rows, "sources", seen, SOURCE_FIELDS)
        for part in self.parts:
            rows = part.told_with(rows) if isinstance(part, Related) else rows
        for read in self.reads:
            rows = read(rows)
        return rows.filter(self.named(key)).order_by()[:1]

    def get(self, request: HttpRequest, **key: Any) -> HttpResponse:
        try:
            self.row = self.find(**key)
        except Http404:
            if address := self.address_now(key):
                return HttpResponsePermanentRedirect(f"{address}{self.file}")
            raise
        return self.answer()

    def answer(self) -> HttpResponse:
        """The page of the row that was found, or its references as a file."""
        if (chosen := self.request.GET.get("cite", "")) in REFERENCES:
            return self.citation.file(chosen)
        return self.response()

    def address_now(self, key: dict[str, Any]) -> str:
        """Where the public row is that once was at an address; empty for none."""
        if not issubclass(self.model, Paged):  # its address is not of what can be renamed
            return ""
        number = present_number(self.model, present_key(self.model, key))
        row = number and self.model.objects.published().filter(pk=number).first()
        return row.get_absolute_url() if row else ""

    def response(self) -> HttpResponse:
        if self.file == CARD:
            return card_response(self.sharing, self.on_card)
        if self.file in CHARTS:
            said = about_page(self.title, self.address, self.citation)
            return chart_data(self.request, self.chart_asked_for, self.file, said)
        if self.file in TABLES:
            return self.data_file(self.table_asked_for)
        if self.file:
            return file_response(self.request, self.chart_asked_for, self.file)
        return render(self.request, self.template_name, {"page": self, **self.extra_context()})

    def extra_context(self) -> dict[str, Any]:
        """What a page with a template of its own shows besides."""
        return {}

    @property
    def kind(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def title(self) -> str:
        return self.row.name

    @property
    def lead(self) -> str:
        """One line of what this is."""
        raise NotImplementedError

    @property
    def trail(self) -> list[Item]:
        """The breadcrumb between 首页 and this page."""
        return [list_item(self.model)]

    @cached_property
    def facts(self) -> list[Fact]:
        return facts(self.row, *self.columns)

    @cached_property
    def sections(self) -> list[Section]:
        return [section for part in self.parts if (section := part(self.row))]

    @cached_property
    def figures(self) -> list[Any]:
        """The figures shown as cards, with the words around them."""
        cards = [figure for section in self.sections for figure in section.cards]
        return type(self).quoted(cards[:CARDS])

    @property
    def on_card(self) -> list[Figure]:
        """The figures on the page's card, each as printed and what it is of."""
        return [figure.in_short for figure in self.figures]

    @cached_property
    def chart(self) -> Chart | None:
        """The one chart that the page shows, whose file stands at an address of its own."""
        found = next((section.chart for section in self.sections if section.chart), None)
        if found is None:
            return None
        address = f"{self.row.get_absolute_url()}{CHART}{self.chart_query}"
        return replace(found, key=f"chart-{self.row.pk}", address=address)

    @property
    def chart_asked_for(self) -> Chart | None:
        """The page's chart, or that of the section that the address names."""
        anchor = self.request.GET.get(CHART_OF, "")
        if not anchor:
            return self.chart
        return next((one.drawn for one in self.sections if one.anchor == anchor), None)

    @property
    def table_asked_for(self) -> Table | None:
        """The table of the section that the address names."""
        anchor = self.request.GET.get(CHART_OF, "")
        return next((one.table for one in self.sections if one.anchor == anchor), None)

    def data_file(self, table: Table | None) -> HttpResponse:
        """What a chart or a table shows, as a file."""
        caption = f"{self.title}：{table.caption}" if table else self.title
        said = about_page(caption, self.address, self.citation)
        return table_file(self.request, table, self.file, said)

    @property
    def chart_query(self) -> str:
        """What of the page's address says which chart it shows."""
        return ""

    @property
    def filled_sections(self) -> list[Section]:
        return [section for section in self.sections if section.has_rows]

    @property
    def unfolded(self) -> set[str]:
        """The sections that a phone shows unfolded: the first, and the first with figures."""
        filled = self.filled_sections
        return {one.anchor for one in (*filled[:1], *[one for one in filled if one.cards][:1])}

    @property
    def empty_sections(self) -> list[Section]:
        """Sections without rows stand together at the end, each saying what would stand in it."""
        return [section for section in self.sections if not section.has_rows]

    @property
    def ways_on(self) -> list[Item]:
        return [way(self.row) for way in self.ways]

    @property
    def aliases(self) -> Sequence[str]:
        return self.row.aliases if self.has_sources else ()

    @property
    def has_sources(self) -> bool:
        """Whether the row can name sources; an empty list says that none is named yet."""
        return isinstance(self.row, Record)

    @property
    def sources(self) -> list[Any]:
        """The public sources that the row names."""
        return told_of(self.row, "sources", self.model._meta.get_field("sources").related_model)

    @property
    def note(self) -> str:
        return self.row.note

    @property
    def updated_at(self) -> datetime:
        return self.row.updated_at

    # What the page is to others

    @property
    def address(self) -> str:
        """The one address that the page is known by."""
        return absolute(self.request, self.row.get_absolute_url())

    @property
    def citation(self) -> Citation:
        """How the page is cited; one that quotes documents names them."""
        updated = timezone.localtime(self.updated_at).date() if self.updated_at else None
        title = f"{self.kind}：{self.title}"
        reference = own_reference(title, self.address, updated, timezone.localdate())
        words = f"{title}。据{reference.publisher}"
        words += f"，{updated:%Y年%-m月%-d日}更新。" if updated else "。"
        return Citation(words, (reference,), self.address)

    @property
    def references(self) -> list[Item]:
        """The references as files."""
        path = self.row.get_absolute_url()
        return [Item(label, f"{path}?cite={code}") for code, (label, _) in REFERENCES.items()]

    @property
    def feed(self) -> str:
        """The address of the feed of the row; empty for none."""
        address_of = type(self).feeds
        return address_of(self.row) if address_of else ""

    schema = "Thing"  # what schema.org calls such rows

    def schema_facts(self) -> dict[str, Any]:
        """What schema.org knows of such rows besides name, description and address."""
        return {}

    @cached_property
    def sharing(self) -> Sharing:
        return Sharing(
            title=self.title,
            lead=self.lead,
            address=self.address,
            origin=origin(self.request),
            column=self.kind,
            kind=self.schema,
            updated=self.updated_at,
            picture=f"{self.address}{CARD}" if can_draw() else "",
            facts={"alternateName": list(self.aliases), **self.schema_facts()},
        )


def sentence(*parts: Any) -> str:
    """One line of what this is, of those parts that are known."""
    return "，".join(str(part) for part in parts if part) + "。"
