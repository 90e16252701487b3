"""Which database pages are read from, where there is a standby."""

import pytest
from django.conf import settings
from django.db import connections
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from aidtracker.ground import edition
from aidtracker.pages.standby import STANDBY, PagesFromStandby, Router, read_alias
from programs.models import Region

ROUTER = Router()
AS_STAFF = {settings.SESSION_COOKIE_NAME: "somebody"}


@pytest.fixture
def with_standby(monkeypatch):
    monkeypatch.setitem(settings.DATABASES, STANDBY, settings.DATABASES["default"])


def read_for(request) -> str:
    found = []

    def page(request):
        found.append(ROUTER.db_for_read(Region))
        return HttpResponse()

    PagesFromStandby(page)(request)
    assert read_alias() == "default"
    return found[0]


@pytest.mark.usefixtures("with_standby")
@pytest.mark.parametrize(
    ("method", "path", "cookies", "alias"),
    [
        ("get", "/regions/", {}, STANDBY),
        ("head", "/regions/", {}, STANDBY),
        ("post", "/report/", {}, "default"),
        ("get", "/regions/", AS_STAFF, "default"),
        ("get", "/admin/login/", {}, "default"),
    ],
)
def test_only_pages_for_everybody_are_read_from_the_standby(method, path, cookies, alias):
    request = getattr(RequestFactory(), method)(path)
    request.COOKIES = cookies
    assert read_for(request) == alias


def test_without_a_standby_all_is_read_where_it_is_written():
    assert read_for(RequestFactory().get("/regions/")) == "default"


@pytest.mark.usefixtures("with_standby")
def test_a_file_is_read_from_the_standby_while_it_is_sent():
    def page(request):
        return StreamingHttpResponse(read_alias().encode() for _ in range(2))

    response = PagesFromStandby(page)(RequestFactory().get("/regions/?download=csv"))
    parts = iter(response.streaming_content)
    seen = [(next(parts).decode(), read_alias()) for _ in range(2)]
    assert seen == [(STANDBY, "default")] * 2
    assert next(parts, None) is None


def test_nothing_is_ever_written_to_the_standby(monkeypatch):
    monkeypatch.setattr("aidtracker.pages.standby.read_alias", lambda: STANDBY)
    assert ROUTER.db_for_write(Region) == "default"
    assert not ROUTER.allow_migrate(STANDBY, "programs")


@pytest.mark.django_db
def test_the_edition_is_read_where_the_page_is(monkeypatch):
    """Else a page of a standby that is behind would be kept under the name of the new edition."""
    asked = []

    class Connections:
        def __getitem__(self, alias):
            asked.append(alias)
            return connections["default"]

    monkeypatch.setattr(edition, "connections", Connections())
    monkeypatch.setattr(edition.router, "db_for_read", lambda model: STANDBY)
    edition.current()
    assert asked == [STANDBY]


@pytest.mark.django_db
@pytest.mark.parametrize("is_pooled", [True, False])
def test_behind_a_pool_nothing_is_set_on_a_connection(client, monkeypatch, settings, is_pooled):
    """Another visitor, or a clerk, would get it next."""
    settings.POOLED = is_pooled
    said = []
    monkeypatch.setattr("aidtracker.pages.limits.set_limit", lambda *given: said.append(given))
    assert client.get("/search/", {"q": "x"}).status_code == 200
    assert len(said) == (0 if is_pooled else 1)
