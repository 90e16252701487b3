"""Write aidtracker/tests/dumps anew: a database of each kind, filled by this program."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from temporary_postgres import PostgresUnavailableError, clean_up_when_stopped, temporary_postgres

ROOT = Path(__file__).resolve().parent.parent
MAKE = "from aidtracker.testing.dumps import make; make()"


def make(url: str) -> None:
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", MAKE]
    # Acts name the user of the machine.
    who = {"LOGNAME": "aidtracker"}
    subprocess.run(command, cwd=ROOT, env=os.environ | who | {"DATABASE_URL": url}, check=True)


def main() -> int:
    clean_up_when_stopped()
    try:
        with temporary_postgres() as url:
            make(url)
    except PostgresUnavailableError as reason:
        print(f"PostgreSQL: {reason}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        make(f"sqlite:///{folder}/dump.sqlite3")
    return 0


if __name__ == "__main__":
    sys.exit(main())
