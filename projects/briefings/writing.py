"""A text as data: headings, paragraphs, tables and charts, and the figures that they name.

What is kept is all that a reader was told, so that pages, Word and PDF are printed from it, and two
editions are compared by it. `figures` are numbered from 1 in the order in which they are told: the
number is that of the footnote.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from aidtracker.pages.shapes import COMPACT
from aidtracker.templatetags.formatting import day, plain
from projects.briefings.card_ends import write_end_of_card
from projects.briefings.cards import write_card
from projects.briefings.choosing import Part, chosen
from projects.briefings.disagreeing import write_contradictions
from projects.briefings.ledgers import ledger_tables, write_amounts
from projects.briefings.sentences import (
    Cross,
    Piece,
    Told,
    as_printed,
    by_theme,
    crossed,
    remark,
    sentences,
    statements,
    subject_words,
    tabled,
    time_words,
)
from projects.briefings.withholding import HIDDEN
from projects.charts.best import best_chart
from projects.models import Observation
from projects.models.briefings import Briefing
from projects.models.finding_kinds import Result

FORMAT = 1
DRAWN = 3  # figures of which a picture says more than words


class Writer:
    """Collects blocks, and numbers the figures as they are told."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.blocks: list[dict[str, Any]] = []
        self.figures: list[dict[str, Any]] = []
        self.numbers: dict[Any, int] = {}

    def add(self, kind: str, **said: Any) -> None:
        self.blocks.append({"kind": kind, **said})

    def number_of(self, row: Observation) -> int:
        """The footnote of a figure; told again, it keeps it."""
        if row.pk not in self.numbers:
            self.figures.append(as_data(row))
            self.numbers[row.pk] = len(self.figures)
        return self.numbers[row.pk]

    def number_of_amount(self, amount: dict[str, Any]) -> int:
        key = (amount["dataset"], amount["id"], amount["field"])
        if key not in self.numbers:
            self.figures.append(amount)
            self.numbers[key] = len(self.figures)
        return self.numbers[key]

    def pieces(self, said: Iterable[Piece]) -> list[Any]:
        """Words joined, figures by their printed form and their numbers."""
        found: list[Any] = []
        for piece in said:
            if isinstance(piece, Told):
                notes = [self.number_of(row) for row in piece.figures]
                found.append({"printed": as_printed(piece.first), "notes": notes})
            elif found and isinstance(found[-1], str):
                found[-1] += piece
            elif piece:
                found.append(piece)
        return found

    def paragraph(self, *said: Iterable[Piece], lead: str = "") -> None:
        pieces = self.pieces(piece for one in said for piece in one)
        self.add("paragraph", lead=lead, pieces=pieces)


def as_data(row: Observation) -> dict[str, Any]:
    """A figure as it is at this moment: what it says, of what, and where that stands."""
    source, metric = row.source, row.series.metric
    marks = row.marks or ()
    return {
        "kind": "figure",
        "id": row.pk,
        "document": source.code,
        "number": row.number,
        "version": row.version,
        "series": str(row.series),
        "metric": str(metric),
        "subject": subject_words(row, ""),
        "scope": row.series.scope_words,
        "printed": row.printed,
        "qualifier": row.qualifier,
        **{name: number(getattr(row, name)) for name in ("value", "value_high", "lower", "upper")},
        "unit": metric.unit,
        "nature": row.nature_words,
        "accumulation": row.get_accumulation_display(),
        "time": time_words(row),
        "called": row.called,
        "said_by": row.attributed_to,
        "source": source.cited,
        "short": source.short_name,
        "place": row.place_in_words or f"第 {row.number} 处",
        "address": row.get_absolute_url(),
        "words": row.place,
        "contradictions": sorted(
            mark["key"] for mark in marks if mark["result"] == Result.CONTRADICTION
        ),
    }


def number(value: Any) -> str | None:
    return None if value is None else plain(value)


# The parts of a text


def write(briefing: Briefing, site: str) -> dict[str, Any]:
    """The content of a text as the record is now; `site` is where addresses lead."""
    writer = Writer(site)
    if briefing.is_of_hidden:
        write_lead(writer, briefing, [])
        writer.add("note", text=HIDDEN)
    else:
        write_known(writer, briefing)
    if not writer.figures:
        writer.paragraph(["记录里没有这一范围、这一时间已公开的数字。"])
    return {
        "format": FORMAT,
        "title": briefing.title,
        "outline": briefing.get_outline_display(),
        "subject": briefing.subject,
        "time": briefing.time_words,
        "site": site,
        "written": timezone.localtime().isoformat(timespec="seconds"),
        "blocks": writer.blocks,
        "figures": writer.figures,
    }


