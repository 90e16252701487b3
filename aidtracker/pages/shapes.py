"""What drawings are made of, in pixels: lines and words of a frame, marks that lead to figures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import east_asian_width

WIDE, COMPACT = "wide", "compact"
UNBROKEN = re.compile(r"\d[\d.,]*|.", re.DOTALL)  # a number, or any other character
CLOSING = "，。、；：）》”"  # no line begins with one of these


@dataclass(frozen=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    css: str


@dataclass(frozen=True)
class Path:
    d: str
    css: str


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    r: float
    css: str


@dataclass(frozen=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    css: str


@dataclass(frozen=True)
class Text:
    """Words in a drawing; `anchor` is the side of them that stands at `x`."""

    x: float
    y: float
    text: str
    css: str
    anchor: str = "middle"
    url: str = ""


@dataclass(frozen=True)
class Label:
    """A text in pixels, centred on `x` with its foot at `y`; `lead` is the y of its mark if far."""

    x: float
    y: float
    text: str
    lead: float | None = None
    anchor: str = "middle"

    @property
    def lead_top(self) -> float:
        """Where the line to a far mark begins."""
        return self.y + 4


@dataclass(frozen=True)
class Mark:
    """One figure in pixels: where it links to, what it says aloud, its shapes and its label."""

    url: str
    name: str
    css: str
    rects: tuple[Rect, ...] = ()
    paths: tuple[Path, ...] = ()
    dots: tuple[Dot, ...] = ()
    label: Label | None = None


@dataclass(frozen=True)
class Panel:
    """A part of a drawing with a frame of its own, and its marks from the back to the front.

    `words` say the frame aloud; `top` is where the panel begins in the drawing.
    """

    words: str
    lines: tuple[Line, ...] = ()
    texts: tuple[Text, ...] = ()
    marks: tuple[Mark, ...] = ()
    top: int = 0


@dataclass(frozen=True)
class Drawing:
    """A picture of one size: one for wide screens, one for phones."""

    name: str
    width: int
    height: int
    panels: tuple[Panel, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        return tuple(mark for panel in self.panels for mark in panel.marks)


def forms(drawings: Iterable[Drawing]) -> set[str]:
    """The class names of all rectangles and paths in some drawings."""
    marks = [one for drawing in drawings for one in drawing.marks]
    return {shape.css for one in marks for shape in (*one.rects, *one.paths)}


def text_width(text: str, size: float) -> float:
    """About how wide a text runs: a Chinese character is square, a digit a little over half."""
    return size * sum(1 if east_asian_width(char) in "WF" else 0.58 for char in text)


def wrapped(text: str, width: float, size: float, most: int = 2) -> list[str]:
    """A text in at most so many lines; what is left out of the last is said by …"""
    lines, line = [], ""
    for part in UNBROKEN.findall(text):
        if line and part not in CLOSING and text_width(line + part, size) > width:
            lines.append(line)
            line = ""
        line += part
    lines.append(line)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and text_width(f"{last}…", size) > width:
        last = last[:-1]
    return [*lines[: most - 1], f"{last}…"]
