"""Measuring itself: what is counted, what forms hold, how results are shown."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from aidtracker.testing import make_observation, make_program, make_source
from benchmarks.management.commands import benchmark
from benchmarks.measuring import results
from benchmarks.measuring.registry import Row, Target
from benchmarks.measuring.results import Result, growth, result, table
from benchmarks.measuring.site import NAME, FormReader, RefusedError, Site
from benchmarks.measuring.usage import Counts, Usage, counted, measured
from programs.models import Program

FORM = """
<form method="post" id="logout-form"><input name="next" value="/"></form>
<form method="post" id="program_form"><input name="name" value="甲"><input name="x" type="checkbox">
<input name="y" type="checkbox" checked><input type="submit" name="_save" value="1">
<select name="kind"><option value="plan"><option value="brand" selected></select>
<textarea name="note">
两
行</textarea></form><input name="outside" value="1">
"""


def test_form_is_read_as_a_browser_would_send_it():
    reader = FormReader()
    reader.feed(FORM)

    assert reader.fields == {"name": ["甲"], "y": ["on"], "kind": ["brand"], "note": ["两\n行"]}


def test_queries_and_rows_are_counted(db):
    make_program()
    with counted() as counts:
        rows = list(Program.objects.order_by("pk")[:3])
        Program.objects.filter(pk=rows[0].pk).update(note="改过")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()

    assert (counts.queries, counts.rows_read, counts.rows_written) == (3, len(rows) + 1, 1)


def test_what_says_once_is_done_once(db):
    done = []

    def work() -> int:
        done.append(1)
        return 7

    work.once = True
    usage = measured(work, None)

    assert (len(done), usage.units) == (1, 7)


def test_page_that_is_not_there_is_refused(transactional_db):
    with pytest.raises(RefusedError, match="GET /nowhere/: 404"):
        Site().reader.get("/nowhere/")


def usage(cpu: float, **kwargs: int) -> Usage:
    return Usage(cpu, 0.05, cpu, 3.0, Counts(queries=14), **kwargs)


def made(name: str, found: Usage | None, words: str = "", **kwargs: object) -> Result:
    row = Row("Group", name, lambda site: lambda: None, **kwargs)
    return result(row, found, words)


def test_table_shows_ratios_for_each_row_and_missed_targets():
    limit = made("limit", usage(0.15, units=1000))
    slow = made("slow", usage(0.35, units=100), limit="limit", target=Target(times=4, queries=20))
    missing = made("missing", None, "not there yet")
    rows = {one.name: one for one in (limit, slow, missing)}

    shown = table("Group", list(rows.values()), rows)

    assert "| slow | 400 | 50.0 | 350 | 14 | 0 | 3 |  | 20.00 | 20 queries, **4 ×** |" in shown
    assert "| missing | left out: not there yet |" in shown


def test_growth_compares_the_largest_with_the_smallest():
    runs = [{"about": {"size": size}} for size in ("10k", "100k")]
    several = [{"a": made("a", usage(cpu))} for cpu in (0.05, 0.45)]

    assert "| a | 100 | 500 | 5.0× |" in growth("SQLite", runs, several)


def test_results_are_not_written_from_a_country_that_was_worked_on(db):
    make_observation(source=make_source(code="example-000001"))
    assert Site().user.username == NAME

    with pytest.raises(CommandError, match="已经测量过"):
        call_command("benchmark", write="10k")


def test_part_that_is_measured_again_stands_in_its_place_with_its_date(
    db, monkeypatch, tmp_path, time_machine
):
    make_observation(source=make_source(code="example-000001"))
    monkeypatch.setattr(results, "KEPT", tmp_path / "results")
    monkeypatch.setattr(results, "TABLE", tmp_path / "table.md")
    declared = [Row(group, name, lambda site: lambda: 1) for group, name in ("Aa", "Bb", "Ac")]
    monkeypatch.setattr(benchmark, "rows", lambda site: declared)
    time_machine.move_to("2026-03-01T12:00:00+08:00", tick=False)
    call_command("benchmark", write="10k")
    time_machine.move_to("2026-04-01T12:00:00+08:00", tick=False)
    declared.append(Row("A", "d", lambda site: lambda: 1))

    call_command("benchmark", only="A: c, A: d,", write="10k")

    table = (tmp_path / "table.md").read_text("utf-8").partition("2026-03-01,")[2]
    heads = [line for line in table.splitlines() if line.startswith(("###", "| ", "Measured"))]
    names = [line.partition(" | ")[0] for line in heads if not line.startswith("|  |")]
    (measured,) = [line for line in names if line.startswith("Measured 2026-04-01")]
    assert measured.endswith(": c; d.")
    assert [one for one in names if one != measured] == [
        "### A",
        "| a",
        "| c",
        "| d",
        "### B",
        "| b",
    ]
