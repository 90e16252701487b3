"""What pages ask of the database is kept in a file: whoever lets it grow shows it in a diff.

For each: queries, rows read, rows written, on PostgreSQL; SQLite says less of what it wrote. For a
change also how many findings were computed again.
What it is now is written by `BUDGETS=write pytest benchmarks/tests/test_budgets.py`.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

import benchmarks.rows  # noqa: F401 (declares what is measured)
from aidtracker.accounts import sessions
from benchmarks.country.making import Country
from benchmarks.measuring.registry import LeftOut, Row, rows
from benchmarks.measuring.site import Site
from benchmarks.measuring.usage import counted
from benchmarks.rows import admin, api, changes, public, samples
from projects.checks import recomputing
from projects.checks.recomputing import verdicts_in

BUDGETS = Path(__file__).with_name("budgets.json")
GROUPS = (public.LISTS, public.DETAILS, public.OTHER, admin.GROUP, changes.GROUP, api.GROUP)
FIGURES = 300
# Of so few figures these are the first page again.
DEEP = ("page 5,000", "last page")
# Every so many is asked before anything is counted: what the program asks once and then knows.
BEFOREHAND = 12


@pytest.fixture
def site(empty: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that answers on the connection, and so in the transaction, of the test."""
    # Once a minute a session is prolonged: on a slow machine that would count for some page.
    monkeypatch.setattr(sessions, "SECONDS", 24 * 3600)
    country = Country(FIGURES, seed=1)
    country.make()
    country.check()
    for kept in (samples.some, samples.figure, samples.fullest, samples.contradiction):
        kept.cache_clear()
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield Site()
    for signal in ends:
        signal.connect(close_old_connections)


def asked(site: Site) -> dict[str, list[int]]:
    """Queries, rows read and rows written of each page and change."""
    # One by one as they come: some are told when they are declared what they will find.
    for row in islice(filter(is_kept, rows(site)), 0, None, BEFOREHAND):
        if row.group != changes.GROUP:
            with suppress(LeftOut):
                row.prepare(site)()
    found = {}
    for row in filter(is_kept, rows(site)):
        with suppress(LeftOut):
            found[f"{row.group}: {row.name}"] = ask(row, site)
    return found


def is_kept(row: Row) -> bool:
    return row.group in GROUPS and not any(words in row.name for words in DEEP)


def ask(row: Row, site: Site) -> list[int]:
    work = row.prepare(site)
    with counted() as counts, findings_computed() as findings:
        work()
    touched = [len(findings)] if row.group == changes.GROUP else []
    return [counts.queries, counts.rows_read, counts.rows_written, *touched]


@contextmanager
def findings_computed() -> Iterator[list[str]]:
    """The keys of the findings that are computed again inside."""
    keys: list[str] = []

    def noting(scopes: Any, reader: Any) -> Any:
        found = verdicts_in(scopes, reader)
        keys.extend(found)
        return found

    with patch.object(recomputing, "verdicts_in", noting):
        yield keys


def test_pages_and_changes_ask_no_more_than_before(site):
    found = asked(site)
    if os.environ.get("BUDGETS") == "write":
        lines = (f"{json.dumps(name)}: {counts}" for name, counts in found.items())
        BUDGETS.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    kept = json.loads(BUDGETS.read_text("utf-8"))

    # What is measured no more would pass whatever it asks; so would what is new.
    assert kept.keys() == found.keys()
    grown = {
        name: (counts, kept[name])
        for name, counts in found.items()
        if any(now > before for now, before in zip(counts, kept[name], strict=True))
    }
    assert grown == {}
