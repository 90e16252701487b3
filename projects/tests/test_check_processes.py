"""The whole record checked by several processes: the same findings as by one."""

import subprocess
import sys

import pytest

from aidtracker.ground.processes import mapping
from projects.checks.recomputing import recompute
from projects.models import Finding

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
