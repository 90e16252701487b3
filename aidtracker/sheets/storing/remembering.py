"""What was decided of earlier files with the same headings, for each headquarters on its own."""

from typing import Any

from django.db.models import Model

from aidtracker.ground.scope import scope_of
from aidtracker.sheets.reading.decisions import Decisions
from aidtracker.sheets.reading.pages import Sheet
from aidtracker.sheets.storing.models import RememberedColumns

MOST = 200  # shapes of files of one kind


def owner_of(user: Any) -> str:
    """Who shares what a person decides: the headquarters, or the account alone."""
    home = scope_of(user).home
    return f"headquarters {home}" if home else f"user {user.pk}"


def remembered(user: Any, model: type[Model]) -> dict[str, dict]:
    """What the person's headquarters decided of files of a model, by their shapes."""
    rows = RememberedColumns.objects.filter(owner=owner_of(user), model=model._meta.label)
    return dict(rows.order_by("-decided_at").values_list("shape", "decisions")[:MOST])


def decisions_for(user: Any, model: type[Model], kept: Any) -> Decisions:
    """What is decided of a file: what its upload keeps, else what is remembered."""
    return Decisions.of(kept, remembered(user, model))


def remember(user: Any, model: type[Model], sheet: Sheet) -> None:
    """Keep for later files what was decided of this one's columns."""
    decided = {name: sheet.decisions.kept[name] for name in ("columns", "fixed")}
    if any(decided.values()) and decided != sheet.decisions.remembered.get(sheet.shape):
        RememberedColumns.objects.update_or_create(
            owner=owner_of(user),
            model=model._meta.label,
            shape=sheet.shape,
            defaults={"decisions": decided},
        )
