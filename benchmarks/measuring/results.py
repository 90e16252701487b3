"""What was measured, kept as one file a size and database, and shown as one table."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks.measuring.registry import Row
from benchmarks.measuring.usage import Usage

FOLDER = settings.BASE_DIR / "benchmarks"
KEPT, TABLE = FOLDER / "results", FOLDER / "RESULTS.md"
MISSING = "—"
COLUMNS = (
    "CPU ms",
    "of it database",
    "wall ms",
    "queries",
    "rows read",
    "MB more",
    "kB sent",
    "× limit",
    "target",
)
HEAD = """# What the site costs

Written by `make benchmark`; do not edit. Every row is declared in `benchmarks/rows`, the data are
those of `manage.py make_country`. CPU is that of the program and of the database for one request
or one piece of work; only ratios within one run mean anything on a busy machine. "× limit" is the
CPU for each row of work as a multiple of the row it names; "growth" is CPU at the largest size
by CPU at the smallest. A target in bold was missed.
"""


@dataclass
class Result:
    """One row as measured, or why it was not."""

    group: str
    name: str
    limit: str
    target: dict[str, float | None]
    usage: dict[str, Any] | None
    words: str = ""
    when: str = ""  # of what was measured later than the others of its size

    @property
    def cpu(self) -> float | None:
        return None if self.usage is None else self.usage["cpu"] + self.usage["database"]

    @property
    def each(self) -> float | None:
        """Seconds of processor for each row of work, of a request in all."""
        return (
            None
            if self.cpu is None or self.usage is None
            else self.cpu / (self.usage["units"] or 1)
        )


def result(row: Row, usage: Usage | None, words: str = "") -> Result:
    target = asdict(row.target)
    return Result(row.group, row.name, row.limit, target, usage and asdict(usage), words)


def write(results: Iterable[Result], size: str, *, is_part: bool = False) -> Path:
    """Keep what was measured on the database in use; a part stands among what was measured before,
    with a date of its own."""
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{connection.vendor}-{size}.json"
    found = {"about": about(size), "rows": [asdict(one) for one in results]}
    if is_part and path.exists():
        found = joined(json.loads(path.read_text("utf-8")), found)
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def joined(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What was measured earlier, with what was measured now in its place or behind its group."""
    when = f"{now['about']['date']}, {now['about']['load']}"
    again = {one["name"]: one | {"when": when} for one in now["rows"]}
    rows = [again.pop(one["name"], one) for one in before["rows"]]
    rows += again.values()
    groups = list(dict.fromkeys(one["group"] for one in rows))
    rows.sort(key=lambda one: groups.index(one["group"]))
    return {"about": before["about"], "rows": rows}


def about(size: str) -> dict[str, str]:
    return {
        "size": size,
        "database": database(),
        "machine": f"{os.cpu_count()} × {processor()}, {memory()}, {platform.system()}",
        "python": f"Python {platform.python_version()}, Django {django.get_version()}",
        "date": timezone.localdate().isoformat(),
        "load": f"load {os.getloadavg()[2]:.0f}",
    }


def database() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    connection.ensure_connection()
    version = connection.pg_version
    return f"PostgreSQL {version // 10_000}.{version % 10_000}"


