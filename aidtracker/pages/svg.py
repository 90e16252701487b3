"""Charts as SVG: in a page, whose stylesheet colours them, and as a file that needs nothing else.

A drawing for a page has class names only: the site allows no styles in pages. In a file each shape
has its looks as attributes, which every program that shows SVG understands.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from aidtracker.pages.shapes import (
    Drawing,
    Label,
    Line,
    Mark,
    Panel,
    Text,
    wrapped,
)

FONTS = "system-ui, 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
INK, QUIET, RULE, PAPER, RED = "#1d2329", "#5b6570", "#d5d0c6", "#ffffff", "#b3261e"
ACTUAL, TARGET, AGREED = "#14617a", "#a65b00", "#6a4c93"
TONES = {
    "nature-actual": ACTUAL,
    "nature-target": TARGET,
    "nature-plan": TARGET,
    "nature-agreement": AGREED,
    "nature-estimate": AGREED,
    "is-flow": ACTUAL,
}
# What each colour is on a dark screen: as in the stylesheet of the site.
DARK = {
    **{INK: "#eceae5", QUIET: "#a3acb5", RULE: "#343a40", PAPER: "#1c2024", RED: "#ff9d94"},
    **{ACTUAL: "#6fc3d6", TARGET: "#f0b266", AGREED: "#c3aee6"},
}
OUTLINED = ("nature-target", "nature-plan")
DASHED = ("nature-agreement", "nature-estimate")
FLOWS = ("1.5", "3", "5", "8", "12")  # widths of the lines of flows
TONE = "tone"  # stands for the colour of the mark
LINE = {"fill": "none", "stroke": TONE, "stroke-width": "2"}
# What the stylesheet says of each form, for files.
LOOKS: dict[str, dict[str, str]] = {
    "chart-grid": {"stroke": RULE},
    "chart-axis": {"stroke": QUIET},
    "chart-year": {"stroke": QUIET},
    "chart-event": {"stroke": QUIET, "stroke-dasharray": "2 3"},
    "chart-lead": {"stroke": QUIET},
    "chart-tick": {"fill": QUIET, "font-size": "13"},
    "chart-unit": {"fill": QUIET, "font-size": "13"},
    "chart-name": {"fill": INK, "font-size": "13"},
    "chart-heading": {"fill": INK, "font-size": "13", "font-weight": "600"},
    "chart-number": {"fill": QUIET, "font-size": "11", "font-weight": "600"},
    "chart-label": {"fill": TONE, "font-size": "13", "font-weight": "600"},
    "chart-bar": {"fill": TONE, "fill-opacity": ".42", "stroke": TONE, "stroke-width": "1.5"},
    "chart-dot": {"fill": TONE, "stroke": TONE, "stroke-width": "2"},
    "chart-step": LINE,
    "chart-foot": LINE,
    "chart-ring": LINE,
    "chart-level": LINE | {"stroke-width": "4"},
    "chart-bound": LINE | {"stroke-width": "1.5"},
    "chart-drop": LINE | {"stroke-width": "1", "stroke-dasharray": "2 3"},
    "is-open": {"stroke-dasharray": "1 4", "stroke-linecap": "round"},
    "chart-flow": {"fill": "none", "stroke": TONE, "stroke-opacity": ".45"},
    **{f"is-w{at}": {"stroke-width": width} for at, width in enumerate(FLOWS, 1)},
    "chart-arrow": {"fill": TONE},
    "chart-band": {"fill": TONE, "fill-opacity": ".22"},
    "chart-fade-1": {"fill": TONE, "fill-opacity": ".34"},
    "chart-fade-2": {"fill": TONE, "fill-opacity": ".2"},
    "chart-fade-3": {"fill": TONE, "fill-opacity": ".08"},
}
HALO = {"stroke": PAPER, "stroke-width": "4", "stroke-linejoin": "round", "paint-order": "stroke"}
EDGE = 14  # the room around a file's words
MOST_LINES = 12  # of one remark
HEAD: dict[str, Any] = {"font_size": 17, "font_weight": "600", "fill": INK}
SMALL: dict[str, Any] = {"font_size": 13, "fill": QUIET}

Looks = Callable[[str, str], dict[str, Any]]
Paragraphs = tuple[str, float]


def by_name(css: str, of: str) -> dict[str, Any]:
    """On a page a shape has its name, and the stylesheet the rest."""
    return {"class": css}


def in_file(css: str, of: str) -> dict[str, Any]:
    """In a file, what a shape of some class names looks like in a mark of some class names."""
    names, nature = css.split(), set(of.split())
    looks: dict[str, Any] = {}
    for name in names:
        looks |= LOOKS.get(name, {})
    is_filled = names[0] in ("chart-bar", "chart-dot")
    if is_filled and nature & {*OUTLINED, *DASHED}:
        looks |= {"fill": PAPER, "fill-opacity": ".01", "stroke-width": "2.5"}
    if nature & {*DASHED} and names[0] in ("chart-bar", "chart-dot", "chart-step", "chart-level"):
        looks |= {"stroke-dasharray": "4 3"}
    tone = next((colour for name, colour in TONES.items() if name in nature), INK)
    if "is-conflict" in nature and (is_filled or names[0] == "chart-label"):
        tone = RED
    looks = {name: tone if value == TONE else value for name, value in looks.items()}
    return HALO | looks if names[0] == "chart-label" else looks


def element(name: str, content: str = "", **attributes: Any) -> str:
    """An element; `_` in the names of attributes stands for -, and empty ones are left out."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value not in ("", None)
    )
    return f"<{name}{said}>{content}</{name}>" if content else f"<{name}{said}/>"


