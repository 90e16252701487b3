"""Processes killed, a database gone, no memory: what became of what was saved?

On SQLite and on PostgreSQL each: workers killed around the moment of storing (`ROUNDS`), 50 people
who write at once (`SECONDS`), the database away for a minute (PostgreSQL), and an import for which
memory is not enough. After each: all or nothing, every row with the state and the act of its
making, no lock left. Prints a table for docs/reliability.md. Takes about half an hour.
"""

import contextlib
import http.client
import json
import os
import random
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

from lxml import html

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from temporary_postgres import (  # noqa: E402
    call,
    clean_up_when_stopped,
    find_programs,
    temporary_postgres,
    unprivileged_user,
)
from writers import PEOPLE, Reader, Writer, ask, at_work, in_words  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "200"))
SECONDS = int(os.environ.get("SECONDS", "300"))
KIND = os.environ.get("KIND", "")  # sqlite or postgresql; both without
AWAY = int(os.environ.get("AWAY", "60"))
WRITERS = 50
PORT = 8953
IMPORT = "/admin/programs/region/import/"
ROWS = 6_000  # some 20 MB; without workers still stored within a request
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
    sessions: list[str] = field(default_factory=list)
    process: subprocess.Popen | None = None
    number: int = 0

    def manage(self, *words: str, given: str = "") -> str:
        command = [str(ROOT / ".venv/bin/python"), "manage.py", *words]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.env,
            input=given,
            text=True,
            stdout=subprocess.PIPE,
            check=True,
        )
        return done.stdout

    def fill(self) -> None:
        self.manage("migrate", "--verbosity", "0")
        self.manage("load_fixtures", "--verbosity", "0")
        self.sessions = self.manage(
            "shell", "--no-imports", given=PEOPLE.format(writers=WRITERS)
        ).split()

    @contextlib.contextmanager
    def running(self, **more: str) -> Iterator[None]:
        command = [str(ROOT / ".venv/bin/gunicorn"), "--config", "deploy/gunicorn.conf.py"]
        env = self.env | {"BIND": f"127.0.0.1:{PORT}", "WEB_WORKERS": "5"} | more
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
        try:
            self.wait()
            yield
        finally:
            self.process.terminate()
            self.process.wait(150)

    def wait(self) -> float:
        """Until the site answers; how long that took."""
        begun = time.monotonic()
        while time.monotonic() - begun < 120:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ask(PORT, "/readyz", "127.0.0.1", 5)[0] == 200:
                    return time.monotonic() - begun
            time.sleep(0.1)
        raise SystemExit(f"{self.name}: the site does not answer.")

    def workers(self) -> list[int]:
        assert self.process is not None
        place = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(word) for word in place.read_text().split()]

    def writers(self, number: int) -> list[Writer]:
        """So many people, with codes that no other experiment used."""
        self.number += 1
        people = enumerate(self.sessions[:number])
        return [Writer(PORT, at, session, f"9{self.number}") for at, session in people]

    def stored(self, prefix: str) -> dict:
        said = self.manage("shell", "--no-imports", given=STORED.format(prefix=prefix))
        return json.loads(said.partition("FOUND")[2])


def check(site: Site, writers: list[Writer]) -> str:
    """All or nothing, and nothing lost that was answered; stops with what is not so."""
    time.sleep(1)
    found = site.stored(writers[0].prefix)
    answered = {code for writer in writers for code, _ in writer.acknowledged}
    lost = answered - found["rows"].keys()
    twice = [code for code, many in found["rows"].items() if many > 1]
    halves = found["rows"] != found["states"] or found["rows"] != found["acts"]
    if lost or twice or halves or found["locks"]:
        raise SystemExit(f"{site.name}: lost {lost}, twice {twice}, halves {halves}, {found}")
    differences = site.manage("check_summaries")
    unanswered = len(found["rows"]) - len(answered)
    return (
        f"answered {len(answered)}, lost 0, twice 0, halves 0, locks 0;"
        f" stored though not answered {unanswered}; {differences.strip().splitlines()[-1]}"
    )


def tell(site: Site, what: str, words: str) -> None:
    print(f"| {site.name} | {what} | {words} |", flush=True)


def kills(site: Site) -> None:
    """Every worker is killed at a random moment around storing and answering."""
    chance, ends = random.Random(1), Counter()
    with site.running():
        (writer,) = site.writers(1)
        # As after each kill: by workers that have answered nothing yet.
        for _ in range(8):
            fallen(site)
            site.wait()
            writer.write()
        usual = statistics.median(writer.seconds)
        for _ in range(ROUNDS):
            form = None
            while form is None:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    form = writer.form()
            before = len(writer.acknowledged)
            thread = threading.Thread(target=send, args=(writer, form))
            thread.start()
            # From shortly before it is stored until the answer is on its way.
            time.sleep(usual * chance.uniform(0.5, 1.2))
            fallen(site)
            thread.join()
            ends["answered" if len(writer.acknowledged) > before else "not answered"] += 1
        words = check(site, [writer])
    tell(site, f"{ROUNDS} kills around storing (a save takes {usual:.2f} s)", f"{ends}; {words}")


def fallen(site: Site) -> None:
    """Kill every worker; their master starts others."""
    for worker in site.workers():
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


def send(writer: Writer, form: dict[str, str]) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        writer.send(form)


