"""What pages, Word and PDF print alike of a text: headings, footnotes; and the PDF itself."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from aidtracker.pages.pictures import can_draw

NUMERALS = "一二三四五六七八九十"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60


def heading_words(blocks: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The headings, the main ones numbered: 一、总体."""
    at = 0
    for block in blocks:
        if block["kind"] != "heading":
            continue
        if block["level"] == 1:
            yield f"{numeral(at)}、{block['text']}"
            at += 1
        else:
            yield block["text"]


def numeral(at: int) -> str:
    """The Chinese numeral of a place, counted from 0."""
    if at < len(NUMERALS):
        return NUMERALS[at]
    tens, ones = divmod(at + 1, 10)
    return f"{NUMERALS[tens - 1] if tens > 1 else ''}十{NUMERALS[ones - 1] if ones else ''}"


def footnotes(content: dict[str, Any], order: Iterable[int]) -> Iterator[tuple[str, str, str]]:
    """Of each footnote its document, the place there, and the address of the figure's own page.

    A document named before is named in short.
    """
    known: set[str] = set()
    for number in order:
        figure = content["figures"][number - 1]
        document = figure.get("document", "")
        words = f"《{figure['short']}》" if document in known else figure["source"]
        known.add(document) if document else None
        place = figure["place"] or "看这个数"
        yield f"{words}，", place, f"{content['site']}{figure['address']}"


# PDF


@cache
def browser() -> str:
    """The program that prints pages as PDF; empty where the server has none, or no Chinese font."""
    if not can_draw():
        return ""
    named = settings.PDF_BROWSER
    return next((found for one in (named, *BROWSERS) if one and (found := shutil.which(one))), "")


def can_print() -> bool:
    return bool(browser())


def pdf(page: str) -> bytes:
    """A page without any address in it, printed. Raises OSError where that does not work."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, encoding="utf-8")
        words = [
            *(browser(), "--headless", "--disable-gpu", "--no-pdf-header-footer"),
            *("--disable-extensions", "--no-first-run", f"--user-data-dir={folder}/profile"),
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # refused to the superuser
            *(f"--print-to-pdf={target}", source.as_uri()),
        ]
        try:
            subprocess.run(words, capture_output=True, timeout=SECONDS, check=True)
            return target.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise OSError("The browser printed nothing.") from error
