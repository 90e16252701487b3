"""Figures and skipped phrases find their words in the first text of their document, and again in
one that replaces another."""

from django.utils import timezone

from aidtracker.ground import bulk
from aidtracker.ground.batches import held
from aidtracker.trail.history import keep_states
from programs.models import Source
from programs.models.sources import Moved
from projects.models import Observation
from projects.models.directions import fault_of, ways_of
from projects.models.observations import paragraph_at
from projects.reading.anchors import anchor, find_again, without_sides

PLACE = ("start", "end", "paragraph", "anchor", "correction_reason", "version", "updated_at")
AWAY = 1 << 30  # where no phrase stands


def move_places(source: Source, old_text: str, reason: str, moved: Moved) -> Moved:
    """Give every figure and skipped phrase its place in the new text.

    A figure whose words are not found keeps its anchor and has no place until a person gives it
    one; a skipped phrase that is not found is deleted: what stands there now is open again. The
    first text of a document is compared with the places that were recorded without it.
    """
    rows = list(held(source.observations.exclude(start=None)))
    changed = [row for row in rows if not has_place(row, source, old_text)]
    ways = ways_of(changed) if changed else {}
    found = [move(row, source, old_text, reason, ways.get(row.series_id, 0)) for row in changed]
    if changed:
        bulk.update(changed, PLACE)
        keep_states(changed, reason=reason)
    lost = len(found) - sum(found)
    skipped = move_skipped(source, old_text, reason) if old_text else 0
    return moved.plus(len(rows) - lost + skipped, lost)


def has_place(row: Observation, source: Source, old_text: str) -> bool:
    """Whether a figure was recorded at its place in a text that only now is here."""
    is_known = not old_text and row.is_anchored(source.sha256)
    return is_known and not row.misplaced(source.text)


def move(row: Observation, source: Source, old_text: str, reason: str, way: int) -> bool:
    """Set a figure's place in the new text; whether its words were found, and say the same.

    `way`: which way its metric counts, so that 下降3.2% is no longer a growth of 3.2 %.
    """
    if old_text and not row.anchor:
        row.anchor = anchor(old_text, row.start, row.end)
    place, former = place_in(source.text, row), (row.start, row.end)
    row.anchor = row.anchor or without_sides(row.printed, *former)
    row.start, row.end = place or (None, None)
    if place and way and fault_of(row, way, source.text):
        place = row.start = row.end = None
    if place:
        row.anchor = anchor(source.text, *place, source.sha256)
        row.paragraph = paragraph_at(source.text, place[0])
    if row.is_published and (old_text or place != former):
        row.correction_reason = reason[:200]
    row.version, row.updated_at = row.version + 1, timezone.now()
    return place is not None


def place_in(text: str, row: Observation) -> tuple[int, int] | None:
    """Where a text has a figure's words: among those its anchor remembers, else at its place."""
    if row.anchor:
        return find_again(text, row.anchor, row.printed, row.start)
    return None if row.misplaced(text) else (row.start, row.end)


def move_skipped(source: Source, old_text: str, reason: str) -> int:
    """Move the skipped phrases that are found; how many."""
    rows, taken, now = [], set(), timezone.now()
    for row in held(source.skipped_phrases.all()):
        words = old_text[row.start : row.end]
        place = find_again(source.text, anchor(old_text, row.start, row.end), words, row.start)
        if place is None or place[0] in taken:
            row.delete()
            continue
        taken.add(place[0])
        row.start, row.end = place
        row.version, row.updated_at = row.version + 1, now
        rows.append(row)
    if rows:
        names = ("start", "end", "version", "updated_at")
        for away in (AWAY, -AWAY):  # two phrases may change places
            for row in rows:
                row.start, row.end = row.start + away, row.end + away
            bulk.update(rows, names)
        keep_states(rows, reason=reason)
    return len(rows)
