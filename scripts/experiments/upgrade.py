"""A site is upgraded from the first program with the frozen schema: what do people at work see?

On SQLite and on PostgreSQL each: a database of the earlier program (`EARLIER`, a commit) with the
fixtures; it serves people who write and visitors who read, while this program migrates; then both
serve the same database, as two machines of which one is behind; then the earlier one alone, as
after an upgrade that is taken back. No answer is 500, nothing that was answered is lost, every row
has its state and act. Prints a table for docs/reliability.md. Takes about five minutes.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from sites import Site, check, settings_in  # noqa: E402
from temporary_postgres import clean_up_when_stopped, temporary_postgres  # noqa: E402
from writers import Reader, Writer, at_work, in_words  # noqa: E402

EARLIER = os.environ.get("EARLIER", "ca79691b")
SECONDS = int(os.environ.get("SECONDS", "20"))
WRITERS = 6
OLD_PORT, NEW_PORT = 8954, 8955


@contextlib.contextmanager
def phase(site: Site, what: str, *groups: tuple[list[Writer], Reader]) -> Iterator[None]:
    """What people who write, and visitors, are answered meanwhile; stops at an answer of 500."""
    for _, reader in groups:
        reader.seen.clear()
    for writer in (one for writers, _ in groups for one in writers):
        writer.codes.clear()
    begun = time.monotonic()
    yield
    seconds = time.monotonic() - begun
    wrote: Counter = sum((one.codes for writers, _ in groups for one in writers), Counter())
    read: Counter = sum((reader.seen for _, reader in groups), Counter())
    said = f"{seconds:.0f} s; people {in_words(wrote)}; visitors {in_words(read)}"
    print(f"| {site.name} | {what} | {said} |", flush=True)
    if any("500" in str(code) for code in (*wrote, *read)):
        raise SystemExit(f"{site.name}, {what}: an answer was 500")


def earlier_tree(folder: Path) -> Path:
    """The earlier program as a folder."""
    tree = folder / "earlier"
    tree.mkdir()
    archive = subprocess.run(
        ["git", "archive", EARLIER], cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    return tree


def upgraded(old: Site, new: Site) -> None:
    """One database through all that an upgrade goes through."""
    old.fill(WRITERS)
    new.sessions = old.sessions
    with old.running():
        earlier = old.writers(WRITERS), Reader(old.port)
        with at_work(*earlier):
            with phase(old, f"the earlier program ({EARLIER}) alone", earlier):
                time.sleep(SECONDS)
            with phase(old, "while this program migrates", earlier):
                new.manage("migrate", "--verbosity", "0")
            with phase(old, "the earlier program on the migrated database", earlier):
                time.sleep(SECONDS)
            together(old, new, earlier)
            with phase(old, "the earlier program alone again", earlier):
                time.sleep(SECONDS)
        print(f"| {old.name} | stored | {check(old, earlier[0])} |", flush=True)


def together(old: Site, new: Site, earlier: tuple[list[Writer], Reader]) -> None:
    """Both programs at once, each with people of its own whose sessions both know."""
    new.number = old.number
    with new.running():
        later = new.writers(WRITERS), Reader(new.port)
        with at_work(*later), phase(old, "both programs at once", earlier, later):
            time.sleep(SECONDS)
    print(f"| {old.name} | stored by this program | {check(new, later[0])} |", flush=True)


def main() -> None:
    clean_up_when_stopped()
    print("| database | when | what they were answered |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tree = earlier_tree(folder)
        try_on(folder, tree, "SQLite", f"sqlite:///{folder}/db.sqlite3")
        with temporary_postgres() as url:
            try_on(folder, tree, "PostgreSQL", url)


def try_on(folder: Path, tree: Path, name: str, url: str) -> None:
    environments = [
        settings_in(folder) | {"DATABASE_URL": url, "STATIC_ROOT": str(folder / f"static-{which}")}
        for which in ("old", "new")
    ]
    old = Site(name, environments[0], OLD_PORT, tree, ready="/")
    new = Site(name, environments[1], NEW_PORT)
    for site in (old, new):
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
    upgraded(old, new)


if __name__ == "__main__":
    main()
