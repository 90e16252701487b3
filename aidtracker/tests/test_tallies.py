"""Numbers of rows are kept by the database, whoever writes, also many at once."""

import random
import threading
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.models import Sum

from aidtracker import testing
from aidtracker.ground import bulk, summaries, tallies, triggers
from aidtracker.ground.datasets import dataset_model, record_models
from aidtracker.ground.publication import concealed
from aidtracker.ground.tallies import Tally, by_kind, public_totals
from aidtracker.pages.overview import count_records
from programs.models import Region, Source
from projects.models import Finding, Observation, Project, Series

pytestmark = pytest.mark.django_db


def test_loaded_rows_are_counted() -> None:
    assert by_kind(Region) == {"": Region.objects.count()}
    assert summaries.differences() == []


def new_regions(*names: str) -> list[Region]:
    return [
        Region(code=f"99990{at}", name=name, slug=name, level="county")
        for at, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("change", "more"),
    [
        (lambda: testing.make_region(), 1),
        (lambda: Region.objects.bulk_create(new_regions("a", "b", "c")), 3),
        (lambda: Region.objects.bulk_create(new_regions("a", "a"), ignore_conflicts=True), 1),
        (lambda: bulk.insert(new_regions("a", "b")), 2),
        (lambda: testing.make_region().delete(), 0),
        (lambda: Region.objects.update(note="新"), 0),
        (lambda: Region.objects.bulk_update(Region.objects.all()[:2], ["name"]), 0),
        (lambda: call_command("loaddata", "regions", verbosity=0), 0),
    ],
    ids=["save", "many", "ignoring", "bulk", "delete", "update", "rewrite", "loaddata"],
)
def test_every_writer_is_counted(change: Callable[[], object], more: int) -> None:
    before = by_kind(Region)[""]
    change()
    assert by_kind(Region)[""] == Region.objects.count() == before + more


def test_rows_are_counted_by_their_review() -> None:
    before = public_totals([Project])[Project]
    project = testing.make_project(review="published")
    assert public_totals([Project])[Project] == before + 1
    Project.objects.filter(pk=project.pk).update(review="draft")
    assert public_totals([Project])[Project] == before
    assert by_kind(Project)["draft"] == Project.objects.filter(review="draft").count()
    assert summaries.differences() == []


def test_published_row_that_names_a_hidden_one_is_not_public() -> None:
    testing.make_observation(
        series=testing.make_series(project=testing.make_project(review="draft"), region=None)
    )
    assert concealed(Observation).count() == 1
    assert concealed(Series).count() == 1
    found = public_totals([Observation, Series, Source])
    assert found == {model: model.objects.published().count() for model in found}


def test_home_page_counts_what_is_public() -> None:
    testing.make_project(review="draft")
    for name, many in count_records().items():
        assert many == dataset_model(name).objects.published().count(), name


def test_a_change_that_is_taken_back_is_none() -> None:
    before = by_kind(Region)
    with transaction.atomic():
        testing.make_region()
        transaction.set_rollback(True)
    assert by_kind(Region) == before


def test_findings_are_counted_by_result() -> None:
    finding = Finding.objects.current().first()
    before = by_kind(Finding)
    kind = tallies.kind_of(Finding, is_current=True, result=finding.result)
    Finding.objects.filter(pk=finding.pk).update(is_current=False)
    assert by_kind(Finding)[kind] == before[kind] - 1
    assert summaries.differences() == []


def test_every_table_of_the_record_is_counted() -> None:
    wanted = {table for table, _ in tallies.TALLIES.triggers(connection.vendor).values()}
    assert wanted == {model._meta.db_table for model in record_models()}
    assert tallies.TALLIES.missing() == set()


def test_missing_trigger_is_made_anew_and_rows_are_counted() -> None:
    there = tallies.TALLIES.present(connection)
    triggers.drop(
        connection, {name: table for name, table in there.items() if table == Region._meta.db_table}
    )
    testing.make_region()
    assert by_kind(Region)[""] == Region.objects.count() - 1
    triggers.install("default")
    assert tallies.TALLIES.present(connection) == there
    assert by_kind(Region)[""] == Region.objects.count()


def check(**options: object) -> str:
    out = StringIO()
    call_command("check_summaries", stdout=out, **options)
    return out.getvalue()


