"""Doors that hold the same rows in other orders would wait for each other."""

from pathlib import Path

from django.conf import settings

from aidtracker.ground.batches import held
from programs.models import Region

APPS = ("aidtracker", "programs", "projects")


def test_held_rows_come_in_the_order_of_their_numbers():
    query = held(Region.objects.order_by("-name")).query
    assert (query.order_by, query.select_for_update, query.select_for_no_key_update) == (
        ("pk",),
        True,
        True,
    )


def test_no_door_holds_rows_in_an_order_of_its_own():
    paths = [path for app in APPS for path in Path(settings.BASE_DIR, app).rglob("*.py")]
    calls = {path.name for path in paths if "select_for_" + "update(" in path.read_text("utf-8")}
    # Beside the one way: the one user whose way to log in is taken away.
    assert calls == {"batches.py", "factors.py"}
