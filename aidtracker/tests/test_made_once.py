"""Queries that are made once for an edition tell of each row what a query made for it would."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aidtracker.ground import edition
from aidtracker.ground.made_once import asked_for
from aidtracker.testing import make_headquarters, make_outlet, make_project
from programs.models import Headquarters

pytestmark = pytest.mark.django_db


class Counted:
    """Headquarters with their outlets, and how often that query was made."""

    def __init__(self):
        self.made = 0

    def told(self, key):
        self.made += 1
        rows = Headquarters.objects.select_related("donor").prefetch_related("outlets")
        return rows.filter(**key).order_by()[:1]

    def find(self, **key):
        return next(iter(asked_for(self, Headquarters, self.told, key)), None)


@pytest.fixture
def counted():
    return Counted()


def test_query_is_made_once_and_asked_for_each_row(counted):
    one, other = make_headquarters(), make_headquarters()
    outlet = make_outlet(headquarters=other)
    with edition.held("1"), CaptureQueriesContext(connection) as queries:
        found = [counted.find(slug=row.slug) for row in (one, other, one)]
        assert counted.find(slug="none") is None
        assert [row.donor for row in found] == [one.donor, other.donor, one.donor]
        assert [[*row.outlets.all()] for row in found] == [[], [outlet], []]
    assert counted.made == 1
    assert len(queries) == 3 * 2 + 1
    assert found == [one, other, one]


def test_query_is_made_anew_for_another_edition_and_another_day(counted):
    row = make_headquarters()
    for number, today in (
        ("1", date(2026, 5, 1)),
        ("2", date(2026, 5, 1)),
        ("2", date(2026, 5, 2)),
    ):
        with edition.held(number), time_machine.travel(today, tick=False):
            assert counted.find(slug=row.slug) == counted.find(slug=row.slug) == row
    assert counted.made == 3


def test_outside_a_page_for_everybody_and_of_numbers_each_is_made_for_itself(counted):
    row = make_headquarters()
    assert counted.find(slug=row.slug) == row
    with edition.held("1"):
        assert counted.find(pk=row.pk) == row
    assert counted.made == 2


def test_what_no_query_is_for_and_rows_read_in_another_way_are_not_kept():
    headquarters = make_headquarters()
    own = Headquarters.objects.filter(pk=headquarters.pk)
    ways = {
        "none": (Headquarters.objects.none(), []),
        "pairs": (own.values_list("pk"), [(headquarters.pk,)]),
    }
    for name, (rows, expected) in ways.items():
        with edition.held("1"):
            found = [
                [*asked_for(name, Headquarters, lambda key, rows=rows: rows.all(), {})]
                for _ in range(2)
            ]
        assert found == [expected] * 2


def test_pages_of_an_edition_tell_each_of_its_own(client):
    one, other = (make_project(name=name).headquarters for name in ("甲项目", "乙项目"))
    for row, own, foreign in ((one, "甲项目", "乙项目"), (other, "乙项目", "甲项目")):
        page = client.get(row.get_absolute_url()).content.decode()
        assert own in page
        assert foreign not in page
