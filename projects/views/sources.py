"""The page of a document: what it is, its text with the figures marked, all figures in a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString

from aidtracker.pages.details import DetailPage, Fact, Section, facts
from aidtracker.pages.tables import Column, Item, Layout, table
from programs.models import Source
from projects.models import Observation
from projects.models.known_names import numeral_names
from projects.reading import phrases
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

    `figures` are the observations that have a place in the text.
    """

    html: SafeString
    figures: Sequence[Observation]
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
    found = phrases.coverage(
        phrases.find(text, numeral_names()),
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
    return MarkedText(html, placed, *counts, is_whole)


def figure_section(source, figures):
    """All figures in reading order; without the text the rows are where their links lead."""
    is_shown = source.has_text and source.shows != Source.Shown.NOTHING
    prefix = "row-o" if is_shown else "o"
    layout = Layout(anchor=lambda observation: f"{prefix}{observation.number}")
    return Section(
        "figures", "数字", table("按原文先后", FIGURE_COLUMNS, figures, layout), NO_FIGURES
    )


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
            Column("原网页", lambda row: Item(row.url, row.url) if row.url else None),
        )

    @cached_property
    def recorded(self) -> list[Observation]:
        return list(self.row.observations.published().with_subjects()[:MOST_FIGURES])

    @cached_property
    def sections(self) -> list[Section]:
        source = self.row
        skipped = list(source.skipped_phrases.order_by("start")[:MOST_FIGURES])
        left_out = table("略过的数字", SKIPPED_COLUMNS, skipped)
        return [
            text_section(source, self.recorded, skipped),
            figure_section(source, self.recorded),
            Section("skipped", "略过的数字", left_out, NO_SKIPPED),
        ]
