"""Queries that are made once for an edition tell of each row what a query made for it would."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Subquery
from django.test.utils import CaptureQueriesContext

from aidtracker.ground import edition
from aidtracker.ground.inner_queries import Fixed
from aidtracker.ground.made_once import MadeExpression, asked_for, asked_of
from aidtracker.testing import make_headquarters, make_outlet, make_project
from programs.models import Headquarters
from projects.models import Outlet

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


def own_outlets(row):
    return row.outlets.order_by("pk")


def own_by_numbers(row):
    return Outlet.objects.filter(headquarters__among=[row.pk]).order_by("pk")


def own_within(row):
    own = Fixed(Headquarters.objects.filter(pk=row.pk))
    return Outlet.objects.filter(headquarters__inside=own).order_by("pk")


@pytest.mark.parametrize("build", [own_outlets, own_by_numbers, own_within])
def test_query_of_a_number_is_made_once_and_asked_for_each_row(build):
    one, other = make_headquarters(), make_headquarters()
    outlets = [make_outlet(headquarters=row) for row in (one, other)]
    made = []

    def read(row):
        made.append(row.pk)
        return build(row)

    with edition.held("1"):
        found = [[*asked_of(build, row, read)] for row in (one, other)]
        assert found == [[outlet] for outlet in outlets]
        assert len(made) == 1
        assert found[1][0].headquarters == other
    assert [*asked_of(build, other, read)] == [outlets[1]]
    assert len(made) == 2


def test_sums_over_a_number_are_made_once_too():
    one, other = make_headquarters(), make_headquarters()
    for row in (one, other, other):
        make_outlet(headquarters=row)
    made = []

    def added_up(row):
        made.append(row.pk)
        return own_outlets(row).order_by().values("headquarters").annotate(many=Count("pk"))

    with edition.held("1"):
        found = [[*asked_of("added up", row, added_up)] for row in (one, other)]
    assert found == [[{"headquarters": row.pk, "many": n}] for row, n in ((one, 1), (other, 2))]
    assert len(made) == 1


def test_expression_is_made_once_and_says_of_each_row_its_own():
    one, other = make_headquarters(), make_headquarters()
    outlets = [make_outlet(headquarters=row) for row in (one, other, other)]
    made = []

    def many():
        made.append("")
        own = Outlet.objects.filter(headquarters=OuterRef("pk")).order_by()
        return Subquery(own.values("headquarters").annotate(n=Count("pk")).values("n"))

    def counted():
        expression = MadeExpression("many", Headquarters, many, IntegerField())
        return Headquarters.objects.annotate(many=expression).filter(pk__in=(one.pk, other.pk))

    with edition.held("1"):
        assert dict(counted().values_list("pk", "many")) == {one.pk: 1, other.pk: 2}
        # Within another query the tables are called otherwise, and twice within that again.
        own = Outlet.objects.filter(headquarters__in=counted().filter(many=2))
        assert {*own} == {*outlets[1:]}
        several = own.filter(Exists(own.filter(headquarters=OuterRef("headquarters"))))
        assert {*several} == {*outlets[1:]}
        assert len(made) == 1
    assert [row.many for row in counted().order_by("pk")] == [1, 2]
    assert len(made) > 1


def named_like(row):
    return Outlet.objects.filter(name=row.name)


def only_if_there(row):
    return row.outlets.all() if row.outlets.exists() else Outlet.objects.none()


def with_those_of_the_same(row):
    beside = Headquarters.objects.filter(pk=row.pk)
    return Outlet.objects.prefetch_related(Prefetch("headquarters", beside))


@pytest.mark.parametrize("build", [named_like, only_if_there, with_those_of_the_same])
def test_query_of_more_than_a_number_is_made_each_time(build):
    one, other = make_headquarters(), make_headquarters()
    for row in (one, other):
        make_outlet(headquarters=row, name=row.name)
    with edition.held("1"):
        found = [[*asked_of(build, row, build)] for row in (one, other)]
    assert found == [[*build(row)] for row in (one, other)]
    if build is with_those_of_the_same:
        assert [row.headquarters for row in found[1] if row.headquarters_id == other.pk] == [other]


def test_pages_of_an_edition_tell_each_of_its_own(client):
    one, other = (make_project(name=name).headquarters for name in ("甲项目", "乙项目"))
    for row, own, foreign in ((one, "甲项目", "乙项目"), (other, "乙项目", "甲项目")):
        page = client.get(row.get_absolute_url()).content.decode()
        assert own in page
        assert foreign not in page
