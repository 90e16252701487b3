"""Screens: a headquarters' or a place's figures for a wall, public ones alone."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from aidtracker.testing import make_headquarters, make_observation, make_region, make_series
from programs.models import Region
from projects.views.screens import width_of

pytestmark = pytest.mark.django_db


def screen(row):
    return reverse("screen", args=[row.slug])


def test_screen_shows_public_figures_with_time_scope_and_the_way_to_their_words(client):
    home = make_headquarters()
    figure = make_observation(series=make_series(headquarters=home), status="published")
    hidden = make_observation(series=make_series(headquarters=home), status="draft")
    page = client.get(screen(home))
    text = page.content.decode()
    assert [one.pk for one, *_ in page.context["figures"]] == [figure.pk]
    assert figure.get_absolute_url() in text
    assert f"据《{figure.source.short_name}》" in text
    assert f"第 {figure.number} 处" in text
    assert hidden.get_absolute_url() not in text
    assert '<body data-seconds="300">' in text
    assert page.has_header("ETag")
    assert client.get(home.get_absolute_url()).content.decode().count(screen(home)) == 1


def test_screen_of_a_place_takes_in_what_lies_in_it(client, django_assert_max_num_queries):
    place = Region.objects.get(code="652901")
    with django_assert_max_num_queries(12):
        page = client.get(screen(place))
    assert len(page.context["figures"]) == 8
    with django_assert_max_num_queries(12):
        assert client.get("/screen/zhejiang/").status_code == 200


@pytest.mark.parametrize(
    ("printed", "is_contradicted", "width"),
    [
        ("3 家", False, 5),
        ("超过30 亿元", False, 5),
        ("6524.84 万元", False, 7),
        ("6524.84 万元", True, 7),
        ("210315万元", True, 7),
        ("1234567.89 万元以上", False, 10),
        ("9" * 40, False, 14),
    ],
)
def test_what_is_wide_is_smaller_and_not_parted_from_its_unit(printed, is_contradicted, width):
    assert width_of(printed, is_contradicted) == width
    styles = Path(finders.find("screen.css")).read_text("utf-8")
    assert f".fits-{width} {{ --fit: {width}; }}" in styles


def test_screen_without_figures_and_of_nobody(client):
    region = make_region()
    assert "还没有公开的数字" in client.get(screen(region)).content.decode()
    assert client.get("/screen/no-such-place/").status_code == 404
    former = Region.objects.exclude(replaced_by=None).first()
    assert client.get(screen(former)).url == screen(former.replaced_by)
