"""A process is killed while a step is stored that changes several tables at once: half of any?

On SQLite and on PostgreSQL each, `ROUNDS` times for each step: three ratings are published
together, each of which grants an award; a text is frozen; a case moves on. A third of the kills
each comes before a statement, in a commit, and between the commit and the answer (`aimed.py`).
After each all is there, or nothing: states, awards, histories, acts; and who got no answer sends
it once more, after which it is there once. Prints a table for docs/reliability.md.
"""

import contextlib
import http.client
import json
import os
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from sites import Site, settings_in  # noqa: E402
from temporary_postgres import clean_up_when_stopped, temporary_postgres  # noqa: E402
from writers import Writer  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "65"))
KIND = os.environ.get("KIND", "")  # sqlite or postgresql; both without
PORT = int(os.environ.get("PORT", "8957"))
UNKILLED = 5  # of each step, to know its moments
LATER = 0.004  # so many seconds after a moment at most
APP = "aimed:application"
# How many rows of each kind there are when a step was taken.
WHOLE = {"publish": 3, "freeze": 1, "move": 1}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# Rows for so many rounds; prints for each step the address and what is sent there.
PREPARED = """
import itertools, json
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from aidtracker.testing import MAKERS, rows
from aidtracker.trail.conflicts import marks
from projects.briefings.doubts import doubts_of
from projects.models import Assessment, PipelineStage
from projects.models.briefings import Briefing, BriefingEdition
from projects.models.schemes import AssessmentRound, AssessmentScheme, Criterion
from projects.models import Outlet, Pipeline, PipelineCase, Score
from programs.models import Headquarters
rows.numbers = itertools.count(50_000)  # behind those that are there
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
        content = {{"title": f"文稿{{number}}", "blocks": [], "figures": []}}
        text = Briefing.objects.create(
            title=f"文稿{{number}}", outline="overview", maintainer=home, made_by=user
        )
        BriefingEdition.objects.create(
            briefing=text, number=1, state="draft", content=content, asked_by=user
        )
        address = reverse("admin:projects_briefing", args=[text.pk])
        sure = {{"act": "freeze", "edition": "1", "sure": "1", "seen": doubts_of(content).key}}
        made["freeze"].append([address, sure, text.pk])
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


@dataclass
class Round:
    """One step to be taken: where, by what form, and what it is about."""

    name: str
    address: str
    form: dict
    is_answered: bool = False
    killed: str = ""

    def send(self, writer: Writer, kill: str = "") -> None:
        body = urlencode(self.form | {"csrfmiddlewaretoken": "c" * 32}, True)
        with contextlib.suppress(OSError, http.client.HTTPException):
            _, _, target = writer.ask("POST", self.address, body, **FORM, **{"X-Kill": kill})
            self.is_answered = bool(target) and "login" not in target


def moments(seen: list[str]) -> dict[str, list[int]]:
    """The moments of a request of each kind; what is read before the first change is none."""
    first = seen.index("write")
    last = max(at for at, name in enumerate(seen) if name == "committed")
    return {
        "before a statement": [*range(first, last)],
        "in a commit": [at for at, name in enumerate(seen) if name == "commit" and at > first],
        "after the commit": [*range(last, len(seen))],
    }


def kill_around(site: Site, writer: Writer, which: str, rounds: list[Round]) -> None:
    """One step of each round, the first ones undisturbed; then what is stored of it."""
    chance, ends = random.Random(1), Counter()
    for one in rounds[:UNKILLED]:
        one.send(writer)
        if not one.is_answered or "write" not in writer.moments:
            raise SystemExit(f"{site.name}: {one.name} was not taken")
    seen = writer.moments
    for at, one in enumerate(rounds[UNKILLED:]):
        kinds = [*moments(seen).items()]
        one.killed, chosen = kinds[at % len(kinds)]
        one.send(writer, f"{chance.choice(chosen)} {chance.uniform(0, LATER):.5f}")
        site.wait()
    found = stored(site, which, rounds)
    for one in rounds[UNKILLED:]:
        is_there = found[one.name][0] > 0
        ends[one.killed, one.is_answered, is_there] += 1
    tell(site, which, ends)
    # Whoever got no answer does it once more: then all is there, and once.
    for one in rounds:
        if not one.is_answered:
            one.send(writer)
    found = stored(site, which, rounds)
    if missing := [name for name, many in found.items() if not many[0]]:
        raise SystemExit(f"{site.name}, {which}: not stored when sent again: {missing}")


def stored(site: Site, which: str, rounds: list[Round]) -> dict[str, list[int]]:
    """What there is of each round; stops where it is half of a step, or was answered and is not."""
    numbers = {name: [] for name in WHOLE}
    asked_for = [int(one.name.split()[1]) for one in rounds]
    found = asked(site, STORED, **numbers | {which: asked_for})
    halves = {name: many for name, many in found.items() if {*many} not in ({0}, {WHOLE[which]})}
    lost = [one.name for one in rounds if one.is_answered and not found[one.name][0]]
    if halves or lost:
        raise SystemExit(f"{site.name}, {which}: halves {halves}, lost {lost}")
    return found


def tell(site: Site, which: str, ends: Counter) -> None:
    for kind in dict.fromkeys(kind for kind, *_ in ends):
        many = {end: ends[kind, *end] for end in ((True, True), (False, True), (False, False))}
        said = "answered {}, stored without an answer {}, neither {}".format(*many.values())
        print(f"| {site.name} | {which} | {kind} | {sum(many.values())} | {said} |", flush=True)


def tried(site: Site) -> None:
    site.fill(1)
    made = asked(site, PREPARED, rounds=ROUNDS)
    with site.running():
        (writer,) = site.writers(1)
        for which, rounds in made.items():
            named = [Round(f"{which} {pk}", address, form) for address, form, pk in rounds]
            kill_around(site, writer, which, named)
    said = site.manage("check_summaries").strip().splitlines()[-1]
    print(f"| {site.name} | check_summaries | {said} | | |", flush=True)


def main() -> None:
    clean_up_when_stopped()
    print("| database | step | killed | times | came of it |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        common = settings_in(folder)
        site = Site(
            "SQLite", common | {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}, PORT, app=APP
        )
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
        if KIND != "postgresql":
            tried(site)
        if KIND != "sqlite":
            with temporary_postgres() as url:
                tried(Site("PostgreSQL", common | {"DATABASE_URL": url}, PORT, app=APP))


if __name__ == "__main__":
    main()
