"""How much others notice of idle connections and of many downloads: with `deploy/`, and without.

Starts PostgreSQL, two services of gunicorn and nginx on loopback, as `deploy/` says, fills the
record with synthetic figures, and lets a few visitors turn pages while others do their worst.
Writes a table for docs/reliability.md. Needs nginx; takes about four minutes.
"""

import contextlib
import getpass
import http.client
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from temporary_postgres import clean_up_when_stopped, temporary_postgres  # noqa: E402
from writers import ask  # noqa: E402

OBSERVATIONS = os.environ.get("OBSERVATIONS", "20000")
SECONDS = 12
VISITORS = 4
# How long an experiment waits for a thread that loads.
PATIENCE = 60
PORT, BARE_PORT = 8951, 8952
# Lists, searches and details, none of them twice: nothing comes out of what is kept.
PAGES = (
    "/observations/?page={}",
    "/series/?page={}",
    "/projects/?page={}",
    "/observations/?year={}",
)
FILE = "/observations/?download=csv"
SERVER = """
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
worker_processes auto;
events {{ worker_connections 4096; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    include {folder}/http.conf;
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        server_name localhost;
        include {folder}/site.conf;
    }}
}}
"""


@dataclass(frozen=True)
class Seen:
    """What visitors saw: seconds for each page that came, and how many did not."""

    seconds: list[float]
    lost: int

    @property
    def median(self) -> float:
        return statistics.median(self.seconds) if self.seconds else float("inf")

    @property
    def worst(self) -> float:
        ordered = sorted(self.seconds)
        return ordered[int(len(ordered) * 0.95)] if ordered else float("inf")


def visit(port: int, number: int, until: float, start: int) -> Seen:
    seconds, lost, turn = [], 0, start
    while time.monotonic() < until:
        path = PAGES[turn % len(PAGES)].format(1 + number * 500 + turn)
        turn += 1
        begun = time.monotonic()
        came = False
        with contextlib.suppress(OSError, http.client.HTTPException):
            came = ask(port, path, f"127.0.2.{number + 1}")[0] in (200, 404)
        if came:
            seconds.append(time.monotonic() - begun)
        else:
            lost += 1
        time.sleep(0.1)
    return Seen(seconds, lost)


