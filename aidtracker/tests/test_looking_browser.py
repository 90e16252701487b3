"""Every kind of public page in a real browser, and two ways that readers go."""

import csv
import hashlib
import io
import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from aidtracker.testing.looking import AXE, HEIGHT, LOOKS, Look, Looker, public_addresses
from projects.models import Observation

pytestmark = pytest.mark.browser

# The fullest pages of their kind, and what no list of addresses knows.
FULLEST = [
    "/headquarters/zhejiang/",
    "/regions/akesu-diqu/",
    "/screen/zhejiang/",
    "/regions/akesu-shi/",
    "/sources/001_3c903b8bc122f77e/",
    "/programs/shicheng-baidian/",
    "/search/?q=核桃",
    "/search/?q=9.11亿",
    "/observations/?q=nothing-of-this-name",
]
LISTS = ["/", "/activities/", "/timeline/", "/en/", "/compare/", "/observations/", "/projects/"]
PICTURES = os.environ.get("PICTURES", "")
LARGE = [Look(390, "light", is_large=True), Look(1280, "dark", is_large=True)]
MORE = [Look(width, scheme) for width in (390, 820, 1280, 1920) for scheme in ("light", "dark")]
# As many heaps of pages, lest one test be the last to end by far.
HEAPS = 3


def window(browser: Browser, look: Look) -> Any:
    viewport = {"width": look.width, "height": HEIGHT}
    return browser.new_context(viewport=viewport, color_scheme=look.scheme)


@cache
def every_kind() -> list[str]:
    return [*public_addresses(Client()), *FULLEST]


def looked_at(browser: Browser, base: str, looks: Sequence[Look], paths: list[str]) -> list[str]:
    """Open each page once and turn it to each look; what is wrong with them."""
    context = browser.new_context()
    looker = Looker(context, base, looks)
    if looks[0].is_large:
        looker.choose_large_type()
    faults = []
    for path in paths:
        for look, found in looker.open(path):
            faults += [f"{path} {look}: {one}" for one in found]
            if PICTURES:
                take(looker, look, path)
    context.close()
    return faults


@pytest.mark.parametrize("heap", range(HEAPS))
def test_every_kind_of_page_is_without_fault(
    browser: Browser, live_server: LiveServer, heap: int
) -> None:
    paths = every_kind()[heap::HEAPS]
    assert looked_at(browser, live_server.url, MORE if PICTURES else LOOKS, paths) == []


def test_fullest_pages_in_large_type_are_without_fault(
    browser: Browser, live_server: LiveServer
) -> None:
    paths = every_kind() if PICTURES else [*LISTS, *FULLEST]
    assert looked_at(browser, live_server.url, LARGE, paths) == []


def take(looker: Looker, look: Look, path: str) -> None:
    """Keep a picture for a person to look at, and once how the page is printed."""
    name = re.sub(r"\W+", "-", path).strip("-") or "home"
    folder = Path(PICTURES)
    looker.page.screenshot(path=folder / f"{name}.{look}.png", full_page=True)
    if look == MORE[0]:
        looker.page.pdf(path=folder / f"{name}.print.pdf", format="A4")


def test_vendored_script_is_the_one_that_was_taken_in() -> None:
    words = (AXE.parent / "README.md").read_text()
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() in words


def test_reader_goes_from_a_figure_to_its_words(browser: Browser, live_server: LiveServer) -> None:
    context = window(browser, LOOKS[0])
    page = context.new_page()
    page.goto(f"{live_server.url}/headquarters/zhejiang/")
    card = page.locator(".card", has_text="9.11").first
    card.locator("a.source-mark").click()
    page.wait_for_url("**/#o1")
    page.locator(":target").wait_for(state="attached")
    assert (
        "9.11" in page.locator("tr:has(:target), tr:target, mark:has(:target)").first.inner_text()
    )
    context.close()


def test_reader_narrows_a_list_and_takes_the_same_rows(
    browser: Browser, live_server: LiveServer
) -> None:
    context = window(browser, LOOKS[1])
    page = context.new_page()
    page.goto(f"{live_server.url}/observations/")
    page.select_option("[name=nature]", "target")
    page.get_by_role("button", name="筛选").click()
    shown = page.locator("table.data tbody tr").count()
    wanted = Observation.objects.published().filter(nature="target").count()
    assert shown == min(wanted, 50) > 0
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert len(rows) - 1 == wanted
    context.close()


def fits(page: Any, height: int) -> bool:
    """Whether a page is no higher than its window, which it may be told of a moment later."""
    for _ in range(50):
        if page.evaluate("document.documentElement.scrollHeight") <= height:
            return True
        page.wait_for_timeout(100)
    return False


def test_screen_fits_its_wall_and_says_since_when_nobody_answers(
    browser: Browser, live_server: LiveServer
) -> None:
    context = window(browser, LOOKS[1])
    page = context.new_page()
    page.clock.install()
    with page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
        page.goto(f"{live_server.url}/screen/zhejiang/")
    for width in (1280, 1920):
        page.set_viewport_size({"width": width, "height": width * 9 // 16})
        assert fits(page, width * 9 // 16)
        for figure in page.locator(".figure").all():
            box = figure.bounding_box()
            assert box
            room = figure.locator("xpath=ancestor::a").bounding_box()
            assert room
            assert box["width"] <= room["width"]
            assert figure.evaluate("one => one.getClientRects().length") == 1

    lengthen = "one => { one.textContent = one.textContent.repeat(9); }"
    for name in page.locator("h2").all():
        name.evaluate(lengthen)
    page.set_viewport_size({"width": 1280, "height": 720})
    assert fits(page, 720)

    page.route("**/screen/**", lambda route: route.fulfill(status=503, body="away"))
    page.clock.fast_forward("05:01")
    page.locator("#stale").wait_for()
    assert re.search(r"从 \d+月\d+日 ?\d\d:\d\d 起没有更新", page.inner_text("#stale"))
    assert page.locator(".tile").count() == 8
    page.unroute("**/screen/**")
    page.clock.fast_forward("00:31")
    page.locator("#stale").wait_for(state="hidden")
    context.close()
