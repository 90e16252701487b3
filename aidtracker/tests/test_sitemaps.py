"""Sitemaps name every public page once, and none that is not public; what else is on every page."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.pages import large, sitemaps
from aidtracker.testing import make_observation, make_region
from programs.models import Region
from projects.models import Observation

pytestmark = pytest.mark.django_db


def places(client, address):
    return re.findall("<loc>http://testserver(.*?)</loc>", client.get(address).content.decode())


def all_places(client):
    return [place for file in places(client, "/sitemap.xml") for place in places(client, file)]


def test_every_public_row_with_a_page_stands_in_one_file(client):
    hidden = make_observation(status="draft")
    found = all_places(client)
    assert len(found) == len(set(found))
    rows = [*Observation.objects.published(), *Region.objects.all()]
    assert {row.get_absolute_url() for row in rows} - {*found} == set()
    assert hidden.get_absolute_url() not in found
    assert {"/", "/method/", reverse("metric-list")} <= {*found}
    assert not any(place.startswith(("/report/", "/admin/")) for place in found)


def test_files_are_cut_by_numbers(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "NUMBERS", 50)
    region = make_region()
    number = region.pk // 50
    files = places(client, "/sitemap.xml")
    assert f"/sitemaps/regions/{number}.xml" in files
    assert region.get_absolute_url() in places(client, f"/sitemaps/regions/{number}.xml")
    assert client.get(f"/sitemaps/regions/{number + 1}.xml").status_code == 404


def test_pages_in_the_files_are_there(client):
    for place in all_places(client)[::40]:
        assert client.get(place).status_code in (200, 302)


@pytest.mark.parametrize("address", ["/sitemaps/users/0.xml", "/sitemaps/matters/0.xml"])
def test_no_file_of_what_has_no_pages(client, address):
    assert client.get(address).status_code == 404


def test_few_queries(client):
    for address in ("/sitemap.xml", "/sitemaps/observations/0.xml", "/sitemap/"):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert len(queries) <= 3, address


def test_robots_are_told_of_it(client):
    assert "Sitemap: http://testserver/sitemap.xml\n" in client.get("/robots.txt").content.decode()


# 关怀版


def test_pages_are_the_same_in_large_type():
    plain, chosen = Client(), Client()
    assert plain.get("/large.css").content == b""
    page = chosen.get("/large/", {"back": "/regions/?level=county"})
    assert page["Location"] == "/regions/?level=county"
    assert chosen.cookies[large.COOKIE]["httponly"]
    style = chosen.get("/large.css")
    assert b"font-size: 137.5%" in style.content
    assert "Cookie" in style["Vary"]
    assert "private" in style["Cache-Control"]
    assert chosen.get("/regions/").content == plain.get("/regions/").content
    again = chosen.get("/large.css", headers={"if-none-match": style["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    chosen.get("/large/")
    plain_again = chosen.get("/large.css", headers={"if-none-match": style["ETag"]})
    assert (plain_again.status_code, plain_again.content) == (200, b"")


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "\\\\example.org", ""])
def test_choice_leads_nowhere_else(client, back):
    assert client.get("/large/", {"back": back})["Location"] == "/"


def test_page_leads_to_the_choice_and_back(client):
    page = client.get("/regions/?level=county").content.decode()
    assert "/large/?back=/regions/%3Flevel%3Dcounty" in page
