"""The site as an experiment runs it: gunicorn with a database of its own, and what was stored."""

import contextlib
import http.client
import json
import lzma
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from writers import PEOPLE, Writer, ask

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 600  # seconds until a site must answer, on a crowded machine
DUMPS = ROOT / "aidtracker" / "tests" / "dumps"
CONFIG = ROOT / "deploy" / "gunicorn.conf.py"
# What is stored of the rows of one experiment, by code: rows, states of their making, acts.
STORED = """
import json
from collections import Counter
from django.db import connection
from programs.models import Region
rows = Region.objects.filter(code__startswith="{prefix}")
states = Region.history.filter(code__startswith="{prefix}", history_type="+")
found = {{
    "rows": Counter(rows.values_list("code", flat=True)),
    "states": Counter(states.values_list("code", flat=True)),
    "acts": Counter(states.exclude(act=None).values_list("code", flat=True)),
}}
locks = 0
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype IN ('advisory', 'transactionid')"
            " AND pid <> pg_backend_pid()"
        )
        locks = cursor.fetchone()[0]
print("FOUND" + json.dumps(found | {{"locks": locks}}))
"""


@dataclass
class Site:
    """Gunicorn with its database, started anew for each experiment."""

    name: str
    env: dict[str, str]
    port: int
    tree: Path = ROOT
    # Asked until it answers, before anybody comes.
    ready: str = "/readyz"
    # What gunicorn serves instead of the site itself, as `scripts/` knows it.
    app: str = ""
    sessions: list[str] = field(default_factory=list)
    process: subprocess.Popen | None = None
    number: int = 0

    def manage(self, *words: str, given: str = "") -> str:
        command = [str(ROOT / ".venv/bin/python"), "manage.py", *words]
        done = subprocess.run(
            command,
            cwd=self.tree,
            env=self.env,
            input=given,
            text=True,
            stdout=subprocess.PIPE,
            check=True,
        )
        return done.stdout

    def fill(self, people: int) -> None:
        """The database that the program of the freeze made, migrated; so many people."""
        kind, _, place = self.env["DATABASE_URL"].partition("://")
        name = f"{'sqlite' if kind == 'sqlite' else 'postgresql'}.sql.xz"
        sql = lzma.decompress((DUMPS / name).read_bytes()).decode()
        if kind == "sqlite":
            with contextlib.closing(sqlite3.connect(place[1:])) as database:
                database.executescript(sql)
        else:
            with psycopg.connect(f"postgresql://{place}", autocommit=True) as server:
                server.execute(sql)
        self.manage("migrate", "--verbosity", "0")
        self.sessions = self.manage(
            "shell", "--no-imports", given=PEOPLE.format(writers=people)
        ).split()

    @contextlib.contextmanager
    def running(self, **more: str) -> Iterator[None]:
        command = [str(ROOT / ".venv/bin/gunicorn"), "--config", str(CONFIG)]
        env = self.env | {"BIND": f"127.0.0.1:{self.port}", "WEB_WORKERS": "5"} | more
        if self.app:
            command.append(self.app)
            env["PYTHONPATH"] = str(ROOT / "scripts")
        self.process = subprocess.Popen(command, cwd=self.tree, env=env, stderr=subprocess.DEVNULL)
        try:
            self.wait()
            yield
        finally:
            self.process.terminate()
            self.process.wait(150)

    def wait(self) -> float:
        """Until the site answers; how long that took."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ask(self.port, self.ready, "127.0.0.1", 5)[0] == 200:
                    return time.monotonic() - begun
            time.sleep(0.1)
        raise SystemExit(f"{self.name}: the site does not answer.")

    def workers(self) -> list[int]:
        assert self.process is not None
        place = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(word) for word in place.read_text().split()]

    def kill_workers(self) -> None:
        """Their master starts others."""
        for worker in self.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def writers(self, number: int) -> list[Writer]:
        """So many people, with codes that no other experiment used."""
        self.number += 1
        people = enumerate(self.sessions[:number])
        return [Writer(self.port, at, session, f"9{self.number}") for at, session in people]

    def stored(self, prefix: str) -> dict:
        said = self.manage("shell", "--no-imports", given=STORED.format(prefix=prefix))
        return json.loads(said.partition("FOUND")[2])


def check(site: Site, writers: list[Writer], *, others_write: bool = False) -> str:
    """All or nothing, and nothing lost that was answered; stops with what is not so.

    Whose a lock is cannot be told while others write.
    """
    time.sleep(1)
    found = site.stored(writers[0].prefix)
    answered = {code for writer in writers for code, _ in writer.acknowledged}
    lost = answered - found["rows"].keys()
    twice = [code for code, many in found["rows"].items() if many > 1]
    halves = found["rows"] != found["states"] or found["rows"] != found["acts"]
    found["locks"] *= not others_write
    if lost or twice or halves or found["locks"]:
        raise SystemExit(f"{site.name}: lost {lost}, twice {twice}, halves {halves}, {found}")
    differences = site.manage("check_summaries")
    unanswered = len(found["rows"]) - len(answered)
    return (
        f"answered {len(answered)}, lost 0, twice 0, halves 0, locks 0;"
        f" stored though not answered {unanswered}; {differences.strip().splitlines()[-1]}"
    )


def settings_in(folder: Path) -> dict[str, str]:
    """The environment of a site in operation, all but its database, with its files in a folder."""
    return os.environ | {
        **{"DEBUG": "0", "HTTPS": "0", "SECOND_FACTOR": "0", "WORKERS": "0"},
        "SECRET_KEY": "only-for-an-experiment-" * 3,
        "STATIC_ROOT": str(folder / "static"),
    }
