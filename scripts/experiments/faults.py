"""Processes killed, a database gone, no memory: what became of what was saved?

On SQLite and on PostgreSQL each: workers killed around the moment of storing (`ROUNDS`), 50 people
who write at once (`SECONDS`), the database away for a minute (PostgreSQL), and an import for which
memory is not enough. After each: all or nothing, every row with the state and the act of its
making, no lock left. Prints a table for docs/reliability.md. Takes about half an hour.
"""

import contextlib
import http.client
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
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

from lxml import html

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from sites import Site, check, settings_in  # noqa: E402
from temporary_postgres import (  # noqa: E402
    call,
    clean_up_when_stopped,
    find_programs,
    temporary_postgres,
    unprivileged_user,
)
from writers import Reader, Writer, at_work, in_words  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "200"))
SECONDS = int(os.environ.get("SECONDS", "300"))
KIND = os.environ.get("KIND", "")  # sqlite or postgresql; both without
AWAY = int(os.environ.get("AWAY", "60"))
WRITERS = 50
# Seconds by which the clock is wrong, one after the other; a session ends after 1,800 without use.
JUMPS, JUMP_SECONDS = (600, -600, -3600, 900, 0), 20
WHICH = os.environ.get("WHICH", "")  # the name of one of the functions below; all without
PORT = int(os.environ.get("PORT", "8953"))
IMPORT = "/admin/programs/region/import/"
ROWS = 6_000  # some 20 MB; without workers still stored within a request

# What the time is, with so many seconds added as stand in a file; what measures how long something
# takes is left alone, as on a machine whose clock is set. libfaketime breaks Python's sleep.
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static int64_t zero, *offset = &zero;
__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("CLOCK_OFFSET"), O_RDONLY);
    void *seen = mmap(0, sizeof zero, PROT_READ, MAP_SHARED, file, 0);
    if (seen != MAP_FAILED) offset = seen;
}
int clock_gettime(clockid_t clock, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, at);
    if (!failed && clock == CLOCK_REALTIME) at->tv_sec += *offset;
    return failed;
}
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return failed;
}
time_t time(time_t *kept) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (kept) *kept = now.tv_sec;
    return now.tv_sec;
}
"""


def tell(site: Site, what: str, words: str) -> None:
    print(f"| {site.name} | {what} | {words} |", flush=True)


def kills(site: Site) -> None:
    """Every worker is killed at a random moment around storing and answering."""
    chance, ends = random.Random(1), Counter()
    with site.running():
        (writer,) = site.writers(1)
        # As after each kill: by workers that have answered nothing yet.
        for _ in range(8):
            site.kill_workers()
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
            site.kill_workers()
            thread.join()
            ends["answered" if len(writer.acknowledged) > before else "not answered"] += 1
        words = check(site, [writer])
    tell(site, f"{ROUNDS} kills around storing (a save takes {usual:.2f} s)", f"{ends}; {words}")


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


def clock(site: Site, folder: Path, *, has_server: bool = False) -> None:
    """The machine's clock jumps ahead and back while people write; nobody is logged out by it.

    Only what the time is jumps: what measures how long something takes goes on, as on a machine.
    A server of the database, whose folder it then is, looks at the same clock.
    """
    offset, library = folder / "offset", folder / "clock.so"
    offset.write_bytes((0).to_bytes(8, "little"))
    (folder / "clock.c").write_text(CLOCK)
    compiled = ["cc", "-shared", "-fPIC", "-o", str(library), str(folder / "clock.c"), "-ldl"]
    subprocess.run(compiled, check=True)
    faked = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(offset)}
    if has_server:
        for file in (offset, library):
            file.chmod(0o644)
        words = ["env", *(f"{name}={value}" for name, value in faked.items())]
        control = (find_programs() / "pg_ctl", "-D", folder / "data", "-w")
        call(unprivileged_user(), folder, *words, *control, "-l", folder / "log", "restart")
    with site.running(**faked):
        writers, reader = site.writers(10), Reader(PORT)
        with at_work(writers, reader):
            for jump in JUMPS:
                time.sleep(JUMP_SECONDS)
                with offset.open("r+b") as file:  # the same file, which the processes look into
                    file.write(jump.to_bytes(8, "little", signed=True))
            time.sleep(JUMP_SECONDS)
        words = check(site, writers)
    codes: Counter = sum((writer.codes for writer in writers), Counter())
    said = f"{words}; answers {in_words(codes)}; visitors {in_words(reader.seen)}"
    tell(site, f"the clock jumps to {', '.join(f'{one:+}' for one in JUMPS)} s", said)


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


def tried(site: Site, folder: Path) -> None:
    site.fill(WRITERS)
    if chosen(no_memory):
        no_memory(site)
    if chosen(kills):
        kills(site)
    if chosen(crowd):
        crowd(site)
    if chosen(clock) and site.name == "SQLite":
        clock(site, folder)


def chosen(experiment: Callable) -> bool:
    return WHICH in ("", experiment.__name__)


def main() -> None:
    clean_up_when_stopped()
    print("| database | what | came of it |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        try_all(Path(name))


def try_all(folder: Path) -> None:
    common = settings_in(folder)
    site = Site("SQLite", common | {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}, PORT)
    site.manage("collectstatic", "--noinput", "--verbosity", "0")
    if KIND != "postgresql":
        tried(site, folder)
    if KIND == "sqlite":
        return
    with temporary_postgres() as url:
        site = Site("PostgreSQL", common | {"DATABASE_URL": url}, PORT)
        tried(site, folder)
        cluster = Path(unquote(urlsplit(url).netloc.partition("@")[2]))
        if chosen(away):
            away(site, cluster)
        if chosen(clock):
            clock(site, cluster, has_server=True)


if __name__ == "__main__":
    main()
