"""Feeds tell what came, was corrected or retracted, and never what a retracted figure said."""

import xml.etree.ElementTree as ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.testing import make_observation, make_region, make_series, make_source
from projects.models import Observation
from projects.views.feeds import feed_of, subjects

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
FEED = reverse("feed")


def read(client, address=FEED):
    page = client.get(address)
    assert page.status_code == 200
    assert page["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(page.content)


def titles(client, address=FEED):
    return [one.findtext(f"{ATOM}title") for one in read(client, address).iter(f"{ATOM}entry")]


def test_figure_is_told_with_its_hedge_and_document(client):
    figure = make_observation(printed="超过30家", source=make_source(title="某<文>"))
    feed = read(client)
    entry = next(feed.iter(f"{ATOM}entry"))
    assert entry.findtext(f"{ATOM}title") == f"{figure.series}：超过30家"
    assert "据《某&lt;文&gt;》" in entry.findtext(f"{ATOM}summary")
    assert entry.find(f"{ATOM}link").get("href") == f"http://testserver{figure.get_absolute_url()}"
    marks = [one.findtext(f"{ATOM}id") for one in feed.iter(f"{ATOM}entry")]
    assert len(marks) == len(set(marks))


def test_draft_is_not_told(client):
    make_observation(printed="77777家", status="draft")
    assert not any("77777" in title for title in titles(client))


def test_correction_is_told_with_its_reason(client):
    figure = make_observation(printed="11111家")
    figure.printed, figure.correction_reason = "22222家", "看错了"
    figure.clean()
    figure.save()
    page = client.get(FEED).content.decode()
    assert "原文数字：11111家 → 22222家" in page
    assert "看错了" in page


def test_retracted_figure_says_nothing_of_what_it_said(client):
    figure = make_observation(printed="33333家", source=make_source(title="某文"))
    figure.status, figure.correction_reason = "withdrawn", "文献已撤稿"
    figure.save()
    page = client.get(FEED).content.decode()
    assert "撤回：《某文》" in page
    assert "文献已撤稿" in page
    assert "33333" not in page


def test_feed_of_one_thing_tells_of_nothing_else(client):
    region = make_region()
    own = make_observation(series=make_series(region=region), printed="55555家")
    make_observation(printed="66666家")
    assert titles(client, feed_of(region)) == [f"{own.series}：55555家"]
    page = client.get(region.get_absolute_url()).content.decode()
    assert f'href="{feed_of(region)}"' in page


def test_answers_of_one_feed_do_not_mix(client):
    first, second = make_region(), make_region()
    client.get(feed_of(first))
    assert str(second) in client.get(feed_of(second)).content.decode()
    assert str(second) not in client.get(FEED).content.decode()


@pytest.mark.parametrize("address", ["/feed/nothing/x/", "/feed/regions/none/"])
def test_feed_of_nothing_is_not_there(client, address):
    assert client.get(address).status_code == 404


def test_everything_that_has_figures_has_a_feed(client):
    for _, model in subjects().values():
        row = model.objects.published().first()
        assert row is None or client.get(feed_of(row)).status_code == 200


def test_feeds_ask_little(client):
    for address in (FEED, feed_of(make_region())):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert len(queries) <= 6


def test_feed_is_kept_like_a_page(client):
    assert client.get(FEED).has_header("ETag")
    assert Observation.objects.published().exists()


def test_json_feed_tells_what_the_atom_feed_tells(client):
    region = make_region()
    figure = make_observation(
        series=make_series(region=region), printed="超过30家", source=make_source(title="某<文>")
    )
    retracted = make_observation(series=make_series(region=region), printed="33333家")
    retracted.status, retracted.correction_reason = "withdrawn", "文献已撤稿"
    retracted.save()
    for atom in (FEED, feed_of(region)):
        page = client.get(f"{atom}feed.json")
        assert page["Content-Type"] == "application/feed+json; charset=utf-8"
        assert page["Access-Control-Allow-Origin"] == "*"
        feed = page.json()
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["feed_url"] == f"http://testserver{atom}feed.json"
        assert [one["title"] for one in feed["items"]] == titles(client, atom)
        told = next(one for one in feed["items"] if "超过30家" in one["title"])
        assert told["url"] == f"http://testserver{figure.get_absolute_url()}"
        assert "据《某<文>》" in told["content_text"]
        assert "33333" not in page.content.decode()
    assert client.get("/feed/regions/nobody/feed.json").status_code == 404
    # Both are named where readers of feeds look for them.
    page = client.get(region.get_absolute_url()).content.decode()
    assert f'type="application/feed+json" href="{feed_of(region)}feed.json"' in page
    assert (
        f'type="application/feed+json" href="{FEED}feed.json"' in client.get("/").content.decode()
    )