def crowd(site: Site) -> None:
    """Fifty people write for minutes."""
    with site.running():
        writers, reader = site.writers(WRITERS), Reader(PORT)
        with at_work(writers, reader):
            time.sleep(SECONDS)
        words = check(site, writers)
    seconds = sorted(one for writer in writers for one in writer.seconds)
    codes: Counter = sum((writer.codes for writer in writers), Counter())
    times = (
        f"median {statistics.median(seconds):.2f} s, p95 {seconds[int(len(seconds) * 0.95)]:.2f} s"
    )
    said = f"{times}; {words}; answers {in_words(codes)}; visitors {in_words(reader.seen)}"
    tell(site, f"{WRITERS} writers for {SECONDS} s", said)


def away(site: Site, folder: Path) -> None:
    """The server is gone for a minute, and comes back."""
    user, control = unprivileged_user(), (find_programs() / "pg_ctl", "-D", folder / "data", "-w")
    with site.running():
        writers, reader = site.writers(10), Reader(PORT)
        with at_work(writers, reader):
            time.sleep(5)
            options = (folder / "data" / "postmaster.opts").read_text().split(" ", 1)[1]
            call(user, folder, *control, "-m", "immediate", "stop")
            time.sleep(AWAY)
            options = options.replace('"', "").replace("-D " + str(folder / "data"), "").strip()
            call(user, folder, *control, "-l", folder / "log", "-o", options, "start")
            back = site.wait()
            time.sleep(10)
        words = check(site, writers)
    codes: Counter = sum((writer.codes for writer in writers), Counter())
    said = f"answers again after {back:.1f} s; {words}; answers {in_words(codes)}"
    tell(site, f"database gone for {AWAY} s", f"{said}; visitors {in_words(reader.seen)}")


def no_memory(site: Site) -> None:
    """An import is confirmed by a worker that gets no more memory."""
    with site.running(WEB_WORKERS="1"):
        (writer,) = site.writers(1)
        lines = [
            "区划代码,名称,级别",
            *(f"{writer.prefix}88{n:07},多{n},县级" for n in range(ROWS)),
        ]
        form = uploaded(writer, "\r\n".join(lines))
        # Another worker, which has not yet what the preview needed.
        (worker,) = site.workers()
        os.kill(worker, signal.SIGTERM)
        while site.workers() in ([], [worker]):
            time.sleep(0.1)
        site.wait()
        (worker,) = site.workers()
        status = Path(f"/proc/{worker}/status").read_text()
        used = next(int(line.split()[1]) for line in status.splitlines() if "VmData" in line)
        limits = resource.prlimit(worker, resource.RLIMIT_DATA)
        resource.prlimit(worker, resource.RLIMIT_DATA, (used * 1024, limits[1]))
        first = confirmed(writer, form)
        rows = len(site.stored(writer.prefix)["rows"])
        if rows:
            raise SystemExit(f"{site.name}: {rows} rows of an import answered {first}")
        for pid in site.workers():
            resource.prlimit(pid, resource.RLIMIT_DATA, limits)
        begun = time.monotonic()
        found = {"rows": {}, "states": {}}
        # A process that died is waited for: two minutes, then its import may be confirmed again.
        while not found["rows"] and time.monotonic() - begun < 240:
            second = confirmed(writer, form)
            found = site.stored(writer.prefix)
            time.sleep(5)
    stored = f"rows {len(found['rows'])}, states {len(found['states'])}"
    again = f"again, after {time.monotonic() - begun:.0f} s: answered {second}, {stored}"
    words = f"answered {first}, stored 0; {again}"
    tell(site, f"memory ends in an import of {ROWS} rows", words)


def uploaded(writer: Writer, text: str) -> dict[str, str]:
    """The preview's form for a file that was sent in."""
    page = html.fromstring(writer.ask("GET", IMPORT)[1])
    token = page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    parts = [
        f'Content-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}',
        'Content-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{text}",
    ]
    body = "".join(f"--border\r\n{part}\r\n" for part in parts) + "--border--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=border"}
    _, answer, _ = writer.ask("POST", IMPORT, body.encode(), **kind)
    page = html.fromstring(answer)
    forms = [one for one in page.forms if "token" in one.fields]
    return {key: value or "" for key, value in forms[0].form_values()}


def confirmed(writer: Writer, form: dict[str, str]) -> str:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        status, _, target = writer.ask("POST", IMPORT, urlencode(form), **kind)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    return f"{status} {target}".strip()


def tried(site: Site) -> None:
    site.fill()
    no_memory(site)
    kills(site)
    crowd(site)


def main() -> None:
    clean_up_when_stopped()
    print("| database | what | came of it |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        try_all(Path(name))


def try_all(folder: Path) -> None:
    common = os.environ | {
        **{"DEBUG": "0", "HTTPS": "0", "SECOND_FACTOR": "0", "WORKERS": "0"},
        "SECRET_KEY": "only-for-an-experiment-" * 3,
        "STATIC_ROOT": str(folder / "static"),
    }
    site = Site("SQLite", common | {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"})
    site.manage("collectstatic", "--noinput", "--verbosity", "0")
    if KIND != "postgresql":
        tried(site)
    if KIND == "sqlite":
        return
    with temporary_postgres() as url:
        site = Site("PostgreSQL", common | {"DATABASE_URL": url})
        tried(site)
        away(site, Path(unquote(urlsplit(url).netloc.partition("@")[2])))


if __name__ == "__main__":
    main()
