"""The page of a document: what it is, its text with the figures marked, all figures in a table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import ceil
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from aidtracker.pages.citing import Citation
from aidtracker.pages.details import DetailPage
from aidtracker.pages.kept import staff_of
from aidtracker.pages.listing import Links
from aidtracker.pages.paging import kept
from aidtracker.pages.sections import Fact, Section, facts, whole_list
from aidtracker.pages.sharing import only_known
from aidtracker.pages.tables import Column, Item, Layout, table
from aidtracker.templatetags.formatting import figure
from programs.models import Source
from projects.corrections import retractions
from projects.models import Observation
from projects.models.known_names import coverage
from projects.models.observations import FIGURES_ON_PAGE
from projects.reading.marked_text import (
    figure_span,
    marked_pieces,
    marked_text,
    open_span,
    skipped_span,
)
from projects.reading.phrases import Phrase
from projects.reading.sentences import sentences_of
from projects.views.citations import based_on, document_reference
from projects.views.sections import FIGURE, METRIC, NATURE, PERIOD, SCOPE

MOST_FIGURES = 5_000
MOST_COPIES = 20
NUMBER = re.compile("[0-9]{1,6}")
MARKED = (
    *("source", "number", "start", "end", "printed", "nature"),
    *("series__name", "series__metric__name"),
)
SKIPPED_COLUMNS = (
    Column("位置", "place_in_words"),
    Column("原因", "get_reason_display"),
    Column("说明", "note"),
)
RETRACTED_COLUMNS = (
    Column("位置", lambda one: f"第 {one.number} 处"),
    Column("撤回日期", lambda one: one.day.isoformat(), kind="date"),
    Column("理由", "reason", kind="phrase"),
)
FIGURES = "projects/document_figures.html"
NO_TEXT = "includes/source_without_text.html"
NO_FIGURES = "还没有公开的数字；审核通过后，按原文先后列在这里。"
NO_SKIPPED = "没有略过的数字。"


@dataclass(frozen=True)
class Reading:
    """How far a document is read: how many public figures, from which number to which, and what
    became of all the figures in its text."""

    count: int
    first: int
    last: int
    recorded: int = 0
    skipped: int = 0
    open: Sequence[Phrase] = ()


@dataclass(frozen=True)
class Part:
    """What one part of a document's page shows: its figures, the way to the other parts, and what
    is known of the whole."""

    figures: Sequence[Observation]
    links: Links
    reading: Reading

    def placed(self, text: str) -> list[Observation]:
        """Those whose words the text has at their place."""
        return [one for one in self.figures if one.is_said_by(text)]


@dataclass(frozen=True)
class MarkedText:
    """A document's text, and the list of the figures in it, ready to print."""

    html: SafeString
    figures: SafeString
    part: Part
    is_whole: bool
    public_sees: str  # said to staff where they are shown more


def read(source):
    """The `Reading` of a document as it is now."""
    figures = source.observations.published().order_by("number")
    found = list(figures.values_list("number", "start", "end"))
    numbers = (found[0][0], found[-1][0]) if found else (0, 0)
    if not shows_text(source):
        return Reading(len(found), *numbers)
    placed = [(start, end) for _, start, end in found if start is not None]
    skipped = source.skipped_phrases.values_list("start", "end")
    became = coverage(source.text, placed, list(skipped))
    return Reading(len(found), *numbers, len(became.recorded), len(became.skipped), became.open)


def shows_text(source):
    """Whether who asks for a document sees anything of its text."""
    return source.has_text and source.shows_reader != Source.Shown.NOTHING


def text_section(source, part, skipped):
    """What is shown of the text, with its marks; without the text, how to supply it."""
    title = "全文" if source.shows_reader == Source.Shown.WHOLE else "原文"
    if not shows_text(source):
        return Section("text", title, template=NO_TEXT, data=source)
    data = mark(source, part, skipped)
    return Section("text", title, template="includes/source_text.html", data=data)


def mark(source, part, skipped):
    """The text of a document, or the sentences of its figures, with figures, skipped and open
    phrases marked → `MarkedText`."""
    text, is_whole = source.text, source.shows_reader == Source.Shown.WHOLE
    beside = part.placed(text)
    placed = all_placed(source) if is_whole else beside
    spans = [
        *map(figure_span, placed),
        *map(skipped_span, skipped),
        *map(open_span, part.reading.open),
    ]
    if is_whole:
        html = marked_text(text, spans)
    else:
        pieces = sentences_of(text, [(one.start, one.end) for one in placed])
        html = marked_pieces(text, pieces, spans)
    public_sees = "" if source.shows == source.shows_reader else source.shows.label
    return MarkedText(html, lines_beside(beside), part, is_whole, public_sees)


def all_placed(source):
    """What is marked in a whole text: few columns of all figures that have a place."""
    rows = source.observations.published().select_related("series__metric").with_marks()
    found = list(rows.only(*MARKED).exclude(start=None).order_by("number")[:MOST_FIGURES])
    for row in found:
        row.source = source
    return [row for row in found if row.is_said_by(source.text)]


def lines_beside(figures):
    """The figures in a narrow list beside the text, each leading to its words."""
    lines = [
        f'<li value="{one.number}"><a href="#o{one.number}">{figure(one.printed)}</a>'
        f' <span class="quiet">{escape(one.series.metric.name)}</span></li>'
        for one in figures
    ]
    return mark_safe("\n".join(lines))


