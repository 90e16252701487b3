"""People and visitors of an experiment: they write and read through HTTP, and count the answers."""

import contextlib
import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from lxml import html

ADD = "/admin/programs/region/add/"
# For `manage.py shell`: people who may do anything, logged in; prints their sessions.
PEOPLE = """
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from programs.models import Account
for number in range({writers}):
    user = User.objects.create_superuser(f"writer{{number}}", password=None)
    Account.objects.get_or_create(user=user)
    client = Client()
    client.force_login(user, "aidtracker.accounts.logins.StaffBackend")
    print(client.cookies[settings.SESSION_COOKIE_NAME].value)
"""


def ask(port: int, path: str, source: str, patience: float = 60) -> tuple[int, int]:
    """Status and length of an answer; asked from an address of its own."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=patience, source_address=(source, 0)
    )
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status, len(answer.read())


@dataclass
class Writer:
    """A person who adds one record after the other, each with a name of its own."""

    port: int
    number: int
    session: str
    prefix: str = "99"
    codes: Counter = field(default_factory=Counter)
    acknowledged: list[tuple[str, float]] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    at: int = 0
    # What `aimed` counted of the last answer.
    moments: list[str] = field(default_factory=list)

    def ask(
        self, method: str, path: str, body: str | bytes = "", **headers: str
    ) -> tuple[int, bytes, str]:
        address = f"127.0.5.{self.number + 1}"
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=120, source_address=(address, 0)
        )
        cookies = f"sessionid={self.session}; csrftoken={'c' * 32}"
        headers = {"Host": "localhost", "Cookie": cookies} | headers
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            self.moments = answer.getheader("X-Moments", "").split()
            return answer.status, answer.read(), answer.getheader("Location", "")

    def write(self) -> None:
        """One record more; counted as acknowledged when the answer says so."""
        form = self.form()
        if form is not None:
            self.send(form)

    def form(self) -> dict[str, str] | None:
        """The form of the next record, filled in; None if it does not come."""
        self.at += 1
        status, page, _ = self.ask("GET", ADD)
        self.codes[f"GET {status}"] += 1
        if status != 200:
            self.refused.append(time.monotonic())
            return None
        forms = [one for one in html.fromstring(page).forms if "name" in one.fields]
        values = dict(forms[0].form_values())
        values.pop("_continue", None)
        return values | {"name": f"新{self.code}", "code": self.code, "level": "county"}

    @property
    def code(self) -> str:
        """The code of the record that was begun last."""
        return f"{self.prefix}{self.number:02}{self.at:08}"

    def send(self, values: dict[str, str]) -> None:
        begun = time.monotonic()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, page, target = self.ask("POST", ADD, urlencode(values), **kind)
        self.codes[f"POST {status}"] += 1
        if status == 302 and "login" not in target:
            self.seconds.append(time.monotonic() - begun)
            self.acknowledged.append((self.code, time.monotonic()))
        else:
            self.refused.append(time.monotonic())
            if status == 200 and (said := html.fromstring(page).xpath("//*[@class='errorlist']")):
                self.codes[said[0].text_content().strip()] += 1

    def go_on(self, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                self.write()
            except (OSError, http.client.HTTPException) as error:
                self.codes[type(error).__name__] += 1
                self.refused.append(time.monotonic())
            time.sleep(0.3)


@dataclass
class Reader:
    """Visitors who turn pages that nobody has asked for before."""

    port: int
    seen: Counter = field(default_factory=Counter)
    lost: list[float] = field(default_factory=list)

    def go_on(self, ended: threading.Event) -> None:
        at = 0
        while not ended.is_set():
            at += 1
            status = 0
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, _ = ask(self.port, f"/observations/?page=1&q={at}", "127.0.6.1")
            self.seen[status] += 1
            if status != 200:
                self.lost.append(time.monotonic())
            time.sleep(0.3)


@contextlib.contextmanager
def at_work(writers: list[Writer], reader: Reader) -> Iterator[None]:
    ended = threading.Event()
    threads = [
        threading.Thread(target=one.go_on, args=(ended,), daemon=True) for one in (*writers, reader)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join(60)


def longest_pause(moments: list[float], since: float) -> float:
    """The longest time between two acknowledged records, of those around a moment."""
    ordered = sorted(moments)
    pauses = [b - a for a, b in itertools.pairwise(ordered) if b > since - 1]
    return max(pauses, default=float("inf"))


def in_words(codes: Counter) -> str:
    return ", ".join(f"{code}: {many}" for code, many in sorted(codes.items(), key=str))
