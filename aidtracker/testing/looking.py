"""Looking at public pages as a reader's browser does: what is wrong with one, and its picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import BrowserContext, Page

from aidtracker.ground.datasets import record_models
from aidtracker.pages.large import COOKIE as LARGE

AXE = Path(__file__).parent / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIND = """async tags => (await axe.run(document,
    {resultTypes: ['violations'], runOnly: {type: 'tag', values: tags}}))
    .violations.map(one => `${one.id}: ${one.nodes.length} × ${one.nodes[0].html.slice(0, 120)}`)"""
# A page that turns to another look: what fades over is there at once. Of the colours wanted the
# skin of the admin asks but once, when a page opens.
TURN = """isDark => {
    if (window.Alpine) document.documentElement.classList.toggle('dark', isDark);
    return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
        for (const one of document.getAnimations())
            if (one instanceof CSSTransition) one.finish();
        done();
    })));
}"""
PHONE = 390
HEIGHT = 844
# Pixels: a reader's thumb goes over eight screens, no more.
TALLEST = 8_000


@dataclass(frozen=True)
class Look:
    """How a page is looked at: the width of the window and the colours asked for."""

    width: int
    scheme: Literal["light", "dark"]
    is_large: bool = False

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}{'-large' if self.is_large else ''}"


LOOKS = (Look(390, "light"), Look(1280, "dark"))


@dataclass
class Looker:
    """A reader with a window: opens pages and tells what is wrong with each."""

    context: BrowserContext
    base: str
    looks: Sequence[Look] = LOOKS
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda one: self.hear(one.type, one.text))
        self.page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))
        self.page.on("requestfailed", lambda one: self.heard.append(f"failed: {one.url}"))
        self.page.on("request", lambda one: self.ask(one.url))

    def hear(self, kind: str, words: str) -> None:
        if kind in {"error", "warning"}:
            self.heard.append(f"console: {words}")

    def ask(self, address: str) -> None:
        if not address.startswith((self.base, "data:")):
            self.heard.append(f"external: {address}")

    def choose_large_type(self) -> None:
        choice = {"name": LARGE, "value": "1", "url": self.base}
        self.context.add_cookies([choice])

    def faults(self, path: str) -> list[str]:
        """Open a page; each thing that is wrong with it in any of the looks, in words."""
        return [f"{look}: {one}" for look, found in self.open(path) for one in found]

    def open(self, path: str) -> Iterator[tuple[Look, list[str]]]:
        """Open a page once and turn it to each look; each thing that is wrong with it, in words."""
        self.heard.clear()
        self.wear(self.looks[0])
        answer = self.page.goto(f"{self.base}{path}")
        assert answer is not None
        if not answer.ok:
            self.heard.append(f"answered {answer.status}")
        self.page.evaluate(axe())
        for look in self.looks:
            if look != self.looks[0]:
                self.wear(look)
                self.page.evaluate(TURN, look.scheme == "dark")
            found = self.seen()
            yield look, [*found, *self.heard]
            self.heard.clear()

    def wear(self, look: Look) -> None:
        self.page.set_viewport_size({"width": look.width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=look.scheme)

    def seen(self) -> list[str]:
        height, width, window = self.page.evaluate(
            "() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth,"
            " window.innerWidth]"
        )
        found = []
        if width > window:
            found.append(f"scrolls sideways: {width} px")
        if window <= PHONE and height > TALLEST:
            found.append(f"{height} px tall")
        return [*found, *self.page.evaluate(FIND, RULES)]


@cache
def axe() -> str:
    return AXE.read_text()


def public_addresses(client: Client) -> list[str]:
    """The address of every kind of public page: those without a key, and a row of each dataset."""
    plain = [f"/{path}" for path in paths(get_resolver().url_patterns) if is_plain(path)]
    return list(dict.fromkeys([path for path in plain if is_page(client, path)] + list(details())))


def paths(patterns: list[Any], before: str = "") -> Iterator[str]:
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from paths(one.url_patterns, path)
        elif isinstance(one, URLPattern):
            yield path


def is_plain(path: str) -> bool:
    return not path.startswith("admin/") and not set("<(^\\") & set(path)


def is_page(client: Client, path: str) -> bool:
    answer = client.get(path)
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


def details() -> Iterator[str]:
    """A page of a public row of each dataset whose rows have one."""
    for model in record_models():
        if hasattr(model, "get_absolute_url"):
            first = model._default_manager.published().order_by("pk").first()
            if first is not None and (address := first.get_absolute_url()):
                yield address
