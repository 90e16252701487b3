"""Kept pages: the same as made ones, for everybody, and never those of an earlier edition."""

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache, caches
from django.db import DatabaseError, OperationalError, connection
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from aidtracker.ground import edition
from aidtracker.pages import kept, rates
from aidtracker.pages.kept import KeptPages
from aidtracker.testing import make_region
from aidtracker.tests.test_edition import next_transaction
from programs.models import Region

pytestmark = pytest.mark.django_db
IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"


@pytest.fixture(autouse=True)
def _keep(settings: Any) -> Iterator[None]:
    pages = {"BACKEND": IN_MEMORY, "LOCATION": "kept pages of tests"}
    settings.CACHES = settings.CACHES | {"pages": pages}
    caches["pages"].clear()
    yield
    caches["pages"].clear()


def number_of_queries(client: Client, path: str, **headers: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(path, headers=headers)
    return len(queries)


def test_page_is_made_once(client: Client) -> None:
    with time_machine.travel("2026-07-01T08:00:00Z", tick=False):  # however long the first takes
        made = client.get("/regions/")
        with CaptureQueriesContext(connection) as queries:
            again = client.get("/regions/")
    assert [query["sql"] for query in queries] == [edition.SUM]
    # Each request has a number of its own.
    assert again.headers.pop("X-Request-ID") != made.headers.pop("X-Request-ID")
    assert (again.content, dict(again.items())) == (made.content, dict(made.items()))
    assert "Content-Security-Policy" in again


@pytest.mark.parametrize(
    ("accepted", "encoding", "read"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, deflate", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("identity", "", bytes),
        ("", "", bytes),
    ],
)
def test_page_is_compressed_as_the_browser_takes_it(
    accepted: str, encoding: str, read: Callable[[bytes], bytes], client: Client
) -> None:
    plain = client.get("/regions/").content
    for _ in range(2):
        page = client.get("/regions/", headers={"Accept-Encoding": accepted})
        assert page.get("Content-Encoding", "") == encoding
        assert read(page.content) == plain
        assert page["Content-Length"] == str(len(page.content))
        assert page["Vary"] == "Accept-Encoding"


def test_whoever_has_a_page_is_told_so_without_making_it(client: Client) -> None:
    page = client.get("/regions/")
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/regions/", headers={"If-None-Match": page["ETag"]})
    assert (answer.status_code, answer.content, len(queries)) == (304, b"", 1)
    assert (answer["ETag"], answer["Cache-Control"]) == (page["ETag"], "no-cache")


def test_page_has_a_date_once_no_change_can_have_the_same(client: Client) -> None:
    with time_machine.travel("2026-07-01T08:00:00Z", tick=False) as clock:
        assert "Last-Modified" not in client.get("/regions/")
        clock.shift(timedelta(seconds=5))
        said = client.get("/regions/")["Last-Modified"]
        asked = {"If-Modified-Since": said}
        assert client.get("/regions/", headers=asked).status_code == 304
        Region.objects.update(note="新")
        assert client.get("/regions/", headers=asked).status_code == 200
        clock.shift(timedelta(seconds=5))
        assert client.get("/regions/", headers=asked).status_code == 200


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/regions/?q=x"},
        {"path": "/programs/"},
        {"headers": {"Host": "127.0.0.1"}},
        {"secure": True},
    ],
    ids=["query", "path", "host", "scheme"],
)
def test_what_makes_another_page_makes_another_name(
    other: dict[str, Any], client: Client, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    first = client.get("/regions/")
    assert client.get(**{"path": "/regions/"} | other)["ETag"] != first["ETag"]


def test_every_day_and_every_program_has_pages_of_its_own(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for moment, program in (("2026-07-01", "1"), ("2026-07-02", "1"), ("2026-07-02", "2")):
        monkeypatch.setattr(kept, "program", lambda program=program: program)
        with time_machine.travel(f"{moment}T12:00:00+08:00"):
            names.append(client.get("/regions/")["ETag"])
    assert len(set(names)) == 3


def test_program_is_told_by_its_files() -> None:
    names = {path.relative_to(settings.BASE_DIR).as_posix() for path in kept.files()}
    wanted = {"aidtracker/pages/kept.py", "templates/base.html", "aidtracker/static/site.css"}
    assert wanted <= names
    assert kept.program() == kept.hash_of_files()


def test_publication_is_seen_by_the_next_request(client: Client) -> None:
    before = client.get("/regions/?q=dzlk")
    make_region(name="丁字路口")
    after = client.get("/regions/?q=dzlk", headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, "丁字路口" in after.content.decode()) == (200, True)


def answering(answer: Callable[[], HttpResponse]) -> Callable[[], HttpResponse]:
    """A site of one page, asked as by a browser."""
    middleware = KeptPages(lambda request: answer())
    return lambda: middleware(RequestFactory().get("/"))


def test_page_made_while_something_is_published_is_not_taken_for_the_new_one() -> None:
    """Read before, sent after: the moment at which a page could be kept under a wrong name.

    Where rows that are hidden are remembered for an edition, it is made once more without that.
    """
    known = []

    def slow_page() -> HttpResponse:
        known.append(edition.known())
        read = Region.objects.get(code="650000").note
        if read == "旧":
            next_transaction()
            Region.objects.update(note="新")
        return HttpResponse(read)

    Region.objects.update(note="旧")
    ask = answering(slow_page)
    remembers = connection.vendor == "postgresql"
    first = ["新"] if remembers else ["旧"]
    assert [ask().content.decode() for _ in range(3)] == [*first, "新", "新"]
    assert [bool(number) for number in known] == [True, *[False] * remembers, True]


@pytest.mark.parametrize(
    ("path", "asks", "times"), [("/", True, 2), ("/", False, 1), ("/admin/", True, 1)]
)
def test_page_for_one_person_is_made_once_more_where_it_relied_on_what_was_known(
    path: str, asks: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[HttpResponse] = []
    files: list[io.BytesIO] = []

    def page(request: object) -> HttpResponse:
        if asks:
            edition.known()
        files.append(io.BytesIO(b"1"))
        made.append(FileResponse(files[-1]))
        return made[-1]

    monkeypatch.setattr(edition, "is_over", lambda: True)
    request = RequestFactory().get(path)
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    assert KeptPages(page)(request) is made[-1]
    assert [one.closed for one in files] == [True, False][-times:]


def test_page_made_once_more_counts_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    once = rates.Rate("once", seconds=86_400, of_one=1, of_all=9)
    monkeypatch.setattr(rates, "RATES", ((rates.is_search, once),))
    monkeypatch.setattr(edition, "is_over", lambda: True)
    cache.clear()
    assert [client.get(f"/search/?q={word}").status_code for word in "ab"] == [200, 429]


def test_page_is_shown_but_not_kept_if_the_database_goes_away_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> bool:
        raise OperationalError

    monkeypatch.setattr(edition, "is_over", fail)
    made: list[int] = []
    ask = answering(lambda: made.append(1) or HttpResponse("1"))
    page, again = ask(), ask()
    assert (page.content, page["Cache-Control"], page.has_header("ETag")) == (
        b"1",
        "no-store",
        False,
    )
    assert (again.status_code, len(made)) == (200, 2)


def with_cookie() -> HttpResponse:
    response = HttpResponse("1")
    response.set_cookie("csrftoken", "secret")
    return response


@pytest.mark.parametrize(
    ("answer", "is_named"),
    [
        (with_cookie, True),
        (lambda: HttpResponse("1", headers={"Vary": "Cookie"}), True),
        (lambda: HttpResponse("1", headers={"Cache-Control": "no-store"}), False),
        (lambda: HttpResponse("1", status=404), False),
        (lambda: HttpResponse("1", status=503), False),
        (lambda: HttpResponse(os.urandom(kept.LARGEST + 1)), True),
        (lambda: StreamingHttpResponse(iter(["1"])), True),
    ],
    ids=["cookie", "vary", "no-store", "missing", "failed", "large", "stream"],
)
def test_what_is_not_for_everybody_is_not_kept(
    answer: Callable[[], HttpResponse], is_named: bool
) -> None:
    asked = []
    ask = answering(lambda: asked.append(1) or answer())
    assert [ask().has_header("ETag") for _ in range(2)] == [is_named] * 2
    assert len(asked) == 2


@pytest.mark.parametrize("path", ["/regions/", "/"])
def test_pages_of_staff_are_neither_kept_nor_taken_from_there(
    path: str, admin_client: Client, client: Client
) -> None:
    tag = client.get(path)["ETag"]
    theirs = admin_client.get(path, headers={"If-None-Match": tag})
    assert (theirs.status_code, theirs.has_header("ETag")) == (200, False)
    caches["pages"].clear()
    admin_client.get(path)
    assert number_of_queries(client, path) > 1
    made = number_of_queries(admin_client, path)
    assert made == number_of_queries(admin_client, path) > 1


def test_the_admin_is_not_kept_but_compressed(client: Client) -> None:
    asked = {"Accept-Encoding": "gzip"}
    page = client.get("/admin/login/", headers=asked)
    assert (page["Content-Encoding"], page.has_header("ETag")) == ("gzip", False)
    again = Client().get("/admin/login/", headers=asked)
    assert again.cookies["csrftoken"].value != page.cookies["csrftoken"].value


def test_public_pages_hold_nothing_of_their_visitor(client: Client) -> None:
    for path in ("/", "/regions/", "/method/", "/search/?q=a", "/corrections/"):
        page = client.get(path)
        assert not page.cookies
        assert "csrfmiddlewaretoken" not in page.content.decode()


def test_without_a_database_the_page_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise DatabaseError

    client.get("/robots.txt")
    monkeypatch.setattr(edition, "current", fail)
    page = client.get("/robots.txt")
    assert (page.status_code, page.has_header("ETag")) == (200, False)


def test_without_the_shared_cache_pages_are_made_each_time(client: Client, settings: Any) -> None:
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
    away["LOCATION"] = "redis://127.0.0.1:1"
    settings.CACHES = settings.CACHES | {"pages": away}
    assert [client.get("/regions/").status_code for _ in range(2)] == [200, 200]
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": IN_MEMORY}}


def test_download_is_named_but_not_kept(client: Client) -> None:
    file = client.get("/regions/?download=csv", headers={"Accept-Encoding": "gzip"})
    assert not file.has_header("Content-Encoding")
    asked = {"If-None-Match": file["ETag"]}
    assert client.get("/regions/?download=csv", headers=asked).status_code == 304
    make_region()
    assert client.get("/regions/?download=csv", headers=asked).status_code == 200


# Several processes

WORKER = """
import json, sys
from django.conf import settings
if sys.argv[1:]:
    settings.CACHES["pages"] = {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": sys.argv[1]
    }
import django
django.setup()
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
client = Client(HTTP_HOST="localhost")
for line in sys.stdin:
    path, tag = json.loads(line)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path, headers={"If-None-Match": tag} if tag else {})
    found = [page.status_code, page["ETag"], page.content.decode(), len(queries) > 1]
    print(json.dumps(found), flush=True)
"""
WRITER = """
import django
django.setup()
from programs.models import Region
Region.objects.filter(code="650000").update(name="丁字路口")
"""


class Worker:
    """A process of its own that answers requests."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, path: str, tag: str = "") -> list[Any]:
        """Status, name, text, and whether the page was made for this."""
        self.process.stdin.write(json.dumps([path, tag]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


def database_url(folder: Path) -> str:
    """The tests' database, or a copy of it, for other processes."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        path = folder / "site.sqlite3"
        path.write_bytes(connection.connection.serialize())
        return f"sqlite:///{path}"
    address, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{address}/{connection.settings_dict['NAME']}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["own", "folder", "server"])
def test_no_worker_shows_what_was_before_a_publication(kind: str, tmp_path: Path) -> None:
    """`TEST_CACHE_URL` names a Redis or Valkey with nothing in it, where there is one."""
    server = os.environ.get("TEST_CACHE_URL", "") if kind == "server" else ""
    if kind == "server" and not server:
        pytest.skip("no cache server: TEST_CACHE_URL")
    is_shared = kind != "own"
    environment = os.environ | {
        "CACHE_URL": server,
        "DATABASE_URL": database_url(tmp_path),
        "DJANGO_SETTINGS_MODULE": "aidtracker.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    path = "/regions/?q=dzlk"
    shared = [str(tmp_path / "pages")] if kind == "folder" else []
    with ExitStack() as stack:
        one, two = (stack.enter_context(Worker(environment, *shared)) for _ in range(2))
        before = one.ask(path)
        assert (before[0], "丁字路口" in before[2], before[3]) == (200, False, True)
        assert one.ask(path) == [*before[:3], False]
        assert two.ask(path) == [*before[:3], not is_shared]
        assert two.ask(path, before[1]) == [304, before[1], "", False]

        subprocess.run([sys.executable, "-c", WRITER], env=environment, check=True)

        after = two.ask(path, before[1])
        assert (after[0], "丁字路口" in after[2], after[3]) == (200, True, True)
        assert one.ask(path) == [*after[:3], not is_shared]
        assert one.ask(path, after[1]) == [304, after[1], "", False]
