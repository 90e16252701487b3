"""Pages of long lists: which rows are read, from which end, and how far they are counted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.ground.publication import hidden, public_rule
from aidtracker.pages import choosing, paging
from aidtracker.pages.paging import KeyPaginator
from aidtracker.testing import (
    make_metric,
    make_observation,
    make_project,
    make_region,
    make_series,
)
from programs.models import Region, Source
from projects.models import Metric, Observation, Series

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch):
    """Pages of two rows, of which four are counted."""
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    monkeypatch.setattr(paging, "MOST_COUNTED", 4)


def regions(number):
    made = {make_region(name=f"第{one}村").pk for one in range(number)}
    return Region.objects.filter(pk__in=made).order_by("pk"), sorted(made)


@pytest.mark.parametrize("total", [None, 7])
def test_every_row_is_on_one_page_whichever_end_it_is_read_from(few, total):
    rows, keys = regions(7)
    paginator = KeyPaginator(rows, total)
    pages = [paginator.page(number) for number in range(1, 5)]
    assert [key for page in pages for key in page.object_list] == keys
    assert [page.has_next() for page in pages] == [True, True, True, False]


def test_far_half_is_read_from_the_end(few):
    rows, keys = regions(7)
    with CaptureQueriesContext(connection) as captured:
        assert KeyPaginator(rows, 7).page(4).object_list == keys[6:]
    assert "DESC" in captured[0]["sql"]
    assert "OFFSET" not in captured[0]["sql"]


def test_more_rows_than_are_counted_have_no_last_page(few):
    rows, keys = regions(7)
    paginator = KeyPaginator(rows)
    assert (paginator.is_open, paginator.count) == (True, 4)
    assert paginator.get_page(4).object_list == keys[6:]
    assert paginator.get_page(9).number == 4
    assert (paginator.is_open, paginator.count) == (False, 7)


def test_list_without_end_says_so(few, client):
    for number in range(7):
        make_region(name=f"极远第{number}村")
    page = client.get(reverse("region-list"), {"q": "极远"}).content.decode()
    assert "超过 4 条" in page
    assert "第 1 页，共" not in page
    assert 'rel="next"' in page


def test_total_of_a_list_is_counted_once_for_an_edition(client, monkeypatch):
    monkeypatch.setattr(paging, "in_transaction", lambda: False)  # as where pages are asked for
    client.get(reverse("region-list"))
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("region-list"), {"page": "2"})
    assert [one["sql"] for one in captured if "COUNT(" in one["sql"]] == []
    before = client.get(reverse("region-list")).context["links"].total
    make_region()
    assert client.get(reverse("region-list")).context["links"].total == before + 1


def test_page_reads_no_row_but_those_it_shows(few, client):
    series = make_series()
    for number in range(5):
        make_observation(series=series, printed=f"{number + 1}家")
    address = reverse("observation-list")
    with CaptureQueriesContext(connection) as captured:
        shown = client.get(address, {"series": series.slug, "page": "2"}).context["table"].rows
    assert len(shown) == 2
    wide = [one["sql"] for one in captured if '"printed"' in one["sql"]]
    assert len(wide) == 1
    assert "OFFSET" not in wide[0]


def test_long_choice_is_a_box_for_a_key_or_a_name(monkeypatch, client):
    monkeypatch.setattr(choosing, "MOST_CHOICES", 1)
    wanted, other = (make_metric(name=name) for name in ("塔里木核桃产量", "塔里木红枣产量"))
    figures = [make_observation(series=make_series(metric=one)) for one in (wanted, other)]
    address = reverse("observation-list")

    def shown(value):
        response = client.get(address, {"metric": value})
        table = response.context["table"]
        return {row.cells[0].items[0].text for row in table.rows}, response.content.decode()

    names, page = shown(wanted.slug)
    assert names == {wanted.name}
    assert f"只显示指标为“{wanted.name}”的记录。" in page
    assert "<option" not in page.partition('name="metric"')[2].partition("</div>")[0]
    assert shown("talimu")[0] == {wanted.name, other.name}
    assert shown("绝无此物")[0] == set()
    assert {one.series.metric for one in figures} == {wanted, other}


def test_hidden_rows_are_the_contrary_of_public_ones():
    drafted = make_project(review="draft")
    make_observation(series=make_series(project=drafted, region=None))
    make_observation(status="submitted")
    for model in (Observation, Series, Source):
        public = {*model.objects.filter(public_rule(model)).values_list("pk", flat=True)}
        concealed = {*hidden(model).values_list("pk", flat=True)}
        assert public | concealed == {*model.objects.values_list("pk", flat=True)}
        assert public & concealed == set()
    assert hidden(Observation).count() >= 2


def test_choice_of_rows_is_the_same_however_it_is_asked_for():
    project = make_project(review="draft")
    shown, hidden, unread = (make_metric(name=f"塔里木{at}") for at in range(3))
    make_observation(series=make_series(metric=shown))
    make_observation(series=make_series(metric=shown))
    make_observation(series=make_series(metric=hidden, project=project))
    make_observation(series=make_series(metric=unread), status="draft")
    relation = "series_set__observations"

    joined = choosing.used(Metric, relation, rarely=True)(None)
    one_by_one = choosing.used(Metric, relation)(None)

    assert set(one_by_one) == set(joined)
    assert {shown, hidden, unread} & set(one_by_one) == {shown}
