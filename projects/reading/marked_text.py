"""A document's text in HTML with its figures marked; the work grows in line with the text."""

import heapq
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from operator import attrgetter

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from aidtracker.templatetags.formatting import nature_sign
from aidtracker.templatetags.markup import badges

NOTHING = mark_safe("")


@dataclass(frozen=True)
class Span:
    """Words to mark: `text[start:end]`, in which element, and what follows the last of them.

    `link` is the page the words lead to; words inside others that lead somewhere have none.
    """

    start: int
    end: int
    tag: str
    css: str
    title: str
    anchor: str = ""
    after: SafeString = NOTHING
    link: str = ""

    @property
    def opening(self):
        """Only the title holds words of others; escaping it alone takes a third of the time."""
        anchor = f' id="{self.anchor}"' if self.anchor else ""
        link = f'<a href="{self.link}">' if self.link else ""
        return f'<{self.tag}{anchor} class="{self.css}" title="{escape(self.title)}">{link}'

    @property
    def closing(self):
        return f"{'</a>' if self.link else ''}</{self.tag}>{self.after}"

    def shifted(self, by):
        """The same mark in a piece of the text that begins `by` characters in."""
        return replace(self, start=self.start - by, end=self.end - by)

    def split(self, position):
        """The part before `position`, and the rest, of the same look without an anchor."""
        return replace(self, end=position, after=NOTHING), replace(self, start=position, anchor="")


@lru_cache
def figures_address(code):
    """Where the pages of a document's figures begin; looked up once, not for each figure."""
    return reverse("observation-detail", args=[code, 0]).removesuffix("0/")


def figure_span(observation):
    """The mark of a figure: its anchor `o12`, its nature's colour and sign, its link."""
    nature = observation.get_nature_display()
    title = f"{nature}：{observation.series}"
    sign = (
        "" if observation.nature == observation.Nature.ACTUAL else nature_sign(observation.nature)
    )
    number = observation.number
    link = f"{figures_address(observation.source.code)}{number}/"
    after = mark_safe(f"<sup>{sign}{number}{badges(observation)}</sup>")
    css, anchor = f"nature-{observation.nature}", f"o{number}"
    return Span(observation.start, observation.end, "mark", css, title, anchor, after, link)


def skipped_span(phrase):
    """A phrase left out on purpose: faint, with the reason as its title."""
    title = f"未记录：{phrase.get_reason_display()}"
    if phrase.note:
        title = f"{title}（{phrase.note}）"
    return Span(phrase.start, phrase.end, "span", "skipped", title)


def open_span(phrase):
    """A numeric phrase that is neither recorded nor left out on purpose."""
    return Span(phrase.start, phrase.end, "span", "open", "尚未记录，也没有说明略过")


def marked_pieces(text, pieces, spans):
    """Some pieces of a text as safe HTML, each a paragraph, with the marks that lie within them."""
    spans = sorted(spans, key=attrgetter("start"))
    return format_html_join(
        "",
        "<p>{}</p>",
        (
            (marked_text(text[start:end].strip("\r\n"), inside(text, start, end, spans)),)
            for start, end in pieces
        ),
    )


def inside(text, start, end, spans):
    """The marks within a piece of a text, of all in their order, counted from its first character
    that is shown."""
    start += len(text[start:end]) - len(text[start:end].lstrip("\r\n"))
    first, last = (bisect_left(spans, at, key=attrgetter("start")) for at in (start, end))
    return [span.shifted(start) for span in spans[first:last] if span.end <= end]


def marked_text(text, spans):
    """`text` as safe HTML with every span marked, nested where spans overlap.

    Spans that cross are cut at the crossing; those outside the text are left out.
    """
    inside = [span for span in spans if 0 <= span.start < span.end <= len(text)]
    waiting = [(span.start, -span.end, order, span) for order, span in enumerate(inside)]
    heapq.heapify(waiting)
    pieces: list[str] = []
    opened: list[Span] = []
    position = 0
    while waiting or opened:
        if opened and (not waiting or opened[-1].end <= waiting[0][0]):
            span = opened.pop()
            pieces += [escape(text[position : span.end]), span.closing]
            position = span.end
            continue
        start, _, order, span = heapq.heappop(waiting)
        if opened and opened[-1].end < span.end:
            span, rest = span.split(opened[-1].end)
            heapq.heappush(waiting, (rest.start, -rest.end, order, rest))
        if any(outer.link for outer in opened):
            span = replace(span, link="")
        pieces += [escape(text[position:start]), span.opening]
        position = start
        opened.append(span)
    return mark_safe("".join([*pieces, escape(text[position:])]))
