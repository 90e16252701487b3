"""A whole cluster on loopback: built, tried, its primary killed, its standby killed, taken down.

Two nodes of PostgreSQL under Patroni, with etcd, HAProxy and PgBouncer before them; Redis; two
services of gunicorn for pages and one for files behind nginx. All of it from Debian's packages
(`packages.txt`), configured by the files beside this one and by `deploy/nginx`. Prints a table for
docs/reliability.md. Nothing outlives it. Takes about six minutes.
"""

import contextlib
import getpass
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "scripts" / "experiments")]

import stack  # noqa: E402
from temporary_postgres import (  # noqa: E402
    clean_up_when_stopped,
    find_programs,
    unprivileged_user,
)
from writers import PEOPLE, Reader, Writer, ask, at_work, in_words, longest_pause  # noqa: E402

WRITERS = int(os.environ.get("WRITERS", "20"))
# How long is written before something is killed, and how long afterwards at least.
BEFORE, AFTER = 15, 45
PATIENCE = 90
PORTS = {
    **{"etcd": 8961, "peers": 8962, "redis": 8963, "pool": 8964, "writing": 8965, "reading": 8966},
    **{"postgres_one": 8967, "postgres_two": 8968, "rest_one": 8969, "rest_two": 8970},
}
NODES = ("one", "two")
PAGES = ("/", "/headquarters/", "/observations/", "/projects/", "/findings/", "/search/?q=浙江")
FILE = "/observations/?download=csv"


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/bin")
    if found is None:
        packages = (HERE / "packages.txt").read_text().strip()
        raise SystemExit(f"{name} is not installed: apt-get install {packages}")
    return found


def listens(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), 1).close()