def processor() -> str:
    """What the processor calls itself, where Linux says so."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.machine()


def memory() -> str:
    pages, each = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{pages * each / 1024**3:.0f} GiB"


# The table


def write_table() -> None:
    """Show all that is kept, each database with its sizes side by side."""
    runs = [json.loads(path.read_text("utf-8")) for path in sorted(KEPT.glob("*.json"))]
    runs.sort(key=lambda run: (run["about"]["database"], number(run["about"]["size"])))
    parts = [HEAD]
    for name, several in groupby(runs, key=lambda run: run["about"]["database"]):
        parts += part_of(name, list(several))
    TABLE.write_text("\n".join(parts), encoding="utf-8")


def number(size: str) -> int:
    """How many figures a size has: 100k, 1m."""
    return int(size.lower().replace("m", "000000").replace("k", "000"))


def part_of(name: str, runs: list[dict[str, Any]]) -> Iterator[str]:
    several = [{one["name"]: Result(**one) for one in run["rows"]} for run in runs]
    yield growth(name, runs, several)
    for run, rows in zip(runs, several, strict=True):
        said = run["about"]
        yield f"\n## {name}, {said['size']}\n"
        said_of_it = (said[name] for name in ("date", "machine", "python", "load") if name in said)
        yield f"{', '.join(said_of_it)}.\n"
        for group, found in groupby(rows.values(), key=lambda one: one.group):
            yield table(group, list(found), rows)


def growth(name: str, runs: list[dict[str, Any]], several: list[dict[str, Result]]) -> str:
    """CPU in ms at each size, and how it grew."""
    sizes = [run["about"]["size"] for run in runs]
    lines = [f"\n## {name}: growth\n", line("CPU ms", *sizes, "growth"), rule(len(sizes) + 2)]
    for key in dict.fromkeys(key for rows in several for key in rows):
        found = [rows[key].cpu if key in rows else None for rows in several]
        known = [cpu for cpu in found if cpu]
        grown = f"{known[-1] / known[0]:.1f}×" if len(known) > 1 else MISSING
        lines.append(line(key, *(in_ms(cpu) for cpu in found), grown))
    return "\n".join(lines)


def table(group: str, several: list[Result], all_rows: dict[str, Result]) -> str:
    lines = [f"\n### {group}\n", *later(several), line("", *COLUMNS), rule(len(COLUMNS) + 1)]
    return "\n".join([*lines, *(line(one.name, *cells(one, all_rows)) for one in several)])


def later(several: list[Result]) -> Iterator[str]:
    """When rows of a group were measured, if not with the others of their size."""
    for when in dict.fromkeys(one.when for one in several if one.when):
        names = [one.name for one in several if one.when == when]
        said = "" if len(names) == len(several) else f": {'; '.join(names)}"
        yield f"Measured {when}{said}.\n"


def cells(one: Result, all_rows: dict[str, Result]) -> list[str]:
    if one.usage is None:
        return [f"left out: {one.words}", *[""] * (len(COLUMNS) - 1)]
    usage, counts = one.usage, one.usage["counts"]
    times = times_of(one, all_rows)
    return [
        in_ms(one.cpu),
        in_ms(usage["database"]),
        in_ms(usage["wall"]),
        str(counts["queries"]),
        str(counts["rows_read"]),
        f"{usage['memory']:.0f}",
        f"{usage['sent'] / 1000:.0f}" if usage["sent"] else "",
        "" if times is None else f"{times:.2f}",
        targets(one, times),
    ]


def times_of(one: Result, all_rows: dict[str, Result]) -> float | None:
    limit = all_rows.get(one.limit)
    return one.each / limit.each if limit and limit.each and one.each is not None else None


def targets(one: Result, times: float | None) -> str:
    """What is to be reached, in bold what is not."""
    usage = one.usage or {}
    reached = {
        "ms": (one.cpu or 0) * 1000,
        "each": (one.each or 0) * 1000,
        "memory": usage.get("memory", 0),
        "queries": usage.get("counts", {}).get("queries", 0),
        "kilobytes": usage.get("sent", 0) / 1000,
        "times": times,
    }
    units = {
        "ms": "ms",
        "each": "ms a row",
        "memory": "MB",
        "queries": "queries",
        "kilobytes": "kB",
        "times": "×",
    }
    words = []
    for name, target in one.target.items():
        found = reached[name]
        if target is not None and found is not None:
            said = f"{target:g} {units[name]}"
            words.append(said if found <= target else f"**{said}**")
    return ", ".join(words)


def in_ms(seconds: float | None) -> str:
    return MISSING if seconds is None else f"{seconds * 1000:,.{0 if seconds >= 0.1 else 1}f}"


def line(*texts: str) -> str:
    return f"| {' | '.join(text.replace('|', '/') for text in texts)} |"


def rule(columns: int) -> str:
    return f"|{'---|' * columns}"
