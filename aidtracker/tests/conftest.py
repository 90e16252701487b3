"""What several modules of these tests stand on."""

from functools import cached_property

import pytest
from django.contrib.auth.models import User
from django.test import Client

from aidtracker.tests.foreign_rows import staff, two_headquarters
from aidtracker.tests.quick_client import QuickClient


class World:
    """A user of the first of two headquarters, with all rights, logged in."""

    def __init__(self):
        self.ours, self.theirs = two_headquarters()
        self.user = staff(self.ours)

    @cached_property
    def client(self):
        client = Client()
        client.force_login(self.user)
        return client

    @cached_property
    def quick(self):
        return QuickClient(self.user)


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def quick_admin(admin_user: User):
    """A superuser, logged in, whose pages are not rendered."""
    return QuickClient(admin_user)
