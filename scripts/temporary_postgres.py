"""A throw-away PostgreSQL cluster from the machine's own programs.

It listens on a Unix socket only, belongs to an unprivileged user, and is gone at the end.
As a command it runs another one with DATABASE_URL set::

    python scripts/temporary_postgres.py make database
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from urllib.parse import quote

ROLE = "aidtracker"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# The data lives for minutes: nothing of it has to survive a crash.
# Nor does it pay to compile queries for tables of a thousand rows.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off"
# As docs/operations.md has a server set up for a site: for what is measured, not for tests.
FOR_A_SITE = "-c random_page_cost=1.1 -c work_mem=32MB -c shared_buffers=1GB"


class PostgresUnavailableError(Exception):
    """This machine cannot start a cluster; the message says why."""


def find_programs() -> Path:
    """Return the folder of the newest initdb: of PATH if there, else of Debian's versions."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).resolve().parent / "pg_ctl").exists():
        return Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    by_version = {
        float(path.parents[1].name): path.parent
        for path in installed
        if path.parents[1].name.replace(".", "", 1).isdigit()
    }
    if not by_version:
        raise PostgresUnavailableError("no initdb in PATH or /usr/lib/postgresql/*/bin")
    return by_version[max(by_version)]


def unprivileged_user() -> pwd.struct_passwd | None:
    """Return whom the server runs as: nobody special unless we are root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresUnavailableError(
        "running as root, and there is neither a user postgres nor nobody"
    )


def call(user: pwd.struct_passwd | None, folder: Path, *command: str | Path) -> None:
    """Run a command as that user, inside the folder; its output is shown only if it fails."""
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    # A file rather than a pipe: the server keeps its output open after pg_ctl has ended.
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **identity,
        )
        if result.returncode != 0:
            output.seek(0)
            words = output.read().decode(errors="replace").strip()
            raise PostgresUnavailableError(f"{Path(command[0]).name} failed: {words}")


@contextlib.contextmanager
def temporary_postgres(settings: str = "") -> Iterator[str]:
    """Yield the DATABASE_URL of a running cluster; raises PostgresUnavailableError."""
    programs, user = find_programs(), unprivileged_user()
    # In /tmp, because the path of a socket may not exceed some hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="aidtracker-postgres-", dir="/tmp"))
    control = (programs / "pg_ctl", "-D", folder / "data", "-w")
    try:
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        create = (programs / "initdb", "-D", folder / "data", "-U", ROLE, "--auth=trust")
        call(user, folder, *create, "--encoding=UTF8", "--no-locale", "--no-sync")
        place = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        options = " ".join((place, FAST, settings))
        call(user, folder, *control, "-l", folder / "log", "-o", options, "start")
        yield f"postgresql://{ROLE}@{quote(str(folder), safe='')}/postgres"
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            call(user, folder, *control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def leave(number: int, frame: FrameType | None) -> None:
    """Turn a signal into an exception; another one must not interrupt the cleaning up."""
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    sys.exit(128 + number)


def clean_up_when_stopped() -> None:
    """Stop the cluster also when this process is interrupted or told to end."""
    for name in SIGNALS:
        signal.signal(name, leave)


def main(command: list[str]) -> int:
    clean_up_when_stopped()
    try:
        with temporary_postgres() as url:
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode
    except PostgresUnavailableError as reason:
        print(f"PostgreSQL: {reason}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
