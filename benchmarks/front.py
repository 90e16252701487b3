"""What a public page costs: made, kept, and asked for by who has it, beside a trivial view.

    python -m benchmarks.front [SECONDS]

Each number is requests in a second of this process's processor time, all measured in turns in one
run, with the ratio to a view that says "ok" behind the middleware that Django starts a project
with. The database is that of DATABASE_URL.
"""

import os
import sys
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidtracker.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import reset_queries  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import RequestFactory, override_settings  # noqa: E402
from django.urls import path  # noqa: E402

from projects.models import Observation  # noqa: E402

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
KEPT = "aidtracker.pages.kept.KeptPages"
ROUNDS = 5


def trivial(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("", trivial)]


class Site:
    """A whole site, asked for one page as by a browser; the name of the page it has, if any."""

    def __init__(self, address: str, **changes: Any) -> None:
        self.changes = changes
        with override_settings(**changes):
            self.handler = WSGIHandler()
        self.environ = RequestFactory(headers={"Accept-Encoding": "gzip, br"}).get(address).environ
        self.environ["HTTP_HOST"] = "localhost"

    def ask(self) -> tuple[str, dict[str, str]]:
        said: list[Any] = []
        answer = self.handler(dict(self.environ), lambda *start: said.extend(start))
        b"".join(answer)
        answer.close()
        reset_queries()
        return said[0], dict(said[1])

    def asked_again(self) -> "Site":
        """The same, by a browser that has the page."""
        self.environ["HTTP_IF_NONE_MATCH"] = self.ask()[1]["ETag"]
        return self

    def rate(self, seconds: float) -> float:
        with override_settings(**self.changes):
            count, start = 0, time.process_time()
            while time.process_time() - start < seconds:
                self.ask()
                count += 1
            return count / (time.process_time() - start)


def sites() -> dict[str, Site]:
    figure = Observation.objects.published()[0].get_absolute_url()
    made = [name for name in settings.MIDDLEWARE if name != KEPT]
    found = {"trivial view": Site("/", MIDDLEWARE=MIDDLEWARE, ROOT_URLCONF=__name__)}
    for label, address in (("home", "/"), ("figures", "/observations/"), ("a figure", figure)):
        found[f"{label}, made"] = Site(address, MIDDLEWARE=made)
        found[f"{label}, kept"] = Site(address)
        found[f"{label}, 304"] = Site(address).asked_again()
    return found


def main(seconds: float = 0.5) -> None:
    all_sites = sites()
    rates: dict[str, list[float]] = {name: [] for name in all_sites}
    for _ in range(ROUNDS):
        for name, site in all_sites.items():
            rates[name].append(site.rate(seconds))
    limit = max(rates["trivial view"])
    for name, found in rates.items():
        sys.stdout.write(f"{name:<16} {max(found):8.0f}/s {max(found) / limit:7.1%}\n")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
