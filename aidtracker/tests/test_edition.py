"""No change that the public may see leaves the edition as it was, whoever makes it."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from aidtracker import testing
from aidtracker.ground import edition, schema, tallies, triggers
from aidtracker.ground.datasets import record_models
from aidtracker.sheets import resource_for
from aidtracker.sheets.columns.sets import staff_columns
from aidtracker.sheets.writing.extracts import Extract
from aidtracker.trail.acts import Way, record
from aidtracker.trail.models import Act
from programs.models import Region
from projects.models import Matter, Observation, Project

pytestmark = pytest.mark.django_db
REVIEWED = [model for model in record_models() if model.REVIEW]


def next_transaction() -> None:
    """Let a test, which is one transaction, count as another: on PostgreSQL each takes one step."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('aidtracker.stepped', '', true)")


def is_noticed(change: Callable[[], object]) -> bool:
    next_transaction()
    before = edition.current()
    change()
    return edition.current() != before


def counts_around_a_write(reader: BaseDatabaseWrapper, writer: BaseDatabaseWrapper) -> list[int]:
    """How many rows a reader finds before another writes one, after that, and after its moment."""
    found = []

    def count() -> None:
        with reader.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM moments")
            found.append(cursor.fetchone()[0])

    with writer.cursor() as cursor:
        cursor.execute("CREATE TABLE moments (number integer)")
        with edition.one_moment(reader):
            count()
            cursor.execute("INSERT INTO moments VALUES (1)")
            count()
        count()
        cursor.execute("DROP TABLE moments")
    reader.close()
    writer.close()
    return found


def test_one_moment_is_as_it_was_while_another_writes(tmp_path):
    if connection.vendor == "sqlite":
        kept = {**connection.settings_dict, "NAME": tmp_path / "moments.sqlite3"}
        pair = [type(connections["default"])(kept, "default") for _ in range(2)]
        assert counts_around_a_write(*pair) == [0, 0, 1]
        return
    with ThreadPoolExecutor(1) as pool:  # which has a connection that is in no transaction
        found = pool.submit(
            lambda: counts_around_a_write(connections["default"], connection.copy())
        )
    assert found.result() == [0, 0, 1]


def make(model: type[models.Model], **kwargs: object) -> models.Model:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()
    return getattr(testing, f"make_{name}")(**kwargs)


def test_every_table_has_its_triggers() -> None:
    assert triggers.missing() == set()


@pytest.mark.parametrize(
    "change",
    [
        lambda: testing.make_region(),
        lambda: Region.objects.update(note="新"),
        lambda: Region.objects.bulk_create(
            [Region(code="999901", name="某地", slug="mou", level="county")], ignore_conflicts=True
        ),
        lambda: Region.objects.bulk_update(Region.objects.all()[:2], ["name"]),
        lambda: testing.make_region().sources.add(testing.make_source()),
        lambda: connection.cursor().execute("UPDATE programs_region SET note = 'x' WHERE id > 0"),
        lambda: Observation.objects.filter(status="published")[:1].get().delete(),
        lambda: Observation.objects.filter(status="published").update(status="withdrawn"),
        lambda: call_command("loaddata", "regions", verbosity=0),
    ],
    ids=[
        "save",
        "update",
        "ignoring",
        "bulk",
        "link",
        "sql",
        "delete",
        "withdraw",
        "loaddata",
    ],
)
def test_writer_is_noticed(change: Callable[[], object]) -> None:
    with transaction.atomic():
        assert is_noticed(change)


@pytest.mark.parametrize("model", REVIEWED, ids=lambda model: model.__name__)
def test_review_decides_whether_a_change_is_noticed(model: type[models.Model]) -> None:
    row = make(model)
    rows = model._base_manager.filter(pk=row.pk)
    rows.update(**{model.REVIEW: "draft"})
    assert not is_noticed(lambda: rows.update(version=5))
    assert is_noticed(lambda: rows.update(**{model.REVIEW: "published"}))
    assert is_noticed(lambda: rows.update(version=6))
    assert is_noticed(lambda: rows.update(**{model.REVIEW: "draft"}))
    rows.update(**{model.REVIEW: "published"})
    assert is_noticed(lambda: rows._raw_delete("default"))


def test_rows_that_are_never_public_are_no_new_edition() -> None:
    row = make(Matter)
    assert not Matter.objects.published().exists()
    assert not is_noticed(lambda: make(Matter))
    assert not is_noticed(row.save)
    assert not is_noticed(row.delete)


def test_what_the_staff_do_besides_is_no_new_edition(admin_user: User) -> None:
    assert not is_noticed(lambda: record(Way.LOGIN, user=admin_user))
    assert not is_noticed(admin_user.save)


def test_a_change_that_is_taken_back_is_none() -> None:
    before = edition.current()
    with transaction.atomic():
        Region.objects.update(note="新")
        transaction.set_rollback(True)
    assert edition.current() == before


def test_a_change_after_one_that_is_taken_back_is_noticed() -> None:
    with transaction.atomic():
        Region.objects.update(note="新")
        transaction.set_rollback(True)
    assert is_noticed(lambda: Region.objects.update(note="又"))


