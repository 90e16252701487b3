"""What several modules of these tests stand on."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client

from aidtracker.tests.foreign_rows import staff, two_headquarters
from aidtracker.tests.quick_client import QuickClient


@pytest.fixture
def world():
    """A user of the first of two headquarters, with all rights, logged in."""
    ours, theirs = two_headquarters()
    user, client = staff(ours), Client()
    client.force_login(user)
    return SimpleNamespace(
        ours=ours, theirs=theirs, user=user, client=client, quick=QuickClient(user)
    )


@pytest.fixture
def quick_admin(admin_user: User):
    """A superuser, logged in, whose pages are not rendered."""
    return QuickClient(admin_user)
