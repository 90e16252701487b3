"""A site is upgraded from earlier programs with the frozen schema: what do people at work see?

From each commit of `EARLIER`, on SQLite and on PostgreSQL each: a database of the earlier program
with the fixtures; it serves people who write and visitors who read, while this program migrates;
then both serve the same database, as two machines of which one is behind; then the earlier one
alone, as after an upgrade that is taken back. No answer is 500, nothing that was answered is lost,
every row has its state and act. Before and after, every row of every table is compared, and both
programs are asked for every kind of page and save a row of each model on the migrated database.
Prints a table for docs/reliability.md. Takes some four minutes for each commit.
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

from asked import HISTORIES, PAGES, ROWS, ask, columns_of, lost  # noqa: E402
from sites import Site, check, settings_in  # noqa: E402
from temporary_postgres import clean_up_when_stopped, temporary_postgres  # noqa: E402
from writers import Reader, Writer, at_work, in_words  # noqa: E402

# The program with which the schema was frozen, and some of the time since: commits.
EARLIER = os.environ.get("EARLIER", "ca79691b dcba0997 1417e628 b0a7f2a0 e38fafeb").split()
KIND = os.environ.get("KIND", "")  # sqlite or postgresql; both without
SECONDS = int(os.environ.get("SECONDS", "20"))
EACH = int(os.environ.get("EACH", "3"))  # pages of each kind
WRITERS = int(os.environ.get("WRITERS", "6"))  # nobody at all: only what is stored is looked at
# What a program counts or notes of itself, and who is logged in.
APART = {"django_session", "aidtracker_editionstep", "aidtracker_tally", "aidtracker_staffsession"}
PORT = int(os.environ.get("PORT", "8954"))  # and the next one, of this program


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


def earlier_tree(folder: Path, commit: str) -> Path:
    """An earlier program as a folder."""
    tree = folder / commit
    tree.mkdir()
    archive = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    return tree


def upgraded(old: Site, new: Site) -> None:
    """One database through all that an upgrade goes through."""
    old.fill(WRITERS or 1)
    new.sessions = old.sessions
    before = ask(old, ROWS, known={})
    if WRITERS:
        under_work(old, new)
    else:
        new.manage("migrate", "--verbosity", "0")
    look_through(old, new, before)


def under_work(old: Site, new: Site) -> None:
    """Migrated while people write and read, and served by both programs."""
    with old.running():
        earlier = old.writers(WRITERS), Reader(old.port)
        with at_work(*earlier):
            with phase(old, "the earlier program alone", earlier):
                time.sleep(SECONDS)
            with phase(old, "while this program migrates", earlier):
                new.manage("migrate", "--verbosity", "0")
            with phase(old, "the earlier program on the migrated database", earlier):
                time.sleep(SECONDS)
            together(old, new, earlier)
            with phase(old, "the earlier program alone again", earlier):
                time.sleep(SECONDS)
        print(f"| {old.name} | stored | {check(old, earlier[0])} |", flush=True)


def look_through(old: Site, new: Site, before: dict) -> None:
    """All that was there is there, and every kind of page and form works, in both programs."""
    columns = columns_of(before)
    if gone := lost(before, ask(new, ROWS, known=columns), APART):
        raise SystemExit(f"{old.name}: rows that are gone or changed: {gone}")
    rows = sum(len(one["rows"]) for one in before.values())
    print(f"| {old.name} | kept | {rows} rows of {len(before)} tables |", flush=True)
    for site, what in ((new, "this program"), (old, "the earlier program")):
        found = ask(site, PAGES, word=what, each=EACH)
        if found["faults"]:
            raise SystemExit(f"{site.name}, {what}: {found['faults']}")
        said = f"{found['kinds']} kinds of page, {in_words(Counter(found['codes']))}"
        told = f"{said}; {found['saved']} forms saved, not {found['refused']}"
        print(f"| {site.name} | all pages of {what} | {told} |", flush=True)
    # Before findings are computed anew, of which no state is kept.
    found = ask(new, HISTORIES, known=columns)
    if found["differ"]:
        raise SystemExit(f"{new.name}: rows and their histories differ: {found['differ']}")
    told = f"{found['rows']} rows of {found['models']} models, {found['without']} without a state"
    print(f"| {new.name} | rows as their latest states | {told} |", flush=True)
    for command in ("check_summaries", "check_figures"):
        said = new.manage(command).strip().splitlines()[-1]
        print(f"| {new.name} | {command} | {said} |", flush=True)


def together(old: Site, new: Site, earlier: tuple[list[Writer], Reader]) -> None:
    """Both programs at once, each with people of its own whose sessions both know."""
    new.number = old.number
    with new.running():
        later = new.writers(WRITERS), Reader(new.port)
        with at_work(*later), phase(old, "both programs at once", earlier, later):
            time.sleep(SECONDS)
    told = check(new, later[0], others_write=True)
    print(f"| {old.name} | stored by this program | {told} |", flush=True)


def main() -> None:
    clean_up_when_stopped()
    print("| database, from | when | what they were answered |\n|---|---|---|", flush=True)
    for commit in EARLIER:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            tree = earlier_tree(folder, commit)
            if KIND != "postgresql":
                url = f"sqlite:///{folder}/db.sqlite3"
                try_on(folder, tree, f"SQLite, {commit}", url)
            if KIND != "sqlite":
                with temporary_postgres() as url:
                    try_on(folder, tree, f"PostgreSQL, {commit}", url)


def try_on(folder: Path, tree: Path, name: str, url: str) -> None:
    environments = [
        settings_in(folder) | {"DATABASE_URL": url, "STATIC_ROOT": str(folder / f"static-{which}")}
        for which in ("old", "new")
    ]
    old = Site(name, environments[0], PORT, tree, ready="/")
    new = Site(name, environments[1], PORT + 1)
    for site in (old, new):
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
    upgraded(old, new)


if __name__ == "__main__":
    main()