@dataclass
class Cluster:
    """What runs, by name, and where its files are."""

    folder: Path
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    running: dict[str, subprocess.Popen] = field(default_factory=dict)

    def start(
        self, name: str, command: list[str], ready: Callable[[], object], as_postgres: bool = False
    ) -> None:
        user = unprivileged_user() if as_postgres else None
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            command, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **identity
        )
        self.wait(name, ready)

    def wait(self, name: str, ready: Callable[[], object]) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                if ready() is not False:
                    return
            time.sleep(0.2)
        words = (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]
        raise SystemExit(f"{name} did not start:\n{words}")

    def stop(self) -> None:
        for name in reversed(self.running):
            process = self.running[name]
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
        for name in NODES:
            self.kill_postgres(name)

    def kill_postgres(self, name: str) -> None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            lines = (self.folder / f"data-{name}" / "postmaster.pid").read_text().splitlines()
            os.kill(int(lines[0]), signal.SIGKILL)

    def written(self, source: str, target: str, **more: object) -> Path:
        """A file of configuration, with its places filled in."""
        values = PORTS | {"folder": self.folder, "password": self.password} | more
        path = self.folder / target
        path.write_text((HERE / source).read_text().format(**values))
        path.chmod(0o644)
        return path

    def asked(self, node: str, path: str) -> tuple[int, dict]:
        """What Patroni says of a node."""
        connection = http.client.HTTPConnection("127.0.0.1", PORTS[f"rest_{node}"], timeout=2)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")

    def node(self, path: str) -> str:
        """Which node answers that it is so, of /primary and /sync; empty for none."""
        for name in NODES:
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                if self.asked(name, path)[0] == 200:
                    return name
        return ""

    def database(self, port: int, name: str = "aidtracker", role: str = "aidtracker") -> str:
        return f"postgresql://{role}:{self.password}@127.0.0.1:{port}/{name}"

    def start_node(self, name: str) -> None:
        path = self.written(
            "patroni.yaml",
            f"patroni-{name}.yaml",
            name=name,
            rest=PORTS[f"rest_{name}"],
            postgres=PORTS[f"postgres_{name}"],
            data=self.folder / f"data-{name}",
            programs=find_programs(),
        )
        command = [program("patroni"), str(path)]
        self.start(name, command, lambda: self.asked(name, "/health")[0] == 200, True)

    def kill_node(self, name: str) -> None:
        """As if the machine were gone: nothing of it says good-bye."""
        self.running[name].kill()
        self.kill_postgres(name)
        self.running.pop(name).wait()

    def start_database(self) -> None:
        etcd = f"http://127.0.0.1:{PORTS['etcd']}"
        peers = f"http://127.0.0.1:{PORTS['peers']}"
        command = [
            *(program("etcd"), "--name", "only", "--data-dir", str(self.folder / "etcd")),
            *("--listen-client-urls", etcd, "--advertise-client-urls", etcd),
            *("--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers),
            *("--initial-cluster", f"only={peers}", "--log-level", "error"),
        ]
        self.start("etcd", command, lambda: listens(PORTS["etcd"]), True)
        self.start_node("one")
        self.wait("one", lambda: self.node("/primary") == "one")
        self.start_node("two")
        self.wait("two", lambda: self.node("/sync") == "two")
        path = self.written("haproxy.cfg", "haproxy.cfg")
        command = [program("haproxy"), "-db", "-f", str(path)]
        # Until it has asked, HAProxy takes both nodes for the primary.
        self.start("haproxy", command, lambda: all(self.is_writable() for _ in range(4)))
        self.psql("postgres", self.written("roles.sql", "roles.sql"))
        users = self.folder / "users.txt"
        users.write_text(
            "".join(f'"{one}" "{self.password}"\n' for one in ("aidtracker", "aidtracker_visitor"))
        )
        path = self.written("pgbouncer.ini", "pgbouncer.ini")
        command = [program("pgbouncer"), str(path)]
        self.start("pgbouncer", command, lambda: listens(PORTS["pool"]), True)

    def is_writable(self) -> bool:
        """Whether what is sent to the door for writing arrives at the primary."""
        try:
            with psycopg.connect(self.database(PORTS["writing"], "postgres", "postgres")) as server:
                found = server.execute("SELECT pg_is_in_recovery()").fetchone()
        except psycopg.OperationalError:
            return False
        return found == (False,)

    def psql(self, database: str, path: Path) -> None:
        url = self.database(PORTS["writing"], database, "postgres")
        command = [program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-f", str(path), url]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def environment(self, database: str = "aidtracker") -> dict[str, str]:
        pool = PORTS["pool"]
        return os.environ | {
            "DATABASE_URL": self.database(pool, database),
            "STANDBY_URL": self.database(pool, "aidtracker_visitors", "aidtracker_visitor"),
            "DATABASE_POOLED": "1",
            "CACHE_URL": f"redis://127.0.0.1:{PORTS['redis']}/0",
            **{
                "DEBUG": "0",
                "HTTPS": "0",
                "SECOND_FACTOR": "0",
                "BEHIND_PROXY": "1",
                "WEB_WORKERS": "2",
            },
            "SECRET_KEY": "only-for-an-experiment-" * 3,
            "STATIC_ROOT": str(self.folder / "static"),
        }

    def manage(self, *words: str, given: str = "") -> str:
        """A command of the site: on a connection of its own, as all commands."""
        command = [str(ROOT / ".venv/bin/python"), "manage.py", *words]
        env = self.environment("aidtracker_alone")
        done = subprocess.run(
            command, cwd=ROOT, env=env, input=given, text=True, stdout=subprocess.PIPE, check=True
        )
        return done.stdout

    def start_site(self) -> list[str]:
        """Everything in front of the database; returns the sessions of those who write."""
        redis = [program("redis-server"), "--port", str(PORTS["redis"]), "--bind", "127.0.0.1"]
        redis += ["--save", "", "--appendonly", "no"]
        self.start("redis", redis, lambda: listens(PORTS["redis"]))
        self.manage("migrate", "--verbosity", "0")
        self.psql("aidtracker", self.written("visitors.sql", "visitors.sql"))
        self.manage("load_fixtures", "--verbosity", "0")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        sessions = self.manage("shell", "--no-imports", given=PEOPLE.format(writers=WRITERS))
        gunicorn = [str(ROOT / ".venv/bin/gunicorn"), "--chdir", str(ROOT)]
        gunicorn += ["--config", str(ROOT / "deploy/gunicorn.conf.py")]
        for name in ("web", "web-two", "files"):
            path = self.folder / f"{name}.sock"
            env = self.environment("aidtracker_alone" if name == "files" else "aidtracker")
            env |= {"BIND": f"unix:{path}"}
            with_settings = ["env", *(f"{key}={value}" for key, value in env.items()), *gunicorn]
            self.start(name, with_settings, lambda path=path: stack.opened(path))
        configuration = stack.write_configuration(self.folder)
        shared = self.folder / "http.conf"
        first = f"server unix:{self.folder}/web.sock fail_timeout=0;"
        second = first.replace("web.sock", "web-two.sock")
        shared.write_text(shared.read_text().replace(first, f"{first}\n    {second}"))
        nginx = [program("nginx"), "-p", str(self.folder), "-c", str(configuration)]
        self.start("nginx", nginx, lambda: listens(stack.PORT))
        return sessions.split()


def smoke_test(cluster: Cluster, sessions: list[str]) -> None:
    """What has to work before anything is broken; stops with what does not."""
    for path in PAGES:
        status, size = ask(stack.PORT, quote(path, safe="/?=&"), "127.0.0.1")
        expect(status == 200 and size > 2000, f"{path}: {status}, {size} bytes")
    status, size = ask(stack.PORT, FILE, "127.0.0.1")
    expect(status == 200 and size > 50_000, f"the file: {status}, {size} bytes")
    # What a person wrote is seen by that person and by visitors at once, whoever answers.
    writer = Writer(stack.PORT, 90, sessions[0])
    for _ in range(10):
        writer.write()
        expect(len(writer.acknowledged) == writer.at, f"not written: {writer.codes}")
        code = writer.acknowledged[-1][0]
        for cookie in (True, False):
            page = seen_by(writer, cookie)
            expect(f"新{code}" in page, f"新{code} is not seen, logged in: {cookie}")
    standby = read_rows(cluster, cluster.node("/sync"))
    expect(standby > 0, "the standby was not read")
    print(f"| smoke test: {len(PAGES)} pages, a file, ten records seen at once | passed |")


def seen_by(writer: Writer, is_logged_in: bool) -> str:
    path = f"/regions/?q=9990&sort=-code&at={writer.at}"
    if is_logged_in:
        return writer.ask("GET", path)[1].decode()
    connection = http.client.HTTPConnection("127.0.0.1", stack.PORT, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().read().decode()


def read_rows(cluster: Cluster, node: str) -> int:
    """How many queries a node has answered to the visitors' role, roughly: rows it gave."""
    url = cluster.database(PORTS[f"postgres_{node}"], role="postgres")
    with psycopg.connect(url) as server:
        found = server.execute(
            "SELECT tup_returned FROM pg_stat_database WHERE datname = 'aidtracker'"
        ).fetchone()
    return found[0] if found else 0


def expect(is_so: bool, words: str) -> None:
    if not is_so:
        raise SystemExit(f"Not as it should be: {words}")


def stored(cluster: Cluster, node: str) -> Counter:
    url = cluster.database(PORTS[f"postgres_{node}"], role="postgres")
    with psycopg.connect(url) as server:
        rows = server.execute("SELECT code FROM programs_region WHERE code LIKE '99__________'")
        return Counter(code for (code,) in rows)


def kill(cluster: Cluster, sessions: list[str], role: str, first: int) -> None:
    """Kill a node under writers and a reader, and count what became of what was answered."""
    numbers = range(first, first + len(sessions))
    writers = [
        Writer(stack.PORT, at, session) for at, session in zip(numbers, sessions, strict=True)
    ]
    reader = Reader(stack.PORT)
    with at_work(writers, reader):
        time.sleep(BEFORE)
        name = cluster.node(role)
        killed_at = time.monotonic()
        cluster.kill_node(name)
        other = next(one for one in NODES if one != name)
        cluster.wait(other, lambda: cluster.node("/primary") == other)
        took_over = time.monotonic() - killed_at
        time.sleep(AFTER)
    answered = [one for writer in writers for one in writer.acknowledged]
    there = Counter(
        {code: many for code, many in stored(cluster, other).items() if int(code[2:4]) in numbers}
    )
    lost = [code for code, _ in answered if code not in there]
    twice = [code for code, many in there.items() if many > 1]
    after = [at for _, at in answered if at > killed_at]
    codes: Counter = sum((writer.codes for writer in writers), Counter())
    pause = longest_pause([at for _, at in answered], killed_at)
    print(f"| killed: {role.strip('/')} ({name}) under {len(writers)} writers | |")
    if role == "/primary":
        print(f"| the other node is primary after | {took_over:.1f} s |")
    print(f"| longest time without an acknowledged record | {pause:.1f} s |")
    print(f"| acknowledged before / after | {len(answered) - len(after)} / {len(after)} |")
    print(f"| acknowledged and lost / stored twice | {len(lost)} / {len(twice)} |")
    print(f"| stored, and the answer lost | {len(there) - len(answered) + len(lost)} |")
    print(f"| answers to writers | {in_words(codes)} |")
    print(f"| answers to visitors | {in_words(reader.seen)} |", flush=True)
    expect(not lost and not twice and bool(after), f"lost {lost[:5]}, twice {twice[:5]}")
    begun = time.monotonic()
    cluster.start_node(name)
    cluster.wait(name, lambda: cluster.node("/sync") == name)
    print(f"| the killed node follows again after | {time.monotonic() - begun:.1f} s |")
    expect(stored(cluster, name) == stored(cluster, other), "the nodes differ")
    print("| records on both nodes | the same |", flush=True)


def main() -> None:
    clean_up_when_stopped()
    folder = Path(tempfile.mkdtemp(prefix="aidtracker-cluster-", dir="/tmp"))
    cluster = Cluster(folder)
    try:
        folder.chmod(0o755)
        if user := unprivileged_user():
            os.chown(folder, user.pw_uid, user.pw_gid)
        cluster.start_database()
        sessions = cluster.start_site()
        print(f"Built, as {getpass.getuser()}.\n\n| what | came of it |\n|---|---|", flush=True)
        smoke_test(cluster, sessions)
        kill(cluster, sessions, "/primary", 0)
        kill(cluster, sessions, "/sync", 30)
        kill(cluster, sessions, "/primary", 60)
    finally:
        cluster.stop()
        if os.environ.get("KEEP") != "1":
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
