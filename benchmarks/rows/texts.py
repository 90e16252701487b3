"""A long document's text with its figures marked, beside escaping the plain text, which any page
must do. The text is made here: 200,000 characters, 2,000 recorded figures, 100 skipped phrases,
300 open ones."""

from functools import cache
from typing import Any

from django.utils.html import escape

from benchmarks.measuring.registry import Target, Work, row
from benchmarks.measuring.site import Site
from programs.models import Source
from projects.entry import document as entry
from projects.models import Observation, Series, SkippedPhrase
from projects.reading import phrases
from projects.reading.marked_text import figure_span, marked_text, open_span, skipped_span

GROUP = "Texts of 200,000 characters"
LENGTH = 200_000
RECORDED, SKIPPED, OPEN = 2_000, 100, 300
PLAIN = "plain text, escaped"
LIMIT = Target(ms=300)


@cache
def text() -> str:
    """Sentences with one figure each, filled with words to the full length."""
    count = RECORDED + SKIPPED + OPEN
    filling = "某某单位按照计划推进各项工作，" * 6
    width = LENGTH // count
    sentences = (f"第{number}段落增加{number % 90 + 10}万元。" for number in range(count))
    return "".join((sentence + filling)[:width] for sentence in sentences)


@cache
def made() -> tuple[Source, list[Any], list[Any], list[Any]]:
    """A document, its figures, what was left out, and the phrases that wait; nothing is stored."""
    figures = [one for one in phrases.find(text()) if one.kind == "figure"]
    source = Source(code="benchmark", title="基准", text=text())
    series = Series(name="某单位 增加金额")
    recorded = [
        Observation(source=source, series=series, number=number, start=one.start, end=one.end)
        for number, one in enumerate(figures[:RECORDED], 1)
    ]
    for figure in recorded:
        figure.is_visible = True  # type: ignore[attr-defined]
    skipped = [
        SkippedPhrase(source=source, start=one.start, end=one.end, reason="rule")
        for one in figures[RECORDED : RECORDED + SKIPPED]
    ]
    return source, recorded, skipped, figures


def became() -> phrases.Coverage:
    _, recorded, skipped, figures = made()
    places = ([(row.start, row.end) for row in rows] for rows in (recorded, skipped))
    return phrases.coverage(figures, *places)


@row(GROUP, PLAIN)
def plain(site: Site) -> Work:
    return lambda: len(escape(text()))


@row(GROUP, "finding the phrases", limit=PLAIN, target=LIMIT)
def finding(site: Site) -> Work:
    return lambda: phrases.find(text()) and LENGTH


@row(GROUP, "marked on its public page", limit=PLAIN, target=LIMIT)
def public_page(site: Site) -> Work:
    source, recorded, skipped, _ = made()

    def mark() -> int:
        spans = [*map(figure_span, recorded), *map(skipped_span, skipped)]
        return len(marked_text(source.text, [*spans, *map(open_span, became().open)])) and LENGTH

    return mark


@row(GROUP, "marked on the page of entering", limit=PLAIN, target=LIMIT)
def entry_page(site: Site) -> Work:
    source, recorded, skipped, _ = made()
    said = ("1万元", "actual", "published", "某单位 增加金额", True)
    shown = [entry.Recorded(row.start, row.end, row.number, *said) for row in recorded]

    def mark() -> int:
        document = entry.Document(source, user=None)
        document.figures, document.skipped, document.coverage = shown, skipped, became()
        return len(document.html) and LENGTH

    return mark
