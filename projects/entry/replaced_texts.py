"""Figures and skipped phrases find their words again in a text that replaces another."""

from django.utils import timezone

from aidtracker.ground import bulk
from aidtracker.ground.batches import held
from aidtracker.trail.history import keep_states
from programs.models import Source
from programs.models.sources import Moved
from projects.models import Observation
from projects.models.observations import paragraph_at
from projects.reading.anchors import anchor, find_again

PLACE = ("start", "end", "paragraph", "anchor", "correction_reason", "version", "updated_at")
AWAY = 1 << 30  # where no phrase stands


def move_places(source: Source, old_text: str, reason: str, moved: Moved) -> Moved:
    """Give every figure and skipped phrase its place in the new text.

    A figure whose words are not found keeps its anchor and has no place until a person gives it
    one; a skipped phrase that is not found is deleted: what stands there now is open again.
    """
    rows = list(held(source.observations.exclude(start=None)))
    found = [move(row, source, old_text, reason) for row in rows]
    if rows:
        bulk.update(rows, PLACE)
        keep_states(rows, reason=reason)
    skipped = move_skipped(source, old_text, reason)
    return moved.plus(sum(found) + skipped, len(found) - sum(found))


def move(row: Observation, source: Source, old_text: str, reason: str) -> bool:
    """Set a figure's place in the new text; whether its words were found."""
    row.anchor = row.anchor or anchor(old_text, row.start, row.end)
    place = find_again(source.text, row.anchor, row.printed, row.start)
    row.start, row.end = place or (None, None)
    if place:
        row.anchor = anchor(source.text, *place, source.sha256)
        row.paragraph = paragraph_at(source.text, place[0])
    if row.is_published:
        row.correction_reason = reason[:200]
    row.version, row.updated_at = row.version + 1, timezone.now()
    return place is not None


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