def write_known(writer: Writer, briefing: Briefing) -> None:
    """Figures of documents and amounts of ledgers; of a project what else is known, around them."""
    parts, tables = chosen(briefing), ledger_tables(briefing)
    write_lead(writer, briefing, parts)
    if briefing.project_id:
        write_card(writer, briefing, tables)
        tables = []
    under = ""
    for part in parts:
        if part.under and part.under != under:
            writer.add("heading", level=1, text=part.under)
        under = part.under
        is_only = len(parts) == 1 and not tables and not briefing.project_id
        write_part(writer, part, is_only)
    for table in tables:
        write_amounts(writer, table)
    told = [row for part in parts for row in part.figures]
    write_contradictions(writer, told)
    if briefing.project_id:
        write_end_of_card(writer, briefing, told)


def write_lead(writer: Writer, briefing: Briefing, parts: Sequence[Part]) -> None:
    """What the text stands on, so that nobody takes it for all there is."""
    rows = [row for part in parts for row in part.figures]
    documents = len({row.source_id for row in rows})
    day_words = day(timezone.localtime())
    if not rows:
        writer.add("note", text=f"据{day_words}已公开的记录写成。")
        return
    time = f"说到{briefing.time_words}的" if briefing.time_words else ""
    record, of_documents = ("记录", "其中文献的") if briefing.project_id else ("数字", "")
    words = (
        f"据{day_words}已公开的{record}写成。{of_documents}{time}数字 {len(rows)} 个，"
        f"出自 {documents} 份文献，连同“超过”“近”“余”等照文献所印，注里是文献和所在的位置。"
        "没有写到的，不等于没有。"
    )
    writer.add("note", text=words)


def write_part(writer: Writer, part: Part, is_only: bool) -> None:
    if not is_only:
        writer.add("heading", level=2 if part.under else 1, text=part.title)
    tables, others = tabled(statements(part.figures))
    crosses, others = crossed(others, part.of)
    told = {told.first.pk: told for told in others}
    quoted: set[tuple[str, str]] = set()
    for theme, rows in by_theme(told.first for told in others):
        said = sentences((told[row.pk] for row in rows), part.of, quoted)
        writer.paragraph(*said, lead=theme)
    for one in crosses:
        write_cross(writer, one)
    for several in tables:
        write_series(writer, several)
    write_chart(writer, part)
    if part.left_out:
        writer.add("note", text=f"另有 {part.left_out} 个数字没有写入。")
    if part.remark:
        writer.add("heading", level=2, text="其他支援省市")
        writer.add("note", text=part.remark)


def write_series(writer: Writer, several: Sequence[Told]) -> None:
    """A series of which much is said, as a table in the order of time."""
    rows = sorted(several, key=lambda told: (told.first.moment is None, str(told.first.moment)))
    writer.add(
        "table",
        title=str(several[0].first.series),
        heads=["时间", "数值", "性质"],
        rows=[
            [
                [time_words(told.first) or "—"],
                writer.pieces([told, remark(told.first, False)]),
                [f"{told.first.nature_words}，{told.first.get_accumulation_display()}"],
            ]
            for told in rows
        ],
    )


def write_cross(writer: Writer, table: Cross) -> None:
    """Metrics side by side; a cell says besides what its figure cannot be quoted without."""
    rows = []
    for scope, cells in table.rows:
        told = [[one, remark(one.first, False)] if one else ["—"] for one in cells]
        rows.append([[scope or "合计（文献所印）"], *(writer.pieces(cell) for cell in told)])
    writer.add("table", title=table.title, heads=["范围", *table.metrics], rows=rows)


def write_chart(writer: Writer, part: Part) -> None:
    """One picture of a part, as far as its figures can be compared; it names their footnotes."""
    chart = best_chart("chart", part.figures)
    if chart is None or not chart.drawings:
        return
    drawn = [row for row in part.figures if row.pk in writer.numbers]
    metric = drawn_metric(chart.title, drawn)
    notes = sorted(writer.numbers[row.pk] for row in drawn if row.series.metric_id == metric)
    if len(notes) < DRAWN:
        return
    files = {"svg": chart.file(writer.site), "compact": chart.file(writer.site, name=COMPACT)}
    writer.add("chart", title=chart.title, caption=chart.caption, **files, notes=notes)


def drawn_metric(title: str, rows: Iterable[Observation]) -> int | None:
    """The metric of the figures in a chart, which its title names."""
    named = [row.series.metric for row in rows if str(row.series.metric) in title]
    return max(named, key=lambda metric: len(str(metric))).pk if named else None


# Kept


def fingerprint(content: dict[str, Any]) -> str:
    """SHA-256 of a content, the same whichever database kept it."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
