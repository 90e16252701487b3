"""Measure the site on synthetic countries of growing size: `make benchmark SIZE=100k`.

On PostgreSQL up to the size asked for, on SQLite as far as that is meant to go; each database is
made anew and gone at the end. What is measured is written to benchmarks/RESULTS.md. With
ONLY=words only rows with them in their name or group are measured, and nothing is written.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from temporary_postgres import (
    FOR_A_SITE,
    PostgresUnavailableError,
    clean_up_when_stopped,
    temporary_postgres,
)

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
MOST_ON_SQLITE = 100_000
# As the site runs in production, but for its network; DEBUG would keep every query in memory.
SETTINGS = {"DEBUG": "0", "HTTPS": "0", "BENCHMARKS": "1", "SECRET_KEY": secrets.token_urlsafe(64)}


def manage(environment: dict[str, str], *words: str) -> None:
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, cwd=ROOT, env=os.environ | SETTINGS | environment, check=True)


def measure(url: str, size: str, folder: str, only: str) -> None:
    """Make a country in an empty database, and measure on it."""
    environment = {
        "DATABASE_URL": url,
        "STATIC_ROOT": f"{folder}/static",
        "OPEN_DATA_DIR": f"{folder}/opendata",
    }
    manage(environment, "collectstatic", "--noinput", "--verbosity=0")
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "make_country", f"--observations={SIZES[size]}", "--seed=1")
    manage(environment, "benchmark", *(["--only", only] if only else ["--write", size]))


def main(asked: str, only: str) -> int:
    clean_up_when_stopped()
    if asked.lower() not in SIZES:
        print(f"SIZE is one of {', '.join(SIZES)}.", file=sys.stderr)
        return 1
    sizes = [size for size, many in SIZES.items() if many <= SIZES[asked.lower()]]
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            if SIZES[size] <= MOST_ON_SQLITE:
                print(f"== SQLite, {size}", flush=True)
                measure(f"sqlite:///{folder}/country.sqlite3", size, folder, only)
            try:
                with temporary_postgres(FOR_A_SITE) as url:
                    print(f"== PostgreSQL, {size}", flush=True)
                    measure(url, size, folder, only)
            except PostgresUnavailableError as reason:
                print(f"PostgreSQL is left out: {reason}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ.get("SIZE") or "10k", os.environ.get("ONLY") or ""))