def test_command_finds_and_repairs_what_is_wrong() -> None:
    assert check() == "全部相符。\n"
    many = Region.objects.count()
    Tally.objects.create(name=Region._meta.db_table, kind="", change=2)
    wrong = StringIO()
    with pytest.raises(CommandError, match="2 个数不符"):
        call_command("check_summaries", stdout=wrong)
    assert f"各表行数：地区记着 {many + 2}，实有 {many}" in wrong.getvalue()
    assert check(repair=True).endswith("已重新数过。\n全部相符。\n")
    assert by_kind(Region) == {"": many}


def test_command_finds_a_wrong_number_of_findings() -> None:
    kind = next(iter(by_kind(Finding)))
    Tally.objects.create(name=Finding._meta.db_table, kind=kind, change=1)
    labels = {difference.label for difference in summaries.differences()}
    assert labels == {"各表行数", "公开的核对结果"}


@pytest.mark.django_db(transaction=True)
def test_emptied_tables_have_no_rows() -> None:
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    assert not Tally.objects.values("name").annotate(many=Sum("change")).exclude(many=0).exists()
    testing.make_region()
    assert by_kind(Region) == {"": 1}


class Writer(threading.Thread):
    """Changes rows of its own a hundred times: one, many, none, several at once, taken back."""

    def __init__(self, seed: int, project: Project) -> None:
        super().__init__()
        self.chance, self.project, self.error = random.Random(seed), project.pk, None
        self.free, self.names = iter(range(900_000 + seed * 1000, 999_999)), list[str]()

    def run(self) -> None:
        ways = (
            self.add,
            self.add_many,
            self.delete,
            self.review,
            self.add_in_vain,
            self.change_all,
        )
        try:
            for _ in range(100):
                self.chance.choice(ways)()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def region(self) -> Region:
        self.names.append(str(next(self.free)))
        return Region(code=self.names[-1], name=self.names[-1], slug=self.names[-1], level="county")

    def add(self) -> None:
        self.region().save()

    def add_many(self) -> None:
        Region.objects.bulk_create([self.region() for _ in range(5)])

    def delete(self) -> None:
        Region.objects.filter(code__in=self.names[-2:]).delete()

    def review(self) -> None:
        state = self.chance.choice(("draft", "published"))
        Project.objects.filter(pk=self.project).update(review=state)

    def add_in_vain(self) -> None:
        with transaction.atomic():
            self.add()
            transaction.set_rollback(True)

    def change_all(self) -> None:
        with transaction.atomic():
            self.add()
            self.review()
            self.delete()


class Counter(threading.Thread):
    """Counts their tables anew as long as others write."""

    def __init__(self, writers: list[Writer]) -> None:
        super().__init__()
        self.writers, self.error = writers, None

    def run(self) -> None:
        try:
            while any(writer.is_alive() for writer in self.writers):
                tallies.count_anew(connection, {Region._meta.db_table, Project._meta.db_table})
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="where one writes at a time")
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_numbers_are_right_at_every_moment(self) -> None:
        writers = [Writer(seed, testing.make_project()) for seed in range(1, 7)]
        threads = [*writers, Counter(writers)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            assert summaries.differences() == []
        for thread in threads:
            thread.join()

        assert [thread.error for thread in threads] == [None] * len(threads)
        assert summaries.differences() == []

    def test_numbers_are_put_together(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.5)")
        for at in range(200):
            testing.make_region(name=f"第{at}村")
        assert Tally.objects.filter(name=Region._meta.db_table).count() < 200
        assert by_kind(Region) == {"": Region.objects.count()}

    def test_no_writer_waits_for_another(self) -> None:
        other = connection.copy()
        try:
            with transaction.atomic(), other.cursor() as cursor:
                for at in range(50):  # puts numbers together, too
                    testing.make_region(name=f"第{at}村")
                cursor.execute("SET lock_timeout = '5s'")
                for _ in range(50):
                    cursor.execute(
                        "INSERT INTO programs_batch SELECT * FROM programs_batch LIMIT 0"
                    )
                    cursor.execute("UPDATE projects_project SET review = 'draft'")
        finally:
            other.close()
        assert by_kind(Project).keys() == {"draft"}
