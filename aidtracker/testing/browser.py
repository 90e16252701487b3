"""People at real browsers: the machine's own Chromium, driven by Playwright."""

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
]
PATIENCE = 30
WINDOW = {"width": 1400, "height": 900}


class Person:
    """Hands on a keyboard and eyes that wait for what the page answers."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> None:
        self.page.goto(address)

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def press(self, *keys: str) -> None:
        """Press one key or chord (`Control+Enter`) after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str, *keys: str) -> None:
        """Type a text into what has the focus, then press keys."""
        self.page.keyboard.type(text)
        self.press(*keys)

    def see(self, script: str, *values: Any) -> Any:
        """Return what an expression is, or what a function makes of a value."""
        return self.page.evaluate(script, *values)

    def wait(self, script: str) -> None:
        """Wait until an expression holds; from here, as the site lets no page evaluate words."""
        self.wait_for(lambda: self.see(script), script)

    def wait_for(self, condition: Callable[[], Any], said: str = "") -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"still waiting for {said or condition}"
            self.page.wait_for_timeout(50)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser of a module; its tests are left out where there is none."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium here")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop counts as running in this thread, though it only waits.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(
    browser: Browser, live_server: LiveServer, transactional_db: None
) -> Iterator[Callable[..., Page]]:
    """Open windows on the site: each with cookies of its own, a user logged in."""
    contexts = []

    def new_page(user: User | None = None) -> Page:
        context = browser.new_context(base_url=live_server.url, viewport=WINDOW)
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    yield new_page
    for context in contexts:
        context.close()
