"""Workers are killed while steps are stored that change several tables at once: half of any?

On SQLite and on PostgreSQL each, `ROUNDS` times for each step, around the moment of storing: three
ratings are published together, each of which grants an award; a text is frozen; a case moves on.
After each all is there, or nothing: states, awards, histories, acts. Prints a table for
docs/reliability.md. Takes about ten minutes.
"""

import contextlib
import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from sites import Site, settings_in  # noqa: E402
from temporary_postgres import clean_up_when_stopped, temporary_postgres  # noqa: E402
from writers import Writer  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "40"))
KIND = os.environ.get("KIND", "")  # sqlite or postgresql; both without
PORT = int(os.environ.get("PORT", "8957"))
UNKILLED = 5  # of each step, to know how long it takes
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# Rows for so many rounds; prints for each step the address and what is sent there.
PREPARED = """
import json
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from aidtracker.testing import MAKERS
from aidtracker.trail.conflicts import marks
from projects.models import Assessment, PipelineStage
from projects.models.briefings import Briefing, BriefingEdition
from projects.models.schemes import AssessmentRound, AssessmentScheme, Criterion
from projects.models import Outlet, Pipeline, PipelineCase, Score
from programs.models import Headquarters
user = User.objects.get(username="writer0")
made = {{"publish": [], "freeze": [], "move": []}}
with transaction.atomic():
    home = MAKERS[Headquarters](name="甲指挥部")
    scheme = MAKERS[AssessmentScheme](headquarters=home, award_name="样板", level="other")
    criterion = MAKERS[Criterion](scheme=scheme, number=1)
    pipeline = MAKERS[Pipeline]()
    stage = MAKERS[PipelineStage](pipeline=pipeline, number=1)
    for number in range({rounds}):
        said = {{"scheme": scheme, "year": 1998 + number}}
        round_ = MAKERS[AssessmentRound](**said, granted_on="2026-01-05", basis="文件")
        rows = []
        for at in range(3):
            outlet = MAKERS[Outlet](headquarters=home)
            said = {{"round": round_, "outlet": outlet, "number": at + 1, "outcome": "award"}}
            row = MAKERS[Assessment](**said, review="approved")
            MAKERS[Score](assessment=row, criterion=criterion, points=5)
            rows.append(Assessment.objects.get(pk=row.pk))
        numbers = [row.pk for row in rows]
        chosen = {{"action": "take_publish", "_selected_action": numbers, "seen": "1"}}
        address = reverse("admin:projects_assessment_changelist")
        made["publish"].append([address, chosen | dict(marks(rows)), round_.pk])
        text = Briefing.objects.create(
            title=f"文稿{{number}}", outline="overview", maintainer=home, made_by=user
        )
        BriefingEdition.objects.create(
            briefing=text, number=1, state="draft", content={{"parts": []}}, asked_by=user
        )
        address = reverse("admin:projects_briefing", args=[text.pk])
        made["freeze"].append([address, {{"act": "freeze", "edition": "1"}}, text.pk])
        case = MAKERS[PipelineCase](pipeline=pipeline, headquarters=home)
        moved = {{"act": "move", "case": case.pk, "stage": stage.pk, "on": "2026-01-05"}}
        moved["seen"] = ""
        made["move"].append([reverse("admin:projects_board"), moved, case.pk])
print("FOUND" + json.dumps(made))
"""

# What is stored of each round: how many of the rows, their states of this time, acts, and awards.
STORED = """
import json
from aidtracker.trail.models import Act
from projects.models import Assessment, StageEntry
from projects.models.briefings import BriefingEdition
found = {{}}
for pk in {publish}:
    rows = Assessment.objects.filter(round=pk, review="published")
    states = Assessment.history.filter(round_id=pk, review="published")
    awards = Assessment.objects.filter(round=pk, awards__isnull=False)
    acts = states.exclude(act=None)
    found[f"publish {{pk}}"] = [one.count() for one in (rows, states, acts, awards)]
for pk in {freeze}:
    rows = BriefingEdition.objects.filter(briefing=pk, state="frozen")
    whole = rows.exclude(sha256="").exclude(frozen_by=None).exclude(frozen_at=None)
    acts = Act.objects.filter(subject__contains=f"第 {{pk}} 号第 1 版")
    noted = sum("定稿" in str(act.details) for act in acts)
    found[f"freeze {{pk}}"] = [rows.count(), whole.count(), noted]
for pk in {move}:
    rows, states = StageEntry.objects.filter(case=pk), StageEntry.history.filter(case_id=pk)
    found[f"move {{pk}}"] = [one.count() for one in (rows, states, states.exclude(act=None))]
print("FOUND" + json.dumps(found))
"""


def asked(site: Site, text: str, **words: object) -> dict:
    said = site.manage("shell", "--no-imports", given=text.format(**words))
    return json.loads(said.partition("FOUND")[2])


def kill_around(site: Site, writer: Writer, which: str, rounds: list) -> None:
    """One step of each round, the first ones undisturbed; then what is stored of it."""
    chance, ends, answered = random.Random(1), Counter(), set()
    seconds: list[float] = []

    def send(address: str, values: dict, number: int) -> None:
        begun = time.monotonic()
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, _, target = writer.ask("POST", address, urlencode(values, True), **FORM)
            if status == 302 and "login" not in target:
                seconds.append(time.monotonic() - begun)
                answered.add(f"{which} {number}")
            ends[status] += 1

    for at, one in enumerate(rounds):
        token = {"csrfmiddlewaretoken": "c" * 32}
        site.wait()
        thread = threading.Thread(target=send, args=(one[0], one[1] | token, one[2]))
        thread.start()
        if at >= UNKILLED:
            time.sleep(statistics.median(seconds[:UNKILLED]) * chance.uniform(0.4, 1.2))
        else:
            thread.join()
        site.kill_workers()
        thread.join()
    numbers = {name: [] for name in ("publish", "freeze", "move")}
    found = asked(site, STORED, **numbers | {which: [one[2] for one in rounds]})
    halves = {
        name: many for name, many in found.items() if len({*many}) > 1 or many[0] not in WHOLE
    }
    lost = [name for name in answered if not found[name][0]]
    if halves or lost or not answered:
        raise SystemExit(f"{site.name}, {which}: halves {halves}, lost {lost}, {ends}")
    stored = sum(bool(many[0]) for many in found.values())
    said = f"{len(answered)} answered, {len(rounds) - len(answered)} not, of those"
    told = f"{said} {stored - len(answered)} stored; halves 0, lost 0"
    usual = statistics.median(seconds[:UNKILLED])
    print(f"| {site.name} | {which} (takes {usual:.2f} s) | {told} |", flush=True)


WHOLE = (0, 1, 3)


def tried(site: Site) -> None:
    site.fill(1)
    made = asked(site, PREPARED, rounds=ROUNDS)
    with site.running():
        (writer,) = site.writers(1)
        for which, rounds in made.items():
            kill_around(site, writer, which, rounds)
    print(f"| {site.name} | {site.manage('check_summaries').strip().splitlines()[-1]} | |")


def main() -> None:
    clean_up_when_stopped()
    print("| database | step | came of it |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        common = settings_in(folder)
        site = Site("SQLite", common | {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}, PORT)
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
        if KIND != "postgresql":
            tried(site)
        if KIND != "sqlite":
            with temporary_postgres() as url:
                tried(Site("PostgreSQL", common | {"DATABASE_URL": url}, PORT))


if __name__ == "__main__":
    main()
