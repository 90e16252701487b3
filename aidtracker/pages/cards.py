"""The card of a page, for chats that show links as pictures: what it is, its figures, the site."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.utils.timezone import localtime

from aidtracker.pages.pictures import can_draw, png
from aidtracker.pages.shapes import wrapped
from aidtracker.pages.sharing import Sharing
from aidtracker.pages.svg import FONTS, INK, QUIET, RULE, element

CARD = "card.png"  # behind the address of a page, that of its card
WIDTH, HEIGHT = 1200, 630
LEFT, ROOM = 72, 1056
GROUND, ACCENT = "#fbfaf7", "#14617a"
FOOT = 578
MOST_FIGURES = 3
SMALL, PLAIN, MIDDLE, LARGE, HUGE = 26, 32, 44, 58, 104

# A figure as printed, and what it is of.
Figure = tuple[str, str]


def lines(words: str, y: float, size: int, most: int, **looks: Any) -> tuple[list[str], float]:
    """A text in at most so many lines, and where the last one ends."""
    found = []
    for line in wrapped(words, ROOM - 2 * size, size, most):
        y += size * 1.3
        found.append(element("text", escape(line), x=LEFT, y=round(y, 1), font_size=size, **looks))
    return found, y


def figures_of(figures: Sequence[Figure], y: float) -> list[str]:
    """One figure large, with what it is of; several smaller, as many as have room."""
    size, most = (HUGE, 3) if len(figures) == 1 else (MIDDLE, 1)
    found: list[str] = []
    for printed, words in figures:
        bold, below = lines(printed, y, size, 1, fill=ACCENT, font_weight=700)
        said, end = lines(words, below, SMALL if most == 1 else PLAIN, most, fill=QUIET)
        if end > FOOT - 60:
            break
        found += [*bold, *said]
        y = end + 16
    return found


def foot(address: str, updated: datetime | None) -> list[str]:
    """Whose card it is, where the page is, and of which day."""
    day = f"{localtime(updated).date():%Y年%-m月%-d日}更新" if updated else ""
    looks = {"y": FOOT, "font_size": SMALL, "fill": QUIET}
    host = address.partition("//")[2].partition("/")[0]
    ends = (
        element("text", escape(f"{settings.SITE['name']} · {host}"), x=LEFT, **looks),
        element("text", day, x=LEFT + ROOM, text_anchor="end", **looks) if day else "",
    )
    rule = element("line", x1=LEFT, x2=LEFT + ROOM, y1=FOOT - 44, y2=FOOT - 44, stroke=RULE)
    return [rule, *ends]


def card(sharing: Sharing, figures: Iterable[Figure] = ()) -> str:
    """The card of a page as a drawing."""
    named = (
        (printed, words.removeprefix(sharing.title).lstrip(" ·，")) for printed, words in figures
    )
    shown = tuple(named)[:MOST_FIGURES]
    kind, y = lines(sharing.column or "列表", 40, SMALL, 1, fill=ACCENT, font_weight=600)
    size = LARGE if len(shown) != 1 else MIDDLE
    title, y = lines(sharing.title, y + 8, size, 2 if shown else 3, fill=INK, font_weight=700)
    told, _ = lines(sharing.short, y + 22, PLAIN, 4, fill=QUIET)
    rest = figures_of(shown, y + 14) if shown else told
    content = [
        element("rect", width="100%", height="100%", fill=GROUND),
        element("rect", width=18, height=HEIGHT, fill=ACCENT),
        *(*kind, *title, *rest, *foot(sharing.address, sharing.updated)),
    ]
    return element(
        "svg",
        "".join(content),
        xmlns="http://www.w3.org/2000/svg",
        width=WIDTH,
        height=HEIGHT,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        font_family=FONTS,
    )


def card_response(sharing: Sharing, figures: Iterable[Figure] = ()) -> HttpResponse:
    """The card as a picture; where none can be drawn, that of the site."""
    if not can_draw():
        return HttpResponseRedirect(static(CARD))
    return HttpResponse(png(card(sharing, figures)), content_type="image/png")
