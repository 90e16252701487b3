"""Everything one headquarters can be asked for, asked for by a clerk of another one.

In the database of the freeze, migrated: a row of each model for either headquarters, drafts, with a
word of its own in every free field; a file, a text, a task, a request. One who may do everything
opens their pages, and the forms on them are collected; then a clerk with all rights of the other
headquarters asks for every address and sends each form, by each of its buttons and actions. No
answer is 500, none holds a word of a row that the clerk may not read, and all that is not the
clerk's stays as it was. Prints a line for docs/reliability.md.
"""

import io
import itertools
import os
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urljoin

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
FOLDER = tempfile.TemporaryDirectory()
os.environ |= {
    **{"DATABASE_URL": f"sqlite:///{FOLDER.name}/db.sqlite3", "ATTACHMENTS_DIR": FOLDER.name},
    **{"DJANGO_SETTINGS_MODULE": "aidtracker.settings", "DEBUG": "0", "HTTPS": "0"},
    **{"SECRET_KEY": token_hex(32), "SECOND_FACTOR": "0", "WORKERS": "0"},
}

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import storages  # noqa: E402
from django.db import DatabaseError, models, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from lxml import html  # noqa: E402
from sites import Site  # noqa: E402

from aidtracker.ground.datasets import record_models  # noqa: E402
from aidtracker.ground.records import NameListField  # noqa: E402
from aidtracker.ground.scope import visible  # noqa: E402
from aidtracker.testing import make_headquarters  # noqa: E402
from aidtracker.testing import rows as rows_module  # noqa: E402
from aidtracker.tests.doors import ROW_DOORS, list_doors, row_doors  # noqa: E402
from aidtracker.tests.foreign_rows import owned_by, page_of, staff, state  # noqa: E402
from aidtracker.trail.models import Act  # noqa: E402
from programs.models import Account  # noqa: E402
from projects.models.attachments import FULL, SMALL, STORAGE, Attachment  # noqa: E402
from projects.models.briefings import Briefing, BriefingEdition  # noqa: E402
from projects.models.requests import Asking, NameRequest  # noqa: E402
from projects.models.tasks import CollectionTask, CollectionUnit  # noqa: E402

MARK = re.compile(r"秘密\d+号")
KEYS = {"slug", "code", "sha256", "search_text", "records", "counted_rows"}
# Doors with forms, which one who may do everything opens; the clerk asks for all others, too.
FORMS = {"change", "delete", "changelist", "add", "import", "many", "merge"}
PAGES = ("grid", "scoring", "board", "desks", "quarters", "monthly_totals")
PAGES += ("agenda", "tasks", "briefings", "requests", "ask")
SETTLED = {"post": "yes", "sure": "1", "apply": "1", "reason": "理由", "change_reason": "理由"}


class Everywhere(Client):
    """Asks from another address each time, so that no limit for a visitor is reached."""

    asked = 0

    def request(self, **environ: Any) -> Any:
        type(self).asked += 1
        at = self.asked
        address = f"10.{at >> 16 & 255}.{at >> 8 & 255}.{at & 255}"
        return super().request(**environ | {"REMOTE_ADDR": address})


def client_of(user: User) -> Client:
    client = Everywhere(HTTP_HOST="localhost", raise_request_exception=False)
    client.force_login(user, "aidtracker.accounts.logins.StaffBackend")
    session = client.session
    session["proved_at"] = timezone.now().timestamp() + 86_400
    session.save()
    return client


# What there is


def marked(row: models.Model, number: int) -> str:
    """Put a word of its own into every free field of a row."""
    word = f"秘密{number}号"
    for field in row._meta.concrete_fields:
        is_free = isinstance(field, models.CharField | models.TextField | NameListField)
        if not is_free or field.choices or field.name in KEYS:
            continue
        value = [word] if isinstance(field, NameListField) else word
        try:
            with transaction.atomic():
                type(row)._base_manager.filter(pk=row.pk).update(**{field.name: value})
        except DatabaseError:
            continue  # what the database holds to a form of its own
    return word


def others(theirs: Any, chief: User) -> Iterator[models.Model]:
    """What is no record: a text, a file, a task for the one headquarters, a request for a name."""
    content = {"title": "秘密8001号", "blocks": [], "figures": [], "site": ""}
    text = Briefing.objects.create(
        title="秘密8001号", outline="overview", maintainer=theirs, made_by=chief
    )
    yield text
    yield BriefingEdition.objects.create(
        briefing=text, number=1, state="draft", content=content, asked_by=chief
    )
    project = BY_MODEL["projects.Project"]
    said = {"name": "秘密8002号.pdf", "extension": "pdf", "content_type": "application/pdf"}
    file = Attachment.objects.create(
        project=project, size=9, added_by=chief, caption="秘密8002号", **said
    )
    storages[STORAGE].save(file.place(FULL), ContentFile("秘密8002号"))
    yield file
    task = CollectionTask.objects.create(
        title="秘密8003号", dataset="projects", due_on="2027-01-01", made_by=chief
    )
    yield task
    yield CollectionUnit.objects.create(task=task, headquarters=theirs, words="秘密8003号")
    # Shown to whoever keeps the list of names, as the clerk does here.
    request = NameRequest.objects.create(
        kind=NameRequest.Kind.values[0], name="秘密8004号", spelled="秘密8004号"
    )
    yield request
    yield Asking.objects.create(request=request, user=chief, why="秘密8004号")


