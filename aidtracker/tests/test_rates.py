"""How often a visitor may ask for files and searches; what is kept or for staff does not count."""

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from redis import RedisError

from aidtracker.pages import rates
from aidtracker.pages.rates import RATES, Rate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    few = [(applies, Rate(rate.name, rate.seconds, 2, 5)) for applies, rate in RATES]
    monkeypatch.setattr(rates, "RATES", few)


ADDRESSES = [
    "/observations/?download=csv",
    "/search/?q=温宿",
    "/regions/?q=温宿",
    "/search/names/?q=w",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_asks_too_often_is_told_when_to_come_again(client, address):
    assert [client.get(address).status_code for _ in range(3)] == [200, 200, 429]
    page = client.get(address)
    assert 0 < int(page["Retry-After"]) <= 600
    assert "请过" in page.content.decode()
    assert page["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ADDRESSES)
def test_others_are_not_held_up(client, address):
    for _ in range(3):
        client.get(address)
    assert Client(REMOTE_ADDR="192.0.2.9").get(address).status_code == 200


@pytest.mark.once
@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/briefings/1/1/docx", "file"),
        ("/projects/table.zip", "file"),
        ("/outlets/?download=xlsx", "file"),
        ("/iati/activities.xml", "file"),
        ("/data/projects.csv", "data"),
        ("/projects/card.png", "picture"),
    ],
)
def test_files_of_all_kinds_are_counted(rf, address, name):
    request = rf.get(address)
    assert [rate.name for applies, rate in RATES if applies(request)][:1] == [name]


def test_all_together_are_limited_as_well():
    codes = [
        Client(REMOTE_ADDR=f"192.0.2.{number}").get(ADDRESSES[0]).status_code for number in range(6)
    ]
    assert codes == [200] * 5 + [429]


def test_pages_without_a_search_are_not_counted(client):
    assert {client.get("/regions/?level=county").status_code for _ in range(4)} == {200}


def test_staff_are_not_counted(client):
    client.force_login(User.objects.create_superuser("admin"))
    assert {client.get(ADDRESSES[0]).status_code for _ in range(4)} == {200}


def test_cache_that_is_away_lets_all_in(client, monkeypatch):
    def away(*args, **kwargs):
        raise RedisError

    monkeypatch.setattr(type(cache._connections[cache._alias]), "incr", away)
    assert {client.get(ADDRESSES[1]).status_code for _ in range(4)} == {200}
