"""Run the tests on SQLite and, at the same time, on PostgreSQL where a server can be had.

Arguments go to pytest. What PostgreSQL's run says is shown once SQLite's is over.
With REQUIRE_POSTGRES=1 a run without PostgreSQL fails.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from temporary_postgres import PostgresUnavailableError, clean_up_when_stopped, temporary_postgres

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_SCHEMES = ("postgres://", "postgresql://")
# What a browser does, and what asks no database anything of its own, is tested once, on SQLite.
# On PostgreSQL it is the day that comes every fourth year: what holds today only fails there.
ON_BOTH = ["-m", "not browser", "--database-only", "--today", "2028-02-29T00:10"]
# As many processes as processors for each database: the one that ends first leaves them all to
# the other. A process starts with neighbouring tests and helps the others when it is through.
PARALLEL = ["--numprocesses", str(os.cpu_count() or 1), "--dist", "worksteal"]


@dataclass(frozen=True)
class Run:
    """One run of pytest on one database: its exit code, and how many tests it counted."""

    database: str
    code: int
    total: int
    failed: int
    skipped: int

    @property
    def passed(self) -> int:
        return self.total - self.failed - self.skipped

    def __str__(self) -> str:
        words = f"{self.database}: {self.passed} passed, {self.failed} failed"
        words += f", {self.skipped} skipped" if self.skipped else ""
        return words + (f", pytest ended with code {self.code}" if self.code else "")


def run_pytest(
    database: str, url: str, arguments: list[str], output: IO[bytes] | None = None
) -> Run:
    """Run pytest with that DATABASE_URL, and count what it reports; empty means SQLite.

    Without `output` its words go to the console.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        code = subprocess.run(
            [sys.executable, "-m", "pytest", f"--junitxml={report}", *PARALLEL, *arguments],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": url},
            stdout=output,
            stderr=output,
        ).returncode
        suite = ElementTree.parse(report).getroot()[0].attrib if report.exists() else {}
    total, failed, errors, skipped = (
        int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")
    )
    return Run(database, code, total, failed + errors, skipped)


@contextlib.contextmanager
def postgres() -> Iterator[tuple[str, str]]:
    """Yield name and URL of the PostgreSQL to test on; raises PostgresUnavailableError."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith(POSTGRES_SCHEMES):
        yield "PostgreSQL (DATABASE_URL)", url
        return
    with temporary_postgres() as url:
        yield "PostgreSQL (throw-away cluster)", url


def report(runs: list[Run], left_out: str) -> int:
    """Print which databases were used, and return the exit code of all runs together."""
    print("\nDatabases used:")
    for run in runs:
        print(f"  {run}")
    if left_out:
        print(f"  PostgreSQL was left out: {left_out}")
    missing = bool(left_out) and os.environ.get("REQUIRE_POSTGRES", "0") not in {"", "0"}
    if missing:
        print("  REQUIRE_POSTGRES is set, so this run has failed.")
    # A run that broke off before any test (a bad import, say) counts as one failure.
    failed = sum(max(run.failed, int(run.code != 0)) for run in runs)
    print(f"{sum(run.passed for run in runs)} passed, {failed} failed")
    return 1 if missing else next((run.code for run in runs if run.code), 0)


def main(arguments: list[str]) -> int:
    clean_up_when_stopped()
    runs, left_out = [], ""
    with tempfile.TemporaryFile() as output, ThreadPoolExecutor(1) as pool:
        print("== SQLite", flush=True)
        first = pool.submit(run_pytest, "SQLite", "", arguments)
        try:
            with postgres() as (name, url):
                runs.append(run_pytest(name, url, [*arguments, *ON_BOTH], output))
        except PostgresUnavailableError as reason:
            left_out = str(reason)
        runs.insert(0, first.result())
        output.seek(0)
        print(f"== PostgreSQL\n{output.read().decode()}", flush=True)
    return report(runs, left_out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