ASKED_BY = {"headquarters", "assessmentround", "pipeline", "reportingperiod", "project", "outlet"}
BY_MODEL: dict[str, models.Model] = {}


def world() -> tuple[User, User, list[models.Model], dict[str, str]]:
    """One who may do everything, the clerk, what is not the clerk's, and what they may not read."""
    ours, theirs = make_headquarters(name="甲指挥部"), make_headquarters(name="乙指挥部")
    chief = User.objects.create_superuser("chief", password=None)
    Account.objects.create(user=chief)
    clerk = staff(ours)
    rows, words = [], {}
    for number, model in enumerate(record_models(), 1000):
        if not admin.site.is_registered(model):
            continue
        row = BY_MODEL[model._meta.label] = owned_by(theirs, model)
        owned_by(ours, model)
        rows.append(row)
        words[marked(row, number)] = row
    hidden = {word: row._meta.label for word, row in words.items() if not is_visible(row, clerk)}
    hidden |= {f"秘密{8001 + at}号": "no record" for at in range(3)}
    return chief, clerk, [*rows, *others(theirs, chief)], hidden


def is_visible(row: models.Model, user: User) -> bool:
    return visible(type(row)._base_manager.filter(pk=row.pk), user).exists()


# What is asked


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def text_of(answer: Any) -> str:
    """All words of an answer, also of those packed into it."""
    body = body_of(answer)
    if body[:2] != b"PK":
        return unescape(body.decode("utf-8", "replace"))
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return unescape(
            "".join(packed.read(one).decode("utf-8", "replace") for one in packed.namelist())
        )


def doors(row: models.Model) -> Iterator[tuple[str, bool]]:
    """Every address about a row, its list and its fields; whether there may be a form."""
    model = type(row)
    for door in sorted(row_doors(model) - {"step"}):
        yield page_of(row, door, *ROW_DOORS[door](row)), door in FORMS
    for door in sorted(list_doors(model)):
        yield page_of(model, door), door in FORMS
    yield page_of(model, "changelist") + "?q=秘密", False
    asked = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}"
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        if field.is_relation:
            yield f"/admin/autocomplete/?{asked}&field_name={field.name}&term=秘密", False
    if hasattr(row, "get_absolute_url") and (address := row.get_absolute_url()):
        yield from ((address + end, False) for end in ("", "table.csv", "card.png", "chart.json"))
        yield f"/api/v1{address}".rstrip("/"), False


def pages(rows: list[models.Model]) -> Iterator[tuple[str, bool]]:
    """Pages that are about no row alone, also where their address names one."""
    for address in (
        "/",
        "/data/",
        "/api/v1/",
        "/admin/",
        "/admin/search/?s=秘密",
        "/search/?q=秘密",
    ):
        yield address, False
    for act in Act.objects.order_by("-pk")[:2]:
        yield from ((f"/admin/aidtracker/act/{act.pk}/{end}/", True) for end in ("change", "undo"))
    for name in PAGES:
        address = reverse(f"admin:projects_{name}")
        yield address, True
        for row in rows:
            if row._meta.model_name in ASKED_BY:
                yield f"{address}?{row._meta.model_name}={row.pk}", True


def named(rows: list[models.Model]) -> Iterator[str]:
    """What is no record, and the text in which figures are entered."""
    yield reverse("admin:projects_observation_enter", args=[BY_MODEL["programs.Source"].code])
    yield from (reverse("admin:projects_desk", args=[one]) for one in ("projects", "outlets"))
    for row in rows:
        if isinstance(row, Briefing):
            yield reverse("admin:projects_briefing", args=[row.pk])
            for end in ("docx", "pdf", "json"):
                yield reverse("admin:projects_briefing_file", args=[row.pk, 1, end])
        elif isinstance(row, CollectionUnit):
            yield reverse("admin:projects_task", args=[row.task_id])
            yield reverse("admin:projects_task_workbook", args=[row.task_id, row.pk])
        elif isinstance(row, NameRequest):
            yield reverse("admin:projects_request_answer", args=[row.pk])
            yield reverse("admin:projects_request_go_on", args=[row.pk])
        elif isinstance(row, Attachment):
            yield reverse("admin:projects_attachments", args=["project", row.project_id])
            for variant in (FULL, SMALL):
                yield reverse("admin:projects_attachment", args=[row.key, variant])


