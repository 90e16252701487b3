"""Figures that stand in no document: marked wherever they are told, never shown large or last."""

from datetime import date

import pytest
from django.urls import reverse

from aidtracker.testing import (
    make_metric,
    make_observation,
    make_region,
    make_series,
    make_source,
)
from projects.charts.over_time import series_chart
from projects.models import Observation

pytestmark = pytest.mark.django_db


@pytest.fixture
def placeless():
    """The only figures of a place: one that stands in no document, later and preferred."""
    series = make_series(metric=make_metric(unit="元", kind="flow"), region=make_region())
    nowhere = make_source(kind="public", maintainer=None)
    when = {"accumulation": "period", "period_start": date(2024, 1, 1)}
    best = {"rank": "preferred", "rank_reason": "唯一"}
    return make_observation(
        series=series,
        source=nowhere,
        printed="8.765亿元",
        **when,
        **best,
        period_end=date(2024, 12, 31),
    )


def pages_with(figure):
    series = figure.series
    yield from (row.get_absolute_url() for row in (figure, series, series.metric, series.region))
    yield figure.source.get_absolute_url()
    yield f"{reverse('observation-list')}?series={series.slug}"
    yield f"{reverse('series-list')}?metric={series.metric.slug}"
    yield f"{reverse('search')}?q=8.765亿元"


def test_every_page_marks_a_figure_without_a_document(client, placeless):
    for address in pages_with(placeless):
        html = client.get(address, follow=True).content.decode()
        assert "8.765" in html, address
        assert "无文献" in html, address


def test_figure_without_a_document_is_no_headline_and_not_the_latest(client, placeless):
    page = client.get(placeless.series.region.get_absolute_url()).context["page"]
    assert page.figures == []
    home = client.get(reverse("home"))
    assert placeless not in home.context["headlines"]
    assert placeless not in [one.figure for one in home.context["news"]]
    year = {"accumulation": "period", "period_start": date(2019, 1, 1)}
    cited = make_observation(
        series=placeless.series, printed="1.23亿元", period_end=date(2019, 12, 31), **year
    )
    page = client.get(placeless.series.region.get_absolute_url()).context["page"]
    assert page.figures == [cited]
    rows = Observation.objects.with_subjects().filter(series=placeless.series).in_time_order()
    assert series_chart(rows).title == "2019年 1.23亿元"
    assert client.get(reverse("home")).context["news"][0].figure == cited
