"""The last thing a clerk entered in a document, which can be taken back while it is a draft."""

from typing import Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType

from aidtracker.ground.scope import may_change
from projects.models import Observation, Review, SkippedPhrase

REACH = 50  # of the clerk's own latest additions, in any document


def last_entry(user, source):
    """The latest figure or skipped phrase `user` added to `source`; None if that may not be undone.

    It may while it is a draft and nobody has changed it since.
    """
    kinds = ContentType.objects.get_for_models(Observation, SkippedPhrase)
    models: dict[Any, Any] = {kind.pk: model for model, kind in kinds.items()}
    additions = LogEntry.objects.filter(
        user=user, action_flag=ADDITION, content_type__in=models
    ).order_by("-pk")
    for entry in additions[:REACH]:
        row = models[entry.content_type_id].objects.filter(pk=entry.object_id).first()
        if row is not None and row.source_id == source.pk:
            return row if is_untouched(row) and may_change(row, user) else None
    return None


def is_untouched(row):
    """Whether a row is still as its addition left it: its first version, no step of review."""
    return row.version == 1 and (not row.REVIEW or row.review_state == Review.DRAFT)
