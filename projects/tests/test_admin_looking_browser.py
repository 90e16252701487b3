"""Pages of the admin in a real browser: what is wrong with each for who does not see them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from aidtracker.ground.datasets import admin_page, record_models
from aidtracker.testing.looking import LOOKS, Look, Looker
from programs.models import Headquarters, Source
from projects.models import Project

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("PICTURES", "")
MORE = [Look(width, scheme) for width in (390, 1280) for scheme in ("light", "dark")]
# As many heaps of pages, lest one test be the last to end by far.
HEAPS = 3


def own_pages() -> Iterator[str]:
    """Those that are no list or form of the skin's."""
    names = (
        "index",
        "projects_grid",
        "projects_requests",
        "projects_ask",
        "status",
        "notices",
        "manual",
        "first_day",
        "first_steps",
        "projects_agenda",
        "projects_quarters",
        "projects_tasks",
        "projects_briefings",
    )
    yield from (reverse(f"admin:{name}") for name in (*names, "projects_monthly_totals"))
    headquarters = Headquarters.objects.filter(name__contains="浙江").first()
    yield reverse("admin:projects_desk", args=[headquarters.slug])
    source = Source.objects.exclude(observations=None).first()
    yield reverse("admin:projects_observation_enter", args=[source.code])


def pages_of_lists() -> Iterator[str]:
    """Each list; the empty form, the form of a row and its history where there are some."""
    for model in record_models():
        yield admin_page(model, "changelist")
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield admin_page(model, "change", row.pk)
    row = Project.objects.order_by("pk").first()
    yield from (admin_page(Project, "add"), admin_page(Project, "history", row.pk))
    yield admin_page(Project, "import")


@pytest.mark.parametrize("heap", range(HEAPS))
def test_pages_of_the_admin_are_without_fault(
    browser: Browser, live_server: LiveServer, admin_user: User, heap: int
) -> None:
    context = browser.new_context()
    client = Client()
    client.force_login(admin_user)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    looker = Looker(context, live_server.url, MORE if PICTURES else LOOKS)
    faults = []
    for path in [*own_pages(), *pages_of_lists()][heap::HEAPS]:
        for look, found in looker.open(path):
            faults += [f"{path} {look}: {one}" for one in found if not one.endswith("px tall")]
            if PICTURES:
                name = re.sub(r"\W+", "-", path).strip("-")
                looker.page.screenshot(path=Path(PICTURES) / f"{name}-{look}.png", full_page=True)
    context.close()
    assert not faults, "\n".join(faults)
