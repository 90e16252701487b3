"""What every test stands on: the real fixtures, loaded once, and templates that forgive nothing."""

import gc
import sys
from pathlib import Path
from types import FrameType

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.template import Engine
from django.template.base import FilterExpression, Node
from pytest_django import DjangoDbBlocker

# How many more objects are made than freed before garbage is looked for; usually 700.
GARBAGE = 50_000


class UndefinedVariable(str):
    """Stands for an undefined template variable: fails in our templates, is empty in others'.

    Templates of third parties rely on undefined variables being empty; ours name what they show.
    """

    def __bool__(self) -> bool:
        caller = sys._getframe(1)
        if caller.f_code is FilterExpression.resolve.__code__ and is_own_template(caller):
            expression = caller.f_locals["self"]
            pytest.fail(f"Undefined template variable {expression} in {origin_of(caller)}")
        return False


def origin_of(frame: FrameType | None) -> str:
    """Return the path of the template whose node is being rendered, empty if there is none."""
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and node.origin is not None:
            return str(node.origin.name)
        frame = frame.f_back
    return ""


def is_own_template(frame: FrameType) -> bool:
    path = Path(origin_of(frame))
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts


def pytest_configure(config: pytest.Config) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _undefined_template_variables_fail() -> None:
    Engine.get_default().string_if_invalid = UndefinedVariable()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Load the real fixtures once per run; each test's changes are rolled back."""
    with django_db_blocker.unblock():
        call_command("load_fixtures", verbosity=0)
        # Looked up by asking the database, once per connection: no test shall count that.
        assert connection.features.supports_json_field
    # A fifth of a run went into looking for garbage among all that stays until its end.
    gc.freeze()
    gc.set_threshold(GARBAGE)


@pytest.fixture
def live_fixtures(transactional_db: None) -> None:
    """Load the fixtures again for a live server, whose tests empty the database at their end."""
    call_command("load_fixtures", verbosity=0)