def visitors(port: int, start: int) -> Seen:
    until, found = time.monotonic() + SECONDS, []
    threads = [
        threading.Thread(target=lambda n=n: found.append(visit(port, n, until, start)))
        for n in range(VISITORS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Seen([s for seen in found for s in seen.seconds], sum(seen.lost for seen in found))


@contextlib.contextmanager
def idle(port: int, number: int) -> Iterator[str]:
    """Connections that begin a request and say no more."""
    open_ones = []
    for at in range(number):
        one = socket.create_connection(("127.0.0.1", port), 5, (f"127.0.3.{at // 10 + 1}", 0))
        one.sendall(b"GET / HTTP/1.1\r\nHost: local")
        open_ones.append(one)
    time.sleep(0.5)
    try:
        yield f"{number} 个只开头不说完的连接"
    finally:
        for one in open_ones:
            one.close()


@contextlib.contextmanager
def downloads(port: int, number: int, addresses: int) -> Iterator[str]:
    """So many downloads at a time, again and again, from so many addresses."""
    ended, codes = threading.Event(), []

    def load(at: int) -> None:
        while not ended.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                codes.append(ask(port, FILE, f"127.0.4.{at % addresses + 1}")[0])
            time.sleep(0.2)

    threads = [threading.Thread(target=load, args=(at,), daemon=True) for at in range(number)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    try:
        yield f"{number} 个同时的下载，来自 {addresses} 个地址"
    finally:
        ended.set()
        for thread in threads:
            thread.join(PATIENCE)
        print(f"   {codes.count(200)} files came, {codes.count(429)} were refused", flush=True)


@contextlib.contextmanager
def running(command: list[str], env: dict[str, str], ready: Callable[[], object]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                ready()
                break
            time.sleep(0.2)
        else:
            raise SystemExit(f"Did not start: {' '.join(command)}")
        yield
    finally:
        process.terminate()
        process.wait(150)


def opened(path: Path) -> None:
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as one:
        one.connect(str(path))


def write_configuration(folder: Path) -> Path:
    """The files of deploy/, with this folder in place of the server's own."""
    places = {
        "/run/aidtracker": f"{folder}",
        "/srv/aidtracker/static": f"{folder}/static",
        "/srv/aidtracker/deploy/nginx": f"{folder}",
        "/srv/aidtracker/deploy": f"{ROOT}/deploy",
        "/var/log/nginx": f"{folder}",
    }
    for name in ("http.conf", "site.conf", "proxy.conf"):
        text = (ROOT / "deploy" / "nginx" / name).read_text()
        for place, here in places.items():
            text = text.replace(place, here)
        (folder / name).write_text(text)
    target = folder / "nginx.conf"
    target.write_text(SERVER.format(folder=folder, port=PORT, user=getpass.getuser()))
    return target


def measure(port: int, cases: list[Callable[[], contextlib.AbstractContextManager[str]]]) -> None:
    for start in (0, 50):  # whatever each worker reads for the first time
        visitors(port, start)
    alone = visitors(port, 100)
    print(line("没有别人", alone, alone), flush=True)
    for at, case in enumerate(cases):
        with case() as words:
            seen = visitors(port, 200 + 100 * at)
        print(line(words, seen, alone), flush=True)


def line(words: str, seen: Seen, alone: Seen) -> str:
    ratio = seen.median / alone.median if seen.seconds else float("inf")
    times = f"{seen.median * 1000:.0f} | {seen.worst * 1000:.0f} | {ratio:.2f}"
    return f"| {words} | {len(seen.seconds)} | {seen.lost} | {times} |"


def main() -> None:
    clean_up_when_stopped()
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        raise SystemExit("nginx is not installed.")
    python, gunicorn = ROOT / ".venv/bin/python", ROOT / ".venv/bin/gunicorn"
    with tempfile.TemporaryDirectory() as name, temporary_postgres() as url:
        folder = Path(name)
        folder.chmod(0o755)
        env = os.environ | {
            **{"DATABASE_URL": url, "DEBUG": "0", "SECRET_KEY": "only-for-an-experiment-" * 3},
            **{"HTTPS": "0", "BENCHMARKS": "1", "STATIC_ROOT": str(folder / "static")},
        }
        for command in (
            ["migrate", "--verbosity", "0"],
            ["make_country", "--observations", OBSERVATIONS, "--seed", "1"],
            ["collectstatic", "--noinput", "--verbosity", "0"],
        ):
            subprocess.run(
                [python, "manage.py", *command],
                cwd=ROOT,
                env=env,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        behind = env | {"BEHIND_PROXY": "1"}
        web, files = folder / "web.sock", folder / "files.sock"
        given = [str(gunicorn), "--config", "deploy/gunicorn.conf.py"]
        at_web = behind | {"BIND": f"unix:{web}"}
        at_files = behind | {"BIND": f"unix:{files}", "WEB_WORKERS": "2", "WEB_TIMEOUT": "600"}
        proxy = [nginx, "-p", name, "-c", str(write_configuration(folder))]
        print("| 同时有 | 页 | 没有等到 | 中位数 ms | 95 % ms | 倍数 |\n|---|---|---|---|---|---|")
        with (
            running(given, at_web, lambda: opened(web)),
            running(["nice", *given], at_files, lambda: opened(files)),
            running(proxy, behind, lambda: ask(PORT, "/robots.txt", "127.0.0.1")),
        ):
            cases = [
                lambda: idle(PORT, 200),
                lambda: downloads(PORT, 50, 50),
                lambda: downloads(PORT, 50, 1),
            ]
            measure(PORT, cases)
        bare = [
            str(gunicorn),
            "aidtracker.wsgi",
            "--workers",
            "5",
            "--bind",
            f"127.0.0.1:{BARE_PORT}",
        ]
        with running(bare, env, lambda: ask(BARE_PORT, "/robots.txt", "127.0.0.1")):
            print("| **gunicorn 自己，没有 nginx** | | | | | |", flush=True)
            measure(BARE_PORT, [lambda: downloads(BARE_PORT, 20, 20), lambda: idle(BARE_PORT, 10)])


if __name__ == "__main__":
    main()
