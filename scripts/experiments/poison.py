"""Words that would be a script stand in every text of every row: does a browser run any of them?

The database of the freeze, migrated, with two rows more of each model; in each text that takes
them, in the states that are kept of it, and in texts written of all that: tags and handlers, ends
of attributes and of scripts, quotes that would break out of a script's text, templates, directives
of Alpine, addresses that begin with `javascript:`. Chromium opens every kind of page as a visitor
and as one who may do everything, moves over what reacts, opens what opens, and asks choices for
what they offer. Nothing may run, be stopped by the policy only, or stand in a page as an element.
Each of `ROUNDS` begins the words with another kind. Prints a line for docs/security.md.
"""

import itertools
import os
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

os.environ |= {"BEHIND_PROXY": "1", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}

from foreign import BY_MODEL, world

# isort: split
# What asks for settings comes after it: it makes a database of its own.
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models, transaction
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Error, sync_playwright
from sites import Site

from aidtracker.ground.datasets import record_models
from aidtracker.review.reviewed import Reviewed
from aidtracker.testing import rows as rows_module
from aidtracker.testing.browser import ARGUMENTS
from aidtracker.tests.test_poison_browser import poison
from projects.briefings.writing import write
from projects.models.briefings import Briefing, BriefingEdition

KINDS = (
    "\"'><img src=x onerror=ran()><script>ran()</script></textarea>",
    "'+ran()+'\"+ran()+\"`${ran()}`{{ran()}}{% ran %}",
    "\" x-data x-init=\"ran()\" onfocus=ran() autofocus y='' x-init='ran()' ",
    "</script><script>ran()</script></style></title><svg onload=ran()>",
)
ADDRESS = "javascript:ran()//"
ROUNDS = [int(one) for one in os.environ.get("ROUNDS", "0 1 2 3").split()]
EACH = int(os.environ.get("EACH", "1"))  # pages of each kind in each round
PORT = int(os.environ.get("PORT", "8959"))
LEFT_ALONE = {"admin:logout", "set_language"}
FILES = (".csv", ".xlsx", ".zip", ".json", ".docx", ".pdf", ".png", ".xml", ".jsonl", ".parquet")

# What a reader does on a page: looks over it, opens what opens, asks choices what they offer.
TRIED = """async () => {
    const all = [...document.querySelectorAll('*')].slice(0, 4000);
    for (const one of all)
        for (const kind of ['mouseover', 'mouseenter', 'focus', 'pointerenter'])
            one.dispatchEvent(new Event(kind, {bubbles: kind === 'mouseover'}));
    document.querySelectorAll('details').forEach(one => { one.open = true; });
    const opens = document.querySelectorAll('button[type=button], [aria-haspopup], [role=tab]');
    for (const one of [...opens].slice(0, 30)) if (!one.closest('a[href]')) one.click();
    for (const one of [...document.querySelectorAll('[role=combobox], input[list]')].slice(0, 5)) {
        one.focus();
        one.dispatchEvent(new Event('input', {bubbles: true}));
    }
    const jquery = window.django && window.django.jQuery;
    const chosen = '.admin-autocomplete.select2-hidden-accessible';
    if (jquery && jquery.fn.select2)
        for (const one of jquery(chosen).toArray().slice(0, 3)) jquery(one).select2('open');
    await new Promise(done => setTimeout(done, 250));
}"""
# What stands in a page as an element that only our words would have made.
MADE = """() => [...document.querySelectorAll(
    'img[src=x], svg[onload], [onerror], [onfocus], [x-init*="ran()"], a[href^="javascript:"]'
)].map(one => one.outerHTML.slice(0, 120)).concat(
    [...document.scripts].filter(one => /^ran\\(\\)/.test(one.text)).map(() => 'script'))"""


@transaction.atomic
def filled(turn: int) -> int:
    """The words in all texts of all rows and of their states; in how many fields."""
    words = "".join(KINDS[(turn + at) % len(KINDS)] for at in range(len(KINDS)))
    fields = 0
    for model in record_models():
        for row in model._base_manager.all():
            fields += len(poison(row, words))
        for state in model.history.all()[:400]:
            poison(state, words)
        addresses = [one for one in model._meta.concrete_fields if isinstance(one, models.URLField)]
        model._base_manager.update(**dict.fromkeys([one.name for one in addresses], ADDRESS))
        if issubclass(model, Reviewed):
            pk = BY_MODEL[model._meta.label].pk
            model._base_manager.filter(pk=pk).update(**{model.REVIEW: "published"})
    return fields


def write_texts(chief: User) -> None:
    """Two editions of each kind of text, the last of them public."""
    Briefing.objects.all().delete()
    for outline, project in (("overview", None), ("card", BY_MODEL["projects.Project"])):
        title = KINDS[0][:100]
        text = Briefing.objects.create(title=title, outline=outline, project=project, made_by=chief)
        content = write(text, "http://localhost")
        said = {"content": content, "asked_by": chief, "frozen_at": timezone.now()}
        for number, state in enumerate(("frozen", "published"), 1):
            BriefingEdition.objects.create(
                briefing=text, number=number, state=state, sha256="0" * 64, **said
            )


