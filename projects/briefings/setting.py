"""A text as a page shows it: its blocks with numbered headings, and its notes."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aidtracker.ground.publication import PUBLISHED
from aidtracker.pages.svg import on_screen
from projects.briefings.comparing import Change, between, since
from projects.briefings.printing import footnotes, heading_words
from projects.briefings.withholding import nothing_of_card, shown
from projects.models.briefings import BriefingEdition

Piece = dict[str, Any]
NARROW = 3  # columns of a table that have room on a phone, and in the measure of prose
# What an edition's page names of its text.
NAMED = ("briefing__headquarters", "briefing__donor", "briefing__project")


@dataclass(frozen=True)
class Note:
    """A footnote: what it says, where the figure's page is, and what became of it since."""

    number: int
    words: str
    place: str
    address: str
    since: str


def set_blocks(content: dict[str, Any], changed: Iterable[int] = ()) -> list[dict[str, Any]]:
    """The blocks as templates print them; `changed` are the notes of figures that changed since."""
    headings, marked = heading_words(content["blocks"]), set(changed)
    found = []
    for place, block in enumerate(content["blocks"]):
        made = {**block, "place": place}
        if block["kind"] == "heading":
            made["text"] = next(headings)
        elif block["kind"] == "paragraph":
            made["pieces"] = set_pieces(block["pieces"], marked)
        elif block["kind"] == "table":
            made["is_wide"] = len(block["heads"]) > NARROW
            made["rows"] = [
                [
                    {"head": head, "pieces": set_pieces(cell, marked)}
                    for head, cell in zip(block["heads"], row, strict=True)
                ]
                for row in block["rows"]
            ]
        elif block["kind"] == "chart":
            # Texts that were frozen earlier have one drawing.
            small = block.get("compact", block["svg"])
            made |= {"wide": picture(block["svg"]), "compact": picture(small)}
        found.append(made)
    return found


def set_pieces(pieces: Iterable[Any], marked: set[int]) -> list[Piece]:
    """Words and figures alike: what is printed, its notes, whether one of them changed since."""
    return [
        {"printed": one, "notes": [], "is_changed": False}
        if isinstance(one, str)
        else {**one, "is_changed": not marked.isdisjoint(one["notes"])}
        for one in pieces
    ]


def set_notes(content: dict[str, Any], changed: Mapping[int, Change]) -> list[Note]:
    order = range(1, len(content["figures"]) + 1)
    told = zip(order, footnotes(content, order), content["figures"], strict=True)
    return [
        Note(
            number,
            words,
            place,
            figure["address"],
            changed[number].words if number in changed else "",
        )
        for number, (words, place, _), figure in told
    ]


def picture(svg: str) -> str:
    """A drawing as the address of a picture, which does nothing but be seen."""
    return f"data:image/svg+xml;base64,{b64encode(on_screen(svg).encode()).decode()}"


# The page of an edition


def others_of(found: BriefingEdition, is_public: bool) -> list[BriefingEdition]:
    """The other frozen editions of a text, as far as the asker may see them."""
    rows = BriefingEdition.objects.without_content().filter(briefing=found.briefing_id)
    states = [PUBLISHED] if is_public else [PUBLISHED, BriefingEdition.State.FROZEN]
    return list(rows.filter(state__in=states).exclude(pk=found.pk).order_by("-number"))


def shown_of(edition: BriefingEdition) -> tuple[dict[str, Any], list[Change]]:
    """What an edition shows now, and what became of its figures since."""
    if edition.briefing.is_of_hidden:
        return nothing_of_card(edition.content), []
    changed = since(edition.content["figures"])
    return shown(edition.content, (one.number for one in changed if one.is_gone)), changed


def page_of(found: BriefingEdition, others: list[BriefingEdition]) -> dict[str, Any]:
    """What the page of an edition shows, in public and in the admin."""
    content, changed = shown_of(found)
    earlier = next((one for one in others if one.number < found.number), None)
    return {
        "edition": found,
        "content": content,
        "blocks": set_blocks(content, {one.number for one in changed}),
        "notes": set_notes(content, {one.number: one for one in changed}),
        "since": changed,
        "others": others,
        "earlier": earlier,
        "changes": between(shown_of(earlier)[0], content) if earlier else [],
        "base": "",
        "are_notes_open": True,
    }