def figure_section(source, part):
    """The figures of this part; without the text the rows are where their links lead."""
    prefix, links = "row-o" if shows_text(source) else "o", part.links
    is_cut = links.last > 1
    layout = Layout(
        anchor=lambda observation: f"{prefix}{observation.number}",
        more=whole_list("observation-list", source=source.code) if is_cut else None,
    )
    caption = (
        f"按原文先后：第 {links.first_shown}—{links.last_shown} 号，共 {links.total} 个"
        if is_cut
        else "按原文先后"
    )
    shown = table(caption, FIGURE_COLUMNS, part.figures, layout)
    data = links if part.figures else None
    return Section("figures", "数字", shown, NO_FIGURES, FIGURES, data)


def retracted_section(source):
    """The places of figures that were retracted; nothing where none was."""
    rows = retractions(source)
    if rows:
        yield Section("retracted", "已撤回的数字", table("按原文先后", RETRACTED_COLUMNS, rows))


def place_items(observation):
    """Where the words stand: in the text on this page, and on the web where the document is."""
    if observation.start is not None:
        yield Item(observation.place_in_words, f"#o{observation.number}")
    if observation.place_on_web:
        yield Item("原网页", observation.place_on_web)


def remark(observation):
    """What the document calls it, who is quoted, and the note."""
    said_by = f"据{observation.attributed_to}" if observation.attributed_to else ""
    return "；".join(filter(None, (observation.called, said_by, observation.note)))


FIGURE_COLUMNS = (
    FIGURE,
    METRIC,
    SCOPE,
    NATURE,
    PERIOD,
    Column("原文位置", place_items, kind="phrase"),
    Column("备注", remark),
)


def first_document(source: Source) -> Source | None:
    """The document that a copy was taken from, if the public may see it; no query otherwise."""
    if not source.copied_from_id:
        return None
    return Source.objects.published().without_text().filter(pk=source.copied_from_id).first()


def copies(source: Source) -> list[Source]:
    """The documents that print what this one said first; no query where there are none."""
    if not source.is_copied:  # type: ignore[attr-defined]
        return []
    return list(source.copies.published().without_text().order_by("code")[:MOST_COPIES])


class SourcePage(DetailPage):
    model = Source
    schema = "Article"
    key = "<slug:code>"

    def rows(self) -> QuerySet:
        taken = Source._base_manager.filter(copied_from=OuterRef("pk"))
        return super().rows().annotate(is_copied=Exists(taken))

    def find(self, **key: Any) -> Source:
        """The document; staff who may read it are shown all of it."""
        found = super().find(**key)
        if staff := staff_of(self.request):
            found.is_open = Source.objects.open_to(staff).filter(pk=found.pk).exists()
        return found

    @property
    def kind(self) -> str:
        return f"文献 · {self.row.get_kind_display()}"

    @property
    def title(self) -> str:
        return self.row.title

    @property
    def lead(self) -> str:
        names = dict.fromkeys(filter(None, (self.row.publisher, self.row.author)))
        origin = "、".join(names) or self.row.get_kind_display()
        return f"{origin}；记录其中 {self.reading.count} 个数字。"

    @property
    def facts(self) -> list[Fact]:
        date_label = "发布日期（推断）" if self.row.is_date_inferred else "发布日期"
        return facts(
            self.row,
            Column("编号", "code"),
            Column("来源", "publisher"),
            Column("作者", "author"),
            Column(date_label, "published_on", kind="date"),
            Column("文件名", "file_name"),
            Column("转自", first_document),
            Column("转载本文的文献", copies),
            Column("原网页", lambda row: Item(row.url, row.url) if row.url else None),
        )

    @property
    def citation(self) -> Citation:
        """The document itself, and the page that shows its figures."""
        said = super().citation
        document = document_reference(self.row, timezone.localdate())
        words = f"{self.row.cited}。"
        return Citation(words, (document, *said.references), said.address)

    def schema_facts(self) -> dict[str, Any]:
        """The document; what is at this address only tells of it."""
        said = based_on(self.row)
        own = {name: said[name] for name in said.keys() - {"@type", "url"}}
        return own | only_known(sameAs=self.row.url)

    @cached_property
    def reading(self) -> Reading:
        """Found once for each edition of the record."""
        sees = self.row.shows_reader
        return kept(f"reading {self.row.pk} {sees}", partial(read, self.row))

    @cached_property
    def links(self) -> Links:
        """The parts of the page and which of them is shown: by the numbers of the figures."""
        found = self.reading
        first, last = (max(ceil(one / FIGURES_ON_PAGE), 1) for one in (found.first, found.last))
        if found.count <= FIGURES_ON_PAGE:  # whatever their numbers
            first = last = 1
        wanted = self.request.GET.get("part", "")
        here = int(wanted) if NUMBER.fullmatch(wanted) else first
        here = min(max(here, first), last)
        path = self.request.path
        before = f"{path}?part={here - 1}" if here - 1 > first else path
        return Links(
            here=here,
            last=last,
            previous_url=f"{before}#figures" if here > first else "",
            next_url=f"{path}?part={here + 1}#figures" if here < last else "",
            first_shown=(here - 1) * FIGURES_ON_PAGE + 1,
            last_shown=found.last if here == last else here * FIGURES_ON_PAGE,
            total=found.count,
            is_open=False,
        )

    @cached_property
    def sections(self) -> list[Section]:
        source, links = self.row, self.links
        rows = source.observations.published().order_by("number")
        first = links.first_shown if links.here > 1 else 0
        rows = rows.filter(number__range=(first, links.last_shown))
        part = Part(rows.first_rows(FIGURES_ON_PAGE), links, self.reading)
        skipped = list(source.skipped_phrases.order_by("start")[:MOST_FIGURES])
        left_out = table("略过的数字", SKIPPED_COLUMNS, skipped)
        return [
            text_section(source, part, skipped),
            figure_section(source, part),
            Section("skipped", "略过的数字", left_out, NO_SKIPPED),
            *retracted_section(source),
        ]
