"""Addresses of rows: a page names hundreds, and looking a pattern up takes ten times as long."""

import re
from functools import cache
from typing import Any

from django.urls import get_script_prefix, reverse

# Stands for a key in a pattern; a number, too, for those that take no other.
MARK = "9{}9009009009"


@cache
def frame(name: str, count: int, prefix: str) -> str:
    """The address of that name with a place for each of its keys."""
    marks = [MARK.format(place) for place in range(count)]
    text = reverse(name, args=marks).replace("{", "{{").replace("}", "}}")
    for place, mark in enumerate(marks):
        text = text.replace(mark, f"{{{place}}}")
    return text


def address(name: str, *keys: Any) -> str:
    """As `reverse`, for keys of letters, digits and hyphens, as slugs are."""
    if not all(keys):
        return reverse(name, args=keys)
    return frame(name, len(keys), get_script_prefix()).format(*keys)


def pieces(name: str, count: int) -> list[str]:
    """What stands in an address of that name before, between and behind its keys."""
    return re.split(r"\{\d\}", frame(name, count, get_script_prefix()))