def collected(chief: Client, addresses: list[str]) -> list[tuple[str, dict]]:
    """All forms on the pages, as they come, once for each button and action."""
    forms: dict[tuple[str, str], tuple[str, dict]] = {}
    for address in addresses:
        answer = chief.get(address)
        if answer.status_code >= 500:
            print(f"one who may do everything, GET {address}: {answer.status_code}", flush=True)
        if not answer.get("Content-Type", "").startswith("text/html") or answer.status_code != 200:
            continue
        for one in html.fromstring(body_of(answer).decode()).forms:
            target = urljoin(address, one.action or address)
            if (one.method or "get").lower() != "post" or target == "/admin/logout/":
                continue
            for sent in variants(one, dict(form_values(one))):
                forms.setdefault((target, repr(sorted(sent.items()))), (target, sent))
    return [*forms.values()]


def form_values(form: Any) -> Iterator[tuple[str, Any]]:
    many: dict[str, list] = {}
    for name, value in form.form_values():
        many.setdefault(name, []).append(value)
    for field in form.inputs:  # every row of a list is chosen
        if field.name and getattr(field, "type", "") == "checkbox" and "action" in field.name:
            many.setdefault(field.name, []).append(field.get("value", "on"))
    for name, values in many.items():
        if name != "csrfmiddlewaretoken":
            told = [MARK.sub("改", one or "") for one in values]
            yield name, told if len(told) > 1 else told[0]


def variants(form: Any, values: dict) -> Iterator[dict]:
    """A form sent by each of its buttons, and with each action that it offers."""
    buttons = form.xpath(".//button[@name] | .//input[@type='submit'][@name]")
    if form.get("id"):  # or beside it
        buttons += form.xpath("//button[@name][@form=$own]", own=form.get("id"))
    sends = [{one.get("name"): one.get("value", "1")} for one in buttons] or [{}]
    for options in form.xpath(".//select[@name='action']"):
        sends += [{"action": one} for one in options.xpath(".//option/@value") if one]
    for send in sends:
        values_ = {
            key: MARK.sub("改", one) if isinstance(one, str) else one for key, one in values.items()
        }
        yield values_ | SETTLED | send


# What came of it


class Watch:
    """Whether what is not the clerk's is as it was."""

    def __init__(self, rows: list[models.Model]) -> None:
        self.rows = rows
        self.before = [self.now(row) for row in rows]

    def now(self, row: models.Model) -> Any:
        return state(row)

    def changed(self) -> list[str]:
        found = []
        for at, row in enumerate(self.rows):
            now = self.now(row)
            if now != self.before[at]:
                was = self.before[at] or {}
                what = {k: (v, was.get(k)) for k, v in (now or {}).items() if was.get(k) != v}
                found.append(f"{row._meta.label} {what or 'gone'}")
                self.before[at] = now
        return found


class Judge:
    """What the clerk is answered, and what is wrong with that."""

    def __init__(self, clerk: User, rows: list[models.Model], hidden: dict[str, str]) -> None:
        self.client, self.watch, self.hidden = client_of(clerk), Watch(rows), hidden
        self.codes: Counter = Counter()
        self.faults = 0

    def ask(self, method: str, address: str, values: dict | None = None) -> None:
        what = f"{method} {address} {str(values or '')[:300]}"
        try:
            answer = getattr(self.client, method.lower())(address, values)
            told = text_of(answer)
        except Exception as error:  # a file that fails while it is sent
            self.fault(f"{what}: {error!r}")
            return
        self.codes[method, answer.status_code] += 1
        if answer.status_code >= 500 or "login" in answer.get("Location", ""):
            self.fault(f"{what}: {answer.status_code} {answer.get('Location', '')}")
        shown = {*MARK.findall(told)} - {*MARK.findall(what)}
        if found := [f"{one} {self.hidden[one]}" for one in shown if one in self.hidden]:
            self.fault(f"{what}: shows {found}")
        if method == "POST" and answer.status_code == 302:
            self.settle(what)

    def settle(self, what: str) -> None:
        if found := self.watch.changed():
            self.fault(f"{what}: changed {found}")

    def fault(self, words: str) -> None:
        self.faults += 1
        print(words, flush=True)


def main() -> None:
    rows_module.numbers = itertools.count(50_000)  # behind those that are there
    Site("SQLite", dict(os.environ), 0).fill(0)
    chief, clerk, rows, hidden = world()
    print(f"{len(rows)} rows, words of {len(hidden)} are hidden", flush=True)
    records = [row for row in rows if admin.site.is_registered(type(row))]
    found = dict(one for row in records for one in doors(row)) | dict(pages(rows))
    found |= dict.fromkeys(named(rows), True)
    forms = collected(client_of(chief), [one for one, has_form in found.items() if has_form])
    print(f"{len(found)} addresses, {len(forms)} forms", flush=True)
    judge = Judge(clerk, rows, hidden)
    for address in found:
        judge.ask("GET", address)
    judge.settle("all that was asked")
    for address, values in forms:
        judge.ask("POST", address, values)
    for address in found:
        if address.startswith("/admin/"):
            judge.ask("POST", address, SETTLED)
    judge.settle("all that was sent")
    print(f"{judge.faults} faults; {dict(judge.codes)}")
    raise SystemExit(bool(judge.faults))


if __name__ == "__main__":
    main()
