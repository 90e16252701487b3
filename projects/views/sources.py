"""The page of a document: what it is, its text with the figures marked, all figures in a table."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from aidtracker.pages.details import DetailPage, Fact, Section, facts, whole_list
from aidtracker.pages.tables import Column, Item, Layout, table
from aidtracker.templatetags.formatting import figure
from programs.models import Source
from projects.models import Observation
from projects.models.known_names import coverage
from projects.reading.marked_text import (
    figure_span,
    marked_pieces,
    marked_text,
    open_span,
    skipped_span,
)
from projects.reading.sentences import sentences_of
from projects.views.sections import FIGURE, METRIC, NATURE, PERIOD, SCOPE

MOST_FIGURES = 5_000
MOST_COPIES = 20
MOST_ROWS = 100  # in the table; the list has all of them
MARKED = (
    *("source", "number", "start", "end", "printed", "nature"),
    *("series__name", "series__metric__name"),
)
SKIPPED_COLUMNS = (
    Column("位置", "place_in_words"),
    Column("原因", "get_reason_display"),
    Column("说明", "note"),
)
NO_TEXT = "includes/source_without_text.html"
NO_FIGURES = "还没有公开的数字；审核通过后，按原文先后列在这里。"
NO_SKIPPED = "没有略过的数字。"


@dataclass(frozen=True)
class MarkedText:
    """A document's text ready to print, the figures in it in reading order, and what became of all.

    `figures` is the list, ready to print too, of those that have a place in the text.
    """

    html: SafeString
    figures: SafeString
    recorded: int
    skipped: int
    open: int
    is_whole: bool


def text_section(source, figures, skipped):
    """What the public sees of the text, with its marks; without the text, how to supply it."""
    title = "全文" if source.shows == Source.Shown.WHOLE else "原文"
    if not source.has_text or source.shows == Source.Shown.NOTHING:
        return Section("text", title, template=NO_TEXT, data=source)
    data = mark(source, figures, skipped)
    return Section("text", title, template="includes/source_text.html", data=data)


def mark(source, figures, skipped):
    """The text of a document, or the sentences of its figures, with figures, skipped and open
    phrases marked → `MarkedText`."""
    text, is_whole = source.text, source.shows == Source.Shown.WHOLE
    placed = [one for one in figures if one.start is not None]
    found = coverage(
        text,
        [(one.start, one.end) for one in placed],
        [(one.start, one.end) for one in skipped],
    )
    spans = [
        *map(figure_span, placed),
        *map(skipped_span, skipped),
        *map(open_span, found.open),
    ]
    counts = (len(found.recorded), len(found.skipped), len(found.open))
    if is_whole:
        html = marked_text(text, spans)
    else:
        pieces = sentences_of(text, [(one.start, one.end) for one in placed])
        html = marked_pieces(text, pieces, spans)
    return MarkedText(html, lines_beside(placed), *counts, is_whole)


def lines_beside(figures):
    """The figures in a narrow list beside the text, each leading to its words."""
    lines = [
        f'<li value="{one.number}"><a href="#o{one.number}">{figure(one.printed)}</a>'
        f' <span class="quiet">{escape(one.series.metric.name)}</span></li>'
        for one in figures
    ]
    return mark_safe("\n".join(lines))


def figure_section(source, count):
    """The first figures in reading order; without the text the rows are where their links lead."""
    is_shown = source.has_text and source.shows != Source.Shown.NOTHING
    prefix = "row-o" if is_shown else "o"
    rows = source.observations.published().order_by("number").first_rows(MOST_ROWS)
    is_cut = count > len(rows)
    layout = Layout(
        anchor=lambda observation: f"{prefix}{observation.number}",
        more=whole_list("observation-list", source=source.code) if is_cut else None,
    )
    caption = (
        f"按原文先后：前 {len(rows)} 个，还有 {count - len(rows)} 个" if is_cut else "按原文先后"
    )
    return Section("figures", "数字", table(caption, FIGURE_COLUMNS, rows, layout), NO_FIGURES)


def place_items(observation):
    """Where the words stand: in the text on this page, and on the web where the document is."""
    if observation.start is not None:
        yield Item(observation.place_in_words, f"#o{observation.number}")
    if observation.place_on_web:
        yield Item("原网页", observation.place_on_web)


def remark(observation):
    """Who is quoted, and the note."""
    said_by = f"据{observation.attributed_to}。" if observation.attributed_to else ""
    return said_by + observation.note


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
    """The documents that print what this one said first."""
    return list(source.copies.published().without_text().order_by("code")[:MOST_COPIES])


class SourcePage(DetailPage):
    model = Source
    key = "<slug:code>"

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
        return f"{origin}；记录其中 {len(self.recorded)} 个数字。"

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

    @cached_property
    def recorded(self) -> list[Observation]:
        """What is marked in the text: few columns of all figures."""
        rows = self.row.observations.published().select_related("series__metric").with_marks()
        found = list(rows.only(*MARKED).order_by("number")[:MOST_FIGURES])
        for row in found:
            row.source = self.row
        return found

    @cached_property
    def sections(self) -> list[Section]:
        source = self.row
        skipped = list(source.skipped_phrases.order_by("start")[:MOST_FIGURES])
        left_out = table("略过的数字", SKIPPED_COLUMNS, skipped)
        return [
            text_section(source, self.recorded, skipped),
            figure_section(source, len(self.recorded)),
            Section("skipped", "略过的数字", left_out, NO_SKIPPED),
        ]
