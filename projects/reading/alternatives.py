"""Lists of words as regular expressions that are tried fast: by first letters, longest first."""

import re
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longer before the shorter: 人|人次 → 人(?:次)?"""
    heads: dict[str, set[str]] = {}
    for word in words:
        heads.setdefault(word[0], set()).add(word[1:])
    alone = "".join(re.escape(head) for head in sorted(heads) if heads[head] == {""})
    longer = [
        f"{re.escape(head)}{_rest(heads[head])}" for head in sorted(heads) if any(heads[head])
    ]
    return f"(?:{'|'.join([*longer, *([f'[{alone}]'] if alone else [])])})"


def _rest(tails: set[str]) -> str:
    """What follows a first letter, optional if it is a word itself."""
    return any_of(tails - {""}) + ("?" if "" in tails else "")
