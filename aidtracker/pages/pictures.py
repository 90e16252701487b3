"""Drawings as PNG, for programs that show no SVG: only where the server has a Chinese font.

The renderer is optional, as the font is: without either, pages offer no PNG and all have one card.
"""

from functools import cache
from typing import Any

try:
    from resvg import render, usvg
except ImportError:  # no wheel for this Python
    usvg = None

SHARP = 2  # pixels of a picture for each of the drawing
# What the families that have simplified characters are called, in part.
CHINESE = (
    *("CJK", "PingFang", "YaHei", "Source Han", "SimHei", "SimSun", "Heiti", "Songti"),
    *("WenQuanYi", "Droid Sans Fallback", "HarmonyOS", "MiSans", "FangSong", "KaiTi"),
)


class DrawingError(Exception):
    """The renderer gave up on a drawing."""


def with_fonts() -> Any:
    """The renderer's options with the fonts of the machine; they never leave their thread."""
    options = usvg.Options.default()
    options.load_system_fonts()
    return options


@cache
def can_draw() -> bool:
    """Whether there is a renderer, and a font for what it is to write."""
    if usvg is None:
        return False
    return any(part in family for family in with_fonts().list_fonts() for part in CHINESE)


def png(drawing: str) -> bytes:
    """A drawing of its own size as PNG; nothing is fetched for it."""
    try:
        return bytes(render(usvg.Tree.from_str(drawing, with_fonts()), (1, 0, 0, 0, 1, 0)))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:  # a panic of the library is no Exception, and would end a worker
        raise DrawingError(str(fault)) from fault
