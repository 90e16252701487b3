"""A database brought back to the moment before a mistake, by the scripts of `deploy/postgresql`.

A server that archives is filled with the record; a base backup is made; records are added one
after the other; then all places are deleted. It is restored to the moment before, beside the one
that runs, and to the latest. Prints lines for docs/reliability.md. Takes about two minutes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from temporary_postgres import (  # noqa: E402
    ROLE,
    call,
    clean_up_when_stopped,
    find_programs,
    unprivileged_user,
)

GIVEN = ROOT / "deploy" / "postgresql"


class Server:
    """A cluster of PostgreSQL in a folder of ours, on a socket there."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.data = folder, folder / name
        self.programs, self.user = find_programs(), unprivileged_user()

    def create(self, archive: Path) -> None:
        command = (self.programs / "initdb", "-D", self.data, "-U", ROLE, "--auth=trust")
        self.call(*command, "--encoding=UTF8", "--no-locale")
        settings = (GIVEN / "archiving.conf").read_text().replace("{archive}", str(archive))
        with (self.data / "postgresql.conf").open("a") as target:
            target.write(settings)

    def call(self, *command: str | Path) -> None:
        call(self.user, self.folder, *command)

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        log = self.folder / f"{self.data.name}.log"
        self.call(
            self.programs / "pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options, "start"
        )

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.call(self.programs / "pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@{quote(str(self.folder), safe='')}/postgres"

    def asked(self, sql: str) -> int:
        with psycopg.connect(self.url) as connection:
            found = connection.execute(sql).fetchone()
            return found[0] if found else 0


def given(server: Server, script: str, *words: str | Path) -> None:
    """A script of the folder, by the server's user, with its programs in the path."""
    path = f"{server.programs}:{os.environ['PATH']}"
    where = (f"PATH={path}", f"PGHOST={server.folder}", f"PGUSER={ROLE}")
    server.call("env", *where, GIVEN / script, *words)


def timed(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def manage(server: Server, *words: str) -> None:
    env = os.environ | {"DATABASE_URL": server.url}
    command = [str(ROOT / ".venv/bin/python"), "manage.py", *words]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def try_in(folder: Path) -> None:
    archive, bases = folder / "archive", folder / "bases"
    server, user = Server(folder, "data"), unprivileged_user()
    for place in (archive, bases):
        place.mkdir()
    if user:
        for place in (folder, archive, bases):
            os.chown(place, user.pw_uid, user.pw_gid)
    server.create(archive)
    server.start()
    restored = Server(folder, "restored")
    try:
        manage(server, "migrate", "--verbosity", "0")
        manage(server, "load_fixtures", "--verbosity", "0")
        seconds = timed(lambda: given(server, "base-backup", bases, archive))
        print(f"| base backup | {seconds:.1f} s |", flush=True)
        moment, last = mistake(server, archive)
        rows = server.asked("SELECT count(*) FROM programs_region")
        print(f"| places after the mistake | {rows} |", flush=True)
        while not last.exists():
            time.sleep(0.1)
        server.stop()  # only so that its socket is free: it may run on another
        (base,) = bases.glob("base-*Z")
        bring_back(restored, base, archive, moment, (200, True))
        bring_back(restored, base, archive, "latest", (201, False))
    finally:
        server.stop()
        restored.stop()


def mistake(server: Server, archive: Path) -> tuple[str, Path]:
    """Records, then a mistake: the moment between both, and the last file that is archived."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number int PRIMARY KEY, at timestamptz)")
        for number in range(200):
            connection.execute("INSERT INTO kept VALUES (%s, clock_timestamp())", [number])
        time.sleep(0.1)
        (moment,) = connection.execute("SELECT clock_timestamp()").fetchone() or ()
        time.sleep(0.1)
        connection.execute("TRUNCATE programs_region CASCADE")
        connection.execute("INSERT INTO kept VALUES (1000, clock_timestamp())")
        (last,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ()
    return moment.isoformat(), archive / last


def bring_back(
    restored: Server, base: Path, archive: Path, moment: str, expected: tuple[int, bool]
) -> None:
    """Restore to a moment, and compare: how many records, and whether there are places."""

    def restore() -> None:
        given(restored, "restore-to", base, archive, restored.data, moment)
        restored.start()
        # It may be read before it has come to the end.
        while restored.asked("SELECT pg_is_in_recovery()::int"):
            time.sleep(0.1)

    seconds = timed(restore)
    places = restored.asked("SELECT count(*) FROM programs_region")
    kept = restored.asked("SELECT count(*) FROM kept")
    words = "latest" if moment == "latest" else "before the mistake"
    print(f"| {words}: places, records, time | {places}, {kept}, {seconds:.1f} s |", flush=True)
    restored.stop()
    shutil.rmtree(restored.data)
    if (kept, places > 0) != expected:
        raise SystemExit("Not what was there at that moment.")


def main() -> None:
    clean_up_when_stopped()
    with tempfile.TemporaryDirectory(prefix="aidtracker-archive-", dir="/tmp") as name:
        print("| what | came of it |\n|---|---|")
        try_in(Path(name))


if __name__ == "__main__":
    main()
