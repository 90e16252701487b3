"""Locking the months of headquarters, and opening them again for a reason."""

from django.db import transaction
from django.utils import timezone

from aidtracker.ground.batches import among, held
from aidtracker.ground.scope import changeable
from aidtracker.trail import acts
from aidtracker.trail.history import set_values


def lock(periods, user):
    """Lock those of a queryset of periods that are open and the user's. Returns how many."""
    return mark(periods.filter(locked_on=None), user, timezone.localdate(), "锁定账期")


def unlock(periods, user, reason):
    """Open those that are locked and the user's again; the trail keeps the reason."""
    return mark(periods.filter(locked_on__isnull=False), user, None, "解锁账期", reason)


@acts.one_act()
@transaction.atomic
def mark(periods, user, locked_on, subject, reason=""):
    wanted = changeable(periods, user).order_by().values_list("pk", flat=True)
    rows = list(held(among(periods.model._base_manager.all(), wanted)))
    acts.describe(way=acts.Way.ACTION, subject=subject, reason=reason)
    set_values(rows, {"locked_on": locked_on})
    return len(rows)