class Crawl:
    """One person at a browser, who opens every kind of page."""

    def __init__(self, context: BrowserContext, who: str, base: str) -> None:
        self.page, self.who, self.base = context.new_page(), who, base
        self.context = context
        self.heard: list[str] = []
        self.faults: list[str] = []
        self.kinds: Counter = Counter()
        self.codes: Counter = Counter()
        self.page.add_init_script("window.ran = () => { window.times = (window.times || 0) + 1; }")
        self.page.on("dialog", self.dismiss)
        self.page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        self.page.on("console", lambda said: self.hear(said.text))
        self.page.on("download", lambda file: file.cancel())

    def dismiss(self, dialog: Any) -> None:
        self.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def hear(self, words: str) -> None:
        if "Content Security Policy" in words:
            self.heard.append(f"stopped: {words[:160]}")

    def go(self, *start: str) -> None:
        waiting, seen = deque(start), {*start}
        while waiting:
            address = waiting.popleft()
            if not self.is_wanted(address):
                continue
            for target in self.looked_at(address):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)

    def is_wanted(self, address: str) -> bool:
        parts = urlsplit(address)
        try:
            match = resolve(parts.path)
        except Resolver404:
            return False
        kind = match.view_name or match.route, bool(parts.query)
        is_file = parts.path.endswith(FILES) or "export" in str(kind)
        if is_file or self.kinds[kind] >= EACH or match.view_name in LEFT_ALONE:
            return False
        self.kinds[kind] += 1
        return True

    def looked_at(self, address: str) -> list[str]:
        """Where a page leads, after all was tried on it."""
        # Each time from another address, so that no limit for a visitor is reached.
        at = sum(self.kinds.values())
        self.page.set_extra_http_headers({"X-Forwarded-For": f"10.1.{at // 250}.{at % 250}"})
        self.heard.clear()
        try:
            answer = self.page.goto(self.base + address, wait_until="load")
        except Error:  # a file
            return []
        self.codes[answer.status if answer else 0] += 1
        if answer and answer.status >= 500:
            self.tell(f"{address}: {answer.status}")
        targets = self.page.evaluate("() => [...document.links].map(one => one.href)")
        self.tried(address)
        ends = (urlsplit(one) for one in targets if one.startswith(self.base))
        return [urljoin("/", one.path) + (f"?{one.query}" if one.query else "") for one in ends]

    def tried(self, address: str) -> None:
        found: list[Any] = []
        try:
            found += self.page.evaluate(MADE)
            self.page.evaluate(TRIED)
            found += self.page.evaluate(MADE)
            if times := self.page.evaluate("() => window.times"):
                found.append(f"ran {times} times")
        except Error as error:  # what was opened led elsewhere
            if "navigation" not in str(error) and "destroyed" not in str(error):
                found.append(str(error)[:200])
        if found or self.heard:
            self.tell(f"{address}: {list(dict.fromkeys([*found, *self.heard]))}")

    def tell(self, fault: str) -> None:
        self.faults.append(fault)
        print(f"{self.who} {fault}", flush=True)


def starts(page_of_staff: bool) -> Iterator[str]:
    if not page_of_staff:
        yield from ("/", "/data/", "/search/?q=ran", "/timeline/", "/compare/", "/corrections/")
        yield from (
            row.get_absolute_url()
            for row in BY_MODEL.values()
            if hasattr(row, "get_absolute_url") and row.get_absolute_url()
        )
        return
    yield "/admin/"
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if row := model._base_manager.order_by("pk").last():
            yield reverse(f"{name}_change", args=[row.pk])
            yield reverse(f"{name}_history", args=[row.pk])


def people(browser: Any, session: str, base: str) -> Iterator[tuple[Crawl, list[str]]]:
    """A visitor, and one of the staff who may do everything."""
    for who in ("visitor", "staff"):
        context = browser.new_context(locale="zh-CN")
        if who == "staff":
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": session, "url": base}])
        yield Crawl(context, who, base), [*starts(who == "staff")]
        context.close()


def main() -> None:
    rows_module.numbers = itertools.count(50_000)  # behind those that are there
    site = Site("SQLite", dict(os.environ) | {"STATIC_ROOT": os.environ["ATTACHMENTS_DIR"]}, PORT)
    site.fill(1)
    site.manage("collectstatic", "--noinput", "--verbosity", "0")
    chief, *_ = world()
    base, faults = f"http://127.0.0.1:{PORT}", 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for turn in ROUNDS:
            fields = filled(turn)
            write_texts(chief)
            with site.running():
                for crawl, addresses in people(browser, site.sessions[0], base):
                    crawl.go(*addresses)
                    faults += len(crawl.faults)
                    pages, codes = sum(crawl.codes.values()), dict(crawl.codes)
                    said = f"{fields} fields; {crawl.who}: {pages} pages, {codes}"
                    print(f"{turn}: {said}; {len(crawl.faults)} faults", flush=True)
        browser.close()
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
