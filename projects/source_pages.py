"""The page of a document: what it is, its text with the figures marked, and the figures as a table."""

from dataclasses import dataclass

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString

from aidtracker.pages import Page, Section, facts
from aidtracker.tables import PATH_END, Column, Item, Layout, table
from programs.models import Source
from projects import phrases
from projects.known_names import numeral_names
from projects.source_text import figure_span, marked_text, open_span, skipped_span

MOST_FIGURES = 1000
FIGURE_COLUMNS = (
    Column("数值", PATH_END, kind="figure"),
    Column("指标", "series.metric"),
    Column("主体与范围", "series"),
    Column("性质", PATH_END, kind="nature"),
    Column("期间", PATH_END, kind="period"),
    Column("累计方式", "get_accumulation_display"),
    Column("据谁所说", "attributed_to"),
    Column("位置", "place_in_words"),
    Column("备注", "note"),
)
SKIPPED_COLUMNS = (
    Column("位置", "place_in_words"),
    Column("原因", "get_reason_display"),
    Column("说明", "note"),
)
NO_TEXT = "includes/source_without_text.html"
NO_FIGURES = "还没有审核通过的数字;工作人员在后台录入观测值、审核通过后,按原文先后列在这里。"
NO_SKIPPED = "没有略过的数字。略过的数字由工作人员在后台登记,并写明原因。"


@dataclass(frozen=True)
class MarkedText:
    """A document's text ready to print, and what became of the figures in it."""

    html: SafeString
    recorded: int
    skipped: int
    open: int


def source_detail(request, code):
    source = get_object_or_404(Source, code=code)
    figures = list(source.observations.published().with_subjects()[:MOST_FIGURES])
    skipped = list(source.skipped_phrases.order_by("start")[:MOST_FIGURES])
    page = Page(
        kind=f"文献 · {source.get_kind_display()}",
        title=source.title,
        lead=source_lead(source, len(figures)),
        trail=[Item("文献", reverse("source-list"))],
        facts=source_facts(source),
        sections=[
            text_section(source, figures, skipped),
            figure_section(source, figures),
            Section("skipped", "略过的数字", table("略过的数字", SKIPPED_COLUMNS, skipped), NO_SKIPPED),
        ],
        note=source.note,
        updated_at=source.updated_at,
    )
    return page.response(request)


def source_lead(source, count):
    origin = "、".join(filter(None, (source.publisher, source.author)))
    return f"{origin or source.get_kind_display()};记录其中 {count} 个数字。"


def source_facts(source):
    date_label = "发布日期(推断)" if source.is_date_inferred else "发布日期"
    return facts(
        source,
        Column("编号", "code"),
        Column("来源", "publisher"),
        Column("作者", "author"),
        Column(date_label, "published_on", kind="date"),
        Column("文件名", "file_name"),
        Column("原网页", lambda row: Item(row.url, row.url) if row.url else None),
    )


def text_section(source, figures, skipped):
    """The text with its marks; without the text, how to supply it."""
    if not source.has_text:
        return Section("text", "全文", template=NO_TEXT, data=source)
    data = mark(source.text, figures, skipped)
    return Section("text", "全文", template="includes/source_text.html", data=data)


def mark(text, figures, skipped):
    """The text of a document with its figures, skipped and open phrases marked → `MarkedText`."""
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
    return MarkedText(
        marked_text(text, spans), len(found.recorded), len(found.skipped), len(found.open)
    )


def figure_section(source, figures):
    """All figures in reading order; without the text the rows are where their links lead."""
    prefix = "row-o" if source.has_text else "o"
    layout = Layout(anchor=lambda observation: f"{prefix}{observation.number}")
    columns = FIGURE_COLUMNS
    if source.url:
        columns = (*columns[:-1], Column("原网页", web_item), columns[-1])
    return Section("figures", "数字", table("按原文先后", columns, figures, layout), NO_FIGURES)


def web_item(observation):
    return Item("打开", observation.place_on_web)
