"""Many keys at once: whatever is read by them is read in portions that every database takes."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from aidtracker.ground.batches import in_batches, prefetch_in_batches
from aidtracker.trail.models import Act

APPS = ("aidtracker", "programs", "projects")
MANY = 1_100


def test_parts_are_short_and_nothing_is_lost():
    parts = list(in_batches(list(range(MANY))))
    assert [len(part) for part in parts] == [500, 500, 100]
    assert [one for part in parts for one in part] == list(range(MANY))


@pytest.mark.django_db
def test_many_related_rows_are_read_ahead(django_assert_num_queries):
    users = User.objects.bulk_create(User(username=f"user-{number}") for number in range(MANY))
    acts = [Act(user_id=user.pk) for user in users]
    with django_assert_num_queries(3):
        prefetch_in_batches(acts, "user")
    with django_assert_num_queries(0):
        assert [act.user for act in acts] == users


def test_relations_of_rows_at_hand_are_read_in_portions_everywhere():
    root = Path(settings.BASE_DIR)
    found = [
        path.relative_to(root).as_posix()
        for app in APPS
        for path in (root / app).rglob("*.py")
        if "tests" not in path.relative_to(root).parts
        and "prefetch_related_objects(" in path.read_text("utf-8")
    ]
    assert found == ["aidtracker/ground/batches.py"]