def addresses() -> Iterator[str]:
    """Every list, as a page and as a file, a page of each kind of row, and the others."""
    yield from ("/", "/method/", "/search/?q=阿克苏")
    for name in get_resolver().reverse_dict:
        if str(name).endswith("-list"):
            yield from (reverse(name), f"{reverse(name)}?download=csv")
    for model in record_models():
        row = model._default_manager.published().first()
        if row is not None and hasattr(row, "get_absolute_url"):
            yield row.get_absolute_url()


def test_pages_read_watched_tables_only(client: Client) -> None:
    read = set()
    for address in addresses():
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
            b"".join(page)
        assert page.status_code == 200
        for query in queries:
            read |= set(re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"]))
    watched = {table for table, _ in edition.watched()}
    internal = {one._meta.db_table for one in record_models() if one.IS_INTERNAL}
    assert {table for table, _ in tallies.triggers(connection.vendor)} - internal <= watched
    assert watched & internal == set()
    # Which rows there are is told by tables that are watched.
    read.discard(tallies.TABLE)
    # An act is kept in the transaction of the states that name it, and never changes.
    read.discard(Act._meta.db_table)
    assert {"programs_region", "projects_historicalobservation"} <= read
    assert read - watched == set()


def test_missing_trigger_is_told_and_made_anew() -> None:
    there = edition.STEPS.present(connection)
    name, table = next(iter(there.items()))
    triggers.drop(connection, {name: table})
    assert list(schema.differences_of_triggers()) == [f"表 {table} 缺少触发器"]
    assert is_noticed(lambda: triggers.install("default"))
    assert edition.STEPS.present(connection) == there


def test_installing_again_changes_nothing() -> None:
    assert not is_noticed(lambda: triggers.install("default"))


def test_table_can_be_changed_by_migrations() -> None:
    """SQLite renames a table in most migrations, and no trigger may speak of it then."""
    triggers.remove("default", plan=["a migration"])
    assert (edition.STEPS.present(connection) == {}) == (connection.vendor == "sqlite")
    triggers.install("default")
    assert triggers.missing() == set()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="where one writes at a time")
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_no_writer_waits_and_none_is_missed(self) -> None:
        first, second = Region.objects.all()[:2]
        other = connection.copy()
        try:
            with transaction.atomic():
                Region.objects.filter(pk=first.pk).update(note="一")
                with other.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '5s'")
                    cursor.execute(
                        "UPDATE programs_region SET note = '二' WHERE id = %s", [second.pk]
                    )
                    cursor.execute(edition.SUM)
                    between = str(cursor.fetchone()[0])
            assert edition.current() != between
        finally:
            other.close()

    def test_rows_wait_in_the_database_behind_a_pool_and_nothing_stays_set(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pooled = connection.settings_dict
        monkeypatch.setitem(pooled, "DISABLE_SERVER_SIDE_CURSORS", True)
        with edition.one_moment(), connection.cursor() as cursor:
            rows = Region.objects.iterator(1)
            assert next(rows)
            cursor.execute("SELECT COUNT(*) FROM pg_cursors")
            assert cursor.fetchone() == (1,)
        assert connection.settings_dict is pooled
        columns = staff_columns(resource_for(Region), codes=True)
        with CaptureQueriesContext(connection) as asked:
            assert [*Extract(Region.objects.all(), columns, is_whole=True).texts()]
        told = [query["sql"] for query in asked]
        assert [one[:9] for one in told if one.startswith("SET")] == ["SET LOCAL"] * 2
        assert told[0] == "BEGIN"

    def test_steps_are_put_together(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.5)")
        seen = [int(edition.current())]
        for number in range(200):
            Region.objects.filter(code="650000").update(note=str(number))
            seen.append(int(edition.current()))
        assert seen == sorted(set(seen))
        assert edition.EditionStep.objects.count() < 100

    def test_what_is_hidden_is_asked_for_once_an_edition(self) -> None:
        project = testing.make_project(review="published")
        figure = testing.make_observation(series=testing.make_series(project=project))
        shown = Observation.objects.published().filter(pk=figure.pk)

        def seen() -> tuple[bool, int]:
            with edition.held(edition.current()), CaptureQueriesContext(connection) as asked:
                found = shown.exists() and Observation.objects.published().exists()
                assert "unnest" in asked[-1]["sql"]
            return found, len(asked)

        assert [seen(), seen()] == [(True, 3), (True, 2)]
        Project.objects.filter(pk=project.pk).update(review="draft")
        assert seen() == (False, 2)  # what is hidden, then the figure
        with edition.held(edition.current()), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(review="published")
            assert shown.exists()
        assert seen() == (True, 3)
        with edition.held(cache(edition.current)), CaptureQueriesContext(connection) as asked:
            assert not Region.objects.filter(code="").exists()
            assert len(asked) == 1
            assert shown.exists()
            assert shown.exists()
        assert len(asked) == 4  # which edition, once; what is hidden is remembered
