"""Figures in their sentences, with what was read from them: for who has to judge them."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Substr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from aidtracker.review.revisions import AbstractRevision
from programs.models import Source
from projects.admin.readings import reading, short_reading
from projects.models import Observation
from projects.models.places import NOWHERE, places_of, texts_of
from projects.reading.sentences import REACH, quote_at

BESIDE = 24  # characters on either side of a figure in a list
NO_PLACE = format_html('<span class="quiet">{}</span>', "没有标出在全文中的位置，请对照原文")
NO_TEXT = format_html('<span class="quiet">{}</span>', "没有全文")


def in_few_words(row: Observation) -> SafeString:
    """A figure with the words around it and what was read from it, for a list."""
    return lines(cut(row, BESIDE), short_reading(row))


def in_full(row: Observation) -> SafeString:
    """A figure in its sentence and what was read from it."""
    return all_in_full([row])[row.pk]


def all_in_full(rows: Iterable[Observation]) -> dict[int, SafeString]:
    """Figures in their sentences; without a place, those that it may be taken from."""
    rows = list(rows)
    texts = texts_of({row.source_id for row in rows if row.start is None})
    return {
        row.pk: lines(
            choice_of_places(row, texts[row.source_id])
            if row.start is None and row.source_id in texts
            else cut(row, REACH),
            reading(row),
        )
        for row in rows
    }


def choice_of_places(row: Observation, text: str) -> SafeString:
    """Where a figure without a place may stand; the form's script lets a person choose."""
    places = [(place, quote_at(text, *place)) for place in places_of(row, text)]
    if not places:
        return format_html('<span class="quiet">{}。</span>', NOWHERE)
    listed = format_html_join(
        "",
        '<li data-start="{}" data-end="{}">起 {} 止 {}：{}<mark>{}</mark>{}</li>',
        ((*place, *place, said.before, said.words, said.behind) for place, said in places),
    )
    words = "没有标出在全文中的位置；全文里的这几个字在："
    return format_html('<span class="quiet">{}</span><ul class="places">{}</ul>', words, listed)


def lines(words: str, said: str) -> SafeString:
    return format_html("{}<br>{}", words, said)


def cut(row: Observation, length: int) -> SafeString:
    """A figure's words in their sentence, so many characters of it on either side."""
    found = row.quote
    if found is None:
        return NO_PLACE if row.start is None and row.source.sha256 else NO_TEXT
    return format_html(
        '<span class="figure-words">{}<mark>{}</mark>{}</span>',
        found.before[-length:],
        found.words,
        found.behind[:length],
    )


# A figure as it is, and as somebody proposes that it be


@dataclass(frozen=True)
class ProposedFigure:
    """A published figure and what it shall be; `fault` says why it cannot be read so."""

    now: Observation
    then: Observation
    fault: str

    @property
    def sentences(self) -> list[tuple[str, SafeString, str]]:
        """What it is, its sentence, and what is read from it: now, and as proposed."""
        return [
            ("现在", cut(self.now, REACH), reading_of(self.now)),
            ("拟改为", cut(self.then, REACH), self.fault or reading_of(self.then)),
        ]

    @property
    def is_moved(self) -> bool:
        """Whether it shall stand at another place."""
        return place_of(self.now) != place_of(self.then)

    def in_few_words(self) -> SafeString:
        """The sentence, and what is and shall be read: “5家”读作 5家（确数） → “9家”读作 …"""
        then = self.fault or printed_and_read(self.then)
        said = f"{printed_and_read(self.now)} → {then}"
        if not self.is_moved:
            return lines(cut(self.now, BESIDE), said)
        words = format_html("{} → {}", cut(self.now, BESIDE), cut(self.then, BESIDE))
        return lines(words, said)


def printed_and_read(row: Observation) -> str:
    return f"“{row.printed}”{short_reading(row)}"


def reading_of(row: Observation) -> str:
    return f"“{row.printed}” → {reading(row)}"


def place_of(row: Observation) -> tuple[Any, ...]:
    return row.source_id, row.start, row.end


def proposed_figures(revisions: Iterable[AbstractRevision]) -> dict[int, ProposedFigure]:
    """What revisions make of the figures that they are for: {revision number: figure}.

    Two queries, and one for each related row that is proposed.
    """
    own = [one for one in revisions if one.model is Observation]
    if not own:
        return {}
    rows = Observation.objects.select_related("series__metric", "source").defer("source__text")
    figures = rows.with_words(is_public=False).in_bulk([one.row_id for one in own])
    found = {one.pk: proposed(one, figures[one.row_id]) for one in own if one.row_id in figures}
    take_words([one.then for one in found.values() if one.is_moved])
    return found


def proposed(revision: AbstractRevision, now: Observation) -> ProposedFigure:
    then, faults = copy.copy(now), []
    try:
        revision.apply_to(then)
        then.read_printed()
    except ValidationError as error:
        faults = error.messages
    return ProposedFigure(now, then, "；".join(faults))


def take_words(rows: list[Any]) -> None:
    """Give figures that are not stored the words around their places: one query."""
    pieces = {}
    for at, row in enumerate(rows):
        if row.start is not None and row.end is not None:
            first = max(row.start - REACH, 1)
            pieces[f"words_{at}"] = Substr("text", first, row.end - first + REACH + 2)
    if not pieces:
        return
    sources = {row.source_id for row in rows}
    texts = {one["pk"]: one for one in Source.objects.filter(pk__in=sources).values("pk", **pieces)}
    for at, row in enumerate(rows):
        row.around = texts[row.source_id].get(f"words_{at}", "")
