"""Conditions that programs write: one that cannot be met is refused, in the words of what can be.

A page leaves out what it cannot understand and says so; who reads a file by its address would take
all rows for those that were asked for.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from aidtracker.pages.choosing import AMBIGUOUS, UNKNOWN
from aidtracker.pages.problems import Problem

# What only passes caches by, or says where a reader comes from.
HARMLESS = ("_", "utm_")
MOST_TOLD = 30  # choices in a sentence
# What no document can say beforehand: that a row is not there, or that several are.
KINDS = {
    UNKNOWN: ("unknown-row", HTTPStatus.NOT_FOUND),
    AMBIGUOUS: ("ambiguous-row", HTTPStatus.CONFLICT),
}


def refuse(
    name: str,
    words: str,
    kind: str = "invalid-parameter",
    status: HTTPStatus = HTTPStatus.BAD_REQUEST,
) -> Problem:
    return Problem(status, kind, f"参数 {name}：{words}", parameter=name)


def unknown(name: str, known: Iterable[str]) -> Problem:
    words = f"没有这一参数；可用的有 {'、'.join(sorted(known))}。"
    return refuse(name[:40], words, "unknown-parameter")


def understood(filterset: Any, conditions: Mapping[str, str]) -> Any:
    """The form with the conditions as they were understood. Raises Problem for one that was not."""
    form = filterset.form
    if not form.is_valid():
        name, (error, *_) = next(iter(form.errors.as_data().items()))
        if error.code in KINDS:
            raise refuse(name, error.message, *KINDS[error.code])
        words = f"没有“{conditions[name]}”这一选项；{choices_in_words(form.fields[name])}"
        raise refuse(name, words, *KINDS[UNKNOWN])
    return form


def choices_in_words(field: Any) -> str:
    """What may be chosen, by its codes."""
    found = [f"{code} {label}" for code, label in field.choices if code]
    return f"可用的有 {'、'.join(found[:MOST_TOLD])}{'等' if len(found) > MOST_TOLD else ''}。"
