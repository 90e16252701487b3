"""The whole record checked by several processes: the same findings as by one."""

import subprocess
import sys

import pytest

from aidtracker.ground.processes import mapping
from aidtracker.testing import make_metric, make_region, make_series
from programs.models import Region
from projects.checks import scopes
from projects.checks.reader import Reader
from projects.checks.recomputing import recompute
from projects.checks.scopes import NUMBER, SAME_SUBJECTS
from projects.models import Finding, Series

CHECKING = """
import django
django.setup()
import os
from aidtracker.ground.processes import mapping
from programs.models import Region
from projects.checks import recomputing
from projects.models import Finding, Observation
COLUMNS = ("key", "scope", "kind", "result", "title", "weight", "computation", "records", "state")

def whole(processes):
    links = Finding.observations.through.objects
    links.all().delete()
    Finding.objects.all()._raw_delete("default")
    counts = recomputing.recompute(processes)
    rows = Finding.objects.order_by("pk").values_list(*COLUMNS)
    pairs = links.order_by("pk").values_list("finding__key", "observation")
    return counts, [*rows], [*pairs]

def places(number):
    return os.getpid(), Region.objects.count()

recomputing.PORTION = 20
alone = whole(1)
assert len(alone[1]) > 20
assert whole(3) == alone
Finding.objects.update(computation="")
assert recomputing.recompute(3) == alone[0]
assert not Finding.objects.filter(computation="").exists()
with mapping(2) as mapped:
    found = dict(mapped(places, range(10)))
assert os.getpid() not in found
assert {*found.values()} == {Region.objects.count()}
"""


@pytest.mark.django_db(transaction=True)
def test_several_processes_find_what_one_finds_in_the_same_order(environment: dict[str, str]):
    subprocess.run([sys.executable, "-c", CHECKING], env=environment, check=True, timeout=300)


@pytest.mark.django_db
def test_what_a_transaction_has_not_yet_stored_is_checked_by_its_own_process():
    counts = recompute()
    Finding.objects.update(computation="")
    assert recompute(processes=2) == counts
    assert not Finding.objects.filter(computation="").exists()
    with mapping(2) as mapped:
        assert mapped is map


@pytest.mark.django_db
def test_series_are_read_once_however_many_groups_are_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scopes, "PORTION", 2)
    metrics = [make_metric(unit=unit) for unit in ("元", "吨")]
    rows = [make_series(metric=one, region=place) for place in places() for one in metrics]
    first, second, third, last = (scopes.group_of(one) for one in Reader().by_key(pks(rows)))
    found = SAME_SUBJECTS.series_of([first, last, second, third], Reader())
    assert sorted(one.pk for one in found) == sorted(pks(rows))


@pytest.mark.django_db
def test_series_that_is_deleted_while_numbers_are_checked_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
):
    keys = [*NUMBER.everything()]
    assert [*NUMBER.verdicts(keys, Reader())]
    monkeypatch.setattr(scopes, "kinds_of", lambda series: {})
    assert not [*NUMBER.verdicts(keys, Reader())]


def places() -> list[Region]:
    return [make_region(), make_region()]


def pks(rows: list[Series]) -> list[int]:
    return [row.pk for row in rows]
