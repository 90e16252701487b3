"""What every test stands on: the real fixtures, loaded once, and templates that forgive nothing."""

import ast
import gc
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache as once_for
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.template import Engine
from django.template.base import FilterExpression, Node
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from aidtracker.testing.template import template_for

pytest_plugins = ["aidtracker.testing.browser", "aidtracker.testing.processes"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
# The fixtures of pytest-django that open the database to a test.
DATABASE = {"db", "transactional_db", "live_server"}
# How many more objects are made than freed before garbage is looked for; usually 700.
GARBAGE = 50_000
# Words by which a test asks which day it is.
CLOCK = re.compile(r"today|localdate|timezone\.now|last_complete_month")


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


def pytest_addoption(parser: pytest.Parser) -> None:
    words = "run the tests on this day of Shanghai: 2028-02-29T00:10; the clock goes on from there"
    parser.addoption("--database-only", action="store_true", help="leave out what asks no database")
    parser.addoption("--clock-only", action="store_true", help="leave out what asks no day")
    parser.addoption("--today", type=datetime.fromisoformat, metavar="MOMENT", help=words)


def pytest_configure(config: pytest.Config) -> None:
    if moment := config.getoption("today"):
        # In UTC, lest the machine's own zone be changed as well.
        time_machine.travel(moment.replace(tzinfo=SHANGHAI).astimezone(UTC)).start()
    # Each page is made anew, so that a test can ask what it was made of.
    settings.CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, if asked to, the tests that are the same on every database, or on every day."""
    asked_once = set(asking_as_others(items))
    for option, belongs in (
        ("database_only", lambda item: asks_database(item) and item not in asked_once),
        ("clock_only", asks_day),
    ):
        if config.getoption(option):
            left_out = [item for item in items if not belongs(item)]
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if belongs(item)]


def asks_database(item: pytest.Item) -> bool:
    """Whether a test may ask the database; pytest-django says who may."""
    return item.get_closest_marker("django_db") is not None or not DATABASE.isdisjoint(
        getattr(item, "fixturenames", ())
    )


def asking_as_others(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """The tests marked `once`; of one with `but=7` all cases but the first of each seven."""
    before = Counter[str]()
    for item in items:
        if marker := item.get_closest_marker("once"):
            test = item.nodeid.partition("[")[0]
            cases = marker.kwargs.get("but")
            if cases is None or before[test] % cases:
                yield item
            before[test] += 1


def asks_day(item: pytest.Item) -> bool:
    """Whether a test, or what it uses of its own file, asks which day it is."""
    names = {getattr(item, "originalname", item.name), *getattr(item, "fixturenames", ())}
    return not names.isdisjoint(on_the_clock(item.path))


@once_for
def on_the_clock(path: Path) -> frozenset[str]:
    """The functions and constants of a file that ask the day, themselves or through another."""
    text = path.read_text()
    sources = {
        name: ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
        for name in defined(node)
    }
    found, words = frozenset[str](), CLOCK
    while more := {name for name, source in sources.items() if words.search(source)} - found:
        found |= more
        words = re.compile(rf"\b({'|'.join(map(re.escape, found))})\b")
    return found


def defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


@pytest.fixture(autouse=True)
def _undefined_template_variables_fail() -> None:
    """For each test: one that changes DEBUG makes the engine of those behind it anew."""
    Engine.get_default().string_if_invalid = UndefinedVariable()


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    """For each test: how often a visitor asked is counted in the cache, over all tests."""
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Give the run a database with the real fixtures; each test's changes are rolled back."""
    template = template_for(request.config.cache.mkdir("template"))
    with django_db_blocker.unblock():
        template.create()
        # Looked up by asking the database, once per process: no test shall count that.
        assert connection.features.supports_json_field
        ContentType.objects.get_for_models(*apps.get_models())
    # Django empties the database after a test with transactions of its own.
    TransactionTestCase._fixture_teardown = lambda test: template.restore()
    # A fifth of a run went into looking for garbage among all that stays until its end.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    yield
    with django_db_blocker.unblock():
        template.destroy()