def line(one: Line, looks: Looks) -> str:
    return element("line", x1=one.x1, y1=one.y1, x2=one.x2, y2=one.y2, **looks(one.css, ""))


def text(one: Text, looks: Looks, site: str) -> str:
    """Words; those that lead somewhere are no part of the frame."""
    said = element(
        "text", escape(one.text), x=one.x, y=one.y, text_anchor=one.anchor, **looks(one.css, "")
    )
    return element("a", said, href=f"{site}{one.url}") if one.url else said


def shapes(mark: Mark, looks: Looks) -> str:
    return "".join(
        [
            *(
                element(
                    "rect", x=one.x, y=one.y, width=one.width, height=one.height,
                    **looks(one.css, mark.css),
                )
                for one in mark.rects
            ),
            *(element("path", d=one.d, **looks(one.css, mark.css)) for one in mark.paths),
            *(
                element("circle", cx=one.x, cy=one.y, r=one.r, **looks(one.css, mark.css))
                for one in mark.dots
            ),
        ]
    )  # fmt: skip


def linked(mark: Mark, looks: Looks, site: str) -> str:
    """The shapes of a mark, which lead to its page and say what they are."""
    content = element("title", escape(mark.name)) + shapes(mark, looks)
    if not mark.url:
        return element("g", content, class_=mark.css, role="img", aria_label=mark.name)
    return element("a", content, class_=mark.css, href=f"{site}{mark.url}", aria_label=mark.name)


def label(one: Label, css: str, looks: Looks) -> str:
    lead = (
        element("line", x1=one.x, x2=one.x, y1=one.lead_top, y2=one.lead, **looks("chart-lead", ""))
        if one.lead is not None
        else ""
    )
    look = looks("chart-label", css)
    if "class" in look:
        look = {"class": f"{css} chart-label"}
    words = escape(one.text)
    said = element(
        "text", words, x=one.x, y=one.y, text_anchor=one.anchor, aria_hidden="true", **look
    )
    return lead + said


