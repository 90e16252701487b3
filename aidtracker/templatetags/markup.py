"""Small pieces of HTML that stand on a page many times: figures, marks, links, rows of tables.

Written by functions, since a template takes ten times as long; templates print the same pieces by
the filters of these names.
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from aidtracker.ground.search import normal, words_of
from aidtracker.templatetags import formatting

register = template.Library()
COMMA = "、"
EMPTY_CELL = re.compile(rf'<td class="([^"]*)"([^>]*)>\s*{formatting.UNKNOWN}\s*</td>')


def words(value: Any) -> str:
    """A value as text of a page; what is HTML already stays as it is."""
    return value if isinstance(value, SafeString) else escape(str(value))


def link(text: Any, url: str) -> str:
    return f'<a href="{escape(url)}">{words(text)}</a>' if url else words(text)


def linked(items: Iterable[Any]) -> str:
    """Items with the pages they lead to."""
    return COMMA.join([link(item.text, item.url) for item in items])


@register.filter
def marked(text: str, searched: str) -> SafeString | str:
    """A text with the words that were searched for marked where they stand in it as written."""
    plain, asked = normal(text), sorted(words_of(searched), key=len, reverse=True)
    if not asked or len(plain) != len(text):  # a character became two: the places are not these
        return text
    parts, end = [], 0
    # A printed figure may have blanks in it.
    for found in re.finditer("|".join(r"\s*".join(map(re.escape, word)) for word in asked), plain):
        first, last = found.span()
        parts += [words(text[end:first]), f"<mark>{words(text[first:last])}</mark>"]
        end = last
    return mark_safe("".join([*parts, words(text[end:])]))


@register.filter
def figure_link(observation: Any) -> SafeString:
    """A figure as printed, leading to its page."""
    return link_to_figure(observation, observation.printed)


def link_to_figure(observation: Any, written: str) -> SafeString:
    kind, url = words(observation.nature), words(observation.get_absolute_url())
    printed = formatting.figure(written)
    return mark_safe(f'<a class="figure-link nature-{kind}" href="{url}">{printed}</a>')


@register.filter
def badges(observation: Any) -> SafeString:
    """What checking a figure found."""
    return mark_safe("".join([badge(one) for one in observation.badges or ()]))


def badge(one: Any) -> str:
    said = words(one.words)
    return (
        f'<a class="mark mark-{words(one.result)}" href="{words(one.url)}" title="{said}"'
        f' aria-label="核对，{said}">{words(one.sign)}</a>'
    )


@register.filter
def result(finding: Any) -> SafeString:
    """What a finding says, in a sign and a word."""
    return mark_safe(
        f'<span class="badge badge-{words(finding.result)}"><span aria-hidden="true">'
        f"{words(finding.sign)}</span> {words(finding.get_result_display())}</span>"
    )


@register.filter
def nature(observation: Any) -> SafeString:
    """Whether a figure was reached, planned or agreed."""
    return mark_safe(
        f'<span class="nature nature-{words(observation.nature)}"><span class="sign"'
        f' aria-hidden="true">{words(formatting.nature_sign(observation.nature))}</span>'
        f"{words(observation.nature_words)}</span>"
    )


@register.filter
def source_link(observation: Any) -> SafeString:
    """A figure's document, leading to its words."""
    return named_shortly(observation.source, observation.place, f"第 {observation.number} 处")


@register.filter
def document(source: Any) -> SafeString:
    """A document, leading to its page."""
    return named_shortly(source, source.get_absolute_url())


def named_shortly(source: Any, url: str, behind: str = "") -> SafeString:
    """A document by its short name; whoever points at it, or prints the page, reads the whole."""
    short = f"《{words(source.short_name)}》{f'<span>{behind}</span>' if behind else ''}"
    whole = f"《{words(source.title)}》{behind}"
    return mark_safe(f'<a class="document" href="{words(url)}" title="{whole}">{short}</a>')


@register.filter
def shortened(text: str, sources: Iterable[Any]) -> SafeString:
    """A text in which documents have their short names, and lead to their pages."""
    named = {f"《{words(one.title)}》": document(one) for one in sources}
    if not named:
        return mark_safe(words(text))
    wanted = "|".join(map(re.escape, named))
    return mark_safe(re.sub(wanted, lambda found: named[found[0]], words(text)))


def source_items(sources: Iterable[Any]) -> str:
    return COMMA.join(map(document, sources))


def figure_items(observations: Iterable[Any]) -> str:
    rows = [f"<li>{figure_link(one)} {source_link(one)}</li>" for one in observations]
    return f'<ul class="figure-items">{"".join(rows)}</ul>'


def compared(one: Any) -> str:
    """A figure beside others: what it is, where it stands, its time and how it differs."""
    row = one.observation
    said = "".join([f"<small>{words(remark)}</small>" for remark in one.remarks])
    shown = link_to_figure(row, formatting.in_thousands(row.printed))
    return f"{shown} {badges(row)} {source_mark(row)}{said}"


def source_mark(observation: Any) -> str:
    """The sign that leads to a figure's words."""
    place = f"《{words(observation.source.title)}》第 {observation.number} 处"
    return (
        f'<sup><a class="source-mark" href="{words(observation.place)}" title="原文：{place}"'
        f' aria-label="看原文：{place}">源</a></sup>'
    )


def light(one: Any) -> str:
    """How a plan stands, in a sign and a word; behind it what is known of why."""
    sign = f'<span aria-hidden="true">{words(one.sign)}</span>'
    why = f"<small>{words(one.why)}</small>" if one.why else ""
    return f'<span class="badge badge-{words(one.tone)}">{sign} {words(one.words)}</span> {why}'


# How the values of cells of a kind are written; others are words with links.
KINDS = {
    "figure": lambda observation: f"{figure_link(observation)} {badges(observation)}",
    "figures": figure_items,
    "compared": compared,
    "result": result,
    "nature": nature,
    "source": source_link,
    "light": light,
    "sources": source_items,
}
# Kinds that some rows have nothing of.
MAY_LACK = {"figures", "sources", "light"}


def content(cell: Any) -> str:
    if cell.kind in KINDS and not (cell.kind in MAY_LACK and cell.is_unknown):
        return KINDS[cell.kind](cell.value)
    return linked(cell.items)


def cell_html(cell: Any) -> str:
    unknown = " is-unknown" if cell.is_unknown else ""
    return (
        f'<td class="is-{cell.kind}{unknown}" data-label="{words(cell.label)}">{content(cell)}</td>'
    )


@register.filter
def table_row(row: Any) -> SafeString:
    """A row of a table with its number and, where it has one, its anchor."""
    anchor = f' id="{words(row.anchor)}"' if row.anchor else ""
    cells = "".join([cell_html(cell) for cell in row.cells])
    return mark_safe(
        f'<tr{anchor}><td class="index" data-label="序号">{row.number}</td>{cells}</tr>'
    )


@register.filter
def marking_unknown(listed: str) -> SafeString:
    """A list of the admin in which cells say whether they are empty: phones leave those out."""
    return mark_safe(EMPTY_CELL.sub(r'<td class="\1 is-unknown"\2>—</td>', listed))
