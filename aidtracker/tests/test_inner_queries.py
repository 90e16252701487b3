"""Queries within queries: what they find, and that their SQL is made once."""

import pytest

from aidtracker.ground.inner_queries import Fixed
from aidtracker.testing import make_region
from programs.models import Region

pytestmark = pytest.mark.django_db


def names(rows):
    return set(rows.values_list("name", flat=True))


@pytest.fixture
def line():
    """A province, a prefecture in it, its county, and the county that this one was before."""
    province = make_region(name="省")
    prefecture = make_region(name="地区", parent=province)
    county = make_region(name="县级市", parent=prefecture)
    make_region(name="县", parent=None, replaced_by=county)
    make_region(name="别处")
    return province, prefecture, county


def test_places_below_are_found_with_former_ones(line):
    _, prefecture, _ = line
    assert names(Region.objects.filter(pk=prefecture.pk).and_below()) == {"地区", "县级市", "县"}


def test_places_above_are_found(line):
    *_, county = line
    assert names(Region.objects.filter(pk=county.pk).and_above()) == {"县级市", "地区", "省"}


def test_places_that_lie_in_each_other_come_to_an_end(line):
    province, _, county = line
    Region.objects.filter(pk=province.pk).update(parent=county)
    circle = {"省", "地区", "县级市"}
    assert names(Region.objects.filter(name="地区").and_above()) == circle
    assert names(Region.objects.filter(name="地区").and_below()) == {*circle, "县"}


def test_rows_inside_and_outside_are_all_rows(line):
    province, prefecture, _ = line
    above = Fixed(Region.objects.filter(pk__in=[province.pk, prefecture.pk]))
    assert names(Region.objects.filter(parent__inside=above)) == {"地区", "县级市"}
    outside = Region.objects.filter(pk__outside=above)
    assert not outside & Region.objects.filter(pk__inside=above)
    assert outside.count() == Region.objects.count() - 2


def test_all_rows_are_outside_of_none(line):
    none = Fixed(Region.objects.none())
    assert Region.objects.filter(pk__outside=none).count() == Region.objects.count()
    assert not Region.objects.filter(pk__inside=none)


def test_sql_is_made_once(line, monkeypatch):
    known = Fixed(Region.objects.filter(name="省"))
    assert names(Region.objects.filter(parent__inside=known)) == {"地区"}
    monkeypatch.delattr(known, "rows")
    assert names(Region.objects.filter(parent__inside=known)) == {"地区"}