def panel(one: Panel, looks: Looks, site: str) -> str:
    plain = [text(word, looks, site) for word in one.texts if not word.url]
    frame = "".join([*(line(rule, looks) for rule in one.lines), *plain])
    content = [
        element(
            "g", frame or element("title", escape(one.words)), role="img", aria_label=one.words
        ),
        *(text(word, looks, site) for word in one.texts if word.url),
        *(linked(mark, looks, site) for mark in one.marks),
        *(label(mark.label, mark.css, looks) for mark in one.marks if mark.label),
    ]
    if not one.top:
        return "".join(content)
    return element("g", "".join(content), transform=f"translate(0 {one.top})")


def panels(drawing: Drawing, looks: Looks, site: str = "") -> str:
    return "".join(panel(one, looks, site) for one in drawing.panels)


@dataclass(frozen=True)
class Words:
    """What a drawing is called, in short and at length; `key` is unique on its page."""

    key: str
    title: str
    description: str

    def elements(self, name: str = "") -> str:
        """The words as those hear them who do not see the drawing."""
        key = f"{self.key}-{name}" if name else ""
        title = element("title", escape(self.title), id=key and f"{key}-title")
        return title + element("desc", escape(self.description), id=key and f"{key}-desc")


def on_page(drawing: Drawing, words: Words) -> SafeString:
    """A drawing inside a page."""
    key = f"{words.key}-{drawing.name}"
    return mark_safe(
        element(
            "svg",
            words.elements(drawing.name) + panels(drawing, by_name),
            class_=f"chart-drawing chart-{drawing.name}",
            viewBox=f"0 0 {drawing.width} {drawing.height}",
            role="group",
            aria_labelledby=f"{key}-title",
            aria_describedby=f"{key}-desc",
        )
    )


def paragraphs(several: Iterable[tuple[str, dict[str, Any]]], width: int, top: float) -> Paragraphs:
    """Texts under each other, each wrapped and in its own looks, and where the last one ends."""
    found, y = [], top
    for words, looks in several:
        for line in wrapped(words, width - 2 * EDGE, looks["font_size"], MOST_LINES):
            y += looks["font_size"] * 1.45
            found.append(element("text", escape(line), x=EDGE, y=round(y, 1), **looks))
    return "".join(found), y


def file_of(
    drawing: Drawing, words: Words, caption: str, remarks: Iterable[str], site: str, zoom: int = 1
) -> str:
    """A drawing as a file: its finding, scope and sources above it, remarks and address below."""
    head, top = paragraphs([(words.title, HEAD), (caption, SMALL)], drawing.width, EDGE)
    below = top + drawing.height + EDGE
    foot, end = paragraphs([(remark, SMALL) for remark in remarks], drawing.width, below)
    height = round(end + EDGE)
    body = [
        words.elements(),
        element("rect", width="100%", height="100%", fill=PAPER),
        head,
        element("g", panels(drawing, in_file, site), transform=f"translate(0 {round(top + 6, 1)})"),
        foot,
    ]
    return element(
        "svg",
        "".join(body),
        xmlns="http://www.w3.org/2000/svg",
        width=drawing.width * zoom,
        height=height * zoom,
        viewBox=f"0 0 {drawing.width} {height}",
        role="img",
        font_family=FONTS,
    )


def on_screen(file: str) -> str:
    """A file that takes the dark colours where its reader's screen is dark."""
    rules = "".join(
        f"[{name}='{light}']{{{name}:{dark}}}"
        for light, dark in DARK.items()
        for name in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme: dark) {{{rules}}}</style>"
    head, end, body = file.partition(">")
    return f"{head}{end}{style}{body}"


def enlarged(file: str, zoom: int) -> str:
    """A file of so many times its size: the same drawing, with more pixels as a picture."""
    head, end, body = file.partition(">")
    sizes = re.sub(r'\b(width|height)="(\d+)"', lambda at: f'{at[1]}="{int(at[2]) * zoom}"', head)
    return f"{sizes}{end}{body}"
